package dev.libcontainer.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.spec.IntelRdt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On files that look like the kernel's, which few machines have. */
class ResctrlTest {
    @TempDir
    Path root;

    @BeforeEach
    void aFileSystem() throws IOException {
        Files.writeString(root.resolve("schemata"), "    MB:0=100;1=100\n    L3:0=fffff;1=fffff\n");
        Files.createDirectory(root.resolve("mon_groups"));
    }

    private static IntelRdt rdt(String closId, String l3, String mb, boolean monitored, String... schemata) {
        return new IntelRdt(optional(closId), List.of(schemata), optional(l3), optional(mb), monitored);
    }

    private static Optional<String> optional(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    private void existing(String name, String schemata) throws IOException {
        Files.createDirectory(root.resolve(name));
        Files.createDirectory(root.resolve(name).resolve("mon_groups"));
        Files.writeString(root.resolve(name).resolve("schemata"), schemata);
    }

    @Test
    void linesStandInTheOrderOfTheMembersAndBandwidthOnce() {
        assertThat(Resctrl.lines(rdt("c", "L3:0=f;1=f\nMB:0=10", "MB:0=20", false, "L2:0=3")))
                .containsExactly("L3:0=f;1=f", "MB:0=20", "L2:0=3");
        assertThat(Resctrl.lines(rdt("c", "L3:0=f\nMB:0=10", "", false))).containsExactly("L3:0=f", "MB:0=10");
        assertThat(Resctrl.lines(rdt("c", "", "", false))).isEmpty();
        assertThatThrownBy(() -> Resctrl.lines(rdt("c", "", "L3:0=f", false)))
                .hasMessage("linux.intelRdt.memBwSchema: must be one line that begins with MB:");
        assertThatThrownBy(() -> Resctrl.lines(rdt("c", "", "", false, "L3:0=1", "a\nb")))
                .hasMessageContaining("linux.intelRdt.schemata[1]");
    }

    @Test
    void withoutAClassTheContainersIdNamesOneOfItsOwn() throws IOException {
        Resctrl.Group group = Resctrl.at(root).open(rdt("", "", "", false), "web-1");

        assertThat(group).isEqualTo(new Resctrl.Group(root.resolve("web-1"), Optional.empty(), true));
        assertThat(root.resolve("web-1")).isDirectory();
        group.remove();
        assertThat(root.resolve("web-1")).doesNotExist();
    }

    @Test
    void anExistingClassWithTheseLimitsIsTaken() throws IOException {
        existing("gold", "    L3:0=000f0;1=00ff0\n    MB:0= 20;1=100\n");

        Resctrl.Group group = Resctrl.at(root).open(rdt("gold", "L3:0=F0", "MB:0=20;1=100", false), "web-1");

        assertThat(group.made()).isFalse();
        group.remove();
        assertThat(root.resolve("gold")).as("others' classes stay").isDirectory();
    }

    @Test
    void anExistingClassWithOtherLimitsIsRefused() throws IOException {
        existing("gold", "L3:0=000f0;1=00ff0\n");

        assertThatThrownBy(() -> Resctrl.at(root).open(rdt("gold", "L3:0=f0;1=f0", "", false), "web-1"))
                .isInstanceOf(CgroupException.class)
                .hasMessageContaining("linux.intelRdt.closID: class " + root.resolve("gold"))
                .hasMessageContaining("it has not L3:1=f0");
    }

    @Test
    void aClassThatIsOnlyNamedMustExist() throws IOException {
        existing("gold", "L3:0=f\n");

        assertThat(Resctrl.at(root).open(rdt("gold", "", "", false), "web-1").directory())
                .isEqualTo(root.resolve("gold"));
        assertThatThrownBy(() -> Resctrl.at(root).open(rdt("silver", "", "", false), "web-1"))
                .hasMessageContaining("class silver does not exist");
        assertThat(root.resolve("silver")).doesNotExist();
    }

    @Test
    void theSlashIsTheDefaultClass() throws IOException {
        Resctrl.Group group = Resctrl.at(root).open(rdt("/", "", "", true), "web-1");

        assertThat(group.directory()).isEqualTo(root);
        assertThat(group.monitoring()).contains(root.resolve("mon_groups/web-1"));
        assertThat(root.resolve("mon_groups/web-1")).isDirectory();
        group.remove();
        assertThat(root.resolve("mon_groups/web-1")).doesNotExist();
        assertThat(root).isDirectory();
    }

    /** A new directory of a plain file system has no schemata, as if the kernel refused the write. */
    @Test
    void limitsThatTheKernelRefusesLeaveNothingBehind() throws IOException {
        Files.createDirectory(root.resolve("info"));
        Files.writeString(root.resolve("info/last_cmd_status"), "Unknown schema name 'L9'\n");

        assertThatThrownBy(() -> Resctrl.at(root).open(rdt("new", "", "", false, "L9:0=1"), "web-1"))
                .isInstanceOf(CgroupException.class)
                .hasMessageContaining("linux.intelRdt.schemata: the kernel refuses [L9:0=1]")
                .hasMessageContaining("Unknown schema name 'L9'");
        assertThat(root.resolve("new")).doesNotExist();
    }

    @Test
    void aMonitoringGroupThatCannotBeMadeLeavesNothingBehind() {
        assertThatThrownBy(() -> Resctrl.at(root).open(rdt("", "", "", true), "web-1")) // no mon_groups in a plain one
                .hasMessageContaining("linux.intelRdt.enableMonitoring");
        assertThat(root.resolve("web-1")).doesNotExist();
    }

    @Test
    void aHostWithoutResctrlIsNamed() {
        assertThatThrownBy(() -> Resctrl.at(root.resolve("nowhere")))
                .isInstanceOf(CgroupException.class)
                .hasMessageContaining("linux.intelRdt: needs the resctrl file system, which is not mounted at");
    }

    @Test
    void theLimitsOfAClassCanBeChanged() throws IOException {
        existing("web-1", "L3:0=f\n");
        Resctrl resctrl = Resctrl.at(root);
        Path directory = resctrl.directory(rdt("", "", "", false), "web-1");

        resctrl.update(directory, rdt("", "L3:0=3", "MB:0=20", false));

        assertThat(directory).isEqualTo(root.resolve("web-1"));
        assertThat(Files.readString(directory.resolve("schemata"))).startsWith("L3:0=3\nMB:0=20\n");
        assertThat(resctrl.directory(rdt("gold", "", "", false), "web-1")).isEqualTo(root.resolve("gold"));
        assertThatThrownBy(() -> resctrl.update(root.resolve("silver"), rdt("", "L3:0=3", "", false)))
                .hasMessageContaining("linux.intelRdt.closID: class " + root.resolve("silver") + " does not exist");
    }

    /** What they fork meanwhile is in the old class, until its turn has come. */
    @Test
    void runningProcessesMoveThreadByThreadUntilNoneIsNew() throws IOException {
        Resctrl.Group group = Resctrl.at(root).open(rdt("", "", "", false), "web-1");
        Path tasks = Files.createFile(group.directory().resolve("tasks"));
        Path proc = root.resolve("proc");
        for (String thread : List.of("7/task/7", "7/task/8", "9/task/9")) {
            Files.createDirectories(proc.resolve(thread));
        }
        int[] asked = {0};

        Resctrl.at(root).move(group, () -> asked[0]++ == 0 ? List.of(7) : List.of(7, 9, 10), proc);

        assertThat(Files.readAllLines(tasks)).containsExactlyInAnyOrder("7", "8", "9");
        assertThat(asked[0]).isEqualTo(3);
    }

    @Test
    void aThreadThatCannotMoveIsAnError() throws IOException {
        Resctrl.Group group = Resctrl.at(root).open(rdt("", "", "", false), "web-1");
        Path proc = root.resolve("proc");
        Files.createDirectories(proc.resolve("7/task/7"));

        assertThatThrownBy(() -> Resctrl.at(root).move(group, () -> List.of(7), proc))
                .isInstanceOf(CgroupException.class)
                .hasMessageContaining("thread 7 cannot be moved to " + group.directory());
    }
}
