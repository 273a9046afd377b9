package dev.libcontainer.security;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a filter says of a call whatever its arguments are: wherever it looks at one, both ways are followed. So what
 * counts as allowed is; what is allowed with some arguments, or only as several checks together show, does not count.
 */
public final class CertainCalls {
    /** SECCOMP_RET_ALLOW (seccomp(2)). */
    private static final int ALLOW = 0x7fff0000;

    private final ByteBuffer program;
    private final Arch arch;

    /**
     * A filter.
     *
     * @param bpf {@code struct sock_filter[]}, little-endian, as the compiler makes it
     * @param arch of the calls that are asked about
     */
    public CertainCalls(byte[] bpf, Arch arch) {
        program = ByteBuffer.wrap(bpf.clone()).order(ByteOrder.LITTLE_ENDIAN);
        this.arch = arch;
    }

    /** Whether the call is there and allowed, whatever its arguments are. */
    public boolean allows(String call) {
        OptionalInt number = SyscallTable.number(arch, call);
        return number.isPresent() && allows(number.getAsInt());
    }

    /** Where a run of the program stands: what is in the accumulator, if that is certain. */
    private record State(int at, boolean isCertain, int value) {}

    private boolean allows(int number) {
        Deque<State> open = new ArrayDeque<>();
        Set<State> seen = new HashSet<>();
        open.add(new State(0, true, 0));
        while (!open.isEmpty()) {
            State state = open.remove();
            if (seen.add(state) && !follow(state, number, open)) {
                return false;
            }
        }
        return true;
    }

    /** One instruction; false if it answers with anything but the permission. */
    private boolean follow(State state, int number, Deque<State> open) {
        int offset = state.at * Bpf.INSTRUCTION_BYTES;
        int code = program.getShort(offset) & 0xffff;
        int yes = state.at + 1 + (program.get(offset + 2) & 0xff);
        int no = state.at + 1 + (program.get(offset + 3) & 0xff);
        int k = program.getInt(offset + 4);
        int a = state.value;
        switch (code) {
            case Bpf.RETURN -> {
                return k == ALLOW;
            }
            case Bpf.LOAD -> open.add(load(state.at + 1, k, number));
            case Bpf.AND -> open.add(new State(state.at + 1, state.isCertain, state.isCertain ? a & k : 0));
            case Bpf.GOTO -> open.add(new State(state.at + 1 + k, state.isCertain, a));
            case Bpf.IF_EQUAL -> branch(state, a == k, yes, no, open);
            case Bpf.IF_GREATER -> branch(state, Integer.compareUnsigned(a, k) > 0, yes, no, open);
            case Bpf.IF_AT_LEAST -> branch(state, Integer.compareUnsigned(a, k) >= 0, yes, no, open);
            case Bpf.IF_ANY_BIT -> branch(state, (a & k) != 0, yes, no, open);
            default -> {
                return false; // nothing that this library's compiler makes
            }
        }
        return true;
    }

    private State load(int next, int offset, int number) {
        return switch (offset) {
            case Bpf.NUMBER_OFFSET -> new State(next, true, number);
            case Bpf.ARCH_OFFSET -> new State(next, true, arch.auditArch());
            default -> new State(next, false, 0);
        };
    }

    private static void branch(State state, boolean holds, int yes, int no, Deque<State> open) {
        if (holds || !state.isCertain) {
            open.add(new State(yes, state.isCertain, state.value));
        }
        if (!holds || !state.isCertain) {
            open.add(new State(no, state.isCertain, state.value));
        }
    }
}
