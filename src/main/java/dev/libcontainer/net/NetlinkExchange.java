package dev.libcontainer.net;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Requests that go to the kernel in one datagram, and what it answers, in as many as it likes. Pure; lengths are checked
 * against what is there before anything is read.
 *
 * <p>The kernel takes requests in their order, also those after one that fails. It answers a failed one in any case, others
 * if they ask for something; so only the last is acknowledged, and when it is, all are done.
 */
final class NetlinkExchange {
    private static final int FLAGS_OFFSET = 6;
    private static final int SEQUENCE_OFFSET = 8;
    private static final int ERROR = 2;
    private static final int DONE = 3;

    private final int firstSequence;
    private final byte[] datagram;
    private final List<List<NetlinkReply.Body>> bodies = new ArrayList<>();
    private final int[] errors;

    /**
     * Puts requests in a row.
     *
     * @param firstSequence number of the first; answers to others than these are passed over
     * @param requests at least one; only the last may ask for a list, of which the kernel sends more than a part only when
     *     the one before has been taken
     */
    NetlinkExchange(int firstSequence, List<byte[]> requests) {
        this.firstSequence = firstSequence;
        errors = new int[requests.size()];
        int size = requests.stream()
                .mapToInt(request -> NetlinkRequest.padded(request.length))
                .sum();
        ByteBuffer all = ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
        for (int i = 0; i < requests.size(); i++) {
            bodies.add(new ArrayList<>());
            boolean last = i == requests.size() - 1;
            int at = all.position();
            all.put(requests.get(i)).position(at + NetlinkRequest.padded(requests.get(i).length));
            int flags = all.getShort(at + FLAGS_OFFSET);
            boolean list = (flags & NetlinkRequest.DUMP) == NetlinkRequest.DUMP;
            if (last ? !list && (flags & NetlinkRequest.ACK) == 0 : list) {
                throw new IllegalArgumentException("request " + i + " of " + requests.size() + " has flags " + flags);
            }
            all.putShort(at + FLAGS_OFFSET, (short) (last ? flags : flags & ~NetlinkRequest.ACK));
            all.putInt(at + SEQUENCE_OFFSET, firstSequence + i);
        }
        datagram = all.array();
    }

    byte[] datagram() {
        return datagram;
    }

    /** Takes a datagram from the kernel, which is not copied; whether it was the last one. */
    boolean take(byte[] answer) {
        ByteBuffer data = ByteBuffer.wrap(answer).order(ByteOrder.nativeOrder());
        int last = errors.length - 1;
        int at = 0;
        while (data.limit() - at >= NetlinkRequest.HEADER_SIZE) {
            int length = data.getInt(at);
            int type = data.getShort(at + 4) & 0xffff;
            int request = data.getInt(at + SEQUENCE_OFFSET) - firstSequence;
            if (length < NetlinkRequest.HEADER_SIZE || length > data.limit() - at) {
                throw NetlinkReply.malformed();
            }
            ByteBuffer body =
                    NetlinkReply.slice(data, at + NetlinkRequest.HEADER_SIZE, length - NetlinkRequest.HEADER_SIZE);
            if (request >= 0 && request <= last) {
                if (type != ERROR && type != DONE) {
                    bodies.get(request).add(new NetlinkReply.Body(type, body));
                } else {
                    errors[request] = body.limit() < 4 ? 0 : -body.getInt(0);
                    if (request == last) {
                        return true;
                    }
                }
            }
            at += NetlinkRequest.padded(length);
        }
        return false;
    }

    /** What came for each request. */
    List<NetlinkReply> replies() {
        List<NetlinkReply> replies = new ArrayList<>();
        for (int i = 0; i < errors.length; i++) {
            replies.add(new NetlinkReply(bodies.get(i), errors[i]));
        }
        return replies;
    }
}
