package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is left of a library that was closed while containers went on, and of those: nothing after their end. */
@NeedsRoot
@NeedsCgroups
@Tag("vm")
class OutlivingTest {
    private static final String PARENT = "libcontainer-outlived";
    private static final int MIB = 1 << 20;

    /** Without a name it has directories that would have served the next one of its blueprint. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingIsLeftOfThemAtItsEnd(boolean isNamed) {
        Containers containers = Containers.open(ContainersOptions.DEFAULT.cgroupParent(PARENT));
        Blueprint blueprint = containers.compile(Inside.sandbox("sleep 100000")
                .pidsLimit(17)
                .memoryLimitBytes(64 * MIB)
                .detached()
                .build());
        Launch launch = Launch.of(Stdio.nothing());
        Container detached = blueprint.spawn(isNamed ? launch.id("outlived") : launch);
        Path cgroup = directory(detached);

        containers.close();
        assertThat(cgroup).isDirectory();
        detached.close();

        assertThat(detached.isAlive()).isFalse();
        assertThat(cgroup).doesNotExist();
        for (Path mount : Holdings.cgroupMounts()) {
            assertThat(mount.resolve(PARENT)).doesNotExist();
        }
    }

    /** Who waits for an end hears of it first, and the thread that was to hear of it goes, too. */
    @Test
    void theirThreadEndsWithThem() throws Exception {
        for (int i = 0; i < 20; i++) {
            Container container;
            try (Containers containers = Containers.open()) {
                container = containers
                        .compile(Inside.bare("stdin").detached().build())
                        .spawn(Stdio.pipes());
            }
            container.stdin().close();
            assertThat(container.waitFor().isSuccess()).isTrue();
            container.close();
        }
        assertThat(Patience.within(5, () -> exitThreads() == 0))
                .as(exitThreads() + " threads")
                .isTrue();
    }

    private static long exitThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("libcontainer-exits"))
                .count();
    }

    /** One of those that it is in. */
    private static Path directory(Container container) {
        String line = Holdings.text(Path.of("/proc/" + container.pid() + "/cgroup"))
                .lines()
                .filter(l -> l.contains(PARENT))
                .findFirst()
                .orElseThrow();
        String path = line.split(":", 3)[2].substring(1);
        return Holdings.cgroupMounts().stream()
                .map(mount -> mount.resolve(path))
                .filter(Files::isDirectory)
                .findFirst()
                .orElseThrow();
    }
}
