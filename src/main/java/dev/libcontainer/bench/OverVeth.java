package dev.libcontainer.bench;

import dev.libcontainer.Container;
import dev.libcontainer.ContainerSpec;
import dev.libcontainer.ContainerSpecBuilder;
import dev.libcontainer.Containers;
import dev.libcontainer.Stdio;
import dev.libcontainer.net.Bridge;
import dev.libcontainer.spec.NamespaceType;
import java.util.EnumSet;

/**
 * A server beside a bridge, and the probe that talks to it: from where the server is, and out of a container by way of a
 * veth pair and the bridge. All in network namespaces of its own: no device of the host is touched.
 *
 * <pre>
 *   server's namespace: server 192.0.2.1 ── bridge ── veth ┊ veth 192.0.2.2: the container's namespace
 *                       OUTSIDE (by the loopback)          ┊ INSIDE, UNFILTERED
 * </pre>
 */
final class OverVeth implements AutoCloseable {
    /** Where the server is: TEST-NET-1 (RFC 5737). */
    static final String SERVER = "192.0.2.1";

    private static final byte[] SERVER_ADDRESS = {(byte) 192, 0, 2, 1};
    private static final byte[] ADDRESS = {(byte) 192, 0, 2, 2};

    private final Bridge bridge;
    private final String inner;
    private final Container server;

    /** Begins to serve; fails with what the library says of networks and containers. */
    OverVeth(Containers containers, Workplace place) {
        bridge = Bridge.apart("lcb0", SERVER_ADDRESS);
        try {
            inner = bridge.pairApart("lch0", "eth0", ADDRESS).toString();
            server = containers
                    .compile(outside()
                            .namespaces(EnumSet.of(NamespaceType.PID))
                            .command(place.probe().toString(), "serve")
                            .build())
                    .spawn(Stdio.nothing());
        } catch (RuntimeException | Error e) {
            bridge.close();
            throw e;
        }
    }

    /** Where the server is. */
    ContainerSpecBuilder outside() {
        return ContainerSpec.builder()
                .noIsolation()
                .join(NamespaceType.NETWORK, bridge.network().toString());
    }

    /** At the other end of the pair. */
    ContainerSpecBuilder joined(ContainerSpecBuilder builder) {
        return builder.join(NamespaceType.NETWORK, inner);
    }

    @Override
    public void close() {
        server.close();
        bridge.close();
    }
}
