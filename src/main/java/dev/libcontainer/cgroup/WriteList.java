package dev.libcontainer.cgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Collects the writes of one controller after the other, and refuses what the host has no controller for. */
final class WriteList {
    private final CgroupMounts mounts;
    private final List<CgroupWrite> writes = new ArrayList<>();

    WriteList(CgroupMounts mounts) {
        this.mounts = mounts;
    }

    boolean has(String controller) {
        return mounts.hierarchy(controller).isPresent();
    }

    /** Whether a controller speaks version 2; of no importance for one that is missing. */
    boolean isV2(String controller) {
        return mounts.version(controller).orElse(CgroupVersion.V2) == CgroupVersion.V2;
    }

    void add(String controller, String file, String value, String jsonPath) {
        requirePresent(controller, jsonPath);
        writes.add(new CgroupWrite(controller, file, value, jsonPath));
    }

    void add(String controller, String file, long value, String jsonPath) {
        add(controller, file, Long.toString(value), jsonPath);
    }

    /** Two ways to say the same; the second is for kernels without the file of the first. */
    void addEither(String controller, String file, String value, String other, String otherValue, String jsonPath) {
        requirePresent(controller, jsonPath);
        CgroupWrite otherwise = new CgroupWrite(controller, other, otherValue, jsonPath);
        writes.add(new CgroupWrite(controller, file, value, jsonPath, Optional.of(otherwise)));
    }

    CgroupException refusal(String controller, String jsonPath, String problem, String hint) {
        requirePresent(controller, jsonPath);
        return CgroupException.refused(jsonPath, controller, problem, hint);
    }

    CgroupException onlyV1(String controller, String jsonPath) {
        return refusal(controller, jsonPath, "cgroup v2 has no such limit, and this host has cgroup v2", "");
    }

    List<CgroupWrite> toList() {
        return List.copyOf(writes);
    }

    private void requirePresent(String controller, String jsonPath) {
        if (!has(controller)) {
            throw CgroupException.missing(jsonPath, controller, mounts);
        }
    }
}
