package dev.libcontainer.net;

import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * New network namespaces with their loopback up, made ahead by one thread: the kernel serialises their making and
 * sometimes lets the maker wait for milliseconds. Each is given away once and never comes back. Thread-safe.
 */
public final class NetworkNamespacePool implements AutoCloseable {
    private static final long CALM_NANOS = 2_000_000;

    private final BlockingQueue<Fd> ready;
    private final Queue<Fd> used = new ConcurrentLinkedQueue<>();
    private final AtomicInteger usedCount = new AtomicInteger();
    private final int most;
    private final int low;
    private final Thread refill;
    private volatile boolean closed;
    private volatile boolean idle;
    private volatile boolean ended;
    private volatile long lastTaken = System.nanoTime() - CALM_NANOS;

    /**
     * Starts filling.
     *
     * @param size how many are kept ready, at least 1; each holds about 230 KiB of kernel memory
     */
    public NetworkNamespacePool(int size) {
        ready = new ArrayBlockingQueue<>(size);
        low = (size + 1) / 2;
        most = size;
        refill = new Thread(this::refill, "libcontainer-networks");
        refill.setDaemon(true);
        refill.start();
    }

    private void refill() {
        try {
            while (!closed) {
                if (usedCount.get() > most || (usedCount.get() > 0 && isQuiet())) {
                    letGo();
                } else if (ready.remainingCapacity() == 0 && usedCount.get() == 0) {
                    awaitTake();
                } else if (ready.remainingCapacity() == 0 || !calm()) {
                    LockSupport.parkNanos(this, CALM_NANOS);
                } else {
                    Fd made = Kernel.createNetworkNamespace();
                    if (!ready.offer(made)) {
                        made.close();
                    }
                }
            }
        } catch (KernelException e) {
            return; // without the privilege or after a failed return to the old namespace: takers make their own
        } finally {
            ended = true;
            letGo();
        }
    }

    private void letGo() {
        for (Fd fd = used.poll(); fd != null; fd = used.poll()) {
            usedCount.decrementAndGet();
            fd.close();
        }
    }

    private void awaitTake() {
        idle = true;
        if (ready.remainingCapacity() == 0 && usedCount.get() == 0) {
            LockSupport.park(this);
        }
        idle = false;
    }

    /**
     * Whether it is time to make one. Making one takes a CPU for as long as a spawn; begun by a take, it would take that CPU
     * from the very container that is being started. So there is a moment's rest, unless they run short.
     */
    private boolean calm() {
        return ready.size() < low || isQuiet();
    }

    private boolean isQuiet() {
        return System.nanoTime() - lastTaken >= CALM_NANOS;
    }

    /** A ready one, now the caller's; empty when none is ready: then a spawn makes its own. */
    public Optional<Fd> poll() {
        Optional<Fd> taken = Optional.ofNullable(ready.poll());
        lastTaken = System.nanoTime();
        if (idle || ready.size() < low) {
            LockSupport.unpark(refill);
        }
        return taken;
    }

    /**
     * Takes over one that {@link #poll} gave and a container has joined by now. It is held until nobody has taken one for a
     * moment, or there are more of them than the pool is large: the kernel takes a network namespace down when the last
     * one lets it go, which costs as much as a spawn, and less for each the more it has to take down at a time.
     */
    public void giveBack(Fd joined) {
        used.add(joined);
        int count = usedCount.incrementAndGet();
        if (ended) {
            letGo();
        } else if (idle || count > most) {
            LockSupport.unpark(refill);
        }
    }

    /** How many are ready now. */
    public int available() {
        return ready.size();
    }

    @Override
    public void close() {
        closed = true;
        refill.interrupt();
        try {
            refill.join(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Fd fd = ready.poll(); fd != null; fd = ready.poll()) {
            fd.close();
        }
    }
}
