package dev.libcontainer.spec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

/** Makes a JSON object member by member. What is absent, empty or false leaves no member. */
final class ObjectBuilder {
    private final JsonPath path;
    private final Map<String, Json> members = new LinkedHashMap<>();

    private ObjectBuilder(JsonPath path) {
        this.path = path;
    }

    /** The object a value turns into when {@code writer} adds its members. */
    static <T> Json.ObjectValue object(JsonPath path, T value, BiConsumer<ObjectBuilder, T> writer) {
        ObjectBuilder object = new ObjectBuilder(path);
        writer.accept(object, value);
        return new Json.ObjectValue(path, object.members);
    }

    void text(String name, String text) {
        add(name, new Json.TextValue(path.member(name), text));
    }

    void text(String name, Optional<String> text) {
        text.ifPresent(it -> text(name, it));
    }

    void texts(String name, List<String> texts) {
        list(name, texts, Json.TextValue::new);
    }

    void textMap(String name, Map<String, String> texts) {
        map(name, texts, Json.TextValue::new);
    }

    void flag(String name, boolean value) {
        add(name, new Json.BooleanValue(path.member(name), value));
    }

    void flagIfSet(String name, boolean value) {
        if (value) {
            flag(name, true);
        }
    }

    void flag(String name, Optional<Boolean> value) {
        value.ifPresent(it -> flag(name, it));
    }

    void number(String name, long value) {
        add(name, number(path.member(name), value));
    }

    void number(String name, OptionalLong value) {
        value.ifPresent(it -> number(name, it));
    }

    void number(String name, OptionalInt value) {
        value.ifPresent(it -> number(name, it));
    }

    void numberIfSet(String name, long value) {
        if (value != 0) {
            number(name, value);
        }
    }

    void numbers(String name, List<Long> values) {
        list(name, values, ObjectBuilder::number);
    }

    /** A uint64 carried in a {@code long}. */
    void unsigned(String name, long value) {
        add(name, new Json.NumberValue(path.member(name), Long.toUnsignedString(value)));
    }

    void unsigned(String name, OptionalLong value) {
        value.ifPresent(it -> unsigned(name, it));
    }

    void unsignedIfSet(String name, long value) {
        if (value != 0) {
            unsigned(name, value);
        }
    }

    <T> void object(String name, Optional<T> value, BiConsumer<ObjectBuilder, T> writer) {
        value.ifPresent(it -> add(name, object(path.member(name), it, writer)));
    }

    <T> void objects(String name, List<T> values, BiConsumer<ObjectBuilder, T> writer) {
        list(name, values, (place, value) -> object(place, value, writer));
    }

    <T> void objectMap(String name, Map<String, T> values, BiConsumer<ObjectBuilder, T> writer) {
        map(name, values, (place, value) -> object(place, value, writer));
    }

    private <T> void list(String name, List<T> values, BiFunction<JsonPath, T, Json> item) {
        if (values.isEmpty()) {
            return;
        }
        JsonPath place = path.member(name);
        List<Json> items = new ArrayList<>(values.size());
        values.forEach(value -> items.add(item.apply(place.item(items.size()), value)));
        add(name, new Json.ArrayValue(place, items));
    }

    private <T> void map(String name, Map<String, T> values, BiFunction<JsonPath, T, Json> member) {
        if (values.isEmpty()) {
            return;
        }
        JsonPath place = path.member(name);
        Map<String, Json> children = new LinkedHashMap<>();
        values.forEach((key, value) -> children.put(key, member.apply(place.member(key), value)));
        add(name, new Json.ObjectValue(place, children));
    }

    private static Json number(JsonPath path, long value) {
        return new Json.NumberValue(path, Long.toString(value));
    }

    private void add(String name, Json value) {
        members.put(name, value);
    }
}
