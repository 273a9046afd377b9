package dev.libcontainer.plan;

import dev.libcontainer.spec.Linux;
import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.Process;
import dev.libcontainer.spec.Spec;
import dev.libcontainer.spec.SpecException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A plan in the making: its steps so far, its slots, and the questions that several stages ask of the spec. */
final class Draft {
    final Spec spec;
    final Wishes wishes;
    final HostFacts host;
    final Linux linux;
    final Process process;
    String uidMap = "";
    String gidMap = "";
    boolean denySetgroups;
    boolean needsTemplate;
    boolean changesIds;
    boolean parks;
    Optional<Slot> cgroupSlot = Optional.empty();

    private final List<Plan.PlannedStep> steps = new ArrayList<>();
    private final Map<Slot, Binding> bindings = new LinkedHashMap<>();
    private Optional<Slot> hostProc = Optional.empty();
    private int nextSlot = Wire.FIRST_FREE_SLOT;
    private int hostEnd;
    private int templateEnd = -1;
    private int aheadEnd;
    private Optional<Plan.AheadNetwork> aheadNetwork = Optional.empty();

    Draft(Spec spec, Wishes wishes, HostFacts host) {
        this.spec = spec;
        this.wishes = wishes;
        this.host = host;
        this.linux = spec.linux().orElseGet(() -> Linux.of(List.of()));
        this.process = spec.process()
                .orElseThrow(() ->
                        new SpecException("process", "is missing", "a container that is started needs a process"));
    }

    void add(Step step, String path) {
        steps.add(new Plan.PlannedStep(step, path));
    }

    /** Slots that requests bind come first: their numbers are positions in the request. */
    Slot bind(String name, Binding binding) {
        if (bindings.size() != nextSlot - Wire.FIRST_FREE_SLOT || bindings.size() == Wire.REQUEST_SLOTS) {
            throw new SpecException(
                    "linux", "needs more than " + Wire.REQUEST_SLOTS + " cgroups and joined namespaces");
        }
        Slot slot = new Slot(nextSlot++, name);
        bindings.put(slot, binding);
        return slot;
    }

    Slot slot(String name) {
        if (nextSlot == Wire.MAX_SLOTS) {
            throw new SpecException("", "needs more than " + Wire.MAX_SLOTS + " cgroups, namespaces and mapped mounts");
        }
        return new Slot(nextSlot++, name);
    }

    /** A slot that no later step reads can serve again; only the newest is ever given back. */
    void releaseSlot(Slot slot) {
        if (slot.index() == nextSlot - 1) {
            nextSlot--;
        }
    }

    /** Before the root changes: by paths in it, mounts of files are changed on kernels without mount_setattr. */
    void openHostProc() {
        Slot slot = slot("host's proc");
        add(new MountStep.OpenHost("/proc", MountStep.OpenInRoot.O_PATH, slot), "");
        hostProc = Optional.of(slot);
    }

    /** Empty where nothing needs it. */
    Optional<Slot> hostProc() {
        return hostProc;
    }

    void endHost() {
        hostEnd = steps.size();
    }

    void endTemplate() {
        templateEnd = steps.size();
    }

    void joinsAhead(Slot network, Slot next) {
        aheadNetwork = Optional.of(new Plan.AheadNetwork(network, next));
    }

    /** Whether the network namespace that a child will be in is there before the child. */
    boolean hasNetworkAhead() {
        return !isNew(NamespaceType.NETWORK) || aheadNetwork.isPresent();
    }

    void endAhead() {
        aheadEnd = steps.size();
    }

    /** Whether steps added now run in each child. */
    boolean templateEnded() {
        return templateEnd >= 0;
    }

    /** Whether the container gets a namespace of this type that is its own. */
    boolean isNew(NamespaceType type) {
        return linux.namespace(type).filter(n -> n.path().isEmpty()).isPresent();
    }

    boolean joins(NamespaceType type) {
        return linux.namespace(type).filter(n -> n.path().isPresent()).isPresent();
    }

    String namespacePath(NamespaceType type) {
        for (int i = 0; i < linux.namespaces().size(); i++) {
            if (linux.namespaces().get(i).type() == type) {
                return "linux.namespaces[" + i + "]";
            }
        }
        return "linux.namespaces";
    }

    /**
     * Offsets are written before anybody is in a time namespace, and a process with memory of its own that is cloned into one
     * is. Without offsets it is cloned into it: before Linux 6.3 an exec does not enter, and vfork is refused until one has.
     */
    boolean unsharesTime() {
        return isNew(NamespaceType.TIME) && parks && !linux.timeOffsets().isEmpty();
    }

    Plan plan() {
        Set<NamespaceType> cloned = EnumSet.noneOf(NamespaceType.class);
        for (NamespaceType type : NamespaceType.values()) {
            boolean ready = type == NamespaceType.NETWORK && wishes.readyNetwork();
            boolean later = type == NamespaceType.CGROUP || (type == NamespaceType.TIME && unsharesTime());
            if (isNew(type) && !later && !ready) {
                cloned.add(type);
            }
        }
        return new Plan(
                steps,
                hostEnd,
                templateEnd,
                aheadEnd,
                aheadNetwork,
                cloned,
                bindings,
                cgroupSlot,
                uidMap,
                gidMap,
                denySetgroups,
                needsTemplate,
                changesIds,
                parks);
    }
}
