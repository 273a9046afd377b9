package dev.libcontainer.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.Timeline;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimelineReportTest {
    private static Timeline timeline(long first, long second, long total) {
        return new Timeline(
                List.of(
                        new Timeline.Step(7, "mount <proc>", "mounts[0]", first, second - first),
                        new Timeline.Step(9, "execve /true", "process.args", second, total - second)),
                total);
    }

    private static TimelineReport report() {
        List<Timeline> timelines = new ArrayList<>();
        timelines.add(timeline(90_000, 100_000, 1_000_000)); // an outlier
        timelines.add(timeline(10_000, 60_000, 100_000));
        timelines.add(timeline(5_000, 55_000, 95_000));
        return TimelineReport.of(timelines, 2);
    }

    @Test
    void itsStepsFillTheMedianOfTheWholeWithoutAGap() {
        Timeline median = report().median();

        assertThat(median.totalNanos()).isEqualTo(100_000);
        assertThat(median.steps()).extracting(Timeline.Step::beginNanos).containsExactly(10_000L, 60_000L);
        assertThat(median.steps()).extracting(Timeline.Step::nanos).containsExactly(50_000L, 40_000L);
        assertThat(report().p99()).containsExactly(50_000.0, 900_000.0, 1_000_000.0);
    }

    @Test
    void theTextIsAlignedAndItsSharesAreOfTheWhole() {
        assertThat(report().text()).isEqualTo("""
                step     at µs       µs  share                                                      what
                           0.0     10.0  10.0%  #####                                               (until the child's first step)
                   7      10.0     50.0  50.0%       #########################                      mount <proc>
                   9      60.0     40.0  40.0%                                ####################  execve /true
                                  100.0 100.0%                                                      in all
                median of 3 starts; 2 others ran other steps; 99 of 100 took at most 1.00 ms
                """);
    }

    @Test
    void jsonHasEachStep() {
        assertThat(report().json()).isEqualToIgnoringWhitespace("""
                { "samples": 3, "others": 2, "p50_ns": 100000, "p99_ns": 1000000, "steps": [
                  { "number": 7, "text": "mount <proc>", "path": "mounts[0]",
                    "begin_ns": 10000, "p50_ns": 50000, "p99_ns": 50000 },
                  { "number": 9, "text": "execve /true", "path": "process.args",
                    "begin_ns": 60000, "p50_ns": 40000, "p99_ns": 900000 }] }
                """);
    }

    @Test
    void thePictureHasABarForEachLine() {
        assertThat(report().svg()).contains("mount &lt;proc&gt;", "50.0%").doesNotContain("<proc>");
        assertThat(report().svg().split("<rect", -1)).hasSize(4);
    }
}
