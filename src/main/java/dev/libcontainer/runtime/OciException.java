package dev.libcontainer.runtime;

/** An operation on a container failed; the message is one sentence for people, with a hint on lines of its own. */
public final class OciException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public OciException(String message) {
        super(message);
    }

    public OciException(String message, Throwable cause) {
        super(message, cause);
    }
}
