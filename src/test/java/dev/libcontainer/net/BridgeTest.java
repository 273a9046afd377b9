package dev.libcontainer.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.NeedsRoot;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.net.Rtnetlink.Request;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@NeedsRoot
class BridgeTest {
    private static final byte[] ONE = {(byte) 192, 0, 2, 1};
    private static final byte[] TWO = {(byte) 192, 0, 2, 2};
    private static final Path HOST = Path.of("/proc/thread-self/ns/net");

    @BeforeAll
    static void load() {
        Kernel.load();
    }

    private static Link find(Path network, String name) {
        try (Fd fd = Kernel.open(network.toString(), Kernel.O_RDONLY);
                Rtnetlink there = Rtnetlink.in(fd, "test")) {
            return there.find("test", name).orElse(null);
        }
    }

    private static String address(Path network, String name) {
        try (Fd fd = Kernel.open(network.toString(), Kernel.O_RDONLY);
                Rtnetlink there = Rtnetlink.in(fd, "test")) {
            List<Request> requests = List.of(Request.find("test", name), Request.addresses("test"));
            List<NetlinkReply> replies = there.exchange(requests);
            int index = requests.get(0).found(replies.get(0)).orElseThrow().index();
            return Address.parse(replies.get(1)).stream()
                    .filter(address -> address.index() == index && address.isKept())
                    .map(Address::toString)
                    .findFirst()
                    .orElse("");
        }
    }

    @Test
    void aPairLeadsFromTheBridgeIntoANamespaceOfItsOwn() {
        try (Bridge bridge = Bridge.apart("br0", ONE)) {
            Path inside = bridge.pairApart("outer", "eth0", TWO);

            assertThat(find(bridge.network(), "br0").up()).isTrue();
            assertThat(find(bridge.network(), "outer").up()).isTrue();
            assertThat(find(bridge.network(), "eth0")).isNull();
            assertThat(find(inside, "eth0").up()).isTrue();
            assertThat(address(bridge.network(), "br0")).isEqualTo("192.0.2.1/24");
            assertThat(address(inside, "eth0")).isEqualTo("192.0.2.2/24");
            assertThat(find(HOST, "br0")).isNull();

            bridge.remove("outer");
            bridge.remove("outer"); // none is fine

            assertThat(find(bridge.network(), "outer")).isNull();
            assertThat(find(inside, "eth0")).isNull();
        }
    }

    @Test
    void aPairBesideItsBridgeIsThereToBeMoved() {
        try (Bridge bridge = Bridge.apart("br0", ONE)) {
            bridge.pair("outer", "inner", TWO);

            assertThat(find(bridge.network(), "inner").up()).isFalse();
            assertThat(address(bridge.network(), "inner")).isEqualTo("192.0.2.2/24");
        }
    }

    /** What is there already is somebody else's: it is neither changed nor removed. */
    @Test
    void aPairWhoseNameIsTakenIsNotMade() {
        try (Bridge bridge = Bridge.apart("br0", ONE)) {
            bridge.pair("outer", "inner", TWO);

            assertThatThrownBy(() -> bridge.pair("outer", "other", TWO))
                    .hasMessageContaining("bridge: make the pair outer, other: EEXIST");
            assertThatThrownBy(() -> bridge.pair("another", "inner", TWO))
                    .hasMessageContaining("bridge: make the pair another, inner: EEXIST");
            assertThatThrownBy(() -> bridge.pairApart("outer", "eth0", TWO)).hasMessageContaining("EEXIST");

            assertThat(find(bridge.network(), "inner").up()).isFalse();
            assertThat(address(bridge.network(), "inner")).isEqualTo("192.0.2.2/24");
            assertThat(find(bridge.network(), "other")).isNull();
            assertThat(find(bridge.network(), "another")).isNull();
        }
    }

    /** All three requests of the second datagram are done; the one that fails is named, and the pair is gone. */
    @Test
    void aPairThatCannotHaveItsAddressIsRemoved() {
        try (Bridge bridge = Bridge.apart("br0", ONE)) {
            assertThatThrownBy(() -> bridge.pair("outer", "inner", new byte[3]))
                    .hasMessageContaining("bridge: give inner an address: ");
            assertThatThrownBy(() -> bridge.pairApart("outer", "inner", new byte[3]))
                    .hasMessageContaining("bridge: give inner an address: ");

            assertThat(find(bridge.network(), "outer")).isNull();
        }
    }

    @Test
    void nothingOfABridgeOnTheHostIsLeftBehind() {
        String name = "lct" + ProcessHandle.current().pid();
        try (Bridge bridge = Bridge.here(name)) {
            assertThat(find(HOST, name).up()).isTrue();
            assertThat(bridge.network()).exists();
            assertThatThrownBy(() -> Bridge.here(name))
                    .isInstanceOf(NetworkException.class)
                    .hasMessageContaining("make bridge " + name)
                    .hasMessageContaining("EEXIST");
            assertThat(find(HOST, name)).as("of the one that was there").isNotNull();
        }
        assertThat(find(HOST, name)).isNull();
    }
}
