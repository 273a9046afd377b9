package dev.libcontainer.bench;

import dev.libcontainer.Blueprint;
import dev.libcontainer.Container;
import dev.libcontainer.ContainerException;
import dev.libcontainer.ContainerSpec;
import dev.libcontainer.Containers;
import dev.libcontainer.Stdio;
import dev.libcontainer.net.Bridge;
import dev.libcontainer.net.NetworkException;
import dev.libcontainer.spec.NamespaceType;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;

/**
 * What the knobs of the network need: a network namespace to join, kept by a process, and a bridge on the host. What does
 * not work here is left out, with the reason.
 */
record Networks(Optional<Blueprint> blueprint, Optional<Container> holder, Optional<Bridge> bridge)
        implements AutoCloseable {
    private static final String INNER = "lcc";
    private static final byte[] ADDRESS = {(byte) 192, 0, 2, 2}; // TEST-NET-1 (RFC 5737)

    static Networks make(Containers containers, Workplace place, Map<String, String> leftOut) {
        Optional<Blueprint> blueprint = Optional.empty();
        Optional<Container> holder = Optional.empty();
        ContainerSpec spec = ContainerSpec.builder()
                .noIsolation()
                .namespaces(EnumSet.of(NamespaceType.NETWORK))
                .freshNetwork()
                .command(place.probe().toString(), "wait")
                .build();
        try {
            Blueprint compiled = containers.compile(spec);
            blueprint = Optional.of(compiled);
            holder = Optional.of(compiled.spawn(Stdio.nothing().inputPiped()));
        } catch (ContainerException e) {
            leftOut.put("network-joined", Starting.reason(e));
        }
        Optional<Bridge> bridge = Optional.empty();
        try {
            bridge = Optional.of(Bridge.here(named("lcb")));
        } catch (NetworkException e) {
            leftOut.put("network-veth-bridge", Starting.reason(e));
        }
        return new Networks(blueprint, holder, bridge);
    }

    private static String named(String prefix) {
        return prefix + ProcessHandle.current().pid();
    }

    /** The path of a network namespace that can be joined. */
    Optional<String> joinable() {
        return holder.map(one -> "/proc/" + one.pid() + "/ns/net");
    }

    /** The name of a pair's inner end, which is on the host before a start. */
    static String inner() {
        return named(INNER);
    }

    /** A pair of virtual Ethernet devices for each start, one end on the bridge. */
    Optional<Surroundings> pairs() {
        String outer = named("lch");
        return bridge.map(one -> new Surroundings() {
            @Override
            public void make() {
                one.pair(outer, inner(), ADDRESS);
            }

            @Override
            public void remove() {
                one.remove(outer);
            }
        });
    }

    @Override
    public void close() {
        bridge.ifPresent(Bridge::close);
        holder.ifPresent(Container::close);
        blueprint.ifPresent(Blueprint::close);
    }
}
