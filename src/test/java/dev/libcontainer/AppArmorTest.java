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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A profile that AppArmor has loaded confines a container's processes. */
@NeedsRoot
@Tag("vm")
class AppArmorTest {
    private static final String NAME = "libcontainer-test";
    /** Everything is allowed but files called secret, and to become another user. */
    private static final String PROFILE = "profile " + NAME + " flags=(attach_disconnected) {\n"
            + "  file,\n  mount,\n  umount,\n  pivot_root,\n  network,\n  signal,\n  ptrace,\n  unix,\n  capability,\n"
            + "  deny /**/secret rwklx,\n  deny capability setuid,\n}\n";

    private static final String VERBS = "cat /data/secret -- cat /data/other -- cat /proc/self/attr/current";

    @TempDir
    Path files;

    @BeforeAll
    static void loadTheProfile() throws Exception {
        assumeTrue(
                Holdings.text(Path.of("/sys/module/apparmor/parameters/enabled"))
                        .startsWith("Y"),
                "needs a host with AppArmor");
        parser("-r", PROFILE);
    }

    @AfterAll
    static void unloadTheProfile() throws Exception {
        if (Holdings.text(Path.of("/sys/kernel/security/apparmor/profiles")).contains(NAME + " ")) {
            parser("-R", PROFILE);
        }
    }

    private static void parser(String action, String profile) throws IOException, InterruptedException {
        Path file = Files.createTempFile("profile", "");
        try {
            Files.writeString(file, profile);
            OtherJvm.Ended ended = OtherJvm.run(List.of("apparmor_parser", "-K", "-Q", file.toString()), "");
            assertThat(ended.code()).as(ended.errors()).isZero();
            ended = OtherJvm.run(List.of("apparmor_parser", "-K", action, file.toString()), "");
            assertThat(ended.code()).as(ended.errors()).isZero();
        } finally {
            Files.delete(file);
        }
    }

    @BeforeEach
    void twoFiles() throws IOException {
        Files.writeString(files.resolve("secret"), "secret\n");
        Files.writeString(files.resolve("other"), "other\n");
    }

    private Amended sandbox(String verbs) {
        return Amended.of(Inside.sandbox(verbs).bind(files.toString(), "/data", false));
    }

    private static Amended confined(Amended spec, String profile) {
        return spec.with("process.apparmorProfile", "'" + profile + "'");
    }

    private OciBundle bundle() throws IOException {
        OciBundle bundle = new OciBundle();
        bundle.mount("{'destination':'/data','source':'" + files + "','options':['bind']}");
        return bundle;
    }

    @Test
    void theProfileDeniesWhatItDenies() {
        assertThat(Inside.see(sandbox(VERBS).build()).lines()).containsExactly("secret", "other", "unconfined");

        assertThat(Inside.see(confined(sandbox(VERBS), NAME).build()).lines())
                .containsExactly("EACCES", "other", NAME + " (enforce)");
    }

    @Test
    void everySpawnOfABlueprintIsConfined() {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(confined(sandbox(VERBS), NAME).build())) {
            for (int i = 0; i < 3; i++) {
                assertThat(Inside.see(blueprint, VERBS).lines()).startsWith("EACCES", "other");
            }
        }
    }

    @Test
    void aContainerWithoutNewPrivilegesIsConfinedToo() {
        Amended spec = confined(sandbox(VERBS), NAME).with("process.noNewPrivileges", "true");

        assertThat(Inside.see(spec.build()).lines()).startsWith("EACCES", "other");
    }

    @Test
    void anUnknownProfileIsNamed() {
        ContainerSpec spec = confined(sandbox("exit 0"), "libcontainer-nowhere").build();

        assertThatExceptionOfType(SpawnFailedException.class)
                .isThrownBy(() -> Inside.see(spec))
                .satisfies(e -> assertThat(e.jsonPath()).hasValue("process.apparmorProfile"))
                .satisfies(e -> assertThat(e.errno().orElse("")).startsWith("ENOENT "))
                .satisfies(e -> assertThat(e.hint()).hasValue("the profile is not loaded"));
    }

    @Test
    void anOciContainerIsConfinedAndWhatIsExecutedInIt() throws IOException {
        try (OciBundle bundle = bundle()) {
            bundle.process("'apparmorProfile':'" + NAME + "'").runs(VERBS);
            assertThat(bundle.printed()).startsWith("EACCES", "other");

            OciRuntime runtime = bundle.runtime;
            runtime.create("one", bundle.runs("sleep 100000").options());
            runtime.start("one");
            assertThat(bundle.printed("one", VERBS, Optional.empty(), Optional.empty()))
                    .as("a container's profile is its execs' too")
                    .containsExactly("EACCES", "other", NAME + " (enforce)");
        }
    }

    @Test
    void anExecCanHaveAProfileOfItsOwn() throws IOException {
        try (OciBundle bundle = bundle()) {
            OciRuntime runtime = bundle.runtime;
            runtime.create("one", bundle.runs("sleep 100000").options());
            runtime.start("one");

            assertThat(bundle.printed("one", VERBS, Optional.empty(), Optional.empty()))
                    .startsWith("secret", "other");
            assertThat(bundle.printed("one", VERBS, Optional.of(NAME), Optional.empty()))
                    .startsWith("EACCES", "other");
            assertThatExceptionOfType(OciException.class)
                    .isThrownBy(
                            () -> bundle.printed("one", VERBS, Optional.of("libcontainer-nowhere"), Optional.empty()))
                    .withMessageContaining("process.apparmorProfile")
                    .withMessageContaining("ENOENT");
        }
    }
}
