package dev.libcontainer.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Contestants measured side by side: each has its turn in every round, and every round begins with another one, so that
 * whatever the machine does meanwhile happens to all of them. Rounds in which others used much of the CPU are left out,
 * as long as enough remain. A contestant that measures back to back begins with a few that are not counted: meanwhile the
 * kernel takes down what the one before it has left.
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

    private record Contestant(String name, int count, boolean paced, Turn turn) {}

    private static final int STRIDE = 5;
    private static final int FEWEST = 3;
    private static final int UNCOUNTED = 8;
    /** Coarser than for a whole run: a round is a few clock ticks long. */
    private static final double QUIET = 0.25;

    private final double seconds;
    private final List<Contestant> contestants = new ArrayList<>();
    private final List<Map<String, Samples>> quiet = new ArrayList<>();
    private final List<Map<String, Samples>> noisy = new ArrayList<>();
    private Map<String, Samples> current = new LinkedHashMap<>();

    /** Rounds that begin no more once that many seconds have passed, on a machine that is too slow or too busy. */
    Rounds(double seconds) {
        this.seconds = seconds;
    }

    /** All contestants, in the order they were added in. */
    List<String> names() {
        return contestants.stream().map(Contestant::name).toList();
    }

    /** Adds a contestant that is to measure count times a round. */
    Rounds add(String name, int count, Turn turn) {
        return add(name, count, false, turn);
    }

    /** Adds one that keeps a pace of its own. */
    Rounds addPaced(String name, int count, Turn turn) {
        return add(name, count, true, turn);
    }

    private Rounds add(String name, int count, boolean paced, Turn turn) {
        contestants.add(new Contestant(name, count, paced, turn));
        return this;
    }

    /** Adds one that measures once at a time, after a pause. */
    Rounds add(String name, int count, int pauseMicros, Shot shot) {
        return add(name, count, pauseMicros > 0, (n, into) -> {
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

    /** For a contestant that measures something else besides: a sample of the round that is under way. */
    void besides(String name, long nanos) {
        current.computeIfAbsent(name, n -> new Samples()).add(nanos);
    }

    /** Gives each its turns without keeping what they measure. */
    Rounds warmUp(int rounds) throws Exception {
        for (int round = 0; round < rounds; round++) {
            takeTurns(round);
        }
        return this;
    }

    /** Gives each its turns. */
    Rounds run(int rounds) throws Exception {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        Cpu before = Cpu.now();
        for (int round = 0; round < rounds && (round < FEWEST || System.nanoTime() < end); round++) {
            Map<String, Samples> taken = takeTurns(round);
            Cpu after = Cpu.now();
            (before.foreignUntil(after) <= QUIET ? quiet : noisy).add(taken);
            before = after;
        }
        return this;
    }

    private Map<String, Samples> takeTurns(int round) throws Exception {
        current = new LinkedHashMap<>();
        int stride = contestants.size() % STRIDE == 0 ? 1 : STRIDE; // or rounds of five would all begin with the first
        for (int i = 0; i < contestants.size(); i++) {
            Contestant contestant = contestants.get((i + round * stride) % contestants.size());
            if (!contestant.paced) {
                settle(contestant);
            }
            Samples into = current.computeIfAbsent(contestant.name, n -> new Samples());
            contestant.turn.take(contestant.count, into);
        }
        return current;
    }

    private void settle(Contestant contestant) throws Exception {
        Map<String, Samples> kept = current;
        current = new LinkedHashMap<>();
        contestant.turn.take(UNCOUNTED, new Samples());
        current = kept;
    }

    private boolean enoughQuiet() {
        return quiet.size() >= FEWEST && quiet.size() >= noisy.size() / 3;
    }

    private List<Map<String, Samples>> counted() {
        List<Map<String, Samples>> all = new ArrayList<>(quiet);
        if (!enoughQuiet()) {
            all.addAll(noisy);
        }
        return all;
    }

    /** The share of the rounds that were left out for what others did meanwhile. */
    double leftOut() {
        return enoughQuiet() ? (double) noisy.size() / (quiet.size() + noisy.size()) : 0;
    }

    /** The samples of that name. */
    Samples samples(String name) {
        Samples all = new Samples();
        counted().forEach(round -> all.addAll(round.get(name)));
        return all;
    }

    /** The median of the rounds' ratios of medians: what changes from round to round cancels out. */
    double ratio(String name, String toThat) {
        double[] ratios = counted().stream()
                .mapToDouble(round -> round.get(name).p50() / round.get(toThat).p50())
                .sorted()
                .toArray();
        int half = ratios.length / 2;
        return ratios.length % 2 == 1 ? ratios[half] : (ratios[half - 1] + ratios[half]) / 2;
    }
}
