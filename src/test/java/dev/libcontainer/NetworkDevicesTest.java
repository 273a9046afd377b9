package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A pair of virtual devices of the test's own moves; no other interface of the machine is touched. */
@NeedsRoot
class NetworkDevicesTest {
    private static final String DEVICE = "lct" + ProcessHandle.current().pid() % 1_000_000 + "a";
    private static final String PEER = "lct" + ProcessHandle.current().pid() % 1_000_000 + "b";

    @BeforeEach
    void aPair() throws Exception {
        MountsTest.host("ip", "link", "add", DEVICE, "mtu", "1400", "type", "veth", "peer", "name", PEER);
        MountsTest.host("ip", "address", "add", "192.0.2.7/29", "dev", DEVICE);
    }

    /** A namespace that ends takes the pair with it, soon: who comes first is nobody's business. */
    @AfterEach
    void remove() throws Exception {
        new ProcessBuilder("ip", "link", "del", PEER)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        assertThat(Patience.within(5, () -> Files.notExists(Path.of("/sys/class/net/" + PEER))))
                .isTrue();
    }

    private static Amended taking(ContainerSpecBuilder builder, String members) {
        return Amended.of(builder).with("linux.netDevices", "{'" + DEVICE + "': " + members + "}");
    }

    private static boolean isOnTheHost() {
        return Files.exists(Path.of("/sys/class/net/" + DEVICE));
    }

    @Test
    void theDeviceIsInTheContainerUnderItsNewNameAndUp() {
        List<String> lines = Inside.see(
                        taking(Inside.sandbox("links"), "{'name': 'eth0'}").build())
                .lines();

        assertThat(lines).contains("lo up", "eth0 up").hasSize(2);
    }

    @Test
    void itHasItsAddressAndIsGoneFromTheHost() {
        ContainerSpec spec = taking(Inside.sandbox("cat /proc/net/fib_trie -- sleep 100000"), "{}")
                .build();
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(spec);
                Container container = blueprint.spawn(Stdio.nothing())) {
            assertThat(isOnTheHost()).isFalse();
            assertThat(Holdings.text(Path.of("/proc/" + container.pid() + "/net/fib_trie")))
                    .contains("192.0.2.7");
            assertThat(Holdings.text(Path.of("/proc/" + container.pid() + "/net/dev")))
                    .contains(DEVICE);
        }
    }

    @Test
    void afterAFailedStartItIsBack() {
        ContainerSpec spec = taking(Inside.sandbox("links"), "{'name': 'eth%d'}")
                .with("process.cwd", "'/not/there'")
                .build();

        assertThatThrownBy(() -> Inside.see(spec))
                .isInstanceOf(SpawnFailedException.class)
                .hasMessageContaining("process.cwd");

        assertThat(isOnTheHost()).isTrue();
        assertThat(Holdings.text(Path.of("/proc/net/fib_trie"))).contains("192.0.2.7");
    }

    @Test
    void aDeviceThatIsNotThereIsNamed() {
        ContainerSpec spec = Amended.of(Inside.sandbox("links"))
                .with("linux.netDevices", "{'nowhere0': {}}")
                .build();

        assertThatThrownBy(() -> Inside.see(spec))
                .isInstanceOfSatisfying(
                        SpawnFailedException.class,
                        e -> assertThat(e.jsonPath()).contains("linux.netDevices[\"nowhere0\"]"))
                .hasMessageContaining("find interface nowhere0: ENODEV");
    }

    @Test
    void aUserNamespaceIsRefused() {
        ContainerSpec spec = taking(Inside.sandbox("links"), "{}")
                .plus("linux.namespaces", "{'type': 'user'}")
                .with("linux.uidMappings", "[{'containerID': 0, 'hostID': 100000, 'size': 65536}]")
                .with("linux.gidMappings", "[{'containerID': 0, 'hostID': 200000, 'size': 65536}]")
                .build();

        assertThatThrownBy(() -> Inside.see(spec))
                .isInstanceOf(InvalidSpecException.class)
                .hasMessageContaining("linux.netDevices");
    }
}
