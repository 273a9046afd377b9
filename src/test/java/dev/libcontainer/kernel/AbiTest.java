package dev.libcontainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.kernel.Report.Place;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What Java reads and writes of C's structs is where C has it. */
class AbiTest {
    @Test
    void structsAreLaidOutAsInTheLibrary() {
        assertThat(Layout.ofLibrary())
                .containsEntry("LC_ABI_VERSION", Abi.VERSION)
                .containsEntry("LC_REQUEST_SLOTS", Abi.SLOT_COUNT)
                .containsEntry("LC_MAX_CGROUPS", Abi.MAX_CGROUPS)
                .containsEntry("LC_MAX_REQUEST", Abi.MAX_REQUEST)
                .containsEntry("LC_PARAM_COUNT", Abi.PARAM_COUNT)
                .containsEntry("sizeof(lc_request)", Abi.REQUEST_SIZE)
                .containsEntry("sizeof(lc_result)", Abi.RESULT_SIZE)
                .containsEntry("sizeof(lc_exit)", Abi.EXIT_SIZE)
                .containsEntry("sizeof(lc_probe_result)", Abi.PROBE_SIZE)
                .containsEntry("offsetof(lc_request, token)", Abi.REQUEST_TOKEN)
                .containsEntry("offsetof(lc_request, epoll)", Abi.REQUEST_EPOLL)
                .containsEntry("offsetof(lc_request, stdio)", Abi.REQUEST_STDIO)
                .containsEntry("offsetof(lc_request, slots)", Abi.REQUEST_SLOTS)
                .containsEntry("offsetof(lc_request, params)", Abi.REQUEST_PARAMS)
                .containsEntry("offsetof(lc_result, pid)", Abi.RESULT_PID)
                .containsEntry("offsetof(lc_result, pidfd)", Abi.RESULT_PIDFD)
                .containsEntry("offsetof(lc_result, stdio)", Abi.RESULT_STDIO)
                .containsEntry("offsetof(lc_result, console)", Abi.RESULT_CONSOLE)
                .containsEntry("offsetof(lc_result, cgroup_count)", Abi.RESULT_CGROUP_COUNT)
                .containsEntry("offsetof(lc_result, cgroups)", Abi.RESULT_CGROUPS)
                .containsEntry("offsetof(lc_result, exit)", Abi.RESULT_EXIT)
                .containsEntry("offsetof(lc_exit, status)", Abi.EXIT_STATUS)
                .containsEntry("offsetof(lc_exit, user_micros)", Abi.EXIT_USER)
                .containsEntry("offsetof(lc_exit, before_exec)", Abi.EXIT_BEFORE_EXEC)
                .containsEntry("offsetof(lc_probe_result, nofile_soft)", Abi.PROBE_NOFILE_SOFT)
                .containsEntry("offsetof(lc_probe_result, euid)", Abi.PROBE_EUID);
    }

    @Test
    void enginesAreNumberedAsInTheHeader() {
        Map<String, Integer> c = Layout.header();

        for (Engine.Kind kind : Engine.Kind.values()) {
            assertThat(c).containsEntry("LC_ENGINE_" + kind, kind.ordinal());
        }
    }

    @Test
    void parametersAreNumberedAsInTheHeader() {
        Map<String, Integer> c = Layout.header();

        for (SpawnCall.Param param : SpawnCall.Param.values()) {
            assertThat(c).containsEntry("LC_PARAM_" + param, param.ordinal());
        }
        assertThat(SpawnCall.Param.values()).hasSize(Abi.PARAM_COUNT);
    }

    @Test
    void placesAreNumberedAsInTheHeader() {
        List<String> c = Layout.block("LC_AT_REQUEST");

        assertThat(Arrays.stream(Place.values()).map(place -> "LC_AT_" + place.name()))
                .containsExactlyElementsOf(c);
        assertThat(Layout.header()).containsEntry("LC_AT_REQUEST", 1);
        assertThat(Layout.ofLibrary()).containsEntry("LC_AT_MEMORY", Place.values().length);
    }

    @Test
    void standardStreamsAreNumberedAsInTheHeader() {
        assertThat(Layout.header())
                .containsEntry("LC_STDIO_NULL", SpawnCall.STDIO_NULL)
                .containsEntry("LC_STDIO_PIPE", SpawnCall.STDIO_PIPE)
                .containsEntry("LC_STDIO_CONSOLE", SpawnCall.STDIO_CONSOLE)
                .containsEntry("LC_STDIO_SAME", SpawnCall.STDIO_SAME);
    }

    @Test
    void featuresAreBitsInTheHeadersOrder() {
        List<Integer> bits = Layout.block("LC_FEATURE_CLONE3 = 1").stream()
                .map(Layout.header()::get)
                .toList();

        assertThat(bits).hasSameSizeAs(KernelFeature.values());
        for (int i = 0; i < bits.size(); i++) {
            assertThat(bits.get(i)).isEqualTo(1 << i);
            assertThat(KernelFeature.ofBits(bits.get(i))).containsExactly(KernelFeature.values()[i]);
        }
    }

    @Test
    void reportsAreNumberedAsInTheHeader() {
        assertThat(Layout.header())
                .containsEntry("LC_RUNNING", Report.RUNNING)
                .containsEntry("LC_FAULT", Report.FAULT)
                .containsEntry("LC_KILLED", Report.KILLED);
    }

    @Test
    void anErrnoHasItsNameAndSentence() {
        assertThat(Errno.ENOENT).hasToString("ENOENT (No such file or directory)");
        assertThat(new Errno(4095)).hasToString("errno 4095");
    }
}
