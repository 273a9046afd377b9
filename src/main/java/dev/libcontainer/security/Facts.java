package dev.libcontainer.security;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What is known about the arguments at one point of a program: what earlier tests have found, and which word the
 * accumulator holds. Words are named by their offset in {@code seccomp_data}.
 *
 * <p>Equality is written out, here and in what it consists of: that of records is linked at run time, which would be a
 * good part of the time that a filter takes in a JVM that has just started.
 *
 * @param loaded offset of the word in the accumulator, or {@link #NOTHING}
 * @param loadedMask the bits of it that are there
 * @param ranges what is known of words
 * @param results tests whose results do not show in ranges
 */
record Facts(int loaded, int loadedMask, Map<Integer, Range> ranges, Map<Facts.Test, Boolean> results) {
    static final int NOTHING = -1;
    static final Facts NONE = new Facts(NOTHING, ~0, Map.of(), Map.of());

    /** A test of one word: {@code (word & mask) code k}, the code being that of a BPF jump. */
    record Test(int offset, int mask, int code, int k) {
        boolean holdsFor(long word) {
            long masked = word & Integer.toUnsignedLong(mask);
            long constant = Integer.toUnsignedLong(k);
            return switch (code) {
                case Bpf.IF_EQUAL -> masked == constant;
                case Bpf.IF_GREATER -> masked > constant;
                case Bpf.IF_AT_LEAST -> masked >= constant;
                default -> throw new IllegalStateException("jump " + code);
            };
        }

        boolean isMasked() {
            return mask != ~0;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Test test
                    && offset == test.offset
                    && mask == test.mask
                    && code == test.code
                    && k == test.k;
        }

        @Override
        public int hashCode() {
            return ((offset * 31 + mask) * 31 + code) * 31 + k;
        }

        /** Whether it can be made by asking for bits, which leaves the word in the accumulator whole. */
        boolean asksForBits() {
            return isMasked() && code == Bpf.IF_EQUAL && (k == 0 || (k == mask && Integer.bitCount(mask) == 1));
        }

        /** The bits that the accumulator holds when the test is made. */
        int loadedMask() {
            return asksForBits() ? ~0 : mask;
        }
    }

    /** Both bounds are possible values. */
    record Range(long low, long high) {
        static final Range FULL = new Range(0, 0xffffffffL);

        @Override
        public boolean equals(Object other) {
            return other instanceof Range range && low == range.low && high == range.high;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(low * 31 + high);
        }

        boolean isSingle() {
            return low == high;
        }

        Range atLeast(long bound) {
            return bound <= low ? this : new Range(bound, high);
        }

        Range atMost(long bound) {
            return bound >= high ? this : new Range(low, bound);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Facts facts
                && loaded == facts.loaded
                && loadedMask == facts.loadedMask
                && ranges.equals(facts.ranges)
                && results.equals(facts.results);
    }

    @Override
    public int hashCode() {
        return ((loaded * 31 + loadedMask) * 31 + ranges.hashCode()) * 31 + results.hashCode();
    }

    /** Whether the accumulator holds just what the test looks at. */
    boolean isReadyFor(Test test) {
        return loaded == test.offset() && loadedMask == test.loadedMask();
    }

    /** Whether the result of a test is known, and then what it is. */
    Result result(Test test) {
        Range range = ranges.getOrDefault(test.offset(), Range.FULL);
        if (range.isSingle()) {
            return Result.of(test.holdsFor(range.low()));
        }
        Boolean known = results.get(test);
        if (known != null) {
            return Result.of(known);
        }
        long k = Integer.toUnsignedLong(test.k());
        if (test.isMasked()) {
            return Result.OPEN;
        }
        return switch (test.code()) {
            case Bpf.IF_EQUAL -> k < range.low() || k > range.high() ? Result.NO : Result.OPEN;
            case Bpf.IF_GREATER -> range.low() > k ? Result.YES : range.high() <= k ? Result.NO : Result.OPEN;
            default -> range.low() >= k ? Result.YES : range.high() < k ? Result.NO : Result.OPEN;
        };
    }

    /** What is known after a test, whose word is then loaded. */
    Facts after(Test test, boolean held) {
        if (test.isMasked()) {
            Map<Test, Boolean> more = new HashMap<>(results);
            more.put(test, held);
            return new Facts(test.offset(), test.loadedMask(), ranges, Map.copyOf(more));
        }
        Range range = ranges.getOrDefault(test.offset(), Range.FULL);
        Range narrower = narrow(range, test, held);
        Map<Integer, Range> newRanges = new HashMap<>(ranges);
        newRanges.put(test.offset(), narrower);
        Map<Test, Boolean> newResults = results;
        if (narrower.equals(range)) {
            newResults = new HashMap<>(results);
            newResults.put(test, held);
        }
        return new Facts(test.offset(), test.loadedMask(), Map.copyOf(newRanges), Map.copyOf(newResults));
    }

    /** Nothing but what the accumulator holds after a test. */
    static Facts loadedFor(Test test) {
        return new Facts(test.offset(), test.loadedMask(), Map.of(), Map.of());
    }

    private static Range narrow(Range range, Test test, boolean held) {
        long k = Integer.toUnsignedLong(test.k());
        return switch (test.code()) {
            case Bpf.IF_EQUAL -> {
                if (held) {
                    yield new Range(k, k);
                }
                yield k == range.low() ? range.atLeast(k + 1) : k == range.high() ? range.atMost(k - 1) : range;
            }
            case Bpf.IF_GREATER -> held ? range.atLeast(k + 1) : range.atMost(k);
            default -> held ? range.atLeast(k) : range.atMost(k - 1);
        };
    }

    /** The part of this that concerns some words; two points of a program that differ in the rest are the same. */
    Facts about(Set<Integer> offsets) {
        Map<Integer, Range> keptRanges = new HashMap<>(ranges);
        keptRanges.keySet().retainAll(offsets);
        Map<Test, Boolean> keptResults = new HashMap<>(results);
        keptResults.keySet().removeIf(test -> !offsets.contains(test.offset()));
        boolean keepLoaded = offsets.contains(loaded);
        return new Facts(
                keepLoaded ? loaded : NOTHING,
                keepLoaded ? loadedMask : ~0,
                Map.copyOf(keptRanges),
                Map.copyOf(keptResults));
    }

    /** What is known of a test before it is made. */
    enum Result {
        YES,
        NO,
        OPEN;

        static Result of(boolean held) {
            return held ? YES : NO;
        }
    }
}
