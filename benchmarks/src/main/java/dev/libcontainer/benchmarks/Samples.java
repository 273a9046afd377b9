package dev.libcontainer.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Durations of one contestant, in nanoseconds, round by round. Not thread-safe. */
final class Samples {
    private long[] nanos = new long[1024];
    private int size;
    private final List<Integer> rounds = new ArrayList<>();

    void add(long duration) {
        if (size == nanos.length) {
            nanos = Arrays.copyOf(nanos, size * 2);
        }
        nanos[size++] = duration;
    }

    /** What is added from now on belongs to another round. */
    void nextRound() {
        rounds.add(size);
    }

    void addAll(Samples more) {
        for (int i = 0; i < more.size; i++) {
            add(more.nanos[i]);
        }
    }

    void clear() {
        size = 0;
        rounds.clear();
    }

    int size() {
        return size;
    }

    double p50() {
        return micros(0, size, 0.50);
    }

    double p99() {
        return micros(0, size, 0.99);
    }

    double max() {
        return micros(0, size, 1);
    }

    /** The median of the rounds' ratios of medians: what changes from round to round cancels out. */
    double ratioTo(Samples other) {
        double[] ratios = new double[rounds.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = median(i) / other.median(i);
        }
        Arrays.sort(ratios);
        int half = ratios.length / 2;
        return ratios.length % 2 == 1 ? ratios[half] : (ratios[half - 1] + ratios[half]) / 2;
    }

    private double median(int round) {
        int end = round + 1 < rounds.size() ? rounds.get(round + 1) : size;
        return micros(rounds.get(round), end, 0.50);
    }

    /** The value that a share of the samples does not exceed (nearest rank), in microseconds. */
    private double micros(int from, int to, double share) {
        if (from == to) {
            return Double.NaN;
        }
        long[] sorted = Arrays.copyOfRange(nanos, from, to);
        Arrays.sort(sorted);
        int rank = (int) Math.ceil(share * sorted.length);
        return sorted[Math.min(sorted.length, Math.max(1, rank)) - 1] / 1e3;
    }
}
