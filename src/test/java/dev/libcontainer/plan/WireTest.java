package dev.libcontainer.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.kernel.Kernel;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The numbers stand in the order of lc_layout's source; kernel.AbiTest has the rest of them. */
class WireTest {
    @Test
    void javaAndTheLibraryAgreeOnTheBytesOfAPlan() {
        int[] numbers = Kernel.layout();

        assertThat(Arrays.copyOfRange(numbers, 1, 4)).containsExactly(Wire.VERSION, Wire.HEADER_SIZE, Wire.STEP_SIZE);
        assertThat(numbers[8]).isEqualTo(Wire.MAX_SLOTS);
        assertThat(numbers[9]).isEqualTo(Wire.REQUEST_SLOTS);
        assertThat(Arrays.copyOfRange(numbers, 12, 27)) // flags … uid_map of the header; flags, a, d of a step
                .containsExactly(6, 8, 12, 16, 20, 24, 32, 40, 48, 56, 60, 64, 2, 4, 16);
        assertThat(numbers[43]).isEqualTo(Wire.FIRST_FREE_SLOT);
        assertThat(Arrays.copyOfRange(numbers, 45, 51))
                .containsExactly(
                        Wire.CGROUP_MAKE,
                        Wire.WRITE,
                        Wire.MOUNT_PROPAGATION,
                        Wire.SETATTR_AT,
                        Wire.SETHOSTNAME,
                        Wire.EXECVE);
        assertThat(numbers[53]).isEqualTo(80); // ahead_end
    }
}
