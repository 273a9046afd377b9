package dev.libcontainer.security;

import dev.libcontainer.security.Facts.Test;
import java.util.function.ToIntFunction;

/**
 * A check of an argument as tests of its 32-bit words; exact for all 64 bits.
 *
 * @param wide whether arguments have a high word
 */
record Comparison(boolean wide, Comparison.Tester tester) {
    private static final int ALL = ~0;

    /** Writes one test; what follows it is written by the functions. */
    @FunctionalInterface
    interface Tester {
        int test(Test test, Facts facts, ToIntFunction<Facts> yes, ToIntFunction<Facts> no);
    }

    /** Writes a check; what follows it is written by the functions, perhaps more than once. */
    int write(ArgCheck check, Facts facts, ToIntFunction<Facts> yes, ToIntFunction<Facts> no) {
        return switch (check.op()) {
            case EQ, MASKED_EQ -> equal(check, facts, yes, no);
            case NE -> equal(check, facts, no, yes);
            case GT -> above(check, Bpf.IF_GREATER, facts, yes, no);
            case LE -> above(check, Bpf.IF_GREATER, facts, no, yes);
            case GE -> above(check, Bpf.IF_AT_LEAST, facts, yes, no);
            case LT -> above(check, Bpf.IF_AT_LEAST, facts, no, yes);
        };
    }

    private int equal(ArgCheck check, Facts facts, ToIntFunction<Facts> yes, ToIntFunction<Facts> no) {
        Test low = low(check, (int) check.mask(), Bpf.IF_EQUAL);
        ToIntFunction<Facts> testLow =
                known -> low.mask() == 0 ? yes.applyAsInt(known) : tester.test(low, known, yes, no);
        Test high = high(check, (int) (check.mask() >>> Integer.SIZE), Bpf.IF_EQUAL);
        return wide && high.mask() != 0 ? tester.test(high, facts, testLow, no) : testLow.applyAsInt(facts);
    }

    private int above(ArgCheck check, int code, Facts facts, ToIntFunction<Facts> yes, ToIntFunction<Facts> no) {
        ToIntFunction<Facts> testLow = known -> tester.test(low(check, ALL, code), known, yes, no);
        if (!wide) {
            return testLow.applyAsInt(facts);
        }
        ToIntFunction<Facts> ifNotAbove = known -> tester.test(high(check, ALL, Bpf.IF_EQUAL), known, testLow, no);
        return tester.test(high(check, ALL, Bpf.IF_GREATER), facts, yes, ifNotAbove);
    }

    private static Test low(ArgCheck check, int mask, int code) {
        return new Test(Bpf.argumentOffset(check.index(), false), mask, code, (int) check.value());
    }

    private static Test high(ArgCheck check, int mask, int code) {
        return new Test(Bpf.argumentOffset(check.index(), true), mask, code, (int) (check.value() >>> Integer.SIZE));
    }
}
