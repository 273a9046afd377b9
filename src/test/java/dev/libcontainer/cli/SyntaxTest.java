package dev.libcontainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SyntaxTest {
    private final Syntax plain = syntax();
    private final Syntax program = syntax().operandsEndOptions();

    private static Syntax syntax() {
        return new Syntax("jrunc try", "ID", "Try").flag("d,detach", "a flag").value("e,env", "NAME=VALUE", "a value");
    }

    private static Arguments parse(Syntax syntax, String words) {
        return syntax.parse(List.of(words.split(" ")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--env A=b c",
                "--env=A=b c",
                "-e A=b c",
                "-eA=b c",
                "-e=A=b c",
                "c --env A=b",
                "--env X=1 -e A=b c"
            })
    void aValueIsTheNextWordOrFollowsAnEqualsSign(String words) {
        var arguments = parse(plain, words);

        assertThat(arguments.text("env")).contains("A=b");
        assertThat(arguments.operands()).containsExactly("c");
    }

    @Test
    void allValuesOfARepeatedOptionAreThereInOrder() {
        assertThat(parse(plain, "-e A=1 --env B=2 -e C=3 c").texts("env")).containsExactly("A=1", "B=2", "C=3");
    }

    @Test
    void quotesInAValueStay() {
        assertThat(parse(plain, "-e A=\"1\" c").text("env")).contains("A=\"1\"");
        assertThat(parse(plain, "--env \"A=1\" c").text("env")).contains("\"A=1\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-d c", "--detach c", "--detach=true c", "c --detach"})
    void aFlagIsThere(String words) {
        assertThat(parse(plain, words).has("detach")).isTrue();
    }

    @Test
    void aFlagCanBeDenied() {
        var arguments = parse(plain, "--detach=false c");

        assertThat(arguments.has("detach")).isFalse();
        assertThat(arguments.operands()).containsExactly("c");
    }

    @Test
    void aFlagIsTrueOrFalse() {
        assertThatThrownBy(() -> parse(plain, "--detach=maybe c"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("--detach")
                .hasMessageContaining("maybe");
    }

    @Test
    void optionsOfAProgramAreItsOwn() {
        var arguments = parse(program, "-d web ls -l --detach=false --env x -- -e");

        assertThat(arguments.has("detach")).isTrue();
        assertThat(arguments.texts("env")).isEmpty();
        assertThat(arguments.operands()).containsExactly("web", "ls", "-l", "--detach=false", "--env", "x", "--", "-e");
    }

    @Test
    void twoHyphensEndTheOptions() {
        assertThat(parse(program, "-d -- web ls -l").operands()).containsExactly("web", "ls", "-l");
        assertThat(parse(plain, "-- web").operands()).containsExactly("web");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--nosuch c", "--nosuch=1 c", "-z c", "--deta c"})
    void anUnknownOptionIsNamed(String words) {
        for (Syntax syntax : List.of(plain, program)) {
            assertThatThrownBy(() -> parse(syntax, words))
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("unknown option " + words.substring(0, words.indexOf(' ')));
        }
    }

    @Test
    void aMissingValueIsNamed() {
        assertThatThrownBy(() -> parse(plain, "c --env"))
                .isInstanceOf(UsageException.class)
                .hasMessage("--env needs a value: NAME=VALUE");
    }

    @Test
    void helpShowsEveryOption() {
        assertThat(plain.help())
                .startsWith("usage: jrunc try [OPTION…] ID\n\nTry.\n")
                .contains("  -d, --detach          a flag\n")
                .contains("  -e, --env NAME=VALUE  a value\n");
    }
}
