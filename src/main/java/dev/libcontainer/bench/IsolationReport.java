package dev.libcontainer.bench;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What was measured.
 *
 * @param environment what the figures depend on besides the library, by name
 * @param starting a row a knob
 * @param running a row a thing to do
 * @param leftOut what could not be measured here, each with the reason
 */
public record IsolationReport(
        Map<String, String> environment, List<StartRow> starting, List<RunRow> running, Map<String, String> leftOut) {
    /** Keeps unmodifiable lists. */
    public IsolationReport {
        starting = List.copyOf(starting);
        running = List.copyOf(running);
    }

    /** The row of a knob. */
    Optional<StartRow> start(String name) {
        return starting.stream().filter(row -> row.name().equals(name)).findFirst();
    }

    /**
     * A figure by the name that budgets use: {@code NAME.p50}, {@code NAME.p99} and {@code NAME.cost} of knobs,
     * {@code NAME.outside}, {@code .inside}, {@code .unfiltered}, {@code .p99} and {@code .ratio} of what is done inside;
     * times in nanoseconds. Empty if there is none of that name.
     */
    public OptionalDouble figure(String name) {
        int dot = name.lastIndexOf('.');
        if (dot < 0) {
            return OptionalDouble.empty();
        }
        String row = name.substring(0, dot);
        String what = name.substring(dot + 1);
        for (StartRow one : starting) {
            if (one.name().equals(row)) {
                return switch (what) {
                    case "p50" -> OptionalDouble.of(one.p50());
                    case "p99" -> OptionalDouble.of(one.p99());
                    case "cost" -> OptionalDouble.of(one.cost());
                    default -> OptionalDouble.empty();
                };
            }
        }
        for (RunRow one : running) {
            if (one.name().equals(row)) {
                return switch (what) {
                    case "outside" -> OptionalDouble.of(one.outside());
                    case "inside", "p50" -> OptionalDouble.of(one.inside());
                    case "unfiltered" -> OptionalDouble.of(one.unfiltered());
                    case "p99" -> OptionalDouble.of(one.p99());
                    case "ratio" -> OptionalDouble.of(one.ratio());
                    default -> OptionalDouble.empty();
                };
            }
        }
        return OptionalDouble.empty();
    }
}
