package dev.libcontainer.cli;

import dev.libcontainer.cgroup.CgroupException;
import dev.libcontainer.cgroup.OomEvents;
import dev.libcontainer.runtime.OciException;
import dev.libcontainer.runtime.OciRuntime;
import java.time.Duration;

/** {@code jrunc events}. */
final class EventsVerb implements Verb {
    @Override
    public Syntax syntax() {
        return new Syntax("jrunc events", "ID", "Print statistics of a container as JSON lines until it ends")
                .flag("stats", "once, then return")
                .value("interval", "DURATION", "how often: 5s, 250ms, 1m30s (default 5s)");
    }

    @Override
    public int run(Call call) {
        String id = call.id();
        Duration interval = Interval.parse(call.arguments().text("interval").orElse("5s"));
        try (OciRuntime runtime = call.runtime()) {
            print(call, id, runtime);
            if (!call.arguments().has("stats")) {
                watchToItsEnd(call, id, runtime, interval);
            }
        }
        return 0;
    }

    /** The container may end at any moment, also while it is looked at. */
    private static void watchToItsEnd(Call call, String id, OciRuntime runtime, Duration interval) {
        try {
            watch(call, id, runtime, interval);
        } catch (OciException | CgroupException e) {
            if (lives(runtime, id)) {
                throw e;
            }
        }
    }

    private static void watch(Call call, String id, OciRuntime runtime, Duration interval) {
        try (OomEvents events = runtime.oomEvents(id)) {
            while (true) {
                OomEvents.Event event = events.await(interval);
                if (event == OomEvents.Event.GONE || !lives(runtime, id)) {
                    return;
                }
                if (event == OomEvents.Event.OUT_OF_MEMORY) {
                    call.console().out().println("{\"type\":\"oom\",\"id\":\"" + id + "\"}");
                    call.console().out().flush();
                } else {
                    print(call, id, runtime);
                }
            }
        }
    }

    private static void print(Call call, String id, OciRuntime runtime) {
        call.console().out().println(StatsText.json(id, runtime.stats(id)));
        call.console().out().flush(); // somebody reads this line by line
    }

    private static boolean lives(OciRuntime runtime, String id) {
        return LiveStats.living(runtime).contains(id); // unlike state(), does not mind that it has been deleted
    }
}
