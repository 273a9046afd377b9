package dev.libcontainer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Containers of a scope share its limits and its end, also when the JVM is killed. */
@NeedsRoot
@NeedsCgroups
@Tag("vm")
class ScopeTest {
    private static final int MIB = 1 << 20;

    /** Scope directories of a process, in all hierarchies. */
    private static List<Path> directories(long pid) {
        List<Path> found = new ArrayList<>();
        for (Path mount : Holdings.cgroupMounts()) {
            Path top = mount.resolve("libcontainer");
            if (!Files.isDirectory(top)) {
                continue;
            }
            try (Stream<Path> owners = Files.list(top)) {
                owners.filter(owner -> owner.getFileName().toString().startsWith(pid + "-"))
                        .flatMap(ScopeTest::children)
                        .filter(path -> path.getFileName().toString().startsWith("_scope-"))
                        .forEach(found::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return found;
    }

    private static Stream<Path> children(Path directory) {
        try (Stream<Path> children = Files.list(directory)) {
            return children.filter(Files::isDirectory).toList().stream();
        } catch (IOException e) {
            return Stream.empty(); // removed meanwhile
        }
    }

    @Test
    void theLimitIsForTheSum() throws Exception {
        try (Containers containers = Containers.open();
                Scope scope = containers.scope("sum", Limits.none().pids(7))) {
            ContainerSpec spec = Inside.sandbox("forks 5 -- sleep 100000").build();
            Container first = scope.spawn(spec, Stdio.pipes());
            assertThat(first.stdout().read())
                    .as("its children, which count, are gone by then")
                    .isEqualTo('5');
            ContainerSpec sleepers = Inside.bare("sleep 100000").cgroup().build();
            for (int i = 0; i < 3; i++) {
                scope.spawn(sleepers, Stdio.nothing());
            }
            first.close();

            Container last = scope.spawn(Inside.sandbox("forks 20").build(), Stdio.capture());
            last.waitFor();

            assertThat(last.output().strip()).as("three sleep, one forks").isEqualTo("3 EAGAIN");
            assertThat(scope.containers()).hasSize(3);
        }
    }

    @Test
    @Tag("cgroup-v1")
    void memoryOfAllCountsTogether() throws Exception {
        try (Containers containers = Containers.open();
                Scope scope = containers.scope("memory", Limits.none().memoryBytes(64 * MIB))) {
            Container container = scope.spawn(Inside.sandbox("memhog 200").build(), Stdio.nothing());

            assertThat(container
                            .waitFor(Duration.ofSeconds(Patience.seconds(20)))
                            .orElseThrow()
                            .signal())
                    .hasValue(9);
        }
    }

    @Test
    void closingEndsEverythingInItAndLeavesNothing() throws Exception {
        long self = ProcessHandle.current().pid();
        try (Containers containers = Containers.open()) {
            List<Container> all = new ArrayList<>();
            Scope scope = containers.scope("end", Limits.none().pids(100));
            all.add(scope.spawn(Inside.sandbox("sleep 100000").build(), Stdio.nothing()));
            all.add(scope.spawn(Inside.bare("sleep 100000").detached().build(), Stdio.nothing()));
            all.add(scope.spawn(Inside.sandbox("sleep 100000").managed().build(), Stdio.nothing()));
            all.get(2).freeze();
            assertThat(directories(self)).isNotEmpty();

            scope.close();

            assertThat(all).noneMatch(Container::isAlive);
            assertThat(directories(self)).isEmpty();
            assertThat(scope.containers()).isEmpty();
            assertThatThrownBy(() -> scope.compile(Inside.sandbox("exit 0").build()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("scope end is closed");
            try (Container outside = containers
                    .compile(Inside.sandbox("exit 0").pidsLimit(5).build())
                    .spawn(Stdio.nothing())) {
                assertThat(outside.waitFor().isSuccess()).isTrue();
            }
        }
    }

    @Test
    void aNameIsOneDirectory() {
        try (Containers containers = Containers.open()) {
            assertThatThrownBy(() -> containers.scope("../up")).isInstanceOf(InvalidSpecException.class);
        }
    }

    @Test
    void whatAKilledJvmLeftIsEndedByTheNextThatOpensAScope() throws Exception {
        Process jvm = new ProcessBuilder(OtherJvm.command(ScopedMain.class))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines = jvm.inputReader(UTF_8)) {
            long detached = Long.parseLong(lines.readLine());
            jvm.destroyForcibly().waitFor();
            assertThat(ProcessHandle.of(detached)).as("promised to live on").isPresent();
            assertThat(directories(jvm.pid())).isNotEmpty();

            try (Containers containers = Containers.open();
                    Scope scope = containers.scope("next")) {
                assertThat(scope.name()).isEqualTo("next");
                assertThat(Patience.within(2, () -> ProcessHandle.of(detached).isEmpty()))
                        .isTrue();
                assertThat(directories(jvm.pid())).isEmpty();
            }
        } finally {
            OtherJvm.end(jvm);
            Processes.ownedBy(jvm.pid()).forEach(Processes::kill);
        }
    }

    /** Starts a process that outlives it, in a scope. */
    static final class ScopedMain {
        public static void main(String[] args) throws Exception {
            Containers containers = Containers.open();
            Scope scope = containers.scope("crash", Limits.none().pids(50));
            Container container =
                    scope.spawn(Inside.bare("sleep 100000").detached().build(), Stdio.nothing());
            System.out.println(container.pid());
            TimeUnit.HOURS.sleep(1);
        }
    }
}
