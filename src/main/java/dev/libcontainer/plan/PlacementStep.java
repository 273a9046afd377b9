package dev.libcontainer.plan;

import java.util.Arrays;
import java.util.BitSet;

/** Steps that say which CPUs a process runs on and which nodes its memory comes from. */
public sealed interface PlacementStep extends Step {
    /** A mask of whole 64-bit words, at least one. */
    private static byte[] mask(BitSet set) {
        int words = Math.max(1, (set.length() + 63) / 64);
        return Arrays.copyOf(set.toByteArray(), words * 8); // little-endian, as are both architectures
    }

    /** The numbers of a list such as {@code 0-3,7}, which is one: the validator has looked. */
    static BitSet numbers(String list) {
        BitSet set = new BitSet();
        for (String range : list.split(",")) {
            int dash = range.indexOf('-');
            int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
            int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1));
            set.set(first, last + 1);
        }
        return set;
    }

    /** sched_setaffinity(2); without a list all CPUs, of which the kernel leaves those of the cpuset. */
    record SetAffinity(String cpus) implements PlacementStep {
        private static final int MOST_CPUS = 8192; // what the kernel can be built for

        @Override
        public void encode(PlanEncoder out) {
            BitSet set = numbers(cpus.isEmpty() ? "0-" + (MOST_CPUS - 1) : cpus);
            byte[] mask = mask(set);
            out.step(Wire.SET_AFFINITY, 0, 0, 0, out.bytes(mask, 8), mask.length);
        }

        @Override
        public String syscall() {
            return "sched_setaffinity";
        }

        @Override
        public String toString() {
            return "CPUs " + (cpus.isEmpty() ? "of the cpuset" : cpus);
        }
    }

    /**
     * set_mempolicy(2).
     *
     * @param name of the mode, for people
     * @param mode MPOL_* with its flags
     */
    record SetMemoryPolicy(String name, int mode, String nodes) implements PlacementStep {
        @Override
        public void encode(PlanEncoder out) {
            byte[] mask = mask(nodes.isEmpty() ? new BitSet() : numbers(nodes));
            out.step(Wire.SET_MEMPOLICY, 0, 0, mode, out.bytes(mask, 8), mask.length);
        }

        @Override
        public String syscall() {
            return "set_mempolicy";
        }

        @Override
        public String toString() {
            return "memory policy " + name + (nodes.isEmpty() ? "" : " " + nodes);
        }
    }
}
