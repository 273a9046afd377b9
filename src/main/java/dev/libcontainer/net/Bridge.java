package dev.libcontainer.net;

import dev.libcontainer.kernel.Errno;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.net.Rtnetlink.Request;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A bridge and pairs of virtual Ethernet devices (veth(4)) that lead to it: what engines give to containers. It is gone when
 * closed, and so are the outer ends. Not thread-safe.
 */
public final class Bridge implements AutoCloseable {
    private static final String OWN_NAMESPACE = "/proc/thread-self/ns/net";
    private static final String PATH = "bridge";
    private static final int INTERNET = 2; // AF_INET
    private static final int PREFIX = 24;

    private final Fd network;
    private final List<Fd> inner = new ArrayList<>();
    private final Rtnetlink link;
    private final String name;

    private Bridge(Fd network, Rtnetlink link, String name) {
        this.network = network;
        this.link = link;
        this.name = name;
    }

    /**
     * Makes one in the network namespace of the calling thread.
     *
     * @param name at most 15 characters
     * @throws NetworkException saying what failed; nothing is left behind
     */
    public static Bridge here(String name) {
        Fd network = Kernel.open(OWN_NAMESPACE, Kernel.O_RDONLY);
        return in(network, () -> Rtnetlink.here(PATH), name, Optional.empty());
    }

    /** Makes one in a new network namespace, which is gone with it. */
    public static Bridge apart(String name, byte[] address) {
        Fd network = Kernel.createNetworkNamespace();
        return in(network, () -> Rtnetlink.in(network, PATH), name, Optional.of(address));
    }

    private static Bridge in(Fd network, Supplier<Rtnetlink> opening, String name, Optional<byte[]> address) {
        Bridge bridge;
        try {
            bridge = new Bridge(network, opening.get(), name);
        } catch (RuntimeException | Error e) {
            network.close();
            throw e;
        }
        Request making = request("make bridge " + name, Link.bridge(name), "the kernel needs CONFIG_BRIDGE");
        List<Request> requests = List.of(making, find(name));
        List<NetlinkReply> replies;
        try {
            replies = bridge.link.exchange(requests);
            making.check(replies.get(0));
        } catch (RuntimeException | Error e) {
            bridge.release(); // a bridge of that name is somebody else's
            throw e;
        }
        try {
            Link made = found(requests.get(1), replies.get(1));
            List<Request> settling = new ArrayList<>(List.of(up(made)));
            address.ifPresent(bytes -> settling.add(give(made, bytes)));
            bridge.link.request(settling);
            return bridge;
        } catch (RuntimeException | Error e) {
            bridge.close();
            throw e;
        }
    }

    /** The path of the bridge's network namespace, good while this is open. */
    public Path network() {
        return path(network);
    }

    /**
     * Makes a pair of which both ends are beside the bridge: the outer end up and on the bridge, the inner one down, with an
     * address, to be moved into a container ({@code linux.netDevices}).
     */
    public void pair(String outer, String innerName, byte[] address) {
        List<Request> finding = List.of(find(outer), find(name), find(innerName));
        List<NetlinkReply> replies = makePair(outer, innerName, network, finding);
        try {
            List<Request> settling = settleOuter(finding, replies);
            settling.add(give(found(finding.get(2), replies.get(2)), address));
            link.request(settling);
        } catch (RuntimeException | Error e) {
            remove(outer);
            throw e;
        }
    }

    /** The same with the inner end in a new network namespace, and up; the path of that, good while this is open. */
    public Path pairApart(String outer, String innerName, byte[] address) {
        Fd other = Kernel.createNetworkNamespace();
        inner.add(other);
        List<Request> finding = List.of(find(outer), find(name));
        List<NetlinkReply> replies = makePair(outer, innerName, other, finding);
        try (Rtnetlink there = Rtnetlink.in(other, PATH)) {
            link.request(settleOuter(finding, replies));
            Link end = there.find(PATH, innerName).orElseThrow();
            there.request(List.of(give(end, address), up(end)));
        } catch (RuntimeException | Error e) {
            remove(outer);
            throw e;
        }
        return path(other);
    }

    /** Has it made, and looks for links meanwhile, which may be ends of it. */
    private List<NetlinkReply> makePair(String outer, String innerName, Fd innerNetwork, List<Request> finding) {
        Request making = request(
                "make the pair " + outer + ", " + innerName,
                Link.pair(outer, innerName, innerNetwork.value()),
                "the kernel needs CONFIG_VETH");
        List<Request> requests = new ArrayList<>(List.of(making));
        requests.addAll(finding);
        List<NetlinkReply> replies = link.exchange(requests);
        making.check(replies.get(0));
        return replies.subList(1, replies.size());
    }

    private List<Request> settleOuter(List<Request> finding, List<NetlinkReply> replies) {
        Link outer = found(finding.get(0), replies.get(0));
        Link bridge = found(finding.get(1), replies.get(1));
        return new ArrayList<>(List.of(
                request("put " + outer.name() + " on " + name, Link.enslave(outer.index(), bridge.index()), ""),
                up(outer)));
    }

    private static Request find(String device) {
        return Request.find(PATH, device);
    }

    private static Link found(Request finding, NetlinkReply reply) {
        return finding.found(reply).orElseThrow();
    }

    private static Request up(Link device) {
        return request("set " + device.name() + " up", Link.setUp(device.index()), "");
    }

    private static Request give(Link device, byte[] address) {
        return request("give " + device.name() + " an address", address(address).add(device.index()), "");
    }

    private static Request request(String operation, byte[] message, String hint) {
        return new Request(PATH, operation, message, hint);
    }

    /** Removes a pair, wherever its inner end is; none is fine: it ends with the namespace of either end. */
    public void remove(String outer) {
        Request removing = request("remove " + outer, Link.delete(outer), "");
        NetlinkReply reply = link.exchange(List.of(removing)).get(0);
        if (reply.errno() != Errno.ENODEV.number()) {
            removing.check(reply);
        }
    }

    private static Address address(byte[] bytes) {
        Optional<byte[]> there = Optional.of(bytes);
        return new Address(INTERNET, PREFIX, 0, 0, 0, there, there, Optional.empty());
    }

    private static Path path(Fd fd) {
        return Path.of("/proc/" + ProcessHandle.current().pid() + "/fd/" + fd.value());
    }

    @Override
    public void close() {
        try {
            remove(name);
        } finally {
            release();
        }
    }

    private void release() {
        inner.forEach(Fd::close);
        link.close();
        network.close();
    }
}
