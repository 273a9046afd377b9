package dev.libcontainer.security;

import java.util.List;

/**
 * What becomes of a system call: the first rule whose checks all hold decides, else {@code otherwise}.
 *
 * @param otherwise the answer if no rule holds
 */
record Outcome(List<Rule> rules, int otherwise) {

    Outcome {
        rules = List.copyOf(rules);
    }

    static Outcome always(int answer) {
        return new Outcome(List.of(), answer);
    }

    /**
     * An answer that holds under conditions.
     *
     * @param checks at most one for an argument, sorted by argument; none means always
     */
    record Rule(List<ArgCheck> checks, int answer) {
        Rule {
            checks = List.copyOf(checks);
        }

        boolean isUnconditional() {
            return checks.isEmpty();
        }
    }
}
