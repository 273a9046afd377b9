package dev.libcontainer.plan;

import dev.libcontainer.spec.IntelRdt;
import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.Resources;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Cgroups: made and limited by the spawning process, entered by birth where the kernel can, else by the child. */
final class CgroupStage {
    private final Draft draft;
    private final List<Slot> parents = new ArrayList<>();
    private final List<Slot> resctrl = new ArrayList<>();
    private final List<Integer> entered = new ArrayList<>();
    /** Cgroups that others have made, and whether each is of version 2. */
    private final Map<Slot, Boolean> toEnter = new LinkedHashMap<>();
    /** Lists of processes of version 2, for a program that starts below its container's cgroup. */
    private final List<Slot> opened = new ArrayList<>();
    /** The same of version 1: directories, and the names below. */
    private final Map<Slot, String> payloads = new LinkedHashMap<>();

    private static final String DELEGATION = "linux.cgroupsPath";

    CgroupStage(Draft draft) {
        this.draft = draft;
    }

    void reserveSlots() {
        List<Wishes.Cgroup> ready =
                draft.wishes.life().map(Wishes.Life::cgroups).orElse(List.of());
        for (int i = 0; i < ready.size(); i++) {
            Slot slot = draft.bind("cgroup " + ready.get(i).name(), new Binding.ReadyCgroup(i));
            if (ready.get(i).v2() && isBornThere()) {
                draft.cgroupSlot = Optional.of(slot);
            } else {
                toEnter.put(slot, ready.get(i).v2());
            }
        }
        List<CgroupPlan.Hierarchy> hierarchies = draft.wishes.cgroups().hierarchies();
        for (int i = 0; i < hierarchies.size(); i++) {
            String name = "cgroup " + hierarchies.get(i).name();
            parents.add(draft.bind(name, new Binding.CgroupParent(i)));
        }
        draft.linux.intelRdt().ifPresent(this::reserve);
    }

    /** Not where a birth leaves a process on its parent's CPUs and these may be others: then it enters by itself. */
    private boolean isBornThere() {
        return draft.host.cloneIntoCgroup() && (draft.host.cpusetAtBirth() || !mayHaveCpus());
    }

    /** An exec knows nothing of the limits of the container. */
    private boolean mayHaveCpus() {
        Optional<Resources> resources = draft.linux.resources();
        if (resources.isEmpty()) {
            return draft.wishes.life().isPresent();
        }
        boolean typed = resources
                .get()
                .cpu()
                .filter(cpu -> cpu.cpus().isPresent() || cpu.mems().isPresent())
                .isPresent();
        return typed || resources.get().unified().keySet().stream().anyMatch(key -> key.startsWith("cpuset."));
    }

    private void reserve(IntelRdt rdt) {
        resctrl.add(draft.bind("resctrl class", new Binding.ResctrlGroup(false)));
        if (rdt.enableMonitoring()) {
            resctrl.add(draft.bind("resctrl monitoring group", new Binding.ResctrlGroup(true)));
        }
    }

    /** Where the kernel clones into a cgroup, it must exist by then; others are made beside the child. */
    void makeAndLimit() {
        List<CgroupPlan.Hierarchy> hierarchies = draft.wishes.cgroups().hierarchies();
        int born = isBornThere() ? firstV2(hierarchies) : -1;
        if (born >= 0) {
            draft.cgroupSlot = Optional.of(make(born, false));
        }
        for (int i = 0; i < hierarchies.size(); i++) {
            if (i != born) {
                make(i, true);
                entered.add(i);
            }
        }
    }

    /** Whether the process comes to be in a cgroup of version 2, at its birth or later. */
    boolean entersUnified() {
        return draft.cgroupSlot.isPresent()
                || toEnter.containsValue(true)
                || draft.wishes.cgroups().hierarchies().stream().anyMatch(CgroupPlan.Hierarchy::v2);
    }

    private static int firstV2(List<CgroupPlan.Hierarchy> hierarchies) {
        for (int i = 0; i < hierarchies.size(); i++) {
            if (hierarchies.get(i).v2()) {
                return i;
            }
        }
        return -1;
    }

    private Slot make(int index, boolean late) {
        CgroupPlan plan = draft.wishes.cgroups();
        CgroupPlan.Hierarchy hierarchy = plan.hierarchies().get(index);
        Slot directory = draft.slot(hierarchy.name() + " directory");
        draft.add(
                new HostStep.MakeCgroup(plan.name(), parents.get(index), directory, late, false), "linux.cgroupsPath");
        for (CgroupPlan.Write write : hierarchy.writes()) {
            var limit = new HostStep.WriteCgroup(directory, write.file(), write.value(), late);
            draft.add(limit, write.jsonPath());
            draft.needsTemplate |= limit.isTight(); // so that nobody shares memory with the child who would be missed
        }
        hierarchy.delegated().ifPresent(delegated -> delegate(index, directory, delegated, late));
        return directory;
    }

    /** A file that the user is given the child may no longer open by itself, if it has no rights over the host's. */
    private void delegate(int index, Slot directory, CgroupPlan.Delegated delegated, boolean late) {
        for (String file : delegated.files()) {
            draft.add(new HostStep.OwnCgroup(directory, file, delegated.uid(), late), DELEGATION);
        }
        String name = delegated.payload();
        if (name.isEmpty()) {
            return;
        }
        CgroupPlan.Hierarchy hierarchy = draft.wishes.cgroups().hierarchies().get(index);
        Slot below = draft.slot(hierarchy.name() + " " + name);
        draft.add(new HostStep.MakeCgroup(name, directory, below, late, true), DELEGATION);
        for (String file : delegated.payloadFiles()) {
            draft.add(new HostStep.OwnCgroup(below, file, delegated.uid(), late), DELEGATION);
        }
        if (!late) {
            Slot processes = draft.slot("processes of " + name);
            draft.add(new HostStep.OpenToEnter(below, "cgroup.procs", processes), DELEGATION);
            opened.add(processes);
        }
    }

    /**
     * Enters those that the process was not born in. On v1 a thread that moves itself through "tasks" needs no lock
     * that waits for a grace period (cgroup_procs_write_start in the kernel's cgroup.c).
     */
    void enter() {
        toEnter.forEach((slot, v2) ->
                draft.add(new NamespaceStep.WriteAt(slot, v2 ? "cgroup.procs" : "tasks", "0"), "linux.cgroupsPath"));
        if (!entered.isEmpty()) {
            draft.add(new NamespaceStep.AwaitHost(), "linux.cgroupsPath");
        }
        for (int index : entered) {
            CgroupPlan plan = draft.wishes.cgroups();
            CgroupPlan.Hierarchy hierarchy = plan.hierarchies().get(index);
            String file = hierarchy.v2() ? "cgroup.procs" : "tasks";
            String payload =
                    hierarchy.delegated().map(CgroupPlan.Delegated::payload).orElse("");
            if (payload.isEmpty()) {
                draft.add(new NamespaceStep.EnterCgroup(plan.name(), parents.get(index), file), "linux.cgroupsPath");
                continue;
            }
            Slot own = draft.slot("own " + hierarchy.name());
            draft.add(new NamespaceStep.OpenCgroup(plan.name(), parents.get(index), own, false), "linux.cgroupsPath");
            draft.add(new NamespaceStep.WriteAt(own, file, "0"), "linux.cgroupsPath");
            payloads.put(own, payload);
        }
        for (Slot group : resctrl) { // 0 is the writer itself, whatever its pid is in here
            draft.add(new NamespaceStep.WriteAt(group, "tasks", "0"), "linux.intelRdt");
        }
        if (draft.isNew(NamespaceType.CGROUP)) {
            String path = draft.namespacePath(NamespaceType.CGROUP);
            draft.add(new NamespaceStep.Unshare(NamespaceType.CGROUP, false), path);
        }
        enterPayload();
    }

    /** Only now: the root of the cgroup namespace is the container's cgroup, the program is in one below. */
    private void enterPayload() {
        opened.forEach(processes -> draft.add(new NamespaceStep.Enter(processes), DELEGATION));
        payloads.forEach((own, name) -> {
            Slot below = draft.slot(name);
            draft.add(new NamespaceStep.OpenCgroup(name, own, below, true), DELEGATION);
            draft.add(new NamespaceStep.WriteAt(below, "tasks", "0"), DELEGATION);
            draft.releaseSlot(below);
        });
    }
}
