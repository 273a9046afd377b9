package dev.libcontainer.security;

import dev.libcontainer.spec.Seccomp;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Turns a seccomp profile into a program for the kernel.
 *
 * <p>A filter of this compiler decides as the one that runc makes with libseccomp, but is short. It is a switch over
 * the profile's architectures, for each a binary search over ranges of call numbers with equal outcome ({@link
 * RangeTree}), and at its leaves the argument checks ({@link OutcomeCode}):
 *
 * <pre>
 * load arch ── x86-64? ── load nr ── &gt;= 102? ── … ── ALLOW
 *     │                                    └── … ── load argument 0 ── == 40? ── ERRNO 1
 *     └─ else KILL
 * </pre>
 *
 * <p>Rules are ORed, the checks of one rule ANDed; two checks of one argument in a rule make each check of it a rule. A
 * rule that answers what the profile answers anyway is skipped, and so are names that no architecture knows.
 *
 * <p>Differences from libseccomp 2.5.4, found by running both (profiles of container engines have none of these):
 *
 * <ul>
 *   <li>It errs, and filters of this compiler do what the rules say: where several rules for a call have upper bounds
 *       for one 64-bit argument that differ in their high words; where several rules for a call have several checks
 *       each; and on x86-64 with x32, if the only rules without checks are for calls that x86-64 lacks.
 *   <li>Where rules for a call contradict one another and hold at once, the order is that of {@link ArchRules}. It is
 *       libseccomp's too for checks of equality; among overlapping ranges and masks libseccomp's may depend on which
 *       rule was added first.
 *   <li>An unknown name or value is reported even in a rule that is skipped, an architecture of another kind of machine
 *       is not.
 * </ul>
 *
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#seccomp">config-linux.md,
 *     Seccomp</a>
 */
public final class SeccompCompiler {
    private static final long X32_START = Arch.X32_BIT;
    private static final long LAST_NUMBER = 0xffffffffL;

    /** What to answer to calls that are newer, by their number, than all that the profile names. */
    public enum NewerCalls {
        /** What the profile answers to all that it does not name. */
        DEFAULT_ACTION,
        /**
         * That there is no such call, so that programs fall back to older ones; but only if the profile's default is to
         * forbid. This is what runc does.
         */
        ENOSYS
    }

    private final SeccompRules rules;
    private final NewerCalls newerCalls;
    private final BpfGraph graph = new BpfGraph();

    private SeccompCompiler(SeccompRules rules, NewerCalls newerCalls) {
        this.rules = rules;
        this.newerCalls = newerCalls;
    }

    /** {@link #compile(Seccomp, Arch, NewerCalls)} with {@link NewerCalls#DEFAULT_ACTION}. */
    public static SeccompFilter compile(Seccomp profile, Arch nativeArch) {
        return compile(profile, nativeArch, NewerCalls.DEFAULT_ACTION);
    }

    /**
     * Compiles a profile.
     *
     * @param nativeArch the architecture of the kernel, which is filtered whether or not the profile lists it; calls of
     *     architectures that are neither this nor listed are killed
     * @throws SeccompException if the profile has an unknown action, architecture, comparison or flag, contradicts
     *     itself, or needs more instructions than the kernel takes
     */
    public static SeccompFilter compile(Seccomp profile, Arch nativeArch, NewerCalls newerCalls) {
        SeccompRules rules = SeccompRules.of(profile, nativeArch);
        SeccompCompiler compiler = new SeccompCompiler(rules, newerCalls);
        byte[] bpf = BpfAssembler.assemble(compiler.graph, compiler.switchOverArchitectures());
        return new SeccompFilter(
                bpf, bpf.length / Bpf.INSTRUCTION_BYTES, rules.flags(), rules.notifies(), rules.unknownCalls());
    }

    private int switchOverArchitectures() {
        Map<Integer, List<Arch>> groups = new LinkedHashMap<>();
        for (Arch arch : rules.architectures()) {
            groups.computeIfAbsent(arch.auditArch(), audit -> new ArrayList<>()).add(arch);
        }
        List<Map.Entry<Integer, List<Arch>>> backwards = new ArrayList<>(groups.entrySet());
        Collections.reverse(backwards);
        int next = graph.answer(SeccompAction.BAD_ARCH);
        for (Map.Entry<Integer, List<Arch>> group : backwards) {
            int search = graph.load(Bpf.NUMBER_OFFSET, RangeTree.write(graph, ranges(group.getValue())));
            next = graph.jump(Bpf.IF_EQUAL, group.getKey(), search, next);
        }
        return graph.load(Bpf.ARCH_OFFSET, next);
    }

    /** Where ranges of numbers start and which node each leads to, for architectures with the same audit number. */
    private SortedMap<Long, Integer> ranges(List<Arch> group) {
        int otherwise = graph.answer(rules.defaultAnswer());
        SortedMap<Long, Integer> starts = new TreeMap<>();
        starts.put(0L, otherwise);
        refuseOtherAbi(group, starts, otherwise);
        for (Arch arch : group) {
            OutcomeCode code = new OutcomeCode(graph, arch);
            for (Map.Entry<Long, Outcome> call : rules.outcomes(arch).entrySet()) {
                putSingle(starts, call.getKey(), code.write(call.getValue()));
            }
        }
        if (newerCalls == NewerCalls.ENOSYS && !SeccompAction.permits(rules.defaultAnswer())) {
            group.forEach(arch -> denyNewer(arch, starts));
        }
        return starts;
    }

    /** x86-64 and x32 share an audit number; whichever the profile lacks is a foreign architecture. */
    private void refuseOtherAbi(List<Arch> group, SortedMap<Long, Integer> starts, int otherwise) {
        int kill = graph.answer(SeccompAction.BAD_ARCH);
        if (group.contains(Arch.X86_64) && !group.contains(Arch.X32)) {
            starts.put(X32_START, kill);
            starts.put(LAST_NUMBER, otherwise); // -1: a tracer's way to skip a call, seen by filters since Linux 4.8
        } else if (group.contains(Arch.X32) && !group.contains(Arch.X86_64)) {
            starts.put(0L, kill);
            starts.put(X32_START, otherwise);
        }
    }

    private static void putSingle(SortedMap<Long, Integer> starts, long number, int node) {
        if (number < LAST_NUMBER && !starts.containsKey(number + 1)) {
            starts.put(number + 1, starts.get(starts.headMap(number + 1).lastKey()));
        }
        starts.put(number, node);
    }

    private void denyNewer(Arch arch, SortedMap<Long, Integer> starts) {
        rules.newestNumber(arch).ifPresent(newest -> {
            boolean endsBeforeX32 = arch == Arch.X86_64;
            int noSuchCall = graph.answer(SeccompAction.noSuchCall());
            long first = Integer.toUnsignedLong(newest) + 1;
            if (endsBeforeX32) {
                int atX32 = Objects.requireNonNull(
                        starts.get(starts.headMap(X32_START + 1).lastKey()));
                starts.subMap(first, X32_START).clear();
                starts.put(X32_START, atX32);
            } else {
                starts.tailMap(first).clear();
            }
            starts.put(first, noSuchCall);
        });
    }
}
