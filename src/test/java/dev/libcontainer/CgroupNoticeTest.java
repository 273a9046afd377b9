package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.cgroup.CgroupNotice;
import dev.libcontainer.cgroup.CgroupNotice.What;
import dev.libcontainer.cgroup.CgroupVersion;
import dev.libcontainer.cgroup.ContainerCgroup;
import dev.libcontainer.kernel.Poller;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the files of a cgroup say once its container has ended. */
@NeedsRoot
@NeedsCgroups
@Tag("vm")
class CgroupNoticeTest {
    private final InCgroup host = new InCgroup();

    @AfterEach
    void close() {
        host.close();
    }

    private static List<What> read(CgroupNotice notice) {
        List<What> changes = new ArrayList<>();
        notice.read(EventLoop.buffer(), (what, value) -> changes.add(what));
        return changes;
    }

    private static List<What> look(CgroupNotice notice) {
        List<What> changes = new ArrayList<>();
        notice.look(EventLoop.buffer(), (what, value) -> changes.add(what));
        return changes;
    }

    private void needsLevels() {
        assumeTrue(
                host.mounts.version("memory").filter(CgroupVersion.V1::equals).isPresent(), "memory is in version 2");
    }

    /** The kernel wakes who waits for pressure when the cgroup goes, as if there was some. */
    @Test
    @Tag("cgroup-v1")
    void thatACgroupGoesIsNoPressure() {
        needsLevels();
        ContainerCgroup cgroup = host.make("");
        try (Poller poller = new Poller();
                CgroupNotice ended = CgroupNotice.level(cgroup, "critical");
                CgroupNotice living = CgroupNotice.level(cgroup, "critical")) {
            living.addTo(poller, 1);
            ended.keepLast(EventLoop.buffer());
            cgroup.remove();
            List<Long> told = new ArrayList<>();
            poller.await((int) Patience.seconds(10) * 1000, told::add); // soon after

            assertThat(told).containsExactly(1L);
            assertThat(read(living)).containsExactly(What.PRESSURE);
            assertThat(read(ended)).isEmpty();
            assertThat(look(ended)).isEmpty();
        }
    }

    @Test
    @Tag("cgroup-v1")
    void pressureBeforeTheEndIsToldAfterItAndOnce() throws IOException {
        needsLevels();
        ContainerCgroup cgroup = host.make("'memory':{'limit':8388608}");
        try (Poller poller = new Poller();
                CgroupNotice notice = CgroupNotice.level(cgroup, "low")) {
            notice.addTo(poller, 1);
            host.output(cgroup, Inside.HOST_PATH + " memhog 100");
            poller.await((int) Patience.seconds(10) * 1000, token -> {});
            notice.keepLast(EventLoop.buffer());
            cgroup.remove();

            assertThat(read(notice)).as("left to the end").isEmpty();
            assertThat(look(notice)).containsExactly(What.PRESSURE);
            assertThat(look(notice)).isEmpty();
        }
    }

    @Test
    void aTriggerOfACgroupThatGoesIsNoPressure() {
        assumeTrue(host.mounts.unified().isPresent(), "no version 2 hierarchy");
        assumeTrue(Files.exists(Path.of("/proc/pressure/cpu")), "no pressure stall information");
        ContainerCgroup cgroup = host.make("");
        try (CgroupNotice notice = CgroupNotice.pressure(cgroup, "cpu", "some 1999999 2000000")) {
            notice.keepLast(EventLoop.buffer());
            cgroup.remove();

            assertThat(read(notice)).isEmpty();
            assertThat(look(notice)).isEmpty();
        }
    }
}
