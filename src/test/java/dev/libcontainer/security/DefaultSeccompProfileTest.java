package dev.libcontainer.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.spec.Seccomp;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DefaultSeccompProfileTest {
    private static final int ALLOW = 0x7fff0000;
    private static final int EPERM = 0x00050001;
    private static final int ENOSYS = 0x00050026;
    private static final int KILL = 0;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "add_key",
                "keyctl",
                "request_key",
                "io_uring_setup",
                "io_uring_enter",
                "io_uring_register",
                "userfaultfd",
                "mount",
                "umount2",
                "pivot_root",
                "move_mount",
                "open_tree",
                "fsopen",
                "setns",
                "unshare",
                "bpf",
                "perf_event_open",
                "init_module",
                "finit_module",
                "delete_module",
                "kexec_load",
                "kexec_file_load",
                "reboot",
                "swapon",
                "open_by_handle_at",
                "sethostname",
                "syslog",
                "settimeofday",
                "clock_settime",
                "acct",
                "quotactl",
                "iopl",
                "ioperm",
                "vhangup",
                "move_pages",
                "kcmp",
                "pidfd_getfd",
                "mbind",
                "fanotify_init",
                "lookup_dcookie"
            })
    void dangerousCallsAreForbidden(String call) {
        assertThat(run(CapabilitySet.CONTAINER_DEFAULT, call)).isEqualTo(EPERM);
    }

    @ParameterizedTest
    @CsvSource({
        "SYS_ADMIN, mount",
        "SYS_ADMIN, setns",
        "SYS_ADMIN, clone3",
        "SYS_MODULE, init_module",
        "SYS_BOOT, reboot",
        "DAC_READ_SEARCH, open_by_handle_at",
        "SYS_PTRACE, kcmp",
        "SYS_RAWIO, iopl",
        "SYS_TIME, settimeofday",
        "SYS_NICE, mbind",
        "SYSLOG, syslog",
        "BPF, bpf",
        "PERFMON, perf_event_open",
        "SYS_CHROOT, chroot",
        "SYS_PACCT, acct",
        "SYS_TTY_CONFIG, vhangup"
    })
    void aCapabilityUnlocksItsCalls(Capability capability, String call) {
        assertThat(run(CapabilitySet.NONE, call)).isNotEqualTo(ALLOW);
        assertThat(run(CapabilitySet.of(capability), call)).isEqualTo(ALLOW);
    }

    @ParameterizedTest
    @ValueSource(strings = {"io_uring_setup", "add_key", "kexec_load", "userfaultfd", "pivot_root"})
    void someCallsAreForbiddenWhateverTheCapabilities(String call) {
        assertThat(run(CapabilitySet.ALL, call)).isEqualTo(EPERM);
    }

    @Test
    void newNamespacesAreForbiddenAndNewThreadsAllowed() {
        long thread = 0x3d0f00;
        long newUser = 0x10000000;

        assertThat(run(CapabilitySet.NONE, "clone", thread)).isEqualTo(ALLOW);
        assertThat(run(CapabilitySet.NONE, "clone", thread | newUser)).isEqualTo(EPERM);
        assertThat(run(CapabilitySet.NONE, "clone", 0x02000000))
                .as("CLONE_NEWCGROUP")
                .isEqualTo(EPERM);
        assertThat(run(CapabilitySet.NONE, "clone3")).isEqualTo(ENOSYS);
        assertThat(run(CapabilitySet.of(Capability.SYS_ADMIN), "clone", newUser))
                .isEqualTo(ALLOW);
    }

    @Test
    void socketsToTheHypervisorAndToKernelCryptoAreForbidden() {
        for (int family = 0; family < 46; family++) {
            boolean forbidden = family == 38 || family == 40;
            assertThat(run(CapabilitySet.ALL, "socket", family)).isEqualTo(forbidden ? EPERM : ALLOW);
        }
    }

    @Test
    void aSocketFamilyCannotBeDisguisedByBitsThatTheKernelIgnores() {
        assertThat(run(CapabilitySet.ALL, "socket", (1L << 32) + 38)).isEqualTo(EPERM);
        assertThat(run(CapabilitySet.ALL, "socket", (1L << 63) + 40)).isEqualTo(EPERM);
    }

    @Test
    void onlyHarmlessPersonalitiesAreAllowed() {
        for (long personality : new long[] {0, 8, 0x20000, 0x20008, 0xffffffffL}) {
            assertThat(run(CapabilitySet.NONE, "personality", personality)).isEqualTo(ALLOW);
        }
        assertThat(run(CapabilitySet.NONE, "personality", 0x0040000))
                .as("ADDR_NO_RANDOMIZE")
                .isEqualTo(EPERM);
        assertThat(run(CapabilitySet.NONE, "personality", 0x100000000L)).isEqualTo(EPERM);
    }

    @Test
    void otherInterfacesAreKilledUnlessWanted() {
        Seccomp one = DefaultSeccompProfile.forCapabilities(CapabilitySet.NONE, Arch.X86_64);
        Seccomp all = DefaultSeccompProfile.withCompatible(one, Arch.X86_64);
        int exit = 1;

        assertThat(filter(one).run(exit, Arch.X86.auditArch())).isEqualTo(KILL);
        assertThat(filter(all).run(exit, Arch.X86.auditArch())).isEqualTo(ALLOW);
        assertThat(all.architectures()).containsExactly("SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32");
    }

    @ParameterizedTest
    @EnumSource(
            value = Arch.class,
            names = {"X86_64", "AARCH64"})
    void everyCallIsKnownAndNamedOnce(Arch arch) {
        Seccomp profile = DefaultSeccompProfile.forCapabilities(CapabilitySet.NONE, arch);
        List<String> names = profile.syscalls().stream()
                .filter(rule -> rule.args().isEmpty())
                .flatMap(rule -> rule.names().stream())
                .toList();

        assertThat(SyscallTable.names()).containsAll(names);
        assertThat(names).doesNotHaveDuplicates();
        assertThat(SeccompCompiler.compile(profile, arch).unknownCalls()).isEmpty();
    }

    @Test
    void namesOfCapabilitiesDoAsWell() {
        Set<String> names = new HashSet<>(CapabilitySet.CONTAINER_DEFAULT.names());

        assertThat(DefaultSeccompProfile.forCapabilities(names, Arch.X86_64))
                .isEqualTo(DefaultSeccompProfile.forCapabilities(CapabilitySet.CONTAINER_DEFAULT, Arch.X86_64));
        assertThatThrownBy(() -> DefaultSeccompProfile.forCapabilities(Set.of("CAP_FLY"), Arch.X86_64))
                .isInstanceOf(UnknownCapabilityException.class);
    }

    @Test
    void theFilterIsShort() {
        Seccomp one = DefaultSeccompProfile.forCapabilities(CapabilitySet.CONTAINER_DEFAULT, Arch.X86_64);
        Seccomp all = DefaultSeccompProfile.withCompatible(one, Arch.X86_64);

        assertThat(SeccompCompiler.compile(one, Arch.X86_64).instructions()).isLessThan(100);
        assertThat(SeccompCompiler.compile(all, Arch.X86_64).instructions()).isLessThan(320);
        assertThat(stepsOverAllCalls(filter(one))).isLessThan(5000);
    }

    /** The listing is kept so that a change of it shows in a review. */
    @Test
    void theFilterIsTheOneThatWasReviewed() throws IOException {
        Seccomp profile = DefaultSeccompProfile.forCapabilities(CapabilitySet.CONTAINER_DEFAULT, Arch.X86_64);

        String listing =
                BpfPrinter.print(SeccompCompiler.compile(profile, Arch.X86_64).bpf());

        try (InputStream kept = getClass().getResourceAsStream("default-x86_64.txt")) {
            assertThat(kept).isNotNull();
            assertThat(listing).isEqualTo(new String(kept.readAllBytes(), StandardCharsets.US_ASCII));
        }
    }

    private static long stepsOverAllCalls(BpfInterpreter filter) {
        long steps = 0;
        for (int nr = 0; nr < 470; nr++) {
            filter.run(nr, Arch.X86_64.auditArch());
            steps += filter.steps();
        }
        return steps;
    }

    private static int run(CapabilitySet capabilities, String call, long... args) {
        BpfInterpreter filter = filter(DefaultSeccompProfile.forCapabilities(capabilities, Arch.X86_64));
        return filter.run(SyscallTable.number(Arch.X86_64, call).orElseThrow(), Arch.X86_64.auditArch(), args);
    }

    private static BpfInterpreter filter(Seccomp profile) {
        return new BpfInterpreter(SeccompCompiler.compile(profile, Arch.X86_64).bpf());
    }
}
