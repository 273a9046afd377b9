package dev.libcontainer.cli;

import java.io.IOException;

/** A command of jrunc. */
interface Verb {
    /** Its options and its help. */
    Syntax syntax();

    /** Does it; the exit code. What fails is thrown. */
    int run(Call call) throws IOException;

    /** The exit code when it fails, other than by wrong usage. */
    default int failure() {
        return Jrunc.FAILURE;
    }
}
