package dev.libcontainer.bench;

import dev.libcontainer.Blueprint;
import dev.libcontainer.Containers;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Starts containers with one of the knobs of {@link IsolationBench}, for whoever measures with a harness of their own. */
public final class KnobStarter implements AutoCloseable {
    private final Containers containers;
    private final Workplace place;
    private final Networks networks;
    private final List<Knob> knobs;
    private final Knob knob;
    private final Blueprint blueprint;

    private KnobStarter(Containers containers, Workplace place, Networks networks, String name) {
        this.containers = containers;
        this.place = place;
        this.networks = networks;
        knobs = Knobs.of(place, networks);
        knob = knobs.stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no knob " + name + " on this host"));
        blueprint = containers.compile(knob.spec());
    }

    /**
     * Compiles a container with that knob.
     *
     * @throws IllegalArgumentException if this host has no such knob
     */
    public static KnobStarter open(String name) throws IOException {
        Containers containers = Containers.open();
        try {
            Workplace place = Workplace.make();
            try {
                Map<String, String> leftOut = new LinkedHashMap<>();
                Networks networks = Networks.make(containers, place, leftOut);
                try {
                    return new KnobStarter(containers, place, networks, name);
                } catch (RuntimeException | Error e) {
                    networks.close();
                    throw e;
                }
            } catch (RuntimeException | Error e) {
                place.close();
                throw e;
            }
        } catch (IOException | RuntimeException | Error e) {
            containers.close();
            throw e;
        }
    }

    /** The names of the knobs that this host has; some of them may be refused when started. */
    public List<String> names() {
        return knobs.stream().map(Knob::name).toList();
    }

    /** Starts one and waits for its end; nanoseconds. */
    public double start() throws InterruptedException {
        return Starting.start(blueprint, knob.surroundings());
    }

    @Override
    public void close() throws IOException {
        blueprint.close();
        networks.close();
        containers.close();
        place.close();
    }
}
