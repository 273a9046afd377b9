package dev.libcontainer.kernel;

/**
 * An owned file descriptor: CLOEXEC, closed once. Methods that take an {@code Fd} borrow it. Safe for any thread; the
 * owner decides when to close, and nobody may use it after.
 */
public final class Fd implements AutoCloseable {
    /** No descriptor. */
    public static final Fd NONE = new Fd(-1);

    private int value;

    private Fd(int value) {
        this.value = value;
    }

    /** Takes over a raw descriptor. */
    public static Fd adopt(int value) {
        return new Fd(value);
    }

    /** The number, or -1 once closed or released. */
    public synchronized int value() {
        return value;
    }

    /** Gives the number away: this object owns nothing any more. */
    public synchronized int release() {
        int released = value;
        value = -1;
        return released;
    }

    @Override
    public void close() {
        int closing = release();
        if (closing >= 0) {
            Native.close(closing);
        }
    }

    @Override
    public String toString() {
        return "fd " + value();
    }
}
