package dev.libcontainer.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** The reports whose figures are kept in {@code results/} and shown in the documentation. */
enum Kind {
    SPAWN(Goals::check, Chart::levels),
    PEERS(Goals::ofPeers, Chart::peers),
    SCALE(report -> List.of(), report -> List.of());

    final Function<Report, List<Goals.Goal>> goals;
    /** Lines of text; none without rows to draw. */
    final Function<Report, List<String>> chart;

    Kind(Function<Report, List<Goals.Goal>> goals, Function<Report, List<String>> chart) {
        this.goals = goals;
        this.chart = chart;
    }

    /** The subcommand, the file in {@code results/}, and what stands in the markers of a file that shows it. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
