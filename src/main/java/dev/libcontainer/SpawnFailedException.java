package dev.libcontainer;

import java.util.Optional;
import java.util.OptionalInt;

/** A container could not be started; nothing of it is left. */
public final class SpawnFailedException extends ContainerException {
    private static final long serialVersionUID = 1L;

    private final int step;
    private final String syscall;
    private final String errno;
    private final int signal;

    SpawnFailedException(
            Phase phase,
            String message,
            int step,
            String syscall,
            String errno,
            int signal,
            String jsonPath,
            String hint,
            Throwable cause) {
        super(phase, message, jsonPath, hint, Optional.of(cause));
        this.step = step;
        this.syscall = syscall;
        this.errno = errno;
        this.signal = signal;
    }

    @Override
    public OptionalInt step() {
        return step < 0 ? OptionalInt.empty() : OptionalInt.of(step);
    }

    @Override
    public Optional<String> syscall() {
        return syscall.isEmpty() ? Optional.empty() : Optional.of(syscall);
    }

    @Override
    public Optional<String> errno() {
        return errno.isEmpty() ? Optional.empty() : Optional.of(errno);
    }

    /** The signal that killed the process on the way to its program, if that is what happened. */
    public OptionalInt killedBy() {
        return signal == 0 ? OptionalInt.empty() : OptionalInt.of(signal);
    }
}
