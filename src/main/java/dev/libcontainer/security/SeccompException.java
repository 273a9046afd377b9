package dev.libcontainer.security;

import java.io.Serial;
import java.util.Optional;

/**
 * A system call filter that cannot be made, and the member of the configuration that is to blame.
 *
 * <p>The message is one line that starts with the place, e.g.
 * {@code linux.seccomp.syscalls[3].args[0].op: unknown comparison "SCMP_CMP_IS"}.
 */
public final class SeccompException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final String place;
    private final String hint;

    SeccompException(String place, String problem, String hint) {
        super(place + ": " + problem);
        this.place = place;
        this.hint = hint;
    }

    /** The member that is to blame, e.g. {@code linux.seccomp.syscalls[3].args[0].op}. */
    public String place() {
        return place;
    }

    /** What to do about it, one sentence. */
    public Optional<String> hint() {
        return hint.isEmpty() ? Optional.empty() : Optional.of(hint);
    }
}
