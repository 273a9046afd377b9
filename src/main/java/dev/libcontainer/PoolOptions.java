package dev.libcontainer;

import java.time.Duration;
import java.util.Optional;

/**
 * How many sandboxes a {@link ContainerPool} keeps ready, and what happens when there is none. Immutable; change what
 * differs from {@link #of}.
 *
 * @param size how many are kept ready, at least 1
 * @param lowWater making more begins when there are no more than that, less than size; it is also what a pool shrinks to
 *     that nobody has taken from for the idle time
 * @param perSecond how many are made a second at most; 0: as fast as it goes
 * @param idle the idle time; empty: the pool never shrinks
 * @param maxAge how old a sandbox may become before it is replaced; empty: any age
 * @param quiet for how long nobody must have taken one before another is made, as long as more than a quarter of the size
 *     are left: making one takes CPU and locks of the kernel's from what was taken
 * @param whenEmpty what a take does when none is ready
 * @param patience how long a take waits, if it does
 */
public record PoolOptions(
        int size,
        int lowWater,
        double perSecond,
        Optional<Duration> idle,
        Optional<Duration> maxAge,
        Duration quiet,
        WhenEmpty whenEmpty,
        Duration patience) {
    private static final Duration QUIET = Duration.ofMillis(1);

    /** What a take does when no sandbox is ready. */
    public enum WhenEmpty {
        /** Starts a container as {@link Blueprint#spawn} does, at its price. */
        SPAWN,
        /** Waits for one, and fails if none comes in time. */
        WAIT,
        /** Fails at once. */
        FAIL
    }

    public PoolOptions {
        if (size < 1 || lowWater < 0 || lowWater >= size) {
            throw new IllegalArgumentException(
                    "a pool of " + size + " that is refilled from " + lowWater + " on: 0 <= lowWater < size");
        }
        if (!(perSecond >= 0)) {
            throw new IllegalArgumentException("perSecond is " + perSecond);
        }
    }

    /** So many, topped up after every take, spawning when empty. */
    public static PoolOptions of(int size) {
        return new PoolOptions(
                size, size - 1, 0, Optional.empty(), Optional.empty(), QUIET, WhenEmpty.SPAWN, Duration.ofSeconds(1));
    }

    public PoolOptions lowWater(int count) {
        return new PoolOptions(size, count, perSecond, idle, maxAge, quiet, whenEmpty, patience);
    }

    public PoolOptions perSecond(double rate) {
        return new PoolOptions(size, lowWater, rate, idle, maxAge, quiet, whenEmpty, patience);
    }

    public PoolOptions idle(Duration time) {
        return new PoolOptions(size, lowWater, perSecond, Optional.of(time), maxAge, quiet, whenEmpty, patience);
    }

    public PoolOptions maxAge(Duration age) {
        return new PoolOptions(size, lowWater, perSecond, idle, Optional.of(age), quiet, whenEmpty, patience);
    }

    /** Zero: they are made while others are taken. */
    public PoolOptions quiet(Duration time) {
        return new PoolOptions(size, lowWater, perSecond, idle, maxAge, time, whenEmpty, patience);
    }

    /** Fails when no sandbox is ready. */
    public PoolOptions failWhenEmpty() {
        return new PoolOptions(size, lowWater, perSecond, idle, maxAge, quiet, WhenEmpty.FAIL, patience);
    }

    /** Waits when no sandbox is ready. */
    public PoolOptions waitWhenEmpty(Duration atMost) {
        return new PoolOptions(size, lowWater, perSecond, idle, maxAge, quiet, WhenEmpty.WAIT, atMost);
    }
}
