package dev.libcontainer;

import java.util.List;
import java.util.Optional;

/**
 * What one spawn may have of its own without a new blueprint. Immutable; absent parts are as the spec has them.
 *
 * @param stdio where the streams lead
 * @param args program and arguments; the program is looked up in the PATH of env, or of the spec
 * @param env {@code NAME=value}
 * @param cwd working directory, absolute
 * @param hostname needs a UTS namespace in the spec
 * @param id the container's name; unique among those that run
 * @param cgroupName the name of its cgroup directory; the id unless given
 * @param timed whether {@link Container#timeline} is to tell where the time of the spawn went
 * @param limits beside those of the spec, in force before the program begins; only of kinds that it has a cgroup for
 */
public record Launch(
        Stdio stdio,
        Optional<List<String>> args,
        Optional<List<String>> env,
        Optional<String> cwd,
        Optional<String> hostname,
        Optional<String> id,
        Optional<String> cgroupName,
        boolean timed,
        Optional<Limits> limits) {
    public Launch {
        args = args.map(List::copyOf);
        env = env.map(List::copyOf);
    }

    public static Launch of(Stdio stdio) {
        return new Launch(
                stdio,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty());
    }

    public Launch args(String... newArgs) {
        return new Launch(stdio, Optional.of(List.of(newArgs)), env, cwd, hostname, id, cgroupName, timed, limits);
    }

    public Launch env(List<String> newEnv) {
        return new Launch(stdio, args, Optional.of(newEnv), cwd, hostname, id, cgroupName, timed, limits);
    }

    public Launch cwd(String newCwd) {
        return new Launch(stdio, args, env, Optional.of(newCwd), hostname, id, cgroupName, timed, limits);
    }

    public Launch hostname(String newHostname) {
        return new Launch(stdio, args, env, cwd, Optional.of(newHostname), id, cgroupName, timed, limits);
    }

    public Launch id(String newId) {
        return new Launch(stdio, args, env, cwd, hostname, Optional.of(newId), cgroupName, timed, limits);
    }

    public Launch cgroupName(String newName) {
        return new Launch(stdio, args, env, cwd, hostname, id, Optional.of(newName), timed, limits);
    }

    /** Whether the steps of the spawn are timed; a take from a pool has none left to time, so it is spawned. */
    public Launch timed(boolean on) {
        return new Launch(stdio, args, env, cwd, hostname, id, cgroupName, on, limits);
    }

    /**
     * Limits of this one container. All hold before its program begins, or, on an {@link UnsupportedByHostException}, it
     * does not begin. What its spec has no limit of at all has no cgroup, unless it is {@link ContainerSpecBuilder#managed}.
     */
    public Launch limits(Limits newLimits) {
        return new Launch(stdio, args, env, cwd, hostname, id, cgroupName, timed, Optional.of(newLimits));
    }
}
