package dev.libcontainer.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.spec.Seccomp;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Filters decide as their profiles say, for hundreds of random profiles. */
class SeccompModelTest {
    private static final int PROFILES = 60;

    static Stream<Arguments> architectures() {
        return Stream.of(
                Arguments.of(Arch.X86_64, List.of()),
                Arguments.of(Arch.X86_64, List.of(Arch.X86_64, Arch.X86, Arch.X32)),
                Arguments.of(Arch.X86_64, List.of(Arch.X32)),
                Arguments.of(Arch.AARCH64, List.of(Arch.ARM)),
                Arguments.of(Arch.X86, List.of()));
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void randomFiltersDecideAsTheirProfilesSay(Arch nativeArch, List<Arch> archs) {
        RandomProfiles profiles = new RandomProfiles(2024, List.copyOf(new TreeSet<>(SyscallTable.names())));
        int compiled = 0;
        for (int i = 0; i < PROFILES; i++) {
            Seccomp profile = profiles.anything(archs.toArray(Arch[]::new));
            try {
                byte[] bpf = SeccompCompiler.compile(profile, nativeArch).bpf();
                compiled++;
                assertThat(differences(profile, nativeArch, bpf))
                        .as("profile %d", i)
                        .isEmpty();
            } catch (SeccompException e) {
                assertThat(e).hasMessageContaining("where an earlier rule with the same conditions answers");
            }
        }
        assertThat(compiled).isGreaterThan(PROFILES / 2);
    }

    private static List<String> differences(Seccomp profile, Arch nativeArch, byte[] bpf) {
        ProfileModel model = new ProfileModel(profile, nativeArch);
        BpfInterpreter filter = new BpfInterpreter(bpf);
        return new FilterComparison(
                        profile,
                        bpf,
                        (nr, arch, args) -> model.isMultiplexer(nr, arch)
                                ? Set.of(filter.run(nr, arch, args))
                                : model.answers(nr, arch, args))
                .differences(nativeArch);
    }
}
