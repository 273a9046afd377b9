package dev.libcontainer.spec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Text to tree and back. The only class that knows Jackson, and of Jackson only the tokenizer and the generator. */
final class JsonText {
    /** Far deeper than any member of the specification lies, far from filling the stack. */
    private static final int MAX_DEPTH = 64;

    private static final JsonFactory JACKSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
            .build();

    private JsonText() {}

    /** Parses a whole document whose root gets the given path. */
    static Json parse(byte[] text, JsonPath root) {
        try (JsonParser parser = JACKSON.createParser(text)) {
            if (parser.nextToken() == null) {
                throw root.error("the document is empty");
            }
            Json document = value(parser, root);
            if (parser.nextToken() != null) {
                throw malformed(root, parser.currentTokenLocation(), "more follows the end of the document");
            }
            return document;
        } catch (JsonProcessingException e) {
            throw malformed(root, e);
        } catch (IOException e) {
            throw root.error("malformed JSON: " + e.getMessage()); // bytes that are no UTF-8, -16 or -32
        }
    }

    private static SpecException malformed(JsonPath root, JsonProcessingException e) {
        String problem = e.getOriginalMessage();
        int aside = problem.indexOf(" (start marker at "); // names the source, which is bytes without a name
        String said = aside < 0 ? problem : problem.substring(0, aside);
        JsonLocation where = e.getLocation();
        return where == null ? root.error("malformed JSON: " + said) : malformed(root, where, said);
    }

    private static SpecException malformed(JsonPath root, JsonLocation where, String problem) {
        return root.error(where.getLineNr() + ":" + where.getColumnNr() + ": malformed JSON: " + problem);
    }

    private static Json value(JsonParser parser, JsonPath path) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser, path);
            case START_ARRAY -> array(parser, path);
            case VALUE_STRING -> new Json.TextValue(path, path.withoutNul(parser.getText()));
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Json.NumberValue(path, parser.getText());
            case VALUE_TRUE -> new Json.BooleanValue(path, true);
            case VALUE_FALSE -> new Json.BooleanValue(path, false);
            case VALUE_NULL -> new Json.NullValue(path);
            case END_ARRAY, END_OBJECT, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
                throw new AssertionError(parser.currentToken());
        };
    }

    private static Json object(JsonParser parser, JsonPath path) throws IOException {
        Map<String, Json> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = path.withoutNul(parser.currentName());
            JsonPath place = path.member(name);
            parser.nextToken();
            if (members.put(name, value(parser, place)) != null) {
                throw place.error("is given twice", "Readers disagree on which of the two counts; remove one.");
            }
        }
        return new Json.ObjectValue(path, members);
    }

    private static Json array(JsonParser parser, JsonPath path) throws IOException {
        List<Json> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(value(parser, path.item(items.size())));
        }
        return new Json.ArrayValue(path, items);
    }

    /** The document as UTF-8, two spaces for each level, with a newline at its end. */
    static byte[] print(Json document) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DefaultIndenter lines = new DefaultIndenter("  ", "\n");
        Separators separators =
                Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER);
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(separators).withObjectIndenter(lines);
        try (JsonGenerator generator = JACKSON.createGenerator(out).setPrettyPrinter(printer)) {
            write(document, generator);
            generator.writeRaw('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** The document without white space. */
    static String line(Json document) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = JACKSON.createGenerator(text)) {
            write(document, generator);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void write(Json value, JsonGenerator out) throws IOException {
        if (value instanceof Json.ObjectValue object) {
            out.writeStartObject();
            for (Map.Entry<String, Json> member : object.members().entrySet()) {
                out.writeFieldName(member.getKey());
                write(member.getValue(), out);
            }
            out.writeEndObject();
        } else if (value instanceof Json.ArrayValue array) {
            out.writeStartArray();
            for (Json item : array.items()) {
                write(item, out);
            }
            out.writeEndArray();
        } else if (value instanceof Json.TextValue text) {
            out.writeString(text.text());
        } else if (value instanceof Json.NumberValue number) {
            out.writeNumber(number.literal());
        } else if (value instanceof Json.BooleanValue flag) {
            out.writeBoolean(flag.value());
        } else {
            out.writeNull();
        }
    }
}
