package dev.libcontainer.kernel;

/**
 * A spawn whose child may be waiting for an answer. Must be proceeded or closed until it is over; not thread-safe. While
 * the child waits its pidfd is borrowed; once the child is parked or runs it is the caller's, like every fd of the call.
 */
public final class HeldSpawn implements AutoCloseable {
    private final SpawnCall call;
    private long spawn;

    HeldSpawn(long spawn, SpawnCall call) {
        this.spawn = spawn;
        this.call = call;
    }

    /** Whether the child waits. */
    public boolean isWaiting() {
        return spawn != 0;
    }

    /** The call, with the report and the fds as they are now. */
    public SpawnCall call() {
        return call;
    }

    /**
     * Lets the child go on, until it waits again, is parked or runs.
     *
     * @throws SpawnException with the failed step; nothing is left behind
     */
    public void proceed() {
        answer(1);
    }

    private void answer(int go) {
        long waiting = spawn;
        spawn = 0;
        if (waiting == 0) {
            throw new IllegalStateException("the child does not wait");
        }
        if (Native.spawnContinue(waiting, go, call.result()) < 0) {
            throw new SpawnException(call.report());
        }
        if (call.report().kind() == Report.WAITING) {
            spawn = waiting;
        }
    }

    /** Ends a child that still waits. */
    @Override
    public void close() {
        while (spawn != 0) {
            try {
                answer(0);
            } catch (SpawnException e) {
                return; // as it was told to
            }
        }
    }
}
