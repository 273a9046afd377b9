package dev.libcontainer.cli;

import dev.libcontainer.runtime.OciRuntime;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;

/** {@code jrunc top}. */
final class TopVerb implements Verb {
    @Override
    public Syntax syntax() {
        return new Syntax("jrunc top", "[ID [PS OPTION…]]", "Show who is busy: containers, or the processes of one")
                .operandsEndOptions()
                .value("interval", "DURATION", "how often without an ID: 5s, 250ms, 1m30s (default 1s)")
                .value("n,iterations", "N", "how many tables without an ID (default: until Ctrl-C)")
                .note("""
                        Without an ID: a live table of all containers, the busiest first, as jrunc stats
                        shows on a terminal. With an ID: the container's processes, once, as podman top and
                        docker top do; jrunc ps is the same with more to choose.
                        """);
    }

    @Override
    public int run(Call call) {
        List<String> operands = call.arguments().operands();
        Duration interval = Interval.parse(call.arguments().text("interval").orElse("1s"));
        long times = call.arguments().number("iterations").orElse(Long.MAX_VALUE);
        try (OciRuntime runtime = call.runtime()) {
            if (operands.isEmpty()) {
                boolean terminal = LiveStats.isTerminal(call.console());
                new LiveStats(runtime, List.of()).tables(call.console().out(), terminal, interval, times);
                return 0;
            }
            List<Integer> pids = runtime.processes(operands.get(0));
            call.console().out().print(PsTable.of(operands.subList(1, operands.size()), new HashSet<>(pids)));
        }
        return 0;
    }
}
