package dev.libcontainer.cli;

import dev.libcontainer.runtime.OciRuntime;

/** {@code jrunc wait}. */
final class WaitVerb implements Verb {
    @Override
    public Syntax syntax() {
        return new Syntax("jrunc wait", "ID", "Wait until the first process of a container is gone").note("""
                        Its exit code is known only to its parent, so the exit code here is 0 at its end,
                        and 1 if there is no such container.
                        """);
    }

    @Override
    public int run(Call call) {
        try (OciRuntime runtime = call.runtime()) {
            runtime.await(call.id());
        }
        return 0;
    }
}
