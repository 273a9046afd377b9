package dev.libcontainer.security;

import static dev.libcontainer.security.Profiles.allow;
import static dev.libcontainer.security.Profiles.arg;
import static dev.libcontainer.security.Profiles.deny;
import static dev.libcontainer.security.Profiles.profile;
import static dev.libcontainer.security.Profiles.rule;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.security.SeccompCompiler.NewerCalls;
import dev.libcontainer.spec.Seccomp;
import dev.libcontainer.spec.Seccomp.SyscallRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeccompCompilerTest {
    private static final int ALLOW = 0x7fff0000;
    private static final int EPERM = 0x00050001;
    private static final int ENOSYS = 0x00050026;
    private static final int KILL = 0;
    private static final int X86_64 = Arch.X86_64.auditArch();
    private static final int X86 = Arch.X86.auditArch();
    private static final int SOCKET = 41;

    @Test
    void namedCallsAreAllowedAndOthersGetTheDefault() {
        BpfInterpreter filter = filter(deny(allow("read"), allow("write")));

        assertThat(filter.run(0, X86_64)).isEqualTo(ALLOW);
        assertThat(filter.run(1, X86_64)).isEqualTo(ALLOW);
        assertThat(filter.run(2, X86_64)).isEqualTo(EPERM);
        assertThat(filter.run(-1, X86_64)).isEqualTo(EPERM);
    }

    @Test
    void architecturesThatAreNotListedAreKilled() {
        BpfInterpreter filter = filter(deny(allow("read")));

        assertThat(filter.run(3, X86)).isEqualTo(KILL);
        assertThat(filter.run(0x40000000, X86_64)).as("x32").isEqualTo(KILL);
        assertThat(filter.run(0, 0)).isEqualTo(KILL);
    }

    @Test
    void eachListedArchitectureHasItsOwnNumbers() {
        List<String> archs = List.of("SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32");
        BpfInterpreter filter = filter(profile("SCMP_ACT_ERRNO", archs, List.of(), allow("read")));

        assertThat(filter.run(0, X86_64)).isEqualTo(ALLOW);
        assertThat(filter.run(3, X86_64)).isEqualTo(EPERM);
        assertThat(filter.run(3, X86)).isEqualTo(ALLOW);
        assertThat(filter.run(0, X86)).isEqualTo(EPERM);
        assertThat(filter.run(0x40000000, X86_64)).isEqualTo(ALLOW);
    }

    @Test
    void theNativeArchitectureIsFilteredEvenIfAnotherIsListed() {
        BpfInterpreter filter = filter(profile("SCMP_ACT_ERRNO", List.of("SCMP_ARCH_X86"), List.of(), allow("read")));

        assertThat(filter.run(0, X86_64)).isEqualTo(ALLOW);
        assertThat(filter.run(3, X86)).isEqualTo(ALLOW);
    }

    @Test
    void architecturesOfOtherMachinesAreListedInVain() {
        Seccomp here = profile("SCMP_ACT_ERRNO", List.of(), List.of(), allow("read"));
        Seccomp everywhere =
                profile("SCMP_ACT_ERRNO", List.of("SCMP_ARCH_S390X", "SCMP_ARCH_RISCV64"), List.of(), allow("read"));

        assertThat(SeccompCompiler.compile(everywhere, Arch.X86_64))
                .isEqualTo(SeccompCompiler.compile(here, Arch.X86_64));
    }

    @Test
    void checksLookAtAll64Bits() {
        BpfInterpreter filter = filter(deny(allow("socket", arg(0, "EQ", 0x100000002L))));

        assertThat(filter.run(SOCKET, X86_64, 0x100000002L)).isEqualTo(ALLOW);
        assertThat(filter.run(SOCKET, X86_64, 2)).isEqualTo(EPERM);
        assertThat(filter.run(SOCKET, X86_64, 0x200000002L)).isEqualTo(EPERM);
    }

    @Test
    void checksOfARuleAreAndedAndRulesAreOred() {
        BpfInterpreter filter = filter(
                deny(allow("socket", arg(0, "EQ", 1), arg(1, "LT", 3)), allow("socket", arg(2, "GE", 1L << 40))));

        assertThat(filter.run(SOCKET, X86_64, 1, 2, 0)).isEqualTo(ALLOW);
        assertThat(filter.run(SOCKET, X86_64, 1, 3, 0)).isEqualTo(EPERM);
        assertThat(filter.run(SOCKET, X86_64, 0, 2, 0)).isEqualTo(EPERM);
        assertThat(filter.run(SOCKET, X86_64, 0, 9, 1L << 40)).isEqualTo(ALLOW);
    }

    @Test
    void twoChecksOfOneArgumentAreTwoRules() {
        BpfInterpreter filter = filter(deny(allow("socket", arg(0, "EQ", 1), arg(0, "EQ", 5))));

        assertThat(filter.run(SOCKET, X86_64, 1)).isEqualTo(ALLOW);
        assertThat(filter.run(SOCKET, X86_64, 5)).isEqualTo(ALLOW);
        assertThat(filter.run(SOCKET, X86_64, 3)).isEqualTo(EPERM);
    }

    @Test
    void maskedBitsAreComparedAndOthersIgnored() {
        SyscallRule rule = allow("socket", new Seccomp.Arg(0, 0x8000_0000_0000_00f0L, ~0L, "SCMP_CMP_MASKED_EQ"));
        BpfInterpreter filter = filter(deny(rule));

        assertThat(filter.run(SOCKET, X86_64, 0x8000_0000_0000_00f7L)).isEqualTo(ALLOW);
        assertThat(filter.run(SOCKET, X86_64, 0xf7L)).isEqualTo(EPERM);
        assertThat(filter.run(SOCKET, X86_64, 0x8000_0000_0000_0077L)).isEqualTo(EPERM);
    }

    @Test
    void oneMaskMayBeComparedWithSeveralValues() {
        Seccomp profile = deny(
                allow("socket", arg(0, "GE", 5), new Seccomp.Arg(1, 0x30, 0, "SCMP_CMP_MASKED_EQ")),
                allow("socket", arg(0, "GE", 4), new Seccomp.Arg(1, 0x30, 0x10, "SCMP_CMP_MASKED_EQ")),
                allow("socket", arg(0, "GE", 3), new Seccomp.Arg(1, 0x30, 0x20, "SCMP_CMP_MASKED_EQ")));

        byte[] bpf = SeccompCompiler.compile(profile, Arch.X86_64).bpf();

        ProfileModel model = new ProfileModel(profile, Arch.X86_64);
        assertThat(new FilterComparison(profile, bpf, model::answers).differences(Arch.X86_64))
                .isEmpty();
        assertThat(new BpfInterpreter(bpf).run(SOCKET, X86_64, 5, 0x1f)).isEqualTo(ALLOW);
        assertThat(new BpfInterpreter(bpf).run(SOCKET, X86_64, 5, 0x3f)).isEqualTo(EPERM);
    }

    @ParameterizedTest
    @CsvSource({
        "SCMP_ACT_KILL, 0x00000000", "SCMP_ACT_KILL_THREAD, 0x00000000", "SCMP_ACT_KILL_PROCESS, 0x80000000",
        "SCMP_ACT_TRAP, 0x00030000", "SCMP_ACT_ALLOW, 0x7fff0000", "SCMP_ACT_TRACE, 0x7ff00001",
        "SCMP_ACT_LOG, 0x7ffc0000", "SCMP_ACT_NOTIFY, 0x7fc00000"
    })
    void actionsAreTheKernelsNumbers(String action, String answer) {
        assertThat(filter(deny(rule(action, "read"))).run(0, X86_64))
                .isEqualTo(Integer.parseUnsignedInt(answer.substring(2), 16));
    }

    @Test
    void errnosCanBeChosen() {
        SyscallRule rule = new SyscallRule(List.of("read"), "SCMP_ACT_ERRNO", OptionalInt.of(38), List.of());
        Seccomp profile = new Seccomp(
                "SCMP_ACT_ERRNO",
                OptionalInt.of(13),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(rule));

        assertThat(filter(profile).run(0, X86_64)).isEqualTo(ENOSYS);
        assertThat(filter(profile).run(1, X86_64)).isEqualTo(0x0005000d);
    }

    @Test
    void namesThatNoArchitectureKnowsAreLeftOutAndReported() {
        SeccompFilter filter = SeccompCompiler.compile(deny(allow("read"), allow("fly"), allow("fly")), Arch.X86_64);

        assertThat(filter.unknownCalls()).containsExactly("fly");
        assertThat(filter).isNotEqualTo(SeccompCompiler.compile(deny(allow("read")), Arch.X86_64));
        assertThat(filter.bpf())
                .isEqualTo(SeccompCompiler.compile(deny(allow("read")), Arch.X86_64)
                        .bpf());
    }

    @Test
    void callsNewerThanTheProfileCanGetEnosys() {
        List<String> archs = List.of("SCMP_ARCH_X86", "SCMP_ARCH_X32");
        Seccomp profile = profile("SCMP_ACT_ERRNO", archs, List.of(), allow("read"), allow("openat2"));
        BpfInterpreter filter = new BpfInterpreter(
                SeccompCompiler.compile(profile, Arch.X86_64, NewerCalls.ENOSYS).bpf());

        assertThat(filter.run(437, X86_64)).isEqualTo(ALLOW);
        assertThat(filter.run(436, X86_64)).isEqualTo(EPERM);
        assertThat(filter.run(438, X86_64)).isEqualTo(ENOSYS);
        assertThat(filter.run(438, X86)).isEqualTo(ENOSYS);
        assertThat(filter.run(436, X86)).isEqualTo(EPERM);
        assertThat(filter.run(0x40000000 + 436, X86_64)).isEqualTo(EPERM);
        assertThat(filter.run(0x40000000 + 438, X86_64)).isEqualTo(ENOSYS);
    }

    @Test
    void enosysIsForForbiddingProfilesOnly() {
        Seccomp permissive = profile("SCMP_ACT_ALLOW", List.of(), List.of(), rule("SCMP_ACT_ERRNO", "openat2"));
        Seccomp strict = deny(allow("openat2"));

        assertThat(SeccompCompiler.compile(permissive, Arch.X86_64, NewerCalls.ENOSYS))
                .isEqualTo(SeccompCompiler.compile(permissive, Arch.X86_64));
        BpfInterpreter filter = new BpfInterpreter(
                SeccompCompiler.compile(strict, Arch.X86_64, NewerCalls.ENOSYS).bpf());
        assertThat(filter.run(0x40000000, X86_64)).as("x32").isEqualTo(KILL);
        assertThat(filter.run(-1, X86_64)).isEqualTo(EPERM);
    }

    @Test
    void flagsBecomeBits() {
        List<String> flags =
                List.of("SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW");
        Seccomp quiet = profile("SCMP_ACT_ERRNO", List.of(), flags, allow("read"));
        Seccomp listening = profile(
                "SCMP_ACT_ALLOW",
                List.of(),
                List.of("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"),
                rule("SCMP_ACT_NOTIFY", "mkdir"));

        assertThat(SeccompCompiler.compile(quiet, Arch.X86_64).flags()).isEqualTo(0b111);
        assertThat(SeccompCompiler.compile(quiet, Arch.X86_64).notifies()).isFalse();
        assertThat(SeccompCompiler.compile(listening, Arch.X86_64).flags()).isEqualTo(0b101000);
        assertThat(SeccompCompiler.compile(listening, Arch.X86_64).notifies()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "FLY    | ALLOW  | EQ | 0 | defaultAction: unknown action \"SCMP_ACT_FLY\"",
                "NOTIFY | ALLOW  | EQ | 0 | defaultAction: SCMP_ACT_NOTIFY cannot be used as default action",
                "ERRNO  | allow  | EQ | 0 | syscalls[0].action: unknown action \"SCMP_ACT_allow\"",
                "ERRNO  | NOTIFY | EQ | 0 | syscalls[0].action: SCMP_ACT_NOTIFY cannot be used for the write syscall",
                "ERRNO  | ALLOW  | IS | 0 | syscalls[0].args[0].op: unknown comparison \"SCMP_CMP_IS\"",
                "ERRNO  | ALLOW  | EQ | 6 | syscalls[0].args[0].index: 6 is not in 0..5"
            })
    void aMistakeIsNamedWithItsPlace(String byDefault, String action, String op, int index, String message) {
        SyscallRule rule = rule("SCMP_ACT_" + action, "write", arg(index, op, 0));
        Seccomp profile = profile("SCMP_ACT_" + byDefault, List.of(), List.of(), rule);

        assertThatThrownBy(() -> SeccompCompiler.compile(profile, Arch.X86_64))
                .isInstanceOf(SeccompException.class)
                .hasMessage("linux.seccomp." + message)
                .asInstanceOf(InstanceOfAssertFactories.type(SeccompException.class))
                .satisfies(e -> assertThat(e.hint()).isPresent())
                .satisfies(e -> assertThat(e.getMessage()).startsWith(e.place() + ": "));
    }

    @Test
    void unknownArchitecturesFlagsAndUselessErrnosAreRefused() {
        Seccomp arch = profile("SCMP_ACT_ERRNO", List.of("SCMP_ARCH_X86", "SCMP_ARCH_VAX"), List.of());
        Seccomp flag = profile("SCMP_ACT_ERRNO", List.of(), List.of("SECCOMP_FILTER_FLAG_FAST"));
        Seccomp errno = deny(new SyscallRule(List.of("read"), "SCMP_ACT_ALLOW", OptionalInt.of(1), List.of()));
        Seccomp large = deny(new SyscallRule(List.of("read"), "SCMP_ACT_ERRNO", OptionalInt.of(4096), List.of()));

        assertThatThrownBy(() -> SeccompCompiler.compile(arch, Arch.X86_64))
                .hasMessage("linux.seccomp.architectures[1]: unknown architecture \"SCMP_ARCH_VAX\"");
        assertThatThrownBy(() -> SeccompCompiler.compile(flag, Arch.X86_64))
                .hasMessage("linux.seccomp.flags[0]: unknown flag \"SECCOMP_FILTER_FLAG_FAST\"");
        assertThatThrownBy(() -> SeccompCompiler.compile(errno, Arch.X86_64))
                .hasMessage("linux.seccomp.syscalls[0].errnoRet: SCMP_ACT_ALLOW takes no errno");
        assertThatThrownBy(() -> SeccompCompiler.compile(large, Arch.X86_64))
                .hasMessage("linux.seccomp.syscalls[0].errnoRet: 4096 is not in 0..4095");
    }

    @Test
    void equalConditionsWithDifferentAnswersAreRefused() {
        Seccomp profile = deny(allow("read", arg(0, "EQ", 1)), rule("SCMP_ACT_TRAP", "read", arg(0, "EQ", 1)));

        assertThatThrownBy(() -> SeccompCompiler.compile(profile, Arch.X86_64))
                .hasMessage("linux.seccomp.syscalls[1]: answers TRAP where an earlier rule with the same conditions"
                        + " answers ALLOW");
    }

    @Test
    void filtersLongerThanAJumpStillDecideRightly() {
        List<SyscallRule> rules = new ArrayList<>();
        for (int value = 0; value < 900; value++) {
            rules.add(allow(value % 2 == 0 ? "read" : "close", arg(value % 3, "EQ", 3L * value)));
        }
        Seccomp profile = deny(rules.toArray(SyscallRule[]::new));

        SeccompFilter filter = SeccompCompiler.compile(profile, Arch.X86_64);

        assertThat(filter.instructions()).isBetween(1800, Bpf.MAX_INSTRUCTIONS);
        ProfileModel model = new ProfileModel(profile, Arch.X86_64);
        assertThat(new FilterComparison(profile, filter.bpf(), model::answers).differences(Arch.X86_64))
                .isEmpty();
    }

    @Test
    void aFilterThatTheKernelWouldRefuseIsRefused() {
        List<SyscallRule> rules = new ArrayList<>();
        for (int value = 0; value < 5000; value++) {
            rules.add(allow("read", arg(0, "EQ", value)));
        }

        assertThatThrownBy(() -> SeccompCompiler.compile(deny(rules.toArray(SyscallRule[]::new)), Arch.X86_64))
                .isInstanceOf(SeccompException.class)
                .hasMessageMatching("linux.seccomp: the filter has .* instructions, the kernel takes 4096");
    }

    @Test
    void aProfileWithoutRulesIsAShortFilter() {
        assertThat(SeccompCompiler.compile(profile("SCMP_ACT_ALLOW", List.of(), List.of()), Arch.AARCH64)
                        .instructions())
                .isLessThan(6);
    }

    private static BpfInterpreter filter(Seccomp profile) {
        return new BpfInterpreter(SeccompCompiler.compile(profile, Arch.X86_64).bpf());
    }
}
