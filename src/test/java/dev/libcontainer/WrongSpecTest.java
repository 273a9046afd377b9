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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Specs that cannot be run here or anywhere are refused when they are compiled, with the member that is wrong. */
@NeedsRoot
class WrongSpecTest {
    private static Arguments row(String name, ExpectedFailure expected, Supplier<ContainerSpec> spec) {
        return arguments(name, expected, spec);
    }

    private static Amended amended() {
        return Amended.of(Inside.sandbox("exit 0"));
    }

    // ---- what no host would accept ----

    static Stream<Arguments> wrongSpecs() {
        return Stream.of(
                row(
                        "empty args",
                        ExpectedFailure.invalid("process.args"),
                        () -> ContainerSpec.builder().build()),
                row(
                        "an empty program",
                        ExpectedFailure.invalid("process.args[0]"),
                        () -> builder().command("").build()),
                row(
                        "NUL in an argument",
                        ExpectedFailure.invalid("process.args[1]"),
                        () -> builder().command("/bin/true", "a\0b").build()),
                row(
                        "NUL in the environment",
                        ExpectedFailure.invalid("process.env[3]"),
                        () -> builder().env("A", "b\0c").build()),
                row(
                        "NUL in the hostname",
                        ExpectedFailure.invalid("hostname"),
                        () -> builder().hostname("a\0b").build()),
                row(
                        "a mount that catches what is written to a process's attributes",
                        ExpectedFailure.invalid("mounts[#].destination"),
                        () -> builder()
                                .mount(Mount.of("tmpfs", "//proc/x/../self/./attr"))
                                .build()),
                row(
                        "NUL in a mount",
                        ExpectedFailure.invalid("mounts[#].destination"),
                        () -> ContainerSpec.builder()
                                .command("/bin/true")
                                .mount(Mount.of("tmpfs", "/mnt\0/x"))
                                .build()),
                row(
                        "a relative cwd",
                        ExpectedFailure.invalid("process.cwd"),
                        () -> builder().cwd("tmp").build()),
                row(
                        "a hostname too long",
                        ExpectedFailure.invalid("hostname"),
                        () -> builder().hostname("a".repeat(65)).build()),
                row(
                        "a namespace twice",
                        ExpectedFailure.invalid("linux.namespaces[7].type"),
                        () -> sneak("linux.namespaces")),
                row(
                        "a mount twice",
                        ExpectedFailure.invalid("mounts[#]"),
                        () -> builder()
                                .mount(Mount.of("tmpfs", "/mnt", "size=1m"))
                                .mount(Mount.of("tmpfs", "/mnt", "size=1m"))
                                .build()),
                row(
                        "an unknown limit",
                        ExpectedFailure.invalid("process.rlimits[0].type"),
                        () -> builder().rlimit("RLIMIT_NOFILES", 1, 1).build()),
                row(
                        "soft limit above the hard one",
                        ExpectedFailure.invalid("process.rlimits[0].soft"),
                        () -> builder().rlimit("RLIMIT_CORE", 2, 1).build()),
                row(
                        "a sysctl of the host",
                        ExpectedFailure.invalid("linux.sysctl[\"kernel.pid_max\"]")
                                .withHint(),
                        () -> builder().sysctl("kernel.pid_max", "1000").build()),
                row(
                        "a sysctl without its namespace",
                        ExpectedFailure.invalid("linux.sysctl[\"net.ipv4.ip_forward\"]")
                                .withHint(),
                        () -> builder()
                                .hostNetwork()
                                .sysctl("net.ipv4.ip_forward", "1")
                                .build()),
                row(
                        "a user namespace without id maps",
                        ExpectedFailure.invalid("linux.uidMappings").withHint(),
                        () -> builder()
                                .namespaces(EnumSet.allOf(NamespaceType.class))
                                .build()),
                row(
                        "id maps without a user namespace",
                        ExpectedFailure.invalid("linux.uidMappings").withHint(),
                        () -> sneak("linux.uidMappings")),
                row(
                        "mounts without a mount namespace",
                        ExpectedFailure.invalid("mounts").withHint(),
                        () -> Inside.bare("exit 0")
                                .mount(Mount.of("tmpfs", "/mnt"))
                                .build()),
                row(
                        "a bind of a relative path",
                        ExpectedFailure.invalid("mounts[#].source").withHint(),
                        () -> builder().bind("some/file", "/mnt", true).build()),
                row(
                        "masked paths without a mount namespace",
                        ExpectedFailure.invalid("linux.maskedPaths"),
                        () -> Amended.of(Inside.bare("exit 0"))
                                .with("linux.maskedPaths", "['/proc/kcore']")
                                .build()),
                row(
                        "an unknown seccomp action",
                        ExpectedFailure.invalid("linux.seccomp.defaultAction"),
                        () -> sneak("linux.seccomp")),
                row(
                        "hooks",
                        ExpectedFailure.invalid("hooks").withHint(),
                        () -> amended()
                                .with("hooks", "{'prestart': [{'path': '/bin/true'}]}")
                                .build()),
                row(
                        "an AppArmor profile",
                        ExpectedFailure.invalid("process.apparmorProfile").withHint(),
                        () -> amended().with("process.apparmorProfile", "'x'").build()),
                row(
                        "an id-mapped file system that is no bind",
                        ExpectedFailure.invalid("mounts[#].uidMappings").withHint(),
                        () -> amended()
                                .plus(
                                        "mounts",
                                        "{'destination': '/x', 'type': 'tmpfs', 'source': 'tmpfs', 'options': ['ro'],"
                                                + "'uidMappings': [{'containerID': 0, 'hostID': 1, 'size': 1}],"
                                                + "'gidMappings': [{'containerID': 0, 'hostID': 1, 'size': 1}]}")
                                .build()),
                row(
                        "a limit that is no amount",
                        ExpectedFailure.invalid("linux.resources.memory.limit"),
                        () -> builder().memoryLimitBytes(-2).build()),
                row(
                        "a limit that no kernel has any more",
                        ExpectedFailure.unsupported("linux.resources.blockIO.leafWeight"),
                        () -> amended()
                                .with("linux.resources.blockIO", "{'leafWeight': 100}")
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
    void aWrongSpecIsRefusedWhenItIsCompiled(String name, ExpectedFailure expected, Supplier<ContainerSpec> spec) {
        try (Containers containers = Containers.open()) {
            Throwable thrown = catchThrowable(() -> containers.compile(spec.get()));

            expected.verify(thrown, ContainerException.Phase.COMPILE);
        }
    }

    @Test
    void anUnknownCapabilityIsRefusedByName() {
        Throwable thrown = catchThrowable(() -> Inside.see(
                amended().with("process.capabilities.effective", "['CAP_FLY']").build()));

        ExpectedFailure.invalid("process.capabilities").verify(thrown, ContainerException.Phase.COMPILE);
        assertThat(thrown).hasMessageContaining("CAP_FLY");
    }

    @Test
    void aValueOfTheWrongTypeIsNamed() {
        byte[] json =
                "{\"ociVersion\": \"1.3.0\", \"root\": {\"path\": \"/\"}, \"process\": {\"cwd\": \"/\", \"args\": \"true\"}}"
                        .getBytes(UTF_8);

        assertThatThrownBy(() -> SpecReader.read(json))
                .isInstanceOfSatisfying(
                        SpecException.class, e -> assertThat(e.path()).isEqualTo("process.args"));
    }

    // ---- what this host cannot do ----

    static Stream<Arguments> unsupported() {
        return Stream.of(
                row(
                        "a file of a controller that is not there",
                        ExpectedFailure.unsupported("linux.resources.unified[\"misc.max\"]")
                                .withHint(),
                        () -> amended()
                                .with("linux.resources.unified", "{'misc.max': '0'}")
                                .build()),
                row(
                        "a file of a controller of another version",
                        ExpectedFailure.unsupported("linux.resources.unified[\"memory.high\"]")
                                .withHint(),
                        () -> amended()
                                .with("linux.resources.unified", "{'memory.high': '1000000'}")
                                .build()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unsupported")
    void whatTheHostLacksIsSaidWhenItIsCompiled(String name, ExpectedFailure expected, Supplier<ContainerSpec> spec) {
        org.junit.jupiter.api.Assumptions.assumeTrue(
                Files.exists(Path.of("/sys/fs/cgroup/memory")), "written for a host with cgroups of version 1");
        try (Containers containers = Containers.open()) {
            Throwable thrown = catchThrowable(() -> containers.compile(spec.get()));

            expected.verify(thrown, ContainerException.Phase.COMPILE);
        }
    }
}
