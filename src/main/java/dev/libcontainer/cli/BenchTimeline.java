package dev.libcontainer.cli;

import dev.libcontainer.bench.TimelineBench;
import dev.libcontainer.bench.TimelineReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.IntConsumer;

/** {@code jrunc bench timeline}. */
final class BenchTimeline implements Verb {
    private static final int SAMPLES = 200;
    private static final long QUIET_NANOS = 2_000_000_000;
    private static final long EVERY_NANOS = 1_000_000_000;

    @Override
    public Syntax syntax() {
        return new Syntax("jrunc bench timeline", "", "Measure where the time of a start goes, step by step")
                .value("n,samples", "N", "starts (default " + SAMPLES + ")")
                .value(
                        "b,bundle",
                        "DIR",
                        "start the container of this bundle instead of the default sandbox with limits")
                .value("f,config", "FILE", "another file than the bundle's config.json")
                .value("svg", "FILE", "also draw it as a picture")
                .value("json", "FILE", "also write the figures as JSON")
                .note("""
                        Each line is a step of the container's own process, in order: its number as in jrunc explain,
                        when half of the starts had begun it, how long until half had begun the next one, its share of the
                        whole call, the same as a bar, and what it does. The last one lasts until the new program runs and
                        the caller knows.
                        """)
                .note("""
                        Not in it: what the template has done once for all (the root and most mounts), and what the process
                        that spawns does beside the child, such as writing limits; a step that waits for it is a long one.
                        A bundle's program begins every time and is killed as soon as it has.
                        """)
                .note("""
                        examples:
                          jrunc bench timeline
                          jrunc bench timeline --samples 1000 --svg timeline.svg
                          jrunc bench timeline --bundle web --json figures.json
                        """);
    }

    @Override
    public int run(Call call) throws IOException {
        BenchVerb.refuseMore(call, BenchVerb.TIMELINE);
        Optional<Path> svg = call.path("svg");
        Optional<Path> json = call.path("json");
        TimelineReport report = measure(call, BenchVerb.samples(call, SAMPLES));
        call.console().out().print(report.text());
        if (svg.isPresent()) {
            Files.writeString(svg.get(), report.svg());
        }
        if (json.isPresent()) {
            Files.writeString(json.get(), report.json());
        }
        return 0;
    }

    private static TimelineReport measure(Call call, int samples) throws IOException {
        Optional<Path> bundle = call.path("bundle");
        Optional<Path> config = call.path("config");
        IntConsumer progress = new Progress(call, samples);
        try {
            if (bundle.isEmpty() && config.isEmpty()) {
                return TimelineBench.sandbox(samples, progress);
            }
            Path directory = bundle.orElse(call.console().directory()).normalize();
            return TimelineBench.bundle(directory, config.orElse(directory.resolve("config.json")), samples, progress);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** A line a second on stderr, once it takes longer than one waits without asking. */
    private static final class Progress implements IntConsumer {
        private final Call call;
        private final int samples;
        private final long start = System.nanoTime();
        private long next = start + QUIET_NANOS;

        Progress(Call call, int samples) {
            this.call = call;
            this.samples = samples;
        }

        @Override
        public void accept(int done) {
            long now = System.nanoTime();
            if (now >= next) {
                call.console().err().printf("%5.1f s  %d of %d starts%n", (now - start) / 1e9, done, samples);
                call.console().err().flush();
                next = now + EVERY_NANOS;
            }
        }
    }
}
