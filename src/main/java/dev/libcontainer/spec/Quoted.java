package dev.libcontainer.spec;

import java.util.Locale;

/** Foreign text made fit for a one-line message: quoted, control characters escaped, never longer than a line. */
final class Quoted {
    private static final int LONGEST = 80;

    private Quoted() {}

    static String text(String value) {
        StringBuilder quoted = new StringBuilder("\"");
        value.codePoints().limit(LONGEST).forEach(character -> {
            if (character == '"' || character == '\\') {
                quoted.append('\\').appendCodePoint(character);
            } else if (Character.isISOControl(character) || Character.getType(character) == Character.FORMAT) {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", character));
            } else {
                quoted.appendCodePoint(character);
            }
        });
        boolean cut = value.codePointCount(0, value.length()) > LONGEST;
        return quoted.append(cut ? "…\"" : "\"").toString();
    }
}
