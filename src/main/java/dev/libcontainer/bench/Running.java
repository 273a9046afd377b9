package dev.libcontainer.bench;

import dev.libcontainer.ContainerException;
import dev.libcontainer.Containers;
import dev.libcontainer.net.NetworkException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Has the probe time what the kernel does for it outside, inside, and inside without a filter, in turns. */
final class Running {
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
        Errands errands = new Errands(containers, place, leftOut, Optional.empty());
        inTurns(rounds, errands.kernel());
        inTurns(rounds, errands.calls());
        try (OverVeth veth = new OverVeth(containers, place)) {
            inTurns(rounds, errands.veth(veth));
        } catch (ContainerException | NetworkException e) {
            leftOut.put("veth", Starting.reason(e));
        }
        Optional<Errand> jvm = errands.jvm();
        if (jvm.isPresent()) {
            inTurns(jvmStarts, jvm.get());
        }
        return found.entrySet().stream()
                .map(entry -> row(entry.getKey(), entry.getValue()))
                .toList();
    }

    private void inTurns(int rounds, Errand errand) throws InterruptedException {
        for (int round = 0; round < rounds; round++) {
            for (Where where : Where.values()) {
                errand.run(where).forEach(timing -> add(timing, where));
            }
        }
    }

    private void add(Timing timing, Where where) {
        if (timing.isRefused()) {
            leftOut.put(timing.row() + " " + where.label(), "errno " + timing.errno());
        } else {
            found.computeIfAbsent(timing.row(), row -> new LinkedHashMap<>())
                    .computeIfAbsent(where, w -> new Series())
                    .add(timing.nanos());
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
}
