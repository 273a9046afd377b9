package dev.libcontainer.plan;

import java.util.List;

/** Steps that the spawning process itself runs, before the clone. */
public sealed interface HostStep extends Step {
    /** Makes the container's directory in one cgroup hierarchy. */
    record MakeCgroup(String name, Slot parent, Slot directory) implements HostStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.CGROUP_MAKE, Wire.PARAM_NAME, out.string(name), parent.index(), directory.index(), 0);
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
            return "cgroup " + parent + "/" + name + " as " + directory;
        }
    }

    /** Writes a limit. */
    record WriteCgroup(Slot directory, String file, String value) implements HostStep {
        @Override
        public void encode(PlanEncoder out) {
            byte[] bytes = PlanEncoder.utf8(value);
            out.step(
                    Wire.CGROUP_WRITE, 0, out.string(file), directory.index(), out.bytes(bytes, 1), bytes.length);
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
            return "write " + directory + "/" + file + " = " + value;
        }
    }

    /** Opens a file below a directory. */
    record OpenAt(Slot directory, String file, int flags, Slot as) implements HostStep {
        static final int O_WRONLY = 1;

        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.OPEN_AT, 0, out.string(file), directory.index(), as.index(), flags);
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
}
