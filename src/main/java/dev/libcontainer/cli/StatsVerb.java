package dev.libcontainer.cli;

import dev.libcontainer.cgroup.CgroupStats;
import dev.libcontainer.runtime.OciRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code jrunc stats}. */
final class StatsVerb implements Verb {
    @Override
    public Syntax syntax() {
        return new Syntax("jrunc stats", "[ID…]", "Show what containers use, all that live without an ID")
                .flag("no-stream", "totals so far, once")
                .value("interval", "DURATION", "how often: 5s, 250ms, 1m30s (default 1s)")
                .value("f,format", "table|json", "default: table on a terminal, JSON lines elsewhere")
                .note("""
                        On a terminal the table is live, the busiest container first, until Ctrl-C. Elsewhere
                        each container is a line of JSON as of jrunc events, once, or with --interval again
                        and again until none is left.
                        """);
    }

    @Override
    public int run(Call call) {
        boolean terminal = LiveStats.isTerminal(call.console());
        boolean json = call.arguments()
                .choice("format", terminal ? "table" : "json", "table", "json")
                .equals("json");
        Optional<String> interval = call.arguments().text("interval");
        boolean once = call.arguments().has("no-stream") || (!terminal && interval.isEmpty());
        Duration pause = Interval.parse(interval.orElse("1s"));
        List<String> ids = call.arguments().operands();
        try (OciRuntime runtime = call.runtime()) {
            if (once) {
                once(call, ids.isEmpty() ? LiveStats.living(runtime) : ids, json, runtime);
            } else if (json) {
                new LiveStats(runtime, ids).lines(call.console().out(), pause);
            } else {
                new LiveStats(runtime, ids).tables(call.console().out(), terminal, pause);
            }
        }
        return 0;
    }

    private static void once(Call call, List<String> ids, boolean json, OciRuntime runtime) {
        List<CgroupStats> stats = new ArrayList<>();
        for (String id : ids) {
            stats.add(runtime.stats(id));
        }
        if (!json) {
            call.console().out().print(StatsText.table(ids, stats));
            return;
        }
        for (int i = 0; i < ids.size(); i++) {
            call.console().out().println(StatsText.json(ids.get(i), stats.get(i)));
        }
    }
}
