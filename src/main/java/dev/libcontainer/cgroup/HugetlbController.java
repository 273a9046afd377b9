package dev.libcontainer.cgroup;

import dev.libcontainer.spec.Resources;
import java.util.List;

/**
 * Memory in huge pages, one limit a page size: of those in use, and from Linux 5.7 of those reserved, without which a
 * process would be killed by a fault where it should have been refused the mapping.
 *
 * <p>Engines limit every size they know to 0, also on hosts without the controller: that asks for nothing there.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/hugetlb.html">The kernel on hugetlb</a>
 */
final class HugetlbController {
    private static final String NAME = "hugetlb";

    private HugetlbController() {}

    static void limits(List<Resources.HugepageLimit> limits, WriteList out) {
        for (int i = 0; i < limits.size(); i++) {
            Resources.HugepageLimit limit = limits.get(i);
            if (limit.limit() == 0 && !out.has(NAME)) {
                continue;
            }
            String path = "linux.resources.hugepageLimits[" + i + "]";
            String file = NAME + "." + limit.pageSize();
            String value = Long.toUnsignedString(limit.limit());
            String end = out.isV2(NAME) ? "max" : "limit_in_bytes";
            out.add(NAME, file + "." + end, value, path);
            out.add(NAME, file + ".rsvd." + end, value, path);
        }
    }
}
