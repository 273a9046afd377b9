package dev.libcontainer.bench;

import dev.libcontainer.Blueprint;
import dev.libcontainer.ContainerSpec;
import dev.libcontainer.Containers;
import dev.libcontainer.ContainersOptions;
import dev.libcontainer.Stdio;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
        facts.put("time", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        facts.put(
                "kernel",
                Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
        facts.put("cpus", Runtime.getRuntime().availableProcessors() + " x " + cpu());
        facts.put("load", Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
        List<String> mounts = Files.readAllLines(Path.of("/proc/self/mounts"));
        facts.put("mounts", String.valueOf(mounts.size()));
        facts.put("cgroups", cgroups(mounts));
        facts.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        return facts;
    }

    private static String cpu() throws IOException {
        return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(System.getProperty("os.arch"));
    }

    private static String cgroups(List<String> mounts) {
        boolean one = mounts.stream().anyMatch(line -> line.split(" ")[2].equals("cgroup"));
        boolean two = mounts.stream().anyMatch(line -> line.split(" ")[2].equals("cgroup2"));
        return one ? two ? "hybrid" : "v1" : two ? "v2" : "none";
    }
}
