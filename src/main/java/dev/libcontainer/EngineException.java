package dev.libcontainer;

import java.util.Optional;

/** The library itself cannot work: its native part does not load, or the process that clones children is gone. */
public final class EngineException extends ContainerException {
    private static final long serialVersionUID = 1L;

    private final String errno;

    EngineException(Phase phase, String message, String errno, String hint, Throwable cause) {
        super(phase, message, "", hint, Optional.of(cause));
        this.errno = errno;
    }

    @Override
    public Optional<String> errno() {
        return errno.isEmpty() ? Optional.empty() : Optional.of(errno);
    }
}
