package dev.libcontainer.cgroup;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Runs a device program as the kernel would, and refuses what its verifier would refuse. */
final class DeviceInterpreter {
    private final ByteBuffer program;
    private final int count;
    private final boolean[] reached;

    DeviceInterpreter(byte[] bytes) {
        program = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        count = bytes.length / Long.BYTES;
        reached = new boolean[count];
        if (bytes.length % Long.BYTES != 0 || count == 0) {
            throw new IllegalArgumentException(bytes.length + " bytes are no program");
        }
        follow(0);
        for (int i = 0; i < count; i++) {
            require(reached[i], i, "is never reached");
        }
    }

    private int code(int i) {
        return program.get(i * Long.BYTES) & 0xff;
    }

    private int offset(int i) {
        return program.getShort(i * Long.BYTES + 2);
    }

    private void follow(int from) {
        for (int i = from; ; i++) {
            require(i >= 0 && i < count, i, "is outside of the program");
            if (reached[i]) {
                return;
            }
            reached[i] = true;
            switch (code(i)) {
                case 0x56, 0x16 -> follow(i + 1 + offset(i));
                case 0x61, 0xb4, 0xbc, 0x54, 0x74 -> {}
                case 0x95 -> {
                    return;
                }
                default -> require(false, i, "is not known");
            }
        }
    }

    private static void require(boolean valid, int i, String problem) {
        if (!valid) {
            throw new IllegalArgumentException("instruction " + i + " " + problem);
        }
    }

    /** Whether the access (1 mknod, 2 read, 4 write) is allowed. */
    boolean allows(char type, int major, int minor, int access) {
        int[] context = {access << 16 | (type == 'b' ? 1 : 2), major, minor};
        int[] registers = new int[6];
        for (int i = 0; ; i++) {
            int target = program.get(i * Long.BYTES + 1) & 0xf;
            int source = program.get(i * Long.BYTES + 1) >> 4 & 0xf;
            int immediate = program.getInt(i * Long.BYTES + 4);
            switch (code(i)) {
                case 0x61 -> registers[target] = context[offset(i) / 4];
                case 0xb4 -> registers[target] = immediate;
                case 0xbc -> registers[target] = registers[source];
                case 0x54 -> registers[target] &= immediate;
                case 0x74 -> registers[target] >>>= immediate;
                case 0x56 -> i += registers[target] != immediate ? offset(i) : 0;
                case 0x16 -> i += registers[target] == immediate ? offset(i) : 0;
                default -> {
                    return registers[0] != 0;
                }
            }
        }
    }
}
