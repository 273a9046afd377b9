package dev.libcontainer.plan;

import dev.libcontainer.spec.NamespaceType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A compiled container: what a prepared statement is to a query. Immutable, free of fds, ids and times, so that it can
 * be printed, compared, cached and run many times, from many threads at once.
 *
 * @param steps in order: [0, hostEnd) run in the spawning process, [hostEnd, templateEnd) once in a template (or, without
 *     one, in each child), [templateEnd, aheadEnd) in the namespaces of each child, by the template before the child is
 *     there if there is time, the rest by each child
 * @param aheadNetwork the slots of the network that the steps up to aheadEnd join
 * @param namespaces the new ones, made by the clone itself
 * @param bindings what each request must bind, by slot
 * @param cgroupSlot the directory to be born in, if the kernel can do that
 * @param needsTemplate whether a child cannot be made without one (it joins namespaces), or should not ({@link
 *     #isMemoryTight})
 * @param parks whether the child waits for a start and outlives whoever made it
 * @param changesIds whether the process gets other ids than the spawning one has
 */
public record Plan(
        List<PlannedStep> steps,
        int hostEnd,
        int templateEnd,
        int aheadEnd,
        Optional<AheadNetwork> aheadNetwork,
        Set<NamespaceType> namespaces,
        Map<Slot, Binding> bindings,
        Optional<Slot> cgroupSlot,
        String uidMap,
        String gidMap,
        boolean denySetgroups,
        boolean needsTemplate,
        boolean changesIds,
        boolean parks) {
    /** The slot that position 0 of a request binds. */
    public static final int FIRST_REQUEST_SLOT = Wire.FIRST_FREE_SLOT;

    public Plan {
        steps = List.copyOf(steps);
        namespaces = Set.copyOf(namespaces);
        bindings = Map.copyOf(bindings);
    }

    /**
     * A step and the member of the spec that asks for it.
     *
     * @param path as in {@code mounts[2].options}; empty for what every container gets
     */
    public record PlannedStep(Step step, String path) {}

    /**
     * Slots of network namespaces made by somebody else.
     *
     * @param own the child's; every request binds it
     * @param next that of the next child, which its template joins ahead; requests may leave it out
     */
    public record AheadNetwork(Slot own, Slot next) {}

    /** Whether a template would save a child anything. */
    public boolean hasTemplate() {
        return templateEnd > hostEnd;
    }

    /**
     * Whether memory is limited to so little that the kernel may kill a child on its way to its program, and with it
     * whoever shares memory with it: the process that cloned it.
     */
    public boolean isMemoryTight() {
        return steps.stream()
                .anyMatch(planned -> planned.step() instanceof HostStep.WriteCgroup write && write.isTight());
    }

    /** The plan's bytes, in a direct buffer of the caller's own. */
    public ByteBuffer encode() {
        return encode(-1);
    }

    /** The same, told to fail at a step; only native libraries built for tests obey. */
    public ByteBuffer encode(int failAtStep) {
        PlanEncoder out = new PlanEncoder(steps.size());
        steps.forEach(planned -> planned.step().encode(out));
        byte[] uid = PlanEncoder.utf8(uidMap);
        byte[] gid = PlanEncoder.utf8(gidMap);
        int uidAt = uid.length == 0 ? 0 : out.bytes(uid, 1);
        int gidAt = gid.length == 0 ? 0 : out.bytes(gid, 1);
        ByteBuffer plan = out.finish();
        int flags = (denySetgroups ? Wire.DENY_SETGROUPS : 0)
                | (needsTemplate ? Wire.NEEDS_TEMPLATE : 0)
                | (changesIds ? Wire.CHANGES_IDS : 0)
                | (parks ? Wire.PARKS : 0);
        long clone = namespaces.stream().mapToLong(NamespaceStep::cloneFlag).reduce(0, (a, b) -> a | b);
        long next = aheadNetwork.map(network -> network.next().bit()).orElse(0L);
        long bound = bindings.keySet().stream().mapToLong(Slot::bit).reduce(0, (a, b) -> a | b) & ~next;
        plan.putInt(0, Wire.MAGIC).putShort(4, (short) Wire.VERSION).putShort(6, (short) flags);
        plan.putInt(12, steps.size()).putInt(16, hostEnd).putInt(20, templateEnd);
        plan.putLong(24, clone).putLong(32, bound);
        plan.putLong(40, sent(hostEnd, templateEnd)).putLong(48, sent(templateEnd, steps.size()) | cgroupBit() | next);
        plan.putInt(56, cgroupSlot.map(Slot::index).orElse(Wire.NO_SLOT)).putInt(60, failAtStep + 1);
        plan.putInt(64, uidAt)
                .putInt(68, uid.length)
                .putInt(72, gidAt)
                .putInt(76, gid.length)
                .putInt(80, aheadEnd);
        plan.putInt(84, aheadNetwork.map(network -> network.own().index()).orElse(Wire.NO_SLOT));
        plan.putInt(88, aheadNetwork.map(network -> network.next().index()).orElse(Wire.NO_SLOT));
        return plan;
    }

    private long cgroupBit() {
        return cgroupSlot.map(Slot::bit).orElse(0L);
    }

    /** Slots that steps [from, to) read and that the request or a host step has bound. */
    private long sent(int from, int to) {
        long here = bindings.keySet().stream().mapToLong(Slot::bit).reduce(0, (a, b) -> a | b);
        for (PlannedStep planned : steps.subList(0, hostEnd)) {
            if (planned.step() instanceof HostStep.MakeCgroup make && !make.late() && !make.below()) {
                here |= make.directory().bit();
            } else if (planned.step() instanceof HostStep.OpenMappedTree open) {
                here |= open.as().bit();
            } else if (planned.step() instanceof HostStep.OpenToEnter open) {
                here |= open.as().bit();
            } else if (planned.step() instanceof HostStep.OpenTreeOutside open) {
                here |= open.as().bit();
            }
        }
        long read = steps.subList(from, to).stream()
                .flatMap(planned -> planned.step().reads().stream())
                .mapToLong(Slot::bit)
                .reduce(0, (a, b) -> a | b);
        return here & read;
    }

    /**
     * The plan for people: numbered steps, each with the member of the spec behind it. Stable order, no addresses, no
     * times: it can be compared.
     */
    public String explain() {
        StringBuilder out = new StringBuilder();
        out.append("plan: ")
                .append(steps.size())
                .append(" steps, ")
                .append(encode().limit())
                .append(" bytes\n");
        out.append("clone  ").append(namespaceNames());
        cgroupSlot.ifPresent(slot -> out.append(" into cgroup ").append(slot));
        out.append('\n');
        if (!uidMap.isEmpty() || !gidMap.isEmpty()) {
            out.append("maps   uid ").append(uidMap.strip().replace("\n", ", ")).append("; gid ");
            out.append(gidMap.strip().replace("\n", ", ")).append(denySetgroups ? "; setgroups denied\n" : "\n");
        }
        section(out, "host", 0, hostEnd);
        section(out, "template", hostEnd, templateEnd);
        section(out, "ahead", templateEnd, aheadEnd);
        section(out, "child", aheadEnd, steps.size());
        return out.toString();
    }

    private String namespaceNames() {
        List<String> names = new ArrayList<>();
        for (NamespaceType type : NamespaceType.values()) {
            if (namespaces.contains(type)) {
                names.add(type.jsonName());
            }
        }
        return names.isEmpty() ? "no namespaces" : names.stream().collect(Collectors.joining(" "));
    }

    private void section(StringBuilder out, String title, int from, int to) {
        if (from == to) {
            return;
        }
        out.append(title).append('\n');
        for (int i = from; i < to; i++) {
            PlannedStep planned = steps.get(i);
            String line = String.format("  %3d  %s", i, planned.step());
            out.append(planned.path().isEmpty() ? line : String.format("%-88s  %s", line, planned.path()));
            out.append('\n');
        }
    }
}
