package dev.libcontainer.cli;

/** The words of a command make no sense; the message is one line for people. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
