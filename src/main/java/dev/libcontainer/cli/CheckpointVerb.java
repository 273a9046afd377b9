package dev.libcontainer.cli;

import dev.libcontainer.runtime.OciException;

/** {@code jrunc checkpoint} and {@code jrunc restore}: known words, so that engines that ask get an answer. */
final class CheckpointVerb implements Verb {
    private final String name;

    CheckpointVerb(String name) {
        this.name = name;
    }

    @Override
    public Syntax syntax() {
        return new Syntax("jrunc " + name, "ID", "Not supported by this version").anyWords();
    }

    @Override
    public int run(Call call) {
        throw new OciException(name + ": checkpoint and restore are not supported by this version of jrunc");
    }
}
