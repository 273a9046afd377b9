package dev.libcontainer.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ArchitectureTest {
    private static final String ROOT = "dev.libcontainer";
    private static final String FACADE = "";

    /** Which packages of ours a package may use besides itself. */
    private static final Map<String, Set<String>> ARROWS = Map.ofEntries(
            Map.entry(
                    FACADE,
                    Set.of(
                            "report",
                            "spec",
                            "plan",
                            "security",
                            "kernel",
                            "cgroup",
                            "net",
                            "rootfs",
                            "pool",
                            "events",
                            "stats")),
            Map.entry("demo", Set.of(FACADE)),
            Map.entry("bench", Set.of(FACADE, "spec", "security", "net")),
            Map.entry("cli", Set.of("runtime", "spec", "cgroup", "bench")),
            Map.entry(
                    "runtime",
                    Set.of("report", "spec", "plan", "security", "kernel", "cgroup", "net", "rootfs", "systemd")),
            Map.entry("systemd", Set.of("spec", "cgroup")),
            Map.entry("report", Set.of("plan", "kernel", "spec", "security", "cgroup")),
            Map.entry("plan", Set.of("security", "spec")),
            Map.entry("security", Set.of("spec")),
            Map.entry("cgroup", Set.of("spec", "kernel", "stats")),
            Map.entry("net", Set.of("spec", "kernel")),
            Map.entry("rootfs", Set.of("spec", "kernel")),
            Map.entry("pool", Set.of()),
            Map.entry("events", Set.of()),
            Map.entry("stats", Set.of()),
            Map.entry("kernel", Set.of()),
            Map.entry("spec", Set.of()));

    private static final int LINES_AT_MOST = 400;

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    static Set<String> packages() {
        return new TreeSet<>(ARROWS.keySet());
    }

    @ParameterizedTest(name = "\"{0}\"")
    @MethodSource("packages")
    void aPackageUsesOnlyWhatItsArrowsAllow(String name) {
        var allowed = Stream.concat(Stream.of(name), ARROWS.get(name).stream())
                .map(ArchitectureTest::qualified)
                .toArray(String[]::new);

        noClasses()
                .that()
                .resideInAPackage(qualified(name))
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + "..").and(not(resideInAnyPackage(allowed))))
                .allowEmptyShould(true)
                .check(MAIN);
    }

    @Test
    void everyPackageHasItsArrows() {
        var known = packages().stream().map(ArchitectureTest::qualified).toArray(String[]::new);

        classes().should().resideInAnyPackage(known).check(MAIN);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void onlyTheKernelPackageKnowsJavaCpp() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".kernel")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bytedeco..")
                .check(MAIN);
    }

    @Test
    void onlyTheSystemdPackageKnowsDBus() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".systemd")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.freedesktop..")
                .check(MAIN);
    }

    /**
     * The JDK's own reaper and its fork know nothing of our pids, and a heap is too big to fork. {@code jrunc ps} runs
     * the host's ps(1), which is no container's business.
     */
    @Test
    void processesAreStartedByPlansOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".demo")
                .and()
                .doNotHaveSimpleName("PsTable")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ProcessBuilder.class)
                .orShould()
                .callMethodWhere(target(owner(type(Runtime.class))).and(target(name("exec"))))
                .check(MAIN);
    }

    @Test
    void namesSayWhatAThingIsFor() {
        var empty = "(?i)utils?|commons?|helpers?|managers?|impl";

        noClasses()
                .should()
                .haveNameMatching("(?i).*\\.(" + empty + ")\\..*")
                .orShould()
                .haveSimpleNameEndingWith("Impl")
                .orShould()
                .haveSimpleNameEndingWith("Manager")
                .orShould()
                .haveSimpleNameEndingWith("Helper")
                .orShould()
                .haveNameMatching(".*(Utils?|Commons?)")
                .check(MAIN);
    }

    @Test
    void noSourceFileIsTooLongToReadAtOnce() throws IOException {
        List<Path> sources;
        try (var files = Files.walk(Path.of("src", "main"))) {
            sources = files.filter(f -> f.toString().matches(".*\\.(java|cpp|h)"))
                    .sorted()
                    .toList();
        }

        var tooLong = sources.stream().filter(f -> lines(f) > LINES_AT_MOST);

        assertThat(sources).isNotEmpty();
        assertThat(tooLong.map(f -> f + ": " + lines(f) + " lines").collect(joining("\n")))
                .isEmpty();
    }

    private static String qualified(String name) {
        return name.equals(FACADE) ? ROOT : ROOT + "." + name;
    }

    private static long lines(Path file) {
        try (var lines = Files.lines(file)) {
            return lines.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
