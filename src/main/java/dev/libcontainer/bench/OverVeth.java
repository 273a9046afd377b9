package dev.libcontainer.bench;

import dev.libcontainer.Blueprint;
import dev.libcontainer.Container;
import dev.libcontainer.ContainerSpec;
import dev.libcontainer.ContainerSpecBuilder;
import dev.libcontainer.Containers;
import dev.libcontainer.Stdio;
import dev.libcontainer.net.Bridge;
import dev.libcontainer.spec.NamespaceType;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;

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
    private static final String SERVER = "192.0.2.1"; // TEST-NET-1 (RFC 5737)
    private static final byte[] SERVER_ADDRESS = {(byte) 192, 0, 2, 1};
    private static final byte[] ADDRESS = {(byte) 192, 0, 2, 2};

    private final Containers containers;
    private final Workplace place;
    private final Bridge bridge;
    private final String inner;
    private final Container server;

    /** Begins to serve; fails with what the library says of networks and containers. */
    OverVeth(Containers containers, Workplace place) {
        this.containers = containers;
        this.place = place;
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

    private ContainerSpecBuilder outside() {
        return ContainerSpec.builder()
                .noIsolation()
                .join(NamespaceType.NETWORK, bridge.network().toString());
    }

    /** What prints the latency and the throughput. */
    Map<Running.Where, Blueprint> probes() {
        String[] words = {"", "net", "veth", SERVER};
        Map<Running.Where, Blueprint> all = new EnumMap<>(Running.Where.class);
        words[0] = place.probe().toString();
        all.put(
                Running.Where.OUTSIDE,
                containers.compile(outside().command(words).build()));
        words[0] = Workplace.PROBE;
        all.put(Running.Where.INSIDE, containers.compile(inside().command(words).build()));
        all.put(
                Running.Where.UNFILTERED,
                containers.compile(inside().command(words).withoutSeccomp().build()));
        return all;
    }

    private ContainerSpecBuilder inside() {
        return place.inside(ContainerSpec.builder()).join(NamespaceType.NETWORK, inner);
    }

    @Override
    public void close() {
        server.close();
        bridge.close();
    }
}
