package dev.libcontainer.plan;

import dev.libcontainer.spec.Device;
import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.SpecException;
import java.util.List;

/**
 * What stands in /dev: the devices and links of config-linux.md ("Default Devices"), and the spec's own. In a user
 * namespace nobody may make nodes, so the host's are bound.
 */
final class DeviceStage {
    private static final int S_IFREG = 0100000;
    private static final int S_IFCHR = 0020000;
    private static final int S_IFBLK = 0060000;
    private static final int S_IFIFO = 0010000;

    /** A device that every container has. */
    private record Default(String path, long number) {}

    private static final List<Default> DEFAULTS = List.of(
            new Default("/dev/null", device(1, 3)),
            new Default("/dev/zero", device(1, 5)),
            new Default("/dev/full", device(1, 7)),
            new Default("/dev/random", device(1, 8)),
            new Default("/dev/urandom", device(1, 9)),
            new Default("/dev/tty", device(5, 0)));
    private static final List<List<String>> LINKS = List.of(
            List.of("fd", "/proc/self/fd"),
            List.of("stdin", "/proc/self/fd/0"),
            List.of("stdout", "/proc/self/fd/1"),
            List.of("stderr", "/proc/self/fd/2"),
            List.of("core", "/proc/kcore"));

    private final Draft draft;
    private final boolean wanted;
    private final boolean hasPts;

    DeviceStage(Draft draft, boolean wanted, boolean hasPts) {
        this.draft = draft;
        this.wanted = wanted;
        this.hasPts = hasPts;
        if (!wanted && !draft.linux.devices().isEmpty()) {
            throw new SpecException(
                    "linux.devices",
                    "need a /dev of the container's own",
                    "mount a tmpfs at /dev in a mount namespace");
        }
    }

    /** makedev(3) for numbers below 4096 and 1048576. */
    private static long device(long major, long minor) {
        return (minor & 0xff) | (major & 0xfff) << 8 | (minor & ~0xffL) << 12 | (major & ~0xfffL) << 32;
    }

    /** Whether a path is that of a link in /dev, or leads over one. */
    static boolean isLinked(String path) {
        return (path + "/").startsWith("/dev/ptmx/")
                || LINKS.stream().anyMatch(link -> (path + "/").startsWith("/dev/" + link.get(0) + "/"));
    }

    void makeAll() {
        if (!wanted) {
            return;
        }
        boolean bind = draft.isNew(NamespaceType.USER) || draft.joins(NamespaceType.USER);
        for (Default device : DEFAULTS) {
            if (bind) {
                bindHost(device.path, "");
            } else {
                draft.add(new MountStep.MakeNode(device.path, S_IFCHR | 0666, device.number, 0, 0), "");
            }
        }
        LINKS.forEach(link -> draft.add(new MountStep.Symlink("/dev/" + link.get(0), link.get(1)), ""));
        if (hasPts) {
            draft.add(new MountStep.Symlink("/dev/ptmx", "pts/ptmx"), "");
            draft.add(new MountStep.MakeNode("/dev/console", S_IFREG | 0600, 0, 0, 0), "");
        }
        List<Device> devices = draft.linux.devices();
        for (int i = 0; i < devices.size(); i++) {
            if (hasPts && devices.get(i).path().equals("/dev/ptmx")) {
                continue; // config-linux.md: it is a link to the container's own
            }
            make(devices.get(i), "linux.devices[" + i + "]", bind);
        }
    }

    private void bindHost(String path, String jsonPath) {
        Slot tree = draft.slot("tree of " + path);
        draft.add(new MountStep.OpenTree(path, false, tree), jsonPath);
        draft.add(new MountStep.Attach(tree, path, false), jsonPath);
        draft.releaseSlot(tree);
    }

    private void make(Device device, String path, boolean bind) {
        if (bind) {
            bindHost(device.path(), path);
            return;
        }
        int type = switch (device.type()) {
            case "b" -> S_IFBLK;
            case "p" -> S_IFIFO;
            default -> S_IFCHR;
        };
        long number = type == S_IFIFO ? 0 : device(device.major(), device.minor());
        int uid = (int) device.uid().orElse(0);
        int gid = (int) device.gid().orElse(0);
        draft.add(
                new MountStep.MakeNode(
                        device.path(), type | (device.fileMode().orElse(0666) & 07777), number, uid, gid),
                path);
    }
}
