package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What tests of pools have in common. */
final class Pools {
    static final Duration LONG = Duration.ofSeconds(Patience.seconds(20));

    private Pools() {}

    static ContainerPool full(Blueprint blueprint, PoolOptions options) throws InterruptedException {
        ContainerPool pool = blueprint.pool(options);
        assertThat(pool.awaitReady(options.size(), LONG))
                .as(pool.figures().toString())
                .isTrue();
        return pool;
    }

    static String see(ContainerPool pool, Launch launch) {
        try (Container container = pool.take(launch)) {
            ExitStatus exit = Inside.exit(container);
            assertThat(exit.isSuccess()).as(container.errorOutput()).isTrue();
            return container.output();
        }
    }

    static Launch verbs(String verbs) {
        return Launch.of(Stdio.capture()).args(Inside.verbs(verbs));
    }

    static List<Long> waiting() {
        return Processes.helpersOf(ProcessHandle.current().pid()).stream()
                .filter(pid ->
                        Holdings.text(Path.of("/proc/" + pid + "/comm")).strip().equals("lc:init"))
                .toList();
    }
}
