package dev.libcontainer.cli;

import dev.libcontainer.runtime.OciRuntime;

/** {@code jrunc start}. */
final class StartVerb implements Verb {
    @Override
    public Syntax syntax() {
        return new Syntax("jrunc start", "ID", "Let the program of a created container begin");
    }

    @Override
    public int run(Call call) {
        try (OciRuntime runtime = call.runtime()) {
            runtime.start(call.id());
        }
        return 0;
    }
}
