package dev.libcontainer.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.NeedsRoot;
import dev.libcontainer.Patience;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people and programs see of running containers by {@code jrunc stats} and {@code jrunc top}. */
@NeedsRoot
@Tag("vm")
class StatsVerbTest {
    private static final String HEAD = "ID +CPU % +THROTTLED % +MEMORY +LIMIT +READ/s +WRITTEN/s +OOM KILLS +PIDS";
    /** A spinner uses some of a CPU, has some memory of its 64 MiB, is one process, and nobody killed anything. */
    private static final String ROW =
            "watched +(?!0\\.0 )\\d+\\.\\d +0\\.0 +[1-9][\\d.]*(B|KiB|MiB) +64.0MiB +\\S.* 0 +1 *";

    private static final String CLEAR = "\033[H\033[J";

    @TempDir
    Path here;

    @Test
    void onceItIsALineOfJsonOrATableOfTotals() throws Exception {
        try (Watched watched = new Watched(here, "spin 50 -- memhog 8 -- sleep 100000")) {
            Patience.within(
                    10,
                    () -> watched.runtime.stats(Watched.ID).memory().peakBytes().orElse(0) > 8 << 20);

            Called named = watched.called("stats", Watched.ID);
            Called all = watched.called("stats");
            Called table = watched.called("stats", "--format", "table");

            for (Called json : List.of(named, all)) {
                assertThat(json.err()).isEmpty();
                assertThat(json.out()).hasLineCount(1).startsWith("{\"type\":\"stats\",\"id\":\"watched\",\"data\":{");
            }
            assertThat(table.out().lines())
                    .hasSize(2)
                    .element(1)
                    .asString()
                    .startsWith("watched ")
                    .contains("64.0MiB");
        }
    }

    @Test
    void whoIsNotThereIsTheCallersMistake() throws Exception {
        try (Watched watched = new Watched(here, "sleep 100000")) {
            Called other = watched.called("stats", Watched.ID, "other");

            assertThat(other.code()).isEqualTo(1);
            assertThat(other.out()).isEmpty();
            assertThat(other.err()).contains("other");

            watched.end();

            assertThat(watched.called("stats", Watched.ID).err()).contains("watched: it is not running");
            assertThat(watched.called("stats")).isEqualTo(new Called(0, "", ""));
        }
    }

    @Test
    void linesComeUntilTheContainerEnds() throws Exception {
        try (Watched watched = new Watched(here, "sleep 100000")) {
            var out = new ByteArrayOutputStream();
            var calling = watched.calling(out, 1, "stats", "--interval", "20ms", Watched.ID);
            Patience.within(20, () -> out.toString(UTF_8).lines().count() > 2 || calling.isDone());

            watched.end();

            assertThat(calling.get()).as(watched.err::toString).isZero();
            assertThat(out.toString(UTF_8).lines())
                    .hasSizeGreaterThan(2)
                    .allMatch(line -> line.startsWith("{\"type\":\"stats\",\"id\":\"watched\""));
        }
    }

    @Test
    void onATerminalTheTableIsLive() throws Exception {
        try (Watched watched = new Watched(here, "spin 100000000");
                Fd terminal = Kernel.open("/dev/pts/ptmx", Kernel.O_RDWR)) {
            var out = new ByteArrayOutputStream();
            var calling = watched.calling(out, terminal.value(), "stats", "--interval", "200ms", Watched.ID);
            Patience.within(20, () -> out.toString(UTF_8).lines().count() > 5 || calling.isDone());

            watched.end();

            assertThat(calling.get()).as(watched.err::toString).isZero();
            List<String> tables =
                    List.of(out.toString(UTF_8).substring(CLEAR.length()).split("\033\\[H\033\\[J"));
            assertThat(tables).hasSizeGreaterThan(2);
            assertThat(tables.subList(0, 2))
                    .allSatisfy(table -> assertThat(table).matches(HEAD + " *\n" + ROW + "\n"));
        }
    }

    @Test
    void topIsTheTableOfAllOrTheProcessesOfOne() throws Exception {
        try (Watched watched = new Watched(here, "spin 100000000")) {
            Called twice = watched.called("top", "--iterations", "2", "--interval", "200ms");
            Called processes = watched.called("top", Watched.ID);

            assertThat(twice.err()).isEmpty();
            assertThat(twice.out()).matches("(" + HEAD + " *\n" + ROW + "\n){2}");
            assertThat(processes.out().lines())
                    .hasSize(2)
                    .element(1)
                    .asString()
                    .contains(" " + watched.runtime.processes(Watched.ID).get(0) + " ")
                    .endsWith("/inside spin 100000000");
        }
    }
}
