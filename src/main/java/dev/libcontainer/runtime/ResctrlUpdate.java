package dev.libcontainer.runtime;

import dev.libcontainer.cgroup.Resctrl;
import dev.libcontainer.spec.IntelRdt;
import dev.libcontainer.spec.Linux;

/** New limits for the resctrl class that a container is in; one that it shares with others changes for these, too. */
final class ResctrlUpdate {
    private ResctrlUpdate() {}

    /**
     * Sets them.
     *
     * @throws OciException if the container was created without a class: its processes are not moved into one later
     */
    static void run(Bundle bundle, String id, IntelRdt limits) {
        IntelRdt created = bundle.spec()
                .linux()
                .flatMap(Linux::intelRdt)
                .orElseThrow(() -> new OciException("cannot update " + id + ": it was created without linux.intelRdt"));
        Resctrl resctrl = Resctrl.at(Resctrl.ROOT);
        resctrl.update(resctrl.directory(created, id), limits);
    }
}
