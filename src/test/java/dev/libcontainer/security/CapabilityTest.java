package dev.libcontainer.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CapabilityTest {
    private static final Path HEADER = Path.of("/usr/include/linux/capability.h");

    @Test
    void numbersAreThoseOfTheKernel() {
        assertThat(Capability.values()).hasSize(41);
        assertThat(Capability.CHOWN.number()).isZero();
        assertThat(Capability.SYS_ADMIN.number()).isEqualTo(21);
        assertThat(Capability.SETFCAP.number()).isEqualTo(31);
        assertThat(Capability.CHECKPOINT_RESTORE.number()).isEqualTo(40);
    }

    @Test
    void allNumbersAgreeWithTheKernelsHeader() throws IOException {
        Assumptions.assumeTrue(Files.exists(HEADER), HEADER + " is not installed");
        Matcher matcher = Pattern.compile("#define (CAP_\\w+)\\s+(\\d+)\\b").matcher(Files.readString(HEADER));

        int compared = 0;
        while (matcher.find()) {
            assertThat(Capability.fromName(matcher.group(1)).number()).isEqualTo(Integer.parseInt(matcher.group(2)));
            compared++;
        }

        assertThat(compared).isGreaterThan(30);
    }

    @ParameterizedTest
    @EnumSource(Capability.class)
    void everyCapabilityIsFoundByItsFullName(Capability capability) {
        assertThat(Capability.fromName("CAP_" + capability.name())).isSameAs(capability);
        assertThat(capability.mask()).isEqualTo(1L << capability.number());
    }

    @ParameterizedTest
    @ValueSource(strings = {"SYS_ADMIN", "cap_sys_admin", "sys_admin"})
    void anAlmostRightNameGetsTheRightOneAsHint(String name) {
        assertThatThrownBy(() -> Capability.fromName(name))
                .isInstanceOf(UnknownCapabilityException.class)
                .hasMessage("unknown capability \"" + name + "\"")
                .asInstanceOf(InstanceOfAssertFactories.type(UnknownCapabilityException.class))
                .satisfies(e -> assertThat(e.hint()).contains("write CAP_SYS_ADMIN"))
                .satisfies(e -> assertThat(e.capability()).isEqualTo(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "CAP_", "CAP_FLY", "CAP_CAP_CHOWN", "CAP_XCHOWN", "CAP_CHOWN "})
    void anUnknownNameIsRefused(String name) {
        assertThatThrownBy(() -> Capability.fromName(name))
                .asInstanceOf(InstanceOfAssertFactories.type(UnknownCapabilityException.class))
                .satisfies(e -> assertThat(e.hint()).isEmpty());
    }

    @Test
    void theDefaultSetIsThatOfContainerEngines() {
        assertThat(CapabilitySet.CONTAINER_DEFAULT.mask()).isEqualTo(0xa80425fbL); // CapBnd in a container of Docker
        assertThat(CapabilitySet.CONTAINER_DEFAULT.capabilities()).hasSize(14);
    }

    @Test
    void namesAndMaskAreTwoViewsOfASet() {
        CapabilitySet set = CapabilitySet.parse(List.of("CAP_KILL", "CAP_CHOWN", "CAP_KILL"));

        assertThat(set.mask()).isEqualTo(0x21);
        assertThat(set.names()).containsExactly("CAP_CHOWN", "CAP_KILL");
        assertThat(set).hasToString("CAP_CHOWN CAP_KILL").isEqualTo(new CapabilitySet(0x21));
        assertThat(CapabilitySet.parse(set.names())).isEqualTo(set);
        assertThat(CapabilitySet.parse(Set.of())).isEqualTo(CapabilitySet.NONE);
    }

    @Test
    void setsAreAddedSubtractedAndCompared() {
        CapabilitySet set = CapabilitySet.of(Capability.CHOWN, Capability.KILL);

        assertThat(set.plus(CapabilitySet.of(Capability.BPF)).contains(Capability.BPF))
                .isTrue();
        assertThat(set.minus(CapabilitySet.of(Capability.KILL, Capability.BPF)).names())
                .containsExactly("CAP_CHOWN");
        assertThat(set.intersect(CapabilitySet.of(Capability.KILL, Capability.BPF))
                        .names())
                .containsExactly("CAP_KILL");
        assertThat(set.containsAll(CapabilitySet.of(Capability.KILL))).isTrue();
        assertThat(set.containsAll(CapabilitySet.of(Capability.KILL, Capability.BPF)))
                .isFalse();
        assertThat(CapabilitySet.NONE.isEmpty()).isTrue();
        assertThat(new HashSet<>(CapabilitySet.ALL.capabilities()))
                .containsExactlyInAnyOrderElementsOf(Arrays.asList(Capability.values()));
    }

    @Test
    void whatAnOldKernelLacksIsCutOff() {
        CapabilitySet cut = CapabilitySet.ALL.knownTo(Capability.AUDIT_READ.number());

        assertThat(cut.contains(Capability.AUDIT_READ)).isTrue();
        assertThat(cut.contains(Capability.PERFMON)).isFalse();
        assertThat(new CapabilitySet(-1).knownTo(63)).isEqualTo(new CapabilitySet(-1));
        assertThat(new CapabilitySet(-1).knownTo(62).mask()).isEqualTo(Long.MAX_VALUE);
    }
}
