package dev.libcontainer;

import dev.libcontainer.events.Flight;
import dev.libcontainer.kernel.Engine;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.kernel.Poller;
import dev.libcontainer.kernel.Unfailing;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/**
 * The one thread that hears of every exit. It also opens the engine, since the kernel ties children to the thread that
 * started their helper: when this thread goes, they go (prctl(2), PR_SET_PDEATHSIG).
 */
final class ExitLoop implements AutoCloseable {
    private final Poller poller = new Poller();
    private final Map<Integer, Container> running = new ConcurrentHashMap<>();
    private final Queue<Container> leftovers = new ConcurrentLinkedQueue<>();
    private final AtomicInteger nextToken = new AtomicInteger();
    private final CompletableFuture<Engine> engine = new CompletableFuture<>();
    private final Thread thread;
    private volatile boolean closed;
    private volatile boolean over;

    ExitLoop(Engine.Kind kind) {
        thread = new Thread(() -> run(kind), "libcontainer-exits");
        thread.setDaemon(true);
        thread.start();
    }

    Engine engine() {
        try {
            return engine.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private void run(Engine.Kind kind) {
        try {
            engine.complete(Engine.open(kind));
        } catch (RuntimeException | Error e) {
            engine.completeExceptionally(e);
            poller.close();
            return;
        }
        Flight.isRecorded(); // classes are loaded now and not when the first container ends
        Unfailing.run(Beforehand::ends);
        LongConsumer handler = this::handle;
        Runnable round = () -> {
            poller.await(-1, handler);
            sweep();
        };
        while (!closed || !running.isEmpty()) { // those that outlive the library are still this thread's to reap
            Unfailing.run(round); // the children would go with the thread
        }
        over = true;
        sweep();
        poller.close();
    }

    /** Has what is left of an ended container taken down soon, off the path of whoever waits for its end. */
    void sweepLater(Container container) {
        leftovers.add(container);
        if (Thread.currentThread() != thread) {
            poller.wakeUp();
            if (over) {
                sweep();
            }
        }
    }

    private void sweep() {
        for (Container container = leftovers.poll(); container != null; container = leftovers.poll()) {
            Container ended = container;
            Unfailing.run(() -> sweep(ended));
        }
    }

    private static void sweep(Container container) {
        try {
            container.sweep();
        } catch (KernelException e) {
            return; // a cgroup that somebody keeps busy stays; all others depend on this thread
        }
    }

    private void handle(long token) {
        Container container = running.get((int) token);
        if (container == null) {
            return;
        }
        try {
            container.gone();
        } catch (Throwable e) { // the kernel tells of an end but once
            Unfailing.run(() -> container.lost(e));
        }
    }

    Poller poller() {
        return poller;
    }

    /** A token for a spawn; its container must be put under it before the spawn. */
    int expect(Container container) {
        int token = nextToken.incrementAndGet() & Integer.MAX_VALUE;
        running.put(token, container);
        return token;
    }

    /** The spawn failed, or the container has ended. */
    void forget(int token) {
        running.remove(token);
        if (closed && Thread.currentThread() != thread) {
            poller.wakeUp(); // it may have waited for this one only
        }
    }

    Iterable<Container> running() {
        return running.values();
    }

    int count() {
        return running.size();
    }

    @Override
    public void close() {
        closed = true;
        poller.wakeUp();
        try {
            if (running.isEmpty()) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
