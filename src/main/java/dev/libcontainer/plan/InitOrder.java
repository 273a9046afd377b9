package dev.libcontainer.plan;

/**
 * The order in which a container comes to be. Nothing else knows it; each stage knows what it adds.
 */
final class InitOrder {
    private InitOrder() {}

    static void write(Draft draft) {
        CgroupStage cgroups = new CgroupStage(draft);
        NamespaceStage namespaces = new NamespaceStage(draft);
        RootStage root = new RootStage(draft);
        LabelStage labels = new LabelStage(draft);
        MountStage mounts = new MountStage(draft, root, labels);
        SystemStage system = new SystemStage(draft, mounts, labels);
        LifeStage life = new LifeStage(draft);
        PlacementStage placement = new PlacementStage(draft);
        ProcessStage process = new ProcessStage(draft, life);
        TaskStage task = new TaskStage(draft);
        boolean early = !life.isWatched() && mounts.canBePrepared();

        cgroups.reserveSlots(); //  requests bind the first slots
        namespaces.reserveSlots(early);
        life.reserveSlots();
        mounts.reserveSlots();
        mounts.openMapped(); //     with the rights of whoever spawns
        cgroups.makeAndLimit(); //  before the clone: a process is born limited
        draft.endHost();

        namespaces.join(cgroups.entersUnified()); // before any namespace is made: the right to join is held out here
        if (early) { //             what does not depend on a child's own namespaces is done once, in a template
            root.open();
            mounts.prepare();
            root.seal();
            root.enter();
            process.dropInherited(); // bounding set, no_new_privs and groups are inherited: once is enough
        }
        draft.endTemplate();

        if (early) { //             what needs a child's namespaces but not the child, a template does before it is
            // there
            root.openAgain(); //    the template's fd leads to the template's copy of the mount, not to this child's
            mounts.findEmptyDirectory(); // before it is covered
            namespaces.joinAhead(); // before a sysfs, which shows the network of whoever mounts it
            mounts.mountAhead();
            system.maskAhead();
        }
        draft.endAhead();

        namespaces.nameStage(); //  ps shows where it is
        life.newKeyring();
        placement.begin();
        boolean late = early && mounts.cgroupsCanWait();
        if (!late) {
            cgroups.enter(); //     before the cgroup namespace, whose root is where the process stands when it is made
            namespaces.joinCgroup();
        }
        namespaces.settle(); //     ids that mean something, loopback: everything after may need them
        if (!early) {
            root.open();
        }
        mounts.mountRest(late);
        system.openProc(labels.needsProc()); // over the fresh procfs, before anything hides parts of it
        system.writeSysctls(); //   before /proc/sys becomes read-only
        system.hideAndProtect();
        if (late) {
            cgroups.enter(); //     by now the host has made them, beside what this child did so far
            namespaces.joinCgroup();
            mounts.mountCgroups();
        }
        if (!early) {
            root.makeDirectory(draft.process.cwd());
            life.awaitRuntime(); // before the root changes: hooks are programs of the host
            root.seal();
            root.enter();
        }
        root.propagate();
        system.nameHost();
        process.session(); //       of its own: TIOCSTI reaches nobody else's terminal
        process.console(); //       inside the new root, while /dev/pts can be opened
        labels.confine(); //        for the exec; its /proc may be closed next
        process.watchedFds(); //    before a filter: what closes them need not be allowed by it
        process.limits(); //        before ids and capabilities go: raising needs them
        placement.settle(); //      in the cgroups by now, and before a deadline fixes where it runs
        process.schedule();
        process.filterPrivileged(); // without no_new_privs a filter needs CAP_SYS_ADMIN, so it comes before the drop
        if (!early) {
            process.dropInherited();
        }
        process.watchedWorkingDirectory();
        process.identity();
        process.workingDirectory(); // as the user: what it may not enter it must not start in
        process.parentDeath(); //   after the ids: their change clears it
        process.fds();
        process.filterHeard(); //   while the runtime is there to take its listener
        process.findProgram(); //   as the user: an error of create, not of start
        life.awaitStart();
        if (task.isAwaited()) {
            task.closeFds();
            process.filterAhead(); // loading it would be most of what is left to do
            task.await();
        }
        process.filter(); //        as late as possible: it need not allow what came before
        life.runStartHooks(); //    as confined as the program
        process.execute();
    }
}
