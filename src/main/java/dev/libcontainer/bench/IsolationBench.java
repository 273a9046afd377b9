package dev.libcontainer.bench;

import dev.libcontainer.Blueprint;
import dev.libcontainer.ContainerSpec;
import dev.libcontainer.Containers;
import dev.libcontainer.ContainersOptions;
import dev.libcontainer.Stdio;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Measures what isolation costs on this host: a knob at a time when starting, and inside against outside. */
public final class IsolationBench {
    /** More than there are knobs: each keeps its template. */
    private static final int TEMPLATES = 64;

    private static final int WARM_UP = 500;
    private static final int SAMPLES_A_ROUND = 32;
    private static final int FEWEST = 2;

    private IsolationBench() {}

    /**
     * Measures; takes about four seconds for 160 samples on an idle machine.
     *
     * @param samples starts of each knob; the rest is measured in proportion
     * @param progress is told what happens
     */
    public static IsolationReport run(int samples, Consumer<String> progress) throws IOException, InterruptedException {
        Map<String, String> leftOut = new LinkedHashMap<>();
        try (Workplace place = Workplace.make();
                Containers containers = Containers.open(ContainersOptions.DEFAULT.templates(TEMPLATES));
                Networks networks = Networks.make(containers, place, leftOut)) {
            progress.accept("warming up");
            warmUp(containers, place, Math.min(WARM_UP, samples * 5));
            Starting starting = new Starting(containers, Knobs.of(place, networks), leftOut);
            progress.accept("starting, knob by knob");
            List<StartRow> starts = starting.measure(samples);
            progress.accept("running, inside and outside");
            int rounds = Math.max(FEWEST, samples / SAMPLES_A_ROUND);
            List<RunRow> runs = new Running(containers, place, leftOut).measure(rounds, rounds);
            progress.accept("done");
            if (!place.appArmor()) {
                leftOut.put("apparmor", "it is not enabled on this host");
            }
            if (place.seLinuxLabel().isEmpty()) {
                leftOut.put("selinux", "it is not enabled on this host");
            }
            return new IsolationReport(environment(), starts, runs, leftOut);
        }
    }

    private static void warmUp(Containers containers, Workplace place, int starts) throws InterruptedException {
        ContainerSpec spec = ContainerSpec.builder()
                .noIsolation()
                .command(place.probe().toString())
                .build();
        try (Blueprint blueprint = containers.compile(spec)) {
            for (int i = 0; i < starts; i++) {
                blueprint.spawn(Stdio.nothing()).waitFor();
            }
        }
    }

    private static Map<String, String> environment() throws IOException {
        Map<String, String> facts = new LinkedHashMap<>();
        Environment.read().forEach((name, fact) -> facts.put(name, fact.toString()));
        return facts;
    }
}
