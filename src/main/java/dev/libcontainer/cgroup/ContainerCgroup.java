package dev.libcontainer.cgroup;

import dev.libcontainer.kernel.Errno;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.spec.Resources;
import dev.libcontainer.stats.Statistics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The cgroups of one container: a directory in every hierarchy of the host, also in those that no limit needs, so that
 * whoever asks any of them finds the container there.
 *
 * <p>Holds no fd and no state but the paths, which may be kept and {@linkplain #open opened} by another process. Safe for
 * any thread; who calls two of its changing methods at once gets the effects of both in some order. Asking loads no
 * native code.
 *
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#cgroups-path">Cgroups path in
 *     config-linux.md</a>
 */
public final class ContainerCgroup {
    private static final int SIGKILL = 9;
    private static final Duration FREEZE_AT_MOST = Duration.ofSeconds(5);
    /** For a signal to all: better some process missed than a caller kept waiting by one in the middle of a slow call. */
    private static final Duration FREEZE_FOR_SIGNAL = Duration.ofMillis(500);

    static final String HAVE_ONE = "Start it with a limit of this kind, or managed.";

    private final CgroupMounts mounts;
    private final List<CgroupDirectory> directories;

    private ContainerCgroup(CgroupMounts mounts, List<CgroupDirectory> directories) {
        this.mounts = mounts;
        this.directories = List.copyOf(directories);
    }

    /**
     * Makes the cgroups of a container and sets its limits: all or, on an exception, nothing. A cgroup that exists
     * already is used, if nobody is in it.
     *
     * @param cgroupsPath absolute: from the mount points; relative: from the caller's own cgroups; empty: the id, relative
     * @throws CgroupException if they cannot be made, are in use or frozen, or if a limit cannot be set
     */
    public static ContainerCgroup make(
            CgroupMounts mounts, String cgroupsPath, String id, Optional<Resources> resources) {
        return make(mounts, cgroupsPath, id, resources, problem -> {
            throw CgroupException.refused("linux.cgroupsPath", "", problem, "Give each container a path of its own.");
        });
    }

    /**
     * The same, but what to do about others in the cgroup is left to the caller.
     *
     * @param shared is told of processes that are there already; what it throws ends the call, else it goes on
     */
    public static ContainerCgroup make(
            CgroupMounts mounts,
            String cgroupsPath,
            String id,
            Optional<Resources> resources,
            Consumer<String> shared) {
        CgroupPath path = CgroupPath.of(cgroupsPath, id);
        List<CgroupWrite> limits = resources.isPresent() ? CgroupLimits.forNew(resources.get(), mounts) : List.of();
        Set<String> controllers = new LinkedHashSet<>();
        limits.forEach(limit -> controllers.add(limit.controller()));
        CgroupMaker maker = new CgroupMaker(mounts, path, controllers);
        boolean done = false;
        try {
            ContainerCgroup cgroup = new ContainerCgroup(mounts, maker.make());
            cgroup.refuseIfInUse(shared);
            cgroup.write(limits);
            cgroup.restrictDevices(resources.isPresent() ? resources.get().devices() : List.of());
            done = true;
            return cgroup;
        } finally {
            if (!done) {
                maker.undo();
            }
        }
    }

    /**
     * The cgroups of a container that were made before.
     *
     * @param paths as {@link #paths} gave them; hierarchies that are not mounted any more are left out
     */
    public static ContainerCgroup open(CgroupMounts mounts, Map<String, String> paths) {
        return open(mounts, paths, "");
    }

    /** The same with the name of the cgroup below in which the program is, empty for none. */
    public static ContainerCgroup open(CgroupMounts mounts, Map<String, String> paths, String payload) {
        List<CgroupDirectory> directories = new ArrayList<>();
        for (Hierarchy hierarchy : mounts.hierarchies()) {
            String path = paths.get(hierarchy.name());
            if (path != null) {
                directories.add(new CgroupDirectory(hierarchy, Path.of(path), payload));
            }
        }
        return new ContainerCgroup(mounts, directories);
    }

    /** Where {@link #make} would put them, as {@link #paths()} would say: to be written down before anything is made. */
    public static Map<String, String> paths(CgroupMounts mounts, String cgroupsPath, String id) {
        CgroupPath path = CgroupPath.of(cgroupsPath, id);
        Map<String, String> paths = new LinkedHashMap<>();
        for (Hierarchy hierarchy : mounts.hierarchies()) {
            List<Path> levels = path.directories(hierarchy);
            paths.put(hierarchy.name(), levels.get(levels.size() - 1).toString());
        }
        return paths;
    }

    /** The absolute directory in each hierarchy, by the hierarchy's {@linkplain Hierarchy#name name}. */
    public Map<String, String> paths() {
        Map<String, String> paths = new LinkedHashMap<>();
        for (CgroupDirectory directory : directories) {
            paths.put(directory.hierarchy().name(), directory.path().toString());
        }
        return paths;
    }

    /** Sets limits once more that {@link #make} has set: somebody else has written to the files since. */
    public void limit(Resources resources) {
        write(CgroupLimits.forNew(resources, mounts));
        restrictDevices(resources.devices());
    }

    private void refuseIfInUse(Consumer<String> shared) {
        Set<Integer> pids = new LinkedHashSet<>();
        for (CgroupDirectory directory : directories) {
            pids.addAll(directory.processes());
        }
        if (!pids.isEmpty()) {
            shared.accept("container's cgroup is not empty: " + pids.size() + " process(es) found");
        }
        if (freezer().filter(Freezer::isInForce).isPresent()) {
            throw CgroupException.refused(
                    "linux.cgroupsPath",
                    Freezer.NAME,
                    "container's cgroup unexpectedly frozen",
                    "Thaw it or the one above, or choose another path.");
        }
    }

    private void write(List<CgroupWrite> limits) {
        for (CgroupWrite limit : limits) {
            CgroupDirectory directory = directory(limit.controller()).orElseThrow();
            Optional<CgroupWrite> known = limit.on(directory::has);
            if (known.isPresent()) {
                write(directory, known.get());
            }
        }
    }

    /** Nothing but the usual devices if the configuration has no rules; that must not fail where nobody may say so. */
    private void restrictDevices(List<Resources.DeviceRule> rules) {
        Optional<CgroupDirectory> v1 = directory(DevicesController.NAME);
        Optional<CgroupDirectory> unified = directory(CgroupMounts.CORE);
        if (v1.isPresent()) {
            String list = v1.get().read("devices.list").orElse("");
            write(DevicesController.of(DeviceRules.of(rules)).update(list));
            return;
        }
        if (rules.isEmpty() && unified.isEmpty()) {
            return;
        }
        Optional<byte[]> program = CgroupLimits.deviceProgram(rules, mounts);
        try (Fd fd = unified.orElseThrow().open()) {
            Kernel.restrictDevices(fd.value(), program.orElseThrow());
        } catch (KernelException e) {
            if (!rules.isEmpty() || !e.errno().equals(Errno.EPERM)) {
                throw CgroupException.refused(
                        "linux.resources.devices",
                        DevicesController.NAME,
                        e,
                        "It takes CAP_SYS_ADMIN, or CAP_BPF and CAP_NET_ADMIN.");
            }
        }
    }

    private static void write(CgroupDirectory directory, CgroupWrite limit) {
        try {
            directory.write(limit.file(), limit.value());
        } catch (KernelException e) {
            throw CgroupException.refused(limit.jsonPath(), limit.controller(), e, "");
        }
    }

    /**
     * Changes limits while processes run. What the resources do not name stays as it is.
     *
     * @throws CgroupException if a limit cannot be set; then all are as they were
     */
    public void update(Resources resources) {
        List<CgroupWrite> writes = CgroupUpdate.writes(resources, mounts, this::directory);
        Optional<CgroupDirectory> devices = directory(DevicesController.NAME);
        if (!resources.devices().isEmpty() && devices.isPresent()) {
            writes.addAll(DevicesController.of(DeviceRules.of(resources.devices()))
                    .update(devices.get().read("devices.list").orElse("")));
        }
        CgroupUpdate update = new CgroupUpdate();
        boolean done = false;
        try {
            for (CgroupWrite write : writes) {
                CgroupDirectory directory = directory(write.controller())
                        .orElseThrow(() -> CgroupException.refused(
                                write.jsonPath(),
                                write.controller(),
                                "the container has no cgroup for this",
                                HAVE_ONE));
                write.on(directory::has).ifPresent(known -> update.write(directory, known));
            }
            if (!resources.devices().isEmpty() && devices.isEmpty()) {
                restrictDevices(resources.devices());
            }
            done = true;
        } finally {
            if (!done) {
                update.undo();
            }
        }
    }

    /** What the kernel counts for it. */
    public CgroupStats stats() {
        return CgroupStats.parse(mounts, figures());
    }

    Map<StatFile, String> figures() {
        return Figures.of(mounts, directories, this::directory);
    }

    /** The same for programs that embed the library, with the network interfaces that a process sees. */
    public Statistics statistics(long pid) {
        return StatisticsReader.of(mounts, figures(), pid);
    }

    /**
     * Watches for it running out of memory; the caller's to close.
     *
     * @throws CgroupException if the host has no controller for memory
     */
    public OomEvents oomEvents() {
        return OomEvents.of(directory("memory")
                .orElseThrow(() -> CgroupException.failed(
                        "memory", "out-of-memory events need the cgroup controller memory", "")));
    }

    /** The directories of version 1, for a process that moves itself there through {@code tasks}; the caller's to close. */
    public List<Fd> v1Directories() {
        List<Fd> fds = new ArrayList<>();
        for (CgroupDirectory directory : directories) {
            if (directory.hierarchy().version() == CgroupVersion.V1) {
                fds.add(open(directory));
            }
        }
        return fds;
    }

    /** The directory of version 2, for a process to be born in (CLONE_INTO_CGROUP); the caller's to close. */
    public Optional<Fd> unifiedDirectory() {
        return directory(CgroupMounts.CORE).map(ContainerCgroup::open);
    }

    /**
     * Cgroups below these, for a process that is to enter those instead: they exist, and no path leads out of these.
     *
     * @param specs one {@code PATH}, or any number of {@code CONTROLLER[,CONTROLLER]:PATH}; other hierarchies stay
     * @throws CgroupException if there is no such cgroup
     */
    public ContainerCgroup subCgroup(List<String> specs) {
        return new ContainerCgroup(mounts, SubCgroups.of(directories, specs));
    }

    private static Fd open(CgroupDirectory directory) {
        try {
            return directory.open();
        } catch (KernelException e) {
            throw CgroupException.failed(
                    directory.hierarchy().name(), "error adding pid to cgroup: " + e.getMessage(), "");
        }
    }

    /** The pids of all its processes, also in cgroups that it made below, as this process sees them, ascending. */
    public List<Integer> processes() {
        return List.copyOf(whole().processes());
    }

    /** Whether it was frozen itself; a frozen cgroup above does not count. */
    public boolean frozen() {
        return freezer().filter(Freezer::isAsked).isPresent();
    }

    /**
     * Stops all its processes; returns when they have stopped.
     *
     * @throws CgroupException if one does not within a few seconds; then all go on
     */
    public void freeze() {
        if (!freezerOrRefuse().freeze(FREEZE_AT_MOST)) {
            throw CgroupException.failed(
                    Freezer.NAME,
                    "a process did not stop within " + FREEZE_AT_MOST.toSeconds() + " s, all go on",
                    "A process in an uninterruptible call cannot be frozen.");
        }
    }

    /** Lets its processes go on. */
    public void thaw() {
        freezerOrRefuse().thaw();
    }

    /**
     * Sends a signal to all its processes; nobody being there is no error. They are stopped meanwhile, so that none escapes by forking; a frozen
     * container stays so, unless the signal is SIGKILL, which a frozen process would never see.
     */
    public void kill(int signal) {
        CgroupDirectory whole = whole();
        if (!whole.exists()) {
            return;
        }
        try (Fd fd = whole.open()) {
            if (signal == SIGKILL && whole.hierarchy().version() == CgroupVersion.V2) {
                Kernel.killCgroup(fd.value());
                return;
            }
            Optional<Freezer> freezer = freezer();
            boolean before = freezer.filter(Freezer::isAsked).isPresent();
            boolean stopped = freezer.filter(f -> f.freeze(FREEZE_FOR_SIGNAL)).isPresent();
            Kernel.signalCgroup(fd.value(), signal);
            if (signal == SIGKILL || !before) {
                freezer.ifPresent(Freezer::thaw);
            }
            if (signal == SIGKILL && !stopped) {
                Kernel.killCgroup(fd.value());
            }
        } catch (KernelException e) {
            if (whole.exists()) {
                throw CgroupException.failed(whole.hierarchy().name(), String.valueOf(e.getMessage()), "");
            } // else removed meanwhile, so nobody was in it
        }
    }

    /**
     * Removes the directories, and those that the container made below. One that is gone already is no error.
     *
     * @throws CgroupException if somebody is still in one after a few seconds
     */
    public void remove() {
        CgroupRemoval.remove(directories);
    }

    /** The directory of a controller; empty if the container has none there. */
    Optional<CgroupDirectory> directory(String controller) {
        Optional<Hierarchy> hierarchy = mounts.hierarchy(controller);
        return directories.stream()
                .filter(directory ->
                        hierarchy.filter(directory.hierarchy()::equals).isPresent())
                .findFirst();
    }

    /** Where all of the container's processes are found: the hierarchy that can stop them, if there is one. */
    private CgroupDirectory whole() {
        return freezer()
                .map(Freezer::directory)
                .or(() -> directory("devices"))
                .or(() -> directory("pids"))
                .or(() -> directories.stream().findFirst())
                .orElseThrow(() -> CgroupException.failed("", "the container has no cgroup", ""));
    }

    private Optional<Freezer> freezer() {
        return directory(Freezer.NAME).or(() -> directory(CgroupMounts.CORE)).map(Freezer::new);
    }

    private Freezer freezerOrRefuse() {
        return freezer()
                .filter(freezer -> freezer.directory().exists())
                .orElseThrow(() -> CgroupException.failed(
                        Freezer.NAME,
                        "the container has no cgroup that could be frozen",
                        "Freezing needs the controller freezer, or cgroup v2."));
    }
}
