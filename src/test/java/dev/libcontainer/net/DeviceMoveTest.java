package dev.libcontainer.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.NeedsRoot;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.net.Rtnetlink.Request;
import dev.libcontainer.spec.NetDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Between two network namespaces of the test's own; no interface of the machine is touched. */
@NeedsRoot
class DeviceMoveTest {
    private static final int IFLA_MTU = 4;
    private static final int IFLA_LINKINFO = 18;

    private Fd host;
    private Fd container;

    @BeforeEach
    void twoNamespaces() {
        Kernel.load();
        host = Kernel.createNetworkNamespace();
        container = Kernel.createNetworkNamespace();
        pair(host, "first");
        pair(host, "second");
    }

    @AfterEach
    void close() {
        host.close();
        container.close();
    }

    private static void request(Fd netns, String operation, byte[] message) {
        try (Rtnetlink there = Rtnetlink.in(netns, "test")) {
            there.request(List.of(new Request("test", operation, message, "")));
        }
    }

    private static Optional<Link> find(Fd netns, String name) {
        try (Rtnetlink there = Rtnetlink.in(netns, "test")) {
            return there.find("test", name);
        }
    }

    private static List<Link> links(Fd netns) {
        try (Rtnetlink there = Rtnetlink.in(netns, "test")) {
            return there.links("test");
        }
    }

    /** A veth pair, of which the kernel names the other end. */
    private static void pair(Fd netns, String name) {
        ByteBuffer kind = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
        kind.putShort((short) 8).putShort((short) 1).put("veth".getBytes(StandardCharsets.US_ASCII));
        int create = NetlinkRequest.ACK | NetlinkRequest.CREATE | NetlinkRequest.EXCLUSIVE;
        byte[] message = new NetlinkRequest(16, create)
                .link(0, 0, 0)
                .attribute(3, name)
                .attribute(IFLA_MTU, 1280)
                .attribute(IFLA_LINKINFO, kind.array())
                .encode();
        request(netns, "make veth", message);
    }

    private static void give(Fd netns, String link, int family, int prefix, int... bytes) {
        byte[] address = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            address[i] = (byte) bytes[i];
        }
        Address added = new Address(
                family,
                prefix,
                0x02, // IFA_F_NODAD
                0,
                0,
                Optional.of(address),
                Optional.of(address),
                Optional.empty());
        request(netns, "add", added.add(find(netns, link).orElseThrow().index()));
    }

    private static List<String> addresses(Fd netns, String link) {
        int index = find(netns, link).orElseThrow().index();
        try (Rtnetlink there = Rtnetlink.in(netns, "test")) {
            NetlinkReply reply =
                    there.exchange(List.of(Request.addresses("test"))).get(0);
            return Address.parse(reply).stream()
                    .filter(address -> address.index() == index && address.scope() == 0)
                    .map(Address::toString)
                    .sorted()
                    .toList();
        }
    }

    private static Map<String, NetDevice> devices(String... names) {
        Map<String, NetDevice> devices = new LinkedHashMap<>();
        for (int i = 0; i < names.length; i += 2) {
            devices.put(names[i], new NetDevice(names[i + 1].isEmpty() ? Optional.empty() : Optional.of(names[i + 1])));
        }
        return devices;
    }

    @Test
    void aDeviceArrivesUnderItsNewNameUpAndWithItsAddresses() {
        give(host, "first", 2, 24, 10, 9, 8, 7);
        give(host, "first", 2, 16, 172, 16, 5, 4);
        give(host, "first", 10, 64, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5);

        List<DeviceMove.Moved> moved = DeviceMove.move(devices("first", "eth0"), host, container);

        assertThat(find(host, "first")).isEmpty();
        assertThat(find(container, "eth0").orElseThrow().up()).isTrue();
        assertThat(addresses(container, "eth0"))
                .containsExactly("10.9.8.7/24", "172.16.5.4/16", "fd00:0:0:0:0:0:0:5/64");
        assertThat(moved).hasSize(1);
        assertThat(moved.get(0).hostName()).isEqualTo("first");
        assertThat(moved.get(0).name()).isEqualTo("eth0");
        assertThat(moved.get(0).wasUp()).isFalse();
        assertThat(moved.get(0).addresses()).hasSize(3);
    }

    @Test
    void aDeviceWithoutANameKeepsItsOwn() {
        DeviceMove.move(devices("first", "", "second", ""), host, container);

        assertThat(links(container)).extracting(Link::name).contains("first", "second");
        assertThat(links(host)).extracting(Link::name).doesNotContain("first", "second");
    }

    @Test
    void aTemplateTakesTheFirstFreeNumber() {
        pair(container, "eth1");

        List<DeviceMove.Moved> moved = DeviceMove.move(devices("first", "eth%d", "second", "eth%d"), host, container);

        assertThat(moved).extracting(DeviceMove.Moved::name).containsExactly("eth0", "eth2");
        assertThat(links(container)).extracting(Link::name).contains("eth0", "eth1", "eth2");
    }

    @Test
    void undoneTheyAreBackAsTheyWere() {
        give(host, "first", 2, 24, 10, 9, 8, 7);
        request(host, "up", Link.setUp(find(host, "first").orElseThrow().index()));
        List<DeviceMove.Moved> moved = DeviceMove.move(devices("first", "eth0", "second", "eth1"), host, container);

        DeviceMove.undo(moved, host, container);

        assertThat(find(host, "first").orElseThrow().up()).isTrue();
        assertThat(find(host, "second").orElseThrow().up()).isFalse();
        assertThat(addresses(host, "first")).containsExactly("10.9.8.7/24");
        assertThat(links(container)).extracting(Link::name).doesNotContain("eth0", "eth1", "first", "second");
    }

    @Test
    void ifOneCannotMoveNoneHasMoved() {
        give(host, "first", 2, 24, 10, 9, 8, 7);

        assertThatThrownBy(() -> DeviceMove.move(devices("first", "eth0", "lo", "lo7"), host, container))
                .isInstanceOf(NetworkException.class)
                .hasMessageStartingWith("linux.netDevices[\"lo\"]: move interface lo: EINVAL")
                .satisfies(e -> assertThat(((NetworkException) e).hint()).isNotEmpty());

        assertThat(addresses(host, "first")).containsExactly("10.9.8.7/24");
        assertThat(links(container)).extracting(Link::name).doesNotContain("eth0", "first");
    }

    @Test
    void aTakenNameIsRefusedBeforeTheMove() {
        pair(container, "eth0");

        assertThatThrownBy(() -> DeviceMove.move(devices("first", "eth0"), host, container))
                .isInstanceOf(NetworkException.class)
                .hasMessageContaining("linux.netDevices[\"first\"].name")
                .hasMessageContaining("has an interface eth0 already");

        assertThat(find(host, "first")).isPresent();
    }

    @Test
    void aMissingDeviceIsNamed() {
        assertThatThrownBy(() -> DeviceMove.move(devices("nowhere", ""), host, container))
                .hasMessageContaining("linux.netDevices[\"nowhere\"]: find interface nowhere: ENODEV");
    }

    @Test
    void aDeviceThatGetsAnotherIndexAndHasManyAddressesKeepsThem() {
        pair(container, "other"); // its indices are those that the host's first two have
        for (int i = 1; i <= 40; i++) {
            give(host, "first", 2, 32, 10, 9, 8, i);
        }
        List<String> before = addresses(host, "first");

        List<DeviceMove.Moved> moved = DeviceMove.move(devices("first", "eth0"), host, container);

        assertThat(addresses(container, "eth0")).hasSize(40).isEqualTo(before);
        assertThat(addresses(container, "other")).isEmpty();
        DeviceMove.undo(moved, host, container);
        assertThat(addresses(host, "first")).isEqualTo(before);
    }

    @Test
    void ofDevicesForOneNameNoneMoves() {
        assertThatThrownBy(() -> DeviceMove.move(devices("first", "eth0", "second", "eth0"), host, container))
                .hasMessageContaining("linux.netDevices[\"second\"].name")
                .hasMessageContaining("has an interface eth0 already");

        assertThat(links(host)).extracting(Link::name).contains("first", "second");
    }

    /** A device that has arrived cannot get an address back that the container has no protocol for. */
    @Test
    void whatCannotBeSettledIsBackWithWhatItHad() throws IOException, InterruptedException {
        give(host, "first", 2, 24, 10, 9, 8, 7);
        give(host, "second", 10, 64, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5);
        withoutIpv6(container);

        assertThatThrownBy(() -> DeviceMove.move(devices("first", "eth0", "second", "eth1"), host, container))
                .hasMessageStartingWith(
                        "linux.netDevices[\"second\"]: add address fd00:0:0:0:0:0:0:5/64 to eth1: EACCES");

        assertThat(addresses(host, "first")).containsExactly("10.9.8.7/24");
        assertThat(addresses(host, "second")).containsExactly("fd00:0:0:0:0:0:0:5/64");
        assertThat(find(host, "first").orElseThrow().up()).isFalse();
        assertThat(links(container)).extracting(Link::name).doesNotContain("eth0", "eth1");
    }

    private static void withoutIpv6(Fd netns) throws IOException, InterruptedException {
        String path = "/proc/" + ProcessHandle.current().pid() + "/fd/" + netns.value();
        Process off = new ProcessBuilder(
                        "nsenter", "--net=" + path, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1")
                .inheritIO()
                .start();
        assertThat(off.waitFor()).isZero();
    }
}
