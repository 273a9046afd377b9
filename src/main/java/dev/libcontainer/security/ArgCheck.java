package dev.libcontainer.security;

import dev.libcontainer.spec.Seccomp;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A comparison of one argument of a system call with a constant; unsigned.
 *
 * @param index which argument, 0 to 5
 * @param value what it is compared with; for {@link Op#MASKED_EQ} no bit is outside the mask
 * @param mask the bits that are compared; all of them unless the comparison is {@link Op#MASKED_EQ}
 */
record ArgCheck(int index, Op op, long value, long mask) {
    static final int ARGUMENTS = 6;
    private static final long LOW_WORD = 0xffffffffL;

    /** The comparisons; the order of two rules that both match is that of {@code rank}, highest first. */
    enum Op {
        NE(3),
        LT(2),
        LE(2),
        EQ(3),
        GE(1),
        GT(1),
        MASKED_EQ(3);

        private static final String PREFIX = "SCMP_CMP_";
        private final int rank;

        Op(int rank) {
            this.rank = rank;
        }

        int rank() {
            return rank;
        }

        boolean isUpperBound() {
            return this == LT || this == LE;
        }

        private static Op fromOciName(String name, String place) {
            for (Op op : values()) {
                if ((PREFIX + op.name()).equals(name)) {
                    return op;
                }
            }
            throw new SeccompException(
                    place,
                    "unknown comparison \"" + name + "\"",
                    "one of "
                            + Arrays.stream(values())
                                    .map(op -> PREFIX + op.name())
                                    .collect(Collectors.joining(", ")));
        }
    }

    static ArgCheck of(Seccomp.Arg arg, String place) {
        if (arg.index() < 0 || arg.index() >= ARGUMENTS) {
            throw new SeccompException(place + ".index", arg.index() + " is not in 0..5", "calls have six arguments");
        }
        Op op = Op.fromOciName(arg.op(), place + ".op");
        return op == Op.MASKED_EQ
                ? new ArgCheck(arg.index(), op, arg.valueTwo() & arg.value(), arg.value())
                : new ArgCheck(arg.index(), op, arg.value(), ~0L);
    }

    /** This check as an architecture with 32-bit arguments can make it: of the low words only. */
    ArgCheck narrowed() {
        return new ArgCheck(index, op, value & LOW_WORD, mask & LOW_WORD);
    }

    /** Written out for the reason given in {@link Facts}. */
    @Override
    public boolean equals(Object other) {
        return other instanceof ArgCheck check
                && index == check.index
                && op == check.op
                && value == check.value
                && mask == check.mask;
    }

    @Override
    public int hashCode() {
        return (index * 31 + op.ordinal()) * 31 + Long.hashCode(value * 31 + mask);
    }

    /** Whether this and the other ask the same of the high word, so that the low one tells them apart. */
    boolean looksAlikeAbove(ArgCheck other) {
        return value >>> Integer.SIZE == other.value >>> Integer.SIZE
                && mask >>> Integer.SIZE == other.mask >>> Integer.SIZE
                && (op == Op.MASKED_EQ) == (other.op == Op.MASKED_EQ);
    }

    /** Whether there is nothing to check: no bit is looked at. */
    boolean isVoid() {
        return op == Op.MASKED_EQ && mask == 0;
    }
}
