package dev.libcontainer.kernel;

import java.util.Optional;

/**
 * Passes on the signals that this process gets, but for those that are about itself (SIGSEGV, SIGCHLD, SIGWINCH …). For
 * commands that stand for another process: it takes signals away from everybody else in the JVM.
 */
public final class SignalRelay implements AutoCloseable {
    private static final int BUSY = -16;

    private boolean open = true;

    private SignalRelay() {}

    /** From now on keeps them for {@link #to}; empty if somebody else in this process does so. */
    public static Optional<SignalRelay> open() {
        int r = Native.signalsHold();
        if (r == BUSY) {
            return Optional.empty();
        }
        Kernel.check("sigaction", "", r);
        return Optional.of(new SignalRelay());
    }

    /** Sends those kept, and all that come, to this process; the pidfd must stay open until this is closed. */
    public void to(int pidfd) {
        Kernel.check("pidfd_send_signal", "", Native.signalsTo(pidfd));
    }

    @Override
    public synchronized void close() {
        if (open) {
            open = false;
            Native.signalsRelease();
        }
    }
}
