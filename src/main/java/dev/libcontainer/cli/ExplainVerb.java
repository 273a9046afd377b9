package dev.libcontainer.cli;

import dev.libcontainer.runtime.OciRuntime;

/** {@code jrunc explain}. */
final class ExplainVerb implements Verb {
    @Override
    public Syntax syntax() {
        return BundleOptions.source("explain", "Show the steps that create would run; changes nothing, needs no root")
                .flag("no-pivot", "as for create")
                .flag("no-new-keyring", "as for create")
                .note("""
                        Every step stands with the member of config.json behind it. Errors of create and
                        run name the same numbers.
                        """);
    }

    @Override
    public int run(Call call) {
        try (OciRuntime runtime = call.runtime()) {
            call.console()
                    .out()
                    .println(runtime.explain(call.id(), BundleOptions.of(call)).stripTrailing());
        }
        return 0;
    }
}
