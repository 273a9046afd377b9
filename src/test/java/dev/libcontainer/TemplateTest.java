package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.libcontainer.spec.NamespaceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The processes behind the spawns: one spawner for each open library, templates for what is spawned again. */
@NeedsRoot
@Tag("vm")
class TemplateTest {
    private static ContainersOptions templates(int count) {
        return ContainersOptions.DEFAULT.templates(count);
    }

    private static void run(Blueprint blueprint) {
        assertThat(Inside.see(blueprint, "pid").line()).isEqualTo("1");
    }

    @Test
    void thereIsOneSpawnerForEachOpenLibrary() {
        assertThat(Processes.spawners()).isEmpty();
        try (Containers one = Containers.open()) {
            List<Long> first = Processes.spawners();
            assertThat(first).hasSize(1);
            try (Containers two = Containers.open()) {
                assertThat(Processes.spawners()).hasSize(2).containsAll(first);
                assertThat(one.runningCount() + two.runningCount()).isZero();
            }
            assertThat(Processes.spawners()).isEqualTo(first);
        }
        assertThat(Processes.spawners()).isEmpty();
    }

    @Test
    @SuppressWarnings("try") // closing twice is part of the test
    void theSecondSpawnMakesATemplateAndTheThirdUsesIt() {
        try (Containers containers = Containers.open(templates(4).networkPoolSize(0));
                Blueprint blueprint = containers.compile(Inside.sandbox("pid").build())) {
            run(blueprint);
            assertThat(Processes.templates()).isEmpty();

            run(blueprint);
            List<Long> made = Processes.templates();
            assertThat(made).hasSize(1);

            run(blueprint);
            assertThat(Processes.templates()).isEqualTo(made);

            blueprint.close();
            assertThat(Processes.templates()).isEmpty();
        }
    }

    @Test
    void whatOneChildWroteTheNextDoesNotFind() {
        ContainerSpecBuilder sandbox = Inside.sandbox("ls /tmp -- ls /dev/shm -- ls /dev -- touch /tmp/mine"
                + " -- touch /dev/shm/mine -- touch /dev/mine -- ls /dev/pts");
        seeTheSame(sandbox.build());
        ContainerSpec writableDev = Amended.of(sandbox)
                .plus("mounts", "{'destination': '/dev', 'type': 'tmpfs', 'source': 'tmpfs'}")
                .build();
        seeTheSame(writableDev);
    }

    /** What a template does ahead for the next child, it does for that one alone. */
    private static void seeTheSame(ContainerSpec spec) {
        try (Containers containers = Containers.open(templates(4));
                Blueprint blueprint = containers.compile(spec)) {
            String first = Inside.see(blueprint, Launch.of(Stdio.capture())).output();
            assertThat(first).contains("null").doesNotContain("mine");
            for (int i = 0; i < 5; i++) {
                assertThat(Inside.see(blueprint, Launch.of(Stdio.capture())).output())
                        .isEqualTo(first);
            }
        }
    }

    @Test
    void eachChildHasTheNetworkItWasGivenAndASysfsOfIt() throws Exception {
        try (Containers containers = Containers.open(templates(4).networkPoolSize(4));
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("sleep 100000").build())) {
            List<Container> live = new ArrayList<>();
            Set<String> networks = new HashSet<>();
            networks.add(network(ProcessHandle.current().pid()));
            for (int i = 0; i < 12; i++) {
                live.add(blueprint.spawn(Stdio.nothing()));
                networks.add(network(live.get(i).pid()));
            }
            assertThat(networks).as("of these and the host's").hasSize(13);
            for (Container container : live) {
                Path sys = Path.of("/proc/" + container.pid() + "/root/sys");
                assertThat(sys.resolve("class/net").toFile().list()).containsExactly("lo");
                assertThat(sys.resolve("firmware")).isEmptyDirectory();
                container.close();
            }
        }
    }

    private static String network(long pid) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/net")).toString();
    }

    @Test
    void withoutTemplatesEverySpawnDoesItAll() {
        try (Containers containers = Containers.open(templates(0));
                Blueprint blueprint = containers.compile(Inside.sandbox("pid").build())) {
            for (int i = 0; i < 3; i++) {
                run(blueprint);
                assertThat(Processes.templates()).isEmpty();
            }
        }
    }

    @Test
    void aKilledTemplateIsReplaced() {
        try (Containers containers = Containers.open(templates(4).networkPoolSize(0));
                Blueprint blueprint = containers.compile(Inside.sandbox("pid").build())) {
            run(blueprint);
            run(blueprint);
            for (int i = 0; i < 3; i++) {
                List<Long> before = Processes.templates();
                assertThat(before).hasSize(1);

                Processes.kill(before.get(0));
                run(blueprint);
                run(blueprint);

                assertThat(Processes.templates()).hasSize(1).doesNotContainAnyElementsOf(before);
            }
        }
    }

    @Test
    void aKilledTemplateThatJoinsNamespacesIsReplacedAtOnce() {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(Inside.bare("exit 0")
                        .join(NamespaceType.UTS, "/proc/self/ns/uts")
                        .build())) {
            for (int i = 0; i < 3; i++) {
                assertThat(Inside.see(blueprint, Launch.of(Stdio.nothing()))
                                .exit()
                                .isSuccess())
                        .isTrue();
                assertThat(Processes.templates()).hasSize(1);
                Processes.kill(Processes.templates().get(0));
            }
        }
    }

    @Test
    void templatesKilledInTheMidstOfSpawnsHarmNobodyElse() throws Exception {
        try (Containers containers = Containers.open(templates(4).networkPoolSize(0));
                Blueprint blueprint = containers.compile(Inside.sandbox("pid").build())) {
            ExecutorService threads = Executors.newFixedThreadPool(3);
            List<CompletableFuture<Integer>> working = new ArrayList<>();
            for (int t = 0; t < 3; t++) {
                working.add(CompletableFuture.supplyAsync(() -> spawnMany(blueprint), threads));
            }
            for (int i = 0; i < 8; i++) {
                Thread.sleep(20);
                Processes.templates().forEach(Processes::kill);
            }
            for (CompletableFuture<Integer> each : working) {
                assertThat(each.get()).isGreaterThan(25);
            }
            threads.shutdown();
            run(blueprint);
        }
    }

    /** How many of forty succeed; a child may fail with its template, but as a failed spawn. */
    private static int spawnMany(Blueprint blueprint) {
        int successes = 0;
        for (int i = 0; i < 40; i++) {
            try {
                run(blueprint);
                successes++;
            } catch (ContainerException e) {
                assertThat(e).isInstanceOf(SpawnFailedException.class);
            }
        }
        return successes;
    }

    @Test
    void moreBlueprintsThanTemplatesShareThem() {
        try (Containers containers = Containers.open(templates(2).networkPoolSize(0))) {
            List<Blueprint> blueprints = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                Blueprint blueprint = containers.compile(
                        Inside.sandbox("pid").hostname("host" + i).build());
                blueprints.add(blueprint);
                run(blueprint);
                run(blueprint);
                assertThat(Processes.templates()).hasSize(Math.min(i + 1, 2));
            }
            for (Blueprint blueprint : blueprints) {
                run(blueprint);
                run(blueprint);
                assertThat(Processes.templates()).hasSize(2);
            }
        }
    }

    @Test
    void aKilledSpawnerIsSaidAndNotWaitedFor() {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("sleep 100000").build());
                Container running = blueprint.spawn(Stdio.nothing())) {
            Processes.kill(Processes.spawners().get(0));
            long start = System.nanoTime();

            Throwable first = catchThrowable(() -> spawnDirectly(containers));
            Throwable second = catchThrowable(() -> spawnDirectly(containers));

            assertThat(first).isInstanceOf(EngineException.class);
            assertThat(((EngineException) first).hint()).isPresent();
            assertThat(second).isInstanceOf(EngineException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(Patience.seconds(3)));
            assertThat(running.isAlive()).isTrue();
            assertThat(containers.runningCount()).isEqualTo(1);
        }
    }

    private static void spawnDirectly(Containers containers) {
        try (Blueprint blueprint = containers.compile(Inside.sandbox("pid").build())) {
            blueprint.spawn(Stdio.capture()).close();
        }
    }

    @Test
    void aSpawnerKilledUnderwayEndsWaitingSpawns() throws Exception {
        try (Containers containers = Containers.open(templates(0));
                Blueprint blueprint = containers.compile(Inside.sandbox("pid").build())) {
            ExecutorService threads = Executors.newFixedThreadPool(3);
            List<CompletableFuture<Throwable>> working = new ArrayList<>();
            for (int t = 0; t < 3; t++) {
                working.add(CompletableFuture.supplyAsync(() -> spawnUntilItFails(blueprint), threads));
            }
            Thread.sleep(100);

            Processes.kill(Processes.spawners().get(0));

            for (CompletableFuture<Throwable> each : working) {
                assertThat(each.get(Patience.seconds(3), TimeUnit.SECONDS)).isInstanceOf(ContainerException.class);
            }
            threads.shutdown();
            assertThatThrownBy(() -> blueprint.spawn(Stdio.nothing())).isInstanceOf(EngineException.class);
        }
    }

    private static Throwable spawnUntilItFails(Blueprint blueprint) {
        for (int i = 0; i < 100_000; i++) {
            try {
                run(blueprint);
            } catch (ContainerException e) {
                return e;
            }
        }
        return new AssertionError("never failed");
    }

    @Test
    void theInProcessEngineHasNoHelper() {
        ContainersOptions inProcess = ContainersOptions.DEFAULT.engine(ContainersOptions.EngineKind.IN_PROCESS);
        try (Containers containers = Containers.open(inProcess);
                Blueprint blueprint = containers.compile(Inside.sandbox("pid").build())) {
            for (int i = 0; i < 3; i++) {
                run(blueprint);
                assertThat(Processes.spawners()).isEmpty();
                assertThat(Processes.templates()).isEmpty();
            }
            assertThatThrownBy(() -> Inside.see(
                            containers.compile(
                                    Inside.sandbox("pid").user(1000, 1000).build()),
                            Launch.of(Stdio.nothing())))
                    .isInstanceOf(SpawnFailedException.class)
                    .hasMessageContaining("in-process");
        }
    }
}
