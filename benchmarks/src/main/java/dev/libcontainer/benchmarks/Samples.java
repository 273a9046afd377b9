package dev.libcontainer.benchmarks;

import java.util.Arrays;

/** Durations of one contestant, in nanoseconds. Not thread-safe. */
final class Samples {
    private long[] nanos = new long[1024];
    private int size;

    void add(long duration) {
        if (size == nanos.length) {
            nanos = Arrays.copyOf(nanos, size * 2);
        }
        nanos[size++] = duration;
    }

    void addAll(Samples more) {
        for (int i = 0; i < more.size; i++) {
            add(more.nanos[i]);
        }
    }

    int size() {
        return size;
    }

    double p50() {
        return micros(0.50);
    }

    double p99() {
        return micros(0.99);
    }

    double max() {
        return micros(1);
    }

    /** The value that a share of the samples does not exceed (nearest rank), in microseconds. */
    private double micros(double share) {
        if (size == 0) {
            return Double.NaN;
        }
        long[] sorted = Arrays.copyOf(nanos, size);
        Arrays.sort(sorted);
        int rank = (int) Math.ceil(share * sorted.length);
        return sorted[Math.min(sorted.length, Math.max(1, rank)) - 1] / 1e3;
    }
}
