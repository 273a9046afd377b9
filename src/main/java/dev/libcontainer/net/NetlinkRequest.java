package dev.libcontainer.net;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One rtnetlink message in the making (netlink(7), rtnetlink(7)). Pure.
 *
 * <pre>
 *  0        4      6       8          12         16
 *  +--------+------+-------+----------+----------+-----------------+--------+------+---------+-----+--- …
 *  | length | type | flags | sequence | port (0) | header of family | length | type | payload | pad | attribute …
 *  +--------+------+-------+----------+----------+-----------------+--------+------+---------+-----+--- …
 * </pre>
 *
 * Lengths are counted as int and checked against the 16 bits that an attribute has for its own: one that wraps around
 * would make the rest of its payload the next attributes (CVE-2021-43784).
 */
final class NetlinkRequest {
    static final int HEADER_SIZE = 16;
    static final int ATTRIBUTE_HEADER_SIZE = 4;
    static final int LONGEST_ATTRIBUTE = 0xffff;
    /** More than any message here needs, less than the kernel's default send buffer. */
    static final int LONGEST_MESSAGE = 64 * 1024;

    static final int REQUEST = 1;
    static final int ACK = 4;
    static final int EXCLUSIVE = 0x200;
    static final int CREATE = 0x400;
    static final int DUMP = 0x300;

    private byte[] bytes = new byte[256];
    private int size;

    NetlinkRequest(int type, int flags) {
        ints(0);
        shorts(type, REQUEST | flags);
        ints(1, 0);
    }

    /** What is to become the payload of an attribute. */
    static NetlinkRequest nest() {
        return new NetlinkRequest(0, 0);
    }

    /** struct ifinfomsg: family, index, IFF_* and which of them to change. */
    NetlinkRequest link(int index, int flags, int change) {
        shorts(0, 0);
        return ints(index, flags, change);
    }

    /** struct ifaddrmsg. */
    NetlinkRequest address(int family, int prefixLength, int flags, int scope, int index) {
        ensure(4);
        for (int value : new int[] {family, prefixLength, flags, scope}) {
            bytes[size++] = (byte) value;
        }
        return ints(index);
    }

    NetlinkRequest attribute(int type, int value) {
        return attribute(
                type,
                ByteBuffer.allocate(4)
                        .order(ByteOrder.nativeOrder())
                        .putInt(value)
                        .array());
    }

    /** A NUL-ended string. */
    NetlinkRequest attribute(int type, String text) {
        return attribute(type, (text + '\0').getBytes(StandardCharsets.UTF_8));
    }

    NetlinkRequest attribute(int type, byte[] payload) {
        int length = ATTRIBUTE_HEADER_SIZE + payload.length;
        if (length > LONGEST_ATTRIBUTE) {
            throw new IllegalArgumentException("attribute " + type + " has " + payload.length + " bytes, netlink takes "
                    + (LONGEST_ATTRIBUTE - ATTRIBUTE_HEADER_SIZE));
        }
        shorts(length, type);
        ensure(padded(payload.length));
        System.arraycopy(payload, 0, bytes, size, payload.length);
        size += padded(payload.length);
        return this;
    }

    /** The whole message. */
    byte[] encode() {
        byte[] message = Arrays.copyOf(bytes, size);
        ByteBuffer.wrap(message).order(ByteOrder.nativeOrder()).putInt(0, size);
        return message;
    }

    /** All but the message's header. */
    byte[] payload() {
        return Arrays.copyOfRange(bytes, HEADER_SIZE, size);
    }

    static int padded(int length) {
        return (length + 3) & ~3;
    }

    private void shorts(int... values) {
        ensure(2 * values.length);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        for (int value : values) {
            buffer.putShort(size, (short) value);
            size += 2;
        }
    }

    private NetlinkRequest ints(int... values) {
        ensure(4 * values.length);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        for (int value : values) {
            buffer.putInt(size, value);
            size += 4;
        }
        return this;
    }

    private void ensure(int more) {
        if (size + more > LONGEST_MESSAGE) {
            throw new IllegalArgumentException("a message of more than " + LONGEST_MESSAGE + " bytes");
        }
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
        }
    }
}
