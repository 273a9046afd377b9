package dev.libcontainer.cgroup;

import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.spec.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The directories below which one library instance makes its cgroups: {@code /libcontainer/OWNER} in each hierarchy that
 * is needed, made when it is. Thread-safe. {@link #close} removes what this made, if it is empty.
 */
public final class CgroupSession implements AutoCloseable {
    private static final int MODE = 0755;

    private final CgroupMounts mounts;
    private final String parent;
    private final String owner;
    private final Optional<CgroupSession> above;
    private final Map<String, Fd> directories = new LinkedHashMap<>();
    /** Directories for containers with rules for devices, by fd. */
    private final Map<Fd, String> restricted = new LinkedHashMap<>();

    private int restrictedCount;
    /** What a scope limits for all its containers together: each of them must be in that hierarchy. */
    private final Map<Hierarchy, Set<String>> limited = new LinkedHashMap<>();

    private final Set<String> enabled = new TreeSet<>();
    /** Controllers that nobody had enabled above the parent, by the file that says so; outermost first. */
    private final Map<String, Set<String>> lent = new LinkedHashMap<>();
    /** What was still in use when this was closed, by mount point; the innermost first. */
    private final Map<String, List<String>> left = new LinkedHashMap<>();

    /**
     * A session that has made nothing yet.
     *
     * @param parent path of the common parent from the mount point, as in {@code libcontainer}
     * @param owner name of this instance's own directory
     */
    public CgroupSession(CgroupMounts mounts, String parent, String owner) {
        this(mounts, parent, owner, Optional.empty());
    }

    private CgroupSession(CgroupMounts mounts, String parent, String owner, Optional<CgroupSession> above) {
        this.above = above;
        this.mounts = mounts;
        this.parent = parent;
        this.owner = owner;
    }

    /**
     * A session whose directories are below this one's, by a name in each hierarchy.
     *
     * @param resources limits for all that is below, set at once
     * @throws CgroupException if the host cannot set one; then nothing is left
     */
    public CgroupSession scope(String name, Resources resources) {
        CgroupSession scope = new CgroupSession(mounts, parent + "/" + owner, name, Optional.of(this));
        boolean done = false;
        try {
            for (CgroupWrite write : CgroupLimits.forNew(resources, mounts)) {
                scope.limit(write);
            }
            done = true;
            return scope;
        } finally {
            if (!done) {
                scope.close();
            }
        }
    }

    private void limit(CgroupWrite write) {
        Hierarchy hierarchy = mounts.hierarchy(write.controller()).orElseThrow();
        Set<String> controllers = limited.computeIfAbsent(hierarchy, h -> new TreeSet<>());
        if (!write.controller().equals(CgroupMounts.CORE)) {
            controllers.add(write.controller());
        }
        Fd directory = directory(hierarchy, controllers, write.jsonPath());
        try {
            write.on(file -> Kernel.exists(directory.value(), file))
                    .ifPresent(known -> Kernel.writeAt(directory.value(), known.file(), known.value()));
        } catch (KernelException e) {
            throw CgroupException.refused(write.jsonPath(), write.controller(), e, "");
        }
    }

    /** Hierarchies that a container must be in, for the limits of its scope to hold. */
    public synchronized Map<Hierarchy, Set<String>> limited() {
        return Map.copyOf(limited);
    }

    /** Whether everything in it is ended together. */
    public boolean isScope() {
        return above.isPresent();
    }

    /** Kills everything in these cgroups and below. */
    public synchronized void kill() {
        directories.values().forEach(directory -> Kernel.killCgroup(directory.value()));
    }

    public CgroupMounts mounts() {
        return mounts;
    }

    /**
     * The directory in a hierarchy, with the controllers enabled for what is made below; borrowed.
     *
     * @param controllers that the containers need
     * @throws CgroupException if it cannot be made
     */
    public synchronized Fd directory(Hierarchy hierarchy, Set<String> controllers, String jsonPath) {
        Fd known = directories.get(hierarchy.mountPoint());
        try {
            if (known == null) {
                above.ifPresent(session -> session.directory(hierarchy, controllers, jsonPath)); // it removes it, too
                known = make(hierarchy);
                directories.put(hierarchy.mountPoint(), known);
            }
            if (hierarchy.version() == CgroupVersion.V2) {
                enable(hierarchy, controllers);
            }
            return known;
        } catch (KernelException e) {
            throw CgroupException.refused(
                    jsonPath,
                    String.join(",", controllers),
                    "no cgroup can be made below " + hierarchy.mountPoint() + "/" + parent + ": " + e.getMessage(),
                    "The library needs write access there, or another parent (Containers.Options.cgroupParent).");
        }
    }

    /**
     * A directory of its own below that of {@link #directory}, whose cgroups may use only the devices that an eBPF program
     * allows; for {@link #release}.
     *
     * @throws CgroupException if it cannot be made
     */
    public synchronized Fd restricted(
            Hierarchy hierarchy, Set<String> controllers, byte[] deviceProgram, String jsonPath) {
        Fd above = directory(hierarchy, controllers, jsonPath);
        String name = "_devices-" + ++restrictedCount;
        try {
            Kernel.makeDirectory(above.value(), name, MODE);
            Fd made = Kernel.open(above.value(), name, Kernel.O_RDONLY | Kernel.O_DIRECTORY);
            restricted.put(made, name);
            for (String controller : controllers) {
                Kernel.writeAt(made.value(), "cgroup.subtree_control", "+" + controller);
            }
            Kernel.restrictDevices(made.value(), deviceProgram);
            return made;
        } catch (KernelException e) {
            throw CgroupException.refused(
                    jsonPath, DevicesController.NAME, e, "It takes CAP_SYS_ADMIN, or CAP_BPF and CAP_NET_ADMIN.");
        }
    }

    /** Gives up a directory of {@link #restricted}; if a container is still in it, it goes with the session. */
    public synchronized void release(Hierarchy hierarchy, Fd directory) {
        Fd above = directories.get(hierarchy.mountPoint());
        String name = restricted.get(directory);
        if (above != null && name != null && Kernel.removeDirectory(above.value(), name)) {
            restricted.remove(directory);
            directory.close();
        }
    }

    private Fd make(Hierarchy hierarchy) {
        try (Fd top = Kernel.open(hierarchy.mountPoint(), Kernel.O_PATH | Kernel.O_DIRECTORY)) {
            for (int attempt = 0; ; attempt++) { // another instance may remove the common parent between two calls
                makeInheriting(hierarchy, top, parent);
                if (attempt == 0 && above.isEmpty()) {
                    removeAbandoned(hierarchy);
                }
                try {
                    makeInheriting(hierarchy, top, parent + "/" + owner);
                    return Kernel.open(top.value(), parent + "/" + owner, Kernel.O_RDONLY | Kernel.O_DIRECTORY);
                } catch (KernelException e) {
                    if (attempt == 100) {
                        throw e;
                    }
                }
            }
        }
    }

    /** Removes what instances have left in any hierarchy whose process was killed, and kills who is still in it. */
    public void removeAbandoned() {
        mounts.hierarchies().forEach(this::removeAbandoned);
    }

    /** Cgroups of instances whose process was killed: nobody else would ever remove them. */
    private void removeAbandoned(Hierarchy hierarchy) {
        if (!Files.isDirectory(Path.of(hierarchy.directory(parent)))) {
            return;
        }
        try (Stream<Path> owners = Files.list(Path.of(hierarchy.directory(parent)))) {
            owners.filter(Files::isDirectory)
                    .filter(path -> !Owner.parse(path.getFileName().toString())
                            .map(Owner::lives)
                            .orElse(true))
                    .forEach(path -> {
                        Fd fd = Kernel.open(path.toString(), Kernel.O_PATH | Kernel.O_DIRECTORY);
                        Kernel.removeCgroups(new int[] {fd.release()});
                    });
        } catch (IOException | UncheckedIOException | KernelException e) {
            return; // somebody else is at it, or may not; a leftover of others never hinders us
        }
    }

    private static void makeInheriting(Hierarchy hierarchy, Fd top, String path) {
        if (!Kernel.makeDirectory(top.value(), path, MODE)) {
            return;
        }
        MemoryController.countBelow(hierarchy, top.value(), path);
        if (!hierarchy.controllers().contains("cpuset")) {
            return;
        }
        String above = path.contains("/") ? path.substring(0, path.lastIndexOf('/') + 1) : "";
        for (String file : new String[] {"cpuset.cpus", "cpuset.mems"}) {
            Optional<String> value = Kernel.readAt(top.value(), above + file).map(String::strip);
            if (hierarchy.version() == CgroupVersion.V1
                    && value.filter(v -> !v.isEmpty()).isPresent()) {
                Kernel.writeAt(top.value(), path + "/" + file, value.get());
            }
        }
    }

    private void enable(Hierarchy hierarchy, Set<String> controllers) {
        if (enabled.containsAll(controllers)) {
            return;
        }
        try (Fd top = Kernel.open(hierarchy.mountPoint(), Kernel.O_PATH | Kernel.O_DIRECTORY)) {
            for (String level : levels()) {
                String file = level + "cgroup.subtree_control";
                Set<String> missing = new TreeSet<>(controllers);
                Kernel.readAt(top.value(), file)
                        .ifPresent(text -> Set.of(text.strip().split(" ")).forEach(missing::remove));
                if (!missing.isEmpty()) {
                    Kernel.writeAt(top.value(), file, "+" + String.join(" +", missing));
                }
                if (level.length() < parent.length()) { // the parent itself other instances may be about to use
                    lent.computeIfAbsent(file, f -> new TreeSet<>()).addAll(missing);
                }
            }
        }
        enabled.addAll(controllers);
    }

    /** From the mount point to this instance's own directory: each has to hand a controller down. */
    private List<String> levels() {
        List<String> levels = new ArrayList<>(List.of(""));
        for (String name : (parent + "/" + owner).split("/")) {
            levels.add(levels.get(levels.size() - 1) + name + "/");
        }
        return levels;
    }

    /** Whether the kernel has a control file for cgroups made in this hierarchy. */
    public boolean has(Hierarchy hierarchy, Set<String> controllers, String file, String jsonPath) {
        return Kernel.exists(directory(hierarchy, controllers, jsonPath).value(), file);
    }

    /** What a new cgroup of this hierarchy has to be given first: file → value. */
    public Map<String, String> inherited(Hierarchy hierarchy, Fd directory) {
        Map<String, String> values = new LinkedHashMap<>();
        if (hierarchy.version() == CgroupVersion.V1 && hierarchy.controllers().contains("cpuset")) {
            for (InheritedFile file : CgroupLimits.inheritedFiles(mounts)) {
                Kernel.readAt(directory.value(), file.file())
                        .ifPresent(value -> values.put(file.file(), value.strip()));
            }
        }
        return values;
    }

    /** The innermost first: a controller cannot be disabled above somebody who has it enabled. */
    private void giveBack(Fd top) {
        List<String> files = new ArrayList<>(lent.keySet());
        Collections.reverse(files);
        for (String file : files) {
            lent.getOrDefault(file, Set.of()).forEach(controller -> giveBack(top, file, controller));
        }
    }

    private static void giveBack(Fd top, String file, String controller) {
        try {
            Kernel.writeAt(top.value(), file, "-" + controller);
        } catch (KernelException e) {
            return; // EBUSY: by now somebody else uses it; ENOENT: a version 1 hierarchy, or the directory is gone
        }
    }

    @Override
    public synchronized void close() {
        for (Hierarchy hierarchy : mounts.hierarchies()) {
            List.copyOf(restricted.keySet()).forEach(directory -> release(hierarchy, directory));
        }
        directories.forEach((mountPoint, fd) -> {
            fd.close();
            List<String> paths = left.computeIfAbsent(mountPoint, m -> new ArrayList<>());
            restricted.values().forEach(name -> paths.add(parent + "/" + owner + "/" + name));
            paths.add(parent + "/" + owner);
        });
        restricted.keySet().forEach(Fd::close);
        restricted.clear();
        directories.clear();
        enabled.clear();
        removeLeft();
    }

    /** After {@link #close}: removes what could not be removed then, because containers that outlive it were below. */
    public synchronized void removeLeft() {
        left.entrySet().removeIf(entry -> {
            try (Fd top = Kernel.open(entry.getKey(), Kernel.O_PATH | Kernel.O_DIRECTORY)) {
                entry.getValue().removeIf(path -> Kernel.removeDirectory(top.value(), path) || isGone(top, path));
                boolean isLast = entry.getValue().isEmpty();
                if (isLast && above.isEmpty()) {
                    Kernel.removeDirectory(top.value(), parent); // stays while another instance uses it
                }
                giveBack(top);
                return isLast;
            } catch (KernelException e) {
                return true; // the hierarchy was unmounted: nothing of ours is left in it
            }
        });
        if (left.isEmpty() && directories.isEmpty()) {
            lent.clear();
        }
    }

    private static boolean isGone(Fd top, String path) {
        return !Kernel.exists(top.value(), path);
    }
}
