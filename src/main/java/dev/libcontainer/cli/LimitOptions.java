package dev.libcontainer.cli;

import dev.libcontainer.spec.IntelRdt;
import dev.libcontainer.spec.Resources;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The limits that have an option of their own. */
final class LimitOptions {
    private static final String UNITS = "kmgt";
    private static final int BITS_IN_UNIT = 10;

    private LimitOptions() {}

    static Syntax add(Syntax syntax) {
        return syntax.value("memory", "BYTES", "memory")
                .value("memory-reservation", "BYTES", "memory the kernel tries to leave untouched")
                .value("memory-swap", "BYTES", "memory and swap together")
                .value("kernel-memory", "BYTES", "kernel memory, which kernels no longer limit")
                .value("kernel-memory-tcp", "BYTES", "memory of TCP buffers, cgroup v1 only")
                .value("cpu-period", "MICROS", "the length of a period of the CPU quota")
                .value("cpu-quota", "MICROS", "CPU time in a period, -1 is unlimited")
                .value("cpu-burst", "MICROS", "CPU time that may be saved up for a later period")
                .value("cpu-share", "N", "CPU weight relative to others, 1024 is normal")
                .value("cpu-idle", "0|1", "run only when nothing else wants the CPU")
                .value("cpu-rt-period", "MICROS", "the length of a period of the real-time limit")
                .value("cpu-rt-runtime", "MICROS", "real-time CPU time in a period")
                .value("cpuset-cpus", "LIST", "CPUs, as 0-2,4")
                .value("cpuset-mems", "LIST", "memory nodes, as 0-1")
                .value("pids-limit", "N", "tasks, -1 is unlimited")
                .value("blkio-weight", "N", "block device weight, 10 to 1000")
                .value("l3-cache-schema", "LINES", "cache of the container's resctrl class, as L3:0=f;1=ff")
                .value("mem-bw-schema", "LINE", "memory bandwidth of it, as MB:0=20;1=70");
    }

    static Resources of(Arguments arguments) {
        return new Resources(
                List.of(),
                memory(arguments),
                cpu(arguments),
                pids(arguments),
                blockIo(arguments),
                List.of(),
                Optional.empty(),
                Map.of(),
                Map.of());
    }

    /** The limits that are set by resctrl instead of cgroups. */
    static Optional<IntelRdt> rdt(Arguments arguments) {
        Optional<String> cache = arguments.text("l3-cache-schema");
        Optional<String> bandwidth = arguments.text("mem-bw-schema");
        return cache.isEmpty() && bandwidth.isEmpty()
                ? Optional.empty()
                : Optional.of(new IntelRdt(Optional.empty(), List.of(), cache, bandwidth, false));
    }

    private static Optional<Resources.Memory> memory(Arguments arguments) {
        Resources.Memory memory = new Resources.Memory(
                bytes(arguments, "memory"),
                bytes(arguments, "memory-reservation"),
                bytes(arguments, "memory-swap"),
                bytes(arguments, "kernel-memory"),
                bytes(arguments, "kernel-memory-tcp"),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        boolean any = memory.limit().isPresent()
                || memory.reservation().isPresent()
                || memory.swap().isPresent()
                || memory.kernel().isPresent()
                || memory.kernelTCP().isPresent();
        return any ? Optional.of(memory) : Optional.empty();
    }

    private static Optional<Resources.Cpu> cpu(Arguments arguments) {
        Resources.Cpu cpu = new Resources.Cpu(
                arguments.number("cpu-share"),
                arguments.number("cpu-quota"),
                arguments.number("cpu-burst"),
                arguments.number("cpu-period"),
                arguments.number("cpu-rt-runtime"),
                arguments.number("cpu-rt-period"),
                arguments.text("cpuset-cpus"),
                arguments.text("cpuset-mems"),
                arguments.number("cpu-idle"));
        OptionalLong none = OptionalLong.empty();
        Resources.Cpu nothing =
                new Resources.Cpu(none, none, none, none, none, none, Optional.empty(), Optional.empty(), none);
        return cpu.equals(nothing) ? Optional.empty() : Optional.of(cpu);
    }

    private static Optional<Resources.Pids> pids(Arguments arguments) {
        OptionalLong limit = arguments.number("pids-limit");
        return limit.isPresent() ? Optional.of(new Resources.Pids(limit)) : Optional.empty();
    }

    private static Optional<Resources.BlockIo> blockIo(Arguments arguments) {
        OptionalLong weight = arguments.number("blkio-weight");
        if (weight.isEmpty()) {
            return Optional.empty();
        }
        long value = weight.getAsLong();
        if (value < 10 || value > 1000) {
            throw new UsageException("--blkio-weight is 10 to 1000, not " + value);
        }
        return Optional.of(new Resources.BlockIo(
                OptionalInt.of((int) value),
                OptionalInt.empty(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of()));
    }

    private static OptionalLong bytes(Arguments arguments, String option) {
        Optional<String> text = arguments.text(option);
        return text.isEmpty() ? OptionalLong.empty() : OptionalLong.of(bytes(option, text.get()));
    }

    /** {@code 1024}, {@code 64m}, {@code 64M}, {@code 64MiB}, {@code -1}. */
    static long bytes(String option, String text) {
        String number = text.toLowerCase(Locale.ROOT);
        if (number.endsWith("b")) {
            number = number.substring(0, number.length() - (number.endsWith("ib") ? 2 : 1));
        }
        int unit = number.isEmpty() ? -1 : UNITS.indexOf(number.charAt(number.length() - 1));
        if (unit >= 0) {
            number = number.substring(0, number.length() - 1);
        }
        try {
            long count = Long.parseLong(number);
            return Math.multiplyExact(count, 1L << (BITS_IN_UNIT * (unit + 1)));
        } catch (ArithmeticException | NumberFormatException e) {
            throw new UsageException(
                    "--" + option + " is a number of bytes like 67108864 or 64m, not \"" + text + "\"");
        }
    }
}
