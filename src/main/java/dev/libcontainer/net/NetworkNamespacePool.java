package dev.libcontainer.net;

import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * New network namespaces with their loopback up, made ahead by one thread: the kernel serialises their making and
 * sometimes lets the maker wait for milliseconds. Each is given away once and never comes back. Thread-safe.
 */
public final class NetworkNamespacePool implements AutoCloseable {
    private final BlockingQueue<Fd> ready;
    private final Thread refill;
    private volatile boolean closed;

    /**
     * Starts filling.
     *
     * @param size how many are kept ready, at least 1; each holds about 230 KiB of kernel memory
     */
    public NetworkNamespacePool(int size) {
        ready = new ArrayBlockingQueue<>(size);
        refill = new Thread(this::refill, "libcontainer-networks");
        refill.setDaemon(true);
        refill.start();
    }

    private void refill() {
        while (!closed) {
            try {
                Fd made = Kernel.createNetworkNamespace();
                try {
                    ready.put(made);
                } catch (InterruptedException e) {
                    made.close();
                }
            } catch (KernelException e) {
                return; // without the privilege or after a failed return to the old namespace: takers make their own
            }
        }
    }

    /** A ready one, now the caller's; empty when none is ready: then a spawn makes its own. */
    public Optional<Fd> poll() {
        return Optional.ofNullable(ready.poll());
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
