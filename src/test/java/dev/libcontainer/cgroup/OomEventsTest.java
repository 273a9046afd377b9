package dev.libcontainer.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Version 2 tells of changes in every file of events alike; that of the core is there without the controller memory. */
@Tag("root")
class OomEventsTest {

    @Test
    void aCountInAFileOfVersion2IsWatched() throws IOException, InterruptedException {
        Optional<Hierarchy> unified = CgroupMounts.read(Path.of("/")).unified();
        assumeTrue(unified.isPresent() && Files.isWritable(Path.of(unified.get().mountPoint())), "needs cgroup v2");
        Path path = Path.of(
                unified.get().mountPoint(),
                "libcontainer-test-events-" + ProcessHandle.current().pid());
        Files.createDirectory(path);
        try (OomEvents events = new OomEvents(new CgroupDirectory(unified.get(), path), "cgroup.events", "populated")) {
            assertThat(events.await(Duration.ofMillis(20))).isEqualTo(OomEvents.Event.TIME_OUT);

            for (int i = 0; i < 2; i++) {
                Process process = new ProcessBuilder("sleep", "1000").start();
                Files.writeString(path.resolve("cgroup.procs"), Long.toString(process.pid()));
                assertThat(events.await(Duration.ofSeconds(5))).isEqualTo(OomEvents.Event.OUT_OF_MEMORY);
                process.destroyForcibly().waitFor();
                assertThat(events.await(Duration.ofMillis(100)))
                        .as("less is no event")
                        .isEqualTo(OomEvents.Event.TIME_OUT);
            }
        } finally {
            Files.delete(path);
        }
    }
}
