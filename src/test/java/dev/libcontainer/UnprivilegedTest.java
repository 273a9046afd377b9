package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.spec.Mount;
import dev.libcontainer.spec.NamespaceType;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Without privileges: what can be done is done, and what cannot is said. Runs in a JVM of another user. */
@NeedsRoot
class UnprivilegedTest {
    private static final int NOBODY = 65534;

    @TempDir
    static Path shared;

    private static OtherUser nobody;

    @BeforeAll
    static void copyWhatTheOtherUserNeeds() throws Exception {
        nobody = new OtherUser(shared, NOBODY);
    }

    private static List<String> attempt(String what) throws Exception {
        OtherJvm.Ended ended = nobody.run(TryingMain.class, what);
        assertThat(ended.code()).as(ended.errors()).isZero();
        return ended.output().lines().toList();
    }

    @Test
    void aPlainProcessCanBeStarted() throws Exception {
        assertThat(attempt("bare")).containsExactly("uid 65534 65534 65534 65534", "gid 65534 65534 65534 65534");
    }

    @ParameterizedTest
    @CsvSource({
        "sandbox,     SpawnFailedException, clone3",
        "new-network, SpawnFailedException, clone3",
        "other-user,  SpawnFailedException, setgroups"
    })
    void whatNeedsPrivilegesIsRefusedWithAHint(String what, String type, String call) throws Exception {
        List<String> lines = attempt(what);

        assertThat(lines.get(0)).isEqualTo(type);
        assertThat(lines.get(1)).contains("EPERM").contains(call);
        assertThat(lines.get(2)).as("hint").isNotEmpty();
    }

    @Test
    @Tag("vm")
    void aLimitNeedsADelegatedCgroup() throws Exception {
        List<String> lines = attempt("limits");

        assertThat(lines.get(0)).isEqualTo("UnsupportedByHostException");
        assertThat(lines.get(1)).contains("EACCES").contains("cgroup");
        assertThat(lines.get(2)).as("hint").isNotEmpty();
    }

    @ParameterizedTest
    @Tag("vm")
    @ValueSource(strings = {"user-namespace", "user-namespace-with-mounts"})
    void oneselfCanBeMappedIntoAUserNamespace(String what) throws Exception {
        List<String> lines = attempt(what);

        assertThat(lines).containsExactly("uid 0 0 0 0", "gid 0 0 0 0", "lo up", "EPERM"); // setgroups
    }

    @Test
    void othersCannotBeMapped() throws Exception {
        List<String> lines = attempt("map-others");

        assertThat(lines.get(0)).isEqualTo("SpawnFailedException");
        assertThat(lines.get(1)).contains("uid_map").contains("EPERM");
        assertThat(lines.get(2)).as("hint").contains("CAP_SETUID");
    }

    /** Runs as another user. Prints what a container prints, or the exception, its message and its hint. */
    static final class TryingMain {
        public static void main(String[] args) {
            LeakAudit.Running audit = LeakAudit.begin();
            try {
                System.out.print(Inside.see(spec(args[0])).output());
            } catch (ContainerException e) {
                System.out.println(e.getClass().getSimpleName());
                System.out.println(
                        String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
                System.out.println(e.hint().orElse(""));
            }
            audit.finish();
        }

        private static ContainerSpec spec(String what) {
            return switch (what) {
                case "bare" -> Inside.bare("ids").build();
                case "sandbox" -> Inside.sandbox("ids").build();
                case "new-network" ->
                    Inside.bare("ids")
                            .namespaces(EnumSet.of(NamespaceType.NETWORK))
                            .build();
                case "other-user" -> Inside.bare("ids").user(1000, 1000).build();
                case "limits" -> Inside.bare("ids").pidsLimit(5).build();
                case "user-namespace" ->
                    mapped(
                            Inside.bare("ids -- links -- syscall 116 0 0")
                                    .user(0, 0)
                                    .namespaces(EnumSet.of(NamespaceType.NETWORK)),
                            NOBODY);
                case "user-namespace-with-mounts" ->
                    mapped(
                            Inside.sandbox("ids -- links -- syscall 116 0 0")
                                    .withoutSystemMounts()
                                    .mount(Mount.of("proc", "/proc"))
                                    .mount(Mount.of("tmpfs", "/tmp")),
                            NOBODY);
                default -> mapped(Inside.bare("ids").user(0, 0), 0);
            };
        }

        private static ContainerSpec mapped(ContainerSpecBuilder builder, int id) {
            String mapping = "[{'containerID': 0, 'hostID': " + id + ", 'size': 1}]";
            return Amended.of(builder)
                    .plus("linux.namespaces", "{'type': 'user'}")
                    .with("linux.uidMappings", mapping)
                    .with("linux.gidMappings", mapping)
                    .build();
        }
    }
}
