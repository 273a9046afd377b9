package dev.libcontainer.cli;

import dev.libcontainer.runtime.OciRuntime;

/** {@code jrunc pause}. */
final class PauseVerb implements Verb {
    @Override
    public Syntax syntax() {
        return new Syntax("jrunc pause", "ID", "Freeze all processes of a container");
    }

    @Override
    public int run(Call call) {
        try (OciRuntime runtime = call.runtime()) {
            runtime.pause(call.id());
        }
        return 0;
    }
}
