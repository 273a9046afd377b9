package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.Inside.Seen;
import dev.libcontainer.spec.NamespaceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@NeedsRoot
@Tag("vm")
class NamespacesTest {
    private static final Set<NamespaceType> ALL = EnumSet.allOf(NamespaceType.class);

    /** The name in /proc/PID/ns. */
    private static String file(NamespaceType type) {
        return switch (type) {
            case MOUNT -> "mnt";
            case NETWORK -> "net";
            default -> type.jsonName();
        };
    }

    private static String host(NamespaceType type) {
        return inode(ProcessHandle.current().pid(), type);
    }

    private static String inode(long pid, NamespaceType type) {
        try {
            String link = Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/" + file(type)))
                    .toString();
            return link.replaceAll("\\D", "");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Which types a container does not share with this JVM. */
    private static Set<NamespaceType> own(Seen seen) {
        Set<NamespaceType> own = EnumSet.noneOf(NamespaceType.class);
        ALL.stream()
                .filter(type -> !seen.fields().get(file(type)).equals(host(type)))
                .forEach(own::add);
        return own;
    }

    private static ContainerSpec with(Set<NamespaceType> types) {
        ContainerSpecBuilder builder = Inside.bare("ns").namespaces(types);
        if (!types.contains(NamespaceType.USER)) {
            return builder.build();
        }
        return Amended.of(builder)
                .with("linux.uidMappings", "[{'containerID': 0, 'hostID': 0, 'size': 1000}]")
                .with("linux.gidMappings", "[{'containerID': 0, 'hostID': 0, 'size': 1000}]")
                .build();
    }

    @Test
    void aSandboxHasItsOwnOfEverythingButUsers() {
        assertThat(own(Inside.see(Inside.sandbox("ns")))).isEqualTo(Inside.ALL_BUT_USER);
    }

    @Test
    void withoutIsolationNothingIsNew() {
        assertThat(own(Inside.see(Inside.bare("ns")))).isEmpty();
    }

    @Test
    @Tag("not-vm")
    void anySubsetOfTheEightCanBeNew() {
        List<Set<NamespaceType>> wrong = new ArrayList<>();
        try (Containers containers = Containers.open()) {
            for (int bits = 0; bits < 1 << ALL.size(); bits++) {
                Set<NamespaceType> wanted = EnumSet.noneOf(NamespaceType.class);
                for (NamespaceType type : ALL) {
                    if ((bits >> type.ordinal() & 1) != 0) {
                        wanted.add(type);
                    }
                }
                try (Blueprint blueprint = containers.compile(with(wanted))) {
                    if (!own(Inside.see(blueprint, Launch.of(Stdio.capture()))).equals(wanted)) {
                        wrong.add(wanted);
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void aPidNamespaceShowsOneProcess() {
        Seen seen = Inside.see(Inside.sandbox("pid -- ppid -- sid -- ls /proc"));

        assertThat(seen.lines().subList(0, 3)).containsExactly("1", "0", "1");
        assertThat(seen.lines().stream().skip(3).filter(name -> name.matches("\\d+")))
                .containsExactly("1");
    }

    @Test
    void theHostNetworkCanBeShared() {
        Seen seen = Inside.see(Inside.sandbox("ns").hostNetwork());

        assertThat(own(seen)).doesNotContain(NamespaceType.NETWORK).contains(NamespaceType.PID);
    }

    @Test
    void aNewNetworkHasLoopbackUpAndNothingElse() {
        assertThat(Inside.see(Inside.sandbox("links").freshNetwork()).line()).isEqualTo("lo up");
    }

    @Test
    void aNetworkMadeAheadIsAsNewAsAnother() {
        List<Container> running = new ArrayList<>();
        try (Containers containers = Containers.open(ContainersOptions.DEFAULT.networkPoolSize(3));
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("sleep 100000").build())) {
            running.add(blueprint.spawn(Stdio.nothing())); // the first one starts the pool
            for (int i = 0; i < 8; i++) {
                assertThat(Patience.within(10, () -> containers.readyNetworks() > 0))
                        .isTrue();
                assertThat(containers.readyNetworks()).isLessThanOrEqualTo(3);
                running.add(blueprint.spawn(Stdio.nothing()));

                assertThat(Inside.see(blueprint, "links").line()).isEqualTo("lo up");
            }
            assertThat(running.stream().map(container -> inode(container.pid(), NamespaceType.NETWORK)))
                    .doesNotHaveDuplicates()
                    .doesNotContain(host(NamespaceType.NETWORK));
        }
    }

    @Test
    void everySpawnCanHaveItsOwnHostname() {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(
                        Inside.sandbox("hostname").hostname("first").build())) {
            Launch launch = Launch.of(Stdio.capture());

            assertThat(Inside.see(blueprint, launch).line()).isEqualTo("first");
            assertThat(Inside.see(blueprint, launch.hostname("second")).line()).isEqualTo("second");
            assertThat(Inside.see(blueprint, launch).line()).isEqualTo("first");
        }
    }

    @Test
    void theDomainNameIsSet() {
        ContainerSpec spec = Amended.of(Inside.sandbox("domainname"))
                .with("domainname", "'example.org'")
                .build();

        assertThat(Inside.see(spec).line()).isEqualTo("example.org");
    }

    private static boolean entersItsTimeNamespaceAtExec() {
        String[] version = System.getProperty("os.version").split("[.-]");
        return Integer.parseInt(version[0]) * 100 + Integer.parseInt(version[1]) >= 602;
    }

    @Test
    void clocksCanBeOffset() throws IOException {
        ContainerSpec spec = Amended.of(Inside.sandbox("uptime"))
                .with(
                        "linux.timeOffsets",
                        "{'boottime': {'secs': 1000000}, 'monotonic': {'secs': 2000000, 'nanosecs': 5}}")
                .build();

        if (!entersItsTimeNamespaceAtExec()) {
            assertThatThrownBy(() -> Inside.see(spec))
                    .isInstanceOf(SpawnFailedException.class)
                    .hasMessageContaining("linux.timeOffsets")
                    .hasMessageContaining("before Linux 6.2");
            return;
        }
        String[] clocks = Inside.see(spec).line().split(" ");

        double up = Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ")[0]);
        assertThat(Double.parseDouble(clocks[0])).isBetween(up + 999_990, up + 1_000_010);
        assertThat(Double.parseDouble(clocks[1])).isBetween(up + 1_999_990, up + 2_000_010);
    }

    @ParameterizedTest
    @EnumSource(value = NamespaceType.class, names = "USER", mode = EnumSource.Mode.EXCLUDE)
    void aNamespaceCanBeJoinedByItsPath(NamespaceType type) {
        try (Containers containers = Containers.open();
                Blueprint holder =
                        containers.compile(Inside.sandbox("sleep 100000").build());
                Container held = holder.spawn(Stdio.nothing())) {
            String path = "/proc/" + held.pid() + "/ns/" + file(type);
            String program = type == NamespaceType.MOUNT ? Inside.PATH : Inside.HOST_PATH;
            ContainerSpec spec = Inside.bare("")
                    .command(Inside.command(program, "sleep 100000"))
                    .join(type, path)
                    .build();
            try (Blueprint joining = containers.compile(spec)) {
                for (int i = 0; i < 3; i++) {
                    try (Container joined = joining.spawn(Stdio.nothing())) {
                        for (NamespaceType each : ALL) {
                            long other = each == type
                                    ? held.pid()
                                    : ProcessHandle.current().pid();
                            assertThat(inode(joined.pid(), each))
                                    .as(each.jsonName())
                                    .isEqualTo(inode(other, each));
                        }
                    }
                }
            }
            assertThat(held.isAlive()).isTrue();
        }
    }

    @Test
    void aProcessInAJoinedPidNamespaceHasAPidThere() {
        try (Containers containers = Containers.open();
                Blueprint holder =
                        containers.compile(Inside.sandbox("sleep 100000").build());
                Container held = holder.spawn(Stdio.nothing())) {
            ContainerSpecBuilder joining = Inside.bare("pid -- ppid");
            for (NamespaceType type : Inside.ALL_BUT_USER) {
                joining.join(type, "/proc/" + held.pid() + "/ns/" + file(type));
            }
            ContainerSpec spec = joining.command(Inside.verbs("ns -- pid -- ppid -- hostname -- cat /proc/1/comm"))
                    .build();

            Seen seen = Inside.see(spec);

            assertThat(own(seen)).isEqualTo(Inside.ALL_BUT_USER);
            assertThat(seen.lines().subList(8, 12)).containsExactly("2", "0", "container", "inside");
        }
    }

    @Test
    void aUserNamespaceCanBeJoinedWithOthersThatItOwns() {
        ContainerSpec owner = Amended.of(Inside.sandbox("sleep 100000"))
                .plus("linux.namespaces", "{'type': 'user'}")
                .with("linux.uidMappings", "[{'containerID': 0, 'hostID': 100000, 'size': 1000}]")
                .with("linux.gidMappings", "[{'containerID': 0, 'hostID': 100000, 'size': 1000}]")
                .build();
        try (Containers containers = Containers.open();
                Blueprint holder = containers.compile(owner);
                Container held = holder.spawn(Stdio.nothing())) {
            ContainerSpecBuilder joining = Inside.bare("ns -- ids");
            for (NamespaceType type : List.of(NamespaceType.USER, NamespaceType.NETWORK, NamespaceType.UTS)) {
                joining.join(type, "/proc/" + held.pid() + "/ns/" + file(type));
            }

            Seen seen = Inside.see(joining.build());

            assertThat(own(seen)).containsOnly(NamespaceType.USER, NamespaceType.NETWORK, NamespaceType.UTS);
            assertThat(seen.fields()).containsEntry("uid", "0 0 0 0").containsEntry("gid", "0 0 0 0");
            assertThat(seen.fields().get("user")).isEqualTo(inode(held.pid(), NamespaceType.USER));
        }
    }
}
