package dev.libcontainer.runtime;

import dev.libcontainer.kernel.Exit;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.SignalRelay;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a command does that stays with its process: it passes on signals, which whoever started the command means for the
 * program, and what the container says of its readiness. A JVM that {@linkplain RuntimeOptions#resident stays} keeps its
 * signals to itself.
 */
final class Attendance implements AutoCloseable {
    private static final int SIGNAL_BASE = 128;

    private final RuntimeOptions options;
    private final Optional<SignalRelay> signals;
    private Optional<NotifySocket> notify = Optional.empty();

    private Attendance(RuntimeOptions options, Optional<SignalRelay> signals) {
        this.options = options;
        this.signals = signals;
    }

    /**
     * From now on signals are kept for the process to come.
     *
     * @param stays whether the caller waits for the process
     */
    static Attendance of(RuntimeOptions options, boolean stays) {
        return new Attendance(options, stays && !options.resident() ? SignalRelay.open() : Optional.empty());
    }

    /** For a container that is about to be started. */
    void listen(Path state) {
        notify = NotifySocket.open(options, state);
        notify.ifPresent(NotifySocket::whileRunning);
    }

    /** Waits for the end of the process; its exit code, or 128 + signal. */
    int await(Streams streams, Fd pidfd, Fd master) {
        signals.ifPresent(relay -> relay.to(pidfd.value()));
        try {
            Exit exit = streams.await(pidfd.value(), master.value());
            return exit.code() == Exit.EXITED ? exit.status() : SIGNAL_BASE + exit.status();
        } finally {
            signals.ifPresent(SignalRelay::close); // before the pidfd
        }
    }

    @Override
    public void close() {
        notify.ifPresent(NotifySocket::close);
        signals.ifPresent(SignalRelay::close);
    }
}
