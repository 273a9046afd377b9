package dev.libcontainer.bench;

import dev.libcontainer.Blueprint;
import dev.libcontainer.Container;
import dev.libcontainer.ExitStatus;
import dev.libcontainer.Stdio;
import java.util.List;

/**
 * A program that does the same wherever it runs.
 *
 * @param row what the whole of it counts as; empty if it times itself and prints that
 */
record Errand(String row, Blueprint outside, Blueprint inside, Blueprint unfiltered) {
    private Blueprint at(Where where) {
        return switch (where) {
            case OUTSIDE -> outside;
            case INSIDE -> inside;
            case UNFILTERED -> unfiltered;
        };
    }

    /** Runs it once; throws IllegalStateException if it fails as a whole. */
    List<Timing> run(Where where) throws InterruptedException {
        long begin = System.nanoTime();
        try (Container container = at(where).spawn(Stdio.capture())) {
            ExitStatus status = container.waitFor();
            long nanos = System.nanoTime() - begin;
            if (!status.isSuccess()) {
                throw new IllegalStateException("the probe: " + status + " " + container.errorOutput());
            }
            return row.isEmpty()
                    ? container.output().lines().map(Timing::read).toList()
                    : List.of(new Timing(row, nanos, 0));
        }
    }
}
