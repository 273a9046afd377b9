package dev.libcontainer.plan;

import java.util.List;
import java.util.Set;

/** Steps that the spawning process itself runs, before the clone. */
public sealed interface HostStep extends Step {
    /**
     * Makes the container's directory in one cgroup hierarchy.
     *
     * @param below whether it lies in one made before, which takes it along when it is removed; no spawn gives it another
     *     name then
     */
    record MakeCgroup(String name, Slot parent, Slot directory, boolean late, boolean below) implements HostStep {
        @Override
        public void encode(PlanEncoder out) {
            int flags = (below ? 0 : Wire.PARAM_NAME) | (late ? Wire.LATE : 0);
            out.step(Wire.CGROUP_MAKE, flags, out.string(name), parent.index(), directory.index(), below ? 1 : 0);
        }

        @Override
        public String syscall() {
            return "mkdir";
        }

        @Override
        public List<Slot> reads() {
            return List.of(parent);
        }

        @Override
        public String toString() {
            return "cgroup " + parent + "/" + name + " as " + directory + (late ? " (beside the child)" : "");
        }
    }

    /** Gives a file of a cgroup, or its directory, to a user of the host. */
    record OwnCgroup(Slot directory, String file, long uid, boolean late) implements HostStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.CGROUP_OWN, late ? Wire.LATE : 0, out.string(file), directory.index(), 0, uid);
        }

        @Override
        public String syscall() {
            return "fchownat";
        }

        @Override
        public List<Slot> reads() {
            return List.of(directory);
        }

        @Override
        public String toString() {
            return "give " + directory + "/" + file + " to user " + uid + (late ? " (beside the child)" : "");
        }
    }

    /** Opens a file of a cgroup to write to it, with the rights of whoever spawns. */
    record OpenToEnter(Slot directory, String file, Slot as) implements HostStep {
        private static final long O_WRONLY = 1;

        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.OPEN_AT, 0, out.string(file), directory.index(), as.index(), O_WRONLY);
        }

        @Override
        public String syscall() {
            return "openat";
        }

        @Override
        public List<Slot> reads() {
            return List.of(directory);
        }

        @Override
        public String toString() {
            return "open " + directory + "/" + file + " as " + as;
        }
    }

    /** A detached copy of a mount tree of the host, its ids mapped as in a user namespace. */
    record OpenMappedTree(String source, boolean recursive, boolean mapsAll, Slot userNamespace, Slot as)
            implements HostStep {
        private static final long MAPS_ALL = 1L << 32;

        @Override
        public void encode(PlanEncoder out) {
            long flags = MountStep.OpenTree.flags(recursive) | (mapsAll ? MAPS_ALL : 0);
            out.step(Wire.OPEN_MAPPED_TREE, 0, out.string(source), userNamespace.index(), as.index(), flags);
        }

        @Override
        public String syscall() {
            return "mount_setattr(MOUNT_ATTR_IDMAP)";
        }

        @Override
        public List<Slot> reads() {
            return List.of(userNamespace);
        }

        @Override
        public String toString() {
            String tree = recursive ? " (recursive)" : "";
            return "open_tree " + source + tree + " mapped by " + userNamespace
                    + (mapsAll ? " (recursive) as " : " as ") + as;
        }
    }

    /** Opens a tree with the rights of whoever spawns. */
    record OpenTreeOutside(String source, boolean recursive, Slot as) implements HostStep {
        @Override
        public void encode(PlanEncoder out) {
            long flags = MountStep.OpenTree.flags(recursive);
            out.step(Wire.OPEN_MAPPED_TREE, 0, out.string(source), 0, as.index(), flags);
        }

        @Override
        public String syscall() {
            return "open_tree";
        }

        @Override
        public String toString() {
            return "open_tree " + source + (recursive ? " (recursive)" : "") + " as " + as;
        }
    }

    /** Writes a limit. */
    record WriteCgroup(Slot directory, String file, String value, boolean late) implements HostStep {
        /** A limit of memory below this may strike a process on its way to its program, which takes some of it. */
        private static final long TIGHT_BYTES = 16L << 20;

        private static final Set<String> MEMORY_LIMITS = Set.of("memory.limit_in_bytes", "memory.max");

        /** Whether this limits memory to so little. */
        boolean isTight() {
            return MEMORY_LIMITS.contains(file) && value.matches("\\d{1,18}") && Long.parseLong(value) < TIGHT_BYTES;
        }

        @Override
        public void encode(PlanEncoder out) {
            byte[] bytes = PlanEncoder.utf8(value);
            int flags = late ? Wire.LATE : 0;
            out.step(Wire.CGROUP_WRITE, flags, out.string(file), directory.index(), out.bytes(bytes, 1), bytes.length);
        }

        @Override
        public String syscall() {
            return "write";
        }

        @Override
        public List<Slot> reads() {
            return List.of(directory);
        }

        @Override
        public String toString() {
            return "write " + directory + "/" + file + " = " + value + (late ? " (beside the child)" : "");
        }
    }
}
