package dev.libcontainer.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.spec.SpecReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which paths are used as they stand: those that only the plan itself can have made. All others are opened first. */
class OwnPathsTest {
    private static final String MOUNTS = "{'destination': '/proc', 'type': 'proc'}, "
            + "{'destination': '/dev', 'type': 'tmpfs', 'options': ['ro']}, {'destination': '/dev/shm', 'type': 'tmpfs'}, "
            + "{'destination': '/tmp', 'type': 'tmpfs'}";
    private static final String MASKS = "'/proc/kcore', '/sys/firmware'";
    private static final String SEALED = "'root': {'path': '/', 'readonly': true}";

    private static List<String> compile(String root, String mounts, String bounding, String masks, String link) {
        String json = ("{'ociVersion': '1.3.0', 'process': {'args': ['/bin/true'], 'cwd': '/', "
                        + "'user': {'uid': 0, 'gid': 0}, 'capabilities': {'bounding': [" + bounding + "]}}, " + root
                        + ", 'mounts': [" + mounts + "], 'linux': {'namespaces': [{'type': 'mount'}, {'type': 'pid'}], "
                        + "'maskedPaths': [" + masks + "]}}")
                .replace('\'', '"');
        Wishes wishes = new Wishes(
                Optional.of(new Wishes.PrivateRoot("1m", Map.of(link, "usr" + link))), CgroupPlan.NONE, false, false);
        Plan plan = new PlanCompiler(PlanCases.HOST)
                .compile(SpecReader.read(json.getBytes(StandardCharsets.UTF_8)), wishes);
        return plan.steps().stream().map(planned -> planned.step().toString()).toList();
    }

    @Test
    void whatLiesInASealedRootIsMountedUponByItsPath() {
        assertThat(compile(SEALED, MOUNTS, "", MASKS, "/bin"))
                .anyMatch(step -> step.startsWith("mount proc at /proc"))
                .anyMatch(step -> step.startsWith("mount tmpfs at /dev/shm"))
                .anyMatch(step -> step.startsWith("mount tmpfs at /tmp"))
                .anyMatch(step -> step.startsWith("mount tmpfs → /dev "));
    }

    @Test
    void aRootThatCanBeWrittenToIsNot() {
        assertThat(compile("'root': {'path': '/'}", MOUNTS, "", MASKS, "/bin"))
                .noneMatch(step -> step.contains(" at /"))
                .contains("mask /sys/firmware");
    }

    @Test
    void whereAContainerMayRemountProcfsIsNotMountedThroughALink() {
        assertThat(compile(SEALED, MOUNTS, "'CAP_SYS_ADMIN'", MASKS, "/bin"))
                .anyMatch(step -> step.startsWith("mount proc → /proc"))
                .anyMatch(step -> step.startsWith("mount tmpfs at /tmp"));
    }

    @Test
    void aLinkOfTheRootIsFollowedWithCare() {
        assertThat(compile(SEALED, MOUNTS, "", MASKS, "/tmp"))
                .anyMatch(step -> step.startsWith("mount proc at /proc"))
                .anyMatch(step -> step.startsWith("mount tmpfs → /tmp"));
    }

    @Test
    void soIsALinkInDev() {
        String core = ", {'destination': '/dev/core', 'type': 'tmpfs'}";
        assertThat(compile(SEALED, MOUNTS + core, "", MASKS, "/bin"))
                .anyMatch(step -> step.startsWith("mount tmpfs → /dev/core"));
    }

    @Test
    void whatIsBoundBelongsToSomebodyElse() {
        String bound = "{'destination': '/data', 'type': 'bind', 'source': '/srv', 'options': ['ro']}, "
                + "{'destination': '/data/sub', 'type': 'tmpfs'}, ";
        assertThat(compile(SEALED, bound + MOUNTS, "", MASKS, "/bin"))
                .anyMatch(step -> step.startsWith("mount tmpfs → /data/sub"));
    }

    @Test
    void aMaskOfWhatCannotBeThereIsLeftOut() {
        assertThat(compile(SEALED, MOUNTS, "", MASKS, "/bin"))
                .anyMatch(step -> step.startsWith("mask /proc/kcore"))
                .noneMatch(step -> step.contains("/sys/firmware"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/none/../proc/kcore", "//proc/kcore", "/./proc/kcore"})
    void aMaskIsNotLeftOutForTheWayItsPathIsWritten(String path) {
        assertThat(compile(SEALED, MOUNTS, "", "'" + path + "'", "/bin")).contains("mask " + path);
    }

    @Test
    void aMaskBelowALinkOrAMountStays() {
        String sys = ", {'destination': '/sys', 'type': 'sysfs', 'options': ['ro']}";
        assertThat(compile(SEALED, MOUNTS + sys, "", MASKS, "/bin")).contains("mask /sys/firmware");
        assertThat(compile(SEALED, MOUNTS, "", MASKS, "/sys")).contains("mask /sys/firmware");
    }
}
