package dev.libcontainer.security;

import static dev.libcontainer.security.Profiles.allow;
import static dev.libcontainer.security.Profiles.arg;
import static dev.libcontainer.security.Profiles.deny;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.spec.Seccomp;
import org.junit.jupiter.api.Test;

class BpfPrinterTest {

    @Test
    void aFilterIsReadableLineByLine() {
        Seccomp profile = deny(
                allow("read"), allow("close", new Seccomp.Arg(5, 0xf0, 0x50, "SCMP_CMP_MASKED_EQ"), arg(1, "GT", 7)));

        assertThat(BpfPrinter.print(
                        SeccompCompiler.compile(profile, Arch.AARCH64).bpf()))
                .isEqualTo("""
                           0  load arch
                           1  if == 0xc00000b7 aarch64            else 14
                           2  load nr
                           3  if == 0x39 57                       then 5
                           4  if == 0x3f 63                       then 12 else 13
                           5  load argument 1 high
                           6  if > 0x0 0                          then 9
                           7  load argument 1 low
                           8  if > 0x7 7                          else 13
                           9  load argument 5 low
                          10  and 0xf0
                          11  if == 0x50 80                       else 13
                          12  return ALLOW
                          13  return ERRNO 1
                          14  return KILL_THREAD
                        """);
    }

    @Test
    void whatIsNotKnownIsShownAsItIs() {
        byte[] odd = {0x07, 0, 1, 2, 9, 0, 0, 0, 0x06, 0, 0, 0, 0x34, 0x12, 0x02, 0};

        assertThat(BpfPrinter.print(odd)).isEqualTo("   0  ? code 0x07 jt 1 jf 2 k 0x9\n   1  return 0x00021234\n");
    }

    @Test
    void halfAnInstructionIsRefused() {
        assertThatThrownBy(() -> BpfPrinter.print(new byte[12])).isInstanceOf(IllegalArgumentException.class);
        assertThat(BpfPrinter.print(new byte[0])).isEmpty();
    }
}
