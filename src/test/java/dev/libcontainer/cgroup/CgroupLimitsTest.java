package dev.libcontainer.cgroup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.libcontainer.spec.Resources;
import dev.libcontainer.spec.SpecReader;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

class CgroupLimitsTest {

    @ParameterizedTest
    @CsvFileSource(resources = "limits.txt", delimiter = '|', quoteCharacter = '`', nullValues = "-")
    void aLimitIsWrittenTheWayEachVersionHasIt(String resources, String v1, String v2) {
        assertThat(written(CgroupLimits.forNew(resources(resources), Hosts.hybrid())))
                .isEqualTo(words(v1));
        assertThat(written(CgroupLimits.forNew(resources(resources), Hosts.unified())))
                .isEqualTo(words(v2));
    }

    @Test
    void whatOnlyVersion1HasIsWrittenThere() {
        Resources resources = resources("'memory':{'swappiness':0,'kernelTCP':4096,'disableOOMKiller':true},"
                + "'cpu':{'realtimePeriod':1000000,'realtimeRuntime':950000}");

        assertThat(written(CgroupLimits.forNew(resources, Hosts.hybrid())))
                .containsExactly(
                        "memory.kmem.tcp.limit_in_bytes=4096",
                        "memory.swappiness=0",
                        "memory.oom_control=1",
                        "cpu.rt_period_us=1000000",
                        "cpu.rt_runtime_us=950000");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'memory':{'swappiness':0}         | memory.swappiness",
                "'memory':{'disableOOMKiller':true}| memory.disableOOMKiller",
                "'blockIO':{'leafWeight':10}       | blockIO.leafWeight",
                "'cpu':{'realtimePeriod':1}        | cpu.realtimePeriod",
                "'cpu':{'realtimeRuntime':1}       | cpu.realtimeRuntime",
            })
    void whatOnlyVersion1HasIsRefusedOnVersion2(String resources, String member) {
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> CgroupLimits.forNew(resources(resources), Hosts.unified()))
                .withMessage(
                        "linux.resources." + member + ": cgroup v2 has no such limit, and this host has cgroup v2");
    }

    @Test
    void aWriteNamesItsControllerAndTheMemberThatAskedForIt() {
        Resources resources = resources("'memory':{'limit':1000,'swap':2000},'cpu':{'mems':'0'}");

        assertThat(CgroupLimits.forNew(resources, Hosts.unified()))
                .containsExactly(
                        new CgroupWrite("memory", "memory.swap.max", "1000", "linux.resources.memory.swap"),
                        new CgroupWrite("memory", "memory.max", "1000", "linux.resources.memory.limit"),
                        new CgroupWrite("cpuset", "cpuset.mems", "0", "linux.resources.cpu.mems"));
    }

    @Test
    void aMissingControllerIsNamedWithTheMemberThatNeedsIt() {
        CgroupMounts host = Hosts.unified("cpu memory");

        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> CgroupLimits.forNew(resources("'pids':{'limit':1}"), host))
                .withMessage("linux.resources.pids.limit: needs the cgroup controller pids, "
                        + "which this host does not offer")
                .satisfies(e -> {
                    assertThat(e.jsonPath()).isEqualTo("linux.resources.pids.limit");
                    assertThat(e.controller()).isEqualTo("pids");
                    assertThat(e.hint()).contains("Available: cpu, memory.");
                });
    }

    @Test
    void aSwapLimitNeedsAMemoryLimit() {
        for (CgroupMounts host : List.of(Hosts.hybrid(), Hosts.unified())) {
            assertThatExceptionOfType(CgroupException.class)
                    .isThrownBy(() -> CgroupLimits.forNew(resources("'memory':{'swap':1000}"), host))
                    .withMessage("linux.resources.memory.swap: counts memory and swap together, "
                            + "so it needs a limit of memory");
        }
    }

    @Test
    void rawFilesOfVersion2ComeLastALineAtATime() {
        Resources resources = resources("'pids':{'limit':1},"
                + "'unified':{'memory.high':'100','io.max':'8:0 rbps=1\\n8:16 rbps=2\\n','cgroup.max.depth':'3'}");

        assertThat(CgroupLimits.forNew(resources, Hosts.unified()))
                .extracting(CgroupWrite::controller, CgroupWrite::file, CgroupWrite::value, CgroupWrite::jsonPath)
                .containsExactly(
                        tuple("pids", "pids.max", "1", "linux.resources.pids.limit"),
                        raw("memory", "memory.high", "100"),
                        raw("io", "io.max", "8:0 rbps=1"),
                        raw("io", "io.max", "8:16 rbps=2"),
                        raw("cgroup", "cgroup.max.depth", "3"));
    }

    @Test
    void aRawFileNeedsItsControllerInVersion2() {
        assertThat(written(CgroupLimits.forNew(resources("'unified':{'hugetlb.2MB.max':'0'}"), Hosts.hybrid())))
                .containsExactly("hugetlb.2MB.max=0");
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> CgroupLimits.forNew(resources("'unified':{'memory.high':'1'}"), Hosts.hybrid()))
                .withMessage("linux.resources.unified[\"memory.high\"]: is a file of cgroup v2, "
                        + "and this host has the controller memory in cgroup v1");
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> CgroupLimits.forNew(resources("'unified':{'misc.max':'1'}"), Hosts.hybrid()))
                .withMessageContaining("needs the cgroup controller misc");
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "2, 1",
        "3, 2",
        "512, 59",
        "1024, 100",
        "2048, 174",
        "262143, 10000",
        "262144, 10000",
        "-1, 10000"
    })
    void sharesBecomeAWeightOnACurveThroughBothDefaults(long shares, long weight) {
        assertThat(CpuController.weight(shares)).isEqualTo(weight);
    }

    @Test
    void anUpdateRaisesSwapBeforeMemoryAndLowersItAfterwards() {
        CgroupStats current = memory(500, 1000);

        assertThat(written(update("'memory':{'limit':3000,'swap':4000}", Hosts.hybrid(), current)))
                .containsExactly("memory.memsw.limit_in_bytes=4000", "memory.limit_in_bytes=3000");
        assertThat(written(update("'memory':{'limit':600,'swap':800}", Hosts.hybrid(), current)))
                .containsExactly("memory.limit_in_bytes=600", "memory.memsw.limit_in_bytes=800");
    }

    @Test
    void anUpdateThatLiftsTheMemoryLimitLiftsTheSwapLimitToo() {
        CgroupStats current = memory(500, 1000);

        assertThat(written(update("'memory':{'limit':-1}", Hosts.hybrid(), current)))
                .containsExactly("memory.memsw.limit_in_bytes=-1", "memory.limit_in_bytes=-1");
        assertThat(written(update("'memory':{'limit':-1}", Hosts.unified(), current)))
                .containsExactly("memory.swap.max=max", "memory.max=max");
    }

    @Test
    void anUpdateOfSwapAloneCountsFromTheLimitInForce() {
        assertThat(written(update("'memory':{'swap':1500}", Hosts.unified(), memory(500, 1000))))
                .containsExactly("memory.swap.max=500");
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> update("'memory':{'swap':900}", Hosts.unified(), memory(500, 1000)))
                .withMessage("linux.resources.memory.swap: 900 is below the memory limit 1000");
    }

    @Test
    void anUpdateBelowTheUsageIsRefusedIfAskedFor() {
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() ->
                        update("'memory':{'limit':400,'checkBeforeUpdate':true}", Hosts.unified(), memory(500, 1000)))
                .withMessage("linux.resources.memory.limit: 400 is not above the 500 bytes in use");
        assertThat(written(update("'memory':{'limit':400}", Hosts.unified(), memory(500, 1000))))
                .containsExactly("memory.max=400");
    }

    @Test
    void anUpdateOfBandwidthKeepsTheHalfItDoesNotName() {
        CgroupStats current = bandwidth(30_000, 50_000);

        assertThat(written(update("'cpu':{'quota':10000}", Hosts.unified(), current)))
                .containsExactly("cpu.max=10000_50000");
        assertThat(written(update("'cpu':{'period':80000}", Hosts.unified(), current)))
                .containsExactly("cpu.max=30000_80000");
    }

    @Test
    void anUpdateOfBandwidthNeverPassesThroughAStateTheKernelRefuses() {
        CgroupStats current = bandwidth(30_000, 50_000);

        assertThat(written(update("'cpu':{'quota':10000,'period':20000,'burst':5000}", Hosts.hybrid(), current)))
                .containsExactly(
                        "cpu.cfs_burst_us=0",
                        "cpu.cfs_quota_us=-1",
                        "cpu.cfs_period_us=20000",
                        "cpu.cfs_quota_us=10000",
                        "cpu.cfs_burst_us=5000");
        assertThat(written(update("'cpu':{'quota':10000,'burst':5000}", Hosts.unified(), current)))
                .containsExactly("cpu.max.burst=0", "cpu.max=10000_50000", "cpu.max.burst=5000");
    }

    @Test
    void aNewCpusetOfVersion1InheritsCpusAndNodes() {
        assertThat(CgroupLimits.inheritedFiles(Hosts.hybrid()))
                .containsExactly(
                        new InheritedFile("cpuset", "cpuset.cpus"), new InheritedFile("cpuset", "cpuset.mems"));
        assertThat(CgroupLimits.inheritedFiles(Hosts.unified())).isEmpty();
    }

    @Test
    void swapThatNobodyHasNeedNotBeLimited() {
        List<CgroupWrite> none = CgroupLimits.forNew(resources("'memory':{'limit':9,'swap':9}"), Hosts.unified());
        List<CgroupWrite> some = CgroupLimits.forNew(resources("'memory':{'limit':9,'swap':10}"), Hosts.unified());

        assertThat(none).extracting(CgroupWrite::harmlessIfAbsent).containsExactly(true, false);
        assertThat(some).extracting(CgroupWrite::harmlessIfAbsent).containsExactly(false, false);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'hugepageLimits':[{'pageSize':'2MB','limit':1}] | hugepageLimits[0]                  | hugetlb",
                "'rdma':{'mlx':{'hcaHandles':1}}                 | rdma.mlx                           | rdma",
                "'network':{'classID':1048577}                   | network.classID                    | net_cls",
                "'network':{'priorities':[{'name':'eth0','priority':1}]} | network.priorities[0]      | net_prio",
                "'blockIO':{'weight':10}                         | blockIO.weight                     | blkio",
            })
    void whatHasNoControllerIsRefused(String resources, String member, String controller) {
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> CgroupLimits.forNew(resources(resources), Hosts.unified("pids")))
                .withMessage("linux.resources." + member + ": needs the cgroup controller " + controller
                        + ", which this host does not offer");
    }

    @Test
    void whatAsksForNothingNeedsNoController() {
        Resources resources = resources("'hugepageLimits':[{'pageSize':'2MB','limit':0}],'network':{'classID':0},"
                + "'blockIO':{'weight':0},'memory':{'limit':0,'kernel':0,'swap':0},'cpu':{'shares':0,'quota':0}");

        assertThat(CgroupLimits.forNew(resources, Hosts.unified("pids"))).isEmpty();
    }

    @Test
    void packetsAreTaggedInControllersOfTheirOwn() {
        CgroupMounts host = Hosts.with("net_cls", "net_prio");

        assertThat(written(CgroupLimits.forNew(
                        resources("'network':{'classID':1048577,'priorities':["
                                + "{'name':'lo','priority':500},{'name':'eth0','priority':1000}]}"),
                        host)))
                .containsExactly(
                        "net_cls.classid=1048577", "net_prio.ifpriomap=lo_500", "net_prio.ifpriomap=eth0_1000");
    }

    @Test
    void hugePagesAreLimitedInVersion1Too() {
        assertThat(written(CgroupLimits.forNew(
                        resources("'hugepageLimits':[{'pageSize':'1GB','limit':18446744073709551615}]"),
                        Hosts.with("hugetlb"))))
                .containsExactly(
                        "hugetlb.1GB.limit_in_bytes=18446744073709551615",
                        "hugetlb.1GB.rsvd.limit_in_bytes=18446744073709551615");
    }

    @ParameterizedTest
    @CsvSource({"10, 1", "11, 11", "100, 910", "500, 4950", "1000, 10000"})
    void weightsOfVersion1AreStretchedWhereTheSchedulerIsNotBfq(long weight, long converted) {
        assertThat(BlockIoController.ioWeight(weight)).isEqualTo(converted);
    }

    @Test
    void theFileThatTheKernelHasIsChosen() {
        CgroupWrite weight = CgroupLimits.forNew(resources("'blockIO':{'weight':100}"), Hosts.hybrid())
                .get(0);
        CgroupWrite io = CgroupLimits.forNew(resources("'blockIO':{'weight':100}"), Hosts.unified())
                .get(0);

        assertThat(weight.on(file -> true).orElseThrow().file()).isEqualTo("blkio.weight");
        assertThat(weight.on("blkio.bfq.weight"::equals).orElseThrow().file()).isEqualTo("blkio.bfq.weight");
        assertThat(io.on("io.weight"::equals).orElseThrow())
                .isEqualTo(new CgroupWrite("io", "io.weight", "910", "linux.resources.blockIO.weight"));
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> io.on(file -> false))
                .withMessage("linux.resources.blockIO.weight: needs io.bfq.weight or io.weight, "
                        + "which this kernel does not have")
                .satisfies(e -> assertThat(e.hint()).contains("Weights need the BFQ scheduler (module bfq)."));
    }

    @Test
    void noPageOfASizeThatIsNotThereNeedsNoLimit() {
        List<CgroupWrite> none =
                CgroupLimits.forNew(resources("'hugepageLimits':[{'pageSize':'64KB','limit':0}]"), Hosts.unified());
        List<CgroupWrite> some =
                CgroupLimits.forNew(resources("'hugepageLimits':[{'pageSize':'64KB','limit':1}]"), Hosts.unified());

        assertThat(none).allSatisfy(write -> assertThat(write.on(file -> false)).isEmpty());
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> some.get(0).on(file -> false))
                .withMessageContaining("needs hugetlb.64KB.max, which this kernel does not have");
        assertThat(some.get(1).on(file -> false)).as("reservations, Linux 5.7").isEmpty();
    }

    private static Tuple raw(String controller, String file, String value) {
        String path = "linux.resources.unified[\"" + file + "\"]";
        return tuple(controller, file, value, path);
    }

    private static List<CgroupWrite> update(String resources, CgroupMounts host, CgroupStats current) {
        return CgroupLimits.forUpdate(resources(resources), host, current);
    }

    private static CgroupStats memory(long usage, long limit) {
        return CgroupStats.parse(
                Hosts.unified(),
                Map.of(
                        new StatFile("memory", "memory.current"), Long.toString(usage),
                        new StatFile("memory", "memory.max"), Long.toString(limit)));
    }

    private static CgroupStats bandwidth(long quota, long period) {
        CgroupStats stats =
                CgroupStats.parse(Hosts.unified(), Map.of(new StatFile("cpu", "cpu.max"), quota + " " + period));
        assertThat(stats.cpu().quotaMicros()).isEqualTo(OptionalLong.of(quota));
        return stats;
    }

    private static Resources resources(String members) {
        return SpecReader.readResources(("{" + members + "}").replace('\'', '"').getBytes(UTF_8));
    }

    private static List<String> written(List<CgroupWrite> writes) {
        return writes.stream()
                .map(write -> write.file() + "=" + write.value().replace(' ', '_'))
                .toList();
    }

    private static List<String> words(String text) {
        return text == null ? List.of() : List.of(text.split(" "));
    }
}
