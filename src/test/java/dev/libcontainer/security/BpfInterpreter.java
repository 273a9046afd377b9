package dev.libcontainer.security;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Runs a filter as the kernel would; refuses what the kernel would not load. */
final class BpfInterpreter {
    private final int[] codes;
    private final int[] yes;
    private final int[] no;
    private final int[] ks;
    private int steps;

    BpfInterpreter(byte[] bpf) {
        int count = bpf.length / Bpf.INSTRUCTION_BYTES;
        if (count == 0 || bpf.length % Bpf.INSTRUCTION_BYTES != 0 || count > Bpf.MAX_INSTRUCTIONS) {
            throw new IllegalArgumentException(bpf.length + " bytes are no program");
        }
        codes = new int[count];
        yes = new int[count];
        no = new int[count];
        ks = new int[count];
        ByteBuffer in = ByteBuffer.wrap(bpf).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            codes[i] = in.getShort() & 0xffff;
            yes[i] = in.get() & 0xff;
            no[i] = in.get() & 0xff;
            ks[i] = in.getInt();
            check(i, count);
        }
        if (codes[count - 1] != Bpf.RETURN) {
            throw new IllegalArgumentException("runs over its end");
        }
    }

    private void check(int i, int count) {
        switch (codes[i]) {
            case Bpf.LOAD -> require(ks[i] >= 0 && ks[i] < 64 && ks[i] % 4 == 0, i);
            case Bpf.AND, Bpf.RETURN -> {}
            case Bpf.GOTO -> require(ks[i] >= 0 && i + 1L + ks[i] < count, i);
            case Bpf.IF_EQUAL, Bpf.IF_GREATER, Bpf.IF_AT_LEAST, Bpf.IF_ANY_BIT ->
                require(i + 1 + Math.max(yes[i], no[i]) < count, i);
            default -> require(false, i);
        }
    }

    private static void require(boolean valid, int i) {
        if (!valid) {
            throw new IllegalArgumentException("instruction " + i + " is not valid");
        }
    }

    /** What the program answers. */
    int run(int nr, int arch, long... args) {
        int a = 0;
        steps = 0;
        for (int i = 0; ; i++) {
            steps++;
            int k = ks[i];
            switch (codes[i]) {
                case Bpf.LOAD -> a = word(k, nr, arch, args);
                case Bpf.AND -> a &= k;
                case Bpf.GOTO -> i += k;
                case Bpf.IF_EQUAL -> i += a == k ? yes[i] : no[i];
                case Bpf.IF_GREATER -> i += Integer.compareUnsigned(a, k) > 0 ? yes[i] : no[i];
                case Bpf.IF_AT_LEAST -> i += Integer.compareUnsigned(a, k) >= 0 ? yes[i] : no[i];
                case Bpf.IF_ANY_BIT -> i += (a & k) != 0 ? yes[i] : no[i];
                default -> {
                    return k;
                }
            }
        }
    }

    /** How many instructions the last run took. */
    int steps() {
        return steps;
    }

    int instructions() {
        return codes.length;
    }

    private static int word(int offset, int nr, int arch, long[] args) {
        if (offset == Bpf.NUMBER_OFFSET) {
            return nr;
        }
        if (offset == Bpf.ARCH_OFFSET) {
            return arch;
        }
        int index = offset / Long.BYTES - 2;
        if (index < 0 || index >= args.length) {
            return 0; // the instruction pointer, or an argument that was not given
        }
        return (int) (offset % Long.BYTES == 0 ? args[index] : args[index] >>> Integer.SIZE);
    }
}
