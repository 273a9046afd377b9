package dev.libcontainer.bench;

import dev.libcontainer.Blueprint;
import dev.libcontainer.ContainerException;
import dev.libcontainer.Containers;
import dev.libcontainer.ExitStatus;
import dev.libcontainer.Stdio;
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

    private record Contestant(Knob knob, Blueprint blueprint, Series all, List<Double> medians) {}

    private final Map<String, String> leftOut;
    private final Map<String, Contestant> contestants = new LinkedHashMap<>();

    /** Tries each knob; those that do not work here are left out, with the reason. */
    Starting(Containers containers, List<Knob> knobs, Map<String, String> leftOut) throws InterruptedException {
        this.leftOut = leftOut;
        for (Knob knob : knobs) {
            try {
                Blueprint blueprint = containers.compile(knob.spec());
                start(blueprint);
                start(blueprint); // from the second on its template is there
                contestants.put(knob.name(), new Contestant(knob, blueprint, new Series(), new ArrayList<>()));
            } catch (ContainerException e) {
                leftOut.put(
                        knob.name(),
                        String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
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
            start(contestant.blueprint);
        }
        Series turn = new Series();
        for (int i = 0; i < TURN; i++) {
            double nanos = start(contestant.blueprint);
            turn.add(nanos);
            if (counted) {
                contestant.all.add(nanos);
            }
        }
        if (counted) {
            contestant.medians.add(turn.quantile(0.5));
        }
    }

    private static double start(Blueprint blueprint) throws InterruptedException {
        long begin = System.nanoTime();
        ExitStatus status = blueprint.spawn(Stdio.nothing()).waitFor();
        long nanos = System.nanoTime() - begin;
        if (!status.isSuccess()) {
            throw new IllegalStateException("the probe: " + status);
        }
        return nanos;
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
