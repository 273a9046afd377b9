package dev.libcontainer.security;

import dev.libcontainer.security.Outcome.Rule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The rules of a profile for one architecture, by call number, with libseccomp's ideas of which rule goes first.
 *
 * <ul>
 *   <li>A rule without checks beats all rules with checks, whichever was added first; of two without, the first counts.
 *   <li>Equal checks with different answers are refused.
 *   <li>Where rules with different answers hold at once, the one goes first that checks a higher argument; for the same
 *       argument equality goes before "less" before "greater", and among these the narrower bound or the larger value.
 *       Only what is left is decided by the order of adding.
 * </ul>
 */
final class ArchRules {
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
        OptionalInt number = SyscallTable.number(arch, name);
        if (number.isPresent()) {
            put(number.getAsInt(), checks, answer, place);
        }
    }

    private void put(int number, List<ArgCheck> checks, int answer, String place) {
        Long key = Integer.toUnsignedLong(number);
        List<Rule> rules = byNumber.get(key);
        if (rules == null) {
            rules = new ArrayList<>(1);
            byNumber.put(key, rules);
        } else if (rules.get(0).isUnconditional()) {
            return;
        }
        Rule rule = new Rule(reduced(checks), answer);
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
        rules.add(position(rules, rule), rule);
    }

    private static SeccompException conflict(String place, int first, int second) {
        return new SeccompException(
                place,
                "answers " + SeccompAction.describe(second) + " where an earlier rule with the same conditions answers "
                        + SeccompAction.describe(first),
                "keep one of them; no runtime can load both");
    }

    private List<ArgCheck> reduced(List<ArgCheck> checks) {
        if (checks.isEmpty()) {
            return List.of();
        }
        List<ArgCheck> reduced = new ArrayList<>(checks.size());
        for (ArgCheck check : checks) {
            ArgCheck fit = arch.is64Bit() ? check : check.narrowed();
            if (!fit.isVoid()) {
                reduced.add(fit);
            }
        }
        if (reduced.size() > 1) {
            reduced.sort(Comparator.comparingInt(ArgCheck::index));
        }
        return reduced;
    }

    /** What becomes of each call that has a rule, by unsigned number. */
    SortedMap<Long, Outcome> outcomes(int defaultAnswer) {
        SortedMap<Long, Outcome> outcomes = new TreeMap<>();
        for (Map.Entry<Long, List<Rule>> call : byNumber.entrySet()) {
            outcomes.put(call.getKey(), outcome(call.getValue(), defaultAnswer));
        }
        return outcomes;
    }

    private static Outcome outcome(List<Rule> rules, int defaultAnswer) {
        return rules.get(0).isUnconditional()
                ? Outcome.always(rules.get(0).answer())
                : new Outcome(rules, defaultAnswer);
    }

    /** Where a rule belongs among others: behind all that do not have to come after it. */
    private static int position(List<Rule> rules, Rule rule) {
        int position = 0;
        while (position < rules.size() && order(rules.get(position), rule) <= 0) {
            position++;
        }
        return position;
    }

    private static int order(Rule first, Rule second) {
        int common = Math.min(first.checks().size(), second.checks().size());
        for (int i = 0; i < common; i++) {
            int order = order(first.checks().get(i), second.checks().get(i));
            if (order != 0 || !first.checks().get(i).equals(second.checks().get(i))) {
                return order;
            }
        }
        return 0;
    }

    private static int order(ArgCheck first, ArgCheck second) {
        if (first.index() != second.index()) {
            return second.index() - first.index();
        }
        if (first.op().rank() != second.op().rank()) {
            return second.op().rank() - first.op().rank();
        }
        int order = Long.compareUnsigned(first.value() >>> Integer.SIZE, second.value() >>> Integer.SIZE);
        if (order == 0 && first.looksAlikeAbove(second)) {
            order = Long.compareUnsigned(first.value(), second.value());
        }
        return first.op().isUpperBound() ? order : -order;
    }
}
