package dev.libcontainer.security;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A program under construction: instructions that refer to one another instead of lying in a row.
 *
 * <p>A node is referred to by its number; equal nodes are one. A node can only be made after those it leads to, so the
 * numbers, read backwards, are an order in which all jumps go forward.
 */
final class BpfGraph {
    /** More nodes than can become a program; keeps hostile profiles from eating memory. */
    private static final int MAX_NODES = 16 * Bpf.MAX_INSTRUCTIONS;

    private static final int NOWHERE = -1;

    /**
     * An instruction.
     *
     * @param yes the node it leads to, if the condition holds
     * @param no the node it leads to if not; for instructions without condition the same
     */
    record Node(int code, int k, int yes, int no) {
        boolean isReturn() {
            return code == Bpf.RETURN;
        }

        /** Whether it does not care what the accumulator holds. */
        boolean needsNoLoad() {
            return code == Bpf.RETURN || code == Bpf.LOAD;
        }

        boolean isConditional() {
            return yes != no;
        }
    }

    private final List<Node> nodes = new ArrayList<>();
    private final Map<List<Integer>, Integer> numbers = new HashMap<>();

    Node node(int number) {
        return nodes.get(number);
    }

    int size() {
        return nodes.size();
    }

    int answer(int answer) {
        return intern(new Node(Bpf.RETURN, answer, NOWHERE, NOWHERE));
    }

    int load(int offset, int next) {
        return intern(new Node(Bpf.LOAD, offset, next, next));
    }

    int and(int mask, int next) {
        return intern(new Node(Bpf.AND, mask, next, next));
    }

    /** A conditional jump, or just its target if both are the same. */
    int jump(int code, int k, int yes, int no) {
        return yes == no ? yes : intern(new Node(code, k, yes, no));
    }

    private int intern(Node node) {
        Integer known = numbers.putIfAbsent(List.of(node.code(), node.k(), node.yes(), node.no()), nodes.size());
        if (known != null) {
            return known;
        }
        if (nodes.size() == MAX_NODES) {
            throw tooLong("more than " + MAX_NODES / 4);
        }
        nodes.add(node);
        return nodes.size() - 1;
    }

    static SeccompException tooLong(String instructions) {
        return new SeccompException(
                "linux.seccomp",
                "the filter has " + instructions + " instructions, the kernel takes " + Bpf.MAX_INSTRUCTIONS,
                "use fewer argument checks or fewer architectures");
    }
}
