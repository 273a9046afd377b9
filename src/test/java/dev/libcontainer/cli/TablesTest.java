package dev.libcontainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.cgroup.CgroupDetails;
import dev.libcontainer.cgroup.CgroupStats;
import dev.libcontainer.runtime.ContainerState;
import dev.libcontainer.runtime.OciException;
import dev.libcontainer.runtime.Status;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is printed of containers. */
class TablesTest {
    private static final OptionalLong NONE = OptionalLong.empty();

    private static final ContainerState STATE = new ContainerState(
            "1.3.0",
            "web-1",
            Status.RUNNING,
            42,
            Path.of("/srv/web"),
            Path.of("/srv/web/rootfs"),
            Instant.parse("2026-01-02T03:04:05.678Z"),
            "root",
            Map.of("org.example.key", "value"));

    @Test
    void aStateIsTheSpecificationsDocument() {
        assertThat(StateText.json(STATE).indented()).isEqualTo("""
                {
                  "ociVersion": "1.3.0",
                  "id": "web-1",
                  "pid": 42,
                  "status": "running",
                  "bundle": "/srv/web",
                  "rootfs": "/srv/web/rootfs",
                  "created": "2026-01-02T03:04:05.678Z",
                  "annotations": {
                    "org.example.key": "value"
                  },
                  "owner": "root"
                }
                """);
    }

    @Test
    void aListIsOneLineOfJson() {
        assertThat(StateText.jsonLine(List.of())).isEqualTo("null");
        assertThat(StateText.jsonLine(List.of(STATE, STATE)))
                .startsWith("[{\"ociVersion\":\"1.3.0\",\"id\":\"web-1\",\"pid\":42,\"status\":\"running\",")
                .endsWith("\"owner\":\"root\"}]")
                .doesNotContain("\n");
    }

    @Test
    void aTableHasRuncsColumns() {
        assertThat(StateText.table(List.of()))
                .isEqualTo("ID          PID         STATUS      BUNDLE      CREATED     OWNER\n");
        assertThat(StateText.table(List.of(STATE)))
                .endsWith("web-1       42          running     /srv/web    2026-01-02T03:04:05.678Z   root\n");
    }

    @Test
    void statisticsAreRuncsEvent() {
        var stats = new CgroupStats(
                new CgroupStats.Memory(
                        OptionalLong.of(4096), OptionalLong.of(8192), OptionalLong.of(-1), OptionalLong.of(0)),
                new CgroupStats.Cpu(
                        OptionalLong.of(7), OptionalLong.of(4), OptionalLong.of(3), NONE, NONE, NONE, NONE, NONE),
                new CgroupStats.Pids(OptionalLong.of(2), NONE, OptionalLong.of(10)));

        assertThat(StatsText.json("web-1", stats))
                .startsWith("{\"type\":\"stats\",\"id\":\"web-1\",\"data\":{\"cpu\":{\"usage\":{\"total\":7000,")
                .contains("\"memory\":{\"usage\":{\"usage\":4096,\"max\":8192}")
                .contains("\"pids\":{\"current\":2,\"limit\":10}");
        assertThat(StatsText.table(List.of("web-1"), List.of(stats))
                        .lines()
                        .toList()
                        .get(1)
                        .split(" +"))
                .containsExactly("web-1", "0.00s", "-", "4096B", "8192B", "unlimited", "0", "2", "10");
    }

    private static LiveStats.Look look(String id, long cpuMicros, long throttled, long nanos) {
        return new LiveStats.Look(
                id,
                new CgroupStats(
                        new CgroupStats.Memory(OptionalLong.of(4096), NONE, OptionalLong.of(-1), OptionalLong.of(1)),
                        new CgroupStats.Cpu(
                                OptionalLong.of(cpuMicros),
                                NONE,
                                NONE,
                                OptionalLong.of(nanos / 100_000_000),
                                OptionalLong.of(throttled),
                                NONE,
                                NONE,
                                NONE),
                        new CgroupStats.Pids(OptionalLong.of(2), NONE, NONE)),
                nanos);
    }

    @Test
    void aLiveTableShowsWhatChangedTheBusiestFirst() {
        long second = 1_000_000_000;
        var before = Map.of("idle", look("idle", 500, 0, second), "busy", look("busy", 1000, 0, second));
        var now = List.of(
                look("idle", 500, 0, 2 * second), look("busy", 251_000, 5, 2 * second), look("new", 9, 0, 2 * second));

        var lines = LiveStats.table(before, now)
                .lines()
                .map(line -> line.split("  +"))
                .toList();

        assertThat(lines.get(0)).startsWith("ID", "CPU %", "THROTTLED %", "MEMORY", "LIMIT");
        assertThat(lines.get(1)).startsWith("busy", "25.0", "50.0", "4096B", "unlimited", "0B", "0B", "1", "2");
        assertThat(lines.get(2)).startsWith("idle", "0.0", "0.0");
        assertThat(lines.get(3)).startsWith("new", "-", "-");
    }

    @Test
    void detailsStandWhereRuncHasThem() {
        var usage = new CgroupDetails.Usage(OptionalLong.of(5), NONE, OptionalLong.of(-1), OptionalLong.of(2));
        var details = new CgroupDetails(
                Map.of("memory", usage, "swap", usage),
                Map.of("cache", 17L),
                List.of(1L, 2L),
                List.of(),
                List.of(),
                Map.of("cpus", "0-1,4", "cpu_exclusive", "0", "cpus.partition", "member"),
                Map.of("io_service_bytes", List.of(new CgroupDetails.Io(8, 0, "Read", 4096))),
                Map.of("2MB", usage),
                Map.of(),
                Map.of(
                        "io",
                        new CgroupDetails.Pressure(
                                new CgroupDetails.Stall(1.25, 0.5, 0, 77), new CgroupDetails.Stall(0, 0, 0, 0))),
                Map.of("max", 2L, "oom_kill", 3L),
                Map.of("anon", Map.of(1, 8192L)),
                Map.of("sev", usage));
        var stats = new CgroupStats(
                new CgroupStats.Memory(OptionalLong.of(5), NONE, NONE, NONE),
                new CgroupStats.Cpu(NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE),
                new CgroupStats.Pids(NONE, NONE, NONE),
                details);

        assertThat(StatsText.json("c", stats))
                .contains("\"percpu\":[1,2]")
                .contains("\"cpuset\":{\"cpu_exclusive\":0,\"cpus\":[0,1,4],\"cpus.partition\":\"member\"}")
                .contains(
                        "\"memory\":{\"cache\":17,\"usage\":{\"usage\":5,\"failcnt\":2},\"swap\":{\"usage\":5,\"failcnt\":2}")
                .contains(
                        "\"blkio\":{\"ioServiceBytesRecursive\":[{\"major\":8,\"minor\":0,\"op\":\"Read\",\"value\":4096}],")
                .contains(
                        "\"value\":4096}],\"psi\":{\"some\":{\"avg10\":1.25,\"avg60\":0.5,\"avg300\":0.0,\"total\":77},"
                                + "\"full\":{\"avg10\":0.0,\"avg60\":0.0,\"avg300\":0.0,\"total\":0}}}")
                .contains("\"event_count\":{\"max\":2,\"oom_kill\":3},"
                        + "\"page_usage_by_numa\":{\"anon\":{\"nodes\":{\"1\":2}}}}")
                .contains("\"misc_stats\":{\"sev\":{\"usage\":5,\"events\":2}}")
                .contains("\"hugetlb\":{\"2MB\":{\"usage\":5,\"failcnt\":2}}");
    }

    @Test
    void psKeepsItsHeadAndTheContainersLines() {
        var table =
                "UID   PID  PPID CMD\nroot    1     0 init\nroot   10     1 sh 12\nroot   12    10 ls\nroot    -     - -\n";

        assertThat(PsTable.filtered(table, Set.of(10, 12, 99)))
                .isEqualTo("UID   PID  PPID CMD\nroot   10     1 sh 12\nroot   12    10 ls\n");
        assertThatThrownBy(() -> PsTable.filtered("UID CMD\nroot sh\n", Set.of(1)))
                .isInstanceOf(OciException.class)
                .hasMessageContaining("PID column");
    }

    @Test
    void theHostsPsIsAsked() {
        int own = (int) ProcessHandle.current().pid();

        assertThat(PsTable.of(List.of(), Set.of(own)).lines()).hasSize(2);
        assertThat(PsTable.of(List.of("-o", "pid,comm", "-A"), Set.of(own))).contains("java");
        assertThatThrownBy(() -> PsTable.of(List.of("--nosuch"), Set.of(own))).isInstanceOf(OciException.class);
    }

    @Test
    void pidsAreAnArray() {
        assertThat(PsVerb.array(List.of(3, 5))).isEqualTo("[3,5]\n");
        assertThat(PsVerb.array(List.of())).isEqualTo("[]\n");
    }
}
