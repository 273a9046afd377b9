package dev.libcontainer.security;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Writes the code that finds a system call by its number: a binary search over ranges of numbers with equal outcome.
 *
 * <p>When a filter is loaded the kernel runs it for every number it knows, to learn which calls are always allowed. So
 * the way to a range is the shorter the more numbers it holds.
 */
final class RangeTree {
    private static final long END = 1L << Integer.SIZE;

    /** Numbers that kernels have calls for end before this; farther ones never come up when a filter is loaded. */
    private static final long USED_NUMBERS = 512;

    /** So many holes are not worth a search. */
    private static final int MAX_HOLES = 3;

    /** Numbers from {@code start} to the start of the next range lead to {@code node}. */
    private record Range(long start, int node) {}

    private final BpfGraph graph;
    private final List<Range> ranges = new ArrayList<>();

    private RangeTree(BpfGraph graph) {
        this.graph = graph;
    }

    /**
     * The node at which a search begins; the number must be loaded.
     *
     * @param starts the first number of each range, unsigned, from 0 on, and where it leads
     */
    static int write(BpfGraph graph, SortedMap<Long, Integer> starts) {
        RangeTree tree = new RangeTree(graph);
        for (Map.Entry<Long, Integer> start : starts.entrySet()) {
            tree.append(start.getKey(), start.getValue());
        }
        return tree.search(0, tree.ranges.size());
    }

    private void append(long start, int node) {
        if (ranges.isEmpty() || ranges.get(ranges.size() - 1).node() != node) {
            ranges.add(new Range(start, node));
        }
    }

    private int search(int from, int to) {
        if (to - from == 1) {
            return ranges.get(from).node();
        }
        if (isPerforated(from, to)) {
            return perforated(from, to);
        }
        int middle = middle(from, to);
        int above = search(middle, to);
        int below = search(from, middle);
        return graph.jump(Bpf.IF_AT_LEAST, (int) start(middle), above, below);
    }

    /** Whether ranges are one but for single numbers, its holes. */
    private boolean isPerforated(int from, int to) {
        for (int hole = from + 1; hole < to; hole += 2) {
            if (!isHole(from, hole, to)) {
                return false;
            }
        }
        return true;
    }

    /** Few holes are asked for one after the other; of many, those above and below some number between them. */
    private int perforated(int from, int to) {
        int holes = (to - from) / 2;
        if (holes > MAX_HOLES) {
            int between = from + (holes + 1) / 2 * 2;
            int above = perforated(between, to);
            int below = perforated(from, between + 1);
            return graph.jump(Bpf.IF_AT_LEAST, (int) start(between), above, below);
        }
        int node = ranges.get(from).node();
        for (int hole = to - 2; hole > from; hole -= 2) {
            node = graph.jump(Bpf.IF_EQUAL, (int) start(hole), ranges.get(hole).node(), node);
        }
        return node;
    }

    /** Whether a range is a single number between two that lead to the same place. */
    private boolean isHole(int from, int range, int to) {
        return range > from
                && range + 1 < to
                && ranges.get(range - 1).node() == ranges.get(range + 1).node()
                && end(range) - start(range) == 1;
    }

    /** The range that halves the weight best; beside a hole only if there is no other. */
    private int middle(int from, int to) {
        long total = weight(from, to);
        int best = from + 1;
        long bestImbalance = Long.MAX_VALUE;
        for (int split = from + 1; split < to; split++) {
            long imbalance = Math.abs(total - 2 * weight(from, split));
            if (isHole(from, split, to) || isHole(from, split - 1, to)) {
                imbalance += total;
            }
            if (imbalance < bestImbalance) {
                best = split;
                bestImbalance = imbalance;
            }
        }
        return best;
    }

    private long weight(int from, int to) {
        return Math.min(end(to - 1), USED_NUMBERS) - Math.min(start(from), USED_NUMBERS) + (to - from);
    }

    private long start(int range) {
        return ranges.get(range).start();
    }

    private long end(int range) {
        return range + 1 < ranges.size() ? start(range + 1) : END;
    }
}
