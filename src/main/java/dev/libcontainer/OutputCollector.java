package dev.libcontainer;

import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.Poller;
import dev.libcontainer.kernel.Unfailing;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** One thread that drains all captured streams; started by the first. */
final class OutputCollector implements AutoCloseable {
    private static final int CHUNK = 64 * 1024;

    private final Poller poller = new Poller();
    private final Map<Integer, Capture> open = new ConcurrentHashMap<>();
    private final AtomicInteger nextToken = new AtomicInteger();
    private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
    private final byte[] bytes = new byte[CHUNK];
    private final Thread thread = new Thread(this::run, "libcontainer-output");
    private volatile boolean closed;

    OutputCollector() {
        thread.setDaemon(true);
        thread.start();
    }

    /** Takes a pipe's reading end and collects what comes until its end. */
    void collect(Capture capture) {
        int token = nextToken.incrementAndGet() & 0x3fffffff;
        open.put(token, capture);
        poller.add(capture.fd(), token);
    }

    private void run() {
        Runnable round = () -> poller.await(-1, this::drain);
        while (!closed) {
            Unfailing.run(round);
        }
        open.values().forEach(capture -> Unfailing.run(capture::finish));
    }

    private void drain(long event) {
        int token = (int) event;
        Capture capture = open.get(token);
        if (capture == null) {
            return;
        }
        try {
            drain(token, capture);
        } catch (Throwable e) { // else it would be tried, and fail, again and again
            open.remove(token);
            Unfailing.run(() -> capture.fail(e));
        }
    }

    private void drain(int token, Capture capture) {
        int n = Kernel.read(capture.fd(), chunk);
        if (n > 0) {
            chunk.get(0, bytes, 0, n);
            capture.write(bytes, n);
        } else {
            open.remove(token);
            capture.finish(); // closing the last reference to the pipe also takes it out of the poller
        }
    }

    @Override
    public void close() {
        closed = true;
        poller.wakeUp();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        poller.close();
    }
}
