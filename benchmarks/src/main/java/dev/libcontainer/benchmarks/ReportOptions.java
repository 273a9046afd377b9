package dev.libcontainer.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the reports are told on the command line.
 *
 * @param given those of the options without a value that are there
 * @param json where the figures go
 * @param markdown the file that has a place for the table
 */
record ReportOptions(Set<String> given, Optional<Path> json, Optional<Path> markdown) {
    private static final String FULL = "--full";

    /** Reads {@code --full}, {@code --json FILE}, {@code --markdown FILE} and further options without a value. */
    static ReportOptions parse(String[] args, String... further) {
        Set<String> known = new TreeSet<>(Arrays.asList(further));
        known.add(FULL);
        Set<String> given = new TreeSet<>();
        Optional<Path> json = Optional.empty();
        Optional<Path> markdown = Optional.empty();
        for (Iterator<String> words = Arrays.asList(args).iterator(); words.hasNext(); ) {
            String word = words.next();
            if (known.contains(word)) {
                given.add(word);
            } else if (word.equals("--json") && words.hasNext()) {
                json = Optional.of(Path.of(words.next()));
            } else if (word.equals("--markdown") && words.hasNext()) {
                markdown = Optional.of(Path.of(words.next()));
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
    void write(Report report, String section) throws IOException {
        if (json.isPresent()) {
            Files.createDirectories(json.get().toAbsolutePath().getParent());
            Files.writeString(json.get(), report.json());
        }
        if (markdown.isPresent()) {
            report.writeMarkdown(markdown.get(), section);
        }
    }
}
