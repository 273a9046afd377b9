package dev.libcontainer.security;

import static dev.libcontainer.security.Profiles.allow;
import static dev.libcontainer.security.Profiles.arg;
import static dev.libcontainer.security.Profiles.profile;
import static dev.libcontainer.security.Profiles.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.security.ReferenceRules.Optimization;
import dev.libcontainer.spec.Seccomp;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReferenceRulesTest {

    @Test
    void theBlockIsAsDrawn() {
        Seccomp profile = profile(
                "SCMP_ACT_ERRNO",
                List.of("SCMP_ARCH_X32"),
                List.of(),
                allow("read"),
                allow("socket", arg(2, "GE", -2)));

        ByteBuffer block = ByteBuffer.wrap(ReferenceRules.encode(profile, Arch.X86_64, Optimization.BINARY_TREE))
                .order(ByteOrder.LITTLE_ENDIAN);

        assertThat(ints(block, 6)).containsExactly(0x5243534c, block.capacity(), 0x00050001, 2, 2, 2);
        assertThat(ints(block, 2)).containsExactly(0xc000003e, 0x4000003e);
        assertThat(ints(block, 3)).containsExactly(0x7fff0000, 8, 0);
        assertThat(text(block, 8)).isEqualTo("read\0\0\0\0");
        assertThat(ints(block, 3)).containsExactly(0x7fff0000, 8, 1);
        assertThat(text(block, 8)).isEqualTo("socket\0\0");
        assertThat(ints(block, 2)).as("argument 2, SCMP_CMP_GE").containsExactly(2, 5);
        assertThat(block.getLong()).isEqualTo(-2);
        assertThat(block.getLong()).isZero();
        assertThat(block.hasRemaining()).isFalse();
    }

    @Test
    void rulesThatSayTheDefaultAreLeftOut() {
        Seccomp profile =
                profile("SCMP_ACT_ALLOW", List.of(), List.of(), allow("read"), rule("SCMP_ACT_ALLOW", "write"));

        byte[] block = ReferenceRules.encode(profile, Arch.X86_64, Optimization.DEFAULT);

        assertThat(block).hasSize(24 + 4);
    }

    private static int[] ints(ByteBuffer block, int count) {
        int[] ints = new int[count];
        for (int i = 0; i < count; i++) {
            ints[i] = block.getInt();
        }
        return ints;
    }

    private static String text(ByteBuffer block, int size) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < size; i++) {
            text.append((char) block.get());
        }
        return text.toString();
    }
}
