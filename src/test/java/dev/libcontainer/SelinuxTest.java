package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.runtime.OciException;
import dev.libcontainer.runtime.OciRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Labels of processes and of file systems, where SELinux enforces the policy of {@code src/test/vm/policy}. */
@NeedsRoot
@Tag("selinux")
class SelinuxTest {
    private static final String BOX = "system_u:system_r:box_t:s0";
    private static final String SECRET = "system_u:object_r:secret_t:s0";
    private static final String VERBS = "cat /data/secret -- cat /data/other -- cat /proc/self/attr/current";

    @TempDir
    Path files;

    @BeforeAll
    static void needsThePolicy() {
        assumeTrue(
                Holdings.text(Path.of("/sys/fs/selinux/enforce")).equals("1")
                        && Holdings.text(Path.of("/proc/self/attr/current")).contains(":kernel_t:"),
                "needs a host that enforces the tests' SELinux policy");
    }

    @BeforeEach
    void twoFiles() throws Exception {
        Files.writeString(files.resolve("other"), "other\n");
        Files.writeString(files.resolve("secret"), "secret\n");
        relabel(files.resolve("secret"), SECRET);
    }

    private static void relabel(Path file, String label) throws Exception {
        OtherJvm.Ended ended = OtherJvm.run(List.of("chcon", label, file.toString()), "");
        assertThat(ended.code()).as(ended.errors()).isZero();
    }

    private Amended sandbox(String verbs) {
        return Amended.of(Inside.sandbox(verbs).bind(files.toString(), "/data", false));
    }

    private static Amended labelled(Amended spec, String label) {
        return spec.with("process.selinuxLabel", "'" + label + "'");
    }

    private OciBundle bundle() throws IOException {
        OciBundle bundle = new OciBundle();
        bundle.mount("{'destination':'/data','source':'" + files + "','options':['bind']}");
        return bundle;
    }

    /** A label as the kernel gives it back ends in NUL. */
    private static List<String> withoutNul(List<String> lines) {
        return lines.stream().map(line -> line.replace("\0", "")).toList();
    }

    private static List<String> see(Amended spec) {
        return withoutNul(Inside.see(spec.build()).lines());
    }

    // ---- processes ----

    @Test
    void thePolicyDeniesWhatTheLabelMayNot() {
        assertThat(see(sandbox(VERBS))).startsWith("secret", "other");

        assertThat(see(labelled(sandbox(VERBS), BOX))).containsExactly("EACCES", "other", BOX);
    }

    @Test
    void everySpawnOfABlueprintHasTheLabel() {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(labelled(sandbox(VERBS), BOX).build())) {
            for (int i = 0; i < 3; i++) {
                assertThat(withoutNul(Inside.see(blueprint, VERBS).lines())).containsExactly("EACCES", "other", BOX);
            }
        }
    }

    @Test
    void categoriesKeepContainersApart() throws Exception {
        relabel(files.resolve("other"), "system_u:object_r:file_t:s0:c1,c2");

        assertThat(see(labelled(sandbox("cat /data/other"), BOX + ":c1,c2"))).containsExactly("other");
        assertThat(see(labelled(sandbox("cat /data/other"), BOX + ":c1,c3"))).containsExactly("EACCES");
    }

    @Test
    void aLabelThatThePolicyDoesNotKnowIsRefused() {
        assertRefused("system_u:system_r:nosuch_t:s0", "EINVAL ");
        assertRefused("nonsense", "EINVAL ");
    }

    private void assertRefused(String label, String errno) {
        ContainerSpec spec = labelled(sandbox("exit 0"), label).build();
        assertThatExceptionOfType(SpawnFailedException.class)
                .isThrownBy(() -> Inside.see(spec))
                .satisfies(e -> assertThat(e.jsonPath()).hasValue("process.selinuxLabel"))
                .satisfies(e -> assertThat(e.errno().orElse("")).startsWith(errno))
                .satisfies(e -> assertThat(e.hint()).hasValue("the policy does not know this label or forbids it"));
    }

    @Test
    void aLabelThatThePolicyForbidsEndsTheExec() {
        ContainerSpec spec =
                labelled(sandbox("exit 0"), "system_u:system_r:forbidden_t:s0").build();

        assertThatExceptionOfType(SpawnFailedException.class)
                .isThrownBy(() -> Inside.see(spec))
                .satisfies(e -> assertThat(e.errno().orElse("")).startsWith("EACCES "))
                .satisfies(e -> assertThat(e.syscall()).contains("execve"));
    }

    @Test
    void anOciContainerHasTheLabelAndWhatIsExecutedInIt() throws IOException {
        try (OciBundle bundle = bundle()) {
            bundle.process("'selinuxLabel':'" + BOX + "'").runs(VERBS);
            assertThat(withoutNul(bundle.printed())).containsExactly("EACCES", "other", BOX);

            OciRuntime runtime = bundle.runtime;
            runtime.create("one", bundle.runs("sleep 100000").options());
            runtime.start("one");
            assertThat(withoutNul(bundle.printed("one", VERBS, Optional.empty(), Optional.empty())))
                    .as("a container's label is its execs' too")
                    .containsExactly("EACCES", "other", BOX);
            assertThat(withoutNul(bundle.printed("one", VERBS, Optional.empty(), Optional.of(BOX + ":c7"))))
                    .containsExactly("EACCES", "other", BOX + ":c7");
            assertThatExceptionOfType(OciException.class)
                    .isThrownBy(() -> bundle.printed("one", VERBS, Optional.empty(), Optional.of("nonsense")))
                    .withMessageContaining("process.selinuxLabel")
                    .withMessageContaining("EINVAL");
        }
    }

    // ---- file systems ----

    @Test
    void theFilesOfNewFileSystemsHaveTheMountLabel() {
        Amended plain = labelled(sandbox("write /tmp/file x -- cat /tmp/file"), BOX);
        assertThat(see(plain)).containsExactly("ok", "x");

        Amended secret = labelled(sandbox("write /tmp/file x -- xattr /tmp security.selinux"), BOX)
                .with("linux.mountLabel", "'" + SECRET + "'");
        assertThat(see(secret)).containsExactly("EACCES", SECRET);
    }

    @Test
    void theMessageQueuesOfALabelledContainerHaveItToo() {
        Amended spec = sandbox("xattr /dev/mqueue security.selinux").with("linux.mountLabel", "'" + SECRET + "'");

        assertThat(see(spec)).containsExactly(SECRET);
    }

    @Test
    void aMountLabelThatThePolicyDoesNotKnowIsRefused() {
        ContainerSpec spec = sandbox("exit 0")
                .with("linux.mountLabel", "'system_u:object_r:nosuch_t:s0'")
                .build();

        assertThatExceptionOfType(SpawnFailedException.class)
                .isThrownBy(() -> Inside.see(spec))
                .satisfies(e -> assertThat(e.errno().orElse("")).startsWith("EINVAL "))
                .satisfies(e -> assertThat(e.hint().orElse("")).contains("linux.mountLabel"));
    }
}
