package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.events.Flight;
import dev.libcontainer.events.FlightSpan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A flight recording tells of spawns, takes and what pools make; without one nothing is made to tell it with. */
@NeedsRoot
@Tag("vm")
class FlightTest {
    @TempDir
    private Path directory;

    /** What is done while a recording runs. */
    private interface Deed {
        void run() throws Exception;
    }

    /** Events of these types, a recording of which has no others of ours. */
    private List<RecordedEvent> recorded(Set<String> types, Deed deed) throws Exception {
        Path file = directory.resolve("recorded.jfr");
        try (Recording recording = new Recording()) {
            for (String type : List.of("Spawn", "Phase", "PoolTake", "PoolRefill", "Exit")) {
                String name = "dev.libcontainer." + type;
                var unused = types.contains(type) ? recording.enable(name) : recording.disable(name);
            }
            recording.start();
            deed.run();
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .sorted(Comparator.comparing(RecordedEvent::getEndTime)) // a file has them thread by thread
                .toList();
    }

    private static List<RecordedEvent> only(String type, List<RecordedEvent> events) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals("dev.libcontainer." + type))
                .toList();
    }

    @Test
    void aSpawnIsRecordedWithHowItWentAndHowLongItTook() throws Exception {
        long[] seen = new long[2];
        List<RecordedEvent> spawns = recorded(Set.of("Spawn"), () -> {
            try (Containers containers = Containers.open();
                    Blueprint blueprint = containers.compile(
                            Inside.sandbox("exit 0").hostNetwork().build())) {
                for (int i = 0; i < 2; i++) {
                    try (Container container =
                            blueprint.spawn(Launch.of(Stdio.nothing()).id("flight-" + i))) {
                        seen[0] = container.pid();
                        seen[1] = container.startLatency().toNanos();
                    }
                }
                assertThatThrownBy(() -> blueprint.spawn(
                                Launch.of(Stdio.nothing()).id("missing").args("/missing")))
                        .isInstanceOf(SpawnFailedException.class);
            }
        });

        assertThat(spawns)
                .extracting(event -> event.getString("container"))
                .containsExactly("flight-0", "flight-1", "missing");
        RecordedEvent first = spawns.get(0);
        assertThat(first.getBoolean("succeeded")).isTrue();
        assertThat(first.getBoolean("template")).isFalse();
        assertThat(first.getInt("step")).isEqualTo(-1);
        RecordedEvent second = spawns.get(1);
        assertThat(second.getLong("pid")).isEqualTo(seen[0]);
        assertThat(second.getString("engine")).isEqualTo("SPAWNER");
        assertThat(second.getBoolean("template")).isTrue();
        assertThat(second.getDuration().toNanos())
                .isBetween(seen[1] / 2, Duration.ofSeconds(20).toNanos());
        RecordedEvent missing = spawns.get(2);
        assertThat(missing.getBoolean("succeeded")).isFalse();
        assertThat(missing.getLong("pid")).isEqualTo(-1);
        assertThat(missing.getInt("step")).isPositive();
        assertThat(missing.getString("errno")).startsWith("ENOENT");
        assertThat(missing.getString("failure")).startsWith("start missing: step ");
    }

    @Test
    void aTimedSpawnIsRecordedStepByStep() throws Exception {
        Timeline[] timeline = new Timeline[1];
        List<RecordedEvent> steps = recorded(Set.of("Phase"), () -> {
            try (Containers containers = Containers.open();
                    Blueprint blueprint =
                            containers.compile(Inside.sandbox("exit 0").build());
                    Container timed = blueprint.spawn(Launch.of(Stdio.nothing()).timed(true))) {
                timeline[0] = timed.timeline().orElseThrow();
                blueprint.spawn(Stdio.nothing()).close(); // which has none
            }
        });

        assertThat(steps)
                .extracting(event -> new Timeline.Step(
                        event.getInt("step"),
                        event.getString("text"),
                        event.getString("jsonPath"),
                        event.getDuration("offset").toNanos(),
                        event.getDuration("time").toNanos()))
                .containsExactlyInAnyOrderElementsOf(timeline[0].steps());
    }

    @Test
    void takesAndWhatPoolsMakeAreRecorded() throws Exception {
        String[] pool = new String[1];
        List<RecordedEvent> events = recorded(Set.of("PoolTake", "PoolRefill"), () -> {
            PoolOptions slow = PoolOptions.of(1).perSecond(0.01).waitWhenEmpty(Duration.ofMillis(50));
            try (Containers containers = Containers.open();
                    Blueprint blueprint =
                            containers.compile(Inside.sandbox("hostname").build());
                    ContainerPool first = Pools.full(blueprint, slow);
                    ContainerPool second = Pools.full(blueprint, slow)) {
                pool[0] = first.name();
                first.take(Launch.of(Stdio.nothing()).hostname("other")).close();
                first.take(Stdio.nothing()).close();
                assertThatThrownBy(() -> first.take(Stdio.nothing())).isInstanceOf(PoolEmptyException.class);
                assertThatThrownBy(() -> second.take(Launch.of(Stdio.nothing()).args("/missing")))
                        .isInstanceOf(SpawnFailedException.class);
            }
        });

        List<RecordedEvent> takes = only("PoolTake", events);
        assertThat(takes)
                .extracting(event -> event.getString("outcome"))
                .containsExactly("spawned", "taken", "refused", "failed");
        assertThat(takes).extracting(event -> event.getInt("ready")).containsExactly(1, 0, 0, 0);
        assertThat(takes.subList(0, 3))
                .allSatisfy(event -> assertThat(event.getString("pool")).isEqualTo(pool[0]));
        assertThat(takes.get(2).getDuration("waitTime").toMillis()).isGreaterThanOrEqualTo(50);
        assertThat(takes.get(2).getDuration()).isGreaterThanOrEqualTo(Duration.ofMillis(50));
        assertThat(takes.get(3).getString("failure")).contains("ENOENT");
        assertThat(takes.get(3).getString("pool")).startsWith("pool-").isNotEqualTo(pool[0]);

        List<RecordedEvent> made = only("PoolRefill", events);
        assertThat(made).hasSize(2).allSatisfy(event -> {
            assertThat(event.getBoolean("made")).isTrue();
            assertThat(event.getInt("ready")).isEqualTo(1);
            assertThat(event.getLong("pid")).isPositive();
            assertThat(event.getDuration().toNanos()).isPositive();
        });
        assertThat(made.get(0).getString("pool")).isEqualTo(pool[0]);
    }

    @Test
    void aTakeThatWaitedAndAMakingThatFailedSaySo() throws Exception {
        List<RecordedEvent> events = recorded(Set.of("PoolTake", "PoolRefill"), () -> {
            try (Containers containers = Containers.open();
                    Blueprint good = containers.compile(Inside.sandbox("exit 0").build());
                    Blueprint bad = containers.compile(
                            Inside.sandbox("exit 0").cwd("/not/there").build())) {
                PoolOptions one = PoolOptions.of(1).waitWhenEmpty(Pools.LONG);
                try (ContainerPool pool = good.pool(one)) {
                    pool.take(Stdio.nothing()).close(); // before anything was ready
                }
                try (ContainerPool pool = bad.pool(one.waitWhenEmpty(Duration.ofMillis(100)))) {
                    assertThatThrownBy(() -> pool.take(Stdio.nothing())).isInstanceOf(PoolEmptyException.class);
                }
            }
        });

        RecordedEvent waited = only("PoolTake", events).get(0);
        assertThat(waited.getString("outcome")).isEqualTo("waited");
        assertThat(waited.getDuration("waitTime").toNanos()).isPositive();
        Optional<RecordedEvent> failed = only("PoolRefill", events).stream()
                .filter(event -> !event.getBoolean("made"))
                .findFirst();
        assertThat(failed.orElseThrow().getString("failure")).contains("/not/there");
        assertThat(failed.orElseThrow().getLong("pid")).isEqualTo(-1);
    }

    @Test
    void whatNobodyRecordsMakesNothing() throws Exception {
        assertThat(Flight.spawn()).isSameAs(FlightSpan.Spawn.UNSEEN);
        recorded(
                Set.of("Exit"),
                () -> { // a recorder that runs, but not for these
                    assertThat(Flight.take("pool")).isSameAs(FlightSpan.Take.UNSEEN);
                    assertThat(Flight.refill("pool")).isSameAs(FlightSpan.Refill.UNSEEN);
                    assertThat(Flight.spawn()).isSameAs(FlightSpan.Spawn.UNSEEN);
                });
    }
}
