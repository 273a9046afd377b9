package dev.libcontainer.bench;

import dev.libcontainer.Blueprint;
import dev.libcontainer.Container;
import dev.libcontainer.ContainerException;
import dev.libcontainer.ContainerSpec;
import dev.libcontainer.ContainerSpecBuilder;
import dev.libcontainer.Containers;
import dev.libcontainer.ExitStatus;
import dev.libcontainer.Rootfs;
import dev.libcontainer.Stdio;
import dev.libcontainer.net.NetworkException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Has the probe time what the kernel does for it outside, inside, and inside without a filter, in turns. */
final class Running {
    private static final String FILE = "/usr/bin/env"; // the same file in the host's root and in its view
    private static final String JVM = "jvm-start";

    /** Where a program runs. */
    enum Where {
        OUTSIDE,
        INSIDE,
        UNFILTERED
    }

    private final Containers containers;
    private final Workplace place;
    private final Map<String, String> leftOut;
    private final Map<String, Map<Where, Series>> found = new LinkedHashMap<>();

    Running(Containers containers, Workplace place, Map<String, String> leftOut) {
        this.containers = containers;
        this.place = place;
        this.leftOut = leftOut;
    }

    List<RunRow> measure(int rounds, int jvmStarts) throws InterruptedException {
        inTurns(rounds, probes());
        inTurns(rounds, callers());
        try (OverVeth veth = new OverVeth(containers, place)) {
            inTurns(rounds, veth.probes());
        } catch (ContainerException | NetworkException e) {
            leftOut.put("veth", Starting.reason(e));
        }
        jvms(jvmStarts);
        return found.entrySet().stream()
                .map(entry -> row(entry.getKey(), entry.getValue()))
                .toList();
    }

    private void inTurns(int rounds, Map<Where, Blueprint> probes) throws InterruptedException {
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<Where, Blueprint> probe : probes.entrySet()) {
                read(probe.getKey(), run(probe.getValue()));
            }
        }
    }

    private static RunRow row(String name, Map<Where, Series> series) {
        Series inside = series.getOrDefault(Where.INSIDE, new Series());
        return new RunRow(
                name,
                series.getOrDefault(Where.OUTSIDE, new Series()).quantile(0.5),
                inside.quantile(0.5),
                series.getOrDefault(Where.UNFILTERED, new Series()).quantile(0.5),
                inside.quantile(0.99));
    }

    private Map<Where, Blueprint> probes() throws InterruptedException {
        Map<Where, Blueprint> all = new LinkedHashMap<>();
        String read = "read:root:" + FILE;
        all.put(
                Where.OUTSIDE,
                containers.compile(ContainerSpec.builder()
                        .noIsolation()
                        .command(
                                place.probe().toString(),
                                "run",
                                read,
                                "write:tmpfs:/dev/shm",
                                "write:overlay:" + place.plain())
                        .build()));
        String overlay = overlayWorks() ? "write:overlay:" + Workplace.OVERLAY : "";
        for (Where where : List.of(Where.INSIDE, Where.UNFILTERED)) {
            ContainerSpecBuilder builder = place.inside(ContainerSpec.builder())
                    .command(Workplace.PROBE, "run", read, "write:tmpfs:/tmp", overlay);
            if (!overlay.isEmpty()) {
                place.withOverlay(builder);
            }
            if (where == Where.UNFILTERED) {
                builder.withoutSeccomp();
            }
            all.put(where, containers.compile(builder.build()));
        }
        return all;
    }

    /** A system call under a filter that has to be run for it, and without. */
    private Map<Where, Blueprint> callers() {
        String[] words = {Workplace.PROBE, "call", "no-bitmap"};
        Map<Where, Blueprint> all = new LinkedHashMap<>();
        all.put(
                Where.OUTSIDE,
                containers.compile(ContainerSpec.builder()
                        .noIsolation()
                        .command(place.probe().toString(), words[1], words[2])
                        .build()));
        all.put(
                Where.INSIDE,
                containers.compile(place.inside(ContainerSpec.builder())
                        .command(words)
                        .seccomp(Filters.withoutBitmap())
                        .build()));
        all.put(
                Where.UNFILTERED,
                containers.compile(place.inside(ContainerSpec.builder())
                        .command(words)
                        .withoutSeccomp()
                        .build()));
        return all;
    }

    private boolean overlayWorks() throws InterruptedException {
        ContainerSpec spec =
                place.withOverlay(place.inside(ContainerSpec.builder())).build();
        try (Blueprint blueprint = containers.compile(spec)) {
            return blueprint.spawn(Stdio.nothing()).waitFor().isSuccess();
        } catch (ContainerException e) {
            leftOut.put("writing to an overlay", Starting.reason(e));
            return false;
        }
    }

    private static String run(Blueprint blueprint) throws InterruptedException {
        try (Container container = blueprint.spawn(Stdio.capture())) {
            ExitStatus status = container.waitFor();
            if (!status.isSuccess()) {
                throw new IllegalStateException("the probe: " + status + " " + container.errorOutput());
            }
            return container.output();
        }
    }

    private void read(Where where, String output) {
        for (String line : output.lines().toList()) {
            String[] words = line.split(" ");
            if (words[1].equals("failed")) {
                leftOut.put(words[0] + " " + where.name().toLowerCase(java.util.Locale.ROOT), "errno " + words[2]);
            } else {
                series(words[0], where).add(Double.parseDouble(words[2]) / Double.parseDouble(words[1]));
            }
        }
    }

    private Series series(String name, Where where) {
        return found.computeIfAbsent(name, n -> new LinkedHashMap<>()).computeIfAbsent(where, w -> new Series());
    }

    /** The Java that runs this, with its archive of classes, until it has told its version. */
    private void jvms(int starts) throws InterruptedException {
        Path home = Path.of(System.getProperty("java.home"));
        String java = home.resolve("bin/java").toString();
        Rootfs.HostView view = Rootfs.hostView();
        if (!home.startsWith("/usr")) {
            view = view.with(home.toString());
        }
        if (!Files.isExecutable(Path.of(java))) {
            leftOut.put(JVM, "no " + java);
            return;
        }
        String[] command = {java, "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-version"};
        Map<Where, ContainerSpec> specs = new LinkedHashMap<>();
        specs.put(
                Where.OUTSIDE,
                ContainerSpec.builder().noIsolation().command(command).build());
        specs.put(
                Where.INSIDE,
                ContainerSpec.builder().rootfs(view).command(command).build());
        specs.put(
                Where.UNFILTERED,
                ContainerSpec.builder()
                        .rootfs(view)
                        .withoutSeccomp()
                        .command(command)
                        .build());
        Map<Where, Blueprint> blueprints = new LinkedHashMap<>();
        specs.forEach((where, spec) -> blueprints.put(where, containers.compile(spec)));
        for (int i = 0; i < starts; i++) {
            for (Map.Entry<Where, Blueprint> one : blueprints.entrySet()) {
                long begin = System.nanoTime();
                run(one.getValue());
                series(JVM, one.getKey()).add((double) (System.nanoTime() - begin));
            }
        }
    }
}
