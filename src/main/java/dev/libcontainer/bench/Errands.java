package dev.libcontainer.bench;

import dev.libcontainer.Blueprint;
import dev.libcontainer.ContainerException;
import dev.libcontainer.ContainerSpec;
import dev.libcontainer.ContainerSpecBuilder;
import dev.libcontainer.Containers;
import dev.libcontainer.Rootfs;
import dev.libcontainer.Stdio;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** What is run outside, inside, and inside without a filter, for all rows or for one of them. */
final class Errands {
    /** The row of the Java that runs this. */
    static final String JVM = "jvm-start";

    private static final String FILE = "/usr/bin/env"; // the same file in the host's root and in its view

    private final Containers containers;
    private final Workplace place;
    private final Map<String, String> leftOut;
    private final Optional<String> only;

    /**
     * @param leftOut is told what does not work here, each with the reason
     * @param only the one row that the probe is to time; empty for all
     */
    Errands(Containers containers, Workplace place, Map<String, String> leftOut, Optional<String> only) {
        this.containers = containers;
        this.place = place;
        this.leftOut = leftOut;
        this.only = only;
    }

    /** System calls, memory, pipes, the loopback device, files. */
    Errand kernel() throws InterruptedException {
        String read = "read:root:" + FILE;
        String overlay = overlayWorks() ? "write:overlay:" + Workplace.OVERLAY : "";
        String[] inside = {"run", read, "write:tmpfs:/tmp", overlay};
        return errand(
                "",
                outside().command(onHost("run", read, "write:tmpfs:/dev/shm", "write:overlay:" + place.plain())),
                () -> {
                    ContainerSpecBuilder builder = inside().command(within(inside));
                    return overlay.isEmpty() ? builder : place.withOverlay(builder);
                },
                builder -> builder);
    }

    /** A system call under a filter that has to be run for it, and without. */
    Errand calls() {
        String[] words = {"call", "no-bitmap"};
        return errand(
                "",
                outside().command(onHost(words)),
                () -> inside().command(within(words)),
                builder -> builder.seccomp(Filters.withoutBitmap()));
    }

    /** What goes to a server by way of a veth pair. */
    Errand veth(OverVeth veth) {
        String[] words = {"net", "veth", OverVeth.SERVER};
        return errand(
                "",
                veth.outside().command(onHost(words)),
                () -> veth.joined(inside()).command(within(words)),
                builder -> builder);
    }

    /** The Java that runs this, with its archive of classes, until it has told its version; empty if there is none. */
    Optional<Errand> jvm() {
        Path home = Path.of(System.getProperty("java.home"));
        String java = home.resolve("bin/java").toString();
        if (!Files.isExecutable(Path.of(java))) {
            leftOut.put(JVM, "no " + java);
            return Optional.empty();
        }
        Rootfs.HostView view = Rootfs.hostView();
        Rootfs root = home.startsWith("/usr") ? view : view.with(home.toString());
        String[] command = {java, "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-version"};
        return Optional.of(errand(
                JVM,
                outside().command(command),
                () -> ContainerSpec.builder().rootfs(root).command(command),
                builder -> builder));
    }

    /** @param inside begins a container anew, as builders are used up */
    private Errand errand(
            String row,
            ContainerSpecBuilder outside,
            Supplier<ContainerSpecBuilder> inside,
            UnaryOperator<ContainerSpecBuilder> filter) {
        return new Errand(
                row,
                containers.compile(outside.build()),
                containers.compile(filter.apply(inside.get()).build()),
                containers.compile(inside.get().withoutSeccomp().build()));
    }

    private static ContainerSpecBuilder outside() {
        return ContainerSpec.builder().noIsolation();
    }

    private ContainerSpecBuilder inside() {
        return place.inside(ContainerSpec.builder());
    }

    private String[] onHost(String... words) {
        return command(place.probe().toString(), words);
    }

    private String[] within(String... words) {
        return command(Workplace.PROBE, words);
    }

    private String[] command(String probe, String... words) {
        List<String> command = new ArrayList<>(List.of(probe));
        only.ifPresent(row -> command.addAll(List.of("only", row)));
        command.addAll(List.of(words));
        return command.toArray(String[]::new);
    }

    private boolean overlayWorks() throws InterruptedException {
        ContainerSpec spec = place.withOverlay(inside()).build();
        try (Blueprint blueprint = containers.compile(spec)) {
            return blueprint.spawn(Stdio.nothing()).waitFor().isSuccess();
        } catch (ContainerException e) {
            leftOut.put("writing to an overlay", Starting.reason(e));
            return false;
        }
    }
}
