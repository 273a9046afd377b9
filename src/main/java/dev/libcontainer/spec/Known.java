package dev.libcontainer.spec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The words the specification allows in a place, and a helpful error for any other. */
record Known(String what, List<String> words) {

    static final Known NAMESPACES = new Known("namespace", namespaceNames());

    /** The names of {@code /proc/PID/ns}, which people write where the specification has another word. */
    private static final Map<String, String> ALIASES = Map.of("net", "network", "mnt", "mount");

    private static final int LONGEST_TYPO = 64;

    static Known of(String what, String... words) {
        return new Known(what, List.of(words));
    }

    private static List<String> namespaceNames() {
        List<String> names = new ArrayList<>();
        for (NamespaceType type : NamespaceType.values()) {
            names.add(type.jsonName());
        }
        return names;
    }

    void check(JsonPath path, Optional<String> word) {
        if (word.isPresent()) {
            check(path, word.get());
        }
    }

    void checkAll(JsonPath path, List<String> all) {
        for (int i = 0; i < all.size(); i++) {
            check(path.item(i), all.get(i));
        }
    }

    void check(JsonPath path, String word) {
        if (!words.contains(word)) {
            throw unknown(path, word);
        }
    }

    SpecException unknown(JsonPath path, String word) {
        String problem = "unknown " + what + " " + Quoted.text(word) + "; known: " + String.join(", ", words);
        return path.error(problem, suggestion(word));
    }

    private String suggestion(String word) {
        if (word.length() > LONGEST_TYPO) {
            return "";
        }
        String meant = ALIASES.getOrDefault(word, word);
        return words.stream()
                .filter(known -> isNear(meant, known))
                .min(Comparator.comparingInt(known -> distance(meant, known)))
                .map(known -> "Did you mean " + known + "?")
                .orElse("");
    }

    private static boolean isNear(String word, String known) {
        int distance = distance(word, known);
        boolean withoutPrefix = known.toLowerCase(Locale.ROOT).endsWith("_" + word.toLowerCase(Locale.ROOT));
        return withoutPrefix || (distance < known.length() && distance <= (known.length() + 1) / 2);
    }

    /** How many letters have to be changed, added or dropped, whatever their case. */
    private static int distance(String one, String other) {
        String from = one.toLowerCase(Locale.ROOT);
        String to = other.toLowerCase(Locale.ROOT);
        int[] row = new int[to.length() + 1];
        Arrays.setAll(row, column -> column);
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int changed = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
