package dev.libcontainer.cgroup;

import dev.libcontainer.spec.Resources;

/**
 * A tag on the packets of a group, and its priority on network interfaces: only in version 1, where each is a controller
 * of its own. A tag of 0 is none.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/net_cls.html">The kernel on net_cls</a>
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/net_prio.html">The kernel on net_prio</a>
 */
final class NetworkController {
    private static final String TAG = "net_cls";
    private static final String PRIORITY = "net_prio";
    private static final String PATH = "linux.resources.network.";

    private NetworkController() {}

    static void limits(Resources.Network network, WriteList out) {
        if (network.classID().orElse(0) != 0 || (network.classID().isPresent() && out.has(TAG))) {
            out.add(TAG, "net_cls.classid", network.classID().getAsLong(), PATH + "classID");
        }
        for (int i = 0; i < network.priorities().size(); i++) {
            Resources.InterfacePriority priority = network.priorities().get(i);
            String value = priority.name() + " " + priority.priority();
            out.add(PRIORITY, "net_prio.ifpriomap", value, PATH + "priorities[" + i + "]");
        }
    }
}
