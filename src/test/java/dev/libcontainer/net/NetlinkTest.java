package dev.libcontainer.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Messages byte by byte; no kernel is asked. */
class NetlinkTest {
    private static ByteBuffer read(byte[] message) {
        return ByteBuffer.wrap(message).order(ByteOrder.nativeOrder());
    }

    @Test
    void aMessageIsAsTheManualDrawsIt() {
        ByteBuffer message = read(Link.move(7, 9, "eth0"));

        assertThat(message.getInt(0)).as("length").isEqualTo(message.limit()).isEqualTo(16 + 16 + 8 + 12);
        assertThat(message.getShort(4)).as("RTM_NEWLINK").isEqualTo((short) 16);
        assertThat(message.getShort(6)).as("REQUEST | ACK").isEqualTo((short) 5);
        assertThat(message.getInt(20)).as("index").isEqualTo(7);
        assertThat(message.getShort(32)).as("length of an attribute").isEqualTo((short) 8);
        assertThat(message.getShort(34)).as("IFLA_NET_NS_FD").isEqualTo((short) 28);
        assertThat(message.getInt(36)).isEqualTo(9);
        assertThat(message.getShort(40)).as("without padding").isEqualTo((short) 9);
        assertThat(message.getShort(42)).as("IFLA_IFNAME").isEqualTo((short) 3);
        byte[] name = new byte[8];
        message.get(44, name);
        assertThat(new String(name, StandardCharsets.US_ASCII)).isEqualTo("eth0\0\0\0\0");
    }

    /** CVE-2021-43784: a length that wraps at 16 bits makes the payload's own bytes into attributes. */
    @Test
    void anAttributeTooLongForItsLengthIsRefused() {
        NetlinkRequest request = new NetlinkRequest(16, 0);

        assertThatThrownBy(() -> request.attribute(3, new byte[0x10000]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("netlink takes 65531");
        assertThatThrownBy(() -> request.attribute(3, new byte[0xffff - 3])).hasMessageContaining("65531");
        assertThat(request.encode()).as("nothing of it is left behind").hasSize(16);
    }

    @Test
    void aMessageTooLongIsRefused() {
        NetlinkRequest request = new NetlinkRequest(16, 0).attribute(3, new byte[60_000]);

        assertThatThrownBy(() -> request.attribute(3, new byte[6_000])).hasMessageContaining("65536 bytes");
    }

    private static NetlinkReply reply(byte[] answer) {
        NetlinkExchange exchange = new NetlinkExchange(1, List.of(Link.list()));
        assertThat(exchange.take(answer)).as("ended").isTrue();
        return exchange.replies().get(0);
    }

    private static byte[] answer(int errno, byte[]... messages) {
        ByteBuffer all = ByteBuffer.allocate(4096).order(ByteOrder.nativeOrder());
        for (byte[] message : messages) {
            all.put(message);
        }
        all.putInt(20)
                .putShort((short) 2)
                .putShort((short) 0)
                .putInt(1)
                .putInt(0)
                .putInt(-errno);
        byte[] bytes = new byte[all.position()];
        all.get(0, bytes);
        return bytes;
    }

    @Test
    void anAnswerIsItsMessagesAndItsErrno() {
        byte[] link =
                new NetlinkRequest(16, 0).link(5, 1, 0).attribute(3, "veth7").encode();

        NetlinkReply reply = reply(answer(17, link, link));

        assertThat(reply.errno()).isEqualTo(17);
        assertThat(reply.bodies())
                .hasSize(2)
                .allSatisfy(body -> assertThat(Link.parse(body)).contains(new Link(5, "veth7", true)));
    }

    @Test
    void lengthsThatLeadOutOfAnAnswerAreRefused() {
        byte[] good = answer(
                0, new NetlinkRequest(16, 0).link(5, 1, 0).attribute(3, "veth7").encode());
        for (int length : new int[] {0, 15, good.length + 1, Integer.MAX_VALUE, -4}) {
            byte[] bad = good.clone();
            read(bad).putInt(0, length);
            assertThatThrownBy(() -> reply(bad)).hasMessageContaining("malformed");
        }
        for (int length : new int[] {0, 3, 200, 0xffff}) {
            byte[] bad = good.clone();
            read(bad).putShort(32, (short) length);
            NetlinkReply reply = reply(bad);
            assertThatThrownBy(() -> Link.parse(reply.bodies().get(0))).hasMessageContaining("malformed");
        }
    }

    @Test
    void anAnswerMayComeInPartsAndEndsWithItsErrno() {
        byte[] link =
                new NetlinkRequest(16, 0).link(5, 1, 0).attribute(3, "veth7").encode();
        NetlinkExchange exchange = new NetlinkExchange(1, List.of(Link.list()));

        assertThat(exchange.take(link)).isFalse();
        assertThat(exchange.take(link)).isFalse();
        assertThat(exchange.take(answer(0))).isTrue();

        assertThat(exchange.replies().get(0).bodies()).hasSize(2);
    }

    @Test
    void ofRequestsInARowTheLastIsAcknowledged() {
        byte[] find = Link.get("a-name");
        ByteBuffer datagram = read(new NetlinkExchange(7, List.of(find, Link.setUp(3), Address.list())).datagram());

        int second = NetlinkRequest.padded(find.length);
        int third = second + 32;
        assertThat(datagram.getInt(0)).isEqualTo(find.length);
        assertThat(datagram.getInt(second)).isEqualTo(32);
        assertThat(datagram.limit()).isEqualTo(third + 24);
        assertThat(datagram.getShort(6)).as("REQUEST").isEqualTo((short) 1);
        assertThat(datagram.getShort(second + 6)).as("REQUEST").isEqualTo((short) 1);
        assertThat(datagram.getShort(third + 6)).as("REQUEST | DUMP").isEqualTo((short) 0x301);
        assertThat(datagram.getInt(8)).as("sequence").isEqualTo(7);
        assertThat(datagram.getInt(second + 8)).isEqualTo(8);
        assertThat(datagram.getInt(third + 8)).isEqualTo(9);
        ByteBuffer alone = read(new NetlinkExchange(7, List.of(find)).datagram());
        assertThat(alone.getShort(6)).as("REQUEST | ACK").isEqualTo((short) 5);
    }

    @Test
    void aListThatIsNotTheLastRequestIsRefused() {
        assertThatThrownBy(() -> new NetlinkExchange(1, List.of(Link.list(), Link.setUp(3))))
                .hasMessageContaining("request 0 of 2");
        byte[] silent = new NetlinkRequest(16, 0).link(3, 0, 0).encode();
        assertThatThrownBy(() -> new NetlinkExchange(1, List.of(silent))).hasMessageContaining("request 0 of 1");
    }

    @Test
    void eachRequestHasItsOwnAnswer() {
        byte[] up = Link.setUp(3);
        NetlinkExchange exchange = new NetlinkExchange(5, List.of(up, up, Link.get("veth7"), up));
        byte[] link =
                new NetlinkRequest(16, 0).link(5, 1, 0).attribute(3, "veth7").encode();

        assertThat(exchange.take(numbered(4, answer(1)))).as("to one before").isFalse();
        assertThat(exchange.take(numbered(6, answer(19)))).isFalse();
        assertThat(exchange.take(numbered(7, link))).isFalse();
        assertThat(exchange.take(numbered(9, answer(1)))).as("to another").isFalse();
        assertThat(exchange.take(numbered(8, answer(0)))).isTrue();

        assertThat(exchange.replies()).extracting(NetlinkReply::errno).containsExactly(0, 19, 0, 0);
        assertThat(Link.parse(exchange.replies().get(2))).containsExactly(new Link(5, "veth7", true));
    }

    private static byte[] numbered(int sequence, byte[] message) {
        read(message).putInt(8, sequence);
        return message;
    }

    @Test
    void onlyGlobalAndPermanentAddressesAreKept() {
        for (Map.Entry<int[], Boolean> scopeAndFlags : Map.of(
                        new int[] {0, 0x80}, true,
                        new int[] {0, 0}, false,
                        new int[] {253, 0x80}, false)
                .entrySet()) {
            int[] values = scopeAndFlags.getKey();
            byte[] bytes = new NetlinkRequest(20, 0)
                    .address(2, 24, values[1], values[0], 5)
                    .attribute(2, new byte[] {10, 1, 2, 3})
                    .encode();

            Address address = Address.parse(reply(answer(0, bytes))).get(0);

            assertThat(address).hasToString("10.1.2.3/24");
            assertThat(address.isKept()).isEqualTo(scopeAndFlags.getValue());
        }
    }
}
