package dev.libcontainer.net;

import dev.libcontainer.kernel.Errno;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
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

    private final Fd host;
    private final Fd target;

    private DeviceMove(Fd host, Fd target) {
        this.host = host;
        this.target = target;
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
        try (Fd host = Kernel.open(OWN_NAMESPACE, Kernel.O_RDONLY)) {
            return move(devices, host, target);
        }
    }

    /** The same from a network namespace that is not the calling thread's. */
    static List<Moved> move(Map<String, NetDevice> devices, Fd host, Fd target) {
        DeviceMove move = new DeviceMove(host, target);
        List<Moved> moved = new ArrayList<>();
        try {
            devices.forEach((hostName, device) ->
                    moved.add(move.in(hostName, device.name().orElse(hostName))));
            return List.copyOf(moved);
        } catch (RuntimeException | Error e) {
            try {
                move.back(moved);
            } catch (NetworkException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
    }

    /**
     * Moves devices back to the host and to their names, the last one first, with their addresses; up if they were.
     *
     * @throws NetworkException for the first that cannot come back, after trying the others
     */
    public static void undo(List<Moved> moved, Fd target) {
        try (Fd host = Kernel.open(OWN_NAMESPACE, Kernel.O_RDONLY)) {
            undo(moved, host, target);
        }
    }

    static void undo(List<Moved> moved, Fd host, Fd target) {
        new DeviceMove(host, target).back(moved);
    }

    private Moved in(String hostName, String wanted) {
        Rtnetlink outside = Rtnetlink.in(host, path(hostName));
        Rtnetlink inside = Rtnetlink.in(target, path(hostName));
        Link link = existing(outside, hostName, hostName);
        String name = freeName(inside, wanted, hostName);
        List<Address> addresses = kept(outside, link);
        try {
            carry(outside, link, target, name);
            settle(inside, name, addresses, true);
        } catch (RuntimeException | Error e) {
            inside.find(name).ifPresent(there -> {
                carry(inside, there, host, hostName);
                settle(outside, hostName, addresses, link.up());
            });
            throw e;
        }
        List<String> texts = addresses.stream().map(Address::toString).toList();
        return new Moved(hostName, name, link.up(), texts);
    }

    private void back(List<Moved> moved) {
        List<Moved> backwards = new ArrayList<>(moved);
        Collections.reverse(backwards);
        List<NetworkException> failed = new ArrayList<>();
        for (Moved device : backwards) {
            try {
                Rtnetlink inside = Rtnetlink.in(target, path(device.hostName));
                Link link = existing(inside, device.name, device.hostName);
                List<Address> addresses = kept(inside, link);
                carry(inside, link, host, device.hostName);
                settle(Rtnetlink.in(host, path(device.hostName)), device.hostName, addresses, device.wasUp);
            } catch (NetworkException e) {
                failed.add(e);
            }
        }
        if (!failed.isEmpty()) {
            throw failed.get(0);
        }
    }

    private static List<Address> kept(Rtnetlink where, Link link) {
        return where.addresses(link.index()).stream().filter(Address::isKept).toList();
    }

    /** Takes a device to another namespace; its addresses are lost on the way. */
    private static void carry(Rtnetlink from, Link link, Fd to, String name) {
        from.request(
                "move interface " + link.name(),
                Link.move(link.index(), to.value(), name),
                "the loopback, a bridge and whatever else belongs to its network namespace cannot be moved");
    }

    private static void settle(Rtnetlink where, String name, List<Address> addresses, boolean up) {
        Link link = existing(where, name, name);
        for (Address address : addresses) {
            where.request("add address " + address + " to " + name, address.add(link.index()), "");
        }
        if (up) {
            where.request("set interface " + name + " up", Link.setUp(link.index()), "");
        }
    }

    private static Link existing(Rtnetlink where, String name, String hostName) {
        return where.find(name)
                .orElseThrow(() -> new NetworkException(
                        path(hostName),
                        "find interface " + name,
                        Errno.ENODEV.number(),
                        Errno.ENODEV.toString(),
                        "the device must exist in the network namespace of whoever starts the container"));
    }

    /** The name itself, which must be free; a template with {@code %d} stands for the first number that is. */
    private static String freeName(Rtnetlink inside, String wanted, String hostName) {
        Set<String> taken = inside.links().stream().map(Link::name).collect(Collectors.toSet());
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
        return "linux.netDevices[\"" + hostName + "\"]";
    }
}
