package dev.libcontainer.net;

import dev.libcontainer.kernel.Errno;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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

    private Bridge(Fd network, String name) {
        this.network = network;
        this.name = name;
        link = Rtnetlink.in(network, PATH);
    }

    /**
     * Makes one in the network namespace of the calling thread.
     *
     * @param name at most 15 characters
     * @throws NetworkException saying what failed; nothing is left behind
     */
    public static Bridge here(String name) {
        return in(Kernel.open(OWN_NAMESPACE, Kernel.O_RDONLY), name);
    }

    /** Makes one in a new network namespace, which is gone with it. */
    public static Bridge apart(String name, byte[] address) {
        Bridge bridge = in(Kernel.createNetworkNamespace(), name);
        try {
            give(bridge.link, name, address);
            return bridge;
        } catch (RuntimeException | Error e) {
            bridge.close();
            throw e;
        }
    }

    private static Bridge in(Fd network, String name) {
        Bridge bridge = new Bridge(network, name);
        try {
            bridge.link.request("make bridge " + name, Link.bridge(name), "the kernel needs CONFIG_BRIDGE");
        } catch (RuntimeException | Error e) {
            network.close(); // a bridge of that name is somebody else's
            throw e;
        }
        try {
            setUp(bridge.link, name);
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
        pair(outer, innerName, network, address);
    }

    /** The same with the inner end in a new network namespace, and up; the path of that, good while this is open. */
    public Path pairApart(String outer, String innerName, byte[] address) {
        Fd other = Kernel.createNetworkNamespace();
        inner.add(other);
        setUp(pair(outer, innerName, other, address), innerName);
        return path(other);
    }

    private Rtnetlink pair(String outer, String innerName, Fd innerNetwork, byte[] address) {
        link.request(
                "make the pair " + outer + ", " + innerName,
                Link.pair(outer, innerName, innerNetwork.value()),
                "the kernel needs CONFIG_VETH");
        try {
            link.request("put " + outer + " on " + name, Link.enslave(index(link, outer), index(link, name)), "");
            setUp(link, outer);
            Rtnetlink there = Rtnetlink.in(innerNetwork, PATH);
            give(there, innerName, address);
            return there;
        } catch (RuntimeException | Error e) {
            remove(outer);
            throw e;
        }
    }

    private static void setUp(Rtnetlink where, String device) {
        where.request("set " + device + " up", Link.setUp(index(where, device)), "");
    }

    private static void give(Rtnetlink where, String device, byte[] address) {
        where.request("give " + device + " an address", address(address).add(index(where, device)), "");
    }

    private static int index(Rtnetlink where, String device) {
        return where.find(device).orElseThrow().index();
    }

    /** Removes a pair, wherever its inner end is; none is fine: it ends with the namespace of either end. */
    public void remove(String outer) {
        link.find(outer).ifPresent(there -> {
            try {
                link.request("remove " + outer, Link.delete(there.index()), "");
            } catch (NetworkException e) {
                if (e.errno() != Errno.ENODEV.number()) {
                    throw e;
                } // else the namespace of the inner end was faster
            }
        });
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
            inner.forEach(Fd::close);
            network.close();
        }
    }
}
