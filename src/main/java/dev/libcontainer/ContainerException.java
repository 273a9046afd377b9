package dev.libcontainer;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Something about a container failed: where, why, and what may help, as data and as a sentence. Whatever had been done
 * before the failure is undone when this is thrown.
 */
public abstract sealed class ContainerException extends RuntimeException
        permits InvalidSpecException,
                UnsupportedByHostException,
                SpawnFailedException,
                EngineException,
                PoolEmptyException {
    private static final long serialVersionUID = 1L;

    /** How far things had come. */
    public enum Phase {
        /** The spec was being turned into a plan; the kernel was not asked for anything. */
        COMPILE,
        /** The library was getting ready: native code, engine, template. */
        PREPARE,
        /** A container was being started. */
        SPAWN,
        /** A container was running. */
        RUN
    }

    private final Phase phase;
    private final String jsonPath;
    private final String hint;

    ContainerException(Phase phase, String message, String jsonPath, String hint, Optional<Throwable> cause) {
        super(hint.isEmpty() ? message : message + "\n  " + hint, cause.orElse(null));
        this.phase = phase;
        this.jsonPath = jsonPath;
        this.hint = hint;
    }

    public Phase phase() {
        return phase;
    }

    /** The member of the OCI configuration that is behind the failure, as in {@code mounts[2].source}. */
    public Optional<String> jsonPath() {
        return jsonPath.isEmpty() ? Optional.empty() : Optional.of(jsonPath);
    }

    /** What may help; also the second line of the message. */
    public Optional<String> hint() {
        return hint.isEmpty() ? Optional.empty() : Optional.of(hint);
    }

    /** The number of the step in {@link Blueprint#explain()} that failed. */
    public OptionalInt step() {
        return OptionalInt.empty();
    }

    /** The system call that failed. */
    public Optional<String> syscall() {
        return Optional.empty();
    }

    /** The error's name and the kernel's sentence, as in {@code ENOENT (No such file or directory)}. */
    public Optional<String> errno() {
        return Optional.empty();
    }
}
