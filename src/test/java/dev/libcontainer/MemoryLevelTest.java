package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cgroup.CgroupVersion;
import dev.libcontainer.events.ContainerEvent.OutOfMemory;
import dev.libcontainer.events.ContainerEvent.Pressure;
import dev.libcontainer.events.MemoryLevel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Levels of memory pressure: the kernel's word, without anybody looking. */
@Tag("vm")
class MemoryLevelTest {
    private static final int MIB = 1 << 20;

    private boolean isV1;

    @BeforeEach
    void needsTheController() {
        CgroupMounts mounts = CgroupMounts.read(Path.of("/"));
        assumeTrue(mounts.version("memory").isPresent(), "no controller of memory");
        isV1 = mounts.version("memory").filter(CgroupVersion.V1::equals).isPresent();
    }

    private static ContainerSpecBuilder shell(String script) {
        return ContainerSpec.builder()
                .command("/bin/sh", "-c", script)
                .bind(Inside.HOST_PATH, Inside.PATH, true)
                .memoryLimitBytes(32 * MIB);
    }

    private static Collected<dev.libcontainer.events.ContainerEvent> run(Container container, MemoryLevel... levels)
            throws Exception {
        var events = Collected.all(container.events(levels));
        container.stdin().write('\n');
        container.stdin().flush();
        return events;
    }

    @Test
    void allLevelsAreToldOfWhenMemoryRunsOut() throws Exception {
        assumeTrue(isV1, "version 2 has triggers instead");
        try (Containers containers = Containers.open();
                Container container = containers
                        .compile(shell("read x; /inside memhog 100; read x").build())
                        .spawn(Stdio.pipes())) {
            var events = run(container, MemoryLevel.LOW, MemoryLevel.CRITICAL);

            events.await(e -> e instanceof Pressure pressure && pressure.trigger() == MemoryLevel.LOW);
            events.await(e -> e instanceof Pressure pressure && pressure.trigger() == MemoryLevel.CRITICAL);
            events.await(e -> e instanceof OutOfMemory);
        }
    }

    @Test
    void whoHasEnoughIsUnderNoPressure() throws Exception {
        assumeTrue(isV1, "version 2 has triggers instead");
        try (Containers containers = Containers.open();
                Container container = containers
                        .compile(shell("read x; /inside memhog 8; exit 3").build())
                        .spawn(Stdio.pipes())) {
            var events = run(container, MemoryLevel.LOW);

            assertThat(events.isOver()).isTrue();
            assertThat(events.items()).noneMatch(e -> e instanceof Pressure);
        }
    }

    @Test
    void whereThereAreNoLevelsItIsSaidWhy() {
        List<String> words = isV1
                ? List.of("levels of memory pressure need a cgroup for memory", "Start it with a limit")
                : List.of("levels of memory pressure are cgroup v1's", "PressureTrigger");
        ContainerSpec spec = isV1
                ? ContainerSpec.builder().command("/bin/sleep", "1000").build()
                : shell("sleep 1000").build();
        try (Containers containers = Containers.open();
                Container container = containers.compile(spec).spawn(Stdio.nothing())) {
            assertThatThrownBy(() -> container.onEvent(event -> {}, MemoryLevel.LOW))
                    .isInstanceOfSatisfying(UnsupportedByHostException.class, e -> {
                        assertThat(e).hasMessageContaining(words.get(0));
                        assertThat(e.toString() + e.hint()).contains(words.get(1));
                    });
        }
    }
}
