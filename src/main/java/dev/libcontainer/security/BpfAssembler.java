package dev.libcontainer.security;

import dev.libcontainer.security.BpfGraph.Node;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;

/**
 * Lays the nodes of a graph in a row.
 *
 * <p>Works from the end of the program to its start, so that the place of every jump's target is known. Where a target
 * is too far for the 8 bits of a conditional jump, a stand-in is put nearer: a copy of a return, or a long jump.
 */
final class BpfAssembler {
    private static final int NOT_PLACED = -1;

    private record Instruction(int code, int yes, int no, int k) {}

    private final BpfGraph graph;
    private final List<Instruction> backwards = new ArrayList<>();
    private final int[] places;

    private BpfAssembler(BpfGraph graph) {
        this.graph = graph;
        this.places = new int[graph.size()];
        Arrays.fill(places, NOT_PLACED);
    }

    /**
     * The program that begins at a node.
     *
     * @return {@code struct sock_filter[]}, little-endian
     */
    static byte[] assemble(BpfGraph graph, int entry) {
        BpfAssembler assembler = new BpfAssembler(graph);
        BitSet used = assembler.reachable(entry);
        for (int node = used.nextSetBit(0); node >= 0; node = used.nextSetBit(node + 1)) {
            assembler.place(node);
        }
        return assembler.bytes();
    }

    private BitSet reachable(int entry) {
        BitSet used = new BitSet(entry + 1);
        used.set(entry);
        for (int number = entry; number >= 0; number = used.previousSetBit(number - 1)) {
            Node node = graph.node(number);
            if (!node.isReturn()) {
                used.set(node.yes());
                used.set(node.no());
            }
        }
        return used;
    }

    private void place(int number) {
        Node node = graph.node(number);
        if (node.isReturn()) {
            put(number, new Instruction(Bpf.RETURN, 0, 0, node.k()));
        } else if (node.isConditional()) {
            bringNear(node.yes(), Bpf.MAX_JUMP - 1); // the other target's stand-in may come between
            bringNear(node.no(), Bpf.MAX_JUMP);
            put(number, new Instruction(node.code(), distance(node.yes()), distance(node.no()), node.k()));
        } else {
            bringNear(node.yes(), 0);
            put(number, new Instruction(node.code(), 0, 0, node.k()));
        }
    }

    private void bringNear(int target, int maxDistance) {
        if (distance(target) > maxDistance) {
            Node node = graph.node(target);
            put(
                    target,
                    node.isReturn()
                            ? new Instruction(Bpf.RETURN, 0, 0, node.k())
                            : new Instruction(Bpf.GOTO, 0, 0, distance(target)));
        }
    }

    /** How many instructions the next one has to jump over to get to a node. */
    private int distance(int target) {
        return backwards.size() - 1 - places[target];
    }

    private void put(int node, Instruction instruction) {
        places[node] = backwards.size();
        backwards.add(instruction);
    }

    private byte[] bytes() {
        if (backwards.size() > Bpf.MAX_INSTRUCTIONS) {
            throw BpfGraph.tooLong(String.valueOf(backwards.size()));
        }
        Collections.reverse(backwards);
        ByteBuffer bytes =
                ByteBuffer.allocate(backwards.size() * Bpf.INSTRUCTION_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (Instruction instruction : backwards) {
            bytes.putShort((short) instruction.code())
                    .put((byte) instruction.yes())
                    .put((byte) instruction.no())
                    .putInt(instruction.k());
        }
        return bytes.array();
    }
}
