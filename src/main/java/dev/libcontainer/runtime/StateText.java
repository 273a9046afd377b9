package dev.libcontainer.runtime;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Containers as JSON: what is stored, and the state that hooks and listeners read (runtime.md, "State"). */
final class StateText {
    private static final JsonFactory JSON = new JsonFactory();

    private StateText() {}

    static byte[] write(StoredContainer stored) {
        return json(out -> {
            out.writeStringField("ociVersion", stored.ociVersion());
            out.writeStringField("id", stored.id());
            out.writeNumberField("pid", stored.process().pid());
            out.writeNumberField("startTicks", stored.process().startTicks());
            out.writeBooleanField("created", stored.created());
            out.writeStringField("bundle", stored.bundle().toString());
            out.writeStringField("rootfs", stored.rootfs().toString());
            out.writeStringField("createdAt", stored.createdAt().toString());
            out.writeStringField("owner", stored.owner());
            map(out, "annotations", stored.annotations());
            map(out, "cgroups", stored.cgroups());
        });
    }

    /**
     * Reads what {@link #write} has written.
     *
     * @throws IOException if it is not that
     */
    static StoredContainer read(byte[] json) throws IOException {
        Map<String, String> texts = new LinkedHashMap<>();
        Map<String, Map<String, String>> maps = new LinkedHashMap<>();
        try (JsonParser in = JSON.createParser(json)) {
            in.nextToken();
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String name = in.currentName();
                if (in.nextToken() == JsonToken.START_OBJECT) {
                    Map<String, String> map = new LinkedHashMap<>();
                    while (in.nextToken() == JsonToken.FIELD_NAME) {
                        String key = in.currentName();
                        in.nextToken();
                        map.put(key, in.getText());
                    }
                    maps.put(name, map);
                } else {
                    texts.put(name, in.getText());
                }
            }
        }
        try {
            return stored(texts, maps);
        } catch (RuntimeException e) {
            throw new IOException("not the state of a container: " + e.getMessage(), e);
        }
    }

    private static StoredContainer stored(Map<String, String> texts, Map<String, Map<String, String>> maps) {
        return new StoredContainer(
                text(texts, "ociVersion"),
                text(texts, "id"),
                new ProcessId(Integer.parseInt(text(texts, "pid")), Long.parseLong(text(texts, "startTicks"))),
                Boolean.parseBoolean(text(texts, "created")),
                Path.of(text(texts, "bundle")),
                Path.of(text(texts, "rootfs")),
                Instant.parse(text(texts, "createdAt")),
                text(texts, "owner"),
                maps.getOrDefault("annotations", Map.of()),
                maps.getOrDefault("cgroups", Map.of()));
    }

    private static String text(Map<String, String> texts, String name) {
        String text = texts.get(name);
        if (text == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return text;
    }

    /** The state document. */
    static byte[] state(ContainerState state) {
        return json(out -> state(out, state));
    }

    private static void state(JsonGenerator out, ContainerState state) throws IOException {
        out.writeStringField("ociVersion", state.ociVersion());
        out.writeStringField("id", state.id());
        out.writeStringField("status", state.status().toString());
        out.writeNumberField("pid", state.pid());
        out.writeStringField("bundle", state.bundle().toString());
        map(out, "annotations", state.annotations());
    }

    /** What a seccomp agent is sent (config-linux.md, "The Container Process State"), with one fd beside it. */
    static byte[] processState(ContainerState state, int pid, String metadata) {
        return json(out -> {
            out.writeStringField("ociVersion", state.ociVersion());
            out.writeArrayFieldStart("fds");
            out.writeString("seccompFd");
            out.writeEndArray();
            out.writeNumberField("pid", pid);
            out.writeStringField("metadata", metadata);
            out.writeObjectFieldStart("state");
            state(out, state);
            out.writeEndObject();
        });
    }

    private interface Body {
        void write(JsonGenerator out) throws IOException;
    }

    private static byte[] json(Body body) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            out.writeStartObject();
            body.write(out);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void map(JsonGenerator out, String name, Map<String, String> map) throws IOException {
        if (map.isEmpty()) {
            return;
        }
        out.writeObjectFieldStart(name);
        for (Map.Entry<String, String> entry : map.entrySet()) {
            out.writeStringField(entry.getKey(), entry.getValue());
        }
        out.writeEndObject();
    }
}
