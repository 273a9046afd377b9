package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How many sandboxes a pool keeps ready, for how long, and what is left of them. */
@NeedsRoot
@Tag("vm")
class PoolKeepingTest {
    @Test
    void anEmptyPoolSpawnsWaitsOrFailsAsItsOptionsSay() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("exit 0").build())) {
            PoolOptions slow = PoolOptions.of(1).perSecond(0.01);
            try (ContainerPool pool = Pools.full(blueprint, slow)) {
                pool.take(Stdio.nothing()).close();
                pool.take(Stdio.nothing()).close();
                assertThat(pool.figures().spawned()).isEqualTo(1);
            }
            try (ContainerPool pool = Pools.full(blueprint, slow.failWhenEmpty())) {
                pool.take(Stdio.nothing()).close();
                assertThatThrownBy(() -> pool.take(Stdio.nothing())).isInstanceOf(PoolEmptyException.class);
                assertThat(pool.figures().refused()).isEqualTo(1);
            }
            try (ContainerPool pool = Pools.full(blueprint, slow.waitWhenEmpty(Duration.ofMillis(50)))) {
                pool.take(Stdio.nothing()).close();
                assertThatThrownBy(() -> pool.take(Stdio.nothing()))
                        .isInstanceOf(PoolEmptyException.class)
                        .hasMessageContaining("50 ms");
            }
        }
    }

    @Test
    void aSandboxThatDiesWhileItWaitsIsReplaced() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("exit 0").build());
                ContainerPool pool = Pools.full(blueprint, PoolOptions.of(3))) {
            Set<Long> before = new HashSet<>(Pools.waiting());
            assertThat(before).hasSize(3);

            before.forEach(Processes::kill);

            assertThat(Patience.within(5, () -> pool.figures().died() >= 3)).isTrue();
            assertThat(pool.awaitReady(3, Pools.LONG)).isTrue();
            assertThat(Pools.waiting()).hasSize(3).doesNotContainAnyElementsOf(before);
            assertThat(pool.figures().died()).isEqualTo(3);
            assertThat(Pools.see(pool, Pools.verbs("args alive"))).isEqualTo("alive\n");
        }
    }

    @Test
    @Tag("not-vm")
    void aThousandWaitAtOnceAndAreAllGood() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(
                        Inside.sandbox("exit 0").hostNetwork().build());
                ContainerPool pool = Pools.full(blueprint, PoolOptions.of(1000).lowWater(0))) {
            assertThat(Pools.waiting()).hasSize(1000);
            for (int i = 0; i < 1000; i++) {
                try (Container container = pool.take(Stdio.nothing())) {
                    assertThat(Inside.exit(container).isSuccess()).isTrue();
                }
            }
            assertThat(pool.figures().spawned()).isZero();
        }
    }

    @Test
    void poolsAgeShrinkAndFillUp() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("exit 0").build())) {
            Duration longer = Duration.ofMillis(900 + 100 * Patience.seconds(1)); // than filling takes
            try (ContainerPool pool =
                    Pools.full(blueprint, PoolOptions.of(4).lowWater(1).idle(longer))) {
                assertThat(Patience.within(10, () -> pool.figures().retired() >= 3))
                        .isTrue();
                assertThat(pool.ready()).isEqualTo(1);
                assertThat(pool.figures().retired()).isEqualTo(3);
                pool.take(Stdio.nothing()).close();
                assertThat(pool.awaitReady(4, Pools.LONG)).isTrue();
            }
            try (ContainerPool pool = Pools.full(blueprint, PoolOptions.of(2).maxAge(longer))) {
                Set<Long> before = new HashSet<>(Pools.waiting());
                assertThat(Patience.within(10, () -> pool.figures().retired() >= 2))
                        .isTrue();
                assertThat(Pools.waiting()).doesNotContainAnyElementsOf(before);
            }
        }
    }

    @Test
    void aPoolThatCannotBeFilledSaysWhyAndTheTakerHearsItToo() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(
                        Inside.sandbox("exit 0").cwd("/not/there").build());
                ContainerPool pool = blueprint.pool(PoolOptions.of(2).waitWhenEmpty(Duration.ofMillis(100)))) {
            assertThat(Patience.within(10, () -> pool.figures().failures() > 0)).isTrue();
            assertThatThrownBy(() -> pool.take(Stdio.nothing()))
                    .isInstanceOf(PoolEmptyException.class)
                    .hasMessageContaining("/not/there");
            assertThat(pool.figures().failures()).isPositive().isLessThan(20);
        }
    }

    @Test
    void closingTheLibraryEndsWhatWaitsAndNotMore() throws Exception {
        Containers containers = Containers.open();
        Blueprint blueprint =
                containers.compile(Inside.sandbox("sleep 100000").detached().build());
        ContainerPool pool = Pools.full(blueprint, PoolOptions.of(5));
        Container taken = pool.take(Stdio.nothing());

        containers.close();

        assertThat(Pools.waiting()).isEmpty();
        assertThat(taken.isAlive()).isTrue();
        taken.close();
        assertThat(pool.ready()).isZero();
        assertThatThrownBy(() -> pool.take(Stdio.nothing())).isInstanceOf(RuntimeException.class);
    }
}
