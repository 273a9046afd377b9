package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.Inside.Seen;
import dev.libcontainer.spec.NamespaceType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How containers end, and who hears of it. */
@NeedsRoot
class ExitTest {
    private static final int SIGKILL = 9;
    private static final int SIGTERM = 15;

    private static Container sleeper(Containers containers) {
        return containers.compile(Inside.sandbox("sleep 100000").build()).spawn(Stdio.nothing());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 77, 126, 127, 128, 255})
    void anExitCodeIsPassedOn(int code) {
        ExitStatus exit = Inside.see(Inside.sandbox("exit " + code)).exit();

        assertThat(exit.exitCode()).hasValue(code);
        assertThat(exit.signal()).isEmpty();
        assertThat(exit.code()).isEqualTo(code);
        assertThat(exit.isSuccess()).isEqualTo(code == 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 6, 9, 11, 13, 15, 31})
    void aSignalIsToldFromAnExitCode(int signal) {
        ExitStatus exit = Inside.see(Inside.bare("kill " + signal).rlimit("RLIMIT_CORE", 0, 0))
                .exit();

        assertThat(exit.signal()).hasValue(signal);
        assertThat(exit.exitCode()).isEmpty();
        assertThat(exit.code()).isEqualTo(128 + signal);
        assertThat(exit.isSuccess()).isFalse();
        assertThat(exit.killedBeforeExec()).isFalse();
        assertThat(exit.coreDumped()).isFalse();
    }

    @Test
    void aCoreDumpIsTold() {
        String pattern = Holdings.text(Path.of("/proc/sys/kernel/core_pattern"));
        assumeTrue(pattern.equals("core\n"), "core dumps go to " + pattern.strip());

        ExitStatus exit = Inside.see(Inside.sandbox("kill 6")
                        .namespaces(EnumSet.of(NamespaceType.MOUNT))
                        .cwd("/tmp")
                        .rlimit("RLIMIT_CORE", -1, -1))
                .exit();

        assertThat(exit.signal()).hasValue(6);
        assertThat(exit.coreDumped()).isTrue();
        assertThat(exit.toString()).contains("core dumped");
    }

    @Test
    void resourcesUsedAreTold() {
        Seen seen = Inside.see(Inside.sandbox("spin 100 -- memhog 30"));

        ExitStatus exit = seen.exit();
        assertThat(exit.userTime().plus(exit.systemTime())).isBetween(Duration.ofMillis(5), Duration.ofSeconds(2));
        assertThat(exit.maxRssBytes()).isBetween(30L << 20, 60L << 20);
        assertThat(exit.wallTime()).isGreaterThan(Duration.ofMillis(99));
        assertThat(exit.startLatency()).isPositive().isLessThan(exit.wallTime());
        assertThat(exit.peakMemoryBytes()).isEmpty();
    }

    @Test
    void waitingHasALimit() throws Exception {
        try (Containers containers = Containers.open();
                Container container = sleeper(containers)) {
            long start = System.nanoTime();

            Optional<ExitStatus> exit = container.waitFor(Duration.ofMillis(50));

            assertThat(exit).isEmpty();
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(49), Duration.ofSeconds(2));
            assertThat(container.waitFor(Duration.ZERO)).isEmpty();
            container.kill();
            assertThat(container.waitFor(Duration.ofSeconds(5)).orElseThrow().signal())
                    .hasValue(SIGKILL);
        }
    }

    @Test
    void waitingCanBeInterruptedAndGoneOnWith() throws Exception {
        try (Containers containers = Containers.open();
                Container container = sleeper(containers)) {
            CompletableFuture<Throwable> thrown = new CompletableFuture<>();
            Thread waiter = new Thread(() -> {
                try {
                    container.waitFor();
                    thrown.complete(new AssertionError("not interrupted"));
                } catch (InterruptedException e) {
                    thrown.complete(e);
                }
            });
            waiter.start();
            TimeUnit.MILLISECONDS.sleep(30);
            waiter.interrupt();

            assertThat(thrown.get(5, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
            waiter.join();
            assertThat(container.isAlive()).isTrue();
            container.signal(SIGTERM); // a first process without a handler is immune (pid_namespaces(7))
            assertThat(container.waitFor(Duration.ofMillis(20))).isEmpty();
            container.kill();
            assertThat(container.waitFor().signal()).hasValue(SIGKILL);
        }
    }

    @Test
    void everybodyWhoWaitsIsTold() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("sleep 50").build());
                Container container = blueprint.spawn(Stdio.nothing())) {
            List<CompletableFuture<ExitStatus>> told = new ArrayList<>();
            List<Thread> waiters = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                CompletableFuture<ExitStatus> mine = new CompletableFuture<>();
                told.add(mine);
                Thread waiter = new Thread(() -> mine.complete(Inside.exit(container)));
                waiter.start();
                waiters.add(waiter);
            }
            told.add(container.onExit());

            for (CompletableFuture<ExitStatus> each : told) {
                assertThat(each.get(5, TimeUnit.SECONDS)).isSameAs(container.waitFor());
            }
            for (Thread waiter : waiters) {
                waiter.join();
            }
        }
    }

    @Test
    void onExitIsCompletedWithoutAnybodyWaiting() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("exit 3").build());
                Container container = blueprint.spawn(Stdio.nothing())) {
            assertThat(container.onExit().thenApply(ExitStatus::code).get(5, TimeUnit.SECONDS))
                    .isEqualTo(3);
            assertThat(container.isAlive()).isFalse();
            assertThat(containers.runningCount()).isZero();
        }
    }

    @Test
    @SuppressWarnings("try") // closing twice is part of the test
    void afterTheEndThereIsNothingToSignalOrKill() {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("exit 0").build());
                Container container = blueprint.spawn(Stdio.nothing())) {
            Inside.exit(container);

            assertThat(container.signal(SIGTERM)).isFalse();
            assertThat(container.pidfd()).isEqualTo(-1);
            assertThat(container.pid()).isPositive();
            container.kill();
            container.close();
            assertThat(Inside.exit(container).isSuccess()).isTrue();
        }
    }

    @Test
    void closingAContainerKillsIt() {
        try (Containers containers = Containers.open()) {
            Container container = sleeper(containers);

            container.close();

            assertThat(container.isAlive()).isFalse();
            assertThat(Inside.exit(container).signal()).hasValue(SIGKILL);
            assertThat(containers.runningCount()).isZero();
        }
    }

    @Test
    void closingTheLibraryKillsAllThatRuns() {
        Containers containers = Containers.open();
        List<Container> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            all.add(sleeper(containers));
        }
        assertThat(containers.runningCount()).isEqualTo(5);

        containers.close();
        containers.close();

        assertThat(all).allSatisfy(container -> assertThat(container.isAlive()).isFalse());
        assertThatThrownBy(() -> sleeper(containers)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closingTheLibraryLeavesADetachedContainerAlone() {
        Containers containers = Containers.open();
        Container detached = containers
                .compile(Inside.sandbox("sleep 100000").detached().build())
                .spawn(Stdio.nothing());

        containers.close();

        assertThat(detached.isAlive()).isTrue();
        assertThat(Path.of("/proc/" + detached.pid())).exists();
        detached.close();
        assertThat(detached.isAlive()).isFalse();
        assertThat(Inside.exit(detached).signal()).hasValue(SIGKILL);
    }

    @Test
    @SuppressWarnings("try") // closing twice is part of the test
    void aBlueprintCanBeClosedWhileItsContainersRun() {
        try (Containers containers = Containers.open()) {
            Blueprint blueprint =
                    containers.compile(Inside.sandbox("sleep 100000").build());
            Container direct = blueprint.spawn(Stdio.nothing());
            Container throughTemplate = blueprint.spawn(Stdio.nothing());

            blueprint.close();
            blueprint.close();

            assertThat(direct.isAlive()).isTrue();
            assertThat(throughTemplate.isAlive()).isTrue();
            assertThatThrownBy(() -> blueprint.spawn(Stdio.nothing())).isInstanceOf(IllegalStateException.class);
        }
    }
}
