package dev.libcontainer.spec;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpecReaderTest {

    @Test
    void theSmallestConfigurationHasAVersionAndARoot() {
        Spec spec = read("{'ociVersion': '1.0.2', 'root': {'path': 'rootfs'}}");

        assertThat(spec)
                .isEqualTo(new Spec(
                        "1.0.2",
                        Optional.of(new Root("rootfs", false)),
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Map.of(),
                        Optional.empty()));
    }

    @Test
    void everyMemberArrivesInItsRecord() {
        Spec spec = SpecReader.read(Examples.full());

        Process process = spec.process().orElseThrow();
        assertThat(process.user()).isEqualTo(new User(1, 1, OptionalInt.of(0077), List.of(5L, 6L)));
        assertThat(process.rlimits())
                .containsExactly(new Rlimit("RLIMIT_NOFILE", 512, 1024), new Rlimit("RLIMIT_CORE", 0, Rlimit.INFINITY));
        assertThat(process.ioPriority()).contains(new IoPriority("IOPRIO_CLASS_IDLE", 4));
        assertThat(process.execCPUAffinity()).contains(new ExecCpuAffinity(Optional.of("7"), Optional.of("0-3,7")));
        Linux linux = spec.linux().orElseThrow();
        assertThat(linux.namespace(NamespaceType.NETWORK))
                .contains(Namespace.at(NamespaceType.NETWORK, "/var/run/netns/blue"));
        assertThat(linux.timeOffsets()).containsEntry("boottime", new TimeOffset(-604800, 0));
        assertThat(linux.devices().get(1).gid()).hasValue(0xffff_ffffL);
        assertThat(linux.netDevices())
                .containsExactly(
                        Map.entry("eth0", new NetDevice(Optional.of("container_eth0"))),
                        Map.entry("ens4", new NetDevice(Optional.empty())));
    }

    @Test
    void limitsArriveInTheirRecords() {
        Resources resources = SpecReader.read(Examples.full())
                .linux()
                .orElseThrow()
                .resources()
                .orElseThrow();

        assertThat(resources.memory().orElseThrow().swap()).hasValue(-1);
        assertThat(resources.memory().orElseThrow().disableOOMKiller()).contains(false);
        assertThat(resources.cpu().orElseThrow().cpus()).contains("2-3");
        assertThat(resources.pids()).contains(new Resources.Pids(OptionalLong.of(32771)));
        assertThat(resources.blockIO().orElseThrow().throttleWriteBpsDevice())
                .containsExactly(new Resources.ThrottleDevice(8, 0, -1L));
        assertThat(resources.rdma())
                .containsEntry("mlx4_0", new Resources.Rdma(OptionalLong.empty(), OptionalLong.of(1000)));
        assertThat(resources.unified()).containsKeys("memory.high", "io.max");
    }

    @Test
    void aUint64AboveTheLongRangeKeepsItsBits() {
        Seccomp seccomp =
                SpecReader.read(Examples.full()).linux().orElseThrow().seccomp().orElseThrow();

        assertThat(seccomp.syscalls().get(1).args())
                .contains(new Seccomp.Arg(0, -1L, Long.MIN_VALUE, "SCMP_CMP_MASKED_EQ"));
    }

    @Test
    void unknownMembersAreIgnored() {
        Spec spec = read("{'ociVersion': '1.3.0', 'root': {'path': '/r', 'x': [1.5]}, 'windows': {'a': null}}");

        assertThat(spec.root()).contains(new Root("/r", false));
    }

    @Test
    void nullAndTheEmptyStringAreAbsent() {
        Spec spec = read("{'ociVersion': '1.3.0', 'root': {'path': '/r'}, 'hostname': '', 'mounts': null,"
                + " 'linux': {'namespaces': [{'type': 'pid', 'path': ''}], 'resources': null, 'cgroupsPath': ''}}");

        assertThat(spec.hostname()).isEmpty();
        assertThat(spec.mounts()).isEmpty();
        assertThat(spec.linux()).contains(Linux.of(List.of(Namespace.of(NamespaceType.PID))));
    }

    @Test
    void aProcessWithoutAUserIsRoot() {
        Process process = SpecReader.readProcess("{\"cwd\": \"/\", \"args\": [\"sh\"]}".getBytes(UTF_8));

        assertThat(process).isEqualTo(Process.of("sh"));
    }

    @Test
    void aProcessAloneHasTheSamePathsAsInAConfiguration() {
        assertThatExceptionOfType(SpecException.class)
                .isThrownBy(() -> SpecReader.readProcess("{\"cwd\": \"etc\", \"args\": [\"sh\"]}".getBytes(UTF_8)))
                .withMessage("process.cwd: must be an absolute path, is \"etc\"");
    }

    @Test
    void limitsAloneHaveTheSamePathsAsInAConfiguration() {
        assertThatExceptionOfType(SpecException.class)
                .isThrownBy(() -> SpecReader.readResources("{\"pids\": {\"limit\": \"9\"}}".getBytes(UTF_8)))
                .withMessage("linux.resources.pids.limit: must be a number, is a string");
    }

    @Test
    void aFileAStreamAndBytesGiveTheSame(@TempDir Path bundle) throws IOException {
        Path file = Files.write(bundle.resolve("config.json"), Examples.full());

        Spec fromFile = SpecReader.read(file);
        Spec fromStream = SpecReader.read(new ByteArrayInputStream(Examples.full()));

        assertThat(fromFile).isEqualTo(fromStream).isEqualTo(SpecReader.read(Examples.full()));
    }

    @Test
    void otherUnicodeEncodingsAreRecognised() {
        byte[] utf16 = new String(Examples.full(), UTF_8).getBytes(UTF_16);

        assertThat(SpecReader.read(utf16)).isEqualTo(SpecReader.read(Examples.full()));
    }

    @Test
    void aMissingFileSaysWhatABundleIs(@TempDir Path bundle) {
        Path file = bundle.resolve("config.json");

        assertThatExceptionOfType(SpecException.class)
                .isThrownBy(() -> SpecReader.read(file))
                .withMessage(file + ": there is no such file")
                .satisfies(e -> assertThat(e.hint()).contains("A bundle is a directory with a config.json."));
    }

    @Test
    void aStreamWithoutEndIsRefused() {
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return ' ';
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                return length;
            }
        };

        assertThatThrownBy(() -> SpecReader.read(endless)).hasMessage("the document has more than 16777216 bytes");
    }

    @Test
    void deepNestingIsRefusedBeforeTheStackIsFull() {
        assertThatExceptionOfType(SpecException.class)
                .isThrownBy(() -> SpecReader.read("[".repeat(1_000_000).getBytes(UTF_8)))
                .withMessageContaining("nesting depth");
    }

    @Test
    void bytesThatAreNoTextAreRefused() {
        byte[] broken = {'{', '"', (byte) 0xc3, (byte) 0x28, '"', ':', '1', '}'};

        assertThatThrownBy(() -> SpecReader.read(broken))
                .isInstanceOf(SpecException.class)
                .hasMessageContaining("malformed JSON");
    }

    private static Spec read(String json) {
        return SpecReader.read(Examples.json(json));
    }
}
