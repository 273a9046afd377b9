package dev.libcontainer.benchmarks;

import java.util.Map;

/** Writes maps, lists, strings and numbers as JSON; a number that is not one becomes null. */
final class Json {
    private Json() {}

    static String of(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out, "\n");
        return out.append('\n').toString();
    }

    private static void write(Object value, StringBuilder out, String newline) {
        if (value instanceof Map<?, ?> map) {
            String separator = "{";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(separator).append(newline).append("  ");
                write(entry.getKey(), out, newline);
                out.append(": ");
                write(entry.getValue(), out, newline + "  ");
                separator = ",";
            }
            out.append(map.isEmpty() ? "{}" : newline + "}");
        } else if (value instanceof Iterable<?> list) {
            String separator = "[";
            for (Object element : list) {
                out.append(separator).append(newline).append("  ");
                write(element, out, newline + "  ");
                separator = ",";
            }
            out.append("[".equals(separator) ? "[]" : newline + "]");
        } else if (value instanceof Double number) {
            boolean whole = number == Math.rint(number) && Math.abs(number) < 1e15;
            out.append(
                    Double.isFinite(number) ? whole ? String.valueOf(number.longValue()) : number.toString() : "null");
        } else if (value instanceof Number || value instanceof Boolean) {
            out.append(value);
        } else {
            string(String.valueOf(value), out);
        }
    }

    private static void string(String text, StringBuilder out) {
        out.append('"');
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
