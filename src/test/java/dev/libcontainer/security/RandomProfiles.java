package dev.libcontainer.security;

import dev.libcontainer.spec.Seccomp;
import dev.libcontainer.spec.Seccomp.Arg;
import dev.libcontainer.spec.Seccomp.SyscallRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;

/** Profiles that nobody would write, but that say much about a compiler; the same for the same seed. */
final class RandomProfiles {
    private static final List<String> OPS = List.of("NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ");
    private static final List<String> EQUALITIES = List.of("EQ", "MASKED_EQ");
    private static final List<String> ACTIONS =
            List.of("ALLOW", "ERRNO", "KILL", "KILL_PROCESS", "TRAP", "TRACE", "LOG");
    private static final long WORD = 0xffffffffL;
    private static final long[] CORNERS = {
        0,
        1,
        2,
        3,
        40,
        0xff,
        0x7e020000L,
        0x7fffffffL,
        0x80000000L,
        0xfffffffeL,
        WORD,
        0x100000000L,
        0x100000001L,
        0x1ffffffffL,
        0x7fffffffffffffffL,
        0x8000000000000000L,
        0xffffffff00000000L,
        ~0L,
        ~1L
    };

    private final Random random;
    private final List<String> names;

    RandomProfiles(long seed, List<String> names) {
        this.random = new Random(seed);
        this.names = new ArrayList<>(names);
    }

    /** Any rules for any calls. */
    Seccomp anything(Arch... archs) {
        List<SyscallRule> rules = new ArrayList<>();
        int calls = 1 + random.nextInt(12);
        for (int i = 0; i < calls; i++) {
            List<String> some = some();
            int count = 1 + random.nextInt(random.nextInt(4) == 0 ? 6 : 2);
            for (int r = 0; r < count; r++) {
                int checks = random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(random.nextInt(3) == 0 ? 4 : 1);
                rules.add(rule(some, action(), checks(checks, OPS, ~0L, true)));
            }
        }
        return profile(rules, archs);
    }

    /**
     * Rules with which libseccomp 2.5.4 has no trouble: for each call one answer, by one rule of any kind, or several
     * with one check each whose constants are below 2<sup>32</sup> or which ask for equality.
     */
    Seccomp simple(Arch... archs) {
        Collections.shuffle(names, random);
        List<SyscallRule> rules = new ArrayList<>();
        int calls = 1 + random.nextInt(40);
        for (int i = 0; i < calls; i++) {
            List<String> name = List.of(names.get(i));
            String action = action();
            OptionalInt errno = errno(action);
            int count = random.nextInt(3) == 0 ? 1 + random.nextInt(5) : 1;
            boolean equalities = random.nextBoolean();
            for (int r = 0; r < count; r++) {
                List<Arg> checks = count == 1
                        ? checks(random.nextInt(4), OPS, ~0L, false)
                        : checks(1, equalities ? EQUALITIES : OPS, equalities ? ~0L : WORD, false);
                rules.add(new SyscallRule(name, action, errno, checks));
            }
        }
        Collections.shuffle(rules, random);
        return profile(rules, archs);
    }

    private Seccomp profile(List<SyscallRule> rules, Arch... archs) {
        List<String> architectures = Arrays.stream(archs).map(Arch::ociName).toList();
        return new Seccomp(
                action(), OptionalInt.empty(), architectures, List.of(), Optional.empty(), Optional.empty(), rules);
    }

    private SyscallRule rule(List<String> calls, String action, List<Arg> checks) {
        return new SyscallRule(calls, action, errno(action), checks);
    }

    private List<String> some() {
        int start = random.nextInt(names.size());
        int count = random.nextInt(3) == 0 ? 1 + random.nextInt(60) : 1;
        List<String> some = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            some.add(names.get((start + i * (1 + start % 3)) % names.size()));
        }
        return some;
    }

    private String action() {
        return "SCMP_ACT_" + ACTIONS.get(random.nextInt(ACTIONS.size()));
    }

    private OptionalInt errno(String action) {
        boolean takesOne = action.endsWith("ERRNO") || action.endsWith("TRACE");
        return takesOne && random.nextBoolean() ? OptionalInt.of(random.nextInt(100)) : OptionalInt.empty();
    }

    private List<Arg> checks(int count, List<String> ops, long bits, boolean sameArgumentTwice) {
        List<Integer> indexes = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5));
        Collections.shuffle(indexes, random);
        List<Arg> checks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int index = sameArgumentTwice ? random.nextInt(6) : indexes.get(i);
            String op = "SCMP_CMP_" + ops.get(random.nextInt(ops.size()));
            checks.add(new Arg(index, value() & bits, value() & bits, op));
        }
        return checks;
    }

    private long value() {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(50);
            case 1 -> random.nextLong();
            case 2 -> 1L << random.nextInt(64);
            default -> CORNERS[random.nextInt(CORNERS.length)];
        };
    }
}
