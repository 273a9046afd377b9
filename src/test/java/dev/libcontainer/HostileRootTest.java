package dev.libcontainer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.libcontainer.Inside.Seen;
import dev.libcontainer.Stdio.TerminalSize;
import dev.libcontainer.spec.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A root file system that was made to have the host's files opened, written, mounted or given away. */
@NeedsRoot
class HostileRootTest {
    /** Exchanges two names as fast as it can: renameat2(…, RENAME_EXCHANGE). */
    private static final String EXCHANGE = """
            import ctypes, sys
            libc = ctypes.CDLL(None)
            a, b = (s.encode() for s in sys.argv[1:])
            while True:
                libc.renameat2(-100, a, -100, b, 2)
            """;

    private static final int RACES = 300;

    @TempDir
    Path files;

    private Path root;
    private Path outside;

    @BeforeEach
    void makeRoot() throws IOException {
        root = Roots.make(files.resolve("root"));
        outside = Files.createDirectory(files.resolve("outside"));
    }

    private ContainerSpecBuilder container(String verbs) {
        return Roots.container(root, verbs);
    }

    /** Spawns while somebody exchanges a directory of the root for a link that leads out of it. */
    private void race(ContainerSpecBuilder builder, Path directory, String... stillOutside)
            throws IOException, InterruptedException {
        Path link = Files.createSymbolicLink(directory.resolveSibling("swap"), outside);
        Process exchange = new ProcessBuilder("python3", "-c", EXCHANGE, directory.toString(), link.toString())
                .redirectErrorStream(true)
                .start();
        int failed = 0;
        try (Containers containers = Containers.open(ContainersOptions.DEFAULT.templates(0));
                Blueprint blueprint = containers.compile(builder.build())) {
            for (int i = 0; i < RACES; i++) {
                try {
                    Inside.see(blueprint, Launch.of(Stdio.capture()));
                } catch (SpawnFailedException e) {
                    failed++;
                }
            }
            assertThat(exchange.isAlive()).as("the exchange goes on").isTrue();
        } finally {
            exchange.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
        assertThat(failed).as("of " + RACES + " spawns").isLessThan(RACES);
        assertThat(Roots.below(outside)).containsExactly(stillOutside);
        assertThat(Holdings.lines(Path.of("/proc/self/mountinfo"))).noneMatch(line -> line.contains(files.toString()));
    }

    @Test
    void aMountPointThatIsExchangedForALinkLeadsNowhere() throws Exception {
        Path data = Files.createDirectories(root.resolve("data/point")).getParent();
        Files.createDirectory(outside.resolve("point")); // to be mounted upon, if anybody could be made to

        race(container("touch /data/point/file").mount(Mount.of("tmpfs", "/data/point")), data, "point");
    }

    @Test
    void aMissingMountPointIsNotMadeBehindAnExchangedLink() throws Exception {
        race(container("exit 0").mount(Mount.of("tmpfs", "/data/a/b/c")), Files.createDirectory(root.resolve("data")));
    }

    @Test
    void devicesAreNotMadeBehindAnExchangedLink() throws Exception {
        race(container("exit 0"), Files.createDirectory(root.resolve("dev")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"proc", "sys"})
    void aFileSystemOfTheKernelIsNotMountedBehindALink(String name) throws IOException {
        Files.createDirectory(root.resolve("real"));
        Files.createSymbolicLink(root.resolve(name), Path.of("/real"));
        ContainerSpecBuilder builder =
                name.equals("proc") ? container("pid") : container("pid").withSystemMounts();

        assertThat(catchThrowable(() -> Inside.see(builder)))
                .isInstanceOf(SpawnFailedException.class)
                .hasMessageContaining("ordinary directory");
        assertThat(Roots.below(root.resolve("real"))).isEmpty();
    }

    @Test
    void aFalseNullDeviceIsNoMask() throws IOException {
        Path hosts = Files.writeString(outside.resolve("core_pattern"), "of the host");
        Files.createDirectory(root.resolve("dev"));
        Files.writeString(root.resolve("secret"), "secret");
        Files.writeString(root.resolve("harmless"), "harmless");
        for (Path target : List.of(hosts, Path.of("/harmless"), Path.of("/proc/self/exe"))) {
            Files.deleteIfExists(root.resolve("dev/null"));
            Files.createSymbolicLink(root.resolve("dev/null"), target);
            ContainerSpec spec = Amended.of(container("cat /secret -- write /secret changed -- cat /harmless")
                            .withoutSystemMounts())
                    .with("linux.maskedPaths", "['/secret']")
                    .build();

            Seen seen = Inside.see(spec);

            assertThat(seen.output()).as(target.toString()).isEqualTo("ok\nharmless");
        }
        assertThat(hosts).hasContent("of the host");
        assertThat(root.resolve("secret")).hasContent("secret");
    }

    @Test
    void aConsoleThatIsALinkMakesNothingOnTheHost() throws IOException {
        Files.createDirectory(root.resolve("dev"));
        Path made = outside.resolve("made");
        Path kept = Files.writeString(outside.resolve("kept"), "kept");
        for (Path target : List.of(made, kept)) {
            Files.deleteIfExists(root.resolve("dev/console"));
            Files.createSymbolicLink(root.resolve("dev/console"), target);
            ContainerSpecBuilder builder = container("ttyname").withoutSystemMounts();
            try (Containers containers = Containers.open();
                    Blueprint blueprint = containers.compile(builder.build());
                    Container container = blueprint.spawn(Stdio.terminal(TerminalSize.DEFAULT))) {
                container.waitFor();
            } catch (SpawnFailedException e) {
                assertThat(e.getMessage()).contains("console");
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        assertThat(made).doesNotExist();
        assertThat(kept).hasContent("kept");
        assertThat(Files.getAttribute(kept, "unix:uid")).isEqualTo(0);
    }

    @Test
    void standardStreamsAreNeverOpenedAgainInTheRoot() throws IOException {
        Path kept = Files.writeString(outside.resolve("kept"), "kept");
        Files.createDirectory(root.resolve("dev"));
        Files.createSymbolicLink(root.resolve("dev/null"), kept);
        Object owner = Files.getAttribute(Path.of("/dev/null"), "unix:uid");
        ContainerSpecBuilder builder =
                container("stat /dev/null -- ids").withoutSystemMounts().user(1234, 1234);

        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(builder.build());
                Container container = blueprint.spawn(Stdio.nothing())) {
            assertThat(Inside.exit(container).isSuccess()).isTrue();
        }

        assertThat(kept).hasContent("kept");
        assertThat(Files.getAttribute(kept, "unix:uid")).isEqualTo(0);
        assertThat(Files.getAttribute(Path.of("/dev/null"), "unix:uid")).isEqualTo(owner);
    }

    /** A directory of the host in place of /proc: what is meant for the kernel must not be written there. */
    @Test
    void whatIsWrittenToProcIsWrittenToTheKernels() throws IOException {
        for (String file : List.of("sys/kernel/msgmax", "self/oom_score_adj", "1/oom_score_adj")) {
            Files.createDirectories(outside.resolve(file).getParent());
            Files.writeString(outside.resolve(file), "untouched");
        }
        ContainerSpec spec = Amended.of(container("exit 0")
                        .withoutSystemMounts()
                        .bind(outside.toString(), "/proc", false)
                        .oomScoreAdj(500))
                .with("linux.sysctl", "{'kernel.msgmax': '12345'}")
                .build();

        Inside.see(spec);

        for (String file : List.of("sys/kernel/msgmax", "self/oom_score_adj", "1/oom_score_adj")) {
            assertThat(outside.resolve(file)).hasContent("untouched");
        }
    }

    /** CVE-2024-21626: the fds that are open on the way to the program are no way out of the root. */
    @Test
    void aWorkingDirectoryIsNotReachedThroughAnFd() throws IOException {
        for (int fd = 3; fd < 24; fd++) {
            Files.deleteIfExists(root.resolve("work"));
            Files.createSymbolicLink(root.resolve("work"), Path.of("/proc/self/fd/" + fd + "/../../.."));
            for (String cwd : List.of("/proc/self/fd/" + fd, "/work", "/proc/self/root", "/proc/self/cwd")) {
                assertThat(catchThrowable(() -> Inside.see(container("cwd").cwd(cwd))))
                        .as(cwd)
                        .isInstanceOfSatisfying(
                                SpawnFailedException.class,
                                e -> assertThat(e.jsonPath()).contains("process.cwd"));
            }
        }
    }

    @Test
    void whatIsCopiedUpStaysInside() throws IOException {
        Files.writeString(outside.resolve("secret"), "secret", UTF_8);
        Files.createDirectories(root.resolve("data"));
        Files.createSymbolicLink(root.resolve("data/link"), outside.resolve("secret"));
        Files.createSymbolicLink(root.resolve("data/directory"), outside);
        ContainerSpec spec = Amended.of(
                        container("cat /data/link -- write /data/directory/made x -- readlink /data/link"))
                .plus("mounts", "{'destination': '/data', 'type': 'tmpfs', 'options': ['tmpcopyup']}")
                .build();

        assertThat(Inside.see(spec).lines())
                .containsExactly("ENOENT", "ENOENT", outside.resolve("secret").toString());
        assertThat(Roots.below(outside)).containsExactly("secret");
        assertThat(Files.isSymbolicLink(root.resolve("data/link"))).isTrue();
        assertThat(Files.exists(root.resolve("data/made"), LinkOption.NOFOLLOW_LINKS))
                .isFalse();
    }
}
