package dev.libcontainer.bench;

import dev.libcontainer.spec.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Limits of single controllers that the builder of containers has no word for. */
final class Controllers {
    private static final Path DISKS = Path.of("/sys/block");
    private static final long RATE = 1L << 30; // bytes a second: nothing that the probe would feel
    private static final long HUGE_BYTES = 64L << 20;

    private Controllers() {}

    /** No device but /dev/null. */
    static Resources devices() {
        Resources.DeviceRule none = new Resources.DeviceRule(
                false, Optional.empty(), OptionalLong.empty(), OptionalLong.empty(), Optional.of("rwm"));
        Resources.DeviceRule zero = new Resources.DeviceRule(
                true, Optional.of("c"), OptionalLong.of(1), OptionalLong.of(3), Optional.of("rw"));
        return of(List.of(none, zero), Optional.empty(), List.of());
    }

    static Resources hugepages() {
        return of(List.of(), Optional.empty(), List.of(new Resources.HugepageLimit("2MB", HUGE_BYTES)));
    }

    /** What may be read a second from the first disk; empty if there is no disk. */
    static Optional<Resources> disk() {
        return number().map(number -> {
            Resources.ThrottleDevice limit =
                    new Resources.ThrottleDevice(Long.parseLong(number[0]), Long.parseLong(number[1]), RATE);
            Resources.BlockIo io = new Resources.BlockIo(
                    OptionalInt.empty(),
                    OptionalInt.empty(),
                    List.of(),
                    List.of(limit),
                    List.of(),
                    List.of(),
                    List.of());
            return of(List.of(), Optional.of(io), List.of());
        });
    }

    private static Optional<String[]> number() {
        try (Stream<Path> disks = Files.list(DISKS)) {
            Optional<Path> first = disks.filter(disk -> Files.exists(disk.resolve("device")))
                    .sorted()
                    .findFirst();
            return first.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            Files.readString(first.get().resolve("dev")).strip().split(":"));
        } catch (IOException e) {
            return Optional.empty(); // no sysfs: no disk to limit
        }
    }

    private static Resources of(
            List<Resources.DeviceRule> devices, Optional<Resources.BlockIo> io, List<Resources.HugepageLimit> huge) {
        return new Resources(
                devices,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                io,
                huge,
                Optional.empty(),
                Map.of(),
                Map.of());
    }
}
