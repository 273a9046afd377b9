package dev.libcontainer.cgroup;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which cgroups below a container's a process is to enter: {@code PATH} or {@code CONTROLLER[,CONTROLLER]:PATH}. */
final class SubCgroups {
    private static final String EVERYWHERE = "";

    private SubCgroups() {}

    /** The container's directories, those that are named replaced by ones below. */
    static List<CgroupDirectory> of(List<CgroupDirectory> directories, List<String> specs) {
        Map<String, String> asked = parse(specs);
        List<CgroupDirectory> chosen = new ArrayList<>();
        for (CgroupDirectory directory : directories) {
            Optional<String> path =
                    Optional.ofNullable(asked.remove(directory.hierarchy().name()));
            for (String controller : directory.hierarchy().controllers()) {
                Optional<String> other = Optional.ofNullable(asked.remove(controller));
                if (path.isPresent() && other.isPresent() && !path.equals(other)) {
                    throw CgroupException.failed(
                            controller,
                            "invalid cgroup argument: " + controller + " is in one hierarchy with "
                                    + directory.hierarchy().name() + ", it cannot have another path",
                            "");
                }
                path = path.or(() -> other);
            }
            chosen.add(below(directory, path.orElse(asked.getOrDefault(EVERYWHERE, ""))));
        }
        asked.remove(EVERYWHERE);
        if (!asked.isEmpty()) {
            String controller = asked.keySet().iterator().next();
            throw CgroupException.failed(controller, "unknown controller " + controller + " in cgroup argument", "");
        }
        return chosen;
    }

    private static Map<String, String> parse(List<String> specs) {
        Map<String, String> asked = new LinkedHashMap<>();
        for (String spec : specs) {
            int colon = spec.indexOf(':');
            if (colon < 0 && specs.size() > 1) {
                throw CgroupException.failed(
                        "", "invalid cgroup argument: " + spec + " (missing <controller>: prefix)", "");
            }
            String path = spec.substring(colon + 1);
            for (String controller : spec.substring(0, Math.max(colon, 0)).split(",", -1)) {
                if (colon >= 0 && controller.isEmpty()) {
                    throw CgroupException.failed("", "invalid cgroup argument: " + spec + " (empty controller)", "");
                }
                if (asked.put(controller, path) != null) {
                    throw CgroupException.failed(
                            controller, "invalid cgroup argument: more than one path for " + controller, "");
                }
            }
        }
        return asked;
    }

    private static CgroupDirectory below(CgroupDirectory directory, String path) {
        Path below = directory.path();
        for (String name : path.split("/")) {
            if (name.equals("..")) {
                throw CgroupException.failed(directory.hierarchy().name(), path + " is not a sub cgroup path", "");
            }
            below = name.isEmpty() || name.equals(".") ? below : below.resolve(name);
        }
        CgroupDirectory chosen = new CgroupDirectory(directory.hierarchy(), below);
        if (!chosen.exists()) {
            throw CgroupException.failed(
                    directory.hierarchy().name(),
                    "error adding pid to cgroup: open " + below + "/cgroup.procs: no such file or directory",
                    "");
        }
        return chosen;
    }
}
