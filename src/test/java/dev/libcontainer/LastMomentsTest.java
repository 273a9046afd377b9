package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.cgroup.CgroupMode;
import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.events.ContainerEvent;
import dev.libcontainer.events.ContainerEvent.Exited;
import dev.libcontainer.events.ContainerEvent.Frozen;
import dev.libcontainer.events.ContainerEvent.Limit;
import dev.libcontainer.events.ContainerEvent.LimitHit;
import dev.libcontainer.events.ContainerEvent.OutOfMemory;
import dev.libcontainer.events.ContainerEvent.Populated;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to a container just before its end is told, and as its own, however late the events' thread comes. */
@NeedsRoot
@NeedsCgroups
@Tag("vm")
class LastMomentsTest {
    private static final int MIB = 1 << 20;

    @RegisterExtension
    private final OpenContainers library = new OpenContainers();

    /** Lets a container that reads its stdin go on, and waits until nothing is left of it. */
    private static void runOut(Container container) throws IOException, InterruptedException {
        EventsTest.go(container);
        container.waitFor();
        container.close();
    }

    /** Keeps the events' thread busy, as a slow subscriber does, until it is closed. */
    private final class SlowSubscriber implements AutoCloseable {
        private final Container container =
                library.compile(EventsTest.shell("read x").managed()).spawn(Stdio.pipes());
        private final CountDownLatch busy = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);
        private final AutoCloseable listening = container.onEvent(event -> {
            if (event instanceof Frozen) {
                busy.countDown();
                awaitRelease();
            }
        });

        SlowSubscriber() throws InterruptedException {
            container.freeze();
            assertThat(busy.await(Patience.seconds(10), TimeUnit.SECONDS)).isTrue();
        }

        private void awaitRelease() {
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() throws Exception {
            released.countDown();
            listening.close();
            container.close();
        }
    }

    private static List<ContainerEvent> whole(Collected<ContainerEvent> events) throws InterruptedException {
        assertThat(events.isOver()).isTrue();
        List<ContainerEvent> items = events.items();
        assertThat(items.get(items.size() - 1)).isInstanceOf(Exited.class);
        return items;
    }

    private static boolean isInUnified(boolean managed) {
        CgroupMounts mounts = CgroupMounts.read(Path.of("/"));
        return mounts.mode() == CgroupMode.UNIFIED
                || (managed && mounts.unified().isPresent());
    }

    private static LimitHit processes(Collected<ContainerEvent> events) throws InterruptedException {
        List<LimitHit> hits = whole(events).stream()
                .filter(LimitHit.class::isInstance)
                .map(LimitHit.class::cast)
                .toList();
        assertThat(hits).singleElement().matches(hit -> hit.limit() == Limit.PIDS);
        return hits.get(0);
    }

    @ParameterizedTest(name = "managed: {0}")
    @ValueSource(booleans = {true, false})
    void aLimitHitBeforeTheDirectoriesWentIsTold(boolean managed) throws Exception {
        ContainerSpecBuilder builder =
                EventsTest.shell("read x; /inside forks 20").pidsLimit(5);
        Blueprint blueprint = library.compile(managed ? builder.managed() : builder);
        Collected<ContainerEvent> events;
        try (SlowSubscriber slow = new SlowSubscriber();
                Container container = blueprint.spawn(Stdio.pipes())) {
            events = Collected.all(container.events());

            runOut(container);
            assertThat(events.items()).as("told by a thread that is busy").isEmpty();
        }
        assertThat(processes(events).count()).isPositive();
        assertThat(events.items().stream().anyMatch(e -> e instanceof Populated populated && !populated.populated()))
                .isEqualTo(isInUnified(managed));
    }

    /** On version 1 they are in the same directories, which count on. */
    @Test
    @Tag("cgroup-v1")
    void whatHappensToTheNextIsTheNexts() throws Exception {
        Blueprint blueprint = library.compile(
                EventsTest.shell("read x; [ $x = quiet ] || /inside forks 20").pidsLimit(5));
        Collected<ContainerEvent> first;
        Collected<ContainerEvent> second;
        Collected<ContainerEvent> quiet;
        try (SlowSubscriber slow = new SlowSubscriber();
                Container one = blueprint.spawn(Stdio.pipes())) {
            first = Collected.all(one.events());
            runOut(one);
            try (Container other = blueprint.spawn(Stdio.pipes())) {
                second = Collected.all(other.events());
                runOut(other);
            }
            try (Container last = blueprint.spawn(Stdio.pipes())) {
                quiet = Collected.all(last.events());
                last.stdin().write("quiet".getBytes(StandardCharsets.US_ASCII));
                runOut(last);
            }
        }
        assertThat(processes(second).count()).isEqualTo(processes(first).count());
        assertThat(whole(quiet)).noneMatch(LimitHit.class::isInstance);
    }

    @Test
    @Tag("cgroup-v1")
    void killsOfThoseBeforeDoNotCount() throws Exception {
        Blueprint blueprint = library.compile(
                EventsTest.shell("read x; /inside memhog 100; read x; :").memoryLimitBytes(32 * MIB));
        for (int i = 0; i < 3; i++) {
            try (Container container = blueprint.spawn(Stdio.pipes())) {
                Collected<ContainerEvent> events = Collected.all(container.events());
                EventsTest.go(container);
                OutOfMemory kill = (OutOfMemory) events.await(OutOfMemory.class::isInstance);
                assertThat(kill.kills()).as("kills in container " + i).isEqualTo(1);
                runOut(container);
                assertThat(whole(events).stream().filter(OutOfMemory.class::isInstance))
                        .hasSize(1);
            }
        }
    }
}
