package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables of what went wrong elsewhere name tests that exist. */
class SecurityTest {
    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new HashMap<>();
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                sources.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
            }
        }
        return sources;
    }

    @Test
    void eachRowNamesItsTests() throws IOException {
        Map<String, String> sources = sources();
        List<String[]> rows = Files.readAllLines(Path.of("docs/security.md")).stream()
                .filter(line -> line.startsWith("| ") && line.contains("#"))
                .map(line -> line.split(" *\\| *", -1))
                .toList();

        assertThat(rows).hasSizeGreaterThan(35).allSatisfy(row -> {
            for (String test : row[row.length - 2].split(", ")) {
                String[] name = test.split("#");
                assertThat(sources.getOrDefault(name[0], "")).as(test).contains("void " + name[1] + "(");
            }
        });
    }
}
