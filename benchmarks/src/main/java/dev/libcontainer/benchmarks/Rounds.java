package dev.libcontainer.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Contestants measured side by side: each has its turn in every round, and every round begins with another one, so that
 * whatever the machine does meanwhile happens to all of them.
 */
final class Rounds {
    /** Measures so many times. */
    interface Turn {
        void take(int count, Samples into) throws Exception;
    }

    /** Measures once: a duration in nanoseconds. */
    interface Shot {
        long take() throws Exception;
    }

    private record Contestant(String name, int count, Turn turn) {}

    private static final int STRIDE = 5;

    private static final int FEWEST = 3;

    private final double seconds;
    private final List<Contestant> contestants = new ArrayList<>();
    private final Map<String, Samples> samples = new LinkedHashMap<>();

    /** Rounds that begin no more once that many seconds have passed, on a machine that is too slow or too busy. */
    Rounds(double seconds) {
        this.seconds = seconds;
    }

    /** The samples of that name. */
    Samples samples(String name) {
        return samples.computeIfAbsent(name, n -> new Samples());
    }

    /** All contestants, in the order they were added in. */
    List<String> names() {
        return contestants.stream().map(Contestant::name).toList();
    }

    /** Adds a contestant that is to measure count times a round. */
    Rounds add(String name, int count, Turn turn) {
        contestants.add(new Contestant(name, count, turn));
        return this;
    }

    /** Adds one that measures once at a time, after a pause. */
    Rounds add(String name, int count, int pauseMicros, Shot shot) {
        return add(name, count, (n, into) -> {
            for (int i = 0; i < n; i++) {
                pause(pauseMicros);
                into.add(shot.take());
            }
        });
    }

    private static void pause(int micros) throws InterruptedException {
        if (micros > 0) {
            Thread.sleep(micros / 1000, micros % 1000 * 1000);
        }
    }

    /** Gives each its turns; what they measure is kept unless it only warms them up. */
    Rounds run(int rounds, boolean warmUp) throws Exception {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        for (int round = 0; round < rounds && (round < FEWEST || System.nanoTime() < end); round++) {
            for (int i = 0; i < contestants.size(); i++) {
                Contestant contestant = contestants.get((i + round * STRIDE) % contestants.size());
                Samples into = warmUp ? new Samples() : samples(contestant.name);
                into.nextRound();
                contestant.turn.take(contestant.count, into);
            }
        }
        return this;
    }
}
