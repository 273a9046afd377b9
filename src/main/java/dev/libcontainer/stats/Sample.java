package dev.libcontainer.stats;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What one container used between two moments. Immutable and small: two arrays' worth of numbers, one of them shared with
 * the sample before.
 */
public final class Sample {
    /** In place of a number that the kernel does not give. */
    private static final long ABSENT = -1;

    private static final double NANOS_PER_MICRO = 1000;

    private final String container;
    private final List<Counter> counters;
    private final long nanos;
    private final long intervalNanos;
    private final long[] before;
    private final long[] now;

    /**
     * Made by the library.
     *
     * @param container its id
     * @param counters what the numbers are, in order
     * @param nanos the moment, as of {@link System#nanoTime}
     * @param before the numbers an interval ago, -1 for absent ones
     * @param now the numbers at that moment; not to be changed after
     */
    public Sample(String container, List<Counter> counters, long nanos, long intervalNanos, long[] before, long[] now) {
        this.container = container;
        this.counters = counters;
        this.nanos = nanos;
        this.intervalNanos = intervalNanos;
        this.before = before;
        this.now = now;
    }

    /** The id of the container. */
    public String container() {
        return container;
    }

    /** When it was taken, as of {@link System#nanoTime}. */
    public long nanos() {
        return nanos;
    }

    /** How long before that the one was taken that it is compared with. */
    public Duration interval() {
        return Duration.ofNanos(intervalNanos);
    }

    /** The number at that moment; absent if it was not asked for, or if the kernel does not give it. */
    public OptionalLong value(Counter counter) {
        int index = counters.indexOf(counter);
        return index < 0 || now[index] == ABSENT ? OptionalLong.empty() : OptionalLong.of(now[index]);
    }

    /** By how much it has changed in the interval. */
    public OptionalLong change(Counter counter) {
        int index = counters.indexOf(counter);
        return index < 0 || now[index] == ABSENT || before[index] == ABSENT
                ? OptionalLong.empty()
                : OptionalLong.of(now[index] - before[index]);
    }

    /** How many CPUs it kept busy on average, as in 0.5 for half of one. */
    public OptionalDouble cpus() {
        OptionalLong micros = change(Counter.CPU_MICROS);
        return micros.isEmpty() || intervalNanos <= 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(micros.getAsLong() * NANOS_PER_MICRO / intervalNanos);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(container);
        for (Counter counter : counters) {
            OptionalLong number = counter.isLevel() ? value(counter) : change(counter);
            if (number.isPresent()) {
                text.append(' ')
                        .append(counter.name().toLowerCase(Locale.ROOT))
                        .append(counter.isLevel() ? "=" : "+")
                        .append(number.getAsLong());
            }
        }
        return text.toString();
    }
}
