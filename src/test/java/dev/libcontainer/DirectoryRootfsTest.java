package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.libcontainer.Inside.Seen;
import dev.libcontainer.spec.Mount;
import dev.libcontainer.spec.NamespaceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.EnumSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory of the host as root; also one that was made to lead mounts astray. */
@NeedsRoot
class DirectoryRootfsTest {
    @TempDir
    Path files;

    private Path root;
    private Path outside;

    @BeforeEach
    void makeRoot() throws IOException {
        root = Roots.make(files.resolve("root"));
        outside = Files.createDirectory(files.resolve("outside"));
    }

    private ContainerSpecBuilder container(String verbs) {
        return Roots.container(root, verbs);
    }

    @Test
    void itIsTheRoot() {
        Seen seen = Inside.see(container("ls / -- cwd -- stat /usr"));

        assertThat(seen.lines()).containsExactly("dev", "inside", "proc", "sys", "tmp", "/", "ENOENT");
    }

    @Test
    void whatIsWrittenIsThereAfterwards() throws IOException {
        Seen seen = Inside.see(container("write /file hello -- mkdir /directory"));

        assertThat(seen.lines()).containsExactly("ok", "ok");
        assertThat(root.resolve("file")).hasContent("hello");
        assertThat(root.resolve("directory")).isDirectory();
    }

    @Test
    @Tag("vm")
    void anOverlayCanBeTheRoot() throws Exception {
        Path upper = Files.createDirectory(files.resolve("upper"));
        Path merged = Files.createDirectory(files.resolve("merged"));
        String options =
                "lowerdir=" + root + ",upperdir=" + upper + ",workdir=" + Files.createDirectory(files.resolve("work"));
        Files.writeString(root.resolve("old"), "old");
        MountsTest.host("mount", "-t", "overlay", "-o", options, "overlay", merged.toString());
        try {
            Seen seen = Inside.see(container("cat /old -- write /new new -- write /old changed -- unlink /inside")
                    .rootfs(Rootfs.directory(merged)));

            assertThat(seen.output()).isEqualTo("oldok\nok\nok\n");
            assertThat(upper.resolve("new")).hasContent("new");
            assertThat(upper.resolve("old")).hasContent("changed");
            assertThat(root.resolve("old")).hasContent("old");
            assertThat(root.resolve("inside")).exists();
        } finally {
            MountsTest.host("umount", merged.toString());
        }
    }

    @Test
    void readOnlyItCannotBeWritten() throws IOException {
        Seen seen = Inside.see(container("write /file hello -- mkdir /directory -- touch /tmp/file")
                .rootfs(Rootfs.directory(root).readOnly()));

        assertThat(seen.lines()).containsExactly("EROFS", "EROFS", "ok");
        assertThat(root.resolve("file")).doesNotExist();
    }

    @Test
    void missingMountPointsAreMade() throws IOException {
        Files.writeString(outside.resolve("file"), "hello");
        ContainerSpecBuilder builder = container("cat /a/b/file -- ls /c/d/e -- stat /a/b/file")
                .bind(outside.resolve("file").toString(), "/a/b/file", true)
                .bind(outside.toString(), "/c/d/e", true)
                .rootfs(Rootfs.directory(root).readOnly());

        assertThat(Inside.see(builder).output()).startsWith("hellofile\nregular ");
        assertThat(Roots.below(root)).contains("a/b/file", "c/d/e", "proc", "dev", "sys", "tmp");
    }

    @Test
    void aSymbolicLinkInTheRootDoesNotLeadOut() throws IOException {
        Files.createSymbolicLink(root.resolve("absolute"), outside);
        Files.createSymbolicLink(root.resolve("upwards"), Path.of("../../../../../.." + outside));
        Files.createDirectories(root.resolve(outside.toString().substring(1)));
        ContainerSpecBuilder builder = container("touch /absolute/x/1 -- touch /upwards/y/2 -- touch /absolute/3")
                .withoutSystemMounts()
                .mount(Mount.of("tmpfs", "/absolute/x"))
                .mount(Mount.of("tmpfs", "/upwards/y"));

        assertThat(Inside.see(builder).lines()).containsExactly("ok", "ok", "ok");
        assertThat(Roots.below(outside)).isEmpty();
        assertThat(Roots.below(root.resolve(outside.toString().substring(1)))).containsExactly("3", "x", "y");
    }

    @Test
    void aMountPointThatIsALinkToTheHostIsNotFollowed() throws IOException {
        Files.createSymbolicLink(root.resolve("link"), outside);

        Throwable thrown = catchThrowable(() -> Inside.see(container("exit 0").mount(Mount.of("tmpfs", "/link"))));

        assertThat(thrown).isInstanceOf(SpawnFailedException.class);
        assertThat(((ContainerException) thrown).errno())
                .hasValueSatisfying(e -> assertThat(e).startsWith("ENOENT"));
        assertThat(((ContainerException) thrown).hint()).isPresent();
        assertThat(Roots.below(outside)).isEmpty();
    }

    @Test
    void aLinkForDevStaysInside() throws IOException {
        Files.createSymbolicLink(root.resolve("dev"), Path.of("/../../../../../../../../other"));
        Files.createDirectory(root.resolve("other"));

        Seen seen = Inside.see(container("pid -- stat /dev/null"));

        assertThat(seen.lines().get(0)).isEqualTo("1");
        assertThat(seen.lines().get(1)).startsWith("chr 0666 ");
        assertThat(Roots.below(root.resolve("other"))).isEmpty();
    }

    @Test
    void aLinkForProcIsRefused() throws IOException {
        Files.createSymbolicLink(root.resolve("proc"), Path.of("/real"));
        Files.createDirectory(root.resolve("real"));

        Throwable thrown = catchThrowable(() -> Inside.see(container("pid")));

        assertThat(thrown).isInstanceOf(SpawnFailedException.class).hasMessageContaining("ordinary directory");
        assertThat(((ContainerException) thrown).errno())
                .hasValueSatisfying(e -> assertThat(e).startsWith("ELOOP"));
    }

    @Test
    void linksInsideTheContainerLeadNowhereElse() throws IOException {
        Files.writeString(outside.resolve("secret"), "secret");
        Files.createSymbolicLink(root.resolve("a"), outside.resolve("secret"));
        Files.createSymbolicLink(root.resolve("b"), Path.of("/proc/1/root" + outside + "/secret"));

        assertThat(Inside.see(container("cat /a -- cat /b -- cat /proc/self/root/../" + outside + "/secret"))
                        .lines())
                .containsExactly("ENOENT", "ENOENT", "ENOENT");
    }

    @Test
    void aRootWithoutAMountNamespaceIsEnteredByChroot() throws IOException {
        ContainerSpecBuilder builder = container("ls / -- cwd -- touch /made")
                .namespaces(EnumSet.of(NamespaceType.PID))
                .withoutSystemMounts();

        assertThat(Inside.see(builder).lines()).containsExactly("inside", "/", "ok");
        assertThat(root.resolve("made")).exists();
    }

    @Test
    void masksAndReadOnlyPathsMayNameAnything() throws IOException {
        Files.createDirectories(root.resolve("etc/private"));
        Files.writeString(root.resolve("etc/private/key"), "secret");
        Files.writeString(root.resolve("etc/secret"), "secret");
        Files.createDirectories(root.resolve("data/below"));
        Files.writeString(root.resolve("file"), "text");
        ContainerSpec spec = Amended.of(
                        container(
                                "ls /etc/private -- cat /etc/secret -- touch /data/below/x"
                                        + " -- write /file x -- cat /file -- touch /etc/private/x -- write /etc/secret x -- touch /free"))
                .with("linux.maskedPaths", "['/etc/private', '/etc/secret', '/not/there', '/file/not/there']")
                .with("linux.readonlyPaths", "['/data', '/file', '/not/there']")
                .build();

        Seen seen = Inside.see(spec);

        assertThat(seen.output()).isEqualTo("EROFS\nEROFS\ntextEROFS\nok\nok\n");
        assertThat(root.resolve("etc/secret")).hasContent("secret");
        assertThat(root.resolve("free")).exists();
    }

    @Test
    void aMaskThatIsALinkHidesWhatIsInside() throws IOException {
        Files.writeString(outside.resolve("file"), "outside");
        Files.createDirectories(root.resolve(outside.toString().substring(1)));
        Files.writeString(root.resolve(outside.toString().substring(1)).resolve("file"), "inside");
        Files.createSymbolicLink(root.resolve("link"), outside.resolve("file"));
        ContainerSpec spec = Amended.of(container("cat " + outside + "/file")
                        .withoutSystemMounts()
                        .mount(Mount.of("tmpfs", "/dev")))
                .with("linux.maskedPaths", "['/link']")
                .build();

        assertThat(Inside.see(spec).output()).isEmpty();
        assertThat(outside.resolve("file")).hasContent("outside");
    }

    @Test
    void aFileIsMaskedAlsoInARootWithoutDevices() throws IOException {
        Files.writeString(root.resolve("secret"), "secret");
        ContainerSpec spec = Amended.of(container("cat /secret").withoutSystemMounts())
                .with("linux.maskedPaths", "['/secret']")
                .build();

        assertThat(Inside.see(spec).output()).isEmpty();
    }

    @Test
    void theHostSeesNoneOfTheMounts() {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(container("sleep 100000").build());
                Container container = blueprint.spawn(Stdio.nothing())) {
            assertThat(Holdings.lines(Path.of("/proc/self/mountinfo")))
                    .noneMatch(line -> line.contains(root.toString()));
            assertThat(container.isAlive()).isTrue();
            assertThat(Files.exists(root.resolve("proc/1"), LinkOption.NOFOLLOW_LINKS))
                    .isFalse();
        }
    }
}
