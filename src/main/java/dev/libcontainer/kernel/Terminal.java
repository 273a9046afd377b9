package dev.libcontainer.kernel;

/** Terminal operations on an fd (ioctl_tty(2), termios(3)). */
public final class Terminal {
    private static final int RAW = 1;
    private static final int RESTORE = 2;
    private static final int GET_SIZE = 3;
    private static final int SET_SIZE = 4;
    private static final int IS = 5;
    private static final int STATE_BYTES = 64;

    private Terminal() {}

    /**
     * Rows and columns.
     */
    public record Size(int rows, int columns) {}

    /** Undoes a change of mode. */
    public interface Restore extends AutoCloseable {
        @Override
        void close();
    }

    public static boolean is(int fd) {
        return Native.tty(fd, IS, new byte[STATE_BYTES]) == 1;
    }

    /** Switches to raw mode; closing the result restores what was. */
    public static Restore raw(int fd) {
        byte[] state = new byte[STATE_BYTES];
        Kernel.check("tcsetattr", "fd " + fd, Native.tty(fd, RAW, state));
        return () -> Native.tty(fd, RESTORE, state);
    }

    public static Size size(int fd) {
        byte[] state = new byte[STATE_BYTES];
        Kernel.check("TIOCGWINSZ", "fd " + fd, Native.tty(fd, GET_SIZE, state));
        return new Size(word(state, 0), word(state, 2));
    }

    public static void resize(int fd, Size size) {
        byte[] state = new byte[STATE_BYTES];
        state[0] = (byte) size.rows();
        state[1] = (byte) (size.rows() >> 8);
        state[2] = (byte) size.columns();
        state[3] = (byte) (size.columns() >> 8);
        Kernel.check("TIOCSWINSZ", "fd " + fd, Native.tty(fd, SET_SIZE, state));
    }

    private static int word(byte[] state, int at) {
        return (state[at] & 0xff) | (state[at + 1] & 0xff) << 8;
    }
}
