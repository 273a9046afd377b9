package dev.libcontainer.cgroup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where this host has its control groups, as this process sees it.
 *
 * @param mode which versions there are
 * @param controllers the hierarchy of each controller, e.g. of {@code memory}; named hierarchies of version 1 stand
 *     under their name, e.g. {@code name=systemd}
 * @param unified the version 2 hierarchy, which a hybrid host has beside those of version 1
 */
public record CgroupMounts(CgroupMode mode, Map<String, Hierarchy> controllers, Optional<Hierarchy> unified) {

    /** What the files of version 2 that belong to no controller are called here: {@code cgroup.freeze} and the like. */
    public static final String CORE = "cgroup";

    /** Keeps an unmodifiable copy of its map. */
    public CgroupMounts {
        controllers = Collections.unmodifiableMap(new LinkedHashMap<>(controllers));
    }

    /** The hierarchy a controller is bound to; {@link #CORE} stands for the version 2 hierarchy itself. */
    public Optional<Hierarchy> hierarchy(String controller) {
        return controller.equals(CORE) ? unified : Optional.ofNullable(controllers.get(controller));
    }

    /** The version that controller speaks; empty if the host lacks it. */
    public Optional<CgroupVersion> version(String controller) {
        Optional<Hierarchy> hierarchy = hierarchy(controller);
        return hierarchy.isPresent() ? Optional.of(hierarchy.get().version()) : Optional.empty();
    }

    /** All hierarchies, each once: the places where a control group has to be made. */
    public List<Hierarchy> hierarchies() {
        Map<String, Hierarchy> all = new LinkedHashMap<>();
        for (Hierarchy hierarchy : controllers.values()) {
            all.put(hierarchy.mountPoint(), hierarchy);
        }
        if (unified.isPresent()) {
            all.put(unified.get().mountPoint(), unified.get());
        }
        return List.copyOf(all.values());
    }

    /**
     * Where a process may make cgroups, from the mount points, with this name: at the top, or if it may not write there,
     * beside its own cgroup. There a cgroup of version 2 is delegated to it: not in its own, since below that no controller
     * can be enabled ("no internal processes").
     */
    public String parent(String name) {
        if (mode != CgroupMode.UNIFIED
                || Files.isWritable(Path.of(unified.orElseThrow().mountPoint()))) {
            return name;
        }
        Path top = Path.of(unified.orElseThrow().mountPoint());
        return unified.get()
                .ownDirectory()
                .map(own -> Path.of(own).getParent())
                .filter(above -> above.startsWith(top) && Files.isWritable(above))
                .map(above -> top.relativize(above).resolve(name).toString())
                .orElse(name);
    }

    /**
     * Looks at the files below a root directory, {@code /} for this host.
     *
     * @throws UncheckedIOException if {@code /proc} cannot be read
     */
    public static CgroupMounts read(Path root) {
        String mountinfo = text(root.resolve("proc/self/mountinfo"));
        String membership = text(root.resolve("proc/self/cgroup"));
        Optional<Mount> unified = Mount.best(Mount.all(mountinfo), Set.of(), "/");
        String available = "";
        if (unified.isPresent()) {
            Path file = root.resolve(unified.get().point().substring(1)).resolve("cgroup.controllers");
            available = Files.isReadable(file) ? text(file) : "";
        }
        return parse(mountinfo, membership, available);
    }

    /**
     * Makes sense of the texts that describe the control groups of a host.
     *
     * @param mountinfo {@code /proc/self/mountinfo}
     * @param membership {@code /proc/self/cgroup}
     * @param available {@code cgroup.controllers} of the version 2 mount point; empty if there is none
     */
    public static CgroupMounts parse(String mountinfo, String membership, String available) {
        Map<String, Hierarchy> controllers = new LinkedHashMap<>();
        Optional<Hierarchy> unified = Optional.empty();
        List<Mount> mounts = Mount.all(mountinfo);
        for (String line : membership.split("\n")) {
            String[] parts = line.split(":", 3); // 4:memory:/user.slice, or 0::/user.slice for version 2
            if (parts.length < 3) {
                continue;
            }
            boolean v2 = parts[0].equals("0") && parts[1].isEmpty();
            Set<String> names = v2 ? Set.of() : new LinkedHashSet<>(List.of(parts[1].split(",")));
            Optional<Mount> mount = Mount.best(mounts, names, parts[2]);
            if (mount.isPresent() && v2) {
                unified = Optional.of(mount.get().hierarchy(CgroupVersion.V2, words(available), parts[2]));
            } else if (mount.isPresent()) {
                Hierarchy hierarchy = mount.get().hierarchy(CgroupVersion.V1, names, parts[2]);
                for (String name : names) {
                    controllers.put(name, hierarchy);
                }
            }
        }
        CgroupMode mode = mode(!controllers.isEmpty(), unified.isPresent());
        if (unified.isPresent()) {
            for (String name : unified.get().controllers()) {
                controllers.putIfAbsent(name, unified.get());
            }
        }
        return new CgroupMounts(mode, controllers, unified);
    }

    private static CgroupMode mode(boolean v1, boolean v2) {
        if (v1) {
            return v2 ? CgroupMode.HYBRID : CgroupMode.LEGACY;
        }
        return v2 ? CgroupMode.UNIFIED : CgroupMode.NONE;
    }

    private static Set<String> words(String text) {
        String line = text.strip();
        return line.isEmpty() ? Set.of() : new LinkedHashSet<>(List.of(line.split("\\s+")));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A line of mountinfo that is a control group filesystem. */
    private record Mount(boolean v2, String root, String point, Set<String> options) {

        static List<Mount> all(String mountinfo) {
            List<Mount> mounts = new ArrayList<>();
            for (String line : mountinfo.split("\n")) {
                int dash = line.indexOf(" - ");
                String[] before = line.split(" ");
                String[] after =
                        dash < 0 ? new String[0] : line.substring(dash + 3).split(" ");
                if (before.length > 5 && after.length > 2 && after[0].startsWith("cgroup")) {
                    Set<String> options = Set.copyOf(List.of(after[2].split(",")));
                    mounts.add(new Mount(after[0].equals("cgroup2"), plain(before[3]), plain(before[4]), options));
                }
            }
            return mounts;
        }

        /** The mount of the hierarchy with those controllers (none: version 2), if possible one we are in. */
        static Optional<Mount> best(List<Mount> mounts, Set<String> controllers, String ownPath) {
            Optional<Mount> best = Optional.empty();
            for (Mount mount : mounts) {
                if (mount.v2 != controllers.isEmpty() || !mount.options.containsAll(controllers)) {
                    continue;
                }
                if (mount.shows(ownPath)) {
                    return Optional.of(mount);
                }
                best = best.isPresent() ? best : Optional.of(mount);
            }
            return best;
        }

        private boolean shows(String cgroup) {
            return root.equals("/") || cgroup.equals(root) || cgroup.startsWith(root + "/");
        }

        Hierarchy hierarchy(CgroupVersion version, Set<String> controllers, String ownPath) {
            return new Hierarchy(version, controllers, point, root, ownPath);
        }

        /** Takes back what the kernel does to blanks and backslashes in a path. */
        private static String plain(String path) {
            return path.replace("\\040", " ")
                    .replace("\\011", "\t")
                    .replace("\\012", "\n")
                    .replace("\\134", "\\");
        }
    }
}
