package dev.libcontainer;

import dev.libcontainer.kernel.Terminal;

/** The terminal that the JVM itself was started in, for programs that join it with a container's. */
public final class HostTerminal {
    private static final int STDIN = 0;

    private HostTerminal() {}

    /** Whether stdin is a terminal. */
    public static boolean isPresent() {
        return Terminal.is(STDIN);
    }

    /** Its size. */
    public static Stdio.TerminalSize size() {
        Terminal.Size size = Terminal.size(STDIN);
        return new Stdio.TerminalSize(size.rows(), size.columns());
    }

    /** A change of mode that closing undoes. */
    public interface Raw extends AutoCloseable {
        @Override
        void close();
    }

    /** Hands every key on as it is, also Ctrl-C. */
    public static Raw raw() {
        Terminal.Restore restore = Terminal.raw(STDIN);
        return restore::close;
    }
}
