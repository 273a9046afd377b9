package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.SpecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Id-mapped binds: a file has one owner on the disk and another in the container, in both directions. */
@NeedsRoot
class IdMapTest {
    private static final String MAPPINGS = "'uidMappings': [{'containerID': 1000, 'hostID': 2000, 'size': 10}],"
            + " 'gidMappings': [{'containerID': 3000, 'hostID': 4000, 'size': 10}]";

    @TempDir
    Path files;

    @BeforeEach
    void aFileOfTheUser() throws IOException {
        Files.writeString(files.resolve("file"), "text");
        own("file", 1001, 3001);
        own("", 1000, 3000);
    }

    private void own(String name, int uid, int gid) throws IOException {
        Files.setAttribute(files.resolve(name), "unix:uid", uid);
        Files.setAttribute(files.resolve(name), "unix:gid", gid);
    }

    private String mount(String options, String more) {
        return "{'destination': '/mnt', 'type': 'bind', 'source': '" + files + "', 'options': [" + options + "]" + more
                + "}";
    }

    private List<String> see(Amended spec) {
        return Inside.see(spec.build()).lines();
    }

    private static Amended mapped(String verbs) {
        return Amended.of(Inside.sandbox(verbs))
                .plus("linux.namespaces", "{'type': 'user'}")
                .with("linux.uidMappings", "[{'containerID': 0, 'hostID': 100000, 'size': 65536}]")
                .with("linux.gidMappings", "[{'containerID': 0, 'hostID': 200000, 'size': 65536}]");
    }

    @Test
    @Tag("vm")
    void idsOnTheDiskAreOthersInTheContainer() {
        Amended spec = Amended.of(Inside.sandbox("stat /mnt/file -- stat /mnt -- stat /plain/file")
                        .bind(files.toString(), "/plain", true))
                .plus("mounts", mount("'bind', 'idmap'", ", " + MAPPINGS));

        List<String> lines = see(spec);

        assertThat(lines.get(0)).startsWith("regular 0644 2001 4001 ");
        assertThat(lines.get(1)).startsWith("dir 0700 2000 4000 ");
        assertThat(lines.get(2)).as("without a mapping").startsWith("regular 0644 1001 3001 ");
    }

    @Test
    @Tag("vm")
    void anOptionMayHoldTheMappings() {
        String option = "'bind', 'idmap=uids=0-5000-10#1000-2000-10;gids=+3000-4000-10'";
        Amended spec = Amended.of(Inside.sandbox("stat /mnt/file -- stat /mnt")).plus("mounts", mount(option, ""));

        List<String> lines = see(spec);

        assertThat(lines.get(0)).startsWith("regular 0644 2001 4001 ");
        assertThat(lines.get(1)).startsWith("dir 0700 2000 4000 ");
    }

    @Test
    @Tag("vm")
    void mappingsOfTheMountGoBeforeThoseOfAnOption() {
        Amended spec = Amended.of(Inside.sandbox("stat /mnt/file"))
                .plus("mounts", mount("'bind', 'idmap=uids=1000-7000-10;gids=3000-7000-10'", ", " + MAPPINGS));

        assertThat(see(spec).get(0)).startsWith("regular 0644 2001 4001 ");
    }

    @Test
    @Tag("vm")
    void aMappingOfAnOptionMayBeRelativeToTheContainers() {
        Amended spec =
                mapped("stat /mnt/file").plus("mounts", mount("'bind', 'idmap=uids=@1000-7-10;gids=@3000-9-10'", ""));

        assertThat(see(spec).get(0)).startsWith("regular 0644 8 10 ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "idmap=0-1-10 | \"0-1-10\" is neither uids",
                "idmap= | \"\" is neither uids",
                "idmap=uids=0-1 | \"0-1\" is no mapping",
                "idmap=uids=0-1-10 | needs both",
                "idmap=uids=0-1-10:5-6-7 | is no mapping",
                "ridmap=uids=0-1-10;gids=0--1-5 | is no mapping",
                "idmap=uids=0-1-0 | maps nothing",
                "idmap=gids=4294967290-0-10 | maps nothing",
                "idmap=uids=@0-1-10 | have no id 1",
            })
    void anOptionThatHoldsNoMappingsIsRefused(String option, String message) {
        Amended spec = Amended.of(Inside.sandbox("stat /mnt")).plus("mounts", mount("'bind', '" + option + "'", ""));

        assertThatThrownBy(() -> see(spec))
                .isInstanceOf(InvalidSpecException.class)
                .hasMessageMatching("(?s).*mounts\\[\\d+]\\.options\\[1].*")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({"src-nofollow", "size=64k", "idmapped", "nofail"})
    void anOptionThatTheKernelWouldIgnoreOnABindIsRefused(String option) {
        Amended spec = Amended.of(Inside.sandbox("stat /mnt")).plus("mounts", mount("'rbind', '" + option + "'", ""));

        assertThatThrownBy(() -> see(spec))
                .isInstanceOf(InvalidSpecException.class)
                .hasMessageContaining("\"" + option + "\" is no option of a bind mount")
                .hasMessageMatching("(?s).*mounts\\[\\d+]\\.options.*");
    }

    @Test
    @Tag("vm")
    void whatIsMadeInTheContainerBelongsToTheMappedIdOnTheDisk() throws IOException {
        Amended spec = Amended.of(Inside.sandbox("touch /mnt/new").user(2005, 4005))
                .plus("mounts", mount("'bind'", ", " + MAPPINGS));
        own("", 1005, 3005);

        assertThat(see(spec)).containsExactly("ok");

        assertThat(Files.getAttribute(files.resolve("new"), "unix:uid")).isEqualTo(1005);
        assertThat(Files.getAttribute(files.resolve("new"), "unix:gid")).isEqualTo(3005);
    }

    @Test
    @Tag("vm")
    void anIdWithoutMappingCannotMakeFiles() {
        Amended spec =
                Amended.of(Inside.sandbox("touch /mnt/new")).plus("mounts", mount("'bind', 'idmap'", ", " + MAPPINGS));

        assertThat(see(spec)).containsExactly("EOVERFLOW");
    }

    @Test
    @Tag("vm")
    void aContainersOwnMappingIsTheDefault() throws IOException {
        own("file", 7, 8);
        Amended spec = mapped("stat /mnt/file -- stat /raw/file -- write /mnt/file bye")
                .plus("mounts", mount("'bind', 'idmap'", ""))
                .plus("mounts", mount("'bind'", "").replace("/mnt", "/raw"));
        own("", 0, 0);
        Files.setPosixFilePermissions(files, PosixFilePermissions.fromString("rwxr-xr-x"));

        List<String> lines = see(spec);

        assertThat(lines.get(0)).as("as on the disk").startsWith("regular 0644 7 8 ");
        assertThat(lines.get(1)).as("nobody's").startsWith("regular 0644 65534 65534 ");
        assertThat(lines.get(2)).isEqualTo("ok");
        assertThat(files.resolve("file")).hasContent("bye");
    }

    @Test
    @Tag("vm")
    void aMappingOfItsOwnIsPossibleInAUserNamespaceToo() {
        String own = ", 'uidMappings': [{'containerID': 1001, 'hostID': 100042, 'size': 1}],"
                + " 'gidMappings': [{'containerID': 3001, 'hostID': 200043, 'size': 1}]";
        Amended spec = mapped("stat /mnt")
                .plus("mounts", mount("'bind', 'idmap', 'ro'", own).replace("'" + files, "'" + files + "/file"));

        assertThat(see(spec).get(0)).startsWith("regular 0644 42 43 ");
    }

    @Test
    void idmapIsForTheTopAndRidmapForTheTree() throws Exception {
        Files.createDirectory(files.resolve("below"));
        MountsTest.host(
                "mount",
                "-t",
                "tmpfs",
                "-o",
                "uid=1002,gid=3002",
                "below",
                files.resolve("below").toString());
        try {
            Amended spec = Amended.of(Inside.sandbox("stat /mnt/below -- stat /all/below"))
                    .plus("mounts", mount("'rbind', 'idmap'", ", " + MAPPINGS))
                    .plus("mounts", mount("'rbind', 'ridmap'", ", " + MAPPINGS).replace("/mnt", "/all"));

            List<String> lines = see(spec);

            assertThat(lines.get(0)).startsWith("dir 1777 1002 3002 ");
            assertThat(lines.get(1)).startsWith("dir 1777 2002 4002 ");
        } finally {
            MountsTest.host("umount", files.resolve("below").toString());
        }
    }

    @Test
    @Tag("vm")
    void otherOptionsApplyToAMappedMount() {
        Amended spec = Amended.of(Inside.sandbox("touch /mnt/x -- mounts"))
                .plus("mounts", mount("'rbind', 'ridmap', 'rro', 'rnosuid', 'noexec'", ", " + MAPPINGS));

        List<String> lines = see(spec);

        assertThat(lines.get(0)).isEqualTo("EROFS");
        assertThat(lines)
                .anyMatch(line ->
                        line.startsWith("/mnt ") && line.matches(".* ro,nosuid,noexec,(rel|no)atime,idmapped.*"));
    }

    @Test
    @Tag("vm")
    void everySpawnHasAMappedTreeOfItsOwn() {
        ContainerSpec spec = Amended.of(Inside.sandbox("stat /mnt/file"))
                .plus("mounts", mount("'bind', 'idmap'", ", " + MAPPINGS))
                .build();
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(spec)) {
            for (int i = 0; i < 5; i++) {
                assertThat(Inside.see(blueprint, "stat /mnt/file").line()).startsWith("regular 0644 2001 4001 ");
            }
        }
    }

    @Test
    @Tag("vm")
    void aMappingOfAJoinedUserNamespaceIsTakenFromIt() throws IOException {
        own("file", 7, 8);
        own("", 0, 0);
        Files.setPosixFilePermissions(files, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(mapped("sleep 100000").build());
                Container other = blueprint.spawn(Stdio.nothing())) {
            Amended joining = Amended.of(Inside.bare("stat /mnt/file").namespaces(EnumSet.of(NamespaceType.MOUNT)))
                    .plus("linux.namespaces", "{'type': 'user', 'path': '/proc/" + other.pid() + "/ns/user'}")
                    .plus("mounts", mount("'bind', 'idmap'", ""));

            assertThat(see(joining).get(0)).startsWith("regular 0644 7 8 ");
        }
    }

    @Test
    @Tag("vm")
    void aFileSystemThatCannotIsNamed() {
        ContainerSpec spec = Amended.of(Inside.sandbox("true"))
                .plus("mounts", mount("'bind', 'idmap'", ", " + MAPPINGS).replace(files.toString(), "/proc"))
                .build();

        assertThatThrownBy(() -> Inside.see(spec))
                .isInstanceOf(SpawnFailedException.class)
                .hasMessageContaining("open_tree /proc mapped by")
                .hasMessageContaining("EINVAL")
                .hasMessageContaining("does not support mapped ids");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "'type': 'bind', 'source': '/srv', 'options': ['bind', 'idmap'];options;neither the mount nor the",
                "'type': 'tmpfs', 'options': ['idmap'];options;bind mounts only",
                "'type': 'tmpfs', UID, GID;uidMappings;bind mounts only",
                "'type': 'bind', 'source': '/srv', 'options': ['bind', 'idmap'], UID;gidMappings;both"
            })
    void whatCannotBeMappedIsRefused(String mount, String member, String reason) {
        String ids = "': [{'containerID': 1000, 'hostID': 2000, 'size': 10}]";
        String json = mount.replace("UID", "'uidMappings" + ids).replace("GID", "'gidMappings" + ids);
        Amended spec = Amended.of(Inside.sandbox("pid")).plus("mounts", "{'destination': '/t', " + json + "}");

        assertThatThrownBy(() -> Inside.see(spec.build()))
                .isInstanceOfAny(InvalidSpecException.class, SpecException.class)
                .hasMessageMatching("(?s)mounts\\[\\d+]\\." + member + "\\b.*" + reason + ".*");
    }
}
