package dev.libcontainer.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class SyscallTableTest {
    /** The last call of Linux 5.17, which libseccomp 2.5.4 knows; of later ones distributions add a choice. */
    private static final int LAST_OF_5_17 = 450;

    private static final List<Arch> COLUMNS = List.of(Arch.X86_64, Arch.X86, Arch.X32, Arch.AARCH64, Arch.ARM);

    @Test
    void numbersDifferByArchitecture() {
        assertThat(SyscallTable.number(Arch.X86_64, "read")).hasValue(0);
        assertThat(SyscallTable.number(Arch.X86, "read")).hasValue(3);
        assertThat(SyscallTable.number(Arch.AARCH64, "read")).hasValue(63);
        assertThat(SyscallTable.number(Arch.ARM, "set_tls")).hasValue(983045);
    }

    @Test
    void x32NumbersHaveBit30() {
        assertThat(SyscallTable.number(Arch.X32, "read")).hasValue(0x40000000);
        assertThat(SyscallTable.number(Arch.X32, "ioctl")).hasValue(0x40000000 + 514);
    }

    @Test
    void aCallMayBeKnownAndAbsent() {
        assertThat(SyscallTable.contains("open")).isTrue();
        assertThat(SyscallTable.number(Arch.AARCH64, "open")).isEmpty();
        assertThat(SyscallTable.contains("s390_pci_mmio_read")).isTrue();
        assertThat(SyscallTable.contains("no_such_call")).isFalse();
        assertThat(SyscallTable.number(Arch.X86_64, "no_such_call")).isEmpty();
    }

    @Test
    void callsSinceLinux512HaveOneNumberEverywhere() {
        for (Arch arch : List.of(Arch.X86_64, Arch.X86, Arch.AARCH64, Arch.ARM)) {
            assertThat(SyscallTable.number(arch, "mount_setattr")).hasValue(442);
            assertThat(SyscallTable.number(arch, "mseal")).hasValue(462);
            assertThat(SyscallTable.number(arch, "file_setattr")).hasValue(469);
        }
    }

    @Test
    void noNumberHasTwoNames() {
        for (Arch arch : Arch.values()) {
            List<Integer> numbers = SyscallTable.names().stream()
                    .flatMapToInt(name -> SyscallTable.number(arch, name).stream())
                    .boxed()
                    .toList();
            assertThat(numbers).as("%s", arch).doesNotHaveDuplicates().hasSizeGreaterThan(280);
        }
    }

    @Test
    void numbersAgreeWithLibseccomps() throws IOException {
        assumeTrue(Oracle.whyNot().isEmpty(), Oracle.whyNot());
        List<String> lines = Oracle.numbers(SyscallTable.names());

        assertThat(lines).hasSizeGreaterThan(450);
        for (String line : lines) {
            String[] cells = line.split(" ");
            for (int column = 0; column < COLUMNS.size(); column++) {
                compare(COLUMNS.get(column), cells[0], cells[column + 1]);
            }
        }
    }

    private static void compare(Arch arch, String name, String theirs) {
        OptionalInt ours = SyscallTable.number(arch, name);
        boolean multiplexed = arch == Arch.X86 && Multiplexed.find(name).isPresent();
        if (theirs.equals("-")) {
            boolean newer = (ours.orElse(0) & ~Arch.X32_BIT) > LAST_OF_5_17;
            assertThat(multiplexed || newer || ours.isEmpty())
                    .as("%s has %s", arch, name)
                    .isTrue();
        } else {
            assertThat(ours).as("%s of %s", name, arch).hasValue(Integer.parseInt(theirs));
        }
    }

    @Test
    void architecturesAreFoundByTheirNames() {
        for (Arch arch : Arch.values()) {
            assertThat(Arch.fromOciName(arch.ociName())).contains(arch);
        }
        assertThat(Arch.fromOciName("SCMP_ARCH_VAX")).isEmpty();
        assertThat(Arch.fromOsArch("amd64")).contains(Arch.X86_64);
        assertThat(Arch.fromOsArch("aarch64")).contains(Arch.AARCH64);
        assertThat(Arch.fromOsArch("vax")).isEmpty();
        assertThat(Arch.X86_64.compatible()).containsExactly(Arch.X86, Arch.X32);
        assertThat(Arch.AARCH64.compatible()).containsExactly(Arch.ARM);
    }
}
