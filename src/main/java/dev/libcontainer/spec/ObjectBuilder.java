package dev.libcontainer.spec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Makes a JSON object member by member. What is absent, empty or false leaves no member. Like {@link Members}, it does
 * without lambdas.
 */
final class ObjectBuilder implements JsonPart {
    private final JsonPath path;
    private final Map<String, JsonPart> members = new LinkedHashMap<>();

    ObjectBuilder(JsonPath path) {
        this.path = path;
    }

    @Override
    public Json.ObjectValue build() {
        Map<String, Json> values = new LinkedHashMap<>();
        for (Map.Entry<String, JsonPart> member : members.entrySet()) {
            values.put(member.getKey(), member.getValue().build());
        }
        return new Json.ObjectValue(path, values);
    }

    /** Adds an object, to be filled by the caller. */
    ObjectBuilder object(String name) {
        ObjectBuilder object = new ObjectBuilder(at(name));
        members.put(name, object);
        return object;
    }

    /** Adds an object to the array of that name, to be filled by the caller. */
    ObjectBuilder item(String name) {
        ArrayBuilder array = members.get(name) instanceof ArrayBuilder started ? started : new ArrayBuilder(at(name));
        members.put(name, array);
        return array.object();
    }

    private JsonPath at(String name) {
        return path.member(name);
    }

    void text(String name, String text) {
        members.put(name, new Json.TextValue(at(name), text));
    }

    void text(String name, Optional<String> text) {
        if (text.isPresent()) {
            text(name, text.get());
        }
    }

    void texts(String name, List<String> texts) {
        JsonPath place = at(name);
        List<Json> items = new ArrayList<>(texts.size());
        for (String text : texts) {
            items.add(new Json.TextValue(place.item(items.size()), text));
        }
        array(name, items);
    }

    void textMap(String name, Map<String, String> texts) {
        if (texts.isEmpty()) {
            return;
        }
        ObjectBuilder map = object(name);
        for (Map.Entry<String, String> text : texts.entrySet()) {
            map.text(text.getKey(), text.getValue());
        }
    }

    void flag(String name, boolean value) {
        members.put(name, new Json.BooleanValue(at(name), value));
    }

    void flag(String name, Optional<Boolean> value) {
        if (value.isPresent()) {
            flag(name, value.get());
        }
    }

    void flagIfSet(String name, boolean value) {
        if (value) {
            flag(name, true);
        }
    }

    void number(String name, long value) {
        members.put(name, new Json.NumberValue(at(name), Long.toString(value)));
    }

    void decimal(String name, double value) {
        members.put(name, new Json.NumberValue(at(name), Double.toString(value)));
    }

    void number(String name, OptionalLong value) {
        if (value.isPresent()) {
            number(name, value.getAsLong());
        }
    }

    void number(String name, OptionalInt value) {
        if (value.isPresent()) {
            number(name, value.getAsInt());
        }
    }

    void numberIfSet(String name, long value) {
        if (value != 0) {
            number(name, value);
        }
    }

    void numbers(String name, List<Long> values) {
        JsonPath place = at(name);
        List<Json> items = new ArrayList<>(values.size());
        for (long value : values) {
            items.add(new Json.NumberValue(place.item(items.size()), Long.toString(value)));
        }
        array(name, items);
    }

    /** A uint64 carried in a {@code long}. */
    void unsigned(String name, long value) {
        members.put(name, new Json.NumberValue(at(name), Long.toUnsignedString(value)));
    }

    void unsigned(String name, OptionalLong value) {
        if (value.isPresent()) {
            unsigned(name, value.getAsLong());
        }
    }

    void unsignedIfSet(String name, long value) {
        if (value != 0) {
            unsigned(name, value);
        }
    }

    private void array(String name, List<Json> items) {
        if (!items.isEmpty()) {
            members.put(name, new Json.ArrayValue(at(name), items));
        }
    }

    /** An array of objects that are still being made. */
    private static final class ArrayBuilder implements JsonPart {
        private final JsonPath path;
        private final List<ObjectBuilder> items = new ArrayList<>();

        ArrayBuilder(JsonPath path) {
            this.path = path;
        }

        ObjectBuilder object() {
            ObjectBuilder object = new ObjectBuilder(path.item(items.size()));
            items.add(object);
            return object;
        }

        @Override
        public Json build() {
            List<Json> values = new ArrayList<>(items.size());
            for (ObjectBuilder item : items) {
                values.add(item.build());
            }
            return new Json.ArrayValue(path, values);
        }
    }
}
