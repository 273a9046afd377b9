package dev.libcontainer.bench;

import dev.libcontainer.Containers;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Does one of the things that {@link IsolationBench} measures in a running program, in one place, for whoever measures
 * with a harness of their own. Not thread-safe.
 */
public final class RowRunner implements AutoCloseable {
    private final String row;
    private final Where where;
    private final Map<String, String> leftOut = new LinkedHashMap<>();
    private final Containers containers;
    private final Workplace place;
    private Optional<OverVeth> veth = Optional.empty();
    private Optional<Errand> errand = Optional.empty();

    private RowRunner(String row, Where where, Containers containers, Workplace place) {
        this.row = row;
        this.where = where;
        this.containers = containers;
        this.place = place;
    }

    /**
     * Compiles what does it, and does it once.
     *
     * @param row as {@link RunRow#name} has it
     * @throws IllegalArgumentException if this host has no such row
     */
    public static RowRunner open(String row, Where where) throws IOException, InterruptedException {
        Containers containers = Containers.open();
        Workplace place;
        try {
            place = Workplace.make();
        } catch (IOException | RuntimeException | Error e) {
            containers.close();
            throw e;
        }
        RowRunner runner = new RowRunner(row, where, containers, place);
        try {
            runner.errand = runner.compile();
            runner.run();
            return runner;
        } catch (InterruptedException | RuntimeException | Error e) {
            runner.close();
            throw e;
        }
    }

    private Optional<Errand> compile() throws InterruptedException {
        Errands errands = new Errands(containers, place, leftOut, Optional.of(row));
        if (row.equals(Errands.JVM)) {
            return errands.jvm();
        }
        if (row.startsWith("veth-")) {
            OverVeth made = new OverVeth(containers, place);
            veth = Optional.of(made);
            return Optional.of(errands.veth(made));
        }
        return Optional.of(row.endsWith("-no-bitmap") ? errands.calls() : errands.kernel());
    }

    /**
     * Starts the program, which does it a few batches long (a JVM: once), and waits for its end.
     *
     * @return nanoseconds of one operation, the median of the batches
     * @throws IllegalStateException if the kernel refuses it there
     */
    public double run() throws InterruptedException {
        Series batches = new Series();
        if (errand.isPresent()) {
            for (Timing timing : errand.get().run(where)) {
                if (timing.isRefused()) {
                    throw new IllegalStateException(row + " " + where.label() + ": errno " + timing.errno());
                }
                batches.add(timing.nanos());
            }
        }
        if (batches.size() == 0) {
            throw new IllegalArgumentException("there is no row " + row + " on this host " + leftOut);
        }
        return batches.quantile(0.5);
    }

    @Override
    public void close() throws IOException {
        veth.ifPresent(OverVeth::close);
        containers.close();
        place.close();
    }
}
