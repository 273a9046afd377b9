package dev.libcontainer.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
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

        NetlinkReply reply = NetlinkReply.parse(read(answer(17, link, link)));

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
            assertThatThrownBy(() -> NetlinkReply.parse(read(bad))).hasMessageContaining("malformed");
        }
        for (int length : new int[] {0, 3, 200, 0xffff}) {
            byte[] bad = good.clone();
            read(bad).putShort(32, (short) length);
            NetlinkReply reply = NetlinkReply.parse(read(bad));
            assertThatThrownBy(() -> Link.parse(reply.bodies().get(0))).hasMessageContaining("malformed");
        }
        byte[] endless = java.util.Arrays.copyOf(good, good.length - 20);
        assertThatThrownBy(() -> NetlinkReply.parse(read(endless))).hasMessageContaining("malformed");
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

            Address address = Address.parse(
                            NetlinkReply.parse(read(answer(0, bytes))).bodies().get(0))
                    .orElseThrow();

            assertThat(address).hasToString("10.1.2.3/24");
            assertThat(address.isKept()).isEqualTo(scopeAndFlags.getValue());
        }
    }
}
