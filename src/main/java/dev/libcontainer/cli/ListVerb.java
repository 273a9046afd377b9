package dev.libcontainer.cli;

import dev.libcontainer.runtime.ContainerState;
import dev.libcontainer.runtime.OciRuntime;
import java.util.List;

/** {@code jrunc list}. */
final class ListVerb implements Verb {
    @Override
    public Syntax syntax() {
        return new Syntax("jrunc list", "", "List the containers below --root")
                .value("f,format", "table|json", "how (default table)")
                .flag("q,quiet", "ids only, one a line");
    }

    @Override
    public int run(Call call) {
        call.refuseOperands();
        boolean json = call.arguments().choice("format", "table", "json").equals("json");
        List<ContainerState> states;
        try (OciRuntime runtime = call.runtime()) {
            states = runtime.list();
        }
        if (call.arguments().has("quiet")) {
            for (ContainerState state : states) {
                call.console().out().println(state.id());
            }
        } else if (json) {
            call.console().out().println(StateText.jsonLine(states));
        } else {
            call.console().out().print(StateText.table(states));
        }
        return 0;
    }
}
