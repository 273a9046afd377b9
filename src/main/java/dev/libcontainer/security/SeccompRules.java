package dev.libcontainer.security;

import dev.libcontainer.spec.Seccomp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/** A profile that has been checked, with its rules sorted by architecture and call number. */
final class SeccompRules {
    private static final String PLACE = "linux.seccomp";

    /** What the OCI specification knows but no kernel for an {@link Arch} has: such calls never come. */
    private static final Set<String> FOREIGN = Set.of(
            "SCMP_ARCH_MIPS",
            "SCMP_ARCH_MIPS64",
            "SCMP_ARCH_MIPS64N32",
            "SCMP_ARCH_MIPSEL",
            "SCMP_ARCH_MIPSEL64",
            "SCMP_ARCH_MIPSEL64N32",
            "SCMP_ARCH_PPC",
            "SCMP_ARCH_PPC64",
            "SCMP_ARCH_PPC64LE",
            "SCMP_ARCH_S390",
            "SCMP_ARCH_S390X",
            "SCMP_ARCH_PARISC",
            "SCMP_ARCH_PARISC64",
            "SCMP_ARCH_RISCV64",
            "SCMP_ARCH_LOONGARCH64",
            "SCMP_ARCH_M68K",
            "SCMP_ARCH_SH",
            "SCMP_ARCH_SHEB");

    private final Map<Arch, ArchRules> byArch = new EnumMap<>(Arch.class);
    private final List<Arch> architectures;
    private final List<Seccomp.SyscallRule> syscalls;
    private final Set<String> unknownCalls = new LinkedHashSet<>();
    private final int defaultAnswer;
    private final int flags;
    private boolean notifies;

    private SeccompRules(Seccomp profile, Arch nativeArch) {
        this.architectures = architectures(profile, nativeArch);
        this.syscalls = profile.syscalls();
        this.defaultAnswer = defaultAnswer(profile);
        architectures.forEach(arch -> byArch.put(arch, new ArchRules(arch)));
        for (int i = 0; i < syscalls.size(); i++) {
            add(syscalls.get(i), PLACE + ".syscalls[" + i + "]");
        }
        this.flags = SeccompFlag.bits(profile.flags(), PLACE + ".flags", notifies);
    }

    static SeccompRules of(Seccomp profile, Arch nativeArch) {
        return new SeccompRules(profile, nativeArch);
    }

    /** The native one first, then in the order of the profile. */
    List<Arch> architectures() {
        return architectures;
    }

    int defaultAnswer() {
        return defaultAnswer;
    }

    int flags() {
        return flags;
    }

    boolean notifies() {
        return notifies;
    }

    List<String> unknownCalls() {
        return List.copyOf(unknownCalls);
    }

    /** What becomes of each call that has a rule, by unsigned number. */
    SortedMap<Long, Outcome> outcomes(Arch arch) {
        return Objects.requireNonNull(byArch.get(arch), arch::ociName).outcomes(defaultAnswer);
    }

    /** The largest call number that the profile names, whatever it says of it; none if that is 0. */
    OptionalInt newestNumber(Arch arch) {
        return syscalls.stream()
                .flatMap(rule -> rule.names().stream())
                .filter(name -> arch != Arch.X86 || Multiplexed.find(name).isEmpty())
                .flatMapToInt(name -> SyscallTable.number(arch, name).stream())
                .filter(number -> number > 0)
                .max();
    }

    /** The native one first, then those that the profile lists. */
    static List<Arch> architectures(Seccomp profile, Arch nativeArch) {
        List<String> names = profile.architectures();
        Set<Arch> architectures = new LinkedHashSet<>();
        architectures.add(nativeArch);
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            if (!FOREIGN.contains(name)) {
                String place = PLACE + ".architectures[" + i + "]";
                architectures.add(Arch.fromOciName(name).orElseThrow(() -> unknownArchitecture(name, place)));
            }
        }
        return List.copyOf(architectures);
    }

    private static SeccompException unknownArchitecture(String name, String place) {
        return new SeccompException(
                place,
                "unknown architecture \"" + name + "\"",
                "one of " + Arrays.stream(Arch.values()).map(Arch::ociName).collect(Collectors.joining(", ")));
    }

    /** What a filter for the profile answers to calls that no rule is for. */
    static int defaultAnswer(Seccomp profile) {
        String place = PLACE + ".defaultAction";
        SeccompAction action = SeccompAction.fromOciName(profile.defaultAction(), place);
        if (action == SeccompAction.NOTIFY) {
            throw new SeccompException(
                    place,
                    "SCMP_ACT_NOTIFY cannot be used as default action",
                    "a listener could not even be told of its file descriptor");
        }
        return action.answer(profile.defaultErrnoRet(), PLACE + ".defaultErrnoRet");
    }

    private void add(Seccomp.SyscallRule rule, String place) {
        SeccompAction action = SeccompAction.fromOciName(rule.action(), place + ".action");
        int answer = action.answer(rule.errnoRet(), place + ".errnoRet");
        List<ArgCheck> checks = checks(rule, place);
        if (action == SeccompAction.NOTIFY) {
            notifies = true;
            if (rule.names().contains("write")) {
                throw new SeccompException(
                        place + ".action",
                        "SCMP_ACT_NOTIFY cannot be used for the write syscall",
                        "the listener's file descriptor is handed over by a write");
            }
        }
        if (answer == defaultAnswer) {
            return;
        }
        for (String name : rule.names()) {
            if (SyscallTable.contains(name)) {
                add(name, checks, answer, place);
            } else {
                unknownCalls.add(name);
            }
        }
    }

    private void add(String name, List<ArgCheck> checks, int answer, String place) {
        for (ArchRules arch : byArch.values()) {
            if (checkOneArgumentTwice(checks)) {
                for (ArgCheck check : checks) {
                    arch.add(name, List.of(check), answer, place);
                }
            } else {
                arch.add(name, checks, answer, place);
            }
        }
    }

    private static boolean checkOneArgumentTwice(List<ArgCheck> checks) {
        int seen = 0;
        for (ArgCheck check : checks) {
            seen |= 1 << check.index();
        }
        return Integer.bitCount(seen) < checks.size();
    }

    private static List<ArgCheck> checks(Seccomp.SyscallRule rule, String place) {
        List<ArgCheck> checks = new ArrayList<>();
        for (int i = 0; i < rule.args().size(); i++) {
            checks.add(ArgCheck.of(rule.args().get(i), place + ".args[" + i + "]"));
        }
        return checks;
    }
}
