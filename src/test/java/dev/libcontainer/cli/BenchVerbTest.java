package dev.libcontainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.NeedsRoot;
import dev.libcontainer.bench.HtmlReport;
import dev.libcontainer.bench.IsolationReport;
import dev.libcontainer.bench.StartRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NeedsRoot
class BenchVerbTest {
    @TempDir
    Path here;

    /** Drawing text keeps the fonts' files open for the life of a JVM: nothing that a test has leaked. */
    @BeforeAll
    static void haveTheFontsOpened() throws IOException {
        StartRow row = new StartRow("knob", "group", "base", 2, 2, 1, 1);
        HtmlReport.of(new IsolationReport(Map.of(), List.of(row), List.of(), Map.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "bench, wants to know what to measure",
        "bench nosuch, wants to know what to measure",
        "bench isolation more, wants to know what to measure",
        "bench timeline more, wants to know what to measure",
        "bench timeline --samples 0, --samples is between 1 and",
        "bench timeline --html page.html, unknown option --html",
        "bench timeline --bundle nosuch, nosuch/config.json",
        "bench isolation --samples 0, --samples is between 1 and",
        "bench isolation --samples few, few",
        "bench isolation --budget spawn=2ms, --budget: a budget is NAME.FIGURE=LIMIT",
        "bench isolation --nosuch, unknown option --nosuch"
    })
    void wordsThatMakeNoSenseAreRefusedBeforeAnythingIsMeasured(String words, String reason) {
        var called = Called.in(here, words.split(" "));

        assertThat(called.code()).isEqualTo(1);
        assertThat(called.err()).contains(reason);
        assertThat(called.out()).isEmpty();
    }

    @Test
    void filesAreWrittenAndAnExceededBudgetIsTheExitCode() throws IOException {
        var called = Called.in(
                here,
                "bench isolation --samples 1 --json figures.json --html page.html --budget spawn.p99=60s".split(" "));

        assertThat(called.err()).contains("starting, knob by knob", "done");
        assertThat(called.code()).isZero();
        assertThat(called.out()).contains("more than", "kept      spawn.p99=60s: ");
        assertThat(Files.readString(here.resolve("figures.json"))).contains("\"seccomp-default\"", "\"getppid\"");
        assertThat(Files.readString(here.resolve("page.html"))).contains("<svg", "seccomp-default");

        called = Called.in(
                here, "bench", "isolation", "--samples", "1", "--budget", "none.p50=1ns", "--budget=none.p99=60s");

        assertThat(called.code()).isEqualTo(1);
        assertThat(called.out()).contains("EXCEEDED  none.p50=1ns: ", "kept      none.p99=60s: ");
    }

    @Test
    void aTimelineIsWrittenAsTextPictureAndJson() throws IOException {
        var called = Called.in(here, "bench timeline -n 12 --svg steps.svg --json steps.json".split(" "));

        assertThat(called.err()).isEmpty();
        assertThat(called.code()).isZero();
        assertThat(called.out()).contains("share", "execve ", "100.0%  ", "median of ");
        assertThat(Files.readString(here.resolve("steps.svg")))
                .startsWith("<svg")
                .contains("execve");
        assertThat(Files.readString(here.resolve("steps.json"))).contains("\"p50_ns\"", "\"process.args\"");
    }

    @Test
    void aTimelineOfABundleHasItsSteps() throws IOException {
        Files.createDirectories(here.resolve("rootfs/bin"));
        Files.copy(Path.of("target/helper/inside"), here.resolve("rootfs/bin/sh"));
        assertThat(Called.in(here, "spec").code()).isZero();
        Path config = here.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("\"sh\"", "\"/bin/sh\", \"sleep\", \"60000\""));

        var called = Called.in(here, "bench", "timeline", "--samples", "3", "--bundle", here.toString());

        assertThat(called.err()).isEmpty();
        assertThat(called.code()).isZero();
        assertThat(called.out()).contains("execve /bin/sh ", "median of ");
    }

    @Test
    void eachMeasurementHasItsOwnHelp() {
        assertThat(Called.in(here, "bench", "timeline", "--help").out()).contains("--svg FILE", "jrunc explain");
        assertThat(Called.in(here, "help", "bench", "isolation").out()).contains("--budget NAME.FIGURE=LIMIT");
        assertThat(Called.in(here, "bench", "--help").out()).contains("jrunc bench timeline --help");
    }

    @Test
    void whoWaitsLongerThanTwoSecondsIsTold() throws IOException {
        var called = Called.in(here, "bench", "timeline", "--samples", "700");

        assertThat(called.code()).isZero();
        assertThat(called.err()).containsPattern("\\d+ of 700 starts");
    }
}
