package dev.libcontainer.cli;

import dev.libcontainer.runtime.OciRuntime;

/** {@code jrunc state}. */
final class StateVerb implements Verb {
    @Override
    public Syntax syntax() {
        return new Syntax("jrunc state", "ID", "Show the state of a container as JSON");
    }

    @Override
    public int run(Call call) {
        try (OciRuntime runtime = call.runtime()) {
            call.console().out().print(StateText.json(runtime.state(call.id())).indented());
        }
        return 0;
    }
}
