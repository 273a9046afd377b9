package dev.libcontainer.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BudgetTest {
    @ParameterizedTest
    @CsvSource({
        "spawn.p99=2ms, spawn.p99, 2000000",
        "spawn.p50=250us, spawn.p50, 250000",
        "seccomp-default.cost=1.5µs, seccomp-default.cost, 1500",
        "getppid.inside=300ns, getppid.inside, 300",
        "jvm-start.outside=1s, jvm-start.outside, 1000000000",
        "getppid.ratio=1.25, getppid.ratio, 1.25"
    })
    void aBudgetHasAFigureAndALimit(String text, String figure, double limit) {
        var budget = Budget.parse(text);

        assertThat(budget.figure()).isEqualTo(figure);
        assertThat(budget.limit()).isEqualTo(limit);
    }

    @ParameterizedTest
    @CsvSource({
        "spawn=2ms, NAME.FIGURE=LIMIT",
        "spawn.p99, NAME.FIGURE=LIMIT",
        "spawn.p99=-1ms, NAME.FIGURE=LIMIT",
        "spawn.p99=2h, NAME.FIGURE=LIMIT",
        "spawn.p98=2ms, is no figure",
        "spawn.p99=2, wants a unit",
        "getppid.ratio=2ms, has no unit"
    })
    void whatIsNoBudgetIsRefusedWithTheReason(String text, String reason) {
        assertThatThrownBy(() -> Budget.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource({
        "spawn.p99=2ms, true",
        "spawn.p99=1999us, false",
        "spawn.cost=400us, true",
        "getppid.ratio=1.5, true",
        "getppid.ratio=1.49, false",
        "getppid.unfiltered=100ns, true",
        "getppid.p99=100ns, false"
    })
    void aFigureAtTheLimitIsWithinIt(String text, boolean kept) {
        assertThat(Budget.parse(text).judge(Reports.SMALL).kept()).isEqualTo(kept);
    }

    @Test
    void theVerdictSaysWhatWasFound() {
        assertThat(Budget.parse("spawn.p99=1ms").judge(Reports.SMALL).text())
                .isEqualTo("EXCEEDED  spawn.p99=1ms: 2.00 ms");
        assertThat(Budget.parse("getppid.ratio=2").judge(Reports.SMALL).text())
                .isEqualTo("kept      getppid.ratio=2: 1.50");
    }

    @Test
    void whatWasNotMeasuredKeepsNoBudget() {
        for (String text : new String[] {"nosuch.p99=1s", "spawn.inside=1s", "none.cost=1s", "jvm-start.inside=1s"}) {
            var verdict = Budget.parse(text).judge(Reports.SMALL);

            assertThat(verdict.kept()).isFalse();
            assertThat(verdict.text()).endsWith("not measured here");
        }
    }
}
