package dev.libcontainer.plan;

import dev.libcontainer.spec.NamespaceType;
import java.util.ArrayList;
import java.util.List;

/** Cgroups: made and limited by the spawning process, entered by birth where the kernel can, else by the child. */
final class CgroupStage {
    private final Draft draft;
    private final List<Slot> parents = new ArrayList<>();
    private final List<Slot> attach = new ArrayList<>();

    CgroupStage(Draft draft) {
        this.draft = draft;
    }

    void reserveSlots() {
        List<CgroupPlan.Hierarchy> hierarchies = draft.wishes.cgroups().hierarchies();
        for (int i = 0; i < hierarchies.size(); i++) {
            String name = "cgroup " + hierarchies.get(i).name();
            parents.add(draft.bind(name, new Binding.CgroupParent(i)));
        }
    }

    void makeAndLimit() {
        CgroupPlan plan = draft.wishes.cgroups();
        for (int i = 0; i < plan.hierarchies().size(); i++) {
            CgroupPlan.Hierarchy hierarchy = plan.hierarchies().get(i);
            Slot directory = draft.slot(hierarchy.name() + " directory");
            draft.add(new HostStep.MakeCgroup(plan.name(), parents.get(i), directory), "linux.cgroupsPath");
            for (CgroupPlan.Write write : hierarchy.writes()) {
                draft.add(new HostStep.WriteCgroup(directory, write.file(), write.value()), write.jsonPath());
            }
            if (hierarchy.v2() && draft.host.cloneIntoCgroup() && draft.cgroupSlot.isEmpty()) {
                draft.cgroupSlot = java.util.Optional.of(directory);
            } else {
                // v1: a thread that moves itself through "tasks" needs no lock that waits for a grace period
                String file = hierarchy.v2() ? "cgroup.procs" : "tasks";
                Slot entry = draft.slot(hierarchy.name() + " " + file);
                draft.add(new HostStep.OpenAt(directory, file, HostStep.OpenAt.O_WRONLY, entry), "linux.cgroupsPath");
                attach.add(entry);
            }
        }
    }

    void enter() {
        attach.forEach(slot -> draft.add(new NamespaceStep.Write(slot, "0"), "linux.cgroupsPath"));
        if (draft.isNew(NamespaceType.CGROUP)) {
            String path = draft.namespacePath(NamespaceType.CGROUP);
            draft.add(new NamespaceStep.Unshare(NamespaceType.CGROUP, false), path);
        }
    }
}
