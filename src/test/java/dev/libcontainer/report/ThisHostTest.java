package dev.libcontainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThisHostTest {
    @ParameterizedTest
    @CsvSource({
        "6.4.0,true",
        "6.18.5-cloud,true",
        "7.0,true",
        "6.3.13,false",
        "6.1.0-28-amd64,false",
        "5.10.0-32-amd64,false",
        "unknown,true"
    })
    void releasesAreComparedByTheirFirstTwoNumbers(String release, boolean atLeast) {
        assertThat(ThisHost.isAtLeast(release, 6, 4)).isEqualTo(atLeast);
    }
}
