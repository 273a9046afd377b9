package dev.libcontainer;

import dev.libcontainer.cgroup.CounterFiles;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.Unfailing;
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
 * for all of them, whose files stay open, and a second one for those that have run since: what of a container changes by what
 * it does itself is not looked at again before it has used {@value #ENOUGH_MICROS} µs of CPU time, since nearly all of a
 * look's time the kernel waits for memory that has left the caches. Subscribers are called by this thread.
 */
final class Sampler implements AutoCloseable {
    private static final int DATA_BYTES = 1 << 20;
    private static final int LARGEST_FILE = 64 * 1024;
    /** CPU time after which everything is read again: less than a fork and an exec take. */
    private static final long ENOUGH_MICROS = 500;
    /** What is not read while a container uses less CPU time is read so often all the same. */
    private static final long ALL_WITHIN_NANOS = 1_000_000_000;

    /** A container that is watched, and for whom. */
    static final class Target {
        private final Container container;
        private final CounterFiles files;
        private final Outlet<Sample> outlet;
        private long[] before;
        private long[] now;
        private long beforeNanos;
        /** At which CPU time everything is read again, as of the numbers before: here it is at hand, and they are not. */
        private long allAtCpu;
        /** The same, as of the numbers now. */
        private long allAtCpuNow;
        /** Which of the looks at its group reads all of it, whatever it has done. */
        private int turn;

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
        /** Of the files that are read at each look. */
        private int[] fds = {};
        /** Those of this look whose other files are read too, and the fds of these. */
        private final List<Target> running = new ArrayList<>();

        private int[] others = {};
        private int otherCount;
        /** How many looks it takes to read everything of everybody. */
        private final int turns;

        private int turn;
        private boolean isStale;
        private long nextNanos = System.nanoTime();

        Group(long intervalNanos) {
            this.intervalNanos = intervalNanos;
            turns = (int) Math.max(1, ALL_WITHIN_NANOS / intervalNanos);
        }

        void collect() {
            int all = targets.stream().mapToInt(target -> target.files.count()).sum();
            fds = new int
                    [targets.stream().mapToInt(target -> target.files.always()).sum()];
            others = new int[all - fds.length];
            isStale = false;
            int count = 0;
            for (Target target : targets) {
                for (int i = 0; i < target.files.always(); i++) {
                    fds[count++] = target.files.fd(i);
                }
            }
        }

        void begin() {
            running.clear();
            otherCount = 0;
            turn = (turn + 1) % turns;
        }

        /** When the files that are always read have been: what of the rest is to be read, or stays as it was. */
        void seen(Target target) {
            CounterFiles files = target.files;
            int always = files.always();
            if (always == files.count()) {
                return;
            }
            long cpu = files.cpuMicros(target.now);
            if (cpu >= 0 && cpu < target.allAtCpu && target.turn % turns != turn) {
                files.carryOver(target.before, target.now);
                return;
            }
            target.allAtCpuNow = cpu + ENOUGH_MICROS;
            running.add(target);
            for (int i = always; i < files.count(); i++) {
                others[otherCount++] = files.fd(i);
            }
        }
    }

    private final ByteBuffer data = ByteBuffer.allocateDirect(DATA_BYTES).order(ByteOrder.nativeOrder());
    private final byte[] bytes = new byte[DATA_BYTES];
    private final List<Group> groups = new ArrayList<>();
    private final Thread thread;
    private int added;
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
        target.turn = added++ & Integer.MAX_VALUE;
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
        Unfailing.run(() -> Beforehand.load(Sample.class, Cursor.class));
        Runnable round = this::round;
        while (!isOver()) {
            Unfailing.run(round);
        }
    }

    private synchronized boolean isOver() {
        if (closed) {
            groups.forEach(group -> group.targets.forEach(Sampler::end));
            groups.clear();
        }
        return closed;
    }

    private void round() {
        List<Target> ended;
        Optional<Group> due;
        synchronized (this) {
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
        Unfailing.run(target.files::close);
        Unfailing.run(target.outlet::complete);
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
        group.begin();
        Cursor cursor = new Cursor(fds, fds.length);
        for (Target target : targets) {
            target.now = target.files.none();
            for (int i = 0; i < target.files.always(); i++) {
                cursor.next(target, i);
            }
            group.seen(target);
        }
        cursor = new Cursor(group.others, group.otherCount);
        for (Target target : group.running) {
            for (int i = target.files.always(); i < target.files.count(); i++) {
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
        target.allAtCpu = target.allAtCpuNow;
        target.beforeNanos = now;
    }

    /** Walks over what all files say; a native call gives those of many containers. */
    private final class Cursor {
        private int[] fds;
        private int count;
        private int read;
        private int at;
        private int end;

        Cursor(int[] fds, int count) {
            this.fds = fds;
            this.count = count;
        }

        void next(Target target, int file) {
            if (at == end) {
                fds = read == 0 ? fds : Arrays.copyOfRange(fds, read, count);
                count -= read;
                end = Kernel.readEach(fds, count, LARGEST_FILE, data);
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
