package dev.libcontainer.security;

import dev.libcontainer.security.Facts.Test;
import dev.libcontainer.security.Outcome.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;

/**
 * Writes the code that finds what becomes of one system call: the leaves of the tree.
 *
 * <p>BPF has 32-bit words, so that a check of a 64-bit argument is one of its high and, if that does not settle it, one
 * of its low word. Each way through the checks remembers what it has found, so that no word is loaded twice in a row
 * and nothing is asked that is known: five values of {@code personality} cost one look at the high word. Where
 * remembering would make the code longer, each check is written by itself instead.
 */
final class OutcomeCode {
    private static final int MAX_CHECKS_TO_REMEMBER = 128;
    private static final int MAX_TESTS_PER_CHECK = 8;

    private final BpfGraph graph;
    private final boolean wide;

    OutcomeCode(BpfGraph graph, Arch arch) {
        this.graph = graph;
        this.wide = arch.is64Bit();
    }

    /** The node at which the code for an outcome begins; it assumes nothing of the accumulator. */
    int write(Outcome outcome) {
        if (outcome.rules().isEmpty()) {
            return graph.answer(outcome.otherwise());
        }
        int checks = 0;
        for (Rule rule : outcome.rules()) {
            checks += rule.checks().size();
        }
        if (checks <= MAX_CHECKS_TO_REMEMBER) {
            try {
                return new Remembering(outcome, checks * MAX_TESTS_PER_CHECK).code();
            } catch (TooManyTestsException e) {
                return oneByOne(outcome);
            }
        }
        return oneByOne(outcome);
    }

    private int oneByOne(Outcome outcome) {
        int next = graph.answer(outcome.otherwise());
        for (int r = outcome.rules().size() - 1; r >= 0; r--) {
            Rule rule = outcome.rules().get(r);
            int node = graph.answer(rule.answer());
            for (int c = rule.checks().size() - 1; c >= 0; c--) {
                int held = node;
                int failed = next;
                node = new Comparison(wide, this::plain)
                        .write(rule.checks().get(c), Facts.NONE, facts -> held, facts -> failed);
            }
            next = node;
        }
        return next;
    }

    private int plain(Test test, Facts facts, ToIntFunction<Facts> yes, ToIntFunction<Facts> no) {
        Facts after = Facts.loadedFor(test);
        int failed = no.applyAsInt(after);
        return ask(test, facts, yes.applyAsInt(after), failed);
    }

    /** A jump with what is needed before it. */
    private int ask(Test test, Facts facts, int yes, int no) {
        if (yes == no && graph.node(yes).needsNoLoad()) {
            return yes;
        }
        boolean bits = test.asksForBits();
        boolean zero = test.k() == 0;
        int jump = bits
                ? graph.jump(Bpf.IF_ANY_BIT, test.mask(), zero ? no : yes, zero ? yes : no)
                : graph.jump(test.code(), test.k(), yes, no);
        if (facts.isReadyFor(test)) {
            return jump;
        }
        return graph.load(test.offset(), test.isMasked() && !bits ? graph.and(test.mask(), jump) : jump);
    }

    /** Code that would be longer for remembering. */
    private static final class TooManyTestsException extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooManyTestsException() {
            super(null, null, false, false);
        }
    }

    /** One walk over the rules of an outcome, following each way through them. */
    private final class Remembering {
        private final Outcome outcome;
        private final int maxTests;
        private final Map<List<Object>, Integer> written = new HashMap<>();
        private final List<List<Set<Integer>>> ahead;
        private final Comparison comparison = new Comparison(wide, this::test);
        private int tests;

        Remembering(Outcome outcome, int maxTests) {
            this.outcome = outcome;
            this.maxTests = maxTests;
            this.ahead = ahead(outcome);
        }

        int code() {
            return code(0, 0, Facts.NONE);
        }

        private int code(int r, int c, Facts facts) {
            if (r == outcome.rules().size()) {
                return graph.answer(outcome.otherwise());
            }
            Rule rule = outcome.rules().get(r);
            if (c == rule.checks().size()) {
                return graph.answer(rule.answer());
            }
            Facts relevant = facts.about(ahead.get(r).get(c));
            List<Object> point = List.of(r, c, relevant);
            Integer known = written.get(point);
            if (known == null) {
                known = comparison.write(
                        rule.checks().get(c), relevant, yes -> code(r, c + 1, yes), no -> code(r + 1, 0, no));
                written.put(point, known);
            }
            return known;
        }

        private int test(Test test, Facts facts, ToIntFunction<Facts> yes, ToIntFunction<Facts> no) {
            Facts.Result known = facts.result(test);
            if (known != Facts.Result.OPEN) {
                return (known == Facts.Result.YES ? yes : no).applyAsInt(facts);
            }
            if (++tests > maxTests) {
                throw new TooManyTestsException();
            }
            int failed = no.applyAsInt(facts.after(test, false));
            int held = yes.applyAsInt(facts.after(test, true));
            return ask(test, facts, held, failed);
        }

        /** For each check the words that it and all later ones look at. */
        private List<List<Set<Integer>>> ahead(Outcome outcome) {
            List<List<Set<Integer>>> sets = new ArrayList<>();
            Set<Integer> later = new HashSet<>();
            for (int r = outcome.rules().size() - 1; r >= 0; r--) {
                List<Set<Integer>> ofRule = new ArrayList<>();
                for (int c = outcome.rules().get(r).checks().size() - 1; c >= 0; c--) {
                    int index = outcome.rules().get(r).checks().get(c).index();
                    later.add(Bpf.argumentOffset(index, false));
                    later.add(Bpf.argumentOffset(index, true));
                    ofRule.add(0, Set.copyOf(later));
                }
                sets.add(0, ofRule);
            }
            return sets;
        }
    }
}
