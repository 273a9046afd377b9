package dev.libcontainer.cli;

import dev.libcontainer.runtime.RuntimeFeatures;

/** {@code jrunc features}. */
final class FeaturesVerb implements Verb {
    @Override
    public Syntax syntax() {
        return new Syntax("jrunc features", "", "Show what this runtime can do as the OCI features document")
                .note("What it can do on this host is what jrunc check tells.");
    }

    @Override
    public int run(Call call) {
        call.refuseOperands();
        call.console().out().print(RuntimeFeatures.features(Version.NUMBER).json());
        return 0;
    }
}
