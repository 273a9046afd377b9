package dev.libcontainer;

import dev.libcontainer.cgroup.CgroupNotice;
import dev.libcontainer.cgroup.CgroupNotice.What;
import dev.libcontainer.events.ContainerEvent;
import dev.libcontainer.events.ContainerEvent.Limit;
import dev.libcontainer.events.Flight;
import dev.libcontainer.events.Trigger;
import dev.libcontainer.kernel.Poller;
import dev.libcontainer.kernel.Unfailing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * The one thread that hears from the kernel what happens to containers besides their end: eventfds of cgroup v1, files of
 * both versions that tell of their changes, pressure triggers. Only pids.events of
 * version 1, which the kernel counts in silence, is looked at four times a second while somebody listens. Subscribers are called by this thread.
 */
final class EventLoop implements AutoCloseable {
    private static final int LOOK_EVERY_MILLIS = 250;
    private static final int LOOK_SOON_MILLIS = 10;

    /** A container that is watched, and for whom. Only the loop's thread changes it. */
    static final class Watch {
        private final Container container;
        private final Outlet<ContainerEvent> outlet;
        private final boolean endsWithContainer;
        private final List<CgroupNotice> notices;
        private final Map<What, Long> before;
        private final Map<Long, Source> sources = new HashMap<>();
        private boolean toldOutOfMemory;

        /**
         * @param notices what can be heard of; closed by the loop
         * @param before what they count that was not the container's own
         */
        Watch(
                Container container,
                Outlet<ContainerEvent> outlet,
                boolean endsWithContainer,
                List<CgroupNotice> notices,
                Map<What, Long> before) {
            this.container = container;
            this.outlet = outlet;
            this.endsWithContainer = endsWithContainer;
            this.notices = notices;
            this.before = before;
        }
    }

    private record Source(Watch watch, CgroupNotice notice, Optional<Trigger> trigger) {}

    private final Poller poller = new Poller();
    private final ByteBuffer data = buffer();
    private final Map<Long, Source> sources = new HashMap<>();
    private final Set<Source> silent = new HashSet<>();
    /** Those that have told of what they do not count yet. */
    private final Set<Source> expecting = new HashSet<>();

    private final List<Watch> watches = new ArrayList<>();
    /** The same by container, for whoever notices its end. */
    private final Map<Container, Set<Watch>> watched = new ConcurrentHashMap<>();

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Thread thread = new Thread(this::run, "libcontainer-events");
    private long nextToken;
    private long nextLook = System.nanoTime();
    private volatile boolean closed;

    EventLoop() {
        thread.setDaemon(true);
        thread.start();
    }

    static ByteBuffer buffer() {
        return ByteBuffer.allocateDirect(CgroupNotice.DATA_BYTES).order(ByteOrder.nativeOrder());
    }

    /**
     * Watches a container until it ends or nobody listens any more.
     *
     * @param triggers the notices that are pressure triggers
     */
    void add(Watch watch, Map<CgroupNotice, Trigger> triggers) {
        watched.compute(watch.container, (container, others) -> {
            Set<Watch> all = others == null ? new HashSet<>() : others;
            all.add(watch);
            return all;
        });
        execute(() -> {
            watches.add(watch);
            for (CgroupNotice notice : watch.notices) {
                long token = nextToken++;
                Source source = new Source(watch, notice, Optional.ofNullable(triggers.get(notice)));
                sources.put(token, source);
                watch.sources.put(token, source);
                notice.addTo(poller, token);
                if (notice.isSilent()) {
                    silent.add(source);
                }
            }
        });
        var unused = watch.container
                .onExit()
                .whenComplete((status, trouble) -> execute(() -> end(watch, Optional.ofNullable(status))));
    }

    /** A container has ended, and its directories will be removed or another's: what they tell last is kept for the loop. */
    void ended(Container container) {
        watched.computeIfPresent(container, (same, itsWatches) -> {
            ByteBuffer lastData = buffer();
            itsWatches.forEach(watch -> watch.notices.forEach(notice -> notice.keepLast(lastData)));
            return itsWatches;
        });
    }

    /** Nobody listens to it any more. */
    void remove(Outlet<ContainerEvent> outlet) {
        execute(() -> List.copyOf(watches).stream()
                .filter(watch -> watch.outlet == outlet)
                .forEach(this::forget));
    }

    /** Something that the library itself did to a container. */
    void tell(Container container, ContainerEvent event) {
        execute(() -> watches.stream()
                .filter(watch -> watch.container == container)
                .forEach(watch -> watch.outlet.emit(event)));
    }

    private void execute(Runnable task) {
        tasks.add(task);
        if (Thread.currentThread() != thread) {
            poller.wakeUp();
        }
    }

    private void run() {
        Unfailing.run(Beforehand::events);
        Runnable round = this::round;
        while (!closed) {
            Unfailing.run(round);
        }
        List.copyOf(watches)
                .forEach(watch -> Unfailing.run(() -> {
                    forget(watch);
                    watch.outlet.complete();
                }));
        poller.close();
    }

    private void round() {
        int idleMillis = silent.isEmpty() ? -1 : LOOK_EVERY_MILLIS;
        poller.await(expecting.isEmpty() ? idleMillis : LOOK_SOON_MILLIS, this::changed);
        List.copyOf(expecting).forEach(source -> hear(source, () -> source.notice.look(data, to(source))));
        expecting.removeIf(source -> !source.notice.isExpecting());
        if (System.nanoTime() - nextLook >= 0) {
            nextLook = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LOOK_EVERY_MILLIS);
            List.copyOf(silent).forEach(source -> hear(source, () -> source.notice.look(data, to(source))));
        }
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            Unfailing.run(task);
        }
    }

    private void changed(long token) {
        Source source = sources.get(token);
        if (source != null) {
            hear(source, () -> source.notice.read(data, to(source)));
            if (sources.containsKey(token) && source.notice.isExpecting()) {
                expecting.add(source);
            }
        }
    }

    /** No event is lost in silence: who cannot be told of one is told so, and hears of no other. */
    private void hear(Source source, Runnable hearing) {
        try {
            hearing.run();
        } catch (Throwable e) {
            Unfailing.run(() -> {
                forget(source.watch);
                source.watch.outlet.fail(e);
            });
        }
    }

    private static CgroupNotice.Listener to(Source source) {
        return (what, value) -> tell(source, what, value);
    }

    private static void tell(Source source, What what, long value) {
        source.watch.toldOutOfMemory |= what == What.OOM_KILL;
        long own = value - source.watch.before.getOrDefault(what, 0L);
        ContainerEvent event = event(source.watch.container.id(), Instant.now(), what, own, source.trigger);
        Flight.happened(event);
        source.watch.outlet.emit(event);
    }

    static ContainerEvent event(String id, Instant now, What what, long value, Optional<Trigger> trigger) {
        return switch (what) {
            case OOM_KILL -> new ContainerEvent.OutOfMemory(id, now, value);
            case MEMORY_HIGH -> new ContainerEvent.LimitHit(id, now, Limit.MEMORY_HIGH, value);
            case MEMORY_MAX -> new ContainerEvent.LimitHit(id, now, Limit.MEMORY_MAX, value);
            case PIDS_MAX -> new ContainerEvent.LimitHit(id, now, Limit.PIDS, value);
            case POPULATED -> new ContainerEvent.Populated(id, now, value == 1);
            case FROZEN -> new ContainerEvent.Frozen(id, now, value == 1);
            case PRESSURE -> new ContainerEvent.Pressure(id, now, trigger.orElseThrow());
        };
    }

    /** What happened last may not have been told yet; in directories that serve another container already it is his. */
    private void end(Watch watch, Optional<ExitStatus> status) {
        if (!watches.contains(watch)) {
            return;
        }
        boolean isAlone = !watch.container.usesSharedDirectories();
        watch.sources.values().stream()
                .filter(source -> isAlone || source.notice.hasLast())
                .forEach(source -> source.notice.look(data, to(source)));
        Instant now = Instant.now();
        String id = watch.container.id();
        boolean outOfMemory = status.map(ExitStatus::oomKilled).orElse(false);
        if (outOfMemory && !watch.toldOutOfMemory) {
            ContainerEvent event = new ContainerEvent.OutOfMemory(id, now, 1);
            Flight.happened(event);
            watch.outlet.emit(event);
        }
        watch.outlet.emit(new ContainerEvent.Exited(
                id,
                now,
                status.map(ExitStatus::exitCode).orElse(OptionalInt.empty()),
                status.map(ExitStatus::signal).orElse(OptionalInt.empty()),
                outOfMemory));
        forget(watch);
        if (watch.endsWithContainer) {
            watch.outlet.complete();
        }
    }

    private void forget(Watch watch) {
        watches.remove(watch);
        watched.computeIfPresent(watch.container, (container, all) -> {
            all.remove(watch);
            return all.isEmpty() ? null : all;
        });
        watch.sources.forEach((token, source) -> {
            sources.remove(token);
            silent.remove(source);
            expecting.remove(source);
            source.notice.close();
        });
        watch.sources.clear();
    }

    @Override
    public void close() {
        closed = true;
        poller.wakeUp();
        try {
            if (Thread.currentThread() != thread) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
