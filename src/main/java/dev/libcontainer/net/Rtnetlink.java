package dev.libcontainer.net;

import dev.libcontainer.kernel.Errno;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.KernelException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Requests in one network namespace, with errors that say which of them failed. Not thread-safe. */
final class Rtnetlink implements AutoCloseable {
    /**
     * A request.
     *
     * @param jsonPath the member of the configuration that asks for it
     * @param operation what it does, for errors
     * @param hint what to do if it is refused, or nothing
     */
    record Request(String jsonPath, String operation, byte[] message, String hint) {
        static Request find(String jsonPath, String device) {
            return new Request(jsonPath, "find interface " + device, Link.get(device), "");
        }

        static Request links(String jsonPath) {
            return new Request(jsonPath, "list interfaces", Link.list(), "");
        }

        static Request addresses(String jsonPath) {
            return new Request(jsonPath, "list addresses", Address.list(), "");
        }

        /** Throws what the kernel says against it, if it does. */
        void check(NetlinkReply reply) {
            if (reply.errno() != 0) {
                throw failure(new Errno(reply.errno()));
            }
        }

        /** What it has found, if there is one. */
        Optional<Link> found(NetlinkReply reply) {
            if (reply.errno() == Errno.ENODEV.number()) {
                return Optional.empty();
            }
            check(reply);
            return Link.parse(reply).stream().findFirst();
        }

        private NetworkException failure(Errno errno) {
            return new NetworkException(jsonPath, operation, errno.number(), errno.toString(), hint);
        }
    }

    private final NetlinkSocket socket;

    private Rtnetlink(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** In the network namespace of the calling thread. */
    static Rtnetlink here(String jsonPath) {
        return open(jsonPath, NetlinkSocket::here);
    }

    /** In a network namespace whose fd is borrowed for this call. */
    static Rtnetlink in(Fd netns, String jsonPath) {
        return open(jsonPath, () -> NetlinkSocket.in(netns));
    }

    private static Rtnetlink open(String jsonPath, Supplier<NetlinkSocket> opening) {
        try {
            return new Rtnetlink(opening.get());
        } catch (KernelException e) {
            Errno errno = e.errno();
            throw new NetworkException(jsonPath, "open a netlink socket", errno.number(), errno.toString(), "");
        }
    }

    /** Does them in order, whether or not one fails, and says what came of each. */
    List<NetlinkReply> exchange(List<Request> requests) {
        try {
            return socket.exchange(requests.stream().map(Request::message).toList());
        } catch (KernelException e) {
            throw requests.get(0).failure(e.errno());
        }
    }

    /**
     * Does them in order, whether or not one fails.
     *
     * @throws NetworkException for the first that failed
     */
    void request(List<Request> requests) {
        List<NetlinkReply> replies = exchange(requests);
        for (int i = 0; i < replies.size(); i++) {
            requests.get(i).check(replies.get(i));
        }
    }

    /** The interface of that name, if there is one. */
    Optional<Link> find(String jsonPath, String name) {
        Request finding = Request.find(jsonPath, name);
        return finding.found(exchange(List.of(finding)).get(0));
    }

    List<Link> links(String jsonPath) {
        Request listing = Request.links(jsonPath);
        NetlinkReply reply = exchange(List.of(listing)).get(0);
        listing.check(reply);
        return Link.parse(reply);
    }

    @Override
    public void close() {
        socket.close();
    }
}
