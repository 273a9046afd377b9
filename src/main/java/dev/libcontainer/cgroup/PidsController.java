package dev.libcontainer.cgroup;

import dev.libcontainer.spec.Resources;
import java.util.List;

/**
 * The number of tasks. Both versions have the same files.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#pid">The kernel on pids</a>
 */
final class PidsController {
    private static final String NAME = "pids";

    private PidsController() {}

    /** Zero is a limit like any other: nothing may be started. */
    static void limits(Resources.Pids pids, WriteList out) {
        if (pids.limit().isPresent()) {
            long limit = pids.limit().getAsLong();
            out.add(NAME, "pids.max", limit < 0 ? "max" : Long.toString(limit), "linux.resources.pids.limit");
        }
    }

    static List<StatFile> files(CgroupMounts mounts) {
        return mounts.hierarchy(NAME).isEmpty()
                ? List.of()
                : List.of(
                        new StatFile(NAME, "pids.current"),
                        new StatFile(NAME, "pids.peak"),
                        new StatFile(NAME, "pids.max"));
    }

    static CgroupStats.Pids stats(StatText text) {
        return new CgroupStats.Pids(
                text.number(NAME, "pids.current"), text.number(NAME, "pids.peak"), text.number(NAME, "pids.max"));
    }
}
