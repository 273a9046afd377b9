package dev.libcontainer.spec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** Every line of {@code bad.txt}: a configuration with one thing wrong, and what is said about it. */
class BadSpecTest {

    @ParameterizedTest(name = "{2}")
    @CsvFileSource(
            resources = "bad.txt",
            delimiterString = " | ",
            quoteCharacter = '`',
            ignoreLeadingAndTrailingWhitespace = true)
    void theMessageNamesTheMemberAndTheReason(String place, String json, String message) {
        SpecException e = read(document(place, json));

        assertThat(e).hasMessage(message);
        if (!e.path().isEmpty()) {
            assertThat(e.getMessage()).startsWith(e.path() + ": ");
        }
    }

    /** The JSON text in its place: the whole document, or inside an otherwise sound one. */
    private static String document(String place, String json) {
        String sound = "'ociVersion': '1.3.0', 'root': {'path': 'rootfs'}";
        return switch (place) {
            case "document" -> json;
            case "spec" -> "{" + sound + ", " + json + "}";
            case "process" -> "{" + sound + ", 'process': {'args': ['sh'], 'cwd': '/', " + json + "}}";
            case "linux" -> "{" + sound + ", 'linux': {" + json + "}}";
            case "resources" -> "{" + sound + ", 'linux': {'resources': {" + json + "}}}";
            case "seccomp" ->
                "{" + sound + ", 'linux': {'seccomp': {'defaultAction': 'SCMP_ACT_ALLOW', " + json + "}}}";
            default -> throw new IllegalArgumentException(place);
        };
    }

    @Test
    void aNearMissIsSuggested() {
        assertThat(hint("'namespaces': [{'type': 'nett'}]")).contains("Did you mean network?");
        assertThat(hint("'namespaces': [{'type': 'mnt'}]")).contains("Did you mean mount?");
        assertThat(hint("'seccomp': {'defaultAction': 'errno'}")).contains("Did you mean SCMP_ACT_ERRNO?");
        assertThat(hint("'rootfsPropagation': 'Shared'")).contains("Did you mean shared?");
        assertThat(hint("'namespaces': [{'type': 'quantum'}]")).isEmpty();
    }

    @Test
    void aMissingNamespaceIsSuggested() {
        assertThat(hint("'sysctl': {'net.core.somaxconn': '1'}"))
                .contains("Add {\"type\": \"network\"} to linux.namespaces.");
    }

    @Test
    void aLongOrHostileTextDoesNotBreakTheLine() {
        SpecException e = read(document("linux", "'rootfsPropagation': 'a\\nb\\u001b[31m" + "x".repeat(5000) + "'"));

        assertThat(e.getMessage())
                .contains("\"a\\u000ab\\u001b[31mxxx")
                .contains("…\"")
                .doesNotContain("\n")
                .hasSizeLessThan(300);
    }

    private static Optional<String> hint(String linux) {
        return read(document("linux", linux)).hint();
    }

    private static SpecException read(String json) {
        return catchThrowableOfType(
                SpecException.class,
                () -> SpecReader.read(json.replace('\'', '"').getBytes(UTF_8)));
    }
}
