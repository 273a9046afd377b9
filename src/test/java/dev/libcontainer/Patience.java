package dev.libcontainer;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** How long tests wait for what must come: where everything is slow, a property tells how many times as long. */
public final class Patience {
    private static final long TIMES = Long.getLong("libcontainer.test.patience", 1);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private Patience() {}

    public static long seconds(long seconds) {
        return seconds * TIMES;
    }

    /** Waits until a condition holds; false if it does not within the time. */
    public static boolean within(long seconds, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds(seconds));
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return true;
    }
}
