package dev.libcontainer.plan;

import dev.libcontainer.spec.NamespaceType;
import java.util.List;
import java.util.Optional;

/** A mount of type "cgroup": what a container sees of cgroups, laid out as the host lays them out. */
final class CgroupFileSystems {
    private final Draft draft;
    private final String target;
    private final MountOptions options;
    private final String path;
    private final boolean byPath;

    CgroupFileSystems(Draft draft, String target, MountOptions options, String path, boolean byPath) {
        this.draft = draft;
        this.target = target;
        this.options = options;
        this.path = path;
        this.byPath = byPath;
    }

    void mount() {
        List<Wishes.Cgroup> own = draft.wishes.life().map(Wishes.Life::cgroups).orElse(List.of());
        if (!own.isEmpty() && !draft.isNew(NamespaceType.CGROUP)) {
            bindOwn(own);
        } else if (draft.host.cgroupV2Only()) {
            draft.add(new MountStep.Mount("cgroup2", "cgroup", target, options.flags(), options.data(), byPath), path);
        } else {
            mountHierarchies();
        }
    }

    /** One cgroup2, or a directory with each hierarchy of version 1. */
    private void mountHierarchies() {
        openTop();
        for (String hierarchy : draft.host.cgroupV1Hierarchies()) {
            String data = hierarchy.startsWith("name=") ? "none," + hierarchy : hierarchy;
            draft.add(new MountStep.Mount("cgroup", "cgroup", below(hierarchy), options.flags(), data), path);
        }
        sealTop();
    }

    /** Without a cgroup namespace a container would see all of the host's cgroups: it gets its own ones only. */
    private void bindOwn(List<Wishes.Cgroup> own) {
        if (draft.host.cgroupV2Only()) {
            bind(own.get(0).directory(), target);
            return;
        }
        openTop();
        for (Wishes.Cgroup cgroup : own) {
            if (!cgroup.v2()) {
                bind(cgroup.directory(), below(cgroup.name()));
            }
        }
        sealTop();
    }

    private String below(String hierarchy) {
        return target + "/" + (hierarchy.startsWith("name=") ? hierarchy.substring("name=".length()) : hierarchy);
    }

    private void openTop() {
        int flags = options.flags() & ~MountOptions.MS_RDONLY; // the hierarchies' directories are still to be made
        draft.add(new MountStep.Mount("tmpfs", "tmpfs", target, flags, "mode=755,size=64k"), path);
    }

    private void sealTop() {
        if ((options.flags() & MountOptions.MS_RDONLY) != 0) {
            draft.add(new AttributeStep.Remount(target, MountAttributes.READ_ONLY), path);
        }
    }

    private void bind(String directory, String at) {
        Slot tree = draft.slot("tree of " + path);
        draft.add(new MountStep.OpenTree(directory, false, tree), path);
        MountAttributes attributes = options.attributes();
        if (!attributes.isEmpty() && draft.host.mountSetattr()) {
            draft.add(new AttributeStep.SetAttributes(tree, attributes, false), path + ".options");
        }
        boolean remounted = !attributes.isEmpty() && !draft.host.mountSetattr();
        draft.add(new MountStep.Attach(tree, at, false, remounted), path);
        if (remounted) {
            var remount = new AttributeStep.Remount(at, attributes, false, Optional.of(tree), draft.hostProc());
            draft.add(remount, path + ".options");
        }
        draft.releaseSlot(tree);
    }
}
