package dev.libcontainer.bench;

import dev.libcontainer.Blueprint;
import dev.libcontainer.Container;
import dev.libcontainer.ContainerSpec;
import dev.libcontainer.Containers;
import dev.libcontainer.Launch;
import dev.libcontainer.Stdio;
import dev.libcontainer.Timeline;
import dev.libcontainer.spec.BundlePaths;
import dev.libcontainer.spec.Spec;
import dev.libcontainer.spec.SpecReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/** Starts one container again and again and tells where the time of its starts goes. */
public final class TimelineBench {
    /** The first start is without a template, and meanwhile code is compiled. */
    private static final int UNCOUNTED = 20;

    private static final int PAUSE_MILLIS = 3;
    private static final Launch TIMED = Launch.of(Stdio.nothing()).timed(true);

    private TimelineBench() {}

    /**
     * The default sandbox with limits, in it a program of one page that ends at once.
     *
     * @param samples how often it is started
     * @param progress is told after each start how many there have been
     */
    public static TimelineReport sandbox(int samples, IntConsumer progress) throws IOException, InterruptedException {
        try (Workplace place = Workplace.make()) {
            return run(Knobs.sandbox(place), samples, progress);
        }
    }

    /**
     * The container of a bundle. Its program begins each time, and is killed as soon as it has.
     *
     * @param bundle the directory that paths are relative to, absolute
     * @param config the configuration
     */
    public static TimelineReport bundle(Path bundle, Path config, int samples, IntConsumer progress)
            throws IOException, InterruptedException {
        Spec spec = BundlePaths.absolute(SpecReader.read(Files.readAllBytes(config)), bundle);
        return run(ContainerSpec.of(spec), samples, progress);
    }

    private static TimelineReport run(ContainerSpec spec, int samples, IntConsumer progress)
            throws InterruptedException {
        Map<List<String>, List<Timeline>> alike = new LinkedHashMap<>();
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(spec)) {
            for (int i = -UNCOUNTED; i < samples; i++) {
                Timeline timeline = start(blueprint);
                if (i >= 0) {
                    List<String> steps =
                            timeline.steps().stream().map(Timeline.Step::text).toList();
                    alike.computeIfAbsent(steps, s -> new ArrayList<>()).add(timeline);
                    progress.accept(i + 1);
                }
                Thread.sleep(PAUSE_MILLIS); // the kernel takes down what is left, networks are made ahead
            }
        }
        List<Timeline> most =
                alike.values().stream().max(Comparator.comparingInt(List::size)).orElseThrow();
        return TimelineReport.of(most, samples - most.size());
    }

    private static Timeline start(Blueprint blueprint) throws InterruptedException {
        try (Container container = blueprint.spawn(TIMED)) {
            container.kill();
            container.waitFor();
            return container.timeline().orElseThrow();
        }
    }
}
