package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is little for one must not add up; the audit after each test is the point. */
@NeedsRoot
class ManySpawnsTest {
    private static final Duration IN_TIME = Duration.ofSeconds(55);

    private static void spawn(ContainerSpec spec, int count) throws InterruptedException {
        long start = System.nanoTime();
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(spec)) {
            for (int i = 0; i < count; i++) {
                try (Container container = blueprint.spawn(Stdio.nothing())) {
                    assertThat(container.waitFor().isSuccess()).isTrue();
                }
            }
            assertThat(containers.runningCount()).isZero();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(IN_TIME);
    }

    @Test
    void tenThousandWithoutIsolation() throws InterruptedException {
        spawn(Inside.bare("exit 0").build(), 10_000);
    }

    @Test
    void aThousandSandboxes() throws InterruptedException {
        spawn(Inside.sandbox("exit 0").build(), 1_000);
    }

    @Test
    void threeHundredSandboxesWithLimits() throws InterruptedException {
        spawn(Inside.sandbox("exit 0").memoryLimitBytes(32 << 20).pidsLimit(10).build(), 300);
    }

    @Test
    void aHundredSandboxesThatFailToStart() {
        try (Containers containers = Containers.open(ContainersOptions.DEFAULT.networkPoolSize(0));
                Blueprint blueprint = containers.compile(
                        Inside.sandbox("").command("/missing").pidsLimit(10).build())) {
            for (int i = 0; i < 100; i++) {
                org.assertj.core.api.Assertions.assertThatThrownBy(() -> blueprint.spawn(Stdio.pipes()))
                        .isInstanceOf(SpawnFailedException.class);
            }
        }
    }

    @Test
    void fiftyOpenedAndClosedLibraries() throws InterruptedException {
        for (int i = 0; i < 50; i++) {
            spawn(Inside.bare("exit 0").build(), 1);
        }
    }
}
