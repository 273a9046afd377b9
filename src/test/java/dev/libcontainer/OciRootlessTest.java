package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.cli.Jrunc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** jrunc called by a user who may make no cgroups. */
@NeedsRoot
class OciRootlessTest {
    private static final int NOBODY = 65534;

    @TempDir
    static Path shared;

    private static OtherUser nobody;

    private OciBundle bundle;

    @BeforeAll
    static void copyWhatTheOtherUserNeeds() throws Exception {
        nobody = new OtherUser(shared, NOBODY);
    }

    @BeforeEach
    void open() throws IOException {
        bundle = new OciBundle();
        bundle.linux("'uidMappings':[{'containerID':0,'hostID':65534,'size':1}],"
                + "'gidMappings':[{'containerID':0,'hostID':65534,'size':1}]");
    }

    @AfterEach
    void close() throws IOException {
        bundle.close();
    }

    private void runs(String verbs) throws IOException {
        bundle.runs(verbs);
        Path config = bundle.directory.resolve("config.json");
        String json = Files.readString(config)
                .replace("{\"type\":\"pid\"}", "{\"type\":\"pid\"},{\"type\":\"user\"}")
                .replace(
                        "{\"destination\":\"/out\"",
                        "{\"destination\":\"/tmp\",\"type\":\"tmpfs\",\"source\":\"tmpfs\"},{\"destination\":\"/out\"");
        Files.writeString(config, json);
        try (Stream<Path> files = Files.walk(bundle.directory)) {
            for (Path file : files.toList()) {
                Files.setAttribute(file, "unix:uid", NOBODY);
            }
        }
        Files.setPosixFilePermissions(bundle.directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private OtherJvm.Ended jrunc(String... words) throws Exception {
        List<String> all = new ArrayList<>(
                List.of("--root", bundle.directory.resolve("state").toString()));
        all.addAll(List.of(words));
        all.addAll(List.of("run", "--bundle", bundle.directory.toString(), "one"));
        return nobody.run(Jrunc.class, all.toArray(String[]::new));
    }

    @Test
    void withoutLimitsAContainerStaysInTheCallersCgroups() throws Exception {
        runs("ids -- touch /out/made -- exit 7");
        for (String[] options : new String[][] {{}, {"--rootless", "auto"}, {"--rootless=true"}}) {
            OtherJvm.Ended ran = jrunc(options);

            assertThat(ran.code()).as(ran.errors()).isEqualTo(7);
            assertThat(ran.output()).contains("uid 0 0 0 0");
            assertThat(ran.errors()).contains("stays in the caller's cgroups");
        }
        assertThat(bundle.out.resolve("made")).exists();
        assertThat(bundle.runtime.list()).isEmpty();
    }

    @Test
    void whoSaysThatTheyAreNotRootlessIsRefused() throws Exception {
        runs("exit 7");

        OtherJvm.Ended ran = jrunc("--rootless=false");

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.errors()).contains("linux.cgroupsPath").contains("EACCES");
    }

    @Test
    void theSystemdDriverIsRefusedToAUserWithoutAManager() throws Exception {
        runs("exit 7");

        OtherJvm.Ended ran = jrunc("--cgroup-manager", "systemd");

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.errors()).contains("a user's own systemd", "--cgroup-manager cgroupfs");
    }

    @Test
    void aLimitThatCannotBeSetIsAnError() throws Exception {
        bundle.linux("'uidMappings':[{'containerID':0,'hostID':65534,'size':1}],"
                + "'gidMappings':[{'containerID':0,'hostID':65534,'size':1}],'resources':{'pids':{'limit':5}}");
        runs("exit 7");

        OtherJvm.Ended ran = jrunc("--rootless=true");

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.errors()).contains("EACCES");
    }
}
