package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.libcontainer.Inside.Seen;
import dev.libcontainer.report.ThisHost;
import dev.libcontainer.security.SyscallTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The seccomp filter of a sandbox, and those of a spec, tried from inside. */
@NeedsRoot
class SandboxFilterTest {
    private static final int CLONE_NEWUSER = 0x10000000;
    private static final int SIGSYS = 31;

    private static int number(String syscall) {
        return SyscallTable.number(ThisHost.arch(), syscall).orElseThrow();
    }

    private static String answer(ContainerSpecBuilder builder) {
        return Inside.see(builder).line();
    }

    @Test
    void aSandboxRunsUnderAFilter() {
        assertThat(answer(Inside.sandbox("seccomp"))).isEqualTo("2");
        assertThat(answer(Inside.sandbox("seccomp").noNewPrivileges(false))).isEqualTo("2");
        assertThat(answer(Inside.sandbox("seccomp").withoutSeccomp())).isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mount",
                "umount2",
                "pivot_root",
                "unshare",
                "setns",
                "keyctl",
                "add_key",
                "request_key",
                "bpf",
                "perf_event_open",
                "init_module",
                "finit_module",
                "delete_module",
                "kexec_load",
                "kexec_file_load",
                "swapon",
                "swapoff",
                "acct",
                "settimeofday",
                "clock_settime",
                "open_by_handle_at",
                "userfaultfd",
                "move_mount",
                "open_tree",
                "fsopen",
                "fsmount",
                "mount_setattr",
                "quotactl",
                "sethostname",
                "setdomainname",
                "syslog",
                "io_uring_setup"
            })
    void aCallThatASandboxHasNoUseForIsRefused(String syscall) {
        assertThat(answer(Inside.sandbox("syscall " + number(syscall)))).isEqualTo("EPERM");
    }

    @ParameterizedTest
    @ValueSource(strings = {"unshare", "keyctl", "bpf"})
    void theFilterAndNotTheLackOfPrivilegesRefusesIt(String syscall) {
        ContainerSpecBuilder open = Inside.sandbox("syscall " + number(syscall)).withoutSeccomp();

        assertThat(answer(open)).isNotEqualTo("EPERM");
    }

    @Test
    void newUserNamespacesAreRefused() {
        assertThat(answer(Inside.sandbox("syscall " + number("clone") + " " + (CLONE_NEWUSER | 17))))
                .isEqualTo("EPERM");
    }

    @Test
    void clone3IsAsIfTheKernelHadNone() {
        assertThat(answer(Inside.sandbox("syscall " + number("clone3")))).isEqualTo("ENOSYS");
    }

    @Test
    void anUnknownCallIsAsIfTheKernelHadNone() {
        assertThat(answer(Inside.sandbox("syscall 5000"))).isIn("ENOSYS", "EPERM");
    }

    @ParameterizedTest
    @CsvSource({"0,ok", "8,ok", "131072,ok", "4294967295,ok", "1,EPERM", "16,EPERM"})
    void argumentsAreLookedAt(long persona, String expected) {
        String seen = answer(Inside.sandbox("syscall " + number("personality") + " " + persona));

        assertThat(seen.matches("\\d+") ? "ok" : seen).isEqualTo(expected);
    }

    @Test
    void whatACapabilityCallsForIsAllowedWithIt() {
        ContainerSpecBuilder admin = Inside.sandbox("syscall " + number("unshare") + " 67108864");

        assertThat(answer(admin.capabilities(java.util.Set.of("CAP_SYS_ADMIN"))))
                .isEqualTo("0");
    }

    @Test
    void ordinaryProgramsRun() {
        Seen seen = Inside.see(Inside.sandbox("")
                .command(
                        "sh",
                        "-c",
                        "set -e; cd /tmp; seq 1 1000 | sort -rn | tail -n 1; mkdir d; echo hi > d/f; cp -r d e; grep -r hi e;"
                                + " (sleep 0.01 & wait); tar cf x.tar d; tar tf x.tar | wc -l; date +%Y > /dev/null;"
                                + " find / -xdev -maxdepth 1 | head -n 1; perl -e 'print \"p\" x 2 if !fork; wait'"));

        assertThat(seen.errors()).isEmpty();
        assertThat(seen.output()).isEqualTo("1\ne/f:hi\n2\n/\npp");
        assertThat(seen.exit().isSuccess()).isTrue();
    }

    @Test
    void aProgramWithThreadsRuns() {
        String java = System.getProperty("java.home");
        Seen seen = Inside.see(Inside.sandbox("")
                .rootfs(Rootfs.hostView().with("/etc/java-17-openjdk"))
                .command(java + "/bin/java", "-Xmx64m", "-XX:TieredStopAtLevel=1", "-version"));

        assertThat(seen.errors()).contains("OpenJDK");
        assertThat(seen.exit().isSuccess()).isTrue();
    }

    // ---- filters of a spec ----

    private static ContainerSpec filtered(String verbs, String syscall, String action) {
        return Amended.of(Inside.sandbox(verbs))
                .with(
                        "linux.seccomp",
                        "{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [{'names': ['" + syscall + "'], " + action
                                + "}]}")
                .build();
    }

    @Test
    void aFilterChoosesTheErrno() {
        Seen seen = Inside.see(filtered("mkdir /tmp/x", "mkdir", "'action': 'SCMP_ACT_ERRNO', 'errnoRet': 95"));

        assertThat(seen.line()).isIn("EOPNOTSUPP", "ENOTSUP");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_TRAP"})
    void aFilterKills(String action) {
        Seen seen = Inside.see(filtered("pid -- mkdir /tmp/x -- pid", "mkdir", "'action': '" + action + "'"));

        assertThat(seen.exit().signal()).hasValue(SIGSYS);
        assertThat(seen.exit().killedBeforeExec()).isFalse();
    }

    @Test
    void aProgramThatItsFilterDoesNotLetBeginIsKilledBeforeItBegan() {
        Seen seen = Inside.see(filtered("pid", "execve", "'action': 'SCMP_ACT_KILL_PROCESS'"));

        assertThat(seen.exit().signal()).hasValue(SIGSYS);
        assertThat(seen.exit().killedBeforeExec()).isTrue();
        assertThat(seen.output()).isEmpty();
    }

    @Test
    void aFilterThatForbidsAStepAfterItIsNamed() {
        Amended spec = Amended.of(Inside.sandbox("pid").noNewPrivileges(false))
                .with(
                        "linux.seccomp",
                        "{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls':"
                                + " [{'names': ['setresuid'], 'action': 'SCMP_ACT_KILL_PROCESS'}]}");
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(spec.build())) {
            SpawnFailedException thrown =
                    catchThrowableOfType(SpawnFailedException.class, () -> blueprint.spawn(Stdio.nothing()));

            assertThat(thrown.killedBy()).hasValue(SIGSYS);
            assertThat(thrown.hint())
                    .hasValueSatisfying(hint -> assertThat(hint).contains("seccomp"));
            assertThat(thrown.jsonPath()).contains("process.user.uid");
            assertThat(thrown).hasMessageContaining("setresuid");
        }
    }
}
