package dev.libcontainer.runtime;

import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cgroup.ContainerCgroup;
import dev.libcontainer.cgroup.Resctrl;
import dev.libcontainer.spec.IntelRdt;
import dev.libcontainer.spec.Linux;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * New limits for the resctrl class that a container is in; one that it shares with others changes for these, too. A
 * container that was created without one gets one of its own now, as with runc, and all of its processes move there.
 */
final class ResctrlUpdate {
    private final StateStore store;
    private final StoredContainer container;
    private final Resctrl resctrl;
    private final Path proc;

    ResctrlUpdate(StateStore store, StoredContainer container, Path root, Path proc) {
        this.store = store;
        this.container = container;
        this.resctrl = Resctrl.at(root);
        this.proc = proc;
    }

    /** Sets them. */
    void run(Optional<Linux> linux, IntelRdt limits) {
        Optional<IntelRdt> created = linux.flatMap(Linux::intelRdt);
        String own = container.cgroups().get(StoredContainer.RESCTRL);
        if (created.isPresent()) {
            resctrl.update(resctrl.directory(created.get(), container.id()), limits);
        } else if (own != null) {
            resctrl.update(Path.of(own), limits);
        } else {
            enterNew(limits);
        }
    }

    private void enterNew(IntelRdt limits) {
        Resctrl.Group group = resctrl.open(limits, container.id());
        boolean done = false;
        try {
            resctrl.move(group, this::processes, proc);
            Map<String, String> paths = new LinkedHashMap<>(container.cgroups());
            if (group.made()) {
                paths.put(StoredContainer.RESCTRL, group.directory().toString());
            }
            store.write(container.withCgroups(paths));
            done = true;
        } finally {
            if (!done) {
                remove(group);
            }
        }
    }

    /** Also those that entered by exec; only the first if the container has no cgroups of its own. */
    private List<Integer> processes() {
        if (container.cgroups().isEmpty()) {
            return List.of(container.process().pid());
        }
        return ContainerCgroup.open(CgroupMounts.read(Path.of("/")), container.cgroups())
                .processes();
    }

    private static void remove(Resctrl.Group group) {
        try {
            group.remove();
        } catch (IOException e) {
            return; // the reason why it should go is told
        }
    }
}
