package dev.libcontainer.spec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/** Configurations the tests share. */
final class Examples {
    private Examples() {}

    /** Every member of the specification that Linux has, none with its default. */
    static byte[] full() {
        try (InputStream in = Objects.requireNonNull(Examples.class.getResourceAsStream("full.json"))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** JSON with single quotes, for the sake of the eye. */
    static byte[] json(String singleQuoted) {
        return singleQuoted.replace('\'', '"').getBytes(UTF_8);
    }
}
