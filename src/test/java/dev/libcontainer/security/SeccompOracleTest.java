package dev.libcontainer.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.security.ReferenceRules.Optimization;
import dev.libcontainer.spec.Seccomp;
import dev.libcontainer.spec.Seccomp.SyscallRule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Our filters and libseccomp's decide equally. */
class SeccompOracleTest {
    private static final int EINVAL = 22;
    private static final int EEXIST = 17;
    private static final int PROFILES = 50;

    private Oracle oracle;

    @BeforeEach
    void openOracle() throws IOException {
        assumeTrue(Oracle.whyNot().isEmpty(), Oracle.whyNot());
        oracle = Oracle.open();
    }

    @AfterEach
    void closeOracle() {
        if (oracle != null) {
            oracle.close();
        }
    }

    static Stream<Arguments> capabilities() {
        return Stream.of(
                        CapabilitySet.NONE,
                        CapabilitySet.CONTAINER_DEFAULT,
                        CapabilitySet.ALL,
                        CapabilitySet.of(Capability.SYS_ADMIN),
                        CapabilitySet.of(Capability.SYS_PTRACE, Capability.SYS_NICE, Capability.SYSLOG, Capability.BPF),
                        CapabilitySet.ALL.minus(CapabilitySet.of(Capability.SYS_ADMIN)))
                .flatMap(set -> Stream.of(Arch.X86_64, Arch.AARCH64).map(arch -> Arguments.of(set, arch)));
    }

    @ParameterizedTest
    @MethodSource("capabilities")
    void theDefaultProfileDecidesEqually(CapabilitySet capabilities, Arch arch) throws IOException {
        Seccomp profile = onlyKnown(DefaultSeccompProfile.forCapabilities(capabilities, arch));

        assertThat(differences(profile, arch, Optimization.DEFAULT)).isEmpty();
        assertThat(differences(profile, arch, Optimization.BINARY_TREE)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("capabilities")
    void theDefaultProfileForAllInterfacesDecidesEqually(CapabilitySet capabilities, Arch arch) throws IOException {
        Seccomp one = DefaultSeccompProfile.forCapabilities(capabilities, arch);
        Seccomp profile = onlyKnown(DefaultSeccompProfile.withCompatible(one, arch));

        assertThat(profile.architectures()).hasSizeGreaterThan(1);
        assertThat(differences(profile, arch, Optimization.DEFAULT)).isEmpty();
    }

    static Stream<Arguments> architectures() {
        return Stream.of(
                Arguments.of(Arch.X86_64, List.of()),
                Arguments.of(Arch.X86_64, List.of(Arch.X86_64, Arch.X86, Arch.X32)),
                Arguments.of(Arch.X86_64, List.of(Arch.X86)),
                Arguments.of(Arch.X86_64, List.of(Arch.X32)),
                Arguments.of(Arch.X86_64, List.of(Arch.ARM)),
                Arguments.of(Arch.AARCH64, List.of(Arch.ARM)));
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void randomProfilesDecideEqually(Arch nativeArch, List<Arch> archs) throws IOException {
        List<Arch> all = new ArrayList<>(archs);
        all.add(nativeArch);
        List<String> names = known().entrySet().stream()
                .filter(call -> all.stream()
                        .allMatch(
                                arch -> SyscallTable.number(arch, call.getKey()).isPresent()))
                .map(Map.Entry::getKey)
                .filter(name ->
                        !all.contains(Arch.X86) || Multiplexed.find(name).isEmpty())
                .sorted()
                .toList();
        RandomProfiles profiles = new RandomProfiles(7, names);

        for (int i = 0; i < PROFILES; i++) {
            Seccomp profile = profiles.simple(archs.toArray(Arch[]::new));
            assertThat(differences(profile, nativeArch, Optimization.DEFAULT))
                    .as("%d: %s", i, profile)
                    .isEmpty();
        }
    }

    @Test
    void callsThroughMultiplexersDecideEqually() throws IOException {
        List<String> names =
                List.of("socket", "bind", "send", "recv", "accept", "semop", "shmget", "msgctl", "sendmmsg");
        Seccomp profile = new Seccomp(
                "SCMP_ACT_ERRNO",
                OptionalInt.empty(),
                List.of("SCMP_ARCH_X86"),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of());
        List<SyscallRule> rules = new ArrayList<>();
        for (String name : names) {
            rules.add(new SyscallRule(
                    List.of(name), "SCMP_ACT_LOG", OptionalInt.empty(), List.of(arg(1, "SCMP_CMP_EQ", 5))));
        }
        rules.add(new SyscallRule(List.of("ipc"), "SCMP_ACT_TRAP", OptionalInt.empty(), List.of()));

        assertThat(differences(withRules(profile, rules), Arch.X86_64, Optimization.DEFAULT))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Optimization.class)
    void theFirstUnconditionalRuleCounts(Optimization optimization) throws IOException {
        Seccomp profile = withRules(
                DefaultSeccompProfile.forCapabilities(CapabilitySet.NONE, Arch.X86_64),
                List.of(
                        new SyscallRule(
                                List.of("setns"),
                                "SCMP_ACT_TRAP",
                                OptionalInt.empty(),
                                List.of(arg(0, "SCMP_CMP_EQ", 5))),
                        new SyscallRule(List.of("setns"), "SCMP_ACT_ALLOW", OptionalInt.empty(), List.of()),
                        new SyscallRule(List.of("setns"), "SCMP_ACT_LOG", OptionalInt.empty(), List.of()),
                        new SyscallRule(
                                List.of("setns"),
                                "SCMP_ACT_TRAP",
                                OptionalInt.empty(),
                                List.of(arg(0, "SCMP_CMP_EQ", 6)))));

        assertThat(differences(profile, Arch.X86_64, optimization)).isEmpty();
    }

    @Test
    void contradictionsAreOrderedEquallyWhereValuesAreCompared() throws IOException {
        Random random = new Random(3);
        String[] actions = {"SCMP_ACT_ALLOW", "SCMP_ACT_TRAP", "SCMP_ACT_LOG"};
        for (int i = 0; i < PROFILES; i++) {
            List<SyscallRule> rules = new ArrayList<>();
            for (int r = 0; r < 4; r++) {
                rules.add(new SyscallRule(
                        List.of("read"),
                        actions[random.nextInt(actions.length)],
                        OptionalInt.empty(),
                        List.of(arg(random.nextInt(6), "SCMP_CMP_EQ", random.nextInt(20)))));
            }
            Seccomp profile = withRules(DefaultSeccompProfile.forCapabilities(CapabilitySet.NONE, Arch.X86_64), rules);
            if (oracle.compile(profile, Arch.X86_64, Optimization.DEFAULT).result() > 0) {
                assertThat(differences(profile, Arch.X86_64, Optimization.DEFAULT))
                        .as("%s", profile)
                        .isEmpty();
            }
        }
    }

    @Test
    void equalConditionsWithDifferentAnswersAreRefusedByBoth() throws IOException {
        Seccomp profile = withRules(
                DefaultSeccompProfile.forCapabilities(CapabilitySet.NONE, Arch.X86_64),
                List.of(
                        new SyscallRule(
                                List.of("read"),
                                "SCMP_ACT_TRAP",
                                OptionalInt.empty(),
                                List.of(arg(0, "SCMP_CMP_EQ", 5))),
                        new SyscallRule(
                                List.of("read"),
                                "SCMP_ACT_LOG",
                                OptionalInt.empty(),
                                List.of(arg(0, "SCMP_CMP_EQ", 5)))));

        assertThat(oracle.compile(profile, Arch.X86_64, Optimization.DEFAULT).result())
                .isEqualTo(-EEXIST);
        assertThatThrownBy(() -> SeccompCompiler.compile(profile, Arch.X86_64)).isInstanceOf(SeccompException.class);
    }

    @Test
    void damagedRulesAreRefusedOrReadButNeverOverrun() throws IOException {
        byte[] rules = ReferenceRules.encode(
                DefaultSeccompProfile.forCapabilities(CapabilitySet.NONE, Arch.X86_64),
                Arch.X86_64,
                Optimization.DEFAULT);
        Random random = new Random(5);

        assertThat(oracle.ask(new byte[0]).result()).isEqualTo(-EINVAL);
        for (int length = 0; length < 200; length += 7) {
            assertThat(oracle.ask(Arrays.copyOf(rules, length)).result()).isEqualTo(-EINVAL);
        }
        for (int i = 0; i < 200; i++) {
            byte[] damaged = rules.clone();
            for (int hit = 0; hit < 3; hit++) {
                damaged[8 + random.nextInt(damaged.length - 8)] = (byte) random.nextInt(256);
            }
            assertThat(oracle.ask(damaged).result()).isNotZero(); // an answer came: the program is still alive
        }
    }

    private List<String> differences(Seccomp profile, Arch nativeArch, Optimization optimization) throws IOException {
        Oracle.Answer theirs = oracle.compile(profile, nativeArch, optimization);
        assertThat(theirs.result()).as("libseccomp's answer").isPositive();
        byte[] ours = SeccompCompiler.compile(profile, nativeArch).bpf();
        List<String> differences = new FilterComparison(profile, ours, theirs.bpf()).differences(nativeArch);
        return differences.subList(0, Math.min(5, differences.size()));
    }

    /** The profile without calls that this libseccomp is too old for, which it would leave out. */
    private static Seccomp onlyKnown(Seccomp profile) throws IOException {
        Map<String, String> known = known();
        List<SyscallRule> rules = profile.syscalls().stream()
                .map(rule -> new SyscallRule(
                        rule.names().stream().filter(known::containsKey).toList(),
                        rule.action(),
                        rule.errnoRet(),
                        rule.args()))
                .toList();
        return withRules(profile, rules);
    }

    private static Map<String, String> known() throws IOException {
        Map<String, String> known = new HashMap<>();
        Oracle.numbers(SyscallTable.names()).forEach(line -> known.put(line.substring(0, line.indexOf(' ')), line));
        return known;
    }

    private static Seccomp.Arg arg(int index, String op, long value) {
        return new Seccomp.Arg(index, value, 0, op);
    }

    private static Seccomp withRules(Seccomp profile, List<SyscallRule> rules) {
        return new Seccomp(
                profile.defaultAction(),
                profile.defaultErrnoRet(),
                profile.architectures(),
                profile.flags(),
                profile.listenerPath(),
                profile.listenerMetadata(),
                rules);
    }
}
