package dev.libcontainer;

import dev.libcontainer.kernel.Errno;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.net.DeviceMove;
import dev.libcontainer.net.NetworkException;
import dev.libcontainer.spec.Linux;
import dev.libcontainer.spec.Namespace;
import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.NetDevice;
import dev.libcontainer.spec.Spec;
import dev.libcontainer.spec.SpecException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The host's network devices that a container takes along. They are moved into a network namespace made for it, which it
 * then joins; when the namespace goes, the kernel brings hardware back to the host and deletes what is virtual.
 */
final class NetworkDevices {
    private final Map<String, NetDevice> devices;

    private NetworkDevices(Map<String, NetDevice> devices) {
        this.devices = devices;
    }

    static NetworkDevices of(Spec spec) {
        NetworkDevices all =
                new NetworkDevices(spec.linux().map(Linux::netDevices).orElse(Map.of()));
        if (all.isEmpty()) {
            return all;
        }
        Linux linux = spec.linux().orElseThrow();
        if (linux.namespace(NamespaceType.USER).isPresent()) {
            throw refused("cannot be moved into a network namespace that a user namespace owns");
        }
        if (linux.namespace(NamespaceType.NETWORK).flatMap(Namespace::path).isPresent()) {
            throw refused("are for a network namespace of the container's own, not for one that it joins");
        }
        return all;
    }

    private static SpecException refused(String why) {
        return new SpecException("linux.netDevices", why, "move the devices before the container is started");
    }

    boolean isEmpty() {
        return devices.isEmpty();
    }

    /** Starts a container with the devices in its network namespace; if it fails they are back on the host. */
    Container spawn(String id, Function<Fd, Container> start) {
        try (Fd network = Kernel.createNetworkNamespace()) {
            List<DeviceMove.Moved> moved = DeviceMove.move(devices, network);
            try {
                return start.apply(network);
            } catch (RuntimeException | Error e) {
                undo(moved, network, e);
                throw e;
            }
        } catch (NetworkException e) {
            throw failed(id, String.valueOf(e.getMessage()), new Errno(e.errno()), e.jsonPath(), e.hint(), e);
        } catch (KernelException e) {
            throw failed(id, String.valueOf(e.getMessage()), e.errno(), "linux.netDevices", Optional.empty(), e);
        }
    }

    private static void undo(List<DeviceMove.Moved> moved, Fd network, Throwable failure) {
        try {
            DeviceMove.undo(moved, network);
        } catch (NetworkException e) {
            failure.addSuppressed(e);
        }
    }

    private static SpawnFailedException failed(
            String id, String why, Errno errno, String path, Optional<String> hint, Throwable cause) {
        return new SpawnFailedException(
                ContainerException.Phase.SPAWN,
                "start " + id + ": " + why,
                -1,
                "RTM_NEWLINK",
                errno.toString(),
                0,
                path,
                hint.orElse(""),
                cause);
    }
}
