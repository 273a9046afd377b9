package dev.libcontainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Words that stand for numbers. */
class WordsTest {

    @ParameterizedTest
    @CsvSource({
        "KILL, 9",
        "SIGKILL, 9",
        "sigkill, 9",
        "9, 9",
        "HUP, 1",
        "SYS, 31",
        "IO, 29",
        "POLL, 29",
        "0, 0",
        "64, 64",
        "RTMIN, 34",
        "SIGRTMIN+2, 36",
        "RTMAX-1, 63",
        "CHLD, 17",
        "STOP, 19",
        "WINCH, 28"
    })
    void signalsHaveNamesAndNumbers(String word, int number) {
        assertThat(Signal.number(word)).isEqualTo(number);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "KILLED", "-9", "65", "RTMIN+31", "RTMAX-31", "RTMIN+-1", "99999999999", "9x"})
    void whatIsNoSignalIsRefused(String word) {
        assertThatThrownBy(() -> Signal.number(word))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("unknown signal \"" + word + "\"");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1024, 1024",
        "64k, 65536",
        "64K, 65536",
        "1m, 1048576",
        "2G, 2147483648",
        "1t, 1099511627776",
        "8MiB, 8388608",
        "8mb, 8388608",
        "100b, 100",
        "-1, -1"
    })
    void bytesHaveUnits(String word, long bytes) {
        assertThat(LimitOptions.bytes("memory", word)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "m", "b", "1x", "1.5m", "9000000t", "1 m"})
    void whatIsNoNumberOfBytesIsRefused(String word) {
        assertThatThrownBy(() -> LimitOptions.bytes("memory", word))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("--memory");
    }

    @ParameterizedTest
    @CsvSource({"5s, 5000", "250ms, 250", "1m30s, 90000", "1h, 3600000", "0.5s, 500"})
    void intervalsAreWrittenAsInGo(String word, long millis) {
        assertThat(Interval.parse(word)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "0s", "s", "5s5", "x5s", "-5s"})
    void whatIsNoIntervalIsRefused(String word) {
        assertThatThrownBy(() -> Interval.parse(word))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("\"" + word + "\"");
    }

    @Test
    void aLimitThatIsNotNamedIsAbsent() {
        var arguments = new UpdateVerb().syntax().parse(java.util.List.of("--memory", "64m", "--cpu-share=0", "c"));

        var resources = LimitOptions.of(arguments);

        assertThat(resources.memory().orElseThrow().limit()).hasValue(64 << 20);
        assertThat(resources.memory().orElseThrow().swap()).isEmpty();
        assertThat(resources.cpu().orElseThrow().shares()).hasValue(0);
        assertThat(resources.pids()).isEmpty();
        assertThat(resources.blockIO()).isEmpty();
    }
}
