package dev.libcontainer.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.NeedsRoot;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

@NeedsRoot
class IsolationBenchTest {
    @Test
    void everyKnobHasItsPriceOrAReason() throws Exception {
        List<String> told = new ArrayList<>();

        var report = IsolationBench.run(24, told::add);

        assertThat(told).startsWith("warming up").endsWith("done");
        assertThat(report.environment()).containsKeys("kernel", "cpu", "cgroups", "jdk", "load");
        List<String> knobs = new ArrayList<>(JmhParameters.of("IsolationBenchmark", "knob"));
        knobs.remove("io-limit"); // where there is a disk
        knobs.addAll(List.of("apparmor", "selinux"));
        for (String knob : knobs) {
            assertThat(report.start(knob).isPresent() || report.leftOut().containsKey(knob))
                    .as(knob)
                    .isTrue();
        }
        assertThat(report.starting()).allSatisfy(row -> {
            assertThat(row.p50()).isPositive().isLessThanOrEqualTo(row.p99());
            assertThat(row.samples()).isEqualTo(24);
        });
        // by the medians of pairs, which a busy machine makes longer alike
        assertThat(report.start("tmpfs-50").orElseThrow().cost()).isPositive();
    }

    @Test
    void theProbeFeelsWhatIsInsideAndOutside() throws Exception {
        var report = IsolationBench.run(1, what -> {});

        assertThat(report.running())
                .extracting(RunRow::name)
                .containsExactlyInAnyOrderElementsOf(JmhParameters.of("IsolationRunningBenchmark", "row"));
        assertThat(report.running()).allSatisfy(row -> {
            assertThat(row.outside()).isPositive();
            assertThat(row.inside()).isPositive().isLessThanOrEqualTo(row.p99());
            assertThat(row.unfiltered()).isPositive();
        });
    }
}
