package dev.libcontainer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.libcontainer.spec.SpecReader;
import dev.libcontainer.spec.SpecWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A description with members of its OCI configuration replaced, for what the builder has no word for. */
final class Amended {
    private static final JsonFactory JSON = new JsonFactory();

    private final ContainerSpec spec;
    private final Map<String, Object> tree;

    private Amended(ContainerSpec spec) {
        this.spec = spec;
        this.tree = object(parse(new String(SpecWriter.write(spec.oci()), StandardCharsets.UTF_8)));
    }

    static Amended of(ContainerSpecBuilder builder) {
        return new Amended(builder.build());
    }

    /** Replaces a member, as in {@code ("linux.personality", "{'domain': 'LINUX32'}")}; double quotes may be single. */
    Amended with(String member, String json) {
        String[] names = member.split("\\.");
        Map<String, Object> parent = tree;
        for (int i = 0; i < names.length - 1; i++) {
            parent = object(parent.computeIfAbsent(names[i], name -> new LinkedHashMap<String, Object>()));
        }
        parent.put(names[names.length - 1], parse(json.replace('\'', '"')));
        return this;
    }

    /** Adds to a list. */
    Amended plus(String member, String json) {
        Object list = tree;
        for (String name : member.split("\\.")) {
            list = object(list).computeIfAbsent(name, missing -> new ArrayList<Object>());
        }
        list(list).add(parse(json.replace('\'', '"')));
        return this;
    }

    Amended without(String member) {
        int dot = member.lastIndexOf('.');
        Object parent = tree;
        for (String name : dot < 0 ? new String[0] : member.substring(0, dot).split("\\.")) {
            parent = object(parent).get(name);
        }
        object(parent).remove(member.substring(dot + 1));
        return this;
    }

    byte[] json() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator generator = JSON.createGenerator(out)) {
            print(generator, tree);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    ContainerSpec build() {
        return new ContainerSpec(
                SpecReader.read(json()),
                spec.rootfs(),
                spec.networkPool(),
                spec.dieWithJvm(),
                spec.managed(),
                spec.delegated());
    }

    private static Object parse(String json) {
        try (JsonParser parser = JSON.createParser(json)) {
            parser.nextToken();
            return value(parser);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Object value(JsonParser parser) throws IOException {
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> object = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    object.put(name, value(parser));
                }
                return object;
            }
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser));
                }
                return list;
            }
            case VALUE_STRING -> {
                return parser.getText();
            }
            case VALUE_TRUE, VALUE_FALSE -> {
                return parser.getBooleanValue();
            }
            default -> {
                return parser.getBigIntegerValue();
            }
        }
    }

    private static void print(JsonGenerator out, Object value) throws IOException {
        if (value instanceof Map<?, ?>) {
            out.writeStartObject();
            for (Map.Entry<String, Object> member : object(value).entrySet()) {
                out.writeFieldName(member.getKey());
                print(out, member.getValue());
            }
            out.writeEndObject();
        } else if (value instanceof List<?> items) {
            out.writeStartArray();
            for (Object item : items) {
                print(out, item);
            }
            out.writeEndArray();
        } else if (value instanceof String text) {
            out.writeString(text);
        } else if (value instanceof Boolean truth) {
            out.writeBoolean(truth);
        } else {
            out.writeNumber(value.toString());
        }
    }

    @SuppressWarnings("unchecked") // made by value() and by the methods above only
    private static Map<String, Object> object(Object value) {
        return (Map<String, Object>) value;
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(Object value) {
        return (List<Object>) value;
    }
}
