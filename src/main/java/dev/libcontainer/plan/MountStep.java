package dev.libcontainer.plan;

import java.util.List;
import java.util.Optional;

/**
 * Steps that build what the container sees of files. Targets are resolved below the root and mounted upon by fd.
 */
public sealed interface MountStep extends Step {
    /** A step that works below the container's root. */
    sealed interface InRoot extends MountStep {
        @Override
        default List<Slot> reads() {
            return List.of(Slot.ROOT);
        }
    }

    /** MS_* of mount(2). */
    record Propagation(String path, long flags) implements MountStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.MOUNT_PROPAGATION, 0, out.string(path), 0, 0, flags);
        }

        @Override
        public String syscall() {
            return "mount";
        }

        @Override
        public String toString() {
            return "propagation of " + path + " = " + MountOptions.propagationName(flags);
        }
    }

    /** A detached copy of a mount tree of the host. */
    record OpenTree(String source, boolean recursive, Slot as) implements MountStep {
        private static final int OPEN_TREE_CLONE = 1;
        private static final int AT_RECURSIVE = 0x8000;

        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.OPEN_TREE, 0, out.string(source), 0, as.index(), flags(recursive));
        }

        static int flags(boolean recursive) {
            return OPEN_TREE_CLONE | (recursive ? AT_RECURSIVE : 0);
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

    /**
     * Puts a detached tree at its place; a missing target is made, of the kind that the tree has.
     *
     * @param keepOpen whether a later {@link Remount} reads the slot
     */
    record Attach(Slot tree, String target, boolean onHost, boolean keepOpen) implements MountStep {
        Attach(Slot tree, String target, boolean onHost) {
            this(tree, target, onHost, false);
        }

        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.ATTACH, 0, out.string(target), tree.index(), keepOpen ? 1 : 0, onHost ? 1 : 0);
        }

        @Override
        public String syscall() {
            return "move_mount";
        }

        @Override
        public List<Slot> reads() {
            return onHost ? List.of(tree) : List.of(tree, Slot.ROOT);
        }

        @Override
        public String toString() {
            return "move_mount " + tree + " → " + (onHost ? "host:" : "") + target;
        }
    }

    /**
     * Mounts a file system.
     *
     * @param byPath whether the target's path is as good as an fd: a directory that this plan has made in the root that
     *     the process stands in, and that nobody else can have changed
     */
    record Mount(String type, String source, String target, int flags, String data, boolean byPath) implements InRoot {
        Mount(String type, String source, String target, int flags, String data) {
            this(type, source, target, flags, data, false);
        }

        @Override
        public void encode(PlanEncoder out) {
            long word = (flags & 0xffffffffL) | (long) out.string(source) << 32;
            int dataOffset = data.isEmpty() ? 0 : out.string(data);
            int operation = byPath ? Wire.MOUNT_PATH : Wire.MOUNT;
            out.step(operation, 0, out.string(target), out.string(type), dataOffset, word);
        }

        @Override
        public String syscall() {
            return "mount";
        }

        @Override
        public String toString() {
            String options = MountOptions.flagNames(flags) + (data.isEmpty() ? "" : "," + data);
            String what = "mount " + type + (source.equals(type) ? "" : " " + source);
            return what + (byPath ? " at " : " → ") + target + " (" + options + ")";
        }
    }

    /** Makes the container's root the root. */
    record PivotRoot() implements InRoot {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.PIVOT_ROOT, 0, 0, 0, 0, 0);
        }

        @Override
        public String syscall() {
            return "pivot_root";
        }

        @Override
        public String toString() {
            return "pivot_root {root}";
        }
    }

    /** For a container without a mount namespace of its own. */
    record ChangeRoot() implements InRoot {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.CHROOT, 0, 0, 0, 0, 0);
        }

        @Override
        public String syscall() {
            return "chroot";
        }

        @Override
        public String toString() {
            return "chroot {root}";
        }
    }

    /** A directory with its parents. */
    record MakeDirectory(String path, int mode) implements InRoot {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.MKDIR, 0, out.string(path), 0, 0, mode);
        }

        @Override
        public String syscall() {
            return "mkdir";
        }

        @Override
        public String toString() {
            return "mkdir " + path + " " + Integer.toOctalString(mode);
        }
    }

    /** A device, fifo or empty file. */
    record MakeNode(String path, int mode, long device, int uid, int gid) implements InRoot {
        @Override
        public void encode(PlanEncoder out) {
            int owner = uid == 0 && gid == 0 ? 0 : out.ints(uid, gid);
            out.step(Wire.MKNOD, 0, out.string(path), mode, owner, device);
        }

        @Override
        public String syscall() {
            return "mknod";
        }

        @Override
        public String toString() {
            String kind = device == 0 ? "" : " " + (device >> 8) + ":" + (device & 0xff);
            return "mknod " + path + kind + " " + Integer.toOctalString(mode);
        }
    }

    /** A symbolic link. */
    record Symlink(String path, String target) implements InRoot {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.SYMLINK, 0, out.string(path), out.string(target), 0, 0);
        }

        @Override
        public String syscall() {
            return "symlink";
        }

        @Override
        public String toString() {
            return "symlink " + path + " → " + target;
        }
    }

    /** Names a read-only, empty directory, so that masks of directories need no file system of their own. */
    record EmptyDirectory(String path) implements InRoot {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.EMPTY_DIRECTORY, 0, out.string(path), 0, 0, 0);
        }

        @Override
        public String syscall() {
            return "openat2";
        }

        @Override
        public String toString() {
            return "empty directory " + path;
        }
    }

    /**
     * Hides a file or directory, if it is there.
     *
     * @param data options of the tmpfs over a directory; empty for the usual ones
     * @param within the procfs in which the path's last part is a name, if that is so
     */
    record Mask(String path, String data, Optional<Slot> within) implements InRoot {
        @Override
        public void encode(PlanEncoder out) {
            int proc = within.map(Slot::index).orElse(0);
            out.step(Wire.MASK, 0, out.string(path), proc, data.isEmpty() ? 0 : out.string(data), 0);
        }

        @Override
        public List<Slot> reads() {
            return within.map(proc -> List.of(Slot.ROOT, proc)).orElse(List.of(Slot.ROOT));
        }

        @Override
        public String syscall() {
            return "mount";
        }

        @Override
        public String toString() {
            String mask = "mask " + path + (data.isEmpty() ? "" : " (" + data + ")");
            return mask + within.map(slot -> " (in " + slot + ")").orElse("");
        }
    }

    /** Opens something below the root; magic 0 takes any file system. */
    record OpenInRoot(String path, int magic, long flags, Slot as) implements InRoot {
        static final int PROC_SUPER_MAGIC = 0x9fa0;
        static final long O_PATH = 010000000;
        static final long O_RDONLY = 0;

        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.OPEN_IN_ROOT, 0, out.string(path), magic, as.index(), flags);
        }

        @Override
        public String syscall() {
            return "openat2";
        }

        @Override
        public String toString() {
            return "open " + path + " as " + as;
        }
    }

    /** Opens a directory of the host. */
    record OpenHost(String path, long flags, Slot as) implements MountStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.OPEN_HOST, 0, out.string(path), 0, as.index(), flags);
        }

        @Override
        public String syscall() {
            return "openat";
        }

        @Override
        public String toString() {
            return "open host:" + path + " as " + as;
        }
    }

    /** A procfs of the container's pid namespace that nobody else can see. */
    record OpenProc(Slot as) implements MountStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.OPEN_PROC, 0, 0, 0, as.index(), 0);
        }

        @Override
        public String syscall() {
            return "fsmount";
        }

        @Override
        public String toString() {
            return "fsmount proc as " + as;
        }
    }

    /** A detached tmpfs. */
    record OpenTmpfs(String size, Slot as) implements MountStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.OPEN_TMPFS, 0, out.string(size), 0, as.index(), 0);
        }

        @Override
        public String syscall() {
            return "fsmount";
        }

        @Override
        public String toString() {
            return "fsmount tmpfs size=" + size + " as " + as;
        }
    }
}
