package dev.libcontainer.kernel;

/**
 * Where a child that was made ahead waits for what it is to run. Opened once: what has begun something never waits
 * again. Closing it ends a child that still waits. Not thread-safe.
 */
public final class Gate implements AutoCloseable {
    private final Fd socket;

    Gate(int socket) {
        this.socket = Fd.adopt(socket);
    }

    /**
     * Gives the child its streams and those parameters of the call that a program can still be given; when this returns,
     * it has begun it. The pipes' ends are in the call.
     *
     * @throws SpawnException with the failed step; the child is gone or about to go, but not reaped. {@link #wasGone}
     *     tells whether it had ended before
     */
    public void open(SpawnCall call) {
        if (Native.unpark(socket.value(), call.request(), call.result()) < 0) {
            throw new SpawnException(call.report());
        }
    }

    /** Whether a report of {@link #open} says that nobody was waiting any more. */
    public static boolean wasGone(Report report) {
        return report.step() < 0
                && report.place() == Report.Place.SEND
                && report.error().equals(Errno.EPIPE);
    }

    @Override
    public void close() {
        socket.close();
    }
}
