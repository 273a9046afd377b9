package dev.libcontainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.spec.SpecReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JruncTest {
    @TempDir
    Path here;

    private Called jrunc(String... words) {
        return Called.in(here, words);
    }

    private String root() {
        return "--root=" + here.resolve("state");
    }

    static List<String> verbs() {
        return Verbs.NAMES;
    }

    @ParameterizedTest
    @MethodSource("verbs")
    void everyVerbExplainsItself(String verb) {
        for (var called : List.of(jrunc(verb, "--help"), jrunc(verb, "-h"), jrunc("help", verb))) {
            assertThat(called.code()).isZero();
            assertThat(called.err()).isEmpty();
            assertThat(called.out()).startsWith("usage: jrunc " + verb + " ").contains("--help");
        }
    }

    @Test
    void helpListsEveryVerbAndTheExitCodes() {
        for (var called : List.of(jrunc("--help"), jrunc("-h"), jrunc("help"), jrunc())) {
            assertThat(called.code()).isZero();
            assertThat(called.out()).contains(Verbs.NAMES).contains("255").contains("--root DIR");
        }
    }

    @Test
    void topAndStatsOfNobodyAreAHeadAndNothing() {
        var top = jrunc(root(), "top", "-n", "1");
        var stats = jrunc(root(), "stats");

        assertThat(top.code()).isZero();
        assertThat(top.out()).startsWith("ID ").doesNotContain("\033").hasLineCount(1);
        assertThat(stats.code()).isZero();
        assertThat(stats.out()).isEmpty();
        assertThat(jrunc(root(), "stats", "--interval", "soon").err()).contains("soon");
    }

    @Test
    void theVersionIsTheBuilds() throws IOException {
        var called = jrunc("--version");

        assertThat(called.out()).startsWith("jrunc version " + Version.NUMBER + "\nspec: 1.3.0\n");
        assertThat(Files.readString(Path.of("pom.xml")))
                .containsPattern(
                        "<artifactId>libcontainer</artifactId>\\s*<version>" + Version.NUMBER + "(-SNAPSHOT)?<");
        assertThat(jrunc("-v")).isEqualTo(called);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nosuch",
                "--nosuch",
                "--log-format=xml list",
                "--cgroup-manager nosuch list",
                "--rootless=perhaps list",
                "list --nosuch",
                "list surplus",
                "list --format xml",
                "state",
                "state one two",
                "exec",
                "exec one",
                "exec --additional-gids x one ls",
                "create --preserve-fds x one",
                "create --preserve-fds -1 one",
                "kill one NOSUCH",
                "kill --regex [ TERM",
                "update one",
                "events --interval x one",
                "ps"
            })
    void wrongWordsAreOneLineAndAHintAndEndWithOne(String words) {
        var called = jrunc(words.split(" "));

        assertThat(called.code()).isEqualTo(1);
        assertThat(called.out()).isEmpty();
        assertThat(called.err().lines()).hasSize(2);
        assertThat(called.err()).matches("(?s)jrunc.*: .*\n  jrunc .*--help shows .*\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"state nosuch", "start nosuch", "kill nosuch", "pause nosuch", "delete nosuch"})
    void whatFailsNamesVerbAndContainer(String words) {
        var called = jrunc((root() + " " + words).split(" "));

        assertThat(called.code()).isEqualTo(1);
        assertThat(called.out()).isEmpty();
        assertThat(called.err()).startsWith("jrunc " + words);
    }

    @Test
    void aProgramThatCannotBeStartedIs255() {
        assertThat(jrunc(root(), "exec", "nosuch", "ls", "-l").code()).isEqualTo(255);
    }

    @ParameterizedTest
    @ValueSource(strings = {"checkpoint", "restore"})
    void checkpointsAreRefusedWhateverTheirOptions(String verb) {
        var called = jrunc(verb, "--image-path", "/x", "--leave-running", "one");

        assertThat(called.code()).isEqualTo(1);
        assertThat(called.err()).contains("not supported by this version");
    }

    @Test
    void enginesFindTheErrorInTheLogAsJson() throws IOException {
        var log = here.resolve("log.json");

        jrunc(root(), "--log", "log.json", "--log-format=json", "state", "nosuch");
        jrunc(root(), "--log", log.toString(), "--log-format", "json", "state", "nosuch");

        assertThat(Files.readAllLines(log))
                .hasSize(2)
                .allMatch(
                        line -> line.matches(
                                "\\{\"level\":\"error\",\"msg\":\"state nosuch.*\",\"time\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\"}"));
    }

    @Test
    void theLogIsTextUnlessAskedForJson() throws IOException {
        jrunc(root(), "--debug", "--log", "log", "state", "nosuch");

        assertThat(Files.readString(here.resolve("log")))
                .containsPattern("time=\"[^\"]*Z\" level=debug msg=\"state nosuch\"\n")
                .containsPattern("time=\"[^\"]*Z\" level=error msg=\"state nosuch.*\"\n")
                .contains("OciException");
    }

    @Test
    void wrongWordsAreInTheLogToo() throws IOException {
        jrunc("--log", "log", "state");

        assertThat(Files.readString(here.resolve("log"))).contains("level=error msg=\"state: needs the ID");
    }

    @Test
    void aLogThatCannotBeWrittenIsSaidAndChangesNothingElse() {
        var called = jrunc(root(), "--log", "no/such/dir", "state", "nosuch");

        assertThat(called.code()).isEqualTo(1);
        assertThat(called.err()).contains("jrunc state nosuch").contains("cannot write the log");
    }

    @Test
    void limitsThatMakeNoSenseNameTheirMember() {
        var called = Called.reading("{\"memory\": {\"limit\": \"much\"}}", here, root(), "update", "-r", "-", "one");

        assertThat(called.code()).isEqualTo(1);
        assertThat(called.err()).contains("linux.resources.memory.limit");
    }

    @Test
    void aSpecIsMadeAndNotOverwritten() throws IOException {
        assertThat(jrunc("spec").code()).isZero();
        var made = Files.readString(here.resolve("config.json"));
        var again = jrunc("spec", "--bundle", here.toString());

        var spec = SpecReader.read(here.resolve("config.json"));
        assertThat(spec.process().orElseThrow().args()).containsExactly("sh");
        assertThat(spec.ociVersion()).isEqualTo("1.3.0");
        assertThat(made).contains("\"sh\"").contains("\"readonly\": true"); // scripts replace these with sed
        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err()).contains("exists already");
        assertThat(Files.readString(here.resolve("config.json"))).isEqualTo(made);
    }

    @Test
    void aRootlessSpecMapsTheCaller() throws IOException {
        jrunc("spec", "--rootless", "--file", "other.json");

        var linux = SpecReader.read(here.resolve("other.json")).linux().orElseThrow();
        assertThat(linux.uidMappings())
                .singleElement()
                .matches(mapping -> mapping.hostID() == (int) uid() && mapping.size() == 1);
        assertThat(linux.resources()).isEmpty();
    }

    private Object uid() {
        try {
            return Files.getAttribute(here, "unix:uid");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aHostWithVersion2OnlyGetsACgroupNamespace() throws IOException {
        var json = SpecVerb.withCgroupNamespace(SpecVerb.root().replace("{ \"type\": \"cgroup\" }", ""));

        var types = SpecReader.read(json.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .linux()
                .orElseThrow();
        assertThat(types.namespaces()).hasSize(6);
    }

    @Test
    void featuresAreADocument() {
        var called = jrunc("features");

        assertThat(called.code()).isZero();
        assertThat(called.out())
                .startsWith("{\n  \"ociVersionMin\": \"1.0.0\",\n  \"ociVersionMax\": \"1.3.0\",\n")
                .contains("\"rbind\"", "\"CAP_CHECKPOINT_RESTORE\"", "\"SCMP_ACT_NOTIFY\"", "\"time\"");
    }
}
