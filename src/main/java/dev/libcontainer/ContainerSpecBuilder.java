package dev.libcontainer;

import dev.libcontainer.security.CapabilitySet;
import dev.libcontainer.spec.Capabilities;
import dev.libcontainer.spec.Linux;
import dev.libcontainer.spec.Mount;
import dev.libcontainer.spec.Namespace;
import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.Process;
import dev.libcontainer.spec.Resources;
import dev.libcontainer.spec.Rlimit;
import dev.libcontainer.spec.Root;
import dev.libcontainer.spec.Seccomp;
import dev.libcontainer.spec.Spec;
import dev.libcontainer.spec.User;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Builds a {@link ContainerSpec}. Starts from a sandbox: own pid, mount, uts, ipc, network, cgroup and time namespaces, a
 * read-only view of the host's programs, the usual container capabilities, no_new_privs and the default seccomp profile.
 * Not thread-safe.
 */
public final class ContainerSpecBuilder {
    private Rootfs rootfs = Rootfs.hostView();
    private List<String> command = List.of();
    private final Map<String, String> env = new LinkedHashMap<>();
    private String cwd = "/";
    private String hostname = "container";
    private final Set<NamespaceType> namespaces = new LinkedHashSet<>(Sandbox.NAMESPACES);
    private final Map<NamespaceType, String> joined = new LinkedHashMap<>();
    private final List<Mount> mounts = new ArrayList<>();
    private User user = User.ROOT;
    private Optional<CapabilitySet> capabilities = Optional.of(CapabilitySet.CONTAINER_DEFAULT);
    private boolean noNewPrivileges = true;
    private boolean defaultSeccomp = true;
    private Optional<Seccomp> seccomp = Optional.empty();
    private final List<Rlimit> rlimits = new ArrayList<>();
    private OptionalInt oomScoreAdj = OptionalInt.empty();
    private final Map<String, String> sysctl = new LinkedHashMap<>();
    private Limits limits = Limits.none();
    private boolean managed;
    private Optional<String> delegated = Optional.empty();
    private Optional<String> cgroupsPath = Optional.empty();
    private boolean systemMounts = true;
    private boolean networkPool = true;
    private boolean dieWithJvm = true;

    ContainerSpecBuilder() {
        env.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        env.put("HOME", "/");
    }

    /** Program and arguments; a program without a slash is looked up in the container's PATH. */
    public ContainerSpecBuilder command(String... args) {
        command = List.of(args);
        return this;
    }

    public ContainerSpecBuilder rootfs(Rootfs newRootfs) {
        rootfs = newRootfs;
        return this;
    }

    /** Sets a variable; PATH and HOME are there from the start. */
    public ContainerSpecBuilder env(String name, String value) {
        env.put(name, value);
        return this;
    }

    /** Working directory, absolute. */
    public ContainerSpecBuilder cwd(String path) {
        cwd = path;
        return this;
    }

    public ContainerSpecBuilder hostname(String name) {
        hostname = name;
        return this;
    }

    /** No isolation at all: no namespaces, the host's root, no filter, ids and capabilities as they are. Add what is wanted. */
    public ContainerSpecBuilder noIsolation() {
        user = Sandbox.self();
        namespaces.clear();
        rootfs = Rootfs.host();
        capabilities = Optional.empty();
        noNewPrivileges = false;
        defaultSeccomp = false;
        systemMounts = false;
        return this;
    }

    /** Gives the container namespaces of its own of these types, and of no others. */
    public ContainerSpecBuilder namespaces(Set<NamespaceType> types) {
        namespaces.clear();
        namespaces.addAll(types);
        return this;
    }

    /** Joins an existing namespace, named by a path as in {@code /proc/PID/ns/net} or {@code /run/netns/NAME}. */
    public ContainerSpecBuilder join(NamespaceType type, String path) {
        namespaces.remove(type);
        joined.put(type, path);
        return this;
    }

    /** Shares the host's network. */
    public ContainerSpecBuilder hostNetwork() {
        namespaces.remove(NamespaceType.NETWORK);
        return this;
    }

    /** Makes a new network namespace at each spawn instead of taking one made ahead. */
    public ContainerSpecBuilder freshNetwork() {
        networkPool = false;
        return this;
    }

    /** Adds a mount after the default ones. */
    public ContainerSpecBuilder mount(Mount mount) {
        mounts.add(mount);
        return this;
    }

    /** Shows a file or directory of the host. */
    public ContainerSpecBuilder bind(String source, String destination, boolean readonly) {
        List<String> options = List.of("rbind", readonly ? "ro" : "rw", "nosuid", "nodev");
        return mount(new Mount(destination, Optional.of("bind"), Optional.of(source), options, List.of(), List.of()));
    }

    /** Without /proc, /sys, /dev, /tmp and the hiding of their dangerous parts. */
    public ContainerSpecBuilder withoutSystemMounts() {
        systemMounts = false;
        return this;
    }

    /** With them, for a spec that began as {@link #noIsolation()}. */
    public ContainerSpecBuilder withSystemMounts() {
        systemMounts = true;
        return this;
    }

    public ContainerSpecBuilder user(long uid, long gid, Long... additionalGids) {
        user = new User(uid, gid, user.umask(), List.of(additionalGids));
        return this;
    }

    public ContainerSpecBuilder umask(int mask) {
        user = new User(user.uid(), user.gid(), OptionalInt.of(mask), user.additionalGids());
        return this;
    }

    /** Capabilities by name, as in {@code CAP_NET_RAW}: effective, permitted and in the bounding set. */
    public ContainerSpecBuilder capabilities(Set<String> names) {
        capabilities = Optional.of(CapabilitySet.parse(names));
        return this;
    }

    public ContainerSpecBuilder noNewPrivileges(boolean on) {
        noNewPrivileges = on;
        return this;
    }

    /** A filter instead of the default profile. */
    public ContainerSpecBuilder seccomp(Seccomp profile) {
        seccomp = Optional.of(profile);
        return this;
    }

    /** The default profile, which allows what the capabilities call for. */
    public ContainerSpecBuilder defaultSeccomp() {
        seccomp = Optional.empty();
        defaultSeccomp = true;
        return this;
    }

    public ContainerSpecBuilder withoutSeccomp() {
        seccomp = Optional.empty();
        defaultSeccomp = false;
        return this;
    }

    /** A limit as in {@code RLIMIT_NOFILE}; -1 is infinity. */
    public ContainerSpecBuilder rlimit(String type, long soft, long hard) {
        rlimits.add(new Rlimit(type, soft, hard));
        return this;
    }

    public ContainerSpecBuilder oomScoreAdj(int score) {
        oomScoreAdj = OptionalInt.of(score);
        return this;
    }

    public ContainerSpecBuilder sysctl(String name, String value) {
        sysctl.put(name, value);
        return this;
    }

    /** Most memory, bytes; what needs more is killed. */
    public ContainerSpecBuilder memoryLimitBytes(long bytes) {
        limits = limits.memoryBytes(bytes);
        return this;
    }

    /** Most processes and threads. */
    public ContainerSpecBuilder pidsLimit(long count) {
        limits = limits.pids(count);
        return this;
    }

    /** CPU time per time, as in 0.5 for half of one CPU. */
    public ContainerSpecBuilder cpus(double count) {
        limits = limits.cpus(count);
        return this;
    }

    /** CPUs that may be used, as in {@code 0-3,8}. */
    public ContainerSpecBuilder cpuset(String cpus) {
        limits = limits.cpuset(cpus);
        return this;
    }

    /** All limits at once, in place of those given so far. */
    public ContainerSpecBuilder limits(Limits all) {
        limits = all;
        return this;
    }

    /**
     * Gives the container a cgroup of its own in every hierarchy that counts, limits or stops something: all statistics,
     * any limit changed later, {@link Container#freeze}. On cgroup v1 that is half a dozen directories more to make.
     */
    public ContainerSpecBuilder managed() {
        managed = true;
        return this;
    }

    /**
     * Gives the container's cgroups to its user, writable at {@code /sys/fs/cgroup}: it may make cgroups below and divide
     * among them what it has, and cannot change its own limits. Of version 2 it gets what the kernel names for this; of
     * version 1 the hierarchies whose limits hold for everything below.
     *
     * @param payload the cgroup below in which the program starts; version 2 lets a cgroup with processes of its own hand no
     *     controller down, so whoever wants to divide resources starts there
     */
    public ContainerSpecBuilder delegated(String payload) {
        delegated = Optional.of(payload);
        return this;
    }

    /** The same; the program starts in the container's own cgroup. */
    public ContainerSpecBuilder delegated() {
        return delegated("");
    }

    /** Gives the container a cgroup even without limits, so that everything in it can be counted and killed. */
    public ContainerSpecBuilder cgroup() {
        cgroupsPath = Optional.of("");
        return this;
    }

    /** Lets the container live on when the JVM ends; {@link Containers#close()} leaves it alone too. */
    public ContainerSpecBuilder detached() {
        dieWithJvm = false;
        return this;
    }

    /** The description; it is checked when it is compiled. */
    public ContainerSpec build() {
        Spec spec = new Spec(
                Spec.OCI_VERSION,
                root(),
                allMounts(),
                Optional.of(process()),
                namespaces.contains(NamespaceType.UTS) ? Optional.of(hostname) : Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Optional.of(linux()));
        return new ContainerSpec(spec, Optional.of(rootfs), networkPool, dieWithJvm, managed, delegated);
    }

    private Optional<Root> root() {
        if (rootfs instanceof Rootfs.Directory directory) {
            return Optional.of(new Root(directory.path().toAbsolutePath().toString(), directory.readonly()));
        }
        return Optional.of(new Root("/", rootfs instanceof Rootfs.HostView));
    }

    private List<Mount> allMounts() {
        List<Mount> all = new ArrayList<>();
        if (systemMounts && namespaces.contains(NamespaceType.MOUNT)) {
            all.addAll(Sandbox.mounts(namespaces));
        }
        if (delegated.isPresent() && namespaces.contains(NamespaceType.MOUNT)) {
            all.removeIf(mount -> mount.destination().equals("/sys/fs/cgroup"));
            all.add(Sandbox.writableCgroups());
        }
        all.addAll(mounts);
        return all;
    }

    private Process process() {
        return new Process(
                false,
                Optional.empty(),
                user,
                command,
                env.entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .toList(),
                cwd,
                capabilities.map(this::granted),
                rlimits,
                noNewPrivileges,
                Optional.empty(),
                oomScoreAdj,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** A user other than root gets no capabilities from the default set, only those asked for by name. */
    private Capabilities granted(CapabilitySet set) {
        List<String> names = set.names();
        boolean own = user.uid() == 0 || !set.equals(CapabilitySet.CONTAINER_DEFAULT);
        List<String> effective = own ? names : List.of();
        return new Capabilities(names, effective, List.of(), effective, List.of());
    }

    private Linux linux() {
        List<Namespace> all = new ArrayList<>();
        namespaces.forEach(type -> all.add(new Namespace(type, Optional.empty())));
        joined.forEach((type, path) -> all.add(new Namespace(type, Optional.of(path))));
        boolean hidden = systemMounts && namespaces.contains(NamespaceType.MOUNT);
        Optional<Seccomp> filter = seccomp.isPresent() || !defaultSeccomp
                ? seccomp
                : Optional.of(Sandbox.seccomp(capabilities.orElse(CapabilitySet.ALL)));
        return new Linux(
                all,
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                cgroupsPath,
                resources(),
                Optional.of("rprivate"),
                filter,
                sysctl,
                hidden ? Sandbox.MASKED_PATHS : List.of(),
                hidden ? Sandbox.READONLY_PATHS : List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Optional.empty());
    }

    private Optional<Resources> resources() {
        Resources resources = limits.toResources();
        return resources.equals(Resources.none()) ? Optional.empty() : Optional.of(resources);
    }
}
