package dev.libcontainer.spec;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** A JSON object to be written, member by member, for documents that are no configuration. Not thread-safe. */
public final class JsonObject {
    private final ObjectBuilder members;

    /** An object without members. */
    public JsonObject() {
        this(new ObjectBuilder(JsonPath.ROOT));
    }

    private JsonObject(ObjectBuilder members) {
        this.members = members;
    }

    /** Adds a string. */
    public JsonObject text(String name, String value) {
        members.text(name, value);
        return this;
    }

    /** Adds strings; none is no member. */
    public JsonObject texts(String name, List<String> values) {
        members.texts(name, values);
        return this;
    }

    /** Adds an object of strings; none is no member. */
    public JsonObject textMap(String name, Map<String, String> values) {
        members.textMap(name, values);
        return this;
    }

    /** Adds a number. */
    public JsonObject number(String name, long value) {
        members.number(name, value);
        return this;
    }

    /** Adds a number, if there is one. */
    public JsonObject number(String name, OptionalLong value) {
        members.number(name, value);
        return this;
    }

    /** Adds a number with a fraction. */
    public JsonObject decimal(String name, double value) {
        members.decimal(name, value);
        return this;
    }

    /** Adds a uint64. */
    public JsonObject unsigned(String name, long value) {
        members.unsigned(name, value);
        return this;
    }

    /** Adds numbers; none is no member. */
    public JsonObject numbers(String name, List<Long> values) {
        members.numbers(name, values);
        return this;
    }

    /** Adds true or false. */
    public JsonObject flag(String name, boolean value) {
        members.flag(name, value);
        return this;
    }

    /** Adds an object, to be filled by the caller. */
    public JsonObject object(String name) {
        return new JsonObject(members.object(name));
    }

    /** Adds an object to the array of that name, to be filled by the caller. */
    public JsonObject item(String name) {
        return new JsonObject(members.item(name));
    }

    /** The text with two spaces for each level and a newline at its end. */
    public String indented() {
        return new String(JsonText.print(members.build()), StandardCharsets.UTF_8);
    }

    /** The text as one line, without a newline. */
    public String line() {
        return JsonText.line(members.build());
    }
}
