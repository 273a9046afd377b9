package dev.libcontainer.plan;

import dev.libcontainer.spec.IdMapping;
import dev.libcontainer.spec.Namespace;
import dev.libcontainer.spec.NamespaceType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Namespaces: joined ones in a template, new ones in the clone; what must happen inside before anything else can. */
final class NamespaceStage {
    /** Joining order: user last, so that the right to join the others is still held; pid takes effect for children. */
    private static final List<NamespaceType> JOIN_ORDER = List.of(
            NamespaceType.NETWORK,
            NamespaceType.IPC,
            NamespaceType.UTS,
            NamespaceType.CGROUP,
            NamespaceType.TIME,
            NamespaceType.PID,
            NamespaceType.MOUNT,
            NamespaceType.USER);

    private final Draft draft;
    private final Map<NamespaceType, Slot> joined = new LinkedHashMap<>();
    private Optional<Slot> lateCgroup = Optional.empty();
    private Optional<Slot> readyNetwork = Optional.empty();

    NamespaceStage(Draft draft) {
        this.draft = draft;
    }

    /**
     * Reserves slots that requests bind.
     *
     * @param ahead whether a template can get ready in the network of its next child
     */
    void reserveSlots(boolean ahead) {
        for (NamespaceType type : JOIN_ORDER) {
            Optional<String> path = draft.linux.namespace(type).flatMap(Namespace::path);
            if (path.isPresent()) {
                String member = draft.namespacePath(type) + ".path";
                Binding binding = new Binding.JoinedNamespace(type, path.get(), member);
                joined.put(type, draft.bind(type.jsonName() + " namespace", binding));
            }
        }
        if (draft.isNew(NamespaceType.NETWORK) && draft.wishes.readyNetwork()) {
            readyNetwork = Optional.of(draft.bind("ready network", new Binding.ReadyNetwork()));
            if (ahead) {
                draft.joinsAhead(readyNetwork.get(), draft.bind("next network", new Binding.NextNetwork()));
            }
        }
    }

    /**
     * Joins what is joined.
     *
     * @param cgroupLater whether the cgroup namespace has to wait for {@link #joinCgroup}
     */
    void join(boolean cgroupLater) {
        draft.needsTemplate |= !joined.isEmpty();
        if (cgroupLater) {
            lateCgroup = Optional.ofNullable(joined.remove(NamespaceType.CGROUP));
        }
        joined.forEach(
                (type, slot) -> draft.add(new NamespaceStep.Join(slot, type), draft.namespacePath(type) + ".path"));
        draft.needsTemplate |= !joined.isEmpty();
        if (joined.containsKey(NamespaceType.USER) && draft.isNew(NamespaceType.MOUNT)) {
            // file systems that are mounted from here on take files of ids only that the joined namespace maps:
            // EOVERFLOW
            String path = draft.namespacePath(NamespaceType.USER) + ".path";
            draft.add(ProcessStep.setresgid(0), path);
            draft.add(ProcessStep.setresuid(0), path);
            draft.changesIds = true;
        }
    }

    /**
     * Once the process is in its cgroup: where version 2 is mounted with nsdelegate, as systemd does, who is in a cgroup
     * namespace can be moved from outside of it to nowhere (ENOENT), not even by clone3(2).
     */
    void joinCgroup() {
        lateCgroup.ifPresent(slot -> draft.add(
                new NamespaceStep.Join(slot, NamespaceType.CGROUP),
                draft.namespacePath(NamespaceType.CGROUP) + ".path"));
    }

    /** By the template, if it has been told which. */
    void joinAhead() {
        readyNetwork.ifPresent(this::joinReady);
        readyNetwork = Optional.empty();
    }

    private void joinReady(Slot network) {
        draft.add(new NamespaceStep.Join(network, NamespaceType.NETWORK), draft.namespacePath(NamespaceType.NETWORK));
    }

    void nameStage() {
        draft.add(new ProcessStep.SetName("lc:init"), "");
    }

    void settle() {
        if (draft.isNew(NamespaceType.USER)) {
            mapIds();
        }
        if (draft.unsharesTime()) {
            draft.add(new NamespaceStep.Unshare(NamespaceType.TIME, false), draft.namespacePath(NamespaceType.TIME));
        }
        readyNetwork.ifPresent(this::joinReady);
        if (draft.isNew(NamespaceType.NETWORK) && !draft.wishes.readyNetwork()) {
            draft.add(new NamespaceStep.LoopbackUp(), draft.namespacePath(NamespaceType.NETWORK));
        }
    }

    private void mapIds() {
        draft.uidMap = map(draft.linux.uidMappings());
        draft.gidMap = map(draft.linux.gidMappings());
        draft.denySetgroups = draft.host.euid() != 0; // user_namespaces(7): required without privilege outside
        draft.add(new NamespaceStep.AwaitIdMaps(), "linux.uidMappings");
        if (maps(draft.linux.gidMappings(), 0)) {
            draft.add(ProcessStep.setresgid(0), "linux.gidMappings"); // what is made from here on belongs to its root
        }
        if (maps(draft.linux.uidMappings(), 0)) {
            draft.add(ProcessStep.setresuid(0), "linux.uidMappings");
        }
        draft.changesIds = true;
    }

    private static boolean maps(List<IdMapping> mappings, long id) {
        return mappings.stream().anyMatch(m -> id >= m.containerID() && id - m.containerID() < m.size());
    }

    /** Text as for /proc/PID/uid_map. */
    static String map(List<IdMapping> mappings) {
        return mappings.stream()
                .map(m -> m.containerID() + " " + m.hostID() + " " + m.size() + "\n")
                .collect(Collectors.joining());
    }
}
