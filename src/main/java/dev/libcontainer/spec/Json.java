package dev.libcontainer.spec;

import java.util.List;
import java.util.Map;

/** A JSON value that knows its place in the document. Immutable. */
sealed interface Json extends JsonPart {

    JsonPath path();

    @Override
    default Json build() {
        return this;
    }

    /** What people call this kind of value, with its article. */
    String kind();

    /** Members in the order of the document. */
    record ObjectValue(JsonPath path, Map<String, Json> members) implements Json {
        public ObjectValue {
            members = Ordered.copyOf(members);
        }

        @Override
        public String kind() {
            return "an object";
        }
    }

    record ArrayValue(JsonPath path, List<Json> items) implements Json {
        public ArrayValue {
            items = List.copyOf(items);
        }

        @Override
        public String kind() {
            return "an array";
        }
    }

    record TextValue(JsonPath path, String text) implements Json {
        @Override
        public String kind() {
            return "a string";
        }
    }

    /** The number as it is written, since neither {@code long} nor {@code double} holds all of JSON's. */
    record NumberValue(JsonPath path, String literal) implements Json {
        @Override
        public String kind() {
            return "a number";
        }
    }

    record BooleanValue(JsonPath path, boolean value) implements Json {
        @Override
        public String kind() {
            return "a boolean";
        }
    }

    record NullValue(JsonPath path) implements Json {
        @Override
        public String kind() {
            return "null";
        }
    }
}
