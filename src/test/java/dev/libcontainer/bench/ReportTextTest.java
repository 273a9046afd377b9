package dev.libcontainer.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ReportTextTest {
    @Test
    void theTablesAreAligned() {
        assertThat(ReportText.table(Reports.SMALL)).isEqualTo("""
                starting: from the call to the reaped process

                                                           p50        p99       cost  more than
                none                   process          100 µs     900 ns
                pid                    namespaces       123 µs    1.00 ms    23.5 µs  none
                spawn                  whole            500 µs    2.00 ms     400 µs  none

                running: one operation

                                          outside     inside   in : out   unfiltered
                getppid                    100 ns     150 ns       1.50       100 ns
                jvm-start                 40.0 ms          –          –            –

                apparmor is left out: it is not enabled on this host
                kernel                 6.1 <&>
                cpus                   2 x Fast
                """);
    }

    @Test
    void jsonHasNoFigureForWhatWasNotMeasured() {
        assertThat(ReportText.json(Reports.SMALL)).isEqualToIgnoringWhitespace("""
                { "environment": { "kernel": "6.1 <&>", "cpus": "2 x Fast" },
                  "starting": [
                    { "name": "none", "group": "process", "p50_ns": 100000, "p99_ns": 900, "samples": 8 },
                    { "name": "pid", "group": "namespaces", "p50_ns": 123456, "p99_ns": 1000000, "samples": 8,
                      "base": "none", "cost_ns": 23456 },
                    { "name": "spawn", "group": "whole", "p50_ns": 500000, "p99_ns": 2000000, "samples": 8,
                      "base": "none", "cost_ns": 400000 }],
                  "running": [
                    { "name": "getppid", "outside_ps": 100000, "inside_ps": 150000, "unfiltered_ps": 100000,
                      "p99_ps": 160000 },
                    { "name": "jvm-start", "outside_ps": 40000000000 }],
                  "left_out": { "apparmor": "it is not enabled on this host" } }
                """);
    }

    @Test
    void thePageHoldsItsChartsAndNeedsNoOtherFile() throws IOException {
        String page = HtmlReport.of(Reports.SMALL);

        assertThat(page).startsWith("<!DOCTYPE html>").endsWith("</html>\n");
        assertThat(page.split("<svg", -1)).hasSize(3);
        assertThat(page)
                .contains("What a knob adds to a start", "Inside, compared with outside", "6.1 &lt;&amp;&gt;")
                .contains("<td>pid</td><td>namespaces</td><td>123 µs</td><td>1.00 ms</td><td>23.5 µs</td>")
                .contains("apparmor is left out")
                .doesNotContain("<script", "<link", "<img", "@import", "<?xml", "<!DOCTYPE svg", "src=\"http");
    }

    @Test
    void aQuantileIsOneOfTheValues() {
        var series = new Series();
        for (int i = 1000; i > 0; i--) {
            series.add(i);
        }

        assertThat(series.quantile(0.5)).isEqualTo(500);
        assertThat(series.quantile(0.99)).isEqualTo(990);
        assertThat(series.quantile(0)).isEqualTo(1);
        assertThat(series.quantile(1)).isEqualTo(1000);
        assertThat(new Series().quantile(0.5)).isNaN();
    }
}
