package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of features names tests that exist, and a state that means something. */
class FeaturesTest {
    private static final Set<String> STATES = Set.of("works", "planned only", "refused");

    @Test
    void eachRowNamesItsTests() throws IOException {
        Set<String> tests;
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            tests = files.map(file -> file.getFileName().toString().replace(".java", ""))
                    .collect(Collectors.toSet());
        }
        List<String[]> rows = Files.readAllLines(Path.of("docs/features.md")).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| feature") && !line.startsWith("| ---"))
                .map(line -> line.split(" *\\| *", -1))
                .toList();

        assertThat(rows).hasSizeGreaterThan(30).allSatisfy(row -> {
            assertThat(STATES).contains(row[2]);
            assertThat(tests).contains(row[3].split(", "));
        });
    }
}
