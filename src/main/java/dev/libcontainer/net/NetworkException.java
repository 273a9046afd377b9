package dev.libcontainer.net;

import java.io.Serial;
import java.util.Optional;

/** Something about the container's network that cannot be done, and the member of the configuration that asks for it. */
public final class NetworkException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final String jsonPath;
    private final String operation;
    private final int errno;
    private final String hint;

    NetworkException(String jsonPath, String operation, int errno, String problem, String hint) {
        super(jsonPath + ": " + operation + ": " + problem);
        this.jsonPath = jsonPath;
        this.operation = operation;
        this.errno = errno;
        this.hint = hint;
    }

    /** The member that asks for it, e.g. {@code linux.netDevices["eth0"]}. */
    public String jsonPath() {
        return jsonPath;
    }

    /** What was tried, e.g. {@code move interface eth0}. */
    public String operation() {
        return operation;
    }

    /** The kernel's error number, 0 if it was not the kernel that refused. */
    public int errno() {
        return errno;
    }

    /** What to do about it, one sentence. */
    public Optional<String> hint() {
        return hint.isEmpty() ? Optional.empty() : Optional.of(hint);
    }
}
