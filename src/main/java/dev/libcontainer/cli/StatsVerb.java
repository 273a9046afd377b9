package dev.libcontainer.cli;

import dev.libcontainer.cgroup.CgroupStats;
import dev.libcontainer.runtime.OciRuntime;
import java.time.Duration;
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
                once(call, new LiveStats(runtime, ids).look(), json);
            } else if (json) {
                new LiveStats(runtime, ids).lines(call.console().out(), pause);
            } else {
                new LiveStats(runtime, ids).tables(call.console().out(), terminal, pause);
            }
        }
        return 0;
    }

    private static void once(Call call, List<LiveStats.Look> looks, boolean json) {
        if (json) {
            looks.forEach(look -> call.console().out().println(StatsText.json(look.id(), look.stats())));
            return;
        }
        List<String> ids = looks.stream().map(LiveStats.Look::id).toList();
        List<CgroupStats> stats = looks.stream().map(LiveStats.Look::stats).toList();
        call.console().out().print(StatsText.table(ids, stats));
    }
}
