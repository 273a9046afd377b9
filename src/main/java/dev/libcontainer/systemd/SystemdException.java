package dev.libcontainer.systemd;

/** Something that systemd, or the way to it, refuses. */
public final class SystemdException extends RuntimeException {
    private static final long serialVersionUID = 1;

    SystemdException(String message) {
        super(message);
    }

    SystemdException(String message, Throwable cause) {
        super(message, cause);
    }
}
