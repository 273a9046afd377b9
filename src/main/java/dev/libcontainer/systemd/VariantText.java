package dev.libcontainer.systemd;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A value of D-Bus as people write it, {@code uint64 42} or {@code ['a', 'b']}: as much of GVariant's text format as
 * properties of units take. No dictionaries, variants in variants, maybes and byte strings.
 *
 * @see <a href="https://docs.gtk.org/glib/gvariant-text-format.html">GVariant Text Format</a>
 */
final class VariantText {
    /** A value and what D-Bus calls its type: numbers are BigDecimals, arrays and structs are lists. */
    record Value(String signature, Object value) {}

    /** What is wrong, and where. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        private Malformed(String message) {
            super(message);
        }
    }

    private static final Map<String, String> KEYWORDS = Map.ofEntries(
            Map.entry("boolean", "b"),
            Map.entry("byte", "y"),
            Map.entry("int16", "n"),
            Map.entry("uint16", "q"),
            Map.entry("int32", "i"),
            Map.entry("uint32", "u"),
            Map.entry("int64", "x"),
            Map.entry("uint64", "t"),
            Map.entry("double", "d"),
            Map.entry("string", "s"),
            Map.entry("objectpath", "o"),
            Map.entry("signature", "g"));
    private static final String STRINGS = "sog";
    private static final Map<Character, Integer> SIGNED = Map.of('n', 16, 'i', 32, 'x', 64);
    private static final Map<Character, Integer> UNSIGNED = Map.of('y', 8, 'q', 16, 'u', 32, 't', 64);

    private final String text;
    private int at;

    private VariantText(String text) {
        this.text = text;
    }

    /** Reads all of a text. */
    static Value parse(String text) throws Malformed {
        VariantText reader = new VariantText(text);
        Value value = reader.value("");
        if (reader.peek() != 0) {
            throw reader.malformed("nothing more");
        }
        return value;
    }

    private Malformed malformed(String expected) {
        String rest = at < text.length() ? "\"" + text.substring(at) + "\"" : "its end";
        return new Malformed("expected " + expected + " at character " + (at + 1) + ", at " + rest);
    }

    /** The next character that is no space; 0 at the end. */
    private char peek() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            ++at;
        }
        return at < text.length() ? text.charAt(at) : 0;
    }

    private boolean take(char wanted) {
        boolean there = peek() == wanted;
        if (there) {
            ++at;
        }
        return there;
    }

    /** A value of this type; of the one that it looks like if there is none. */
    private Value value(String type) throws Malformed {
        char next = peek();
        if (next == '@') {
            return typed(type, signature());
        }
        if (next == '[') {
            return array(type);
        }
        if (next == '(') {
            return struct(type);
        }
        if (next == '\'' || next == '"') {
            return string(type);
        }
        if (Character.isDigit(next) || next == '-' || next == '+' || next == '.') {
            return number(type);
        }
        int start = at;
        String word = word();
        if (word.equals("true") || word.equals("false")) {
            return of(type, "b", Boolean.valueOf(word));
        }
        if (KEYWORDS.containsKey(word)) {
            return typed(type, KEYWORDS.get(word));
        }
        at = start;
        throw malformed(type.isEmpty() ? "a value" : "a value of type " + type);
    }

    private Value typed(String outer, String type) throws Malformed {
        if (!outer.isEmpty() && !outer.equals(type)) {
            throw malformed("type " + outer + ", not " + type + ",");
        }
        return value(type);
    }

    private Value of(String wanted, String type, Object value) throws Malformed {
        if (!wanted.isEmpty() && !wanted.equals(type)) {
            throw malformed("a value of type " + wanted + " before here");
        }
        return new Value(type, value);
    }

    private String word() {
        int start = at;
        while (at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
            ++at;
        }
        return text.substring(start, at);
    }

    /** After an {@code @}. */
    private String signature() throws Malformed {
        int start = ++at;
        if (!single()) {
            at = start;
            throw malformed("a type such as s, t, as or a(ss)");
        }
        return text.substring(start, at);
    }

    /** Steps over one complete type. */
    private boolean single() {
        char next = at < text.length() ? text.charAt(at++) : 0;
        if (next == 'a') {
            return single();
        }
        if (next != '(') {
            return next != 0 && "bynqiuxtdsog".indexOf(next) >= 0;
        }
        while (at < text.length() && text.charAt(at) != ')') {
            if (!single()) {
                return false;
            }
        }
        return at++ < text.length();
    }

    private Value array(String type) throws Malformed {
        if (!type.isEmpty() && type.charAt(0) != 'a') {
            throw malformed("a value of type " + type);
        }
        String element = type.isEmpty() ? "" : type.substring(1);
        List<Object> values = new ArrayList<>();
        take('[');
        while (!take(']')) {
            if (!values.isEmpty() && !take(',')) {
                throw malformed(", or ]");
            }
            Value value = value(element);
            element = value.signature();
            values.add(value.value());
        }
        if (element.isEmpty()) {
            throw malformed("a type before an empty array, such as @as,");
        }
        return new Value("a" + element, List.copyOf(values));
    }

    private Value struct(String type) throws Malformed {
        List<String> members = members(type);
        StringBuilder signature = new StringBuilder("(");
        List<Object> values = new ArrayList<>();
        take('(');
        while (!take(')')) {
            if (!values.isEmpty() && !take(',')) {
                throw malformed(", or )");
            }
            if (!values.isEmpty() && take(')')) { // ('one',) has one member
                break;
            }
            Value value = value(values.size() < members.size() ? members.get(values.size()) : "");
            signature.append(value.signature());
            values.add(value.value());
        }
        return of(type, signature.append(')').toString(), List.copyOf(values));
    }

    /** The types of the members of a struct of this type. */
    static List<String> members(String type) {
        List<String> members = new ArrayList<>();
        VariantText types = new VariantText(type);
        types.at = 1;
        while (types.at < type.length() - 1) {
            int start = types.at;
            types.single();
            members.add(type.substring(start, types.at));
        }
        return members;
    }

    private Value string(String type) throws Malformed {
        if (!type.isEmpty() && !STRINGS.contains(type)) {
            throw malformed("a value of type " + type);
        }
        char quote = text.charAt(at++);
        StringBuilder string = new StringBuilder();
        while (at < text.length() && text.charAt(at) != quote) {
            char next = text.charAt(at++);
            string.append(next == '\\' ? escaped() : String.valueOf(next));
        }
        if (!take(quote)) {
            throw malformed("the closing " + quote);
        }
        return new Value(type.isEmpty() ? "s" : type, string.toString());
    }

    private String escaped() throws Malformed {
        char next = at < text.length() ? text.charAt(at++) : 0;
        int digits = next == 'u' ? 4 : next == 'U' ? 8 : 0;
        if (digits == 0) {
            int known = "abfnrtv".indexOf(next);
            return next == 0 ? "" : String.valueOf(known < 0 ? next : "\u0007\b\f\n\r\t\u000b".charAt(known));
        }
        String hex = text.substring(at, Math.min(text.length(), at + digits));
        if (!hex.matches("0{0,2}[0-9A-Fa-f]{4,6}") || hex.length() != digits || Integer.parseInt(hex, 16) > 0x10ffff) {
            throw malformed(digits + " hexadecimal digits of a character");
        }
        at += digits;
        return Character.toString(Integer.parseInt(hex, 16));
    }

    private Value number(String wanted) throws Malformed {
        int start = at;
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at)) || "+-.".indexOf(text.charAt(at)) >= 0)) {
            ++at;
        }
        String digits = text.substring(start, at);
        boolean whole = digits.matches("[+-]?(0[xX][0-9a-fA-F]+|\\d+)");
        String type = !wanted.isEmpty() ? wanted : whole ? "i" : "d";
        Optional<BigDecimal> value = Optional.empty();
        if (whole && fits(type, integer(digits))) {
            value = Optional.of(new BigDecimal(integer(digits)));
        } else if (type.equals("d") && digits.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?")) {
            value = Optional.of(new BigDecimal(digits));
        }
        if (value.isEmpty()) {
            at = start;
            throw malformed("a value of type " + type);
        }
        return new Value(type, value.get());
    }

    private static BigInteger integer(String digits) {
        boolean minus = digits.startsWith("-");
        String plain = digits.replaceFirst("^[+-]", "");
        BigInteger value = plain.matches("0[xX].*")
                ? new BigInteger(plain.substring(2), 16)
                : plain.matches("0[0-7]+") ? new BigInteger(plain, 8) : new BigInteger(plain);
        return minus ? value.negate() : value;
    }

    private static boolean fits(String type, BigInteger value) {
        char one = type.length() == 1 ? type.charAt(0) : 0;
        int unsigned = UNSIGNED.getOrDefault(one, 0);
        if (unsigned > 0) {
            return value.signum() >= 0 && value.bitLength() <= unsigned;
        }
        return one == 'd' || value.bitLength() < SIGNED.getOrDefault(one, 0);
    }
}
