package dev.libcontainer.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CertainCallsTest {
    private static final int ALLOW = 0x7fff0000;

    private static byte[] filter(Arch arch) {
        var profile = DefaultSeccompProfile.forCapabilities(CapabilitySet.CONTAINER_DEFAULT, arch);
        return SeccompCompiler.compile(profile, arch, SeccompCompiler.NewerCalls.DEFAULT_ACTION)
                .bpf();
    }

    @Test
    void whatTheDefaultProfileAllowsIsCertainUnlessItLooksAtArguments() {
        CertainCalls calls = new CertainCalls(filter(Arch.X86_64), Arch.X86_64);

        assertThat(calls.allows("recvmsg")).isTrue();
        assertThat(calls.allows("execve")).isTrue();
        assertThat(calls.allows("mount")).isFalse();
        assertThat(calls.allows("socket")).as("depends on the family").isFalse();
        assertThat(calls.allows("no_such_call")).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"X86_64", "AARCH64"})
    void whatIsCertainIsAllowedWithAnyArguments(Arch arch) {
        byte[] bpf = filter(arch);
        CertainCalls calls = new CertainCalls(bpf, arch);
        BpfInterpreter interpreter = new BpfInterpreter(bpf);
        Random random = new Random(4711);
        int certain = 0;
        for (String name : SyscallTable.names()) {
            if (SyscallTable.number(arch, name).isEmpty()) {
                assertThat(calls.allows(name)).isFalse();
                continue;
            }
            boolean always = true;
            for (int i = 0; i < 50; i++) {
                long[] args = random.longs(6)
                        .map(v -> random.nextBoolean() ? v : v & 0x3f)
                        .toArray();
                int nr = SyscallTable.number(arch, name).getAsInt();
                always &= interpreter.run(nr, arch.auditArch(), args) == ALLOW;
            }
            if (calls.allows(name)) {
                assertThat(always).as(name).isTrue();
                certain++;
            }
        }
        assertThat(certain).isGreaterThan(200);
    }
}
