package dev.libcontainer.plan;

import java.util.List;

/** Steps about what lies in a new file system. */
public sealed interface ContentStep extends Step {
    /** Copies a directory, opened before it was covered, into the file system that covers it. */
    record CopyInto(String target, Slot covered, boolean takesMode, boolean takesOwner) implements ContentStep {
        private static final int MODE = 1;
        private static final int OWNER = 2;

        @Override
        public void encode(PlanEncoder out) {
            int flags = (takesMode ? MODE : 0) | (takesOwner ? OWNER : 0);
            out.step(Wire.COPY_INTO, 0, out.string(target), covered.index(), 0, flags);
        }

        @Override
        public String syscall() {
            return "copy";
        }

        @Override
        public List<Slot> reads() {
            return List.of(covered, Slot.ROOT);
        }

        @Override
        public String toString() {
            return "copy " + covered + " → " + target;
        }
    }

    /** Sets an extended attribute of a directory. */
    record SetAttribute(String target, String name, String value) implements ContentStep {
        @Override
        public void encode(PlanEncoder out) {
            byte[] bytes = PlanEncoder.utf8(value);
            out.step(Wire.SET_XATTR, 0, out.string(target), out.string(name), out.bytes(bytes, 1), bytes.length);
        }

        @Override
        public String syscall() {
            return "fsetxattr";
        }

        @Override
        public List<Slot> reads() {
            return List.of(Slot.ROOT);
        }

        @Override
        public String toString() {
            return "attribute " + name + " of " + target + " = " + value;
        }
    }
}
