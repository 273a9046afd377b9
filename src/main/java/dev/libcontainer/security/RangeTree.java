package dev.libcontainer.security;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Writes the code that finds a system call by its number: a binary search over ranges of numbers with equal outcome.
 *
 * <p>When a filter is loaded the kernel runs it for every number it knows, to learn which calls are always allowed. So the
 * way to a range is the shorter the more numbers it holds.
 */
final class RangeTree {
    private static final long END = 1L << Integer.SIZE;

    /** Numbers that kernels have calls for end before this; farther ones never come up when a filter is loaded. */
    private static final long USED_NUMBERS = 512;

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
        if (to - from == 3 && isHole(from + 1)) {
            Range hole = ranges.get(from + 1);
            return graph.jump(Bpf.IF_EQUAL, (int) hole.start(), hole.node(), ranges.get(from).node());
        }
        int middle = middle(from, to);
        int above = search(middle, to);
        int below = search(from, middle);
        return graph.jump(Bpf.IF_AT_LEAST, (int) ranges.get(middle).start(), above, below);
    }

    /** Whether a range is a single number between two that lead to the same place. */
    private boolean isHole(int range) {
        return ranges.get(range - 1).node() == ranges.get(range + 1).node() && end(range) - start(range) == 1;
    }

    private int middle(int from, int to) {
        long total = weight(from, to);
        int best = from + 1;
        for (int split = from + 1; split < to; split++) {
            if (Math.abs(total - 2 * weight(from, split)) < Math.abs(total - 2 * weight(from, best))) {
                best = split;
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
