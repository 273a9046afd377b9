package dev.libcontainer.cli;

import dev.libcontainer.runtime.OciRuntime;

/** {@code jrunc create}. */
final class CreateVerb implements Verb {
    @Override
    public Syntax syntax() {
        return BundleOptions.syntax("create", "Create a container whose program waits for start")
                .note("""
                        example:
                          jrunc create --bundle /srv/web --pid-file /run/web.pid web-1
                          jrunc start web-1
                        """);
    }

    @Override
    public int run(Call call) {
        try (OciRuntime runtime = call.runtime()) {
            runtime.create(call.id(), BundleOptions.of(call));
        }
        return 0;
    }
}
