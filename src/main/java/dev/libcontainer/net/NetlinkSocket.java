package dev.libcontainer.net;

import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A socket for rtnetlink in one network namespace. Not thread-safe. */
final class NetlinkSocket implements AutoCloseable {
    /** The least that the kernel expects; it cuts lists into parts of that size, and a single answer is hardly ever larger. */
    private static final int USUAL_ANSWER = 8 * 1024;
    /** Of one datagram: their answers wait in the socket's buffer, which holds 200 KiB. */
    private static final int MOST_REQUESTS = 16;

    private static final byte[] NOTHING = {};

    private final Fd socket;
    private ByteBuffer answer = ByteBuffer.allocateDirect(USUAL_ANSWER);
    private int sequence = 1;

    private NetlinkSocket(Fd socket) {
        this.socket = socket;
    }

    /** In the network namespace of the calling thread. */
    static NetlinkSocket here() {
        return new NetlinkSocket(Kernel.openNetlink(-1));
    }

    /** In a namespace whose fd is borrowed for this call; takes a thread that joins it. */
    static NetlinkSocket in(Fd netns) {
        return new NetlinkSocket(Kernel.openNetlink(netns.value()));
    }

    /** Has the kernel do all of them in order, whether or not one fails; replies in the same order. */
    List<NetlinkReply> exchange(List<byte[]> requests) {
        List<NetlinkReply> replies = new ArrayList<>();
        for (int i = 0; i < requests.size(); i += MOST_REQUESTS) {
            List<byte[]> some = requests.subList(i, Math.min(i + MOST_REQUESTS, requests.size()));
            NetlinkExchange exchange = new NetlinkExchange(sequence, some);
            sequence += some.size();
            byte[] sent = exchange.datagram();
            while (!exchange.take(receive(sent))) {
                sent = NOTHING;
            }
            replies.addAll(exchange.replies());
        }
        return replies;
    }

    private byte[] receive(byte[] requests) {
        int size = Kernel.netlink(socket.value(), requests, answer);
        while (size > answer.capacity()) {
            answer = ByteBuffer.allocateDirect(size);
            size = Kernel.netlink(socket.value(), NOTHING, answer);
        }
        byte[] datagram = new byte[size];
        answer.get(0, datagram);
        return datagram;
    }

    @Override
    public void close() {
        socket.close();
    }
}
