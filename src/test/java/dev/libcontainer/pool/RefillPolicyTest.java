package dev.libcontainer.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.pool.RefillPolicy.Decision;
import dev.libcontainer.pool.RefillPolicy.Deed;
import dev.libcontainer.pool.RefillPolicy.Wanted;
import org.junit.jupiter.api.Test;

class RefillPolicyTest {
    private static final long NEVER = Long.MAX_VALUE / 4;
    private static final long SECOND = 1_000_000_000;

    private static RefillPolicy policy(int size, int lowWater) {
        return new RefillPolicy(new Wanted(size, lowWater, 0, NEVER, NEVER, 0));
    }

    private static Deed deed(RefillPolicy policy, int ready) {
        return policy.next(0, ready, 0, 0).deed();
    }

    @Test
    void fillingGoesOnToTheSizeAndBeginsAgainAtTheLowWaterMark() {
        RefillPolicy policy = policy(4, 1);

        assertThat(deed(policy, 0)).isEqualTo(Deed.MAKE);
        assertThat(deed(policy, 3)).isEqualTo(Deed.MAKE);
        assertThat(deed(policy, 4)).isEqualTo(Deed.WAIT);
        assertThat(deed(policy, 3)).isEqualTo(Deed.WAIT);
        assertThat(deed(policy, 2)).isEqualTo(Deed.WAIT);
        assertThat(deed(policy, 1)).isEqualTo(Deed.MAKE);
        assertThat(deed(policy, 2)).isEqualTo(Deed.MAKE);
    }

    @Test
    void theRateIsKept() {
        RefillPolicy policy = new RefillPolicy(new Wanted(4, 3, SECOND / 10, NEVER, NEVER, 0));
        assertThat(deed(policy, 0)).isEqualTo(Deed.MAKE);
        policy.made(0);

        Decision decision = policy.next(SECOND / 40, 1, 0, 0);

        assertThat(decision).isEqualTo(new Decision(Deed.WAIT, SECOND / 10 - SECOND / 40));
        assertThat(policy.next(SECOND / 10, 1, 0, 0).deed()).isEqualTo(Deed.MAKE);
    }

    @Test
    void whatIsTooOldIsReplacedAlsoAboveTheLowWaterMark() {
        RefillPolicy policy = new RefillPolicy(new Wanted(4, 1, 0, NEVER, SECOND, 0));
        assertThat(policy.next(0, 4, 0, 0)).isEqualTo(new Decision(Deed.WAIT, SECOND));

        assertThat(policy.next(SECOND, 4, 0, 0).deed()).isEqualTo(Deed.REPLACE_OLDEST);
        assertThat(policy.next(SECOND, 3, SECOND - 1, 0).deed()).isEqualTo(Deed.MAKE);
    }

    @Test
    void anIdlePoolShrinksToTheLowWaterMarkAndGrowsWhenItIsUsed() {
        RefillPolicy policy = new RefillPolicy(new Wanted(4, 1, 0, SECOND, NEVER, 0));
        assertThat(policy.next(0, 4, 0, 0)).isEqualTo(new Decision(Deed.WAIT, SECOND));

        assertThat(policy.next(SECOND, 4, 0, 0).deed()).isEqualTo(Deed.DROP_OLDEST);
        assertThat(policy.next(SECOND, 2, 0, 0).deed()).isEqualTo(Deed.DROP_OLDEST);
        assertThat(policy.next(SECOND, 1, 0, 0).deed()).isEqualTo(Deed.WAIT);
        assertThat(policy.next(SECOND, 0, 0, 0).deed()).isEqualTo(Deed.MAKE);
        assertThat(policy.next(2 * SECOND, 1, 0, 2 * SECOND).deed()).isEqualTo(Deed.MAKE);
    }

    @Test
    void takersAreLeftInPeaceAsLongAsThereAreEnough() {
        RefillPolicy policy = new RefillPolicy(new Wanted(8, 7, 0, NEVER, NEVER, 100));
        assertThat(policy.next(50, 8, 0, 0).deed()).isEqualTo(Deed.WAIT);

        assertThat(policy.next(50, 7, 0, 40)).isEqualTo(new Decision(Deed.WAIT, 90));
        assertThat(policy.next(140, 3, 0, 140)).isEqualTo(new Decision(Deed.WAIT, 100));
        assertThat(policy.next(240, 3, 0, 140).deed()).isEqualTo(Deed.MAKE);
        assertThat(policy.next(240, 2, 0, 240).deed()).as("a quarter is left").isEqualTo(Deed.MAKE);
    }

    @Test
    void failuresMakeTheNextAttemptComeLaterAndASuccessSooner() {
        RefillPolicy policy = policy(4, 3);
        policy.failed(0);
        long first = policy.next(0, 0, 0, 0).waitNanos();
        policy.failed(0);
        long second = policy.next(0, 0, 0, 0).waitNanos();
        for (int i = 0; i < 20; i++) {
            policy.failed(0);
        }

        assertThat(first).isPositive();
        assertThat(second).isEqualTo(2 * first);
        assertThat(policy.next(0, 0, 0, 0).waitNanos()).isEqualTo(SECOND);
        policy.made(SECOND);
        assertThat(policy.next(SECOND, 1, 0, 0).deed()).isEqualTo(Deed.MAKE);
    }
}
