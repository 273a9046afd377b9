package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Limits so small that the kernel kills a process before its program has begun: that ends the spawn, not the library,
 * although until its exec a child shares memory with the process that cloned it.
 */
@NeedsRoot
@NeedsCgroups
@Tag("vm")
class TightMemoryTest {
    /** What became of it: an exit status, or the exception. */
    private static String outcome(Blueprint blueprint) {
        try (Container container = blueprint.spawn(Stdio.nothing())) {
            return Inside.exit(container).toString();
        } catch (SpawnFailedException e) {
            assertThat(e.hint().orElse("")).contains("memory");
            return e.toString();
        }
    }

    private static ContainerSpec limited(ContainerSpecBuilder builder, long bytes) {
        return Amended.of(builder)
                .with("linux.resources", "{'memory': {'limit': " + bytes + "}}")
                .build();
    }

    @ParameterizedTest
    @ValueSource(longs = {4096, 8192, 16384, 32768, 65536})
    void aSpawnRunsOrFailsButTheLibraryStaysUsable(long bytes) {
        List<String> outcomes = new ArrayList<>();
        try (Containers containers = Containers.open();
                Blueprint good = containers.compile(Inside.sandbox("pid").build());
                Blueprint sandbox = containers.compile(limited(Inside.sandbox("exit 0"), bytes));
                Blueprint bare = containers.compile(limited(Inside.bare("exit 0"), bytes))) {
            List<Long> spawners = Processes.spawners();
            for (int i = 0; i < 4; i++) {
                outcomes.add(outcome(i % 2 == 0 ? sandbox : bare));
                assertThat(Inside.see(good, "pid").line())
                        .as("after %s", outcomes)
                        .isEqualTo("1");
            }
            assertThat(Processes.spawners()).as("after %s", outcomes).isEqualTo(spawners);
        }
        assertThat(outcomes).hasSize(4);
    }

    @Test
    void theInProcessEngineRefusesWhatCouldKillTheJvm() {
        ContainersOptions options = ContainersOptions.DEFAULT.engine(ContainersOptions.EngineKind.IN_PROCESS);
        try (Containers containers = Containers.open(options);
                Blueprint blueprint = containers.compile(limited(Inside.bare("exit 0"), 65536))) {
            assertThat(outcome(blueprint)).contains("EOPNOTSUPP").contains("limit memory");
        }
    }
}
