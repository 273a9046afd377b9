package dev.libcontainer.cli;

import dev.libcontainer.runtime.OciRuntime;

/** {@code jrunc run}. */
final class RunVerb implements Verb {
    @Override
    public Syntax syntax() {
        return BundleOptions.syntax("run", "Create and start a container, wait for its end, and delete it")
                .flag("d,detach", "return when the program runs")
                .flag("keep", "leave the container for delete when its program has ended")
                .note("""
                        examples:
                          jrunc run --bundle /srv/web web-1        this terminal is the container's
                          jrunc run -d --pid-file web.pid web-1    in the background
                        """)
                .note("""
                        exit code: the program's, 128 + signal if a signal ended it, 0 with --detach;
                        1 if it did not come to start.
                        """);
    }

    @Override
    public int run(Call call) {
        try (OciRuntime runtime = call.runtime()) {
            return runtime.run(
                    call.id(),
                    BundleOptions.of(call),
                    call.arguments().has("detach"),
                    call.arguments().has("keep"));
        }
    }
}
