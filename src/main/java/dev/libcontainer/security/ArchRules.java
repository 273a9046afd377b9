package dev.libcontainer.security;

import dev.libcontainer.security.Outcome.Rule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The rules of a profile for one architecture, by call number, with libseccomp's ideas of which rule goes first.
 *
 * <ul>
 *   <li>A rule without checks beats all rules with checks, whichever was added first; of two without, the first counts.
 *   <li>Equal checks with different answers are refused.
 *   <li>Where rules with different answers hold at once, order of adding does not count: see {@link #PRECEDENCE}.
 * </ul>
 */
final class ArchRules {
    /** Higher arguments first; equality before "less" before "greater"; narrower bounds and larger values first. */
    private static final Comparator<Rule> PRECEDENCE = ArchRules::compare;

    private final Arch arch;
    private final SortedMap<Long, List<Rule>> byNumber = new TreeMap<>();

    ArchRules(Arch arch) {
        this.arch = arch;
    }

    /** Adds a rule for a call, and for the old call that 32-bit PCs may make it through. */
    void add(String name, List<ArgCheck> checks, int answer, String place) {
        if (arch == Arch.X86) {
            Multiplexed.find(name).ifPresent(way -> put(way.callNumber(), way.through(checks), answer, place));
        }
        SyscallTable.number(arch, name).ifPresent(number -> put(number, checks, answer, place));
    }

    private void put(int number, List<ArgCheck> checks, int answer, String place) {
        Rule rule = new Rule(reduced(checks), answer);
        List<Rule> rules = byNumber.computeIfAbsent(Integer.toUnsignedLong(number), key -> new ArrayList<>());
        if (!rules.isEmpty() && rules.get(0).isUnconditional()) {
            return;
        }
        if (rule.isUnconditional()) {
            rules.clear();
        }
        for (Rule other : rules) {
            if (other.checks().equals(rule.checks())) {
                if (other.answer() == rule.answer()) {
                    return;
                }
                throw conflict(place, other.answer(), rule.answer());
            }
        }
        rules.add(rule);
    }

    private static SeccompException conflict(String place, int first, int second) {
        return new SeccompException(
                place,
                "answers " + SeccompAction.describe(second) + " where an earlier rule with the same conditions answers "
                        + SeccompAction.describe(first),
                "keep one of them; no runtime can load both");
    }

    private List<ArgCheck> reduced(List<ArgCheck> checks) {
        List<ArgCheck> reduced = new ArrayList<>(checks.size());
        for (ArgCheck check : checks) {
            ArgCheck fit = arch.is64Bit() ? check : check.narrowed();
            if (!fit.isVoid()) {
                reduced.add(fit);
            }
        }
        reduced.sort(Comparator.comparingInt(ArgCheck::index));
        return reduced;
    }

    /** What becomes of each call that has a rule, by unsigned number. */
    SortedMap<Long, Outcome> outcomes(int defaultAnswer) {
        SortedMap<Long, Outcome> outcomes = new TreeMap<>();
        byNumber.forEach((number, rules) -> outcomes.put(number, outcome(rules, defaultAnswer)));
        return outcomes;
    }

    private static Outcome outcome(List<Rule> rules, int defaultAnswer) {
        if (rules.get(0).isUnconditional()) {
            return Outcome.always(rules.get(0).answer());
        }
        List<Rule> ordered = new ArrayList<>(rules);
        ordered.sort(PRECEDENCE);
        return new Outcome(ordered, defaultAnswer);
    }

    private static int compare(Rule first, Rule second) {
        int common = Math.min(first.checks().size(), second.checks().size());
        for (int i = 0; i < common; i++) {
            int order = compare(first.checks().get(i), second.checks().get(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static int compare(ArgCheck first, ArgCheck second) {
        if (first.index() != second.index()) {
            return second.index() - first.index();
        }
        if (first.op().rank() != second.op().rank()) {
            return second.op().rank() - first.op().rank();
        }
        boolean upperBound = first.op() == ArgCheck.Op.LT || first.op() == ArgCheck.Op.LE;
        int order = Long.compareUnsigned(first.value(), second.value());
        return upperBound ? order : -order;
    }
}
