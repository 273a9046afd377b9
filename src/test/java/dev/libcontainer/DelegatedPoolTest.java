package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sandboxes made ahead that own their cgroups: each its own, from before it is taken until it is removed. */
@NeedsRoot
@Tag("vm")
class DelegatedPoolTest {
    private static final PoolOptions TWO = PoolOptions.of(2).waitWhenEmpty(Pools.LONG);
    private static final int MIB = 1 << 20;

    private final Delegated delegated = Delegated.here();

    @BeforeEach
    void needsCgroups() {
        assumeTrue(delegated.isPossible(), "no controller of processes");
    }

    private static Blueprint payload(Containers containers) {
        return containers.compile(
                Delegated.shell("exec sleep 100000").delegated("payload").build());
    }

    private static Launch shell(String script) {
        return Launch.of(Stdio.capture()).args("/bin/sh", "-c", script);
    }

    private static List<String> lines(ContainerPool pool, Launch launch) {
        try (Container container = pool.take(launch)) {
            Inside.exit(container);
            return (container.output() + container.errorOutput()).lines().toList();
        }
    }

    @Test
    void eachTakenSandboxDividesItsOwnAndCannotEnlargeIt() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint = payload(containers);
                ContainerPool pool = Pools.full(blueprint, TWO)) {
            for (int i = 0; i < 4; i++) { // one after another: the name "mine" is free in each
                assertThat(lines(pool, shell(delegated.divide()))).containsExactly("8", "1", "refused", "50");
            }
            assertThat(pool.figures().taken()).isEqualTo(4);
            assertThat(pool.figures().spawned()).isZero();
        }
    }

    @Test
    void whatWaitsIsInACgroupThatIsGivenAlreadyAndNoOthers() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint = payload(containers);
                ContainerPool pool = Pools.full(blueprint, TWO)) {
            Set<Path> owns = new TreeSet<>();
            for (long pid : Pools.waiting()) {
                Path payload = delegated.cgroupOf(pid);
                Path own = payload.getParent();
                owns.add(own);

                assertThat(payload.getFileName()).hasToString("payload");
                for (Path directory : List.of(own, payload)) {
                    assertThat(Files.getAttribute(directory, "unix:uid")).isEqualTo((int) Delegated.USER);
                }
                assertThat(Delegated.ownedFiles(own)).isEqualTo(delegated.givenFiles(own));
            }
            assertThat(owns).hasSize(2);

            pool.close();
            assertThat(owns).noneMatch(Files::exists);
        }
    }

    @Test
    void limitsAtTheTakeHoldForWhatItDivides() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint = payload(containers);
                ContainerPool pool = Pools.full(blueprint, TWO)) {
            Limits limits = Limits.none().pids(20).memoryBytes(32 * MIB);

            assertThat(lines(pool, shell(delegated.divide()).limits(limits)))
                    .containsExactly("8", "1", "refused", "20");
            assertThat(lines(pool, shell(delegated.divide()))).endsWith("50");
            try (Container container = pool.take(shell("tail /dev/zero").limits(limits))) {
                assertThat(Inside.exit(container).oomKilled()).isTrue();
            }
            assertThat(pool.figures().spawned()).isZero();
        }
    }

    @Test
    void whatATakenSandboxNestsIsRemovedWithIt() throws Exception {
        String nest = delegated.top() + "/one/two/three";
        try (Containers containers = Containers.open();
                Blueprint blueprint = payload(containers);
                ContainerPool pool = Pools.full(blueprint, TWO)) {
            Path own;
            try (Container container = pool.take(shell("mkdir -p " + nest + " && echo made && exec sleep 100000"))) {
                own = delegated.cgroupOf(container.pid()).getParent();
                assertThat(Patience.within(5, () -> Files.exists(own.resolve("one/two/three"))))
                        .isTrue();
            }
            assertThat(own).doesNotExist();
        }
    }
}
