package dev.libcontainer.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("pure")
class ScopeNameTest {
    @ParameterizedTest
    @CsvSource({
        "a.slice:web:one, a.slice, web-one.scope, /a.slice/web-one.scope",
        "a-b-c.slice:web:one, a-b-c.slice, web-one.scope, /a.slice/a-b.slice/a-b-c.slice/web-one.scope",
        ":web:one, system.slice, web-one.scope, /system.slice/web-one.scope",
        "-:web:one, -.slice, web-one.scope, /web-one.scope",
        "-.slice:web:one, -.slice, web-one.scope, /web-one.scope",
        "machine.slice::one, machine.slice, one.scope, /machine.slice/one.scope",
        "a.slice:web:o+ne, a.slice, web-o\\x2bne.scope, /a.slice/web-o\\x2bne.scope"
    })
    void aPathNamesSliceAndUnit(String path, String slice, String unit, String below) {
        ScopeName scope = ScopeName.of(Optional.of(path), "id", false);

        assertThat(scope).isEqualTo(new ScopeName(slice, unit));
        assertThat(scope.path()).isEqualTo(below);
    }

    @Test
    void withoutAPathTheIdIsTheName() {
        assertThat(ScopeName.of(Optional.empty(), "one", false))
                .isEqualTo(new ScopeName("system.slice", "jrunc-one.scope"));
        assertThat(ScopeName.of(Optional.empty(), "one", true).slice()).isEqualTo("user.slice");
        assertThat(ScopeName.of(Optional.of(""), "one", false).path()).isEqualTo("/system.slice/jrunc-one.scope");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a/b",
                "a.slice:web",
                "a.slice:web:one:more",
                "a.slice:web:",
                "a.scope:web:one",
                "a--b.slice:web:one",
                "-a.slice:web:one",
                "a/b.slice:web:one",
                "../x.slice:web:one",
                "a.slice:web:../one",
                "a.slice:web:one.slice"
            })
    void whatIsNoSuchPathIsRefused(String path) {
        assertThatThrownBy(() -> ScopeName.of(Optional.of(path), "id", false))
                .isInstanceOf(SystemdException.class)
                .hasMessageStartingWith("linux.cgroupsPath: ");
    }
}
