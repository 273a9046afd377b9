package dev.libcontainer.runtime;

import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.Poller;
import dev.libcontainer.kernel.Unfailing;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Takes note of the ends of processes that this JVM has cloned and that nobody here waits for. A zombie would hold up the
 * end of its pid namespace. Where the JVM ends first, whoever inherits its children does this.
 */
final class Reaper implements AutoCloseable {
    private final Set<Integer> pidfds = ConcurrentHashMap.newKeySet();
    private Optional<Poller> poller = Optional.empty();
    private volatile boolean closed;

    /** Takes over the pidfd of a child. */
    synchronized void add(int pidfd) {
        pidfds.add(pidfd);
        if (poller.isEmpty()) {
            Poller made = new Poller();
            poller = Optional.of(made);
            Thread thread = new Thread(() -> run(made), "libcontainer-reaper");
            thread.setDaemon(true);
            thread.start();
        }
        poller.get().add(pidfd, pidfd);
    }

    private void run(Poller ends) {
        Runnable round = () -> ends.await(-1, token -> Unfailing.run(() -> reap((int) token)));
        while (!closed) {
            Unfailing.run(round);
        }
        ends.close();
    }

    private void reap(int pidfd) {
        if (pidfds.remove(pidfd)) { // else it was closed meanwhile
            try {
                Kernel.await(pidfd, 0);
            } finally {
                Kernel.close(pidfd);
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        poller.ifPresent(Poller::wakeUp);
        for (int pidfd : List.copyOf(pidfds)) {
            if (pidfds.remove(pidfd)) {
                Kernel.close(pidfd);
            }
        }
    }
}
