package dev.libcontainer.pool;

/**
 * When a pool makes something and when it lets something go. Knows no clock and no thread: it is told the time and what
 * there is, and says what to do next. Not thread-safe.
 */
public final class RefillPolicy {
    /** What to do next. */
    public enum Deed {
        /** Make one. */
        MAKE,
        /** Let the oldest go: it is too old, and another is to take its place. */
        REPLACE_OLDEST,
        /** Let the oldest go: nobody needs so many. */
        DROP_OLDEST,
        /** Nothing, until somebody takes one or the time is over. */
        WAIT
    }

    /**
     * A decision.
     *
     * @param waitNanos for {@link Deed#WAIT}, at most how long
     */
    public record Decision(Deed deed, long waitNanos) {}

    /**
     * What is wanted.
     *
     * @param size how many are to be ready
     * @param lowWater refilling begins when there are no more than that, and it is what an idle pool shrinks to
     * @param pauseNanos between the makings of two
     * @param idleNanos after how long without a take the pool shrinks
     * @param maxAgeNanos how old one may become
     * @param quietNanos for how long nobody must have taken one before another is made, as long as there are more than a
     *     {@link #reserve}
     */
    public record Wanted(int size, int lowWater, long pauseNanos, long idleNanos, long maxAgeNanos, long quietNanos) {
        /** With no more left than this, takers are better served by more than by peace. */
        public int reserve() {
            return size / 4;
        }
    }

    /** How long a pool that has nothing to do sleeps; a take wakes it. */
    private static final long LONG_NANOS = 3_600_000_000_000L;

    private static final long FIRST_RETRY_NANOS = 10_000_000;
    private static final long LAST_RETRY_NANOS = 1_000_000_000;

    private final Wanted wanted;
    private boolean filling = true;
    private long earliestMake = Long.MIN_VALUE;
    private long retryNanos = FIRST_RETRY_NANOS;

    public RefillPolicy(Wanted wanted) {
        this.wanted = wanted;
    }

    /**
     * What to do at a time.
     *
     * @param ready how many there are
     * @param oldestNanos when the oldest of them was made; without meaning if there is none
     * @param lastTakeNanos when somebody last asked for one; when the pool began, if nobody has
     */
    public Decision next(long now, int ready, long oldestNanos, long lastTakeNanos) {
        if (ready > 0 && now - oldestNanos >= wanted.maxAgeNanos) {
            filling = true;
            return new Decision(Deed.REPLACE_OLDEST, 0);
        }
        boolean idle = now - lastTakeNanos >= wanted.idleNanos;
        int target = idle ? wanted.lowWater : wanted.size;
        if (ready > target) {
            return new Decision(Deed.DROP_OLDEST, 0);
        }
        filling = ready < target && (filling || ready <= wanted.lowWater);
        long pause = filling ? pauseBeforeMaking(now, ready, lastTakeNanos) : LONG_NANOS;
        if (pause <= 0) {
            return new Decision(Deed.MAKE, 0);
        }
        pause = ready > 0 ? Math.min(pause, oldestNanos + wanted.maxAgeNanos - now) : pause;
        pause = ready > wanted.lowWater ? Math.min(pause, lastTakeNanos + wanted.idleNanos - now) : pause;
        return new Decision(Deed.WAIT, Math.max(1, pause));
    }

    private long pauseBeforeMaking(long now, int ready, long lastTakeNanos) {
        long pause = earliestMake == Long.MIN_VALUE ? 0 : earliestMake - now;
        return ready > wanted.reserve() ? Math.max(pause, lastTakeNanos + wanted.quietNanos - now) : pause;
    }

    /** One was made, having been begun at a time. */
    public void made(long begunNanos) {
        earliestMake = begunNanos + wanted.pauseNanos;
        retryNanos = FIRST_RETRY_NANOS;
    }

    /** One could not be made: the next attempt comes later and later. */
    public void failed(long now) {
        earliestMake = now + Math.max(retryNanos, wanted.pauseNanos);
        retryNanos = Math.min(LAST_RETRY_NANOS, retryNanos * 2);
    }
}
