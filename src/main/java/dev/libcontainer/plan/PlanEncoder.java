package dev.libcontainer.plan;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lays steps and their data out as {@link Wire} draws them. Equal strings are stored once. All steps must be counted
 * beforehand, since operands are offsets from the first byte of the plan.
 */
final class PlanEncoder {
    private final ByteBuffer steps;
    private final int dataStart;
    private final ByteArrayOutputStream data = new ByteArrayOutputStream(4096);
    private final Map<String, Integer> strings = new HashMap<>();
    private final Map<List<String>, Integer> vectors = new HashMap<>();

    PlanEncoder(int stepCount) {
        steps = ByteBuffer.allocate(stepCount * Wire.STEP_SIZE).order(ByteOrder.nativeOrder());
        dataStart = Wire.HEADER_SIZE + stepCount * Wire.STEP_SIZE;
    }

    static byte[] utf8(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }

    void step(int opcode, int flags, int a, int b, int c, long d) {
        steps.putShort((short) opcode)
                .putShort((short) flags)
                .putInt(a)
                .putInt(b)
                .putInt(c)
                .putLong(d);
    }

    /** The offset of a NUL-ended string. */
    int string(String s) {
        if (s.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("NUL character in \"" + s.replace("\0", "\\0") + "\"");
        }
        return strings.computeIfAbsent(s, text -> bytes(utf8(text + '\0'), 1));
    }

    int bytes(byte[] bytes, int alignment) {
        while ((dataStart + data.size()) % alignment != 0) {
            data.write(0);
        }
        int at = dataStart + data.size();
        data.writeBytes(bytes);
        return at;
    }

    int longs(long... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * 8).order(ByteOrder.nativeOrder());
        for (long value : values) {
            buffer.putLong(value);
        }
        return bytes(buffer.array(), 8);
    }

    int ints(int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * 4).order(ByteOrder.nativeOrder());
        for (int value : values) {
            buffer.putInt(value);
        }
        return bytes(buffer.array(), 8);
    }

    /** A count and the offsets of strings; whoever loads the plan turns these into pointers. */
    int vector(List<String> list) {
        Integer known = vectors.get(list);
        if (known != null) {
            return known;
        }
        long[] words = new long[list.size() + 2];
        words[0] = list.size();
        for (int i = 0; i < list.size(); i++) {
            words[i + 1] = string(list.get(i));
        }
        int at = longs(words);
        vectors.put(list, at);
        return at;
    }

    /** Strings one after the other, an empty one last. */
    int candidates(List<String> list) {
        StringBuilder all = new StringBuilder();
        list.forEach(s -> all.append(s).append('\0'));
        return bytes(utf8(all.append('\0').toString()), 1);
    }

    /** The whole plan, direct; the header is the caller's to fill, but for its size. */
    ByteBuffer finish() {
        int size = (dataStart + data.size() + 7) / 8 * 8;
        ByteBuffer plan = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
        plan.put(Wire.HEADER_SIZE, steps.array()).put(dataStart, data.toByteArray());
        return plan.putInt(8, size);
    }
}
