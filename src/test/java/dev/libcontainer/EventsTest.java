package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.cgroup.CgroupMode;
import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.events.ContainerEvent;
import dev.libcontainer.events.ContainerEvent.Exited;
import dev.libcontainer.events.ContainerEvent.Frozen;
import dev.libcontainer.events.ContainerEvent.LimitHit;
import dev.libcontainer.events.ContainerEvent.OutOfMemory;
import dev.libcontainer.events.ContainerEvent.Pressure;
import dev.libcontainer.events.PressureTrigger;
import dev.libcontainer.events.PressureTrigger.Resource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What happens to a container is told when the kernel tells it, with its end as the last. */
@NeedsRoot
@NeedsCgroups
@Tag("vm")
class EventsTest {
    private static final int MIB = 1 << 20;
    private static final int SIGKILL = 9;
    /** Who lacks CAP_SYS_RESOURCE may have no other. */
    private static final Duration WINDOW = Duration.ofSeconds(2);

    @RegisterExtension
    private final OpenContainers library = new OpenContainers();

    private Container spawn(ContainerSpecBuilder builder) {
        return library.compile(builder).spawn(Stdio.pipes());
    }

    /** Lets a container that reads its stdin first go on. */
    static void go(Container container) throws java.io.IOException {
        container.stdin().write('\n');
        container.stdin().flush();
    }

    static ContainerSpecBuilder shell(String script) {
        return ContainerSpec.builder()
                .command("/bin/sh", "-c", script)
                .bind(Inside.HOST_PATH, Inside.PATH, true)
                .env(Holdings.OWNER_VARIABLE, Inside.owner());
    }

    @Test
    void theEndIsTheLastEvent() throws Exception {
        try (Container container = spawn(shell("read x; exit 7"))) {
            var events = Collected.all(container.events());
            go(container);

            assertThat(events.isOver()).isTrue();
            assertThat(events.items()).singleElement().satisfies(event -> {
                assertThat(event.container()).isEqualTo(container.id());
                assertThat(((Exited) event).exitCode()).hasValue(7);
            });
            assertThat(Collected.all(container.events()).isOver())
                    .as("whoever comes late hears of the end")
                    .isTrue();
        }
    }

    @Test
    @Tag("cgroup-v1")
    void runningOutOfMemoryIsToldWhileOthersLiveOn() throws Exception {
        try (Container container = spawn(shell("read x; /inside memhog 100; /inside memhog 100; read x")
                .managed()
                .memoryLimitBytes(32 * MIB))) {
            var events = Collected.all(container.events());
            go(container);

            OutOfMemory first = (OutOfMemory) events.await(e -> e instanceof OutOfMemory);
            OutOfMemory second = (OutOfMemory) events.await(e -> e instanceof OutOfMemory o && o.kills() == 2);

            assertThat(first.kills()).isEqualTo(1);
            assertThat(second.at()).isAfterOrEqualTo(first.at());
            assertThat(container.isAlive()).isTrue();
            container.kill();
            assertThat(events.isOver()).isTrue();
            assertThat(events.items().stream().filter(e -> e instanceof OutOfMemory))
                    .hasSize(2);
            assertThat(((Exited) events.items().get(events.items().size() - 1)).outOfMemory())
                    .isTrue();
        }
    }

    @Test
    void aFirstProcessKilledForWantOfMemoryIsBoth() throws Exception {
        try (Container container =
                spawn(shell("read x; exec /inside memhog 100").memoryLimitBytes(32 * MIB))) {
            var events = Collected.all(container.events());
            go(container);

            assertThat(events.isOver()).isTrue();
            assertThat(events.items().stream().filter(e -> e instanceof OutOfMemory))
                    .hasSize(1);
            Exited end = (Exited) events.items().get(events.items().size() - 1);
            assertThat(end.signal()).hasValue(SIGKILL);
            assertThat(end.outOfMemory()).isTrue();
        }
    }

    @Test
    @Tag("cgroup-v1")
    void theLimitOfProcessesIsToldWhenItIsHit() throws Exception {
        try (Container container =
                spawn(shell("read x; /inside forks 20; read x").managed().pidsLimit(5))) {
            var events = Collected.all(container.events());
            go(container);

            LimitHit hit = (LimitHit) events.await(e -> e instanceof LimitHit);
            assertThat(hit.limit()).isEqualTo(ContainerEvent.Limit.PIDS);
            assertThat(hit.count()).isPositive();
        }
    }

    @Test
    void thatMemoryHadToBeTakenBackIsTold() throws Exception {
        assumeTrue(
                CgroupMounts.read(Path.of("/")).mode() == CgroupMode.UNIFIED,
                "needs a host with cgroups of version 2 only");
        Limits limits = Limits.none().memoryBytes(32 * MIB).memoryHighBytes(16 * MIB);
        try (Container container = spawn(shell("read x; /inside memhog 20; head -c 64M /dev/zero > /tmp/file; read x")
                .limits(limits))) {
            var events = Collected.all(container.events());
            go(container);

            LimitHit high = (LimitHit)
                    events.await(e -> e instanceof LimitHit hit && hit.limit() == ContainerEvent.Limit.MEMORY_HIGH);
            assertThat(high.count()).isPositive();
            container.update(Limits.none().memoryHighBytes(-1));
            LimitHit max = (LimitHit)
                    events.await(e -> e instanceof LimitHit hit && hit.limit() == ContainerEvent.Limit.MEMORY_MAX);
            assertThat(max.count()).isPositive();
        }
    }

    @Test
    void thatNobodyIsLeftIsToldBeforeTheEnd() throws Exception {
        assumeTrue(
                CgroupMounts.read(Path.of("/")).mode() == CgroupMode.UNIFIED,
                "needs a host with cgroups of version 2 only");
        try (Container container = spawn(shell("read x").managed())) {
            var events = Collected.all(container.events());
            go(container);

            assertThat(events.isOver()).isTrue();
            assertThat(events.items())
                    .hasSize(2)
                    .first()
                    .satisfies(event -> assertThat(((ContainerEvent.Populated) event).populated())
                            .isFalse());
        }
    }

    @Test
    void thatNobodyIsThereIsToldAndThatSomebodyIs() throws Exception {
        assumeTrue(
                CgroupMounts.read(Path.of("/")).mode() == CgroupMode.UNIFIED,
                "needs a host with cgroups of version 2 only");
        try (InCgroup host = new InCgroup();
                Container container = spawn(shell("read x").managed())) {
            Path other = Path.of(host.make("").paths().get("unified"));
            Path own = CgroupTest.directories("libcontainer", container.id()).get(0);
            var events = Collected.all(container.events());

            Files.writeString(other.resolve("cgroup.procs"), Long.toString(container.pid()));
            events.await(e -> e instanceof ContainerEvent.Populated populated && !populated.populated());
            Files.writeString(own.resolve("cgroup.procs"), Long.toString(container.pid()));
            events.await(e -> e instanceof ContainerEvent.Populated populated && populated.populated());

            go(container);
            assertThat(events.isOver()).isTrue();
        }
    }

    @Test
    void freezingAndThawingAreTold() throws Exception {
        try (Container container =
                spawn(shell("while :; do echo x; sleep 0.01; done").managed())) {
            BlockingQueue<ContainerEvent> heard = new LinkedBlockingQueue<>();
            try (AutoCloseable listening = container.onEvent(event -> {
                if (event instanceof Frozen) {
                    heard.add(event);
                }
            })) {
                container.freeze();
                assertThat(((Frozen) heard.poll(Patience.seconds(10), TimeUnit.SECONDS)).frozen())
                        .isTrue();
                container.thaw();
                assertThat(((Frozen) heard.poll(Patience.seconds(10), TimeUnit.SECONDS)).frozen())
                        .isFalse();
            }
            container.freeze();
            assertThat(heard.poll(100, TimeUnit.MILLISECONDS)).isNull();
        } // a frozen container can be closed
    }

    @Test
    void aPressureTriggerFires() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/pressure/cpu")), "no pressure stall information");
        assumeTrue(
                Holdings.cgroupMounts().stream().anyMatch(m -> Files.exists(m.resolve("cgroup.controllers"))),
                "no version 2 hierarchy");
        String many = "read x; for i in 1 2 3 4 5 6; do /inside spin 4000 & done; wait";
        try (Container container = spawn(shell(many).managed())) {
            PressureTrigger trigger = PressureTrigger.some(Resource.CPU, Duration.ofMillis(50), WINDOW);
            var events = Collected.all(container.events(trigger));
            go(container);

            Pressure pressure = (Pressure) events.await(e -> e instanceof Pressure);

            assertThat(pressure.trigger()).isEqualTo(trigger);
        }
    }

    @Test
    void aTriggerThatCannotBeSetSaysWhy() {
        PressureTrigger wrong = PressureTrigger.some(Resource.CPU, WINDOW, Duration.ofMillis(1));
        try (Container managed = spawn(shell("read x").managed());
                Container plain = spawn(shell("read x"))) {
            assertThatThrownBy(() -> managed.onEvent(event -> {}, wrong))
                    .isInstanceOf(UnsupportedByHostException.class)
                    .hasMessageContaining(
                            CgroupMounts.read(Path.of("/")).unified().isPresent()
                                    ? "cpu.pressure takes no trigger \"some 2000000 1000\""
                                    : "it has no cgroup there");
            assertThatThrownBy(() -> plain.onEvent(event -> {}, wrong))
                    .isInstanceOf(UnsupportedByHostException.class)
                    .hasMessageContaining("it has no cgroup there");
        }
    }

    @Test
    void eventsOfAllContainersComeFromOneThread() throws Exception {
        List<String> threads = new CopyOnWriteArrayList<>();
        List<String> ended = new CopyOnWriteArrayList<>();
        Blueprint blueprint = library.compile(Inside.sandbox("exit 3"));
        try (AutoCloseable listening = library.containers().onEvent(event -> {
            threads.add(Thread.currentThread().getName());
            ended.add(event.container());
        })) {
            for (int i = 0; i < 20; i++) {
                try (Container container = blueprint.spawn(Stdio.nothing())) {
                    container.waitFor();
                }
            }
            Patience.within(5, () -> ended.size() == 20);
        }
        assertThat(ended).doesNotHaveDuplicates().hasSize(20);
        assertThat(threads).containsOnly("libcontainer-events");
    }

    @Test
    @Tag("not-vm")
    void whatNobodyTakesEndsTheSubscriptionWithAnError() throws Exception {
        Collected<ContainerEvent> lazy = new Collected<>(0);
        Blueprint blueprint = library.compile(Inside.bare("exit 0"));
        library.containers().events().subscribe(lazy);
        for (int i = 0; i < 1100; i++) {
            blueprint.spawn(Stdio.nothing()).waitFor();
        }

        assertThat(lazy.isOver()).isTrue();
        assertThat(lazy.trouble().orElseThrow()).hasMessageContaining("1024 items wait");
    }

    @Test
    void aFlightRecordingHasThem(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("recorded.jfr");
        String id;
        try (Recording recording = new Recording()) {
            recording.enable("dev.libcontainer.Exit");
            recording.enable("dev.libcontainer.OutOfMemory");
            recording.start();
            try (Container container =
                    spawn(shell("read x; exec /inside memhog 100").memoryLimitBytes(32 * MIB))) {
                id = container.id();
                var events = Collected.all(container.events());
                go(container);
                assertThat(events.isOver()).isTrue();
            }
            recording.stop();
            recording.dump(file);
        }

        List<RecordedEvent> recorded = RecordingFile.readAllEvents(file);
        assertThat(recorded).anySatisfy(event -> {
            assertThat(event.getEventType().getName()).isEqualTo("dev.libcontainer.Exit");
            assertThat(event.getString("container")).isEqualTo(id);
            assertThat(event.getInt("signal")).isEqualTo(SIGKILL);
            assertThat(event.getBoolean("outOfMemory")).isTrue();
        });
        assertThat(recorded).anySatisfy(event -> {
            assertThat(event.getEventType().getName()).isEqualTo("dev.libcontainer.OutOfMemory");
            assertThat(event.getString("container")).isEqualTo(id);
        });
    }

    @Test
    void limitsFreezingAndPressureAreRecordedToo(@TempDir Path directory) throws Exception {
        boolean pressure = Files.exists(Path.of("/proc/pressure/cpu"))
                && Holdings.cgroupMounts().stream().anyMatch(m -> Files.exists(m.resolve("cgroup.controllers")));
        PressureTrigger trigger = PressureTrigger.some(Resource.CPU, Duration.ofMillis(50), WINDOW);
        Path file = directory.resolve("recorded.jfr");
        String id;
        try (Recording recording = new Recording()) {
            for (String name : List.of("LimitHit", "Frozen", "Pressure")) {
                recording.enable("dev.libcontainer." + name);
            }
            recording.start();
            String script = "read x; /inside forks 20; for i in 1 2 3 4 5 6; do /inside spin 4000 & done; wait; read x";
            try (Container container = spawn(shell(script).managed().pidsLimit(10))) {
                id = container.id();
                var events = Collected.all(pressure ? container.events(trigger) : container.events());
                go(container);
                events.await(e -> e instanceof LimitHit);
                if (pressure) {
                    events.await(e -> e instanceof Pressure);
                }
                container.freeze();
                events.await(e -> e instanceof Frozen);
            }
            recording.stop();
            recording.dump(file);
        }

        List<RecordedEvent> recorded = RecordingFile.readAllEvents(file);
        assertThat(recorded)
                .isNotEmpty()
                .allMatch(event -> event.getString("container").equals(id));
        assertThat(only("LimitHit", recorded).get(0).getString("limit")).isEqualTo("PIDS");
        assertThat(only("LimitHit", recorded).get(0).getLong("count")).isPositive();
        assertThat(only("Frozen", recorded).get(0).getBoolean("frozen")).isTrue();
        if (pressure) {
            assertThat(only("Pressure", recorded).get(0).getString("resource")).isEqualTo("cpu");
            assertThat(only("Pressure", recorded).get(0).getString("trigger")).isEqualTo("some 50000 2000000");
        }
    }

    private static List<RecordedEvent> only(String name, List<RecordedEvent> recorded) {
        return recorded.stream()
                .filter(event -> event.getEventType().getName().equals("dev.libcontainer." + name))
                .toList();
    }

    /** The thread's handler is told, as of anything else that nobody catches. */
    @Test
    void aCallbackThatThrowsAnErrorEndsNobodyElsesEvents() throws Exception {
        List<Throwable> told = new CopyOnWriteArrayList<>();
        Thread.UncaughtExceptionHandler usual = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> told.add(e));
        try (Container container = spawn(shell("read x"));
                AutoCloseable failing = container.onEvent(event -> {
                    throw new AssertionError("of the callback");
                })) {
            var events = Collected.all(container.events());
            go(container);

            assertThat(events.isOver()).isTrue();
            assertThat(Patience.within(10, () -> !told.isEmpty())).isTrue();
            assertThat(told).singleElement().hasToString("java.lang.AssertionError: of the callback");
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(usual);
        }
    }
}
