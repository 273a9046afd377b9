package dev.libcontainer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.libcontainer.spec.Mount;
import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.SpecException;
import dev.libcontainer.spec.SpecReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Errors are data: type, member of the spec, system call, errno, hint. Nothing is left of what failed. */
@NeedsRoot
class ErrorsTest {
    private static final ContainersOptions OPTIONS = ContainersOptions.DEFAULT.networkPoolSize(0);
    /** How many mounts come before those of a test depends on the host. */
    private static final Pattern MOUNT = Pattern.compile("mounts\\[\\d+\\]");

    @TempDir
    static Path files;

    /** What is expected of an exception; empty texts are not looked at, but a hint must be there if one is expected. */
    private record Expected(
            Class<? extends ContainerException> type, String jsonPath, String syscall, String errno, boolean hint) {
        static Expected invalid(String jsonPath) {
            return new Expected(InvalidSpecException.class, jsonPath, "", "", false);
        }

        static Expected unsupported(String jsonPath) {
            return new Expected(UnsupportedByHostException.class, jsonPath, "", "", false);
        }

        static Expected failed(String jsonPath, String syscall, String errno) {
            return new Expected(SpawnFailedException.class, jsonPath, syscall, errno, false);
        }

        Expected withHint() {
            return new Expected(type, jsonPath, syscall, errno, true);
        }
    }

    private static Arguments row(String name, Expected expected, Supplier<ContainerSpec> spec) {
        return arguments(name, expected, spec);
    }

    private static Amended amended() {
        return Amended.of(Inside.sandbox("exit 0"));
    }

    private static Path file(String name, String content, String mode) {
        try {
            Path file = Files.writeString(files.resolve(name), content);
            return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    // ---- what no host would accept ----

    static Stream<Arguments> wrongSpecs() {
        return Stream.of(
                row(
                        "empty args",
                        Expected.invalid("process.args"),
                        () -> ContainerSpec.builder().build()),
                row(
                        "an empty program",
                        Expected.invalid("process.args[0]"),
                        () -> builder().command("").build()),
                row(
                        "NUL in an argument",
                        Expected.invalid("process.args[1]"),
                        () -> builder().command("/bin/true", "a\0b").build()),
                row(
                        "NUL in the environment",
                        Expected.invalid("process.env[3]"),
                        () -> builder().env("A", "b\0c").build()),
                row(
                        "NUL in the hostname",
                        Expected.invalid("hostname"),
                        () -> builder().hostname("a\0b").build()),
                row(
                        "NUL in a mount",
                        Expected.invalid("mounts[#].destination"),
                        () -> ContainerSpec.builder()
                                .command("/bin/true")
                                .mount(Mount.of("tmpfs", "/mnt\0/x"))
                                .build()),
                row(
                        "a relative cwd",
                        Expected.invalid("process.cwd"),
                        () -> builder().cwd("tmp").build()),
                row(
                        "a hostname too long",
                        Expected.invalid("hostname"),
                        () -> builder().hostname("a".repeat(65)).build()),
                row("a namespace twice", Expected.invalid("linux.namespaces[7].type"), () -> sneak("linux.namespaces")),
                row(
                        "a mount twice",
                        Expected.invalid("mounts[#]"),
                        () -> builder()
                                .mount(Mount.of("tmpfs", "/mnt", "size=1m"))
                                .mount(Mount.of("tmpfs", "/mnt", "size=1m"))
                                .build()),
                row(
                        "an unknown limit",
                        Expected.invalid("process.rlimits[0].type"),
                        () -> builder().rlimit("RLIMIT_NOFILES", 1, 1).build()),
                row(
                        "soft limit above the hard one",
                        Expected.invalid("process.rlimits[0].soft"),
                        () -> builder().rlimit("RLIMIT_CORE", 2, 1).build()),
                row(
                        "a sysctl of the host",
                        Expected.invalid("linux.sysctl[\"kernel.pid_max\"]").withHint(),
                        () -> builder().sysctl("kernel.pid_max", "1000").build()),
                row(
                        "a sysctl without its namespace",
                        Expected.invalid("linux.sysctl[\"net.ipv4.ip_forward\"]")
                                .withHint(),
                        () -> builder()
                                .hostNetwork()
                                .sysctl("net.ipv4.ip_forward", "1")
                                .build()),
                row(
                        "id maps without a user namespace",
                        Expected.invalid("linux.uidMappings").withHint(),
                        () -> sneak("linux.uidMappings")),
                row(
                        "mounts without a mount namespace",
                        Expected.invalid("mounts").withHint(),
                        () -> Inside.bare("exit 0")
                                .mount(Mount.of("tmpfs", "/mnt"))
                                .build()),
                row(
                        "a bind of a relative path",
                        Expected.invalid("mounts[#].source").withHint(),
                        () -> builder().bind("some/file", "/mnt", true).build()),
                row(
                        "masked paths without a mount namespace",
                        Expected.invalid("linux.maskedPaths"),
                        () -> Amended.of(Inside.bare("exit 0"))
                                .with("linux.maskedPaths", "['/proc/kcore']")
                                .build()),
                row(
                        "an unknown seccomp action",
                        Expected.invalid("linux.seccomp.defaultAction"),
                        () -> sneak("linux.seccomp")),
                row(
                        "hooks",
                        Expected.invalid("hooks").withHint(),
                        () -> amended()
                                .with("hooks", "{'prestart': [{'path': '/bin/true'}]}")
                                .build()),
                row(
                        "an AppArmor profile",
                        Expected.invalid("process.apparmorProfile").withHint(),
                        () -> amended().with("process.apparmorProfile", "'x'").build()),
                row(
                        "an id-mapped bind",
                        Expected.invalid("mounts[#].uidMappings").withHint(),
                        () -> amended()
                                .plus(
                                        "mounts",
                                        "{'destination': '/x', 'type': 'bind', 'source': '/usr', 'options': ['bind'],"
                                                + "'uidMappings': [{'containerID': 0, 'hostID': 1, 'size': 1}],"
                                                + "'gidMappings': [{'containerID': 0, 'hostID': 1, 'size': 1}]}")
                                .build()),
                row(
                        "a limit that is no amount",
                        Expected.invalid("linux.resources.memory.limit"),
                        () -> builder().memoryLimitBytes(-2).build()),
                row(
                        "block I/O limits",
                        Expected.invalid("linux.resources.blockIO").withHint(),
                        () -> amended()
                                .with("linux.resources.blockIO", "{'weight': 100}")
                                .build()));
    }

    private static ContainerSpecBuilder builder() {
        return Inside.sandbox("exit 0");
    }

    /** Members that the reader would refuse already; made as records. */
    private static ContainerSpec sneak(String member) {
        return WrongRecords.with(builder().build(), member);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongSpecs")
    void aWrongSpecIsRefusedWhenItIsCompiled(String name, Expected expected, Supplier<ContainerSpec> spec) {
        try (Containers containers = Containers.open()) {
            Throwable thrown = catchThrowable(() -> containers.compile(spec.get()));

            verify(thrown, expected, ContainerException.Phase.COMPILE);
        }
    }

    @Test
    void anUnknownCapabilityIsRefusedByName() {
        Throwable thrown = catchThrowable(() -> Inside.see(
                amended().with("process.capabilities.effective", "['CAP_FLY']").build()));

        verify(thrown, Expected.invalid("process.capabilities"), ContainerException.Phase.COMPILE);
        assertThat(thrown).hasMessageContaining("CAP_FLY");
    }

    @Test
    void aValueOfTheWrongTypeIsNamed() {
        byte[] json = "{\"ociVersion\": \"1.3.0\", \"root\": {\"path\": \"/\"}, \"process\": {\"cwd\": \"/\", \"args\": \"true\"}}".getBytes(UTF_8);

        assertThatThrownBy(() -> SpecReader.read(json))
                .isInstanceOfSatisfying(
                        SpecException.class, e -> assertThat(e.path()).isEqualTo("process.args"));
    }

    // ---- what this host cannot do ----

    static Stream<Arguments> unsupported() {
        return Stream.of(
                row(
                        "a file of a controller that is not there",
                        Expected.unsupported("linux.resources.unified[\"misc.max\"]")
                                .withHint(),
                        () -> amended()
                                .with("linux.resources.unified", "{'misc.max': '0'}")
                                .build()),
                row(
                        "a file of a controller of another version",
                        Expected.unsupported("linux.resources.unified[\"memory.high\"]")
                                .withHint(),
                        () -> amended()
                                .with("linux.resources.unified", "{'memory.high': '1000000'}")
                                .build()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unsupported")
    void whatTheHostLacksIsSaidWhenItIsCompiled(String name, Expected expected, Supplier<ContainerSpec> spec) {
        org.junit.jupiter.api.Assumptions.assumeTrue(
                Files.exists(Path.of("/sys/fs/cgroup/memory")), "written for a host with cgroups of version 1");
        try (Containers containers = Containers.open()) {
            Throwable thrown = catchThrowable(() -> containers.compile(spec.get()));

            verify(thrown, expected, ContainerException.Phase.COMPILE);
        }
    }

    // ---- what the kernel refuses ----

    static Stream<Arguments> refusals() {
        return Stream.of(
                row(
                        "a missing program",
                        Expected.failed("process.args", "execve", "ENOENT").withHint(),
                        () -> builder().command("/no/such/program").build()),
                row(
                        "a program not in the PATH",
                        Expected.failed("process.args", "execve", "ENOENT").withHint(),
                        () -> builder().command("no-such-program").build()),
                row(
                        "a program that is not executable",
                        Expected.failed("process.args", "execve", "EACCES").withHint(),
                        () -> builder()
                                .bind(file("plain", "#!/bin/sh\n", "rw-r--r--").toString(), "/plain", true)
                                .command("/plain")
                                .build()),
                row(
                        "a directory as program",
                        Expected.failed("process.args", "execve", "EACCES").withHint(),
                        () -> builder().command("/usr").build()),
                row(
                        "a program that is none",
                        Expected.failed("process.args", "execve", "ENOEXEC").withHint(),
                        () -> builder()
                                .bind(file("text", "hello\n", "rwxr-xr-x").toString(), "/text", true)
                                .command("/text")
                                .build()),
                row(
                        "a broken ELF file",
                        Expected.failed("process.args", "execve", "ENOEXEC").withHint(),
                        () -> builder()
                                .bind(
                                        file("elf", "\177ELF and no more", "rwxr-xr-x")
                                                .toString(),
                                        "/elf",
                                        true)
                                .command("/elf")
                                .build()),
                row(
                        "a script whose interpreter is missing",
                        Expected.failed("process.args", "execve", "ENOENT").withHint(),
                        () -> builder()
                                .bind(
                                        file("script", "#!/no/such/shell\n", "rwxr-xr-x")
                                                .toString(),
                                        "/script",
                                        true)
                                .command("/script")
                                .build()),
                row(
                        "a program on a noexec mount",
                        Expected.failed("process.args", "execve", "EACCES").withHint(),
                        () -> builder()
                                .mount(Mount.bind(Inside.HOST_PATH, "/noexec", "noexec"))
                                .command("/noexec")
                                .build()),
                row(
                        "a missing rootfs",
                        Expected.failed("root.path", "open_tree", "ENOENT").withHint(),
                        () -> builder()
                                .rootfs(Rootfs.directory(files.resolve("missing")))
                                .build()),
                row(
                        "a rootfs that is a file",
                        Expected.failed("root.path", "", "ENOTDIR").withHint(),
                        () -> builder()
                                .rootfs(Rootfs.directory(file("rootfile", "", "rw-r--r--")))
                                .build()),
                row(
                        "a missing bind source",
                        Expected.failed("mounts[#].source", "open_tree", "ENOENT")
                                .withHint(),
                        () -> builder()
                                .bind(files.resolve("missing").toString(), "/mnt", true)
                                .build()),
                row(
                        "an unknown file system",
                        Expected.failed("mounts[#]", "mount", "ENODEV").withHint(),
                        () -> builder().mount(Mount.of("nofs", "/mnt")).build()),
                row(
                        "bad mount data",
                        Expected.failed("mounts[#]", "mount", "EINVAL").withHint(),
                        () -> builder()
                                .mount(Mount.of("tmpfs", "/mnt", "size=lots"))
                                .build()),
                row(
                        "a missing cwd",
                        Expected.failed("process.cwd", "chdir", "ENOENT").withHint(),
                        () -> builder().cwd("/no/such").build()),
                row(
                        "a cwd that is a file",
                        Expected.failed("process.cwd", "chdir", "ENOTDIR"),
                        () -> builder().cwd("/etc/passwd").build()),
                row(
                        "a cwd that is closed to the user",
                        Expected.failed("process.cwd", "chdir", "EACCES").withHint(),
                        () -> builder()
                                .mount(Mount.of("tmpfs", "/closed", "mode=700"))
                                .user(1000, 1000)
                                .cwd("/closed")
                                .build()),
                row(
                        "CPUs that are not there",
                        Expected.failed("linux.resources.cpu.cpus", "write", "").withHint(),
                        () -> builder().cpuset("999").build()),
                row(
                        "a sysctl's value",
                        Expected.failed("linux.sysctl[\"net.ipv4.ip_forward\"]", "write", "EINVAL"),
                        () -> builder().sysctl("net.ipv4.ip_forward", "perhaps").build()),
                row(
                        "an OOM score that only privilege can lower",
                        Expected.failed("process.oomScoreAdj", "write", "EACCES")
                                .withHint(),
                        () -> amended()
                                .plus("linux.namespaces", "{'type': 'user'}")
                                .with("linux.uidMappings", "[{'containerID': 0, 'hostID': 100000, 'size': 10}]")
                                .with("linux.gidMappings", "[{'containerID': 0, 'hostID': 100000, 'size': 10}]")
                                .with("process.oomScoreAdj", "-999")
                                .build()),
                row(
                        "groups where they are denied",
                        Expected.failed("process.user.additionalGids", "setgroups", "")
                                .withHint(),
                        () -> amended()
                                .plus("linux.namespaces", "{'type': 'user'}")
                                .with("linux.uidMappings", "[{'containerID': 0, 'hostID': 100000, 'size': 10}]")
                                .with("linux.gidMappings", "[{'containerID': 0, 'hostID': 100000, 'size': 10}]")
                                .with("process.user.additionalGids", "[77]")
                                .build()),
                row(
                        "a limit above the hard one",
                        Expected.failed("process.rlimits[0]", "prlimit", "EPERM")
                                .withHint(),
                        () -> amended()
                                .plus("linux.namespaces", "{'type': 'user'}")
                                .with("linux.uidMappings", "[{'containerID': 0, 'hostID': 100000, 'size': 10}]")
                                .with("linux.gidMappings", "[{'containerID': 0, 'hostID': 100000, 'size': 10}]")
                                .with(
                                        "process.rlimits",
                                        "[{'type': 'RLIMIT_NOFILE', 'soft': 100000000, 'hard': 100000000}]")
                                .build()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusals")
    void aRefusalOfTheKernelNamesStepAndMember(String name, Expected expected, Supplier<ContainerSpec> spec) {
        try (Containers containers = Containers.open(OPTIONS);
                Blueprint blueprint = containers.compile(spec.get())) {
            Throwable direct = catchThrowable(() -> blueprint.spawn(Stdio.nothing()));
            Throwable throughTemplate = catchThrowable(() -> blueprint.spawn(Stdio.nothing()));
            LeakAudit.Running audit = LeakAudit.begin();
            Throwable again = catchThrowable(() -> blueprint.spawn(Stdio.nothing()));

            verify(direct, expected, ContainerException.Phase.SPAWN);
            verify(throughTemplate, expected);
            verify(again, expected);
            assertThat(audit.leaked()).isEmpty();
            assertThat(containers.runningCount()).isZero();
        }
    }

    // ---- namespaces to join ----

    @Test
    void aMissingNamespaceIsNamed() {
        Throwable thrown = catchThrowable(() -> Inside.see(Inside.bare("exit 0")
                .join(NamespaceType.NETWORK, "/run/netns/missing")
                .build()));

        assertThat(thrown).isInstanceOf(InvalidSpecException.class);
        assertThat(((ContainerException) thrown).jsonPath()).contains("linux.namespaces[0].path");
        assertThat(((ContainerException) thrown).hint()).isPresent();
    }

    static Stream<Arguments> wrongNamespaces() {
        return Stream.of(
                arguments("/proc/self/ns/mnt", "is a mount namespace, not a network namespace"),
                arguments("/etc/passwd", "is no namespace, not a network namespace"),
                arguments("/dev/null", "is no namespace, not a network namespace"));
    }

    @ParameterizedTest
    @MethodSource("wrongNamespaces")
    void aNamespaceOfAnotherTypeIsNamed(String path, String message) {
        Throwable thrown = catchThrowable(() -> Inside.see(
                Inside.bare("exit 0").join(NamespaceType.NETWORK, path).build()));

        assertThat(thrown).isInstanceOf(InvalidSpecException.class).hasMessageContaining(message);
        assertThat(((ContainerException) thrown).jsonPath()).contains("linux.namespaces[0].path");
    }

    // ---- what a spawn may have of its own ----

    @Test
    void aNulInAnOverrideIsRefused() {
        try (Containers containers = Containers.open(OPTIONS);
                Blueprint blueprint = containers.compile(builder().build())) {
            Launch launch = Launch.of(Stdio.nothing());
            LeakAudit.Running audit = LeakAudit.begin();

            assertThat(Set.of(
                            launch.args("/inside", "a\0b"),
                            launch.env(java.util.List.of("A=\0")),
                            launch.cwd("/\0"),
                            launch.hostname("a\0b")))
                    .allSatisfy(wrong -> assertThat(catchThrowable(() -> blueprint.spawn(wrong)))
                            .isInstanceOf(InvalidSpecException.class)
                            .hasMessageContaining("NUL"));

            assertThat(audit.leaked()).isEmpty();
            assertThat(containers.runningCount()).isZero();
        }
    }

    @Test
    void aCgroupNameThatIsTakenIsRefused() {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(
                        Inside.sandbox("sleep 10000").pidsLimit(5).build());
                Container first = blueprint.spawn(Launch.of(Stdio.nothing()).cgroupName("same"))) {
            Throwable thrown = catchThrowable(
                    () -> blueprint.spawn(Launch.of(Stdio.nothing()).cgroupName("same")));

            verify(
                    thrown,
                    Expected.failed("linux.cgroupsPath", "mkdir", "EEXIST").withHint());
            assertThat(first.isAlive()).isTrue();
        }
    }

    private static void verify(Throwable thrown, Expected expected, ContainerException.Phase phase) {
        verify(thrown, expected);
        assertThat(((ContainerException) thrown).phase()).isEqualTo(phase);
    }

    private static void verify(Throwable thrown, Expected expected) {
        assertThat(thrown).isInstanceOf(expected.type());
        ContainerException e = (ContainerException) thrown;
        assertThat(MOUNT.matcher(e.jsonPath().orElse("")).replaceFirst("mounts[#]"))
                .as(e.getMessage())
                .isEqualTo(expected.jsonPath());
        if (!expected.syscall().isEmpty()) {
            assertThat(e.syscall()).as(e.getMessage()).contains(expected.syscall());
            assertThat(e.step()).as(e.getMessage()).isPresent();
        }
        if (!expected.errno().isEmpty()) {
            assertThat(e.errno().orElse("")).as(e.getMessage()).startsWith(expected.errno() + " ");
        }
        if (expected.hint()) {
            assertThat(e.hint()).as(e.getMessage()).isPresent();
        }
    }
}
