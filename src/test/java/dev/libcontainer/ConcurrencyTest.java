package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** Any thread may spawn at any time. */
@NeedsRoot
class ConcurrencyTest {
    private static void inParallel(ExecutorService threads, int count, IntConsumer work) throws Exception {
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int mine = i;
            all.add(threads.submit(() -> work.accept(mine)));
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(50, TimeUnit.SECONDS)).isTrue();
        for (Future<?> each : all) {
            each.get();
        }
    }

    private static void checkOne(Blueprint blueprint, int thread, int n) {
        String word = thread + "-" + n;
        Launch launch =
                Launch.of(Stdio.capture()).args(Inside.verbs("args " + word)).hostname("h" + word);

        assertThat(Inside.see(blueprint, launch).line()).isEqualTo(word);
    }

    @Test
    void manyThreadsSpawnFromOneBlueprint() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("exit 0").build())) {
            inParallel(Executors.newFixedThreadPool(8), 8, thread -> {
                for (int i = 0; i < 125; i++) {
                    checkOne(blueprint, thread, i);
                }
            });
            assertThat(containers.runningCount()).isZero();
        }
    }

    @Test
    void manyThreadsCompileSpawnAndClose() throws Exception {
        try (Containers containers = Containers.open(ContainersOptions.DEFAULT.templates(2))) {
            inParallel(Executors.newFixedThreadPool(6), 6, thread -> {
                for (int i = 0; i < 8; i++) {
                    ContainerSpec spec = Inside.sandbox("hostname")
                            .hostname("t" + thread)
                            .pidsLimit(20)
                            .build();
                    try (Blueprint blueprint = containers.compile(spec)) {
                        for (int k = 0; k < 3; k++) {
                            assertThat(Inside.see(blueprint, "hostname").line()).isEqualTo("t" + thread);
                        }
                    }
                }
            });
        }
    }

    @Test
    void twoLibrariesDoNotDisturbEachOther() throws Exception {
        try (Containers one = Containers.open();
                Containers two = Containers.open();
                Blueprint first =
                        one.compile(Inside.sandbox("exit 0").pidsLimit(9).build());
                Blueprint second =
                        two.compile(Inside.sandbox("exit 0").pidsLimit(9).build())) {
            inParallel(Executors.newFixedThreadPool(4), 4, thread -> {
                for (int i = 0; i < 30; i++) {
                    checkOne(thread % 2 == 0 ? first : second, thread, i);
                }
            });
        }
    }

    @Test
    void moreContainersThanCellsCanRunAndStartAtOnce() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.bare("sleep 100000").build())) {
            List<Container> running = java.util.Collections.synchronizedList(new ArrayList<>());
            inParallel(Executors.newFixedThreadPool(100), 300, i -> running.add(blueprint.spawn(Stdio.nothing())));

            assertThat(containers.runningCount()).isEqualTo(300);
            assertThat(running.stream().map(Container::pid).distinct()).hasSize(300);
            running.forEach(Container::kill);
            CompletableFuture.allOf(running.stream().map(Container::onExit).toArray(CompletableFuture[]::new))
                    .join();
            assertThat(containers.runningCount()).isZero();
        }
    }

    @Test
    void oneContainerIsUsedByManyThreads() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(Inside.sandbox("sleep 100000")
                        .memoryLimitBytes(32 << 20)
                        .build())) {
            for (int round = 0; round < 20; round++) {
                Container container = blueprint.spawn(Stdio.pipes());
                inParallel(Executors.newFixedThreadPool(6), 6, thread -> {
                    switch (thread) {
                        case 0, 1 -> assertThat(Inside.exit(container).signal()).hasValue(9);
                        case 2 -> container.kill();
                        case 3 -> container.stats();
                        case 4 -> container.signal(15);
                        default -> container.close();
                    }
                });
                container.close();
            }
        }
    }

    /** Virtual threads are there from JDK 21 on; the tests are compiled for 17. */
    private static ExecutorService virtualThreads() throws ReflectiveOperationException {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException | InvocationTargetException e) {
            assumeTrue(false, "this JDK has no virtual threads");
            throw e;
        }
    }

    @Test
    void virtualThreadsSpawnAndWaitWithoutPinningEachOther() throws Exception {
        ExecutorService threads = virtualThreads();
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("sleep 1000").build())) {
            long start = System.nanoTime();

            inParallel(threads, 200, thread -> {
                try (Container container = blueprint.spawn(Stdio.nothing())) {
                    assertThat(Inside.exit(container).isSuccess()).isTrue();
                }
            });

            assertThat(System.nanoTime() - start)
                    .as("waiting is not done by turns")
                    .isLessThan(15_000_000_000L);
        }
    }
}
