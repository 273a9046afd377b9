package dev.libcontainer;

import dev.libcontainer.cgroup.CounterFiles;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.stats.Sample;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * The one thread that takes samples. Containers that are watched at the same interval are read together: one native call
 * for all of them, whose files stay open. Subscribers are called by this thread.
 */
final class Sampler implements AutoCloseable {
    private static final int DATA_BYTES = 1 << 20;
    private static final int LARGEST_FILE = 64 * 1024;

    /** A container that is watched, and for whom. */
    static final class Target {
        private final Container container;
        private final CounterFiles files;
        private final Outlet<Sample> outlet;
        private long[] before;
        private long[] now;
        private long beforeNanos;

        Target(Container container, CounterFiles files, Outlet<Sample> outlet) {
            this.container = container;
            this.files = files;
            this.outlet = outlet;
            before = files.none();
            now = before;
        }
    }

    /** All with the same interval. */
    private static final class Group {
        private final long intervalNanos;
        private final List<Target> targets = new ArrayList<>();
        private int[] fds = {};
        private boolean isStale;
        private long nextNanos = System.nanoTime();

        Group(long intervalNanos) {
            this.intervalNanos = intervalNanos;
        }

        void collect() {
            fds = new int
                    [targets.stream().mapToInt(target -> target.files.count()).sum()];
            isStale = false;
            int count = 0;
            for (Target target : targets) {
                for (int i = 0; i < target.files.count(); i++) {
                    fds[count++] = target.files.fd(i);
                }
            }
        }
    }

    private final ByteBuffer data = ByteBuffer.allocateDirect(DATA_BYTES).order(ByteOrder.nativeOrder());
    private final byte[] bytes = new byte[DATA_BYTES];
    private final List<Group> groups = new ArrayList<>();
    private final Thread thread;
    private boolean changed;
    private boolean closed;

    Sampler() {
        thread = new Thread(this::run, "libcontainer-statistics");
        thread.setDaemon(true);
        thread.start();
    }

    /** Samples from now on, the first one or two intervals later. */
    synchronized void add(Target target, Duration interval) {
        if (closed) {
            target.files.close();
            target.outlet.complete();
            return;
        }
        long nanos = interval.toNanos();
        Group group = groups.stream()
                .filter(g -> g.intervalNanos == nanos)
                .findFirst()
                .orElseGet(() -> {
                    Group made = new Group(nanos);
                    groups.add(made);
                    return made;
                });
        if (!group.targets.isEmpty()) {
            target.files.alike(group.targets.get(0).files);
        }
        group.targets.add(target);
        group.isStale = true;
        changed();
    }

    /** Looks for containers that have ended, and subscriptions that were cancelled. */
    void look() {
        synchronized (this) {
            changed();
        }
    }

    private void changed() {
        changed = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        while (true) {
            List<Target> ended;
            Optional<Group> due;
            synchronized (this) {
                if (closed) {
                    groups.forEach(group -> group.targets.forEach(Sampler::end));
                    groups.clear();
                    return;
                }
                ended = changed ? takeEnded() : List.of();
                changed = false;
                due = groups.stream().min((a, b) -> Long.signum(a.nextNanos - b.nextNanos));
            }
            ended.forEach(Sampler::end);
            long left = due.map(group -> group.nextNanos - System.nanoTime()).orElse(Long.MAX_VALUE);
            if (left <= 0) {
                tick(due.orElseThrow());
            } else {
                LockSupport.parkNanos(this, left);
            }
        }
    }

    private List<Target> takeEnded() {
        List<Target> ended = new ArrayList<>();
        for (Group group : groups) {
            group.isStale |= group.targets.removeIf(target -> {
                boolean over = target.outlet.isOver() || !target.container.isAlive();
                if (over) {
                    ended.add(target);
                }
                return over;
            });
        }
        groups.removeIf(group -> group.targets.isEmpty());
        return ended;
    }

    private static void end(Target target) {
        target.files.close();
        target.outlet.complete();
    }

    /** One look at all of a group. A tick that comes too late is not made up for: the next interval is longer. */
    private void tick(Group group) {
        List<Target> targets;
        int[] fds;
        synchronized (this) {
            if (group.isStale) {
                group.collect();
            }
            targets = List.copyOf(group.targets);
            fds = group.fds;
        }
        long now = System.nanoTime();
        group.nextNanos = Math.max(group.nextNanos + group.intervalNanos, now);
        Cursor cursor = new Cursor(fds);
        for (Target target : targets) {
            target.now = target.files.none();
            for (int i = 0; i < target.files.count(); i++) {
                cursor.next(target, i);
            }
        }
        for (Target target : targets) {
            emit(target, now);
        }
    }

    private static void emit(Target target, long now) {
        boolean first = target.beforeNanos == 0;
        if (!target.container.isAlive() || (!first && !target.outlet.isWanted())) {
            return; // where it goes on, the next sample tells of a longer interval
        }
        if (!first) {
            target.outlet.emit(new Sample(
                    target.container.id(),
                    target.files.counters(),
                    now,
                    now - target.beforeNanos,
                    target.before,
                    target.now));
        }
        target.before = target.now;
        target.beforeNanos = now;
    }

    /** Walks over what all files say; a native call gives those of many containers. */
    private final class Cursor {
        private int[] fds;
        private int read;
        private int at;
        private int end;

        Cursor(int[] fds) {
            this.fds = fds;
        }

        void next(Target target, int file) {
            if (at == end) {
                fds = read == 0 ? fds : Arrays.copyOfRange(fds, read, fds.length);
                end = Kernel.readEach(fds, fds.length, LARGEST_FILE, data);
                data.get(0, bytes, 0, end);
                at = 0;
                read = 0;
            }
            int length = data.getInt(at);
            at += Integer.BYTES;
            read++;
            if (length > 0) { // else it has ended, or this kind of cgroup has no such numbers
                target.files.parse(file, bytes, at, at + length, target.now);
                at += (length + 3) / 4 * 4;
            }
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            LockSupport.unpark(thread);
        }
        try {
            if (Thread.currentThread() != thread) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
