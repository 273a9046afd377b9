package dev.libcontainer.spec;

import java.util.regex.Pattern;

/** The place of a value in a JSON document, e.g. {@code mounts[3].options}; the text is only made when asked for. */
final class JsonPath {
    static final JsonPath ROOT = new JsonPath();

    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]*");
    private static final int NO_INDEX = -1;

    private final JsonPath parent;
    private final String name;
    private final int index;

    private JsonPath() {
        this.parent = this;
        this.name = "";
        this.index = NO_INDEX;
    }

    private JsonPath(JsonPath parent, String name, int index) {
        this.parent = parent;
        this.name = name;
        this.index = index;
    }

    JsonPath member(String memberName) {
        return new JsonPath(this, memberName, NO_INDEX);
    }

    JsonPath item(int itemIndex) {
        return new JsonPath(this, "", itemIndex);
    }

    SpecException error(String problem) {
        return new SpecException(toString(), problem);
    }

    SpecException error(String problem, String hint) {
        return new SpecException(toString(), problem, hint);
    }

    /** Refuses a text of which the kernel would see only the first half. */
    String withoutNul(String text) {
        if (text.indexOf('\0') >= 0) {
            throw error(Quoted.text(text) + " has a NUL byte in it");
        }
        return text;
    }

    /** The path as people write it; names that are no identifiers stand in brackets: {@code linux.sysctl["net.x"]}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        appendTo(text);
        return text.toString();
    }

    private void appendTo(StringBuilder text) {
        if (parent == this) {
            return;
        }
        parent.appendTo(text);
        if (index != NO_INDEX) {
            text.append('[').append(index).append(']');
        } else if (PLAIN_NAME.matcher(name).matches()) {
            text.append(text.isEmpty() ? "" : ".").append(name);
        } else {
            text.append('[').append(Quoted.text(name)).append(']');
        }
    }
}
