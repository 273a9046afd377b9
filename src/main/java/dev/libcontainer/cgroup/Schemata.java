package dev.libcontainer.cgroup;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lines of a schemata file, {@code RESOURCE:domain=value;domain=value}, by resource and domain. The kernel pads names,
 * and values with zeros; cache masks are hexadecimal, everything else stands as it is.
 */
record Schemata(Map<String, String> values) {
    static Schemata parse(List<String> lines) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                continue;
            }
            String resource = line.substring(0, colon).strip();
            for (String part : line.substring(colon + 1).split(";")) {
                int equals = part.indexOf('=');
                if (equals >= 0) {
                    String domain = part.substring(0, equals).strip();
                    values.put(resource + ":" + domain, value(part.substring(equals + 1)));
                }
            }
        }
        return new Schemata(values);
    }

    private static String value(String text) {
        String stripped = text.strip().toLowerCase(java.util.Locale.ROOT).replaceFirst("^0x", "");
        return stripped.replaceFirst("^0+(?=.)", "");
    }

    /** The first of these values that is another there, or is not there at all. */
    Optional<String> firstMissingIn(Schemata there) {
        return values.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(there.values.get(entry.getKey())))
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .findFirst();
    }
}
