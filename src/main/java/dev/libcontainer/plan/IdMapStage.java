package dev.libcontainer.plan;

import dev.libcontainer.spec.Mount;
import dev.libcontainer.spec.Namespace;
import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.SpecException;
import java.util.HashMap;
import java.util.Map;

/** Id-mapped binds: a user namespace for each distinct mapping, and the trees that are mapped by it. */
final class IdMapStage {
    private final Draft draft;
    /** One user namespace for each text of mappings. */
    private final Map<String, Slot> namespaces = new HashMap<>();
    /** The same by mount. */
    private final Map<String, Slot> namespaceOf = new HashMap<>();

    private final Map<String, Slot> trees = new HashMap<>();

    IdMapStage(Draft draft) {
        this.draft = draft;
    }

    void reserve(Mount mount, MountOptions.IdMap option, String path) {
        if (!draft.host.mountSetattr()) {
            throw new SpecException(path, "needs mount_setattr(2), which this kernel lacks", "Linux 5.12 has it");
        }
        Binding binding = binding(mount, path + (option == MountOptions.IdMap.NONE ? ".uidMappings" : ".options"));
        String key = binding instanceof Binding.MappedIds ids ? ids.uidMap() + "/" + ids.gidMap() : "";
        Slot namespace = namespaces.get(key);
        if (namespace == null) {
            namespace = draft.bind("ids of " + path, binding);
            namespaces.put(key, namespace);
        }
        namespaceOf.put(path, namespace);
    }

    /** The mount's own mappings, else those of the container. */
    private Binding binding(Mount mount, String path) {
        if (!mount.uidMappings().isEmpty()) {
            return new Binding.MappedIds(
                    NamespaceStage.map(mount.uidMappings()), NamespaceStage.map(mount.gidMappings()), path);
        }
        if (draft.joins(NamespaceType.USER)) {
            Namespace user = draft.linux.namespace(NamespaceType.USER).orElseThrow();
            String member = draft.namespacePath(NamespaceType.USER) + ".path";
            return new Binding.IdsOf(
                    new Binding.JoinedNamespace(NamespaceType.USER, user.path().orElseThrow(), member));
        }
        if (draft.linux.uidMappings().isEmpty() || draft.linux.gidMappings().isEmpty()) {
            throw new SpecException(
                    path,
                    "asks for mapped ids, but neither the mount nor the container has mappings",
                    "give the mount uidMappings and gidMappings, or the container a user namespace with some");
        }
        return new Binding.MappedIds(
                NamespaceStage.map(draft.linux.uidMappings()), NamespaceStage.map(draft.linux.gidMappings()), path);
    }

    void open(String source, boolean recursive, MountOptions.IdMap option, String path) {
        Slot namespace = namespaceOf.get(path);
        if (namespace == null) {
            throw new IllegalStateException(path + " has reserved no slot");
        }
        Slot tree = draft.slot("tree of " + path);
        boolean mapsAll = option == MountOptions.IdMap.TREE;
        draft.add(new HostStep.OpenMappedTree(source, recursive, mapsAll, namespace, tree), path + ".source");
        trees.put(path, tree);
    }

    /** What the root of the container's user namespace may have no right to reach. */
    void openPlain(String source, boolean recursive, String path) {
        Slot tree = draft.slot("tree of " + path);
        draft.add(new HostStep.OpenTreeOutside(source, recursive, tree), path + ".source");
        trees.put(path, tree);
    }

    boolean isOpen(String path) {
        return trees.containsKey(path);
    }

    Slot tree(String path) {
        Slot tree = trees.get(path);
        if (tree == null) {
            throw new IllegalStateException(path + " is not opened");
        }
        return tree;
    }
}
