package dev.libcontainer.kernel;

/**
 * A system call outside a plan failed: the operation, what it was done to, and the errno.
 */
public final class KernelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String operation;
    private final String object;
    private final int errno;

    public KernelException(String operation, String object, Errno errno) {
        super(operation + (object.isEmpty() ? "" : " " + object) + ": " + errno);
        this.operation = operation;
        this.object = object;
        this.errno = errno.number();
    }

    public String operation() {
        return operation;
    }

    public String object() {
        return object;
    }

    public Errno errno() {
        return new Errno(errno);
    }

    /** Whether it was refused for want of fds, the process's or all of the system's: what was asked for may be there. */
    public boolean isForWantOfFds() {
        return errno == Errno.EMFILE.number() || errno == Errno.ENFILE.number();
    }
}
