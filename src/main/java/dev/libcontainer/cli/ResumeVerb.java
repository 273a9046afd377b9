package dev.libcontainer.cli;

import dev.libcontainer.runtime.OciRuntime;

/** {@code jrunc resume}. */
final class ResumeVerb implements Verb {
    @Override
    public Syntax syntax() {
        return new Syntax("jrunc resume", "ID", "Thaw the processes of a paused container");
    }

    @Override
    public int run(Call call) {
        try (OciRuntime runtime = call.runtime()) {
            runtime.resume(call.id());
        }
        return 0;
    }
}
