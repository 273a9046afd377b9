package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.Inside.Seen;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the program is born with. */
@NeedsRoot
class ProcessTest {
    private static String limit(String field, int column) {
        return Holdings.lines(Path.of("/proc/self/limits")).stream()
                .filter(line -> line.startsWith(field))
                .map(line -> line.substring(26).strip().split(" +")[column])
                .findFirst()
                .orElseThrow();
    }

    // ---- arguments, environment, working directory ----

    @Test
    void argumentsArriveAsTheyAre() {
        Seen seen =
                Inside.see(Inside.sandbox("").command(Inside.PATH, "args", "", "a b", "ü€", "\n", "--x", "'\"$HOME"));

        assertThat(seen.output()).isEqualTo("\na b\nü€\n\n\n--x\n'\"$HOME\n");
    }

    @Test
    void theEnvironmentIsWhatTheSpecSaysAndNothingElse() {
        Seen seen = Inside.see(ContainerSpec.builder()
                .bind(Inside.HOST_PATH, Inside.PATH, true)
                .env("A", "1=2")
                .env("B", "")
                .command(Inside.verbs("env")));

        assertThat(seen.lines())
                .containsExactly(
                        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/", "A=1=2", "B=");
    }

    @Test
    void aSpawnCanHaveItsOwnArgumentsEnvironmentAndDirectory() {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("cwd").cwd("/usr").build())) {
            Launch launch = Launch.of(Stdio.capture());
            for (int i = 0; i < 3; i++) { // first without, then with a template
                assertThat(Inside.see(blueprint, launch).line()).isEqualTo("/usr");
                assertThat(Inside.see(blueprint, launch.cwd("/tmp")).line()).isEqualTo("/tmp");
                assertThat(Inside.see(blueprint, launch.args(Inside.verbs("args x y")))
                                .lines())
                        .containsExactly("x", "y");
                assertThat(Inside.see(blueprint, launch.env(List.of("N=" + i)).args(Inside.verbs("env")))
                                .line())
                        .isEqualTo("N=" + i);
                assertThat(Inside.see(blueprint, launch.env(List.of()).args(Inside.verbs("env")))
                                .output())
                        .isEmpty();
            }
        }
    }

    @Test
    void aProgramIsLookedUpInThePathOfTheContainer() {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(Inside.sandbox("")
                        .command("inside", "cwd")
                        .env("PATH", "/no/such:/usr/bin:/")
                        .build())) {
            Launch launch = Launch.of(Stdio.capture());

            assertThat(Inside.see(blueprint, launch).line()).isEqualTo("/");
            assertThat(Inside.see(blueprint, launch.args("inside", "pid").env(List.of("PATH=/etc:/")))
                            .line())
                    .isEqualTo("1");
            assertThat(Inside.see(
                                    blueprint,
                                    launch.cwd("/").env(List.of("PATH=/usr:")).args("inside", "pid"))
                            .line())
                    .as("an empty entry is the working directory")
                    .isEqualTo("1");
            assertThatThrownBy(() ->
                            blueprint.spawn(launch.env(List.of("PATH=/usr/bin")).args("inside", "pid")))
                    .isInstanceOf(SpawnFailedException.class)
                    .hasMessageContaining("ENOENT");
        }
    }

    @Test
    void manyAndLongArgumentsFit() {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(Inside.sandbox("args").build())) {
            String[] args = new String[2002];
            java.util.Arrays.fill(args, "0123456789abcdef");
            args[0] = Inside.PATH;
            args[1] = "args";
            args[2] = "x".repeat(100_000);

            Seen seen = Inside.see(blueprint, Launch.of(Stdio.capture()).args(args));

            assertThat(seen.lines()).hasSize(2000);
            assertThat(seen.lines().get(0)).hasSize(100_000);
            args[3] = "y".repeat(130_000);
            assertThatThrownBy(() -> blueprint.spawn(Launch.of(Stdio.nothing()).args(args)))
                    .isInstanceOf(InvalidSpecException.class)
                    .hasMessageContaining("exceed");
        }
    }

    // ---- limits, scheduling, parameters of the kernel ----

    @ParameterizedTest
    @CsvSource({
        "CPU,3,5",
        "FSIZE,1000000,2000000",
        "DATA,100000000,200000000",
        "STACK,1048576,8388608",
        "CORE,0,0",
        "RSS,1000,2000",
        "NPROC,50,60",
        "NOFILE,100,200",
        "MEMLOCK,4096,8192",
        "AS,500000000,600000000",
        "LOCKS,10,20",
        "SIGPENDING,5,6",
        "MSGQUEUE,1000,2000",
        "NICE,0,0",
        "RTPRIO,0,0",
        "RTTIME,1000,2000"
    })
    void aLimitOfTheSpecIsSet(String name, long soft, long hard) {
        Seen seen = Inside.see(Inside.sandbox("rlimit " + name).rlimit("RLIMIT_" + name, soft, hard));

        assertThat(seen.line()).isEqualTo(soft + " " + hard);
    }

    @Test
    void minusOneIsNoLimit() {
        assertThat(Inside.see(Inside.sandbox("rlimit CORE").rlimit("RLIMIT_CORE", -1, -1))
                        .line())
                .isEqualTo("unlimited unlimited");
    }

    @Test
    void theSoftLimitOnFilesIsNotTheJvmsRaisedOne() {
        String hard = limit("Max open files", 1);

        assertThat(Inside.see(Inside.sandbox("rlimit NOFILE")).line()).isEqualTo("1024 " + hard);
        assertThat(Inside.see(Inside.bare("rlimit NOFILE")).line()).isEqualTo("1024 " + hard);
    }

    @ParameterizedTest
    @CsvSource({
        "'{\"policy\": \"SCHED_OTHER\", \"nice\": 7}',SCHED_OTHER nice 7 priority 0",
        "'{\"policy\": \"SCHED_BATCH\", \"nice\": -3}',SCHED_BATCH nice -3 priority 0",
        "'{\"policy\": \"SCHED_IDLE\"}',SCHED_IDLE nice 0 priority 0",
        "'{\"policy\": \"SCHED_FIFO\", \"priority\": 9}',SCHED_FIFO nice 0 priority 9",
        "'{\"policy\": \"SCHED_RR\", \"priority\": 1}',SCHED_RR nice 0 priority 1"
    })
    void theSchedulerIsAsTheSpecSays(String scheduler, String seen) {
        ContainerSpec spec = Amended.of(Inside.sandbox("sched"))
                .with("process.scheduler", scheduler)
                .build();

        assertThat(Inside.see(spec).line()).isEqualTo(seen);
    }

    @ParameterizedTest
    @CsvSource({"IOPRIO_CLASS_RT,3,RT 3", "IOPRIO_CLASS_BE,7,BE 7", "IOPRIO_CLASS_IDLE,0,IDLE 0"})
    void theIoPriorityIsAsTheSpecSays(String ioClass, int priority, String seen) {
        ContainerSpec spec = Amended.of(Inside.sandbox("ioprio"))
                .with("process.ioPriority", "{'class': '" + ioClass + "', 'priority': " + priority + "}")
                .build();

        assertThat(Inside.see(spec).line()).isEqualTo(seen);
    }

    @ParameterizedTest
    @CsvSource({"LINUX,0", "LINUX32,8"})
    void thePersonalityIsAsTheSpecSays(String domain, String seen) {
        ContainerSpec spec = Amended.of(Inside.sandbox("syscall 135 4294967295").withoutSeccomp())
                .with("linux.personality", "{'domain': '" + domain + "'}")
                .build();

        assertThat(Inside.see(spec).line()).isEqualTo(seen);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 123, 1000}) // less than the JVM has would need CAP_SYS_RESOURCE
    void theOomScoreIsAsTheSpecSays(int score) {
        assertThat(Inside.see(Inside.sandbox("oom").oomScoreAdj(score)).line()).isEqualTo(Integer.toString(score));
        assertThat(Inside.see(Inside.bare("oom").oomScoreAdj(score)).line()).isEqualTo(Integer.toString(score));
    }

    @ParameterizedTest
    @CsvSource({
        "net.ipv4.ip_forward,1,/proc/sys/net/ipv4/ip_forward",
        "net/ipv4/ip_local_port_range,30000\t40000,/proc/sys/net/ipv4/ip_local_port_range",
        "kernel.shmmax,12345678,/proc/sys/kernel/shmmax",
        "kernel.msgmax,4096,/proc/sys/kernel/msgmax",
        "fs.mqueue.msg_max,7,/proc/sys/fs/mqueue/msg_max"
    })
    void aParameterOfANamespaceIsSetInItOnly(String name, String value, String file) {
        String before = Holdings.text(Path.of(file));

        assertThat(Inside.see(Inside.sandbox("cat " + file).sysctl(name, value)).line())
                .isEqualTo(value);
        assertThat(Holdings.text(Path.of(file))).isEqualTo(before);
    }

    // ---- nothing of the JVM is left in it ----

    @Test
    @Tag("vm")
    void theOnlyOpenFilesAreTheStandardStreams() {
        assertThat(Inside.see(Inside.sandbox("fds")).lines().stream().map(line -> line.split(" ")[0]))
                .containsExactly("0", "1", "2");
        assertThat(Inside.see(Inside.bare("fds")).lines().stream().map(line -> line.split(" ")[0]))
                .containsExactly("0", "1", "2");
    }

    @Test
    @Tag("vm")
    void signalsAreAsAfterAnExecOfAShell() {
        assertThat(Inside.see(Inside.sandbox("signals")).lines())
                .containsExactly("blocked 0000000000000000", "ignored 0000000000000000");
        assertThat(Inside.see(Inside.bare("signals")).lines())
                .containsExactly("blocked 0000000000000000", "ignored 0000000000000000");
    }

    @Test
    void itLeadsASessionOrAtLeastAProcessGroupOfItsOwn() {
        assertThat(Inside.see(Inside.sandbox("pid -- sid")).lines()).containsExactly("1", "1");
        try (Containers containers = Containers.open();
                Blueprint bare = containers.compile(Inside.bare("sleep 100000").build());
                Container container = bare.spawn(Stdio.nothing())) {
            String stat = Holdings.text(Path.of("/proc/" + container.pid() + "/stat"));

            String processGroup = stat.replaceAll(".*\\) ", "").split(" ")[2];
            assertThat(processGroup).isEqualTo(Long.toString(container.pid()));
        }
    }

    @Test
    @Tag("vm")
    void itDiesWithTheJvmUnlessDetached() {
        assertThat(Inside.see(Inside.sandbox("pdeathsig")).line()).isEqualTo("9");
        assertThat(Inside.see(Inside.sandbox("pdeathsig").user(1000, 1000)).line())
                .isEqualTo("9");
        assertThat(Inside.see(Inside.sandbox("pdeathsig").detached()).line()).isEqualTo("0");
    }

    @Test
    void itMayRunOnEveryCpuAndIsNotNice() {
        String cpus = Inside.see(Inside.bare("affinity -- nice")).lines().get(0);

        assertThat(cpus.split(",")).hasSize(Runtime.getRuntime().availableProcessors());
        assertThat(Inside.see(Inside.sandbox("affinity -- nice")).lines()).containsExactly(cpus, "0");
    }

    @Test
    void itIsAChildOfThisJvm() {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("sleep 100000").build());
                Container direct = blueprint.spawn(Stdio.nothing());
                Container throughTemplate = blueprint.spawn(Stdio.nothing())) {
            for (Container container : List.of(direct, throughTemplate)) {
                assertThat(Holdings.text(Path.of("/proc/" + container.pid() + "/stat"))
                                .replaceAll(".*\\) \\S ", "")
                                .split(" ")[0])
                        .isEqualTo(Long.toString(ProcessHandle.current().pid()));
            }
        }
    }
}
