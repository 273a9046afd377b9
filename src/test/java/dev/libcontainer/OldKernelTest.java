package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.Inside.Seen;
import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelFeature;
import dev.libcontainer.kernel.Probe;
import dev.libcontainer.spec.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is read-only without mount_setattr(2), as on Linux 5.10: this kernel, taken for one that lacks it, and a real one in a
 * virtual machine.
 */
@NeedsRoot
@Tag("linux-5.10")
@ExtendWith(LeakAudit.class)
class OldKernelTest {
    @TempDir
    Path files;

    private static Containers open() {
        Kernel.load();
        Probe here = Kernel.probe();
        Set<KernelFeature> features = EnumSet.copyOf(here.features());
        features.remove(KernelFeature.MOUNT_SETATTR);
        Probe old = new Probe(
                features,
                here.capabilities(),
                here.nofileSoft(),
                here.nofileHard(),
                here.euid(),
                here.lastCapability(),
                "5.10.0");
        return Containers.open(ContainersOptions.DEFAULT, new HostInfo(old, CgroupMounts.read(Path.of("/"))));
    }

    /** What the second of two containers sees: one that a template has prepared, where there can be one. */
    private static List<String> see(ContainerSpecBuilder builder) {
        return see(builder.build());
    }

    private static List<String> see(ContainerSpec spec) {
        try (Containers containers = open();
                Blueprint blueprint = containers.compile(spec)) {
            assertThat(blueprint.explain()).doesNotContain("mount_setattr");
            Seen first = Inside.see(blueprint, Launch.of(Stdio.capture()));
            Seen second = Inside.see(blueprint, Launch.of(Stdio.capture()));
            // In another order: a template mounts /sys ahead of the rest.
            assertThat(second.lines()).containsExactlyInAnyOrderElementsOf(first.lines());
            return second.lines();
        }
    }

    private static Amended mapped(ContainerSpecBuilder builder) {
        return Amended.of(builder)
                .plus("linux.namespaces", "{'type': 'user'}")
                .with("linux.uidMappings", "[{'containerID': 0, 'hostID': 0, 'size': 65536}]")
                .with("linux.gidMappings", "[{'containerID': 0, 'hostID': 0, 'size': 65536}]");
    }

    private static final String ATTEMPTS = "write /proc/sys/vm/swappiness 1 -- touch /x -- touch /usr/x"
            + " -- write /proc/irq/default_smp_affinity 1 -- touch /tmp/x -- touch /dev/x -- ls /sys/firmware"
            + " -- write /inside x -- write /etc/passwd x -- cat /proc/timer_list";
    private static final List<String> ANSWERS =
            List.of("EROFS", "EROFS", "EROFS", "EROFS", "ok", "EROFS", "EROFS", "EROFS");

    @Test
    void theDefaultSandboxIsAsReadOnlyAsEver() {
        assertThat(see(Inside.sandbox(ATTEMPTS))).isEqualTo(ANSWERS);
    }

    @Test
    void alsoInAUserNamespace() {
        assertThat(see(mapped(Inside.sandbox(ATTEMPTS)).build())).isEqualTo(ANSWERS);
    }

    private Path root() throws IOException {
        Path root = Roots.make(files.resolve("root"));
        Files.writeString(root.resolve("file"), "text");
        return root;
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void aRootAndPathsInItAreReadOnly(boolean userNamespace) throws IOException {
        Path root = root();
        Files.createDirectories(root.resolve("etc/sub"));
        Amended container = userNamespace
                ? mapped(ContainerSpec.builder()
                        .rootfs(Rootfs.directory(root))
                        .command(Inside.verbs("touch /etc/sub/x -- write /file x -- touch /x")))
                : Amended.of(ContainerSpec.builder()
                        .rootfs(Rootfs.directory(root))
                        .command(Inside.verbs("touch /etc/sub/x -- write /file x -- touch /x")));
        container = container.with("linux.readonlyPaths", "['/etc', '/file', '/none', '/file/below']");

        assertThat(see(container.build())).containsExactly("EROFS", "EROFS", "ok");
        assertThat(see(container.with("root.readonly", "true").build())).containsExactly("EROFS", "EROFS", "EROFS");
        assertThat(root.resolve("file")).hasContent("text");
    }

    private static Mount bind(Path source, String target, String... options) {
        List<String> all = new java.util.ArrayList<>(List.of("bind"));
        all.addAll(List.of(options));
        return new Mount(target, Optional.of("bind"), Optional.of(source.toString()), all, List.of(), List.of());
    }

    private static String options(List<String> lines, String target) {
        return lines.stream()
                .filter(line -> line.startsWith(target + " "))
                .map(line -> line.split(" ")[2])
                .reduce((first, last) -> last)
                .orElse("not mounted");
    }

    @ParameterizedTest
    @CsvSource({"ro,ro", "nosuid,nosuid", "nodev,nodev", "noexec,noexec", "noatime,noatime", "nosymfollow,nosymfollow"})
    void aBindOfADirectoryOrFileHasItsOwnOptions(String option, String visible) throws IOException {
        Files.writeString(files.resolve("file"), "text");
        List<String> lines = see(Inside.sandbox("mounts")
                .mount(bind(files, "/mnt/d", option))
                .mount(bind(files.resolve("file"), "/mnt/f", option)));

        assertThat(options(lines, "/mnt/d").split(",")).contains(visible);
        assertThat(options(lines, "/mnt/f").split(",")).contains(visible);
    }

    /** A user namespace cannot take away what the source's mount has: telling less would be EPERM. */
    @Test
    void whatTheSourcesMountHasIsKept() throws IOException {
        try (HostMount source = HostMount.tmpfs(files, "nosuid,nodev,noexec,noatime,ro")) {
            for (boolean userNamespace : new boolean[] {false, true}) {
                var sandbox = Inside.sandbox("mounts").mount(bind(source.path(), "/mnt", "ro"));
                List<String> lines = see(userNamespace ? mapped(sandbox).build() : sandbox.build());

                assertThat(options(lines, "/mnt").split(",")).contains("ro", "nosuid", "nodev", "noexec", "noatime");
            }
        }
    }

    @Test
    void whatIsToBeTakenAwayIs() throws IOException {
        try (HostMount source = HostMount.tmpfs(files, "nosuid,nodev,noexec")) {
            List<String> lines = see(Inside.sandbox("mounts").mount(bind(source.path(), "/mnt", "exec", "relatime")));

            assertThat(options(lines, "/mnt").split(","))
                    .contains("rw", "nosuid", "nodev", "relatime")
                    .doesNotContain("noexec");
        }
    }

    @Test
    void aMountsPropagationCanBeSet() throws IOException {
        Files.writeString(files.resolve("file"), "text");
        var spec = Inside.sandbox("cat /proc/self/mountinfo")
                .mount(bind(files, "/mnt/d", "rshared"))
                .mount(bind(files.resolve("file"), "/mnt/f", "shared"))
                .build();
        try (Containers containers = open();
                Blueprint blueprint = containers.compile(spec)) {
            List<String> lines =
                    Inside.see(blueprint, Launch.of(Stdio.capture())).lines();

            assertThat(lines).anyMatch(line -> line.contains(" /mnt/d ") && line.contains(" shared:"));
            assertThat(lines).anyMatch(line -> line.contains(" /mnt/f ") && line.contains(" shared:"));
        }
    }

    @Test
    void attributesOfWholeTreesAreRefused() {
        try (Containers containers = open()) {
            var spec =
                    Inside.sandbox("exit 0").mount(bind(files, "/mnt", "rro")).build();

            assertThatThrownBy(() -> containers.compile(spec))
                    .isInstanceOf(InvalidSpecException.class)
                    .hasMessageContaining("mount_setattr")
                    .hasMessageContaining("Linux 5.12");
        }
    }

    /** Before Linux 6.3 an exec does not enter the time namespace that was made for children. */
    @Test
    void whoWaitsForItsStartIsInItsTimeNamespace() throws InterruptedException {
        ContainerSpec spec = Amended.of(Inside.sandbox("uptime"))
                .with("linux.timeOffsets", "{'boottime': {'secs': 1000000}}")
                .build();
        try (Containers containers = open();
                Blueprint blueprint = containers.compile(spec);
                ContainerPool pool = blueprint.pool(PoolOptions.of(1))) {
            assertThat(pool.awaitReady(1, Duration.ofSeconds(Patience.seconds(10))))
                    .isTrue();
            try (Container container = pool.take(Stdio.capture())) {
                assertThat(Inside.exit(container).isSuccess()).isTrue();

                String[] clocks = container.output().split(" ");
                assertThat(Double.parseDouble(clocks[0])).isGreaterThan(1_000_000);
            }
        }
    }
}
