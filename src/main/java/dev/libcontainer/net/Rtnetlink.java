package dev.libcontainer.net;

import dev.libcontainer.kernel.Errno;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Requests in one network namespace, for one member of the configuration. Not thread-safe. */
final class Rtnetlink {
    private static final int LARGEST_ANSWER = 1 << 20;

    private final int netns;
    private final String jsonPath;
    private final ByteBuffer answer = ByteBuffer.allocateDirect(LARGEST_ANSWER);

    private Rtnetlink(int netns, String jsonPath) {
        this.netns = netns;
        this.jsonPath = jsonPath;
    }

    static Rtnetlink in(Fd netns, String jsonPath) {
        return new Rtnetlink(netns.value(), jsonPath);
    }

    /** The interface of that name, if there is one. */
    Optional<Link> find(String name) {
        NetlinkReply reply = exchange("find interface " + name, Link.get(name));
        if (reply.errno() == Errno.ENODEV.number()) {
            return Optional.empty();
        }
        check("find interface " + name, reply.errno(), "");
        return reply.bodies().stream()
                .flatMap(body -> Link.parse(body).stream())
                .findFirst();
    }

    List<Link> links() {
        NetlinkReply reply = exchange("list interfaces", Link.list());
        check("list interfaces", reply.errno(), "");
        return reply.bodies().stream()
                .flatMap(body -> Link.parse(body).stream())
                .toList();
    }

    List<Address> addresses(int link) {
        NetlinkReply reply = exchange("list addresses", Address.list());
        check("list addresses", reply.errno(), "");
        return reply.bodies().stream()
                .flatMap(body -> Address.parse(body).stream())
                .filter(address -> address.index() == link)
                .toList();
    }

    /** A request that is acknowledged. */
    void request(String operation, byte[] message, String hint) {
        check(operation, exchange(operation, message).errno(), hint);
    }

    private NetlinkReply exchange(String operation, byte[] message) {
        try {
            Kernel.netlink(netns, message, answer);
        } catch (KernelException e) {
            throw new NetworkException(
                    jsonPath, operation, e.errno().number(), e.errno().toString(), "");
        }
        return NetlinkReply.parse(answer);
    }

    private void check(String operation, int errno, String hint) {
        if (errno != 0) {
            throw new NetworkException(jsonPath, operation, errno, new Errno(errno).toString(), hint);
        }
    }
}
