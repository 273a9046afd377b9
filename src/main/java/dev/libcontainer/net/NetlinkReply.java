package dev.libcontainer.net;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The answers to one request: their bodies, and the errno of the one that ends them. Pure; lengths are checked against
 * what is there before anything is read.
 *
 * @param bodies payloads of the messages, each with its type
 * @param errno 0, or what the kernel says against the request
 */
record NetlinkReply(List<Body> bodies, int errno) {
    NetlinkReply {
        bodies = List.copyOf(bodies);
    }

    /** A message without its header. */
    record Body(int type, ByteBuffer data) {
        /** Attributes after a family header of this size, by type; of several of one type the last. */
        Map<Integer, ByteBuffer> attributes(int headerSize) {
            Map<Integer, ByteBuffer> attributes = new LinkedHashMap<>();
            int at = headerSize;
            while (data.limit() - at >= NetlinkRequest.ATTRIBUTE_HEADER_SIZE) {
                int length = data.getShort(at) & 0xffff;
                int kind = data.getShort(at + 2) & 0x3fff; // without NLA_F_NESTED and NLA_F_NET_BYTEORDER
                if (length < NetlinkRequest.ATTRIBUTE_HEADER_SIZE || length > data.limit() - at) {
                    throw malformed();
                }
                attributes.put(
                        kind,
                        slice(
                                data,
                                at + NetlinkRequest.ATTRIBUTE_HEADER_SIZE,
                                length - NetlinkRequest.ATTRIBUTE_HEADER_SIZE));
                at += NetlinkRequest.padded(length);
            }
            return attributes;
        }
    }

    /** A NUL-ended string. */
    static String text(ByteBuffer attribute) {
        byte[] all = bytes(attribute);
        int end = 0;
        while (end < all.length && all[end] != 0) {
            end++;
        }
        return new String(all, 0, end, StandardCharsets.UTF_8);
    }

    static byte[] bytes(ByteBuffer attribute) {
        byte[] all = new byte[attribute.limit()];
        attribute.get(0, all);
        return all;
    }

    static Optional<byte[]> bytes(Map<Integer, ByteBuffer> attributes, int type) {
        return Optional.ofNullable(attributes.get(type)).map(NetlinkReply::bytes);
    }

    static ByteBuffer slice(ByteBuffer data, int at, int length) {
        return data.slice(at, length).order(ByteOrder.nativeOrder());
    }

    static IllegalStateException malformed() {
        return new IllegalStateException("the kernel's netlink answer is malformed");
    }
}
