package dev.libcontainer.security;

import dev.libcontainer.spec.Seccomp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * Runs two filters of one profile over every call number up to 1023, numbers around bit 30 and at the end, every
 * architecture of the profile and a foreign one, and the values around each that the profile compares with.
 */
final class FilterComparison {
    private static final int NUMBERS = 1024;
    private static final int MAX_ARGUMENT_SETS = 250;
    private static final int FOREIGN_ARCH = 0x80000016; // s390x

    private final Seccomp profile;
    private final BpfInterpreter ours;
    private final Reference theirs;
    private final Random random = new Random(1);
    private final List<String> differences = new ArrayList<>();
    private long decisions;

    /** What the answers are compared with: those of another filter, or of a model. */
    @FunctionalInterface
    interface Reference {
        /** The answers that are right for a call. */
        Set<Integer> answers(int nr, int arch, long[] args);
    }

    FilterComparison(Seccomp profile, byte[] ours, Reference theirs) {
        this.profile = profile;
        this.ours = new BpfInterpreter(ours);
        this.theirs = theirs;
    }

    FilterComparison(Seccomp profile, byte[] ours, byte[] theirs) {
        this(profile, ours, new Reference() {
            private final BpfInterpreter filter = new BpfInterpreter(theirs);

            @Override
            public Set<Integer> answers(int nr, int arch, long[] args) {
                return Set.of(filter.run(nr, arch, args));
            }
        });
    }

    /** Where the two differ, each a line; empty if nowhere. */
    List<String> differences(Arch nativeArch) {
        Set<Integer> archs = new HashSet<>(Set.of(nativeArch.auditArch(), FOREIGN_ARCH));
        SeccompRules.architectures(profile, nativeArch).forEach(arch -> archs.add(arch.auditArch()));
        Map<String, List<long[]>> sets = new HashMap<>();
        for (Seccomp.SyscallRule rule : profile.syscalls()) {
            if (!rule.args().isEmpty()) {
                rule.names().forEach(name -> sets.computeIfAbsent(name, this::argumentSets));
            }
        }
        for (int arch : archs) {
            Map<Integer, List<long[]>> byNumber = byNumber(sets);
            for (int nr : numbers()) {
                compare(nr, arch, byNumber.getOrDefault(nr, List.of(new long[6], filled(~0L), filled(41))));
            }
        }
        return differences;
    }

    long decisions() {
        return decisions;
    }

    private static Map<Integer, List<long[]>> byNumber(Map<String, List<long[]>> sets) {
        Map<Integer, List<long[]>> byNumber = new HashMap<>();
        sets.forEach((name, values) -> {
            for (Arch arch : Arch.values()) {
                SyscallTable.number(arch, name)
                        .ifPresent(nr -> byNumber.computeIfAbsent(nr, key -> new ArrayList<>())
                                .addAll(values));
            }
            Multiplexed.find(name).ifPresent(way -> {
                List<long[]> through = byNumber.computeIfAbsent(way.callNumber(), key -> new ArrayList<>());
                values.forEach(set -> through.add(withFirst(set, way.selector())));
                values.forEach(set -> through.add(withFirst(set, way.selector() + 1)));
            });
        });
        return byNumber;
    }

    private static long[] withFirst(long[] set, long first) {
        long[] copy = set.clone();
        copy[0] = first;
        return copy;
    }

    private static Set<Integer> numbers() {
        Set<Integer> numbers = new TreeSet<>();
        for (int nr = 0; nr < NUMBERS; nr++) {
            numbers.add(nr);
            numbers.add(Arch.X32_BIT + nr);
        }
        for (int nr :
                new int[] {Arch.X32_BIT - 1, 983041, 983042, 983043, 983045, 983046, 0x7fffffff, 0x80000000, -2, -1}) {
            numbers.add(nr);
        }
        return numbers;
    }

    private void compare(int nr, int arch, List<long[]> sets) {
        for (long[] args : sets) {
            int mine = ours.run(nr, arch, args);
            Set<Integer> right = theirs.answers(nr, arch, args);
            decisions++;
            if (!right.contains(mine)) {
                differences.add(String.format(
                        "arch %08x nr %d args %x %x %x %x %x %x: ours %s, theirs %s",
                        arch,
                        nr,
                        args[0],
                        args[1],
                        args[2],
                        args[3],
                        args[4],
                        args[5],
                        SeccompAction.describe(mine),
                        right.stream().map(SeccompAction::describe).toList()));
            }
        }
    }

    /** All combinations of interesting values of the arguments that rules for the call compare, or many of them. */
    private List<long[]> argumentSets(String name) {
        List<List<Long>> values = new ArrayList<>();
        for (int index = 0; index < ArgCheck.ARGUMENTS; index++) {
            values.add(new ArrayList<>(interesting(name, index)));
        }
        long combinations = values.stream().mapToLong(List::size).reduce(1, (a, b) -> Math.min(a * b, 1L << 40));
        List<long[]> sets = new ArrayList<>();
        for (long i = 0; i < Math.min(combinations, MAX_ARGUMENT_SETS); i++) {
            long rest = combinations <= MAX_ARGUMENT_SETS ? i : random.nextLong(combinations);
            long[] set = new long[ArgCheck.ARGUMENTS];
            for (int index = 0; index < set.length; index++) {
                List<Long> choices = values.get(index);
                set[index] = choices.get((int) (rest % choices.size()));
                rest /= choices.size();
            }
            sets.add(set);
        }
        return sets;
    }

    private Set<Long> interesting(String name, int index) {
        Set<Long> values = new TreeSet<>();
        for (Seccomp.SyscallRule rule : profile.syscalls()) {
            if (rule.names().contains(name)) {
                for (Seccomp.Arg arg : rule.args()) {
                    if (arg.index() == index) {
                        around(arg.value(), values);
                        if (arg.op().equals("SCMP_CMP_MASKED_EQ")) {
                            around(arg.valueTwo(), values);
                            around(arg.value() & arg.valueTwo(), values);
                            around(arg.valueTwo() | ~arg.value(), values);
                        }
                    }
                }
            }
        }
        values.add(0L);
        if (values.size() > 1) {
            values.add(~0L);
        }
        return values;
    }

    private void around(long value, Set<Long> values) {
        values.addAll(List.of(value - 1, value, value + 1, ~value, value ^ (1L << 32), value ^ (1L << 63), value ^ 1));
        values.addAll(List.of(value & 0xffffffffL, value & ~0xffffffffL, value ^ random.nextLong()));
    }

    private static long[] filled(long value) {
        long[] set = new long[ArgCheck.ARGUMENTS];
        Arrays.fill(set, value);
        return set;
    }
}
