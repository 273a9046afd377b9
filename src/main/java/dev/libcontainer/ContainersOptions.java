package dev.libcontainer;

/**
 * How a {@link Containers} works. Immutable; change what differs from {@link #DEFAULT}.
 *
 * @param engine who clones
 * @param networkPoolSize how many network namespaces are kept ready (about 230 KiB of kernel memory each); 0: none
 * @param templates how many template processes may exist at once (about 100 KiB each); 0: every spawn does all its steps
 * @param cgroupParent the directory in each cgroup hierarchy below which everything is made, without leading slash; the
 *     default stands for one beside the caller's own cgroup if it is on cgroup v2 and may write there only
 * @param failAtStep for tests: the step of every plan that fails, in native builds that obey; -1: none
 */
public record ContainersOptions(
        EngineKind engine, int networkPoolSize, int templates, String cgroupParent, int failAtStep) {
    /** Spawner, eight networks, 32 templates. */
    public static final ContainersOptions DEFAULT =
            new ContainersOptions(EngineKind.SPAWNER, 8, 32, "libcontainer", -1);

    /** Who clones children. */
    public enum EngineKind {
        /** A small static helper process: everything works, nothing is shared with the JVM. */
        SPAWNER,
        /**
         * The JVM's calling thread itself (vfork): no helper process, but only containers that change no ids and join no
         * namespaces, and which live on when the JVM is killed.
         */
        IN_PROCESS
    }

    public ContainersOptions engine(EngineKind kind) {
        return new ContainersOptions(kind, networkPoolSize, templates, cgroupParent, failAtStep);
    }

    public ContainersOptions networkPoolSize(int size) {
        return new ContainersOptions(engine, size, templates, cgroupParent, failAtStep);
    }

    public ContainersOptions templates(int count) {
        return new ContainersOptions(engine, networkPoolSize, count, cgroupParent, failAtStep);
    }

    public ContainersOptions cgroupParent(String path) {
        return new ContainersOptions(engine, networkPoolSize, templates, path, failAtStep);
    }

    ContainersOptions failAtStep(int step) {
        return new ContainersOptions(engine, networkPoolSize, templates, cgroupParent, step);
    }
}
