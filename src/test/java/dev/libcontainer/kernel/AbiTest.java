package dev.libcontainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The numbers stand in the order of lc_layout's source; plan.WireTest has the rest of them. */
class AbiTest {
    @Test
    void javaAndTheLibraryAgreeOnTheStructsOfASpawn() {
        int[] numbers = Kernel.layout();

        assertThat(numbers[0]).isEqualTo(Abi.VERSION);
        assertThat(Arrays.copyOfRange(numbers, 4, 8))
                .containsExactly(Abi.REQUEST_SIZE, Abi.RESULT_SIZE, Abi.EXIT_SIZE, Abi.PROBE_SIZE);
        assertThat(Arrays.copyOfRange(numbers, 9, 12))
                .containsExactly(Abi.SLOT_COUNT, Abi.MAX_CGROUPS, Abi.MAX_REQUEST);
        assertThat(Arrays.copyOfRange(numbers, 27, 43))
                .containsExactly(
                        Abi.REQUEST_TOKEN,
                        Abi.REQUEST_EPOLL,
                        Abi.REQUEST_STDIO,
                        Abi.REQUEST_SLOTS,
                        Abi.REQUEST_PARAMS,
                        Abi.RESULT_PID,
                        Abi.RESULT_PIDFD,
                        Abi.RESULT_STDIO,
                        Abi.RESULT_CONSOLE,
                        Abi.RESULT_CGROUP_COUNT,
                        Abi.RESULT_CGROUPS,
                        Abi.EXIT_STATUS,
                        Abi.EXIT_USER,
                        Abi.EXIT_BEFORE_EXEC,
                        Abi.PROBE_NOFILE_SOFT,
                        Abi.PROBE_EUID);
        assertThat(numbers[44]).isEqualTo(Abi.PARAM_COUNT).isEqualTo(SpawnCall.Param.values().length);
        assertThat(numbers[51]).isEqualTo(Report.Place.values().length);
        assertThat(numbers).hasSize(52);
    }
}
