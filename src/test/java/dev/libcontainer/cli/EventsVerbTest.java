package dev.libcontainer.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.NeedsRoot;
import dev.libcontainer.Patience;
import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cgroup.CgroupVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statistics of a running container, as programs read them that know runc's. */
@NeedsRoot
@Tag("vm")
class EventsVerbTest {
    private static final String VERBS = "memhog 8 -- sleep 100000";
    private static final String LINE = "{\"type\":\"stats\",\"id\":\"watched\",\"data\":{\"cpu\":{";

    @TempDir
    Path here;

    @Test
    void statisticsHaveRuncsNamesAndWhatTheKernelKnowsBesides() throws IOException {
        Called once;
        try (Watched watched = new Watched(here, VERBS)) {
            once = watched.called("events", "--stats", Watched.ID);
        }

        assertThat(once.err()).isEmpty();
        assertThat(once.out()).hasLineCount(1).startsWith(LINE);
        assertThat(once.out()).contains("\"limit\":67108864").contains("\"page_usage_by_numa\":{");
        if (CgroupMounts.read(Path.of("/"))
                .version("memory")
                .filter(CgroupVersion.V2::equals)
                .isPresent()) {
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
        try (Watched watched = new Watched(here, VERBS)) {
            var out = new ByteArrayOutputStream();
            var calling = watched.calling(out, 1, "events", "--interval", "100ms", Watched.ID);
            Patience.within(50, () -> out.toString(UTF_8).lines().count() > 3 || calling.isDone());
            assertThat(calling).isNotDone();

            watched.end();

            assertThat(calling.get()).as(watched.err::toString).isZero();
            assertThat(out.toString(UTF_8).lines()).hasSizeGreaterThan(3).allMatch(line -> line.startsWith(LINE));
        }
    }

    /** Whoever reads the first line may end the container before the second look at it. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anEndBetweenTwoLooksIsNoMistake(boolean deleted) throws Exception {
        try (Watched watched = new Watched(here, VERBS)) {
            var out = new ByteArrayOutputStream() {
                @Override
                public void flush() {
                    if (size() > 0 && watched.isRunning()) {
                        watched.end();
                        if (deleted) {
                            watched.runtime.delete(Watched.ID, true);
                        }
                    }
                }
            };

            assertThat(watched.calling(out, 1, "events", "--interval", "10ms", Watched.ID)
                            .get())
                    .as(watched.err::toString)
                    .isZero();

            assertThat(out.toString(UTF_8)).hasLineCount(1).startsWith(LINE);
        }
    }
}
