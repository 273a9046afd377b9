package dev.libcontainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The numbers of {@code libcontainer.h}: as its text has them, and as the built library reports them. */
public final class Layout {
    private static final Path SOURCES = Path.of("src/main/cpp");
    private static final Pattern DEFINE = Pattern.compile("#define (LC_\\w+) \\(?(\\w+)(?: \\* (\\d+)\\))?");
    private static final Pattern ENUM = Pattern.compile("enum \\{([^}]*)}");

    private Layout() {}

    private static String text(String file) {
        try {
            return Files.readString(SOURCES.resolve(file)).replaceAll("(?s)/\\*.*?\\*/|//[^\n]*", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every constant of the header, by name. */
    public static Map<String, Integer> header() {
        Map<String, Integer> all = new HashMap<>();
        String header = text("libcontainer.h");
        Matcher define = DEFINE.matcher(header);
        while (define.find()) {
            int factor = define.group(3) == null ? 1 : Integer.parseInt(define.group(3));
            all.put(define.group(1), number(define.group(2)) * factor);
        }
        Matcher block = ENUM.matcher(header);
        while (block.find()) {
            int next = 0;
            for (String item : items(block.group(1))) {
                String[] parts = item.split(" = ");
                next = parts.length > 1 ? number(parts[1]) : next;
                all.put(parts[0], next++);
            }
        }
        return all;
    }

    /** The names in the enum that contains some text. */
    public static List<String> block(String text) {
        Matcher block = ENUM.matcher(text("libcontainer.h"));
        while (block.find()) {
            if (block.group(1).contains(text)) {
                return items(block.group(1)).stream()
                        .map(item -> item.split(" = ")[0])
                        .toList();
            }
        }
        throw new AssertionError("no enum has " + text);
    }

    private static List<String> items(String list) {
        return Arrays.stream(list.split(","))
                .map(item -> item.strip().replaceAll("\\s+", " "))
                .filter(item -> !item.isEmpty())
                .toList();
    }

    private static int number(String text) {
        return (int) (long) Long.decode(text.replaceAll("[uUlL]+$", ""));
    }

    /** What {@code lc_layout} reports, by the expressions in its source. */
    public static Map<String, Integer> ofLibrary() {
        boolean loaded = true;
        try {
            Kernel.load();
        } catch (IllegalStateException e) {
            loaded = false;
        }
        assumeTrue(loaded, "the native library is not built");
        Matcher list = Pattern.compile("const int32_t all\\[\\] = \\{(.*?)};", Pattern.DOTALL)
                .matcher(text("host.cpp"));
        assertThat(list.find()).isTrue();
        List<String> names = Arrays.stream(list.group(1).split(",(?![^(]*\\))"))
                .map(item -> item.strip().replaceAll("\\s+", " "))
                .filter(item -> !item.isEmpty())
                .toList();
        int[] numbers = Kernel.layout();
        assertThat(numbers).hasSameSizeAs(names);
        Map<String, Integer> all = new LinkedHashMap<>();
        for (int i = 0; i < numbers.length; i++) {
            all.put(names.get(i), numbers[i]);
        }
        return all;
    }
}
