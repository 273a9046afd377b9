package dev.libcontainer.net;

import dev.libcontainer.kernel.Errno;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.kernel.Unfailing;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * New network namespaces with their loopback up, made ahead by one thread: the kernel serialises their making and
 * sometimes lets the maker wait for milliseconds. Each is given away once and never comes back. Thread-safe.
 */
public final class NetworkNamespacePool implements AutoCloseable {
    private static final long CALM_NANOS = 2_000_000;
    /** There may be an fd, or one namespace less, in a while; nothing was changed by the attempt. */
    private static final Set<Errno> PASSING = Set.of(Errno.EMFILE, Errno.ENFILE, Errno.ENOSPC);

    private static final long REFUSED_NANOS = 50_000_000;

    private final BlockingQueue<Fd> ready;
    private final int low;
    private final Thread refill;
    private volatile boolean closed;
    private volatile boolean refused;
    private volatile boolean idle;
    private volatile long lastTaken = System.nanoTime() - CALM_NANOS;

    /**
     * Starts filling.
     *
     * @param size how many are kept ready, at least 1; each holds about 230 KiB of kernel memory
     */
    public NetworkNamespacePool(int size) {
        ready = new ArrayBlockingQueue<>(size);
        low = (size + 1) / 2;
        refill = new Thread(this::refill, "libcontainer-networks");
        refill.setDaemon(true);
        refill.start();
    }

    private void refill() {
        Runnable round = this::round;
        while (!closed && !refused) {
            Unfailing.run(round);
        }
    }

    private void round() {
        if (ready.remainingCapacity() == 0) {
            awaitTake();
        } else if (!calm()) {
            LockSupport.parkNanos(this, CALM_NANOS);
        } else {
            make();
        }
    }

    private void make() {
        try {
            Fd made = Kernel.createNetworkNamespace();
            if (!ready.offer(made)) {
                made.close();
            }
        } catch (KernelException e) {
            if (PASSING.contains(e.errno())) {
                LockSupport.parkNanos(this, REFUSED_NANOS);
            } else {
                refused = true; // without the privilege or after a failed return to the old namespace: takers make
                // their own
            }
        }
    }

    private void awaitTake() {
        idle = true;
        if (ready.remainingCapacity() == 0) {
            LockSupport.park(this);
        }
        idle = false;
    }

    /**
     * Whether it is time to make one. Making one takes a CPU for as long as a spawn; begun by a take, it would take that CPU
     * from the very container that is being started. So there is a moment's rest, unless they run short.
     */
    private boolean calm() {
        return ready.size() < low || System.nanoTime() - lastTaken >= CALM_NANOS;
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
