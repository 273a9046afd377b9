package dev.libcontainer.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.Containers;
import dev.libcontainer.NeedsRoot;
import java.util.HashMap;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NeedsRoot
class RowRunnerTest {
    /** One of each errand. */
    @ParameterizedTest
    @CsvSource({
        "getppid, OUTSIDE",
        "getppid-no-bitmap, INSIDE",
        "write-4k-overlay, INSIDE",
        "veth-latency, UNFILTERED",
        "jvm-start, INSIDE"
    })
    void aRowIsMeasuredAsOftenAsOneLikes(String row, Where where) throws Exception {
        try (RowRunner runner = RowRunner.open(row, where)) {
            for (int i = 0; i < 2; i++) {
                assertThat(runner.run()).isPositive();
            }
        }
    }

    @Test
    void theProbeTimesNothingElse() throws Exception {
        try (Containers containers = Containers.open();
                Workplace place = Workplace.make()) {
            Errands errands = new Errands(containers, place, new HashMap<>(), Optional.of("pipe-latency"));

            assertThat(errands.kernel().run(Where.INSIDE))
                    .hasSize(5)
                    .extracting(Timing::row)
                    .containsOnly("pipe-latency");
        }
    }

    @Test
    void aRowThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> RowRunner.open("getpp", Where.INSIDE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("getpp");
    }
}
