package dev.libcontainer.cli;

import dev.libcontainer.cgroup.CgroupStats;
import dev.libcontainer.runtime.ContainerState;
import dev.libcontainer.runtime.OciRuntime;
import dev.libcontainer.runtime.Status;
import java.util.ArrayList;
import java.util.List;

/** {@code jrunc stats}. */
final class StatsVerb implements Verb {
    @Override
    public Syntax syntax() {
        return new Syntax("jrunc stats", "[ID…]", "Show what containers use as a table, all that live without an ID")
                .note("jrunc events --stats ID gives the same as JSON.");
    }

    @Override
    public int run(Call call) {
        List<CgroupStats> stats = new ArrayList<>();
        List<String> ids = new ArrayList<>(call.arguments().operands());
        try (OciRuntime runtime = call.runtime()) {
            if (ids.isEmpty()) {
                addLiving(ids, runtime);
            }
            for (String id : ids) {
                stats.add(runtime.stats(id));
            }
        }
        call.console().out().print(StatsText.table(ids, stats));
        return 0;
    }

    private static void addLiving(List<String> ids, OciRuntime runtime) {
        for (ContainerState state : runtime.list()) {
            if (state.status() != Status.STOPPED) {
                ids.add(state.id());
            }
        }
    }
}
