package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.kernel.KernelFeature;
import dev.libcontainer.kernel.Probe;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HostInfoTest {
    private static HostInfo host(Set<KernelFeature> features, String release) {
        return new HostInfo(new Probe(features, 0, 1024, 4096, 0, 40, release), CgroupMounts.parse("", "", ""));
    }

    @Test
    void aKernelThatIsTooOldIsToldWhatItLacksAndSince() {
        Set<KernelFeature> features = EnumSet.allOf(KernelFeature.class);
        features.remove(KernelFeature.CLONE3);
        features.remove(KernelFeature.CLOSE_RANGE);

        assertThatThrownBy(host(features, "4.19.0-test")::refuseTooOld)
                .isInstanceOf(UnsupportedByHostException.class)
                .hasMessageContaining("kernel 4.19.0-test lacks CLONE3 (Linux 5.3), CLOSE_RANGE (Linux 5.9)")
                .hasMessageContaining("Linux 5.10 or later is needed");
    }

    @Test
    void whatOnlySomeContainersNeedIsNotAskedOfAll() {
        Set<KernelFeature> features =
                EnumSet.of(KernelFeature.CLONE3, KernelFeature.OPENAT2, KernelFeature.CLOSE_RANGE, KernelFeature.PIDFD);

        assertThatCode(host(features, "5.10.0")::refuseTooOld).doesNotThrowAnyException();
    }
}
