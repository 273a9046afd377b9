package dev.libcontainer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.Inside.Seen;
import dev.libcontainer.spec.Mount;
import dev.libcontainer.spec.NamespaceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mount options have the effect that mount(8) describes. */
@NeedsRoot
@Tag("vm")
class MountsTest {
    @TempDir
    Path files;

    private static String options(Seen seen, String target) {
        return seen.lines().stream()
                .filter(line -> line.startsWith(target + " "))
                .map(line -> "," + line.split(" ")[2] + ",")
                .reduce((first, last) -> last)
                .orElse("not mounted");
    }

    private static Mount bind(String source, String target, String... options) {
        List<String> all = new java.util.ArrayList<>(List.of("bind"));
        all.addAll(List.of(options));
        return new Mount(target, Optional.of("bind"), Optional.of(source), all, List.of(), List.of());
    }

    @ParameterizedTest
    @CsvSource({
        "ro,ro",
        "rw,rw",
        "nosuid,nosuid",
        "nodev,nodev",
        "noexec,noexec",
        "noatime,noatime",
        "relatime,relatime",
        "nodiratime,nodiratime",
        "nosymfollow,nosymfollow",
        "sync,sync",
        "size=3m,size=3072k",
        "mode=711,mode=711",
        "nr_inodes=77,nr_inodes=77",
        "uid=5,uid=5"
    })
    void anOptionOfANewFileSystemIsVisible(String option, String visible) {
        Seen seen = Inside.see(Inside.sandbox("mounts").mount(Mount.of("tmpfs", "/mnt", option)));

        assertThat(options(seen, "/mnt")).contains("," + visible + ",");
    }

    @ParameterizedTest
    @CsvSource({"rw;ro,ro", "ro;rw,rw", "nosuid;suid,rw", "defaults,rw", "noatime;relatime,relatime"})
    void theLastOfSeveralOptionsWins(String options, String visible) {
        Seen seen = Inside.see(Inside.sandbox("mounts").mount(Mount.of("tmpfs", "/mnt", options.split(";"))));

        assertThat(options(seen, "/mnt")).contains("," + visible + ",").doesNotContain("nosuid", "noatime");
    }

    @ParameterizedTest
    @CsvSource({
        "ro,ro",
        "nosuid,nosuid",
        "nodev,nodev",
        "noexec,noexec",
        "noatime,noatime",
        "nodiratime,nodiratime",
        "nosymfollow,nosymfollow",
        "strictatime,rw"
    })
    void anOptionOfABindIsVisible(String option, String visible) {
        Seen seen = Inside.see(Inside.sandbox("mounts").mount(bind(files.toString(), "/mnt", option)));

        assertThat(options(seen, "/mnt")).contains("," + visible + ",");
        if (option.equals("strictatime")) {
            assertThat(options(seen, "/mnt")).doesNotContain("relatime");
        }
    }

    @Test
    void modeAndSizeOfATmpfsAreEffective() {
        Seen seen = Inside.see(Inside.sandbox("stat /mnt -- tmpfs-write /mnt/x 10")
                .mount(Mount.of("tmpfs", "/mnt", "mode=700", "uid=7", "size=2m")));

        assertThat(seen.lines().get(0)).startsWith("dir 0700 7 0 ");
        assertThat(seen.lines().get(1)).isEqualTo("2 ENOSPC");
    }

    @Test
    void aBindForReadingCannotBeWrittenAndOneForWritingCan() {
        Seen seen = Inside.see(Inside.sandbox("touch /ro/x -- touch /rw/y")
                .bind(files.toString(), "/ro", true)
                .bind(files.toString(), "/rw", false));

        assertThat(seen.lines()).containsExactly("EROFS", "ok");
        assertThat(files.resolve("y")).exists();
    }

    @Test
    void aSingleFileCanBeBound() throws IOException {
        Files.writeString(files.resolve("file"), "hello");

        Seen seen = Inside.see(Inside.sandbox("cat /a/file -- write /a/file bye")
                .bind(files.resolve("file").toString(), "/a/file", false));

        assertThat(seen.output()).isEqualTo("hellook\n");
        assertThat(files.resolve("file")).hasContent("bye");
    }

    @Test
    void nosymfollowAndNodevAreEnforced() throws IOException {
        Files.createFile(files.resolve("target"));
        Files.createSymbolicLink(files.resolve("link"), Path.of("target"));

        Seen seen = Inside.see(Inside.sandbox("cat /links/link -- write /nodev/null x")
                .mount(bind(files.toString(), "/links", "nosymfollow"))
                .mount(bind("/dev", "/nodev", "nodev")));

        assertThat(seen.lines()).containsExactly("ELOOP", "EACCES");
    }

    // ---- trees ----

    @Test
    void aRecursiveBindBringsWhatIsMountedBelow() {
        Seen seen = Inside.see(Inside.sandbox("mounts")
                .mount(bind("/dev", "/one", "ro"))
                .mount(Mount.bind("/dev", "/all", "ro"))
                .mount(Mount.bind("/dev", "/sealed", "rro", "rnosuid", "rnoexec")));

        assertThat(options(seen, "/one")).contains(",ro,");
        assertThat(options(seen, "/one/shm")).isEqualTo("not mounted");
        assertThat(options(seen, "/all")).contains(",ro,");
        assertThat(options(seen, "/all/shm")).as("ro is for the top only").contains(",rw,");
        assertThat(options(seen, "/sealed")).contains(",ro,nosuid,noexec,");
        assertThat(options(seen, "/sealed/shm")).contains(",ro,nosuid,noexec,");
    }

    @ParameterizedTest
    @CsvSource({
        "rro,ro,''",
        "rnosuid,nosuid,''",
        "rnodev,nodev,''",
        "rnoexec,noexec,''",
        "rnodiratime,nodiratime,''",
        "rnoatime,noatime,''",
        "rnosymfollow,nosymfollow,''",
        "rstrictatime,rw,relatime",
        "rro;rrw,rw,ro",
        "rnosuid;rsuid,rw,nosuid",
        "rnodev;rdev,rw,nodev",
        "rnoexec;rexec,rw,noexec",
        "rnodiratime;rdiratime,rw,nodiratime",
        "rnoatime;ratime,relatime,noatime",
        "rnoatime;rrelatime,relatime,noatime",
        "rstrictatime;rnostrictatime,relatime,strictatime",
        "rnoatime;rnorelatime,relatime,noatime",
        "rnosymfollow;rsymfollow,rw,nosymfollow"
    })
    void aRecursiveOptionIsForTheWholeTree(String options, String visible, String not) throws Exception {
        Path below = Files.createDirectory(files.resolve("below"));
        host("mount", "-t", "tmpfs", "below", below.toString());
        try {
            Seen seen = Inside.see(
                    Inside.sandbox("mounts").mount(Mount.bind(files.toString(), "/mnt", options.split(";"))));

            for (String target : List.of("/mnt", "/mnt/below")) {
                assertThat(options(seen, target)).contains("," + visible + ",");
                if (!not.isEmpty()) {
                    assertThat(options(seen, target)).doesNotContain("," + not + ",");
                }
            }
        } finally {
            host("umount", below.toString());
        }
    }

    @Test
    void aRelativeDestinationIsTakenFromTheRoot() {
        ContainerSpec spec = Amended.of(Inside.sandbox("stat /a/b"))
                .plus("mounts", "{'destination': 'a/b', 'type': 'tmpfs', 'source': 'tmpfs', 'options': ['mode=711']}")
                .build();

        assertThat(Inside.see(spec).line()).startsWith("dir 0711 ");
    }

    /** A writable file system there would be memory without a limit. */
    @Test
    void aMaskedDirectoryHoldsNothing() {
        ContainerSpec spec = Amended.of(Inside.sandbox("ls /usr/lib -- touch /usr/lib/x -- tmpfs-write /usr/lib/y 1"
                        + " -- mkdir /usr/lib/z -- mounts"))
                .with("linux.maskedPaths", "['/usr/lib', '/usr/share']")
                .build();

        Seen seen = Inside.see(spec);

        assertThat(seen.lines().subList(0, 3)).allMatch(line -> line.endsWith("EROFS"));
        assertThat(options(seen, "/usr/lib")).contains(",ro,");
    }

    @Test
    void mountsStandInTheOrderOfTheSpec() {
        Seen seen = Inside.see(Inside.sandbox("ls /mnt -- ls /mnt/below")
                .mount(Mount.of("tmpfs", "/mnt/below"))
                .mount(Mount.of("tmpfs", "/mnt"))
                .bind("/etc/alternatives", "/mnt/etc", true));

        assertThat(seen.lines()).containsExactly("etc", "ENOENT");
    }

    @Test
    void aBindIntoAFreshFileSystemIsPossible() {
        Seen seen = Inside.see(
                Inside.sandbox("cat /tmp/deep/passwd -- ls /tmp").bind("/etc/passwd", "/tmp/deep/passwd", true));

        assertThat(seen.output()).contains("root:x:0:0").endsWith("deep\n");
    }

    // ---- propagation ----

    private static String propagation(Seen seen, String target) {
        return seen.lines().stream()
                .filter(line -> line.split(" ")[4].equals(target))
                .map(line -> line.replaceAll("^(\\S+ ){6}|- .*", "").strip())
                .findFirst()
                .orElse("not mounted");
    }

    private static Seen mountinfo(Amended spec) {
        return Inside.see(spec.build());
    }

    private static Amended cat() {
        return Amended.of(Inside.sandbox("cat /proc/self/mountinfo"));
    }

    @Test
    void propagationOfAMountIsAsTheSpecSays() {
        Amended spec = cat();
        for (String name : List.of("shared", "private", "unbindable", "slave")) {
            spec.plus(
                    "mounts",
                    "{'destination': '/" + name + "', 'type': 'tmpfs', 'source': 'tmpfs', 'options': ['" + name
                            + "']}");
        }

        Seen seen = mountinfo(spec);

        assertThat(propagation(seen, "/shared")).startsWith("shared:");
        assertThat(propagation(seen, "/private")).isEmpty();
        assertThat(propagation(seen, "/unbindable")).isEqualTo("unbindable");
        assertThat(propagation(seen, "/slave"))
                .as("a slave without a master is private")
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "private,''",
        "rprivate,''",
        "slave,''",
        "shared,shared:.*",
        "rshared,shared:.*",
        "unbindable,unbindable"
    })
    void propagationOfTheRootIsAsTheSpecSays(String name, String visible) {
        Seen seen = mountinfo(cat().with("linux.rootfsPropagation", "'" + name + "'"));

        assertThat(propagation(seen, "/")).matches(visible);
        assertThat(propagation(seen, "/tmp")).matches(name.equals("rshared") ? visible : "");
    }

    @Test
    void whatTheHostMountsReachesASlaveAndNotAPrivateBind() throws Exception {
        host("mount", "-t", "tmpfs", "shared", files.toString());
        try {
            host("mount", "--make-shared", files.toString());
            Files.createDirectory(files.resolve("later"));
            assertThat(seesLaterMount("rslave", "rslave")).as("rslave").isTrue();
            assertThat(seesLaterMount("rprivate", "rprivate")).as("rprivate").isFalse();
        } finally {
            host("umount", "-R", files.toString());
        }
    }

    private boolean seesLaterMount(String rootPropagation, String option) throws Exception {
        ContainerSpec spec = Amended.of(
                        Inside.sandbox("stdin -- ls /mnt/later").mount(Mount.bind(files.toString(), "/mnt", option)))
                .with("linux.rootfsPropagation", "'" + rootPropagation + "'")
                .build();
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(spec);
                Container container = blueprint.spawn(Stdio.capture().inputPiped())) {
            host("mount", "-t", "tmpfs", "later", files.resolve("later").toString());
            Files.createFile(files.resolve("later/file"));
            container.stdin().close();
            Inside.exit(container);
            return container.output().equals("file\n");
        } finally {
            host("umount", files.resolve("later").toString());
        }
    }

    static void host(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        OtherJvm.end(process);
    }

    @Test
    void mountsOfAContainerWithTheHostsRootStayItsOwn() {
        Seen seen = Inside.see(Inside.bare("touch " + files + "/x")
                .namespaces(EnumSet.of(NamespaceType.MOUNT))
                .mount(Mount.of("tmpfs", files.toString())));

        assertThat(seen.line()).isEqualTo("ok");
        assertThat(files).isEmptyDirectory();
    }

    @Test
    void theCgroupTypeShowsTheHostsHierarchies() {
        ContainerSpec spec = Amended.of(Inside.sandbox("ls /cg -- touch /cg/x"))
                .plus("mounts", "{'destination': '/cg', 'type': 'cgroup', 'source': 'cgroup', 'options': ['ro']}")
                .build();

        List<String> lines = Inside.see(spec).lines();

        assertThat(lines).endsWith("EROFS").hasSizeGreaterThan(2);
        assertThat(lines).containsAnyOf("memory", "cgroup.procs");
    }
}
