package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.spec.Mount;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tmpcopyup}: a new tmpfs begins with what it covers, and the covered directory stays as it was. */
@NeedsRoot
class CopyUpTest {
    @TempDir
    Path files;

    /** The directory bound at /mnt, and covered there. */
    private ContainerSpecBuilder covered(String verbs, String... options) {
        List<String> all = new java.util.ArrayList<>(List.of("tmpcopyup"));
        all.addAll(List.of(options));
        return Inside.sandbox(verbs)
                .bind(files.toString(), "/mnt", true)
                .mount(Mount.of("tmpfs", "/mnt", all.toArray(String[]::new)));
    }

    private Path file(String name, String content, String mode) throws IOException {
        Path file = Files.writeString(files.resolve(name), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    @Test
    void filesComeWithModeOwnerTimeAndAttributes() throws Exception {
        Path file = file("file", "hello", "rw-r-----");
        Files.setAttribute(file, "unix:uid", 12);
        Files.setAttribute(file, "unix:gid", 13);
        Files.setAttribute(file, "unix:mode", 0104640);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_234_567_890_123L));
        MountsTest.host("setfattr", "-n", "user.colour", "-v", "blue", file.toString());

        List<String> lines = Inside.see(
                        covered(
                                "cat /mnt/file -- env NONE -- stat /mnt/file -- mtime /mnt/file -- xattr /mnt/file user.colour"))
                .lines();

        assertThat(lines.get(0)).isEqualTo("helloENOENT");
        assertThat(lines.get(1)).startsWith("regular 4640 12 13 5 ");
        assertThat(lines.get(2)).isEqualTo("1234567890.123000000");
        assertThat(lines.get(3)).isEqualTo("blue");
    }

    @Test
    void everyKindOfFileComes() throws Exception {
        Files.createDirectories(files.resolve("a/b/c"));
        Files.writeString(files.resolve("a/b/c/deep"), "down here");
        Files.setPosixFilePermissions(files.resolve("a/b"), PosixFilePermissions.fromString("r-xr-x---"));
        Files.setLastModifiedTime(files.resolve("a"), FileTime.fromMillis(1_000_000_000_000L));
        Files.createSymbolicLink(files.resolve("link"), Path.of("../not/there"));
        MountsTest.host("mkfifo", files.resolve("fifo").toString());
        MountsTest.host("mknod", files.resolve("null").toString(), "c", "1", "3");
        MountsTest.host("chown", "-h", "5:6", files.resolve("link").toString());

        List<String> lines = Inside.see(covered("cat /mnt/a/b/c/deep -- env NONE -- stat /mnt/a/b -- mtime /mnt/a"
                        + " -- readlink /mnt/link -- stat /mnt/link -- stat /mnt/fifo -- stat /mnt/null"))
                .lines();

        assertThat(lines.get(0)).isEqualTo("down hereENOENT");
        assertThat(lines.get(1)).startsWith("dir 0550 ");
        assertThat(lines.get(2)).isEqualTo("1000000000.000000000");
        assertThat(lines.get(3)).isEqualTo("../not/there");
        assertThat(lines.get(4)).startsWith("link 0777 5 6 ");
        assertThat(lines.get(5)).startsWith("fifo ");
        assertThat(lines.get(6)).startsWith("chr ").contains(" 1:3 ");
    }

    @Test
    void theCopyIsWrittenAndTheOriginalIsNot() throws IOException {
        file("file", "before", "rw-r--r--");

        List<String> lines = Inside.see(covered("write /mnt/file after -- touch /mnt/new -- cat /mnt/file"))
                .lines();

        assertThat(lines).containsExactly("ok", "ok", "after");
        assertThat(files.resolve("file")).hasContent("before");
        assertThat(files.resolve("new")).doesNotExist();
    }

    @Test
    void theRootHasTheCoveredDirectorysModeUnlessOptionsSayOtherwise() throws IOException {
        Files.setAttribute(files, "unix:uid", 21);
        Files.setPosixFilePermissions(files, PosixFilePermissions.fromString("rwxr-x--x"));

        assertThat(Inside.see(covered("stat /mnt")).line()).startsWith("dir 0751 21 0 ");
        assertThat(Inside.see(covered("stat /mnt", "mode=700", "uid=3")).line()).startsWith("dir 0700 3 0 ");
    }

    @Test
    void aReadOnlyCopyIsSealedWhenItIsComplete() throws IOException {
        file("file", "text", "rw-r--r--");

        List<String> lines = Inside.see(covered("touch /mnt/x -- cat /mnt/file", "ro", "nosuid"))
                .lines();

        assertThat(lines).containsExactly("EROFS", "text");
    }

    @Test
    void manyEntriesAndDirectoriesAmongThemAllCome() throws IOException {
        for (int i = 0; i < 1500; i++) {
            Path entry = files.resolve("an-entry-with-a-rather-long-name-" + i);
            if (i % 100 == 7) {
                Files.createDirectory(entry);
                Files.writeString(entry.resolve("below"), "x");
            } else {
                Files.createFile(entry);
            }
        }

        List<String> lines = Inside.see(covered("ls /mnt -- ls /mnt/an-entry-with-a-rather-long-name-1407"))
                .lines();

        assertThat(lines).hasSize(1501).doesNotHaveDuplicates().endsWith("below");
    }

    @Test
    void holesAreNotFilled() throws IOException {
        try (RandomAccessFile sparse =
                new RandomAccessFile(files.resolve("sparse").toFile(), "rw")) {
            sparse.setLength(8L << 30);
            sparse.seek(1L << 30);
            sparse.write("in the middle".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }

        List<String> lines = Inside.see(covered("stat /mnt/sparse", "size=1m")).lines();

        assertThat(lines.get(0)).startsWith("regular 0644 0 0 " + (8L << 30) + " ");
    }

    @Test
    void whatDoesNotFitIsAnErrorThatSaysSo() throws IOException {
        Files.write(files.resolve("big"), new byte[3 << 20]);

        assertThatThrownBy(() -> Inside.see(covered("pid", "size=1m")))
                .isInstanceOf(SpawnFailedException.class)
                .hasMessageContaining("copy {what mounts[")
                .hasMessageContaining("ENOSPC")
                .hasMessageContaining("does not fit into the size of the tmpfs");
    }

    @Test
    void aTreeTooDeepIsAnErrorThatSaysSo() throws IOException {
        Path deepest = Files.createDirectories(files.resolve("d/".repeat(64)));

        assertThatThrownBy(() -> Inside.see(covered("pid")))
                .hasMessageContaining("E2BIG")
                .hasMessageContaining("deeper than 64");
        Files.delete(deepest);
        assertThat(Inside.see(covered("pid")).line()).isEqualTo("1");
    }

    @Test
    void aMissingTargetIsMadeAndEmpty() {
        assertThat(Inside.see(Inside.sandbox("ls /tmp/new -- touch /tmp/new/x")
                                .mount(Mount.of("tmpfs", "/tmp/new", "tmpcopyup", "mode=755")))
                        .line())
                .isEqualTo("ok");
    }

    @Test
    void itIsForTmpfsOnly() {
        assertThatThrownBy(() -> Inside.see(Inside.sandbox("pid").mount(Mount.bind("/srv", "/srv", "tmpcopyup"))))
                .isInstanceOf(InvalidSpecException.class)
                .hasMessageContaining("tmpcopyup is for mounts of type tmpfs only");
    }
}
