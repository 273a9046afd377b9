package dev.libcontainer.cli;

import java.io.IOException;
import java.util.List;

/** A command of jrunc. */
interface Verb {
    /** Its options and its help. */
    Syntax syntax();

    /** Does it; the exit code. What fails is thrown. */
    int run(Call call) throws IOException;

    /** The command that is meant, by the words that follow its name. */
    default Verb narrowed(List<String> words) {
        return this;
    }

    /** The exit code when it fails, other than by wrong usage. */
    default int failure() {
        return Jrunc.FAILURE;
    }
}
