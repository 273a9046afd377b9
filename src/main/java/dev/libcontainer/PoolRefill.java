package dev.libcontainer;

import dev.libcontainer.events.Flight;
import dev.libcontainer.events.FlightSpan;
import dev.libcontainer.kernel.Unfailing;
import dev.libcontainer.pool.RefillPolicy;
import dev.libcontainer.pool.RefillPolicy.Decision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The sandboxes that wait, and the thread that sees to it that there are enough of them. Thread-safe. */
final class PoolRefill {
    private static final long FOREVER_NANOS = Long.MAX_VALUE / 4;

    private final String name;
    private final Parking parking;
    private final RefillPolicy policy;
    private final int lowWater;
    private final int reserve;
    private final long quietNanos;
    /** The newest first: its memory is the warmest. */
    private final ConcurrentLinkedDeque<Parked> waiting = new ConcurrentLinkedDeque<>();

    private final AtomicInteger ready = new AtomicInteger();
    private final AtomicLong made = new AtomicLong();
    private final AtomicLong died = new AtomicLong();
    private final AtomicLong retired = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    private final Thread thread;
    private volatile long lastTakeNanos = System.nanoTime();
    private volatile Optional<ContainerException> lastFailure = Optional.empty();
    private volatile boolean napping;
    private volatile boolean closed;

    PoolRefill(String name, Parking parking, PoolOptions options) {
        this.name = name;
        this.parking = parking;
        lowWater = options.lowWater();
        RefillPolicy.Wanted wanted = new RefillPolicy.Wanted(
                options.size(),
                lowWater,
                options.perSecond() > 0 ? (long) (1e9 / options.perSecond()) : 0,
                nanos(options.idle()),
                nanos(options.maxAge()),
                options.quiet().toNanos());
        reserve = wanted.reserve();
        quietNanos = options.quiet().toNanos();
        policy = new RefillPolicy(wanted);
        thread = new Thread(this::run, "libcontainer-pool");
        thread.setDaemon(true);
        thread.start();
    }

    private static long nanos(Optional<Duration> time) {
        return time.map(Duration::toNanos).orElse(FOREVER_NANOS);
    }

    /** One that is the caller's now, or null. */
    @Nullable
    Parked poll() {
        for (; ; ) {
            Parked parked = waiting.pollFirst();
            if (parked == null || claim(parked)) {
                return parked;
            }
        }
    }

    private boolean claim(Parked parked) {
        if (!parked.claim()) {
            return false; // it has ended meanwhile
        }
        ready.decrementAndGet();
        parking.left();
        return true;
    }

    /** The same, waiting for one; null if none has come in time or the pool is closed. */
    @Nullable
    Parked await(Duration atMost) {
        long left = atMost.toNanos();
        lastTakeNanos = System.nanoTime(); // a pool that has shrunk is wanted again
        lock.lock();
        try {
            for (; ; ) {
                Parked parked = poll();
                if (parked != null || left <= 0 || closed) {
                    return parked;
                }
                LockSupport.unpark(thread);
                left = more.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } finally {
            lock.unlock();
        }
    }

    boolean awaitReady(int count, Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lock();
        try {
            while (ready() < count && left > 0 && !closed) {
                left = more.awaitNanos(left);
            }
            return ready() >= count;
        } finally {
            lock.unlock();
        }
    }

    /** Somebody has asked for one, and has it or not: only now may this thread compete with what was started. */
    void takenOne() {
        lastTakeNanos = System.nanoTime();
        int left = ready.get();
        if (left <= reserve || (left <= lowWater && !napping)) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        Runnable round = this::round;
        while (!closed) {
            Unfailing.run(round);
        }
    }

    private void round() {
        Parked oldest = waiting.peekLast();
        long now = System.nanoTime();
        Decision decision = policy.next(
                now, oldest == null ? 0 : ready.get(), oldest == null ? now : oldest.madeNanos(), lastTakeNanos);
        switch (decision.deed()) {
            case MAKE -> make(now);
            case REPLACE_OLDEST, DROP_OLDEST -> retire();
            case WAIT -> rest(decision.waitNanos());
        }
    }

    /** Whoever takes one need not wake a thread that looks by itself in a moment: that is for the peace of takers. */
    private void rest(long nanos) {
        napping = nanos <= quietNanos;
        LockSupport.parkNanos(this, nanos);
        napping = false;
    }

    private void make(long now) {
        FlightSpan.Refill seen = Flight.refill(name);
        try {
            Parked parked = parking.park();
            made.incrementAndGet();
            policy.made(now);
            ready.incrementAndGet();
            seen.made(parked.container().id(), parked.container().pid(), ready.get());
            waiting.addFirst(parked);
            var unused = parked.container().onExit().whenComplete((status, failure) -> ended(parked));
            signal();
        } catch (ContainerException e) {
            failed(e, seen);
        } catch (RuntimeException | Error e) { // whatever it was, takers must not wait for a thread that is no more
            failed(
                    new EngineException(ContainerException.Phase.SPAWN, String.valueOf(e.getMessage()), "", "", e),
                    seen);
        }
    }

    private void failed(ContainerException e, FlightSpan.Refill seen) {
        seen.failed(String.valueOf(e.getMessage()), ready.get());
        lastFailure = Optional.of(e);
        failures.incrementAndGet();
        policy.failed(System.nanoTime());
        signal();
    }

    private void signal() {
        lock.lock();
        try {
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** On the exit thread: it must not block here. */
    private void ended(Parked parked) {
        if (claim(parked)) {
            waiting.remove(parked);
            parked.dismiss();
            died.incrementAndGet();
            LockSupport.unpark(thread);
        }
    }

    private void retire() {
        Parked parked = waiting.pollLast();
        if (parked != null && claim(parked)) {
            parked.letGo();
            retired.incrementAndGet();
        }
    }

    int ready() {
        return ready.get();
    }

    long made() {
        return made.get();
    }

    long died() {
        return died.get();
    }

    long retired() {
        return retired.get();
    }

    long failures() {
        return failures.get();
    }

    Optional<ContainerException> lastFailure() {
        return lastFailure;
    }

    void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        signal();
        List<Parked> ending = new ArrayList<>();
        for (Parked parked = poll(); parked != null; parked = poll()) {
            parked.dismiss();
            ending.add(parked);
        }
        ending.forEach(Parked::letGo);
        parking.close();
    }
}
