package dev.libcontainer.cgroup;

import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.spec.Resources;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Changes files of a cgroup in use: all, or, if the kernel refuses one, none. */
final class CgroupUpdate {
    private static final String DEVICES = "devices.list";
    private static final String IO_UNLIMITED = " rbps=max wbps=max riops=max wiops=max";

    /** A change of limits is on the path of a take from a pool, so it reads what it depends on and no more. */
    private static final Set<String> ASKED =
            Set.of("memory.current", "memory.max", "memory.usage_in_bytes", "memory.limit_in_bytes", "cpu.max");

    /** What a file said before. */
    private record Old(CgroupDirectory directory, String file, String text) {}

    private final Map<String, Old> before = new LinkedHashMap<>();

    /** What is to be written, in order; the caller may add to it. */
    static List<CgroupWrite> writes(
            Resources resources, CgroupMounts mounts, Function<String, Optional<CgroupDirectory>> directory) {
        Map<StatFile, String> contents = new LinkedHashMap<>();
        for (StatFile file : CgroupStats.files(mounts)) {
            if (ASKED.contains(file.file())) {
                directory
                        .apply(file.controller())
                        .flatMap(found -> found.read(file.file()))
                        .ifPresent(text -> contents.put(file, text));
            }
        }
        return new ArrayList<>(CgroupLimits.forUpdate(resources, mounts, CgroupStats.parse(mounts, contents)));
    }

    /**
     * Makes one write.
     *
     * @throws CgroupException if the kernel refuses; the caller then calls {@link #undo}
     */
    void write(CgroupDirectory directory, CgroupWrite write) {
        remember(directory, write.file().startsWith("devices.") ? DEVICES : write.file());
        if (write.file().equals("cpu.idle")) { // which takes the weight away
            remember(directory, "cpu.shares");
            remember(directory, "cpu.weight");
        }
        try {
            directory.write(write.file(), write.value());
        } catch (KernelException e) {
            throw CgroupException.refused(write.jsonPath(), write.controller(), e, "");
        }
    }

    private void remember(CgroupDirectory directory, String file) {
        String key = directory.path().resolve(file).toString();
        if (!before.containsKey(key)) {
            directory.read(file).ifPresent(text -> before.put(key, new Old(directory, file, text)));
        }
    }

    /** Puts back what was there. Limits depend on each other in both directions, so what is refused is tried again. */
    void undo() {
        List<Old> left = new ArrayList<>(before.values());
        for (int round = 0; round < before.size() && !left.isEmpty(); round++) {
            left.removeIf(CgroupUpdate::putBack);
        }
    }

    private static boolean putBack(Old old) {
        String now;
        try {
            now = old.directory.read(old.file).orElse("");
        } catch (KernelException e) {
            return false; // the others are put back all the same
        }
        if (now.equals(old.text)) {
            return true;
        }
        if (old.file.equals(DEVICES)) {
            return DevicesController.back(old.text, now).stream()
                    .allMatch(write -> tryWrite(old.directory, write.file(), write.value()));
        }
        boolean all = true;
        for (String value : values(old, now)) {
            all &= tryWrite(old.directory, old.file, value);
        }
        return all;
    }

    private static boolean tryWrite(CgroupDirectory directory, String file, String value) {
        return Kernel.tryWriteAt(Kernel.AT_FDCWD, directory.path().resolve(file).toString(), value);
    }

    /** What is written so that a file says again what it said: a line each for files with one about each device. */
    static List<String> values(String file, String text, String now) {
        if (file.equals("memory.oom_control")) {
            return List.of(text.startsWith("oom_kill_disable 1") ? "1" : "0");
        }
        String reset = reset(file);
        if (reset.isEmpty() && text.lines().count() <= 1) {
            return List.of(text.strip());
        }
        List<String> values = new ArrayList<>();
        List<String> known = new ArrayList<>();
        for (String line : text.lines().filter(line -> !line.isBlank()).toList()) {
            values.add(line);
            known.add(key(line));
        }
        now.lines()
                .map(CgroupUpdate::key)
                .filter(key -> !reset.isEmpty() && !key.isEmpty() && !known.contains(key))
                .forEach(key -> values.add(key + reset));
        return values;
    }

    private static List<String> values(Old old, String now) {
        return values(old.file, old.text, now);
    }

    private static String key(String line) {
        return line.strip().split("\\s+")[0];
    }

    /** What takes the line about a device away that there was not before. */
    private static String reset(String file) {
        if (file.startsWith("blkio.throttle.")) {
            return " 0";
        }
        if (file.equals("io.max")) {
            return IO_UNLIMITED;
        }
        return file.endsWith("weight_device") || file.equals("io.bfq.weight") || file.equals("io.weight")
                ? " default"
                : "";
    }
}
