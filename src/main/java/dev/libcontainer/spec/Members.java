package dev.libcontainer.spec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * The members of a JSON object, asked for by name and type. A wrong type is an error at the member's path; {@code null}
 * is the same as no member; an empty string is the same as no string, since that is how Go programs write one.
 */
final class Members {
    private final Json.ObjectValue object;

    private Members(Json.ObjectValue object) {
        this.object = object;
    }

    static Members of(Json value) {
        return new Members(as(Json.ObjectValue.class, "an object", value));
    }

    JsonPath at(String name) {
        return object.path().member(name);
    }

    String text(String name) {
        return string(required(name));
    }

    Optional<String> optionalText(String name) {
        return find(name).map(Members::string).filter(text -> !text.isEmpty());
    }

    List<String> texts(String name) {
        return items(name, Members::string);
    }

    Map<String, String> textMap(String name) {
        return map(name, Members::string);
    }

    boolean flag(String name) {
        return optionalFlag(name).orElse(false);
    }

    boolean requiredFlag(String name) {
        return bool(required(name));
    }

    Optional<Boolean> optionalFlag(String name) {
        return find(name).map(Members::bool);
    }

    long integer(String name, IntegerType type) {
        return number(required(name), type);
    }

    long integer(String name, IntegerType type, long whenAbsent) {
        return optionalInteger(name, type).orElse(whenAbsent);
    }

    OptionalLong optionalInteger(String name, IntegerType type) {
        Optional<Json> value = find(name);
        return value.isPresent() ? OptionalLong.of(number(value.get(), type)) : OptionalLong.empty();
    }

    /** For a member that has to fit into an {@code int}: a uint32 whose values above 2147483647 mean nothing. */
    OptionalInt optionalInt(String name, IntegerType type) {
        Optional<Json> value = find(name);
        return value.isPresent() ? OptionalInt.of(narrow(value.get(), type)) : OptionalInt.empty();
    }

    int requiredInt(String name, IntegerType type) {
        return narrow(required(name), type);
    }

    int integerOr(String name, IntegerType type, int whenAbsent) {
        return optionalInt(name, type).orElse(whenAbsent);
    }

    List<Long> integers(String name, IntegerType type) {
        return items(name, item -> number(item, type));
    }

    <T> Optional<T> object(String name, Function<Members, T> reader) {
        return find(name).map(value -> reader.apply(of(value)));
    }

    <T> T requiredObject(String name, Function<Members, T> reader) {
        return reader.apply(of(required(name)));
    }

    <T> List<T> objects(String name, Function<Members, T> reader) {
        return items(name, item -> reader.apply(of(item)));
    }

    <T> Map<String, T> objectMap(String name, Function<Members, T> reader) {
        return map(name, value -> reader.apply(of(value)));
    }

    private <T> List<T> items(String name, Function<Json, T> reader) {
        Optional<Json> value = find(name);
        if (value.isEmpty()) {
            return List.of();
        }
        List<T> items = new ArrayList<>();
        for (Json item : as(Json.ArrayValue.class, "an array", value.get()).items()) {
            items.add(reader.apply(item));
        }
        return items;
    }

    private <T> Map<String, T> map(String name, Function<Json, T> reader) {
        Optional<Json> value = find(name);
        if (value.isEmpty()) {
            return Map.of();
        }
        Map<String, T> map = new LinkedHashMap<>();
        as(Json.ObjectValue.class, "an object", value.get())
                .members()
                .forEach((key, member) -> map.put(key, reader.apply(member)));
        return map;
    }

    private Optional<Json> find(String name) {
        return Optional.ofNullable(object.members().get(name)).filter(value -> !(value instanceof Json.NullValue));
    }

    private Json required(String name) {
        return find(name).orElseThrow(() -> at(name).error("is required"));
    }

    private static String string(Json value) {
        return as(Json.TextValue.class, "a string", value).text();
    }

    private static boolean bool(Json value) {
        return as(Json.BooleanValue.class, "true or false", value).value();
    }

    private static long number(Json value, IntegerType type) {
        return type.parse(as(Json.NumberValue.class, "a number", value));
    }

    private static int narrow(Json value, IntegerType type) {
        long number = number(value, type);
        if (number != (int) number) {
            throw value.path().error(number + " is out of range");
        }
        return (int) number;
    }

    private static <T extends Json> T as(Class<T> type, String expected, Json value) {
        if (type.isInstance(value)) {
            return type.cast(value);
        }
        throw value.path().error("must be " + expected + ", is " + value.kind());
    }
}
