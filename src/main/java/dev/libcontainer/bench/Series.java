package dev.libcontainer.bench;

import java.util.Arrays;

/** Measured values of one thing, in nanoseconds. Not thread-safe. */
final class Series {
    private double[] values = new double[256];
    private int size;

    void add(double value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, size * 2);
        }
        values[size++] = value;
    }

    int size() {
        return size;
    }

    /** The value that a share of them does not exceed (nearest rank); NaN of nothing. */
    double quantile(double share) {
        if (size == 0) {
            return Double.NaN;
        }
        double[] sorted = Arrays.copyOf(values, size);
        Arrays.sort(sorted);
        int rank = (int) Math.ceil(share * size);
        return sorted[Math.max(1, rank) - 1];
    }
}
