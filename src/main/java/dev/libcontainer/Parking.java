package dev.libcontainer;

import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.SpawnCall;
import dev.libcontainer.kernel.SpawnException;
import java.util.Optional;

/** Makes sandboxes of a blueprint that wait for what they are to run. Thread-safe. */
final class Parking implements AutoCloseable {
    private final Containers containers;
    private final Blueprint blueprint;
    private final Blueprint.Variant fresh;
    private final Optional<Blueprint.Variant> pooled;

    Parking(Containers containers, Blueprint blueprint, Blueprint.Variant fresh, Optional<Blueprint.Variant> pooled) {
        this.containers = containers;
        this.blueprint = blueprint;
        this.fresh = fresh;
        this.pooled = pooled;
    }

    /**
     * Makes one.
     *
     * @throws ContainerException if that fails; nothing is left behind
     * @throws IllegalStateException if the blueprint is closed
     */
    Parked park() {
        containers.waiting().incrementAndGet(); // before anybody counts it as running
        try {
            return parkOne();
        } catch (RuntimeException | Error e) {
            left();
            throw e;
        }
    }

    private Parked parkOne() {
        Optional<Fd> network = pooled.isPresent() ? containers.readyNetwork() : Optional.empty();
        if (network.isEmpty()) {
            return park(fresh, ReadyNetworks.Binding.NONE);
        }
        try (Fd mine = network.get()) {
            return park(pooled.orElse(fresh), ReadyNetworks.Binding.only(mine.value()));
        }
    }

    private Parked park(Blueprint.Variant variant, ReadyNetworks.Binding network) {
        String id = containers.nextId();
        Container container = new Container(containers, variant, id);
        Optional<UsedCgroups> existing = Optional.empty();
        SpawnCall call = containers.takeCall();
        try {
            call.exitTo(containers.exits().poller().fd(), container.token()).awaitTask();
            existing = blueprint.bindPlace(variant, id, false, network, call);
            variant.spawn(call);
            Optional<UsedCgroups> own = existing;
            existing = Optional.empty(); // the container gives them back from now on
            container.adoptProcess(call, own);
            container.settled();
            return new Parked(container, variant, call.gate());
        } catch (SpawnException e) {
            blueprint.failed(container, existing);
            throw Failures.spawn(ContainerException.Phase.SPAWN, id, variant.plan(), e);
        } catch (RuntimeException | Error e) {
            blueprint.failed(container, existing);
            throw e;
        } finally {
            containers.giveCall(call);
        }
    }

    /** One less does. */
    void left() {
        containers.waiting().decrementAndGet();
    }

    @Override
    public void close() {
        fresh.close();
        pooled.ifPresent(Blueprint.Variant::close);
    }
}
