package dev.libcontainer.cgroup;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.cgroup.CounterFile.Column;
import dev.libcontainer.cgroup.CounterFile.Form;
import dev.libcontainer.stats.Counter;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CounterFileTest {
    /** The numbers of all columns; -1 where the file has none. */
    private static long[] parse(Form form, String text, Column... columns) {
        byte[] data = ("before\n" + text + "after 1\n").getBytes(US_ASCII);
        int from = "before\n".length();
        int[] places = new int[columns.length];
        Arrays.setAll(places, i -> i);
        long[] out = new long[columns.length];
        Arrays.fill(out, -1);

        new CounterFile("c", "f", form, List.of(columns)).parse(data, from, from + text.length(), places, out);

        return out;
    }

    @Test
    void oneNumber() {
        assertThat(parse(Form.NUMBER, "4096\n", Column.of("", Counter.MEMORY_BYTES)))
                .containsExactly(4096);
        assertThat(parse(Form.NUMBER, "1234567\n", Column.nanos("", Counter.CPU_MICROS)))
                .containsExactly(1234);
    }

    @Test
    void linesOfAKeyAndANumber() {
        String text = "usage_usec 17\nuser_usec 5\nuser_usec_more 9\nnr_periods 3";

        assertThat(parse(
                        Form.KEYED,
                        text,
                        Column.of("usage_usec", Counter.CPU_MICROS),
                        Column.of("user_usec", Counter.CPU_USER_MICROS),
                        Column.of("nr_periods", Counter.CPU_PERIODS),
                        Column.of("after", Counter.PIDS),
                        Column.of("usage", Counter.OOM_KILLS)))
                .containsExactly(17, 5, 3, -1, -1);
    }

    @Test
    void pressureIsTheTotalAtTheEndOfALine() {
        String text =
                "some avg10=1.50 avg60=0.00 avg300=0.00 total=4711\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=12\n";

        assertThat(parse(Form.KEYED, text, Column.of("some", Counter.CPU_STALLED_MICROS)))
                .containsExactly(4711);
    }

    @Test
    void devicesAreSummedInBothVersions() {
        Column read1 = Column.of("Read", Counter.IO_READ_BYTES);
        Column write1 = Column.of("Write", Counter.IO_WRITTEN_BYTES);
        Column read2 = Column.of("rbytes", Counter.IO_READ_BYTES);
        Column write2 = Column.of("wbytes", Counter.IO_WRITTEN_BYTES);

        assertThat(parse(Form.BY_DEVICE, "8:0 Read 10\n8:0 Write 3\n8:16 Read 5\nTotal 18\n", read1, write1))
                .containsExactly(15, 3);
        assertThat(parse(Form.BY_DEVICE, "Total 0\n", read1, write1)).containsExactly(0, 0);
        assertThat(parse(
                        Form.ASSIGNED,
                        "8:0 rbytes=10 wbytes=3 rios=1 wios=1 dbytes=0 dios=0\n8:16 rbytes=5 wbytes=0 rios=1\n",
                        read2,
                        write2))
                .containsExactly(15, 3);
    }

    @Test
    void networkInterfacesAreSummedWithoutTheLoopback() {
        String text = """
                Inter-|   Receive                                                |  Transmit
                 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop
                    lo:     100       1    0    0    0     0          0         0      100       1    0    0
                  eth0:    1000       7    0    0    0     0          0         0      200       3    0    0
                 wlo1:       5       1    0    0    0     0          0         0        6       1    0    0
                """;

        assertThat(parse(
                        Form.INTERFACES,
                        text,
                        Column.of("0", Counter.NETWORK_RECEIVED_BYTES),
                        Column.of("8", Counter.NETWORK_SENT_BYTES)))
                .containsExactly(1005, 206);
    }
}
