package dev.libcontainer.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.spec.SpecReader;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CgroupOwnerTest {
    private static String spec(String cgroupOptions, String namespaces, String mappings) {
        return """
                {"ociVersion": "1.3.0", "root": {"path": "rootfs"},
                 "process": {"cwd": "/", "args": ["sh"], "user": {"uid": 5, "gid": 5}},
                 "mounts": [{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": [%s]}],
                 "linux": {"namespaces": [%s], "uidMappings": [%s], "gidMappings": [%s]}}
                """.formatted(cgroupOptions, namespaces, mappings, mappings);
    }

    private static final String OWN = "{\"type\": \"cgroup\"}, {\"type\": \"user\"}, {\"type\": \"mount\"}";
    private static final String MAPPED = "{\"containerID\": 0, \"hostID\": 100000, \"size\": 1000}";

    private static Optional<Long> owner(String cgroupOptions, String namespaces, String mappings) {
        return CgroupOwner.of(
                SpecReader.read(spec(cgroupOptions, namespaces, mappings).getBytes(UTF_8)));
    }

    @Test
    void itIsTheProcesssUserOnTheHost() {
        assertThat(owner("\"nosuid\"", OWN, MAPPED)).contains(100005L);
    }

    @Test
    void itStaysRootsWhereTheContainerCouldNotUseIt() {
        String withoutCgroup = "{\"type\": \"user\"}, {\"type\": \"mount\"}";
        String withoutUser = "{\"type\": \"cgroup\"}, {\"type\": \"mount\"}";

        assertThat(owner("\"ro\"", OWN, MAPPED)).isEmpty();
        assertThat(owner("\"nosuid\"", withoutCgroup, MAPPED)).isEmpty();
        assertThat(owner("\"nosuid\"", withoutUser, "")).isEmpty();
    }
}
