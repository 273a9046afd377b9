package dev.libcontainer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.Inside.Seen;
import dev.libcontainer.Stdio.TerminalSize;
import dev.libcontainer.runtime.ExecOptions;
import dev.libcontainer.runtime.OciException;
import dev.libcontainer.spec.NamespaceType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A container whose first process waits for others to come in, and whoever else would get out or hold of more. */
@NeedsRoot
class HostileContainerTest {
    private static final String CAPABILITIES = "['CAP_DAC_OVERRIDE','CAP_DAC_READ_SEARCH','CAP_FOWNER','CAP_KILL']";

    private OciBundle bundle;

    @BeforeEach
    void open() throws IOException {
        bundle = new OciBundle();
        bundle.process("'capabilities':{'bounding':" + CAPABILITIES + ",'effective':" + CAPABILITIES + ",'permitted':"
                + CAPABILITIES + "}");
    }

    @AfterEach
    void close() throws IOException {
        bundle.close();
    }

    private void start(String verbs) throws IOException {
        bundle.runtime.create("one", bundle.runs(verbs).options());
        bundle.runtime.start("one");
    }

    private static ExecOptions exec(String verbs, Optional<String> user, Optional<String> cwd, List<String> more) {
        ExecOptions plain = OciBundle.exec(verbs, false);
        return new ExecOptions(
                plain.process(),
                plain.args(),
                plain.tty(),
                user,
                plain.additionalGids(),
                cwd,
                plain.env(),
                more,
                false,
                plain.apparmorProfile(),
                plain.selinuxLabel(),
                plain.subCgroups(),
                false,
                false,
                plain.consoleSocket(),
                plain.pidFile(),
                List.of(),
                plain.stdio());
    }

    /** Whoever joins has no file of the host's open, runs no file of the host's, and lets nobody at its memory. */
    @Test
    void whoeverComesInShowsNothingOfTheHost() throws Exception {
        start("into /out/seen -- spy 4000");

        for (int i = 0; i < 40; i++) {
            bundle.runtime.exec("one", OciBundle.exec("sleep 5", false));
        }
        bundle.runtime.await("one");

        List<String> doors = bundle.written("seen").lines().distinct().sorted().toList();
        assertThat(doors).contains("exe /inside"); // those who had arrived were seen
        assertThat(doors).filteredOn(door -> door.startsWith("exe ")).containsOnly("exe /inside");
        assertThat(doors).filteredOn(door -> door.startsWith("cwd ")).containsOnly("cwd /");
        assertThat(doors).filteredOn(door -> door.startsWith("root ")).containsOnly("root /");
    }

    private String see(String verbs, ExecOptions options) {
        assertThat(bundle.runtime.exec("one", options)).as(verbs).isZero();
        return bundle.written("said");
    }

    private String see(String verbs) {
        return see(verbs, OciBundle.exec("into /out/said -- " + verbs, false));
    }

    @Test
    void anExecHasNoFdsButItsOwn() throws IOException {
        start("sleep 100000");

        assertThat(see("fds").lines().map(line -> line.split(" ")[0])).containsExactly("0", "1", "2");
    }

    @Test
    void anExecCannotWorkInADirectoryOfTheHost() throws IOException {
        start("sleep 100000");

        for (int fd = 3; fd < 40; fd++) {
            Optional<String> cwd = Optional.of("/proc/self/fd/" + fd);
            assertThatThrownBy(() -> bundle.runtime.exec("one", exec("cwd", Optional.empty(), cwd, List.of())))
                    .isInstanceOf(OciException.class)
                    .hasMessageContaining("process.cwd");
        }
    }

    /** CVE-2022-27650 and its kin: who is given a capability must not pass it on to whatever it runs. */
    @Test
    void aCapabilityOfAnExecIsNotInherited() throws IOException {
        start("sleep 100000");
        String verbs = "into /out/said -- caps";

        String caps = see(verbs, exec(verbs, Optional.empty(), Optional.empty(), List.of("CAP_NET_RAW")));

        assertThat(caps)
                .containsPattern("effective 0{12}.*2...\\n")
                .contains("inheritable 0000000000000000")
                .contains("ambient 0000000000000000");
    }

    @Test
    void aUserIsANumberAndNothingElse() throws IOException {
        start("sleep 100000");
        String verbs = "into /out/said -- ids";
        Files.setPosixFilePermissions(bundle.out, PosixFilePermissions.fromString("rwxrwxrwx"));

        assertThat(see(verbs, exec(verbs, Optional.of("1"), Optional.empty(), List.of())))
                .isEqualTo("uid 1 1 1 1\ngid 0 0 0 0");
        for (String user :
                List.of("root", "1:", ":1", "-1", "+1", " 1", "1 ", "0x1", "1:2:3", "4294967295", "1,2", "")) {
            assertThatThrownBy(() ->
                            bundle.runtime.exec("one", exec(verbs, Optional.of(user), Optional.empty(), List.of())))
                    .as(user)
                    .isInstanceOf(OciException.class)
                    .hasMessageContaining("invalid user");
        }
    }

    @Test
    void theStateIsNobodyElsesToRead() throws IOException {
        start("sleep 100000");
        Path state = bundle.directory.resolve("state");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve("one"))))
                .isEqualTo("rwx------");
    }

    @Test
    void aStateThatIsALinkIsNotFollowed() throws IOException {
        Path elsewhere = Files.createDirectory(bundle.directory.resolve("elsewhere"));
        Files.createDirectories(bundle.directory.resolve("state"));
        Files.createSymbolicLink(bundle.directory.resolve("state/one"), elsewhere);

        assertThatThrownBy(
                        () -> bundle.runtime.create("one", bundle.runs("exit 0").options()))
                .isInstanceOf(OciException.class);
        assertThat(elsewhere).isEmptyDirectory();
        Files.delete(bundle.directory.resolve("state/one"));
        Files.delete(elsewhere);
    }

    /** CVE-2022-0492: root of a user namespace of its own could name a program that the host runs. */
    @Test
    void releaseAgentsAreOutOfReach() {
        Seen seen = Inside.see(Inside.sandbox("syscall 272 0x10000000 -- write /sys/fs/cgroup/memory/release_agent /x"
                        + " -- write /sys/fs/cgroup/release_agent /x -- write /sys/fs/cgroup/cgroup.procs 1")
                .withSystemMounts());

        assertThat(seen.lines().get(0)).isEqualTo("EPERM");
        assertThat(seen.lines().subList(1, 4))
                .allMatch(errno -> Set.of("EROFS", "ENOENT", "EACCES").contains(errno));
    }

    /** CVE-2023-25809: in a user namespace the host's cgroups were left writable. */
    @Test
    void cgroupsOfAUserNamespaceCannotBeWritten() {
        String map = "[{'containerID': 0, 'hostID': 100000, 'size': 65536}]";
        ContainerSpec spec = Amended.of(Inside.sandbox("write /sys/fs/cgroup/cgroup.procs 1 -- mkdir /sys/fs/cgroup/x"
                                + " -- mkdir /sys/fs/cgroup/pids/x -- write /sys/kernel/profiling 1")
                        .namespaces(EnumSet.allOf(NamespaceType.class))
                        .withSystemMounts())
                .with("linux.uidMappings", map)
                .with("linux.gidMappings", map)
                .build();

        Seen seen = Inside.see(spec);

        assertThat(seen.lines())
                .hasSize(4)
                .allMatch(errno -> Set.of("EROFS", "ENOENT", "EACCES").contains(errno));
    }

    /** CVE-2017-5226: who shares a terminal with its caller could type there what the caller's shell then runs. */
    @Test
    void nobodyTypesIntoATerminalThatIsNotTheirs() throws IOException {
        String tiocsti =
                "syscall 16 0 0x5412 0"; // of a terminal of one's own: EFAULT, or EIO where the host forbids it to all
        try (Containers containers = Containers.open();
                Blueprint shell = containers.compile(
                        Inside.bare("ttyname -- sleep 100000").build());
                Container terminal = shell.spawn(Stdio.terminal(TerminalSize.DEFAULT));
                Blueprint sandbox = containers.compile(Inside.sandbox(tiocsti).build())) {
            BufferedReader output = new BufferedReader(
                    new InputStreamReader(terminal.terminal().orElseThrow().output(), UTF_8));
            Path device = Path.of(output.readLine().strip());

            Seen seen = Inside.see(sandbox, Launch.of(Stdio.capture().inputFrom(device)));

            assertThat(seen.line()).isIn("EPERM", "EIO");
        }
    }

    /** CVE-2019-5736, CVE-2022-0847: what a container could get hold of is a copy in memory that nobody can change. */
    @Test
    void theSpawnerIsASealedCopy() throws IOException {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(Inside.bare("exit 0").build())) {
            Inside.see(blueprint, Launch.of(Stdio.capture()));
            List<ProcessHandle> spawners = ProcessHandle.current()
                    .children()
                    .filter(child -> link(child.pid()).startsWith("/memfd:lc:spawner"))
                    .toList();

            assertThat(spawners).isNotEmpty();
            Path exe = Path.of("/proc/" + spawners.get(0).pid() + "/exe");
            assertThatThrownBy(() -> Files.newByteChannel(exe, StandardOpenOption.WRITE))
                    .isInstanceOf(IOException.class);
            assertThat(Files.readString(Path.of("/proc/" + spawners.get(0).pid() + "/status")))
                    .contains("CoreDumping:\t0");
        }
    }

    private static String link(long pid) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe")).toString();
        } catch (IOException e) {
            return "";
        }
    }
}
