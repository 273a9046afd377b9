package dev.libcontainer.plan;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Steps that change what may be done by way of a mount: by mount_setattr(2), which takes whole trees before anybody sees
 * them, or on older kernels by mount(2).
 */
public sealed interface AttributeStep extends Step {
    /** Attributes of a detached tree. */
    record SetAttributes(Slot tree, MountAttributes attributes, boolean recursive) implements AttributeStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(
                    Wire.MOUNT_SETATTR,
                    0,
                    0,
                    tree.index(),
                    attributes.encode(out),
                    recursive ? MountAttributes.AT_RECURSIVE : 0);
        }

        @Override
        public String syscall() {
            return "mount_setattr";
        }

        @Override
        public List<Slot> reads() {
            return List.of(tree);
        }

        @Override
        public String toString() {
            return "mount_setattr " + tree + " " + attributes + (recursive ? " (recursive)" : "");
        }
    }

    /** Attributes of what is mounted at a path in the root. */
    record SetAttributesAt(String target, MountAttributes attributes, boolean recursive) implements AttributeStep {
        @Override
        public void encode(PlanEncoder out) {
            int flags = recursive ? MountAttributes.AT_RECURSIVE : 0;
            out.step(Wire.SETATTR_AT, 0, out.string(target), 0, attributes.encode(out), flags);
        }

        @Override
        public List<Slot> reads() {
            return List.of(Slot.ROOT);
        }

        @Override
        public String syscall() {
            return "mount_setattr";
        }

        @Override
        public String toString() {
            return "mount_setattr " + target + " " + attributes + (recursive ? " (recursive)" : "");
        }
    }

    /**
     * Attributes, or the propagation, of what is mounted at a path in the root, for kernels without mount_setattr; what
     * they do not name stays.
     *
     * @param tree what was attached there a moment ago: its path may lead elsewhere by now
     * @param proc the host's, for mounts of files
     */
    record Remount(
            String target, MountAttributes attributes, boolean recursive, Optional<Slot> tree, Optional<Slot> proc)
            implements AttributeStep {
        Remount(String target, MountAttributes attributes) {
            this(target, attributes, false, Optional.empty(), Optional.empty());
        }

        @Override
        public void encode(PlanEncoder out) {
            long propagation = attributes.propagation() | (recursive ? MountOptions.MS_REC : 0);
            long flags = attributes.propagation() != 0 ? propagation : attributes.remountFlags();
            out.step(Wire.REMOUNT, 0, out.string(target), index(proc), index(tree), flags);
        }

        static int index(Optional<Slot> slot) {
            return slot.map(Slot::index).orElse(0);
        }

        @Override
        public List<Slot> reads() {
            return Stream.of(Optional.of(Slot.ROOT), tree, proc)
                    .flatMap(Optional::stream)
                    .toList();
        }

        @Override
        public String syscall() {
            return "mount";
        }

        @Override
        public String toString() {
            return "remount " + target + " " + attributes + (recursive ? " (recursive)" : "");
        }
    }

    /**
     * Makes a file or directory read-only, if it is there.
     *
     * @param proc the host's, on kernels without mount_setattr
     * @param within the container's procfs, if the path is a name right below it: there it can be bound by its name
     */
    record ReadOnly(String path, Optional<Slot> proc, Optional<Slot> within) implements AttributeStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.READONLY, 0, out.string(path), Remount.index(proc), 0, Remount.index(within));
        }

        @Override
        public List<Slot> reads() {
            return Stream.of(Stream.of(Slot.ROOT), proc.stream(), within.stream())
                    .flatMap(slots -> slots)
                    .toList();
        }

        @Override
        public String syscall() {
            return proc.isPresent() ? "mount" : "mount_setattr";
        }

        @Override
        public String toString() {
            return "read-only " + path
                    + (proc.isPresent() ? " (by remount)" : "")
                    + within.map(slot -> " (in " + slot + ")").orElse("");
        }
    }
}
