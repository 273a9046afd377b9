package dev.libcontainer.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is written to have a file say what it said before. */
class CgroupUpdateTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "memory.max                     | max         | 100                          | max",
                "cpu.max                        | 5000 100000 | 10 100000                    | 5000 100000",
                "memory.oom_control             | oom_kill_disable 1;under_oom 0 | oom_kill_disable 0;under_oom 0 | 1",
                "blkio.throttle.read_bps_device | 8:0 5       | 8:0 7;8:16 9                 | 8:0 5;8:16 0",
                "blkio.throttle.read_bps_device | ''          | 8:16 9                       | 8:16 0",
                "io.max | 8:0 rbps=1 wbps=max riops=max wiops=max | 8:0 rbps=2 wbps=max riops=max wiops=max;8:16 rbps=3 "
                        + "| 8:0 rbps=1 wbps=max riops=max wiops=max;8:16 rbps=max wbps=max riops=max wiops=max",
                "io.bfq.weight                  | default 100 | default 50;8:0 20            | default 100;8:0 default",
                "blkio.bfq.weight_device        | ''          | 8:0 20                       | 8:0 default",
                "net_prio.ifpriomap             | lo 0;eth0 5 | lo 7;eth0 5                  | lo 0;eth0 5",
            })
    void everyFormOfFileIsPutBack(String file, String before, String now, String written) {
        assertThat(CgroupUpdate.values(file, before.replace(';', '\n'), now.replace(';', '\n')))
                .containsExactly(written.split(";"));
    }
}
