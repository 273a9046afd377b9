package dev.libcontainer.security;

import dev.libcontainer.spec.Seccomp;
import dev.libcontainer.spec.Seccomp.Arg;
import dev.libcontainer.spec.Seccomp.SyscallRule;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a profile says, found by reading it word by word for each call: slow, simple, without any of the compiler's
 * code.
 */
final class ProfileModel {
    private static final int KILL = 0;
    private static final long X32_START = 0x40000000L;

    /** A rule with its answer; split where it checks one argument twice. */
    private record Rule(List<String> names, List<Arg> args, int answer) {}

    private final Set<Arch> archs = new HashSet<>();
    private final List<Rule> rules = new ArrayList<>();
    private final Map<Arch, Map<Integer, List<Rule>>> byArch = new EnumMap<>(Arch.class);
    private final int otherwise;

    ProfileModel(Seccomp profile, Arch nativeArch) {
        archs.add(nativeArch);
        profile.architectures().forEach(name -> archs.add(Arch.fromOciName(name).orElseThrow()));
        this.otherwise = answer(profile.defaultAction(), profile.defaultErrnoRet());
        for (SyscallRule rule : profile.syscalls()) {
            int answer = answer(rule.action(), rule.errnoRet());
            if (answer != otherwise) {
                if (rule.args().stream().map(Arg::index).distinct().count()
                        == rule.args().size()) {
                    rules.add(new Rule(rule.names(), rule.args(), answer));
                } else {
                    rule.args().forEach(arg -> rules.add(new Rule(rule.names(), List.of(arg), answer)));
                }
            }
        }
    }

    /** The answers that a filter may give; more than one only where rules contradict one another. */
    Set<Integer> answers(int nr, int auditArch, long[] args) {
        boolean x32Range = Integer.toUnsignedLong(nr) >= X32_START;
        Arch arch = archs.stream()
                .filter(a -> a.auditArch() == auditArch)
                .filter(a -> a != Arch.X32 || x32Range)
                .filter(a -> a != Arch.X86_64 || !x32Range || nr == -1)
                .findFirst()
                .orElse(null);
        if (arch == null) {
            return Set.of(KILL);
        }
        Set<Integer> conditional = new HashSet<>();
        for (Rule rule : rulesFor(arch).getOrDefault(nr, List.of())) {
            List<Arg> checks = looked(arch, rule.args());
            if (checks.isEmpty()) {
                return Set.of(rule.answer());
            }
            if (checks.stream().allMatch(check -> holds(arch, check, args))) {
                conditional.add(rule.answer());
            }
        }
        return conditional.isEmpty() ? Set.of(otherwise) : conditional;
    }

    private Map<Integer, List<Rule>> rulesFor(Arch arch) {
        return byArch.computeIfAbsent(arch, key -> {
            Map<Integer, List<Rule>> byNumber = new HashMap<>();
            for (Rule rule : rules) {
                for (String name : rule.names()) {
                    SyscallTable.number(arch, name)
                            .ifPresent(nr -> byNumber.computeIfAbsent(nr, none -> new ArrayList<>())
                                    .add(rule));
                }
            }
            return byNumber;
        });
    }

    /** Whether a call can be made through a multiplexer, which this model knows nothing of. */
    boolean isMultiplexer(int nr, int auditArch) {
        return auditArch == Arch.X86.auditArch() && (nr == 102 || nr == 117);
    }

    private static List<Arg> looked(Arch arch, List<Arg> args) {
        return args.stream()
                .filter(arg -> !arg.op().equals("SCMP_CMP_MASKED_EQ") || width(arch, arg.value()) != 0)
                .toList();
    }

    private static long width(Arch arch, long value) {
        return arch == Arch.X86_64 || arch == Arch.AARCH64 ? value : value & 0xffffffffL;
    }

    private static boolean holds(Arch arch, Arg check, long[] args) {
        long argument = width(arch, args[check.index()]);
        long value = width(arch, check.value());
        long two = width(arch, check.valueTwo());
        int order = Long.compareUnsigned(argument, value);
        return switch (check.op()) {
            case "SCMP_CMP_NE" -> order != 0;
            case "SCMP_CMP_LT" -> order < 0;
            case "SCMP_CMP_LE" -> order <= 0;
            case "SCMP_CMP_EQ" -> order == 0;
            case "SCMP_CMP_GE" -> order >= 0;
            case "SCMP_CMP_GT" -> order > 0;
            default -> (argument & value) == (two & value);
        };
    }

    private static int answer(String action, OptionalInt errno) {
        return switch (action) {
            case "SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD" -> 0;
            case "SCMP_ACT_KILL_PROCESS" -> 0x80000000;
            case "SCMP_ACT_TRAP" -> 0x00030000;
            case "SCMP_ACT_ERRNO" -> 0x00050000 | errno.orElse(1);
            case "SCMP_ACT_NOTIFY" -> 0x7fc00000;
            case "SCMP_ACT_TRACE" -> 0x7ff00000 | errno.orElse(1);
            case "SCMP_ACT_LOG" -> 0x7ffc0000;
            default -> 0x7fff0000;
        };
    }
}
