package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.libcontainer.spec.Mount;
import dev.libcontainer.spec.NamespaceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the kernel refuses is told with its step, member of the spec, system call, errno and hint; nothing is left. */
@NeedsRoot
@Tag("vm")
class RefusedSpawnTest {
    private static final ContainersOptions OPTIONS = ContainersOptions.DEFAULT.networkPoolSize(0);

    @TempDir
    static Path files;

    private static Arguments row(String name, ExpectedFailure expected, Supplier<ContainerSpec> spec) {
        return arguments(name, expected, spec);
    }

    private static Amended amended() {
        return Amended.of(Inside.sandbox("exit 0"));
    }

    private static ContainerSpecBuilder builder() {
        return Inside.sandbox("exit 0");
    }

    private static Path file(String name, String content, String mode) {
        try {
            Path file = Files.writeString(files.resolve(name), content);
            return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    // ---- what the kernel refuses ----

    static Stream<Arguments> refusals() {
        return Stream.of(
                row(
                        "a missing program",
                        ExpectedFailure.failed("process.args", "execve", "ENOENT")
                                .withHint(),
                        () -> builder().command("/no/such/program").build()),
                row(
                        "a program not in the PATH",
                        ExpectedFailure.failed("process.args", "execve", "ENOENT")
                                .withHint(),
                        () -> builder().command("no-such-program").build()),
                row(
                        "a program that is not executable",
                        ExpectedFailure.failed("process.args", "execve", "EACCES")
                                .withHint(),
                        () -> builder()
                                .bind(file("plain", "#!/bin/sh\n", "rw-r--r--").toString(), "/plain", true)
                                .command("/plain")
                                .build()),
                row(
                        "a directory as program",
                        ExpectedFailure.failed("process.args", "execve", "EACCES")
                                .withHint(),
                        () -> builder().command("/usr").build()),
                row(
                        "a program that is none",
                        ExpectedFailure.failed("process.args", "execve", "ENOEXEC")
                                .withHint(),
                        () -> builder()
                                .bind(file("text", "hello\n", "rwxr-xr-x").toString(), "/text", true)
                                .command("/text")
                                .build()),
                row(
                        "a broken ELF file",
                        ExpectedFailure.failed("process.args", "execve", "ENOEXEC")
                                .withHint(),
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
                        ExpectedFailure.failed("process.args", "execve", "ENOENT")
                                .withHint(),
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
                        ExpectedFailure.failed("process.args", "execve", "EACCES")
                                .withHint(),
                        () -> builder()
                                .mount(Mount.bind(Inside.HOST_PATH, "/noexec", "noexec"))
                                .command("/noexec")
                                .build()),
                row(
                        "a missing rootfs",
                        ExpectedFailure.failed("root.path", "open_tree", "ENOENT")
                                .withHint(),
                        () -> builder()
                                .rootfs(Rootfs.directory(files.resolve("missing")))
                                .build()),
                row(
                        "a rootfs that is a file",
                        ExpectedFailure.failed("root.path", "", "ENOTDIR").withHint(),
                        () -> builder()
                                .rootfs(Rootfs.directory(file("rootfile", "", "rw-r--r--")))
                                .build()),
                row(
                        "a missing bind source",
                        ExpectedFailure.failed("mounts[#].source", "open_tree", "ENOENT")
                                .withHint(),
                        () -> builder()
                                .bind(files.resolve("missing").toString(), "/mnt", true)
                                .build()),
                row(
                        "an unknown file system",
                        ExpectedFailure.failed("mounts[#]", "mount", "ENODEV").withHint(),
                        () -> builder().mount(Mount.of("nofs", "/mnt")).build()),
                row(
                        "bad mount data",
                        ExpectedFailure.failed("mounts[#]", "mount", "EINVAL").withHint(),
                        () -> builder()
                                .mount(Mount.of("tmpfs", "/mnt", "size=lots"))
                                .build()),
                row(
                        "a missing cwd",
                        ExpectedFailure.failed("process.cwd", "chdir", "ENOENT").withHint(),
                        () -> builder().cwd("/no/such").build()),
                row(
                        "a cwd that is a file",
                        ExpectedFailure.failed("process.cwd", "chdir", "ENOTDIR"),
                        () -> builder().cwd("/etc/passwd").build()),
                row(
                        "a cwd that is closed to the user",
                        ExpectedFailure.failed("process.cwd", "chdir", "EACCES").withHint(),
                        () -> builder()
                                .mount(Mount.of("tmpfs", "/closed", "mode=700"))
                                .user(1000, 1000)
                                .cwd("/closed")
                                .build()),
                row(
                        "CPUs that are not there",
                        ExpectedFailure.failed("linux.resources.cpu.cpus", "write", "")
                                .withHint(),
                        () -> builder().cpuset("999").build()),
                row(
                        "a sysctl's value",
                        ExpectedFailure.failed("linux.sysctl[\"net.ipv4.ip_forward\"]", "write", "EINVAL"),
                        () -> builder().sysctl("net.ipv4.ip_forward", "perhaps").build()),
                row(
                        "an OOM score that only privilege can lower",
                        ExpectedFailure.failed("process.oomScoreAdj", "write", "EACCES")
                                .withHint(),
                        () -> amended()
                                .plus("linux.namespaces", "{'type': 'user'}")
                                .with("linux.uidMappings", "[{'containerID': 0, 'hostID': 100000, 'size': 10}]")
                                .with("linux.gidMappings", "[{'containerID': 0, 'hostID': 100000, 'size': 10}]")
                                .with("process.oomScoreAdj", "-999")
                                .build()),
                row(
                        "groups where they are denied",
                        ExpectedFailure.failed("process.user.additionalGids", "setgroups", "")
                                .withHint(),
                        () -> amended()
                                .plus("linux.namespaces", "{'type': 'user'}")
                                .with("linux.uidMappings", "[{'containerID': 0, 'hostID': 100000, 'size': 10}]")
                                .with("linux.gidMappings", "[{'containerID': 0, 'hostID': 100000, 'size': 10}]")
                                .with("process.user.additionalGids", "[77]")
                                .build()),
                row(
                        "a limit above the hard one",
                        ExpectedFailure.failed("process.rlimits[0]", "prlimit", "EPERM")
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
    void aRefusalOfTheKernelNamesStepAndMember(String name, ExpectedFailure expected, Supplier<ContainerSpec> spec) {
        try (Containers containers = Containers.open(OPTIONS);
                Blueprint blueprint = containers.compile(spec.get())) {
            Throwable direct = catchThrowable(() -> blueprint.spawn(Stdio.nothing()));
            Throwable throughTemplate = catchThrowable(() -> blueprint.spawn(Stdio.nothing()));
            LeakAudit.Running audit = LeakAudit.begin();
            Throwable again = catchThrowable(() -> blueprint.spawn(Stdio.nothing()));

            expected.verify(direct, ContainerException.Phase.SPAWN);
            expected.verify(throughTemplate);
            expected.verify(again);
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

            ExpectedFailure.failed("linux.cgroupsPath", "mkdir", "EEXIST")
                    .withHint()
                    .verify(thrown);
            assertThat(first.isAlive()).isTrue();
        }
    }
}
