package dev.libcontainer.cli;

import dev.libcontainer.bench.Budget;
import dev.libcontainer.bench.HtmlReport;
import dev.libcontainer.bench.IsolationBench;
import dev.libcontainer.bench.IsolationReport;
import dev.libcontainer.bench.ReportText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code jrunc bench isolation}. */
final class BenchIsolation implements Verb {
    private static final int SAMPLES = 160;

    @Override
    public Syntax syntax() {
        return new Syntax("jrunc bench isolation", "", "Measure what isolation costs on this host")
                .value("samples", "N", "starts of each knob (default " + SAMPLES + "; 2000 for figures to be quoted)")
                .value("json", "FILE", "also write the figures as JSON")
                .value("html", "FILE", "also write a page with charts, all in one file")
                .value("budget", "NAME.FIGURE=LIMIT", "fail if a figure exceeds this; may be given several times")
                .note("""
                        Two tables. Starting: what each knob alone adds to the start of a container, namespaces, mounts,
                        paths, cgroup controllers, filters, network; FIGURE is p50, p99 or cost. Running: what system
                        calls, files, pipes, networks, memory and a JVM take inside of the default sandbox and outside;
                        FIGURE is inside, outside, unfiltered, p99 or ratio (inside to outside).
                        """)
                .note("""
                        What was measured together may be compared; do not compare two runs of a busy machine. The row
                        spawn is the default sandbox with limits. This JVM compiles with C1 only, as all of jrunc.
                        """)
                .note("""
                        network-veth-bridge makes a bridge named lcb… on the host meanwhile, without an address, and a veth
                        pair for each start. The rows veth-… have a bridge in a network namespace of their own: outside is
                        beside the server, inside is through the pair and the bridge. getppid-no-bitmap is a call for which
                        the kernel has to run the filter; for getppid it looks into the filter's bitmap.
                        """)
                .note("""
                        examples:
                          jrunc bench isolation
                          jrunc bench isolation --html cost.html
                          jrunc bench isolation --budget spawn.p99=2ms --budget getppid.ratio=1.5
                        """)
                .note("exit code: 1 if a budget is exceeded, or its figure cannot be measured here.");
    }

    @Override
    public int run(Call call) throws IOException {
        BenchVerb.refuseMore(call, BenchVerb.ISOLATION);
        List<Budget> budgets = budgets(call.arguments().texts("budget"));
        Optional<Path> json = call.path("json");
        Optional<Path> html = call.path("html");
        IsolationReport report = measure(call, BenchVerb.samples(call, SAMPLES));
        call.console().out().print(ReportText.table(report));
        if (json.isPresent()) {
            Files.writeString(json.get(), ReportText.json(report));
        }
        if (html.isPresent()) {
            Files.writeString(html.get(), HtmlReport.of(report));
        }
        return judge(call, report, budgets);
    }

    static List<Budget> budgets(List<String> texts) {
        List<Budget> budgets = new ArrayList<>();
        for (String text : texts) {
            try {
                budgets.add(Budget.parse(text));
            } catch (IllegalArgumentException e) {
                throw new UsageException("--budget: " + e.getMessage());
            }
        }
        return budgets;
    }

    private static IsolationReport measure(Call call, int samples) throws IOException {
        long start = System.nanoTime();
        try {
            return IsolationBench.run(samples, what -> {
                call.console().err().printf("%5.1f s  %s%n", (System.nanoTime() - start) / 1e9, what);
                call.console().err().flush();
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    static int judge(Call call, IsolationReport report, List<Budget> budgets) {
        int code = 0;
        for (Budget budget : budgets) {
            Budget.Verdict verdict = budget.judge(report);
            call.console().out().println(verdict.text());
            if (!verdict.kept()) {
                code = Jrunc.FAILURE;
            }
        }
        return code;
    }
}
