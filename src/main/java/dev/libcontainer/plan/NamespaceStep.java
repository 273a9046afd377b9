package dev.libcontainer.plan;

import dev.libcontainer.spec.NamespaceType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Steps that enter namespaces, and writes to control files on the way. */
public sealed interface NamespaceStep extends Step {
    /** CLONE_NEW* of a namespace type (namespaces(7)). */
    static long cloneFlag(NamespaceType type) {
        return switch (type) {
            case TIME -> 0x80L;
            case MOUNT -> 0x20000L;
            case CGROUP -> 0x2000000L;
            case UTS -> 0x4000000L;
            case IPC -> 0x8000000L;
            case USER -> 0x10000000L;
            case PID -> 0x20000000L;
            case NETWORK -> 0x40000000L;
        };
    }

    /** The type that a CLONE_NEW* number stands for. */
    static Optional<NamespaceType> ofCloneFlag(int flag) {
        return Arrays.stream(NamespaceType.values())
                .filter(type -> cloneFlag(type) == flag)
                .findFirst();
    }

    /** Waits for the host steps that run beside the child. */
    record AwaitHost() implements NamespaceStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.AWAIT_HOST, 0, 0, 0, 0, 0);
        }

        @Override
        public String syscall() {
            return "futex";
        }

        @Override
        public String toString() {
            return "await-host";
        }
    }

    /** Opens the container's own directory in a cgroup hierarchy, whose name a spawn replaces; or one below that. */
    record OpenCgroup(String name, Slot parent, Slot as, boolean below) implements NamespaceStep {
        @Override
        public void encode(PlanEncoder out) {
            long flags = MountStep.OpenInRoot.O_PATH;
            int named = below ? 0 : Wire.PARAM_NAME;
            out.step(Wire.OPEN_BELOW, named, out.string(name), parent.index(), as.index(), flags);
        }

        @Override
        public String syscall() {
            return "openat";
        }

        @Override
        public List<Slot> reads() {
            return List.of(parent);
        }

        @Override
        public String toString() {
            return "open " + parent + "/" + name + " as " + as;
        }
    }

    /** Enters a cgroup that was made for the spawn or, where the caller has it open, the one whose file is bound. */
    record EnterCgroup(String name, Slot parent, String file) implements NamespaceStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.ENTER_CGROUP, Wire.PARAM_NAME, out.string(name), parent.index(), out.string(file), 0);
        }

        @Override
        public String syscall() {
            return "write";
        }

        @Override
        public List<Slot> reads() {
            return List.of(parent);
        }

        @Override
        public String toString() {
            return "write " + parent + "/" + name + "/" + file + " = 0";
        }
    }

    /** Enters the cgroup whose list of processes was opened. */
    record Enter(Slot processes) implements NamespaceStep {
        private static final String MYSELF = "0";

        @Override
        public void encode(PlanEncoder out) {
            byte[] bytes = PlanEncoder.utf8(MYSELF);
            out.step(Wire.WRITE, 0, out.bytes(bytes, 1), processes.index(), bytes.length, 0);
        }

        @Override
        public String syscall() {
            return "write";
        }

        @Override
        public List<Slot> reads() {
            return List.of(processes);
        }

        @Override
        public String toString() {
            return "write " + processes + " = " + MYSELF;
        }
    }

    /** Writes to a file below a directory fd. */
    record WriteAt(Slot directory, String file, String value) implements NamespaceStep {
        @Override
        public void encode(PlanEncoder out) {
            byte[] bytes = PlanEncoder.utf8(value);
            out.step(Wire.WRITE_AT, 0, out.string(file), directory.index(), out.bytes(bytes, 1), bytes.length);
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
            return "write " + directory + "/" + file + " = " + value.strip().replace("\n", ", ");
        }
    }

    /** Joins a namespace. */
    record Join(Slot slot, NamespaceType type) implements NamespaceStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.SETNS, 0, 0, slot.index(), 0, cloneFlag(type));
        }

        @Override
        public String syscall() {
            return "setns";
        }

        @Override
        public List<Slot> reads() {
            return List.of(slot);
        }

        @Override
        public String toString() {
            return "setns " + slot + " (" + type.jsonName() + ")";
        }
    }

    /** Enters a new namespace after the clone; a template does so where a child without template was cloned into it. */
    record Unshare(NamespaceType type, boolean templateOnly) implements NamespaceStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.UNSHARE, templateOnly ? Wire.TEMPLATE_ONLY : 0, 0, 0, 0, cloneFlag(type));
        }

        @Override
        public String syscall() {
            return "unshare";
        }

        @Override
        public String toString() {
            return "unshare " + type.jsonName() + (templateOnly ? " (template only)" : "");
        }
    }

    /** Enters the time namespace that was unshared; its clocks are set by now. */
    record EnterTime(Slot proc) implements NamespaceStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.ENTER_TIME, 0, 0, proc.index(), 0, 0);
        }

        @Override
        public String syscall() {
            return "setns";
        }

        @Override
        public List<Slot> reads() {
            return List.of(proc);
        }

        @Override
        public String toString() {
            return "setns " + proc + "/self/ns/time_for_children (time)";
        }
    }

    /** Waits until the ids of the new user namespace mean something. */
    record AwaitIdMaps() implements NamespaceStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.AWAIT_ID_MAPS, 0, 0, 0, 0, 0);
        }

        @Override
        public String syscall() {
            return "write";
        }

        @Override
        public String toString() {
            return "await-id-maps";
        }
    }

    /** Brings lo up. */
    record LoopbackUp() implements NamespaceStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.LOOPBACK_UP, 0, 0, 0, 0, 0);
        }

        @Override
        public String syscall() {
            return "RTM_NEWLINK";
        }

        @Override
        public String toString() {
            return "link lo up";
        }
    }
}
