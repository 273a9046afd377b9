package dev.libcontainer.bench;

import dev.libcontainer.Blueprint;
import dev.libcontainer.ContainerException;
import dev.libcontainer.Containers;
import dev.libcontainer.ExitStatus;
import dev.libcontainer.Stdio;
import dev.libcontainer.net.NetworkException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Starts containers knob by knob. All take turns, and each round begins with another one, so that what else the machine does
 * happens to all; a turn begins with a pause in which the kernel takes down what the one before has left.
 */
final class Starting {
    private static final int TURN = 8;
    private static final int UNCOUNTED = 2;
    private static final int STRIDE = 5;
    private static final int FEWEST_ROUNDS = 3;
    private static final int SETTLE_MILLIS = 3;

    private record Contestant(Knob knob, Blueprint blueprint, Series all, List<Double> medians) {
        double start() throws InterruptedException {
            return Starting.start(blueprint, knob.surroundings());
        }
    }

    private final Map<String, String> leftOut;
    private final Map<String, Contestant> contestants = new LinkedHashMap<>();

    /** Tries each knob; those that do not work here are left out, with the reason. */
    Starting(Containers containers, List<Knob> knobs, Map<String, String> leftOut) throws InterruptedException {
        this.leftOut = leftOut;
        for (Knob knob : knobs) {
            try {
                Contestant one = new Contestant(knob, containers.compile(knob.spec()), new Series(), new ArrayList<>());
                one.start();
                one.start(); // from the second on its template is there
                contestants.put(knob.name(), one);
            } catch (ContainerException | NetworkException e) {
                leftOut.put(knob.name(), reason(e));
            }
        }
    }

    /** So many samples a knob, a few more or less. */
    List<StartRow> measure(int samples) throws InterruptedException {
        int rounds = Math.max(FEWEST_ROUNDS, samples / TURN);
        List<Contestant> order = List.copyOf(contestants.values());
        for (int round = -1; round < rounds; round++) {
            for (int i = 0; i < order.size(); i++) {
                turn(order.get((i + (round + 1) * STRIDE) % order.size()), round >= 0);
            }
        }
        return order.stream().map(this::row).toList();
    }

    private static void turn(Contestant contestant, boolean counted) throws InterruptedException {
        Thread.sleep(SETTLE_MILLIS);
        for (int i = 0; i < UNCOUNTED; i++) {
            contestant.start();
        }
        Series turn = new Series();
        for (int i = 0; i < TURN; i++) {
            double nanos = contestant.start();
            turn.add(nanos);
            if (counted) {
                contestant.all.add(nanos);
            }
        }
        if (counted) {
            contestant.medians.add(turn.quantile(0.5));
        }
    }

    /** Nanoseconds from the call to the reaped process. */
    static double start(Blueprint blueprint, Surroundings surroundings) throws InterruptedException {
        try {
            long begin = System.nanoTime();
            surroundings.make();
            ExitStatus status = blueprint.spawn(Stdio.nothing()).waitFor();
            long nanos = System.nanoTime() - begin;
            if (!status.isSuccess()) {
                throw new IllegalStateException("the probe: " + status);
            }
            return nanos;
        } finally {
            surroundings.remove();
        }
    }

    /** The first line of what went wrong. */
    static String reason(RuntimeException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private StartRow row(Contestant one) {
        Contestant base = contestants.get(one.knob.base());
        Series differences = new Series();
        for (int round = 0; base != null && round < one.medians.size(); round++) {
            differences.add(one.medians.get(round) - base.medians.get(round));
        }
        if (base == null && !one.knob.base().isEmpty()) {
            leftOut.put(one.knob.name() + " (its cost)", one.knob.base() + " is left out");
        }
        return new StartRow(
                one.knob.name(),
                one.knob.group(),
                base == null ? "" : one.knob.base(),
                one.all.quantile(0.5),
                one.all.quantile(0.99),
                differences.quantile(0.5),
                one.all.size());
    }
}
