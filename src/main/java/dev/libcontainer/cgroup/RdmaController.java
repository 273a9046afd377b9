package dev.libcontainer.cgroup;

import dev.libcontainer.spec.Resources;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Handles and objects of RDMA devices. Both versions have the same file.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/rdma.html">The kernel on rdma</a>
 */
final class RdmaController {
    private static final String NAME = "rdma";

    private RdmaController() {}

    static void limits(Map<String, Resources.Rdma> limits, WriteList out) {
        for (Map.Entry<String, Resources.Rdma> limit : limits.entrySet()) {
            String device = limit.getKey();
            String value = device
                    + part(" hca_handle=", limit.getValue().hcaHandles())
                    + part(" hca_object=", limit.getValue().hcaObjects());
            out.add(NAME, "rdma.max", value, "linux.resources.rdma." + device);
        }
    }

    private static String part(String key, OptionalLong limit) {
        return limit.isPresent() ? key + limit.getAsLong() : "";
    }
}
