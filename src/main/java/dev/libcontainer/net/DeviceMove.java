package dev.libcontainer.net;

import dev.libcontainer.kernel.Errno;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.net.Rtnetlink.Request;
import dev.libcontainer.spec.NetDevice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Moves network devices of the host into a container's network namespace (config-linux.md, "netDevices"), with the
 * addresses that they had, and sets them up there. The host is the network namespace of the calling thread.
 */
public final class DeviceMove {
    private static final String OWN_NAMESPACE = "/proc/thread-self/ns/net";
    private static final String DEVICES = "linux.netDevices";
    private static final int MOST_OF_A_NAME = 10_000;

    /**
     * A device that is now in the container.
     *
     * @param hostName the name it had
     * @param name the name it has
     * @param wasUp whether it was up on the host
     * @param addresses that it brought along
     */
    public record Moved(String hostName, String name, boolean wasUp, List<String> addresses) {
        public Moved {
            addresses = List.copyOf(addresses);
        }
    }

    /**
     * A device about to move.
     *
     * @param hostName the name it has on the host, before or afterwards
     * @param link as it is where it comes from
     * @param name the one it is to have where it goes
     * @param addresses and whether it is to be up there
     */
    private record Leaving(String hostName, Link link, String name, List<Address> addresses, boolean up) {
        Leaving {
            addresses = List.copyOf(addresses);
        }
    }

    private final Fd host;
    private final Fd target;
    private final Rtnetlink outside;
    private final Rtnetlink inside;

    private DeviceMove(Fd host, Fd target, Rtnetlink outside, Rtnetlink inside) {
        this.host = host;
        this.target = target;
        this.outside = outside;
        this.inside = inside;
    }

    /**
     * Moves devices, all or none.
     *
     * @param devices by their names on the host
     * @param target the container's network namespace, borrowed
     * @return what {@link #undo} needs, in the order in which they were moved
     * @throws NetworkException naming the device; those moved before are back on the host
     */
    public static List<Moved> move(Map<String, NetDevice> devices, Fd target) {
        try (Fd host = Kernel.open(OWN_NAMESPACE, Kernel.O_RDONLY);
                Rtnetlink outside = Rtnetlink.here(DEVICES);
                Rtnetlink inside = Rtnetlink.in(target, DEVICES)) {
            return new DeviceMove(host, target, outside, inside).in(devices);
        }
    }

    /** The same from a network namespace that is not the calling thread's. */
    static List<Moved> move(Map<String, NetDevice> devices, Fd host, Fd target) {
        try (Rtnetlink outside = Rtnetlink.in(host, DEVICES);
                Rtnetlink inside = Rtnetlink.in(target, DEVICES)) {
            return new DeviceMove(host, target, outside, inside).in(devices);
        }
    }

    /**
     * Moves devices back to the host and to their names, the last one first, with their addresses; up if they were.
     *
     * @throws NetworkException for the first that cannot come back, after trying the others
     */
    public static void undo(List<Moved> moved, Fd target) {
        try (Fd host = Kernel.open(OWN_NAMESPACE, Kernel.O_RDONLY);
                Rtnetlink outside = Rtnetlink.here(DEVICES);
                Rtnetlink inside = Rtnetlink.in(target, DEVICES)) {
            new DeviceMove(host, target, outside, inside).back(moved);
        }
    }

    static void undo(List<Moved> moved, Fd host, Fd target) {
        try (Rtnetlink outside = Rtnetlink.in(host, DEVICES);
                Rtnetlink inside = Rtnetlink.in(target, DEVICES)) {
            new DeviceMove(host, target, outside, inside).back(moved);
        }
    }

    private List<Moved> in(Map<String, NetDevice> devices) {
        List<Leaving> leaving = leaving(devices);
        List<Leaving> gone = new ArrayList<>(); // also one of which it is not known
        try {
            for (Leaving device : leaving) {
                gone.add(device);
                Request carrying = carrying(device, target);
                NetlinkReply reply = outside.exchange(List.of(carrying)).get(0);
                if (reply.errno() != 0) {
                    gone.remove(device);
                }
                carrying.check(reply);
            }
            List<NetworkException> failed = new ArrayList<>();
            settle(inside, gone, failed);
            throwFirst(failed);
        } catch (RuntimeException | Error e) {
            try {
                takeBack(gone);
            } catch (NetworkException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
        return leaving.stream()
                .map(device -> new Moved(
                        device.hostName,
                        device.name,
                        device.link.up(),
                        device.addresses.stream().map(Address::toString).toList()))
                .toList();
    }

    /** What is to move, all of which must be there, to names that are free. */
    private List<Leaving> leaving(Map<String, NetDevice> devices) {
        List<Map.Entry<String, NetDevice>> wanted = List.copyOf(devices.entrySet());
        List<Request> finding = wanted.stream()
                .map(device -> Request.find(path(device.getKey()), device.getKey()))
                .toList();
        List<NetlinkReply> replies = withAddresses(outside, finding);
        Set<String> taken = inside.links(DEVICES).stream().map(Link::name).collect(Collectors.toSet());
        List<Leaving> leaving = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            String hostName = wanted.get(i).getKey();
            Link link = existing(finding.get(i), replies.get(i));
            String name = freeName(taken, wanted.get(i).getValue().name().orElse(hostName), hostName);
            taken.add(name);
            leaving.add(new Leaving(hostName, link, name, kept(replies, link), true));
        }
        return leaving;
    }

    /** Takes devices back that a move which failed has left in the container, the last one first. */
    private void takeBack(List<Leaving> gone) {
        List<Leaving> backwards = new ArrayList<>(gone);
        Collections.reverse(backwards);
        List<Request> finding = finding(backwards);
        List<NetlinkReply> replies = inside.exchange(finding);
        List<Leaving> leaving = new ArrayList<>();
        List<NetworkException> failed = new ArrayList<>();
        for (int i = 0; i < backwards.size(); i++) {
            Leaving was = backwards.get(i);
            try {
                finding.get(i)
                        .found(replies.get(i))
                        .map(link -> new Leaving(was.hostName, link, was.hostName, was.addresses, was.link.up()))
                        .ifPresent(leaving::add);
            } catch (NetworkException e) {
                failed.add(e);
            }
        }
        carryBack(leaving, failed);
    }

    private void back(List<Moved> moved) {
        List<Moved> backwards = new ArrayList<>(moved);
        Collections.reverse(backwards);
        List<Request> finding = backwards.stream()
                .map(device -> Request.find(path(device.hostName), device.name))
                .toList();
        List<NetlinkReply> replies = withAddresses(inside, finding);
        List<Leaving> leaving = new ArrayList<>();
        List<NetworkException> failed = new ArrayList<>();
        for (int i = 0; i < backwards.size(); i++) {
            Moved device = backwards.get(i);
            try {
                Link link = existing(finding.get(i), replies.get(i));
                leaving.add(new Leaving(device.hostName, link, device.hostName, kept(replies, link), device.wasUp));
            } catch (NetworkException e) {
                failed.add(e);
            }
        }
        carryBack(leaving, failed);
    }

    /** Takes to the host what can be taken, and throws the first that failed. */
    private void carryBack(List<Leaving> leaving, List<NetworkException> failed) {
        List<Leaving> arrived = new ArrayList<>();
        for (Leaving device : leaving) {
            try {
                inside.request(List.of(carrying(device, host)));
                arrived.add(device);
            } catch (NetworkException e) {
                failed.add(e);
            }
        }
        settle(outside, arrived, failed);
        throwFirst(failed);
    }

    /** The replies to these requests, and after them the addresses of all interfaces there. */
    private static List<NetlinkReply> withAddresses(Rtnetlink where, List<Request> requests) {
        List<Request> all = new ArrayList<>(requests);
        Request listing = Request.addresses(DEVICES);
        all.add(listing);
        List<NetlinkReply> replies = where.exchange(all);
        listing.check(replies.get(requests.size()));
        return replies;
    }

    private static List<Address> kept(List<NetlinkReply> withAddresses, Link link) {
        return Address.parse(withAddresses.get(withAddresses.size() - 1)).stream()
                .filter(address -> address.index() == link.index() && address.isKept())
                .toList();
    }

    /** To another namespace; a device's addresses are lost on the way. */
    private static Request carrying(Leaving device, Fd to) {
        return new Request(
                path(device.hostName),
                "move interface " + device.link.name(),
                Link.move(device.link.index(), to.value(), device.name),
                "the loopback, a bridge and whatever else belongs to its network namespace cannot be moved");
    }

    /** Gives back to devices that have arrived what they had. */
    private static void settle(Rtnetlink where, List<Leaving> arrived, List<NetworkException> failed) {
        try {
            List<Request> finding = finding(arrived);
            List<NetlinkReply> replies = where.exchange(finding);
            List<Request> settling = new ArrayList<>();
            for (int i = 0; i < arrived.size(); i++) {
                try {
                    Link link = existing(finding.get(i), replies.get(i)); // of another index, if its own was taken
                    settling.addAll(settling(arrived.get(i), link));
                } catch (NetworkException e) {
                    failed.add(e);
                }
            }
            where.request(settling);
        } catch (NetworkException e) {
            failed.add(e);
        }
    }

    private static List<Request> settling(Leaving device, Link link) {
        List<Request> settling = new ArrayList<>();
        String path = path(device.hostName);
        for (Address address : device.addresses) {
            String adding = "add address " + address + " to " + device.name;
            settling.add(new Request(path, adding, address.add(link.index()), ""));
        }
        if (device.up) {
            settling.add(new Request(path, "set interface " + device.name + " up", Link.setUp(link.index()), ""));
        }
        return settling;
    }

    /** By the names that they have where they go. */
    private static List<Request> finding(List<Leaving> devices) {
        return devices.stream()
                .map(device -> Request.find(path(device.hostName), device.name))
                .toList();
    }

    private static void throwFirst(List<NetworkException> failed) {
        if (!failed.isEmpty()) {
            throw failed.get(0);
        }
    }

    private static Link existing(Request finding, NetlinkReply reply) {
        return finding.found(reply)
                .orElseThrow(() -> new NetworkException(
                        finding.jsonPath(),
                        finding.operation(),
                        Errno.ENODEV.number(),
                        Errno.ENODEV.toString(),
                        "the device must exist in the network namespace of whoever starts the container"));
    }

    /** The name itself, which must be free; a template with {@code %d} stands for the first number that is. */
    private static String freeName(Set<String> taken, String wanted, String hostName) {
        if (!wanted.contains("%d")) {
            if (taken.contains(wanted)) {
                throw new NetworkException(
                        path(hostName) + ".name",
                        "move interface " + hostName,
                        Errno.EEXIST.number(),
                        "the container has an interface " + wanted + " already",
                        "a name that is a template takes the first number that is free");
            }
            return wanted;
        }
        for (int i = 0; i < MOST_OF_A_NAME; i++) {
            String name = wanted.replace("%d", Integer.toString(i));
            if (!taken.contains(name)) {
                return name;
            }
        }
        throw new NetworkException(
                path(hostName) + ".name", "move interface " + hostName, Errno.EEXIST.number(), "no number is free", "");
    }

    private static String path(String hostName) {
        return DEVICES + "[\"" + hostName + "\"]";
    }
}
