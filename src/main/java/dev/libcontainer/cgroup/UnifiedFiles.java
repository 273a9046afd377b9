package dev.libcontainer.cgroup;

import java.util.Map;

/** Raw files of version 2: {@code linux.resources.unified}. They come last, so that they win. */
final class UnifiedFiles {
    private UnifiedFiles() {}

    /** A file such as {@code io.max} takes one line in a write, so each line is a write of its own. */
    static void limits(Map<String, String> unified, WriteList out) {
        for (Map.Entry<String, String> entry : unified.entrySet()) {
            String file = entry.getKey();
            String controller = file.substring(0, Math.max(0, file.indexOf('.')));
            String path = "linux.resources.unified[\"" + file + "\"]";
            if (!out.isV2(controller)) {
                throw out.refusal(
                        controller,
                        path,
                        "is a file of cgroup v2, and this host has the controller " + controller + " in cgroup v1",
                        "Use the typed members of linux.resources.");
            }
            for (String line : entry.getValue().split("\n")) {
                if (!line.isBlank()) {
                    out.add(controller, file, line, path);
                }
            }
        }
    }
}
