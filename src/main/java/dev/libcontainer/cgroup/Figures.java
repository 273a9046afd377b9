package dev.libcontainer.cgroup;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What the files with figures of one container say. */
final class Figures {
    /** Files whose counts of version 1 are those of one cgroup alone. */
    private static final Set<String> LOCAL = Set.of("memory.oom_control", "pids.events");

    /** Lines of those files that are no counts. */
    private static final Set<String> STATES = Set.of("oom_kill_disable", "under_oom");

    private Figures() {}

    static Map<StatFile, String> of(
            CgroupMounts mounts,
            List<CgroupDirectory> directories,
            Function<String, Optional<CgroupDirectory>> byController) {
        Map<StatFile, String> contents = new LinkedHashMap<>();
        List<StatFile> files = new ArrayList<>(CgroupStats.files(mounts));
        for (CgroupDirectory directory : directories) {
            files.addAll(CgroupDetails.files(directory.hierarchy(), directory.fileNames()));
        }
        for (StatFile file : files) {
            byController
                    .apply(file.controller())
                    .flatMap(directory -> read(directory, file.file()))
                    .ifPresent(text -> contents.put(file, text));
        }
        return contents;
    }

    private static Optional<String> read(CgroupDirectory directory, String file) {
        Optional<String> text = directory.read(file);
        Optional<String> below = LOCAL.contains(file)
                ? directory.countedBelow().flatMap(payload -> payload.read(file))
                : Optional.empty();
        return text.isPresent() && below.isPresent() ? Optional.of(sum(text.get(), below.get())) : text;
    }

    /** Lines of a key and a number, as the first has them, with the numbers of both. */
    static String sum(String text, String below) {
        Map<String, Long> more = new LinkedHashMap<>();
        below.lines().map(line -> line.split(" ")).forEach(words -> more.put(words[0], Long.parseLong(words[1])));
        StringBuilder sum = new StringBuilder();
        for (String line : text.lines().toList()) {
            String[] words = line.split(" ");
            long added = STATES.contains(words[0]) ? 0 : more.getOrDefault(words[0], 0L);
            sum.append(words[0])
                    .append(' ')
                    .append(Long.parseLong(words[1]) + added)
                    .append('\n');
        }
        return sum.toString();
    }
}
