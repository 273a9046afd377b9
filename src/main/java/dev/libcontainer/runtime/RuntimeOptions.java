package dev.libcontainer.runtime;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What a runtime works with. Nothing is taken from the process itself, so that several may live in one JVM.
 *
 * @param root the directory that holds the state of containers, absolute
 * @param cgroups who makes cgroups
 * @param directory the caller's working directory: what relative paths are relative to
 * @param environment the caller's ({@code NOTIFY_SOCKET}, {@code LISTEN_FDS} are read from it)
 * @param resident whether this JVM outlives what it starts, so that it must take note of the ends of detached processes; else
 *     whoever inherits them does
 * @param rootless whether a caller who may not make cgroups goes without, if no limits are asked for
 * @param warnings takes what is worth telling and no failure
 */
public record RuntimeOptions(
        Path root,
        CgroupDriver cgroups,
        Path directory,
        Map<String, String> environment,
        boolean resident,
        boolean rootless,
        Consumer<String> warnings) {
    public RuntimeOptions {
        environment = Map.copyOf(environment);
    }

    /** For a caller who wants cgroups to be made. */
    public RuntimeOptions(
            Path root,
            CgroupDriver cgroups,
            Path directory,
            Map<String, String> environment,
            boolean resident,
            Consumer<String> warnings) {
        this(root, cgroups, directory, environment, resident, false, warnings);
    }
}
