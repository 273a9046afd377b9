package dev.libcontainer.cli;

import java.util.List;

/** {@code jrunc bench}: which of its two measurements is meant, and what they share. */
final class BenchVerb implements Verb {
    static final String ISOLATION = "isolation";
    static final String TIMELINE = "timeline";
    private static final int SAMPLES_AT_MOST = 1_000_000;

    @Override
    public Syntax syntax() {
        return new Syntax("jrunc bench", "isolation|timeline", "Measure what isolation costs on this host")
                .anyWords()
                .note("""
                        isolation  what each knob adds to the start of a container, and what a program feels inside
                        timeline   where the time of a start goes, step by step

                        jrunc bench isolation --help, jrunc bench timeline --help
                        """);
    }

    @Override
    public Verb narrowed(List<String> words) {
        for (String word : words) {
            if (word.equals(ISOLATION)) {
                return new BenchIsolation();
            }
            if (word.equals(TIMELINE)) {
                return new BenchTimeline();
            }
        }
        return this;
    }

    @Override
    public int run(Call call) {
        throw new UsageException("wants to know what to measure: " + ISOLATION + " or " + TIMELINE);
    }

    /** The name of the measurement is the only operand. */
    static void refuseMore(Call call, String name) {
        if (!call.arguments().operands().equals(List.of(name))) {
            throw new UsageException(
                    "wants to know what to measure, " + ISOLATION + " or " + TIMELINE + ", and options");
        }
    }

    static int samples(Call call, int usual) {
        long samples = call.arguments().number("samples").orElse(usual);
        if (samples < 1 || samples > SAMPLES_AT_MOST) {
            throw new UsageException("--samples is between 1 and " + SAMPLES_AT_MOST + ", not " + samples);
        }
        return (int) samples;
    }
}
