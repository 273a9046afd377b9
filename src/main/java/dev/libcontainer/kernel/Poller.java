package dev.libcontainer.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.LongConsumer;

/**
 * An epoll instance for pidfds and pipes. {@link #await} belongs to one thread; all else is thread-safe.
 */
public final class Poller implements AutoCloseable {
    private static final long WAKE = -1;
    private static final int EPOLLIN = 1;
    private static final int EPOLLPRI = 2;
    private static final int BATCH = 64;

    private final Fd epoll = Fd.adopt(Kernel.check("epoll_create1", "", Native.epollCreate()));
    private final Fd wake = Fd.adopt(Kernel.check("eventfd", "", Native.eventfd()));
    private final ByteBuffer tokens = words(BATCH);
    private final ByteBuffer wakeCount = words(1);
    private final ByteBuffer one = words(1).putLong(0, 1);

    public Poller() {
        Kernel.check("epoll_ctl", "eventfd", Native.epollSet(epoll.value(), wake.value(), EPOLLIN, WAKE));
    }

    private static ByteBuffer words(int count) {
        return ByteBuffer.allocateDirect(count * Long.BYTES).order(ByteOrder.nativeOrder());
    }

    /** The epoll fd, borrowed; for {@link SpawnCall#exitTo}. */
    public int fd() {
        return epoll.value();
    }

    /** Watches an fd for input; its events carry this token (not negative). Closing its last duplicate ends that. */
    public void add(int fd, long token) {
        Kernel.check("epoll_ctl", "fd " + fd, Native.epollSet(epoll.value(), fd, EPOLLIN, token));
    }

    /** The same for what comes out of band: changes of a file in /proc or a cgroup. */
    public void addUrgent(int fd, long token) {
        Kernel.check("epoll_ctl", "fd " + fd, Native.epollSet(epoll.value(), fd, EPOLLPRI, token));
    }

    /** Waits for events, at most timeoutMillis (-1: for ever), and hands their tokens on; wake-ups are not handed on. */
    public void await(int timeoutMillis, LongConsumer each) {
        int n = Kernel.check("epoll_wait", "", Native.events(epoll.value(), tokens, BATCH, timeoutMillis));
        for (int i = 0; i < n; i++) {
            long token = tokens.getLong(i * Long.BYTES);
            if (token == WAKE) {
                Native.read(wake.value(), wakeCount, Long.BYTES);
            } else {
                each.accept(token);
            }
        }
    }

    /** Makes a waiting {@link #await} return; does nothing once this is closed. */
    public void wakeUp() {
        synchronized (wake) { // a number that was closed may be somebody else's by now
            if (wake.value() >= 0) {
                Native.write(wake.value(), one, Long.BYTES);
            }
        }
    }

    @Override
    public void close() {
        epoll.close();
        synchronized (wake) {
            wake.close();
        }
    }
}
