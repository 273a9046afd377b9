package dev.libcontainer.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitAnnotationsTest {
    private static Property.Typed value(String text) {
        List<Property> properties = UnitAnnotations.of(Map.of("org.systemd.property.Any", text, "other", "x"));
        assertThat(properties).hasSize(1);
        assertThat(properties.get(0).name()).isEqualTo("Any");
        return (Property.Typed) properties.get(0).value();
    }

    private static Property.Typed typed(String signature, Object value) {
        return new Property.Typed(signature, value);
    }

    private static BigDecimal number(String digits) {
        return new BigDecimal(digits);
    }

    @Test
    void scalarsHaveTheTypeTheyAreGivenOrLookLike() {
        assertThat(value("'it\\'s'")).isEqualTo(typed("s", "it's"));
        assertThat(value("\"a\\tb\\u00e9\"")).isEqualTo(typed("s", "a\tb\u00e9"));
        assertThat(value(" true ")).isEqualTo(typed("b", true));
        assertThat(value("-5")).isEqualTo(typed("i", number("-5")));
        assertThat(value("0x10")).isEqualTo(typed("i", number("16")));
        assertThat(value("2.5")).isEqualTo(typed("d", number("2.5")));
        assertThat(value("uint64 18446744073709551615")).isEqualTo(typed("t", number("18446744073709551615")));
        assertThat(value("@u 7")).isEqualTo(typed("u", number("7")));
        assertThat(value("byte 255")).isEqualTo(typed("y", number("255")));
        assertThat(value("objectpath '/a'")).isEqualTo(typed("o", "/a"));
    }

    @Test
    void arraysAndStructsNest() {
        assertThat(value("['a', 'b']")).isEqualTo(typed("as", List.of("a", "b")));
        assertThat(value("@as []")).isEqualTo(typed("as", List.of()));
        assertThat(value("[uint32 1, 2]")).isEqualTo(typed("au", List.of(number("1"), number("2"))));
        assertThat(value("[('/dev/null', 'rw')]")).isEqualTo(typed("a(ss)", List.of(List.of("/dev/null", "rw"))));
        assertThat(value("@(st) ('a', 1)")).isEqualTo(typed("(st)", List.of("a", number("1"))));
        assertThat(value("('one',)")).isEqualTo(typed("(s)", List.of("one")));
    }

    @Test
    void timesInSecondsAreGivenInMicroseconds() {
        assertThat(UnitAnnotations.of(Map.of(
                        "org.systemd.property.TimeoutStopSec", "2.5",
                        "org.systemd.property.RuntimeMaxSec", "uint64 3",
                        "org.systemd.property.CPUQuotaPerSecUSec", "uint64 4")))
                .containsExactly(
                        new Property("CPUQuotaPerSecUSec", typed("t", number("4"))),
                        new Property("RuntimeMaxUSec", typed("t", number("3000000"))),
                        new Property("TimeoutStopUSec", typed("t", number("2500000"))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "TimeoutStopSec | 'soon' | is a time: a number of seconds, not a value of type s",
                "TimeoutStopSec | -1 | is no time: -1 s",
                "Any-thing | 1 | \"Any-thing\" is no name of a property",
                "ab | 1 | is no name of a property",
                "PIDs | @au [1] | PIDs is set by the runtime",
                "Any | `` | expected a value at character 1, at its end",
                "Any | maybe | expected a value at character 1, at \"maybe\"",
                "Any | 3000000000 | expected a value of type i",
                "Any | byte 256 | expected a value of type y",
                "Any | uint32 -1 | expected a value of type u",
                "Any | @s 5 | expected a value of type s",
                "Any | @zz 5 | expected a type such as s, t, as or a(ss)",
                "Any | @(s 5 | expected a type such as s, t, as or a(ss)",
                "Any | 'open | expected the closing '",
                "Any | [1, 'a'] | expected a value of type i",
                "Any | [] | expected a type before an empty array",
                "Any | [1 2] | expected , or ]",
                "Any | (1 | expected , or )",
                "Any | @(ss) ('a',) | expected a value of type (ss) before here",
                "Any | true false | expected nothing more at character 6",
                "Any | '\\uzz' | expected 4 hexadecimal digits of a character",
                "Any | <1> | expected a value",
            })
    void whatIsNoneIsRefusedByTheAnnotationsName(String name, String text, String why) {
        String key = "org.systemd.property." + name;

        assertThatThrownBy(() -> UnitAnnotations.of(Map.of(key, text)))
                .isInstanceOf(SystemdException.class)
                .hasMessageStartingWith("annotations[\"" + key + "\"]: ")
                .hasMessageContaining(why);
    }
}
