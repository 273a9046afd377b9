package dev.libcontainer.net;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A network interface, and the messages about one (rtnetlink(7)).
 *
 * @param up whether it is set up ({@code IFF_UP})
 */
record Link(int index, String name, boolean up) {
    private static final int NEWLINK = 16;
    private static final int DELLINK = 17;
    private static final int GETLINK = 18;
    private static final int INFO_SIZE = 16;
    private static final int IFF_UP = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MASTER = 10;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_NET_NS_FD = 28;
    private static final int INFO_KIND = 1;
    private static final int INFO_DATA = 2;
    private static final int VETH_PEER = 1;
    private static final int NEW = NetlinkRequest.ACK | NetlinkRequest.CREATE | NetlinkRequest.EXCLUSIVE;

    static byte[] get(String name) {
        return new NetlinkRequest(GETLINK, NetlinkRequest.ACK)
                .link(0, 0, 0)
                .attribute(IFLA_IFNAME, name)
                .encode();
    }

    static byte[] list() {
        return new NetlinkRequest(GETLINK, NetlinkRequest.DUMP).link(0, 0, 0).encode();
    }

    /** Into another network namespace, under another name. The kernel sets the interface down on the way. */
    static byte[] move(int index, int netns, String name) {
        return new NetlinkRequest(NEWLINK, NetlinkRequest.ACK)
                .link(index, 0, 0)
                .attribute(IFLA_NET_NS_FD, netns)
                .attribute(IFLA_IFNAME, name)
                .encode();
    }

    static byte[] setUp(int index) {
        return new NetlinkRequest(NEWLINK, NetlinkRequest.ACK)
                .link(index, IFF_UP, IFF_UP)
                .encode();
    }

    static byte[] bridge(String name) {
        return new NetlinkRequest(NEWLINK, NEW)
                .link(0, 0, 0)
                .attribute(IFLA_IFNAME, name)
                .attribute(
                        IFLA_LINKINFO,
                        NetlinkRequest.nest().attribute(INFO_KIND, "bridge").payload())
                .encode();
    }

    /** A pair of virtual Ethernet devices; the other end may be in another network namespace. */
    static byte[] pair(String name, String other, int otherNetns) {
        byte[] peer = NetlinkRequest.nest()
                .link(0, 0, 0)
                .attribute(IFLA_IFNAME, other)
                .attribute(IFLA_NET_NS_FD, otherNetns)
                .payload();
        byte[] kind = NetlinkRequest.nest()
                .attribute(INFO_KIND, "veth")
                .attribute(
                        INFO_DATA,
                        NetlinkRequest.nest().attribute(VETH_PEER, peer).payload())
                .payload();
        return new NetlinkRequest(NEWLINK, NEW)
                .link(0, 0, 0)
                .attribute(IFLA_IFNAME, name)
                .attribute(IFLA_LINKINFO, kind)
                .encode();
    }

    /** Makes it a port of a bridge. */
    static byte[] enslave(int index, int bridge) {
        return new NetlinkRequest(NEWLINK, NetlinkRequest.ACK)
                .link(index, 0, 0)
                .attribute(IFLA_MASTER, bridge)
                .encode();
    }

    static byte[] delete(String name) {
        return new NetlinkRequest(DELLINK, NetlinkRequest.ACK)
                .link(0, 0, 0)
                .attribute(IFLA_IFNAME, name)
                .encode();
    }

    static List<Link> parse(NetlinkReply reply) {
        return reply.bodies().stream().flatMap(body -> parse(body).stream()).toList();
    }

    static Optional<Link> parse(NetlinkReply.Body body) {
        if (body.type() != NEWLINK || body.data().limit() < INFO_SIZE) {
            return Optional.empty();
        }
        Map<Integer, ByteBuffer> attributes = body.attributes(INFO_SIZE);
        return Optional.ofNullable(attributes.get(IFLA_IFNAME))
                .map(name -> new Link(
                        body.data().getInt(4),
                        NetlinkReply.text(name),
                        (body.data().getInt(8) & IFF_UP) != 0));
    }
}
