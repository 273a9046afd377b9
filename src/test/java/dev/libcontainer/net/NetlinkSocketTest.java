package dev.libcontainer.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.NeedsRoot;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.net.Rtnetlink.Request;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In a network namespace of the test's own, whose only interface is the loopback, number 1. */
@NeedsRoot
class NetlinkSocketTest {
    private static final int LOOPBACK = 1;
    private static final int NEWLINKPROP = 108;
    private static final int IFLA_PROP_LIST = 52;
    private static final int IFLA_ALT_IFNAME = 53;
    private static final int NESTED = 0x8000;

    private Fd netns;
    private NetlinkSocket socket;

    @BeforeEach
    void open() {
        Kernel.load();
        netns = Kernel.createNetworkNamespace();
        socket = NetlinkSocket.in(netns);
    }

    @AfterEach
    void close() {
        socket.close();
        netns.close();
    }

    /** Adds 10.x.x.x/32. */
    private static byte[] add(int last) {
        Optional<byte[]> bytes = Optional.of(new byte[] {10, 9, (byte) (last >> 8), (byte) last});
        return new Address(2, 32, 0, 0, 0, bytes, bytes, Optional.empty()).add(LOOPBACK);
    }

    /** Gives the loopback that many other names, of a hundred bytes each; they are part of what is said of it. */
    private void name(int count) {
        NetlinkRequest names = NetlinkRequest.nest();
        for (int i = 0; i < count; i++) {
            names.attribute(IFLA_ALT_IFNAME, String.format("%0100d", i));
        }
        byte[] message = new NetlinkRequest(
                        NEWLINKPROP, NetlinkRequest.ACK | NetlinkRequest.CREATE | NetlinkRequest.EXCLUSIVE)
                .link(LOOPBACK, 0, 0)
                .attribute(IFLA_PROP_LIST | NESTED, names.payload())
                .encode();
        assertThat(socket.exchange(List.of(message)).get(0).errno()).isZero();
    }

    @Test
    void aListOfManyPartsIsReadWhole() {
        List<byte[]> adding = new ArrayList<>();
        for (int i = 1; i <= 1500; i++) {
            adding.add(add(i));
        }
        assertThat(socket.exchange(adding)).hasSize(1500).allMatch(reply -> reply.errno() == 0);

        NetlinkReply reply = socket.exchange(List.of(Address.list())).get(0);

        assertThat(Address.parse(reply).stream().filter(address -> address.family() == 2))
                .extracting(Address::toString)
                .contains("10.9.0.1/32", "10.9.5.220/32")
                .doesNotHaveDuplicates()
                .hasSize(1501); // with 127.0.0.1
        assertThat(reply.bodies().stream().mapToInt(body -> body.data().limit()).sum())
                .isGreaterThan(64 * 1024);
    }

    @Test
    void anAnswerLargerThanTheBufferIsReadWhole() {
        name(400);

        List<NetlinkReply> replies = socket.exchange(List.of(Link.get("lo"), Link.get("lo"), Link.get("nowhere")));

        assertThat(replies).extracting(NetlinkReply::errno).containsExactly(0, 0, 19);
        for (NetlinkReply reply : replies.subList(0, 2)) {
            assertThat(Link.parse(reply)).containsExactly(new Link(LOOPBACK, "lo", true));
            assertThat(reply.bodies().get(0).data().limit()).isGreaterThan(40_000);
        }
    }

    /** More than wait in a socket's buffer at a time. */
    @Test
    void asManyAnswersAsRequestsAreRead() {
        List<NetlinkReply> replies = socket.exchange(Collections.nCopies(300, Link.get("lo")));

        assertThat(replies)
                .hasSize(300)
                .allSatisfy(reply -> assertThat(Link.parse(reply)).hasSize(1));
    }

    /** An answer is never cut to what there is room for. */
    @Test
    void anAnswerTooLargeStaysToBeAskedFor() {
        ByteBuffer small = ByteBuffer.allocateDirect(64);
        ByteBuffer large = ByteBuffer.allocateDirect(1 << 14);
        try (Fd fd = Kernel.openNetlink(netns.value())) {
            int size = Kernel.netlink(fd.value(), Link.get("lo"), small);

            assertThat(size).isGreaterThan(64);
            assertThat(Kernel.netlink(fd.value(), new byte[0], small)).isEqualTo(size);
            assertThat(Kernel.netlink(fd.value(), new byte[0], large)).isEqualTo(size);
            assertThat(large.order(java.nio.ByteOrder.nativeOrder()).getInt(0)).isEqualTo(size);
            assertThat(Kernel.netlink(fd.value(), new byte[0], large))
                    .as("the acknowledgement")
                    .isEqualTo(36);
        }
    }

    @Test
    void aRequestAfterOneThatFailsIsDone() {
        List<NetlinkReply> replies = socket.exchange(List.of(add(1), add(1), add(2), Address.list()));

        assertThat(replies).extracting(NetlinkReply::errno).containsExactly(0, 17, 0, 0);
        assertThat(Address.parse(replies.get(3))).extracting(Address::toString).contains("10.9.0.1/32", "10.9.0.2/32");
    }

    @Test
    void theRequestThatFailsFirstIsNamed() {
        try (Rtnetlink there = Rtnetlink.in(netns, "test")) {
            assertThatThrownBy(() -> there.request(List.of(
                            new Request("one", "add one", add(1), ""),
                            new Request("two", "add two", add(1), "the hint"),
                            new Request("three", "set up", Link.setUp(77), ""))))
                    .hasMessage("two: add two: EEXIST (File exists)")
                    .satisfies(e -> assertThat(((NetworkException) e).hint()).contains("the hint"));
        }
    }

    /** A request that fails is not repeated in the answer to it, which would be larger than the buffer. */
    @Test
    void aLongRequestThatFailsHasAShortAnswer() {
        byte[] message = new NetlinkRequest(16, NetlinkRequest.ACK)
                .link(77, 0, 0)
                .attribute(20, new byte[60_000])
                .encode();
        ByteBuffer answer = ByteBuffer.allocateDirect(1 << 12);
        try (Fd fd = Kernel.openNetlink(netns.value())) {
            assertThat(Kernel.netlink(fd.value(), message, answer)).isEqualTo(36);
        }
    }

    @Test
    void aSocketIsInItsNamespaceWhoeverUsesIt() {
        assertThat(Link.parse(socket.exchange(List.of(Link.list())).get(0))).containsExactly(new Link(1, "lo", true));
        socket.exchange(List.of(add(1)));
        try (NetlinkSocket own = NetlinkSocket.here()) {
            assertThat(Address.parse(own.exchange(List.of(Address.list())).get(0)))
                    .extracting(Address::toString)
                    .doesNotContain("10.9.0.1/32");
        }
    }
}
