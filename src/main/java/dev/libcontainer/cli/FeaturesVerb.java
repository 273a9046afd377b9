package dev.libcontainer.cli;

/** placeholder */
final class FeaturesVerb implements Verb {
    @Override
    public Syntax syntax() {
        return new Syntax("jrunc features", "", "Show what this runtime can do as the OCI features document");
    }

    @Override
    public int run(Call call) {
        return 0;
    }
}
