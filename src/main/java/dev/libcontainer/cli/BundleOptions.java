package dev.libcontainer.cli;

import dev.libcontainer.runtime.CreateOptions;

/** The options that create, run and explain share. */
final class BundleOptions {
    private BundleOptions() {}

    static Syntax syntax(String name, String summary) {
        return source(name, summary)
                .value("console-socket", "SOCKET", "send the master of the container's terminal there")
                .value("pid-file", "FILE", "write the first process's pid there")
                .flag("no-pivot", "move the root instead of pivot_root, for a root on a ramdisk")
                .flag("no-new-keyring", "keep the caller's session keyring")
                .flag("no-subreaper", "accepted for runc's sake: jrunc never becomes a subreaper")
                .value("preserve-fds", "N", "hand on those of the fds 3 to 3+N-1 that are open");
    }

    /** What says which container. */
    static Syntax source(String name, String summary) {
        return new Syntax("jrunc " + name, "ID", summary)
                .value("b,bundle", "DIR", "the directory with config.json and the root (default: this one)")
                .value("f,config", "FILE", "another file than the bundle's config.json");
    }

    static CreateOptions of(Call call) {
        return new CreateOptions(
                call.path("bundle").orElse(call.console().directory()).normalize(),
                call.path("config"),
                call.path("console-socket"),
                call.path("pid-file"),
                call.arguments().has("no-pivot"),
                call.arguments().has("no-new-keyring"),
                call.preservedFds(),
                call.console().stdio());
    }
}
