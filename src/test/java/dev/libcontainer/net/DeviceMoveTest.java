package dev.libcontainer.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.NeedsRoot;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.spec.NetDevice;
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

    private static Rtnetlink at(Fd netns) {
        return Rtnetlink.in(netns, "test");
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
        at(netns).request("make veth", message, "");
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
        int index = at(netns).find(link).orElseThrow().index();
        at(netns).request("add", added.add(index), "");
    }

    private static List<String> addresses(Fd netns, String link) {
        int index = at(netns).find(link).orElseThrow().index();
        return at(netns).addresses(index).stream()
                .filter(address -> address.scope() == 0)
                .map(Address::toString)
                .sorted()
                .toList();
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

        assertThat(at(host).find("first")).isEmpty();
        assertThat(at(container).find("eth0").orElseThrow().up()).isTrue();
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

        assertThat(at(container).links()).extracting(Link::name).contains("first", "second");
        assertThat(at(host).links()).extracting(Link::name).doesNotContain("first", "second");
    }

    @Test
    void aTemplateTakesTheFirstFreeNumber() {
        pair(container, "eth1");

        List<DeviceMove.Moved> moved = DeviceMove.move(devices("first", "eth%d", "second", "eth%d"), host, container);

        assertThat(moved).extracting(DeviceMove.Moved::name).containsExactly("eth0", "eth2");
        assertThat(at(container).links()).extracting(Link::name).contains("eth0", "eth1", "eth2");
    }

    @Test
    void undoneTheyAreBackAsTheyWere() {
        give(host, "first", 2, 24, 10, 9, 8, 7);
        at(host).request("up", Link.setUp(at(host).find("first").orElseThrow().index()), "");
        List<DeviceMove.Moved> moved = DeviceMove.move(devices("first", "eth0", "second", "eth1"), host, container);

        DeviceMove.undo(moved, host, container);

        assertThat(at(host).find("first").orElseThrow().up()).isTrue();
        assertThat(at(host).find("second").orElseThrow().up()).isFalse();
        assertThat(addresses(host, "first")).containsExactly("10.9.8.7/24");
        assertThat(at(container).links()).extracting(Link::name).doesNotContain("eth0", "eth1", "first", "second");
    }

    @Test
    void ifOneCannotMoveNoneHasMoved() {
        give(host, "first", 2, 24, 10, 9, 8, 7);

        assertThatThrownBy(() -> DeviceMove.move(devices("first", "eth0", "lo", "lo7"), host, container))
                .isInstanceOf(NetworkException.class)
                .hasMessageStartingWith("linux.netDevices[\"lo\"]: move interface lo: EINVAL")
                .satisfies(e -> assertThat(((NetworkException) e).hint()).isNotEmpty());

        assertThat(addresses(host, "first")).containsExactly("10.9.8.7/24");
        assertThat(at(container).links()).extracting(Link::name).doesNotContain("eth0", "first");
    }

    @Test
    void aTakenNameIsRefusedBeforeTheMove() {
        pair(container, "eth0");

        assertThatThrownBy(() -> DeviceMove.move(devices("first", "eth0"), host, container))
                .isInstanceOf(NetworkException.class)
                .hasMessageContaining("linux.netDevices[\"first\"].name")
                .hasMessageContaining("has an interface eth0 already");

        assertThat(at(host).find("first")).isPresent();
    }

    @Test
    void aMissingDeviceIsNamed() {
        assertThatThrownBy(() -> DeviceMove.move(devices("nowhere", ""), host, container))
                .hasMessageContaining("linux.netDevices[\"nowhere\"]: find interface nowhere: ENODEV");
    }

    @Test
    void anAnswerTooLargeForItsBufferIsAnError() {
        assertThatThrownBy(() -> Kernel.netlink(host.value(), Link.list(), ByteBuffer.allocateDirect(64)))
                .hasMessageContaining("EMSGSIZE");
    }

    @Test
    void theOwnNamespaceIsReachedWithoutAnFd() {
        ByteBuffer answer = ByteBuffer.allocateDirect(1 << 16);

        Kernel.netlink(-1, Link.get("lo"), answer);

        assertThat(NetlinkReply.parse(answer).bodies()).hasSize(1);
    }
}
