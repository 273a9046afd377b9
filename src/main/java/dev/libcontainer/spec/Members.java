package dev.libcontainer.spec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The members of a JSON object, asked for by name and type. A wrong type is an error at the member's path; {@code null}
 * is the same as no member; an empty string is the same as no string, since that is how Go programs write one.
 *
 * <p>Neither this class nor the readers that use it have a lambda: each place where one is made costs about a third of
 * a millisecond in a fresh JVM, and there would be sixty of them.
 */
final class Members {
    private static final Json ABSENT = new Json.NullValue(JsonPath.ROOT);

    private final JsonPath path;
    private final Map<String, Json> members;
    private final boolean absent;

    private Members(JsonPath path, Map<String, Json> members, boolean absent) {
        this.path = path;
        this.members = members;
        this.absent = absent;
    }

    static Members of(Json value) {
        return new Members(value.path(), objectValue(value).members(), false);
    }

    /** Whether there is no such object at all; then its members must not be asked for. */
    boolean isAbsent() {
        return absent;
    }

    JsonPath at(String name) {
        return path.member(name);
    }

    String text(String name) {
        return string(required(name));
    }

    Optional<String> optionalText(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        String text = string(find(name));
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    List<String> texts(String name) {
        List<Json> items = items(name);
        List<String> texts = new ArrayList<>(items.size());
        for (Json item : items) {
            texts.add(string(item));
        }
        return texts;
    }

    Map<String, String> textMap(String name) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (Map.Entry<String, Json> entry : entries(name).entrySet()) {
            texts.put(entry.getKey(), string(entry.getValue()));
        }
        return texts;
    }

    boolean flag(String name) {
        return has(name) && bool(find(name));
    }

    boolean requiredFlag(String name) {
        return bool(required(name));
    }

    Optional<Boolean> optionalFlag(String name) {
        return has(name) ? Optional.of(bool(find(name))) : Optional.empty();
    }

    long requiredInteger(String name, IntegerType type) {
        return number(required(name), type);
    }

    /** The number, or 0 if there is none. */
    long integer(String name, IntegerType type) {
        return has(name) ? number(find(name), type) : 0;
    }

    OptionalLong optionalInteger(String name, IntegerType type) {
        return has(name) ? OptionalLong.of(number(find(name), type)) : OptionalLong.empty();
    }

    int requiredInt(String name, IntegerType type) {
        return narrow(required(name), type);
    }

    /** The number, or 0 if there is none. */
    int intOrZero(String name, IntegerType type) {
        return has(name) ? narrow(find(name), type) : 0;
    }

    /** For a member that has to fit into an {@code int}: a uint32 whose values above 2147483647 mean nothing. */
    OptionalInt optionalInt(String name, IntegerType type) {
        return has(name) ? OptionalInt.of(narrow(find(name), type)) : OptionalInt.empty();
    }

    List<Long> integers(String name, IntegerType type) {
        List<Json> items = items(name);
        List<Long> integers = new ArrayList<>(items.size());
        for (Json item : items) {
            integers.add(number(item, type));
        }
        return integers;
    }

    /** An object, perhaps an {@linkplain #isAbsent absent} one. */
    Members object(String name) {
        return has(name) ? of(find(name)) : new Members(at(name), Map.of(), true);
    }

    Members requiredObject(String name) {
        return of(required(name));
    }

    List<Members> objects(String name) {
        List<Json> items = items(name);
        List<Members> objects = new ArrayList<>(items.size());
        for (Json item : items) {
            objects.add(of(item));
        }
        return objects;
    }

    Map<String, Members> objectMap(String name) {
        Map<String, Members> objects = new LinkedHashMap<>();
        for (Map.Entry<String, Json> entry : entries(name).entrySet()) {
            objects.put(entry.getKey(), of(entry.getValue()));
        }
        return objects;
    }

    private boolean has(String name) {
        return !(find(name) instanceof Json.NullValue);
    }

    private Json find(String name) {
        return members.getOrDefault(name, ABSENT);
    }

    private Json required(String name) {
        if (!has(name)) {
            throw at(name).error("is required");
        }
        return find(name);
    }

    private List<Json> items(String name) {
        if (!has(name)) {
            return List.of();
        }
        if (find(name) instanceof Json.ArrayValue array) {
            return array.items();
        }
        throw wrongType("an array", find(name));
    }

    private Map<String, Json> entries(String name) {
        return has(name) ? objectValue(find(name)).members() : Map.of();
    }

    private static Json.ObjectValue objectValue(Json value) {
        if (value instanceof Json.ObjectValue object) {
            return object;
        }
        throw wrongType("an object", value);
    }

    private static String string(Json value) {
        if (value instanceof Json.TextValue text) {
            return text.text();
        }
        throw wrongType("a string", value);
    }

    private static boolean bool(Json value) {
        if (value instanceof Json.BooleanValue flag) {
            return flag.value();
        }
        throw wrongType("true or false", value);
    }

    private static long number(Json value, IntegerType type) {
        if (value instanceof Json.NumberValue number) {
            return type.parse(number);
        }
        throw wrongType("a number", value);
    }

    private static int narrow(Json value, IntegerType type) {
        long number = number(value, type);
        if (number != (int) number) {
            throw value.path().error(number + " is out of range");
        }
        return (int) number;
    }

    private static SpecException wrongType(String expected, Json value) {
        return value.path().error("must be " + expected + ", is " + value.kind());
    }
}
