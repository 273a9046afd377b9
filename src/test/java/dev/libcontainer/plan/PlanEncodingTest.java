package dev.libcontainer.plan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.kernel.Kernel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What Java encodes, the native verifier accepts, and it notices damage. */
class PlanEncodingTest {
    @BeforeAll
    static void loadNativeLibrary() {
        boolean loaded = true;
        try {
            Kernel.load();
        } catch (IllegalStateException e) {
            loaded = false;
        }
        assumeTrue(loaded, "the native library is not built");
    }

    private static ByteBuffer copy(ByteBuffer plan, int size) {
        ByteBuffer copy = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
        return copy.put(0, plan, 0, Math.min(size, plan.limit()));
    }

    @ParameterizedTest
    @EnumSource
    void theVerifierAcceptsWhatIsEncoded(PlanCases plan) {
        assertThat(Kernel.verify(plan.compile().encode())).isEqualTo(-1);
        assertThat(Kernel.verify(plan.compile().encode(0))).isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource
    void theVerifierRefusesWhatIsCutOff(PlanCases plan) {
        ByteBuffer encoded = plan.compile().encode();

        for (int size = 0; size < encoded.limit(); size += 8) {
            assertThat(Kernel.verify(copy(encoded, size))).as("cut at " + size).isNotEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SANDBOX", "USER_NAMESPACE", "DIRECTORY"})
    void theVerifierNamesAStepThatIsNone(PlanCases plan) {
        Plan compiled = plan.compile();
        for (int i = 0; i < compiled.steps().size(); i++) {
            ByteBuffer encoded = compiled.encode();
            int at = Wire.HEADER_SIZE + i * Wire.STEP_SIZE;

            encoded.putShort(at, (short) 999);

            assertThat(Kernel.verify(encoded)).isEqualTo(at);
        }
    }

    @Test
    void theHeaderIsWhatTheFormatDraws() {
        Plan plan = PlanCases.USER_NAMESPACE.compile();
        ByteBuffer encoded = plan.encode(3);

        assertThat(encoded.getInt(0)).isEqualTo(Wire.MAGIC);
        assertThat(encoded.getShort(4)).isEqualTo((short) Wire.VERSION);
        assertThat(encoded.getInt(8)).isEqualTo(encoded.limit());
        assertThat(encoded.getInt(12)).isEqualTo(plan.steps().size());
        assertThat(encoded.getInt(16)).isEqualTo(plan.hostEnd());
        assertThat(encoded.getInt(20)).isEqualTo(plan.templateEnd());
        assertThat(encoded.getInt(80)).isEqualTo(plan.aheadEnd());
        assertThat(encoded.getLong(24)).isEqualTo(0x10000000L | 0x20000L | 0x20000000L);
        assertThat(encoded.getInt(60)).isEqualTo(4);
        byte[] map = new byte[encoded.getInt(68)];
        encoded.get(encoded.getInt(64), map);
        assertThat(new String(map, UTF_8)).isEqualTo("0 100000 1000\n1000 1000 1\n");
    }

    @Test
    void equalStringsAreStoredOnce() {
        PlanEncoder encoder = new PlanEncoder(1);

        int first = encoder.string("hello");

        assertThat(encoder.string("hello")).isEqualTo(first);
        assertThat(encoder.string("world")).isNotEqualTo(first);
        assertThat(encoder.vector(List.of("hello"))).isEqualTo(encoder.vector(List.of("hello")));
        assertThatThrownBy(() -> encoder.string("a\0b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NUL");
    }
}
