package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.cgroup.CgroupMode;
import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cli.Jrunc;
import dev.libcontainer.spec.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user without privileges, to whom a cgroup of version 2 is delegated as the kernel's documentation says, has limits. */
@NeedsRoot
@Tag("vm")
class DelegationTest {
    private static final int MIB = 1 << 20;
    private static final int NOBODY = 65534;
    private static final Path DELEGATED = Path.of("/sys/fs/cgroup/libcontainer-delegated-" + Inside.owner());
    /** In the delegated cgroup itself no process may be. */
    private static final Path APPLICATION = DELEGATED.resolve("application");

    private static final List<String> ENTERING =
            List.of("/bin/sh", "-c", "echo $$ > " + APPLICATION + "/cgroup.procs && exec \"$@\"", "sh");
    private static final String MAPPING = "[{'containerID': 0, 'hostID': " + NOBODY + ", 'size': 1}]";

    @TempDir
    static Path shared;

    private static OtherUser nobody;

    @BeforeAll
    static void delegate() throws Exception {
        assumeTrue(
                CgroupMounts.read(Path.of("/")).mode() == CgroupMode.UNIFIED,
                "needs a host with cgroups of version 2 only");
        nobody = new OtherUser(shared, NOBODY);
        Files.createDirectory(DELEGATED);
        own(DELEGATED);
        for (String file : Files.readAllLines(Path.of("/sys/kernel/cgroup/delegate"))) {
            if (Files.exists(DELEGATED.resolve(file))) {
                own(DELEGATED.resolve(file));
            }
        }
        Files.createDirectory(APPLICATION);
    }

    private static void own(Path file) throws IOException {
        Files.setAttribute(file, "unix:uid", NOBODY);
        Files.setAttribute(file, "unix:gid", NOBODY);
    }

    /** It can be removed, so nothing is left in it. */
    @AfterAll
    static void nothingIsLeft() throws IOException {
        if (Files.exists(DELEGATED)) {
            assertThat(Patience.within(2, () -> APPLICATION.toFile().delete())).isTrue();
            Files.delete(DELEGATED);
        }
    }

    @Test
    void limitsHold() throws Exception {
        OtherJvm.Ended ended = nobody.run(ENTERING, LimitedMain.class);

        assertThat(ended.errors()).isEmpty();
        assertThat(ended.output().lines()).containsExactly("4 EAGAIN", "0", "0::/", "out of memory", "throttled");
    }

    @Test
    void limitsOfTheOciRuntimeHold() throws Exception {
        Path bundle = Files.createDirectory(shared.resolve("bundle"));
        Path root = Files.createDirectories(bundle.resolve("rootfs/proc")).getParent();
        Files.copy(nobody.inside, root.resolve("inside"));
        root.resolve("inside").toFile().setExecutable(true, false);
        Files.writeString(
                bundle.resolve("config.json"), """
                {'ociVersion':'1.3.0','root':{'path':'rootfs'},'process':{'cwd':'/','args':
                ['/inside','ids','--','forks','20','--','cgroup','--','memhog','10','--','memhog','100']},
                'mounts':[{'destination':'/proc','type':'proc','source':'proc'}],
                'linux':{'namespaces':[{'type':'user'},{'type':'mount'},{'type':'pid'},{'type':'network'},{'type':'cgroup'}],
                'uidMappings':MAPPING,'gidMappings':MAPPING,
                'resources':{'pids':{'limit':5},'memory':{'limit':33554432}}}}
                """.replace("MAPPING", MAPPING).replace('\'', '"'));
        Path state = Files.createDirectory(bundle.resolve("state"));
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxrwxrwx"));
        own(bundle);

        OtherJvm.Ended ended = nobody.run(ENTERING, Jrunc.class, "--root=" + state, "run", "--bundle=" + bundle, "one");

        assertThat(ended.errors()).isEmpty();
        assertThat(ended.output().lines()).containsExactly("uid 0 0 0 0", "gid 0 0 0 0", "4 EAGAIN", "0::/", "ok");
        assertThat(ended.code()).as("killed for want of memory").isEqualTo(137);
        assertThat(DELEGATED.resolve("one")).doesNotExist();
    }

    /** Runs as the other user. Prints what containers print that are at their limits. */
    static final class LimitedMain {
        public static void main(String[] args) {
            LeakAudit.Running audit = LeakAudit.begin();
            System.out.print(
                    see(sandbox("forks 20 -- affinity -- cgroup").pidsLimit(5).cpuset("0"))
                            .output());
            if (see(sandbox("memhog 100").memoryLimitBytes(32 * MIB)).exit().oomKilled()) {
                System.out.println("out of memory");
            }
            throttled();
            audit.finish();
        }

        private static void throttled() {
            try (Containers containers = Containers.open();
                    Blueprint blueprint =
                            containers.compile(mapped(sandbox("spin 100000000").cpus(0.1)));
                    Container container = blueprint.spawn(Stdio.nothing())) {
                if (Patience.within(
                        5,
                        () -> container
                                        .stats()
                                        .orElseThrow()
                                        .cpu()
                                        .throttledMicros()
                                        .orElse(0)
                                > 0)) {
                    System.out.println("throttled");
                }
            }
        }

        private static Inside.Seen see(ContainerSpecBuilder builder) {
            return Inside.see(mapped(builder));
        }

        private static ContainerSpecBuilder sandbox(String verbs) {
            return Inside.sandbox(verbs)
                    .withoutSystemMounts()
                    .mount(Mount.of("proc", "/proc"))
                    .mount(Mount.of("tmpfs", "/tmp"));
        }

        private static ContainerSpec mapped(ContainerSpecBuilder builder) {
            return Amended.of(builder)
                    .plus("linux.namespaces", "{'type': 'user'}")
                    .with("linux.uidMappings", MAPPING)
                    .with("linux.gidMappings", MAPPING)
                    .build();
        }
    }
}
