package dev.libcontainer.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the reports are told on the command line.
 *
 * @param given those of the options without a value that are there
 * @param json where the figures go
 * @param markdown the files that have a place for the table or the chart
 */
record ReportOptions(Set<String> given, Optional<Path> json, List<Path> markdown) {
    private static final String FULL = "--full";

    /** Reads {@code --full}, {@code --json FILE}, {@code --markdown FILE} and further options without a value. */
    static ReportOptions parse(String[] args, String... further) {
        Set<String> known = new TreeSet<>(Arrays.asList(further));
        known.add(FULL);
        Set<String> given = new TreeSet<>();
        Optional<Path> json = Optional.empty();
        List<Path> markdown = new ArrayList<>();
        for (Iterator<String> words = Arrays.asList(args).iterator(); words.hasNext(); ) {
            String word = words.next();
            if (known.contains(word)) {
                given.add(word);
            } else if (word.equals("--json") && words.hasNext()) {
                json = Optional.of(Path.of(words.next()));
            } else if (word.equals("--markdown") && words.hasNext()) {
                markdown.add(Path.of(words.next()));
            } else {
                throw new IllegalArgumentException("see benchmarks/run --help");
            }
        }
        return new ReportOptions(given, json, markdown);
    }

    boolean full() {
        return has(FULL);
    }

    boolean has(String option) {
        return given.contains(option);
    }

    /** What to type for such a report. */
    String command(String name) {
        return "benchmarks/run " + name + (full() ? " " + FULL : "");
    }

    /** Writes the files that are asked for. */
    void write(Report report) throws IOException {
        if (json.isPresent()) {
            Files.createDirectories(json.get().toAbsolutePath().getParent());
            Files.writeString(json.get(), report.json());
        }
        for (Path file : markdown) {
            report.writeMarkdown(file);
        }
    }
}
