package dev.libcontainer.kernel;

import java.util.concurrent.locks.LockSupport;

/**
 * What threads do that all containers depend on, piece by piece. A piece that throws, be it for want of memory or because a
 * class cannot be loaded, is told of and does not end its thread.
 */
public final class Unfailing {
    private static final long REST_NANOS = 1_000_000;

    private Unfailing() {}

    /**
     * Does one piece. What it throws is the thread's handler's of uncaught exceptions; then there is a moment's rest, since
     * the next one may fail for the same reason.
     */
    public static void run(Runnable piece) {
        try {
            piece.run();
        } catch (Throwable e) {
            tell(e);
            LockSupport.parkNanos(REST_NANOS);
        }
    }

    private static void tell(Throwable e) {
        Thread thread = Thread.currentThread();
        try {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        } catch (Throwable another) {
            return; // a handler that fails as well has nobody to be told to
        }
    }
}
