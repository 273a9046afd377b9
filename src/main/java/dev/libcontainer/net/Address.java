package dev.libcontainer.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An address of an interface, and the messages about one (rtnetlink(7)).
 *
 * @param family AF_INET or AF_INET6
 * @param flags IFA_F_*
 * @param scope 0 is global
 * @param index of the interface
 * @param local the address itself; for IPv6 and outside of point-to-point links the same as address
 */
record Address(
        int family,
        int prefixLength,
        int flags,
        int scope,
        int index,
        Optional<byte[]> local,
        Optional<byte[]> address,
        Optional<byte[]> broadcast) {
    private static final int NEWADDR = 20;
    private static final int GETADDR = 22;
    private static final int INFO_SIZE = 8;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_BROADCAST = 4;
    private static final int IFA_FLAGS = 8;
    private static final int PERMANENT = 0x80;
    /** What the kernel keeps as told: NODAD, HOMEADDRESS, MANAGETEMPADDR, NOPREFIXROUTE, MCAUTOJOIN. */
    private static final int SETTABLE = 0x02 | 0x10 | 0x100 | 0x200 | 0x400;

    static byte[] list() {
        return new NetlinkRequest(GETADDR, NetlinkRequest.DUMP)
                .address(0, 0, 0, 0, 0)
                .encode();
    }

    /** Adds this address to an interface. */
    byte[] add(int link) {
        int create = NetlinkRequest.CREATE | NetlinkRequest.EXCLUSIVE;
        NetlinkRequest request =
                new NetlinkRequest(NEWADDR, NetlinkRequest.ACK | create).address(family, prefixLength, 0, scope, link);
        local.ifPresent(bytes -> request.attribute(IFA_LOCAL, bytes));
        address.ifPresent(bytes -> request.attribute(IFA_ADDRESS, bytes));
        broadcast.ifPresent(bytes -> request.attribute(IFA_BROADCAST, bytes));
        return request.attribute(IFA_FLAGS, flags & SETTABLE).encode();
    }

    /** Whether it was given by somebody and means the same anywhere: not link-local, not learned. */
    boolean isKept() {
        return scope == 0 && (flags & PERMANENT) != 0;
    }

    static List<Address> parse(NetlinkReply reply) {
        return reply.bodies().stream().flatMap(body -> parse(body).stream()).toList();
    }

    private static Optional<Address> parse(NetlinkReply.Body body) {
        if (body.type() != NEWADDR || body.data().limit() < INFO_SIZE) {
            return Optional.empty();
        }
        Map<Integer, ByteBuffer> attributes = body.attributes(INFO_SIZE);
        ByteBuffer allFlags = attributes.get(IFA_FLAGS); // the header has room for eight of them only
        return Optional.of(new Address(
                body.data().get(0) & 0xff,
                body.data().get(1) & 0xff,
                allFlags != null && allFlags.limit() >= 4
                        ? allFlags.getInt(0)
                        : body.data().get(2) & 0xff,
                body.data().get(3) & 0xff,
                body.data().getInt(4),
                NetlinkReply.bytes(attributes, IFA_LOCAL),
                NetlinkReply.bytes(attributes, IFA_ADDRESS),
                NetlinkReply.bytes(attributes, IFA_BROADCAST)));
    }

    @Override
    public String toString() {
        byte[] bytes = local.or(() -> address).orElse(new byte[0]);
        try {
            return InetAddress.getByAddress(bytes).getHostAddress() + "/" + prefixLength;
        } catch (UnknownHostException e) {
            return bytes.length + " bytes/" + prefixLength; // neither IPv4 nor IPv6
        }
    }
}
