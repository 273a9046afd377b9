package dev.libcontainer.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.cgroup.CgroupMode;
import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.kernel.KernelFeature;
import dev.libcontainer.kernel.Probe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostCheckTest {
    private static final long CAP_SYS_ADMIN = 1L << 21;

    @TempDir
    Path root;

    private List<HostCheck.Finding> check(Set<KernelFeature> features) {
        var probe = new Probe(features, CAP_SYS_ADMIN, 1024, 20000, 0, 40, "5.10.0");
        return HostCheck.run(root, probe, new CgroupMounts(CgroupMode.NONE, Map.of(), Optional.empty()));
    }

    private static HostCheck.Finding find(List<HostCheck.Finding> findings, String feature) {
        return findings.stream()
                .filter(finding -> finding.feature().equals(feature))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aMissingKernelFeatureSaysSinceWhenThereIsOne() {
        var features = EnumSet.complementOf(EnumSet.of(KernelFeature.MOUNT_SETATTR, KernelFeature.CLONE3));

        var findings = check(features);

        assertThat(find(findings, "mount_setattr").present()).isFalse();
        assertThat(find(findings, "mount_setattr").detail()).contains("needs Linux 5.12, this is 5.10.0");
        assertThat(find(findings, "mount_setattr").required()).isFalse();
        assertThat(find(findings, "clone3").required()).isTrue();
        assertThat(find(findings, "openat2").present()).isTrue();
    }

    @Test
    void aMissingCapabilitySaysWhatItIsFor() {
        var findings = check(EnumSet.allOf(KernelFeature.class));

        assertThat(find(findings, "CAP_SYS_ADMIN").present()).isTrue();
        assertThat(find(findings, "CAP_SYS_RESOURCE").present()).isFalse();
        assertThat(find(findings, "CAP_SYS_RESOURCE").detail()).contains("rlimits");
    }

    @Test
    void whatIsFoundInFilesIsNamed() throws IOException {
        Files.createDirectories(root.resolve("sys/kernel/security"));
        Files.writeString(root.resolve("sys/kernel/security/lsm"), "capability,yama");
        Files.createDirectories(root.resolve("sys/fs/selinux"));
        Files.writeString(root.resolve("sys/fs/selinux/enforce"), "1");

        var findings = check(EnumSet.allOf(KernelFeature.class));

        assertThat(find(findings, "apparmor").present()).isFalse();
        assertThat(find(findings, "apparmor").detail()).contains("capability,yama");
        assertThat(find(findings, "selinux").present()).isTrue();
        assertThat(find(findings, "memory").detail()).isEqualTo("no hierarchy has this controller");
        assertThat(find(findings, "systemd").present()).isFalse();
    }

    @Test
    void thisHostHasWhatIsRequired() {
        var missing = HostCheck.run().stream().filter(finding -> finding.required() && !finding.present());

        assertThat(missing).isEmpty();
    }
}
