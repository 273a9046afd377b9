package dev.libcontainer.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/**
 * An epoll instance for pidfds and pipes. {@link #await} belongs to one thread; all else is thread-safe.
 */
public final class Poller implements AutoCloseable {
    /** The highest bit marks a token as that of a plain fd. */
    private static final long PLAIN = Long.MIN_VALUE;

    private static final long WAKE = PLAIN | 0x7fffffffL;
    private static final int EPOLLIN = 1;
    private static final int BATCH = 64;

    private final Fd epoll = Fd.adopt(Kernel.check("epoll_create1", "", Native.epollCreate()));
    private final Fd wake = Fd.adopt(Kernel.check("eventfd", "", Native.eventfd()));
    private final ByteBuffer events =
            ByteBuffer.allocateDirect(BATCH * Abi.EXIT_SIZE).order(ByteOrder.nativeOrder());
    private final ByteBuffer one =
            ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder()).putLong(0, 1);

    public Poller() {
        Kernel.check("epoll_ctl", "eventfd", Native.epollSet(epoll.value(), wake.value(), EPOLLIN, WAKE));
    }

    /** The epoll fd, borrowed; for {@link SpawnCall#exitTo}. */
    public int fd() {
        return epoll.value();
    }

    /** Watches a plain fd for input; its events carry this token (not negative) with {@link Exit#code} -1. */
    public void add(int fd, int token) {
        Kernel.check("epoll_ctl", "fd " + fd, Native.epollSet(epoll.value(), fd, EPOLLIN, PLAIN | token));
    }

    public void remove(int fd) {
        Native.epollSet(epoll.value(), fd, 0, 0);
    }

    /** Waits for events, at most timeoutMillis (-1: for ever), and hands each on; wake-ups are not handed on. */
    public void await(int timeoutMillis, Consumer<Exit> each) {
        int n = Kernel.check("epoll_wait", "", Native.exits(epoll.value(), events, BATCH, timeoutMillis));
        for (int i = 0; i < n; i++) {
            Exit exit = Exit.read(events, i * Abi.EXIT_SIZE);
            if (exit.code() != -1) {
                each.accept(exit);
            } else if (exit.token() == WAKE) {
                Native.read(wake.value(), wakeCount, 8);
            } else {
                each.accept(new Exit(exit.token() & ~PLAIN, -1, 0, 0, 0, 0, false, 0));
            }
        }
    }

    private final ByteBuffer wakeCount = ByteBuffer.allocateDirect(8);

    /** Makes a waiting {@link #await} return. */
    public void wakeUp() {
        Native.write(wake.value(), one, 8);
    }

    @Override
    public void close() {
        epoll.close();
        wake.close();
    }
}
