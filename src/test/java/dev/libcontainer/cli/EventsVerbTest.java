package dev.libcontainer.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.NeedsRoot;
import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cgroup.CgroupVersion;
import dev.libcontainer.runtime.CgroupDriver;
import dev.libcontainer.runtime.CreateOptions;
import dev.libcontainer.runtime.OciRuntime;
import dev.libcontainer.runtime.RuntimeOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Statistics of a running container, as programs read them that know runc's. */
@NeedsRoot
@Tag("vm")
class EventsVerbTest {
    private static final int SIGKILL = 9;

    @TempDir
    Path here;

    private Optional<OciRuntime> opened = Optional.empty();
    private CgroupMounts mounts = CgroupMounts.read(Path.of("/"));

    @BeforeEach
    void start() throws IOException {
        assumeTrue(mounts.hierarchy("memory").isPresent(), "no controller of memory");
        Path program = Path.of(System.getProperty("libcontainer.inside", "target/helper/inside"));
        Path root = Files.createDirectory(here.resolve("rootfs"));
        Files.copy(program, root.resolve("inside"));
        assertThat(root.resolve("inside").toFile().setExecutable(true, false)).isTrue();
        Files.writeString(here.resolve("config.json"), """
                {"ociVersion": "1.3.0", "root": {"path": "rootfs"},
                 "process": {"cwd": "/", "args": ["/inside", "memhog", "8", "--", "sleep", "100000"]},
                 "linux": {"namespaces": [{"type": "pid"}, {"type": "mount"}],
                           "resources": {"memory": {"limit": 67108864}, "cpu": {"shares": 512}, "pids": {"limit": 20}}}}
                """);
        OciRuntime runtime = new OciRuntime(
                new RuntimeOptions(here.resolve("state"), CgroupDriver.CGROUPFS, here, Map.of(), true, warning -> {}));
        opened = Optional.of(runtime);
        runtime.create(
                "watched",
                new CreateOptions(
                        here,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        false,
                        List.of(),
                        List.of()));
        runtime.start("watched");
    }

    @AfterEach
    void end() {
        opened.ifPresent(runtime -> {
            if (!runtime.list().isEmpty()) {
                runtime.delete("watched", true);
            }
            runtime.close();
        });
    }

    private Called events(String... words) {
        List<String> all = new java.util.ArrayList<>(List.of("--root=" + here.resolve("state"), "events"));
        all.addAll(List.of(words));
        return Called.in(here, all.toArray(new String[0]));
    }

    @Test
    void statisticsHaveRuncsNamesAndWhatTheKernelKnowsBesides() {
        var once = events("--stats", "watched");

        assertThat(once.err()).isEmpty();
        assertThat(once.out()).hasLineCount(1).startsWith("{\"type\":\"stats\",\"id\":\"watched\",\"data\":{\"cpu\":{");
        assertThat(once.out()).contains("\"limit\":67108864").contains("\"page_usage_by_numa\":{");
        if (mounts.version("memory").filter(CgroupVersion.V2::equals).isPresent()) {
            assertThat(once.out()).contains("\"event_count\":{\"high\":0,").containsPattern("\"oom_kill\":0");
            if (Files.exists(Path.of("/proc/pressure/cpu"))) {
                String stall = "\\{\"avg10\":[\\d.]+,\"avg60\":[\\d.]+,\"avg300\":[\\d.]+,\"total\":\\d+\\}";
                assertThat(once.out())
                        .containsPattern(
                                "\"throttling\":\\{[^}]*\\},\"psi\":\\{\"some\":" + stall + ",\"full\":" + stall)
                        .containsPattern("\"raw\":\\{[^}]*\\},\"psi\":\\{\"some\":" + stall)
                        .containsPattern("\"blkio\":\\{(.*\\],)?\"psi\":\\{\"some\":" + stall);
            }
        }
    }

    @Test
    void theyComeAgainAndAgainUntilTheEnd() throws Exception {
        var out = new ByteArrayOutputStream();
        var console = new Console(
                here,
                Map.of(),
                InputStream.nullInputStream(),
                new PrintStream(out, true, UTF_8),
                new PrintStream(out, true, UTF_8),
                List.of(0, 1, 2),
                List.of());
        var words = List.of("--root=" + here.resolve("state"), "events", "--interval", "100ms", "watched");
        var watching = CompletableFuture.supplyAsync(() -> Jrunc.run(console, words));
        for (int i = 0; i < 500 && out.toString(UTF_8).lines().count() < 4; i++) {
            Thread.sleep(100);
        }
        assertThat(watching).isNotDone();

        opened.orElseThrow().kill("watched", SIGKILL, false);

        assertThat(watching.get()).isZero();
        assertThat(out.toString(UTF_8).lines())
                .hasSizeGreaterThan(3)
                .allMatch(line -> line.startsWith("{\"type\":\"stats\",\"id\":\"watched\",\"data\":{"));
    }
}
