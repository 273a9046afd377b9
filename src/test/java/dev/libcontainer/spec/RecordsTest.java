package dev.libcontainer.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecordsTest {

    @Test
    void aRecordKeepsItsOwnCopyOfAList() {
        List<String> options = new ArrayList<>(List.of("ro"));
        Mount mount = new Mount("/a", Optional.empty(), Optional.empty(), options, List.of(), List.of());

        options.add("rw");

        assertThat(mount.options()).containsExactly("ro");
        assertThatThrownBy(() -> mount.options().add("rw")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void aMapKeepsItsOrderAndCannotBeChanged() {
        Map<String, String> raw = new LinkedHashMap<>();
        for (String key : List.of("memory.high", "cpu.max", "io.max", "pids.max", "memory.min", "cpu.weight")) {
            raw.put(key, "1");
        }

        Map<String, String> kept = Ordered.copyOf(raw);
        raw.clear();

        assertThat(kept.keySet())
                .containsExactly("memory.high", "cpu.max", "io.max", "pids.max", "memory.min", "cpu.weight");
        assertThatThrownBy(() -> kept.put("a", "b")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void aMemberIsReplacedAndTheRestKept() {
        Spec whole = SpecReader.read(Examples.full());
        Linux other = Linux.of(List.of());

        Spec changed = whole.withLinux(other);

        assertThat(changed.linux()).contains(other);
        assertThat(changed.withLinux(whole.linux().orElseThrow())).isEqualTo(whole);
    }

    @ParameterizedTest
    @EnumSource
    void aNamespaceTypeIsFoundByItsJsonName(NamespaceType type) {
        assertThat(NamespaceType.fromJson(type.jsonName())).contains(type);
    }

    @Test
    void aBindMountIsRecursive() {
        assertThat(Mount.bind("/srv", "/data", "ro").options()).containsExactly("rbind", "ro");
    }

    @Test
    void aSysctlNameMaySeparateWithDotsOrSlashes() {
        assertThat(Sysctl.file("net.ipv4.ip_forward")).contains("net/ipv4/ip_forward");
        assertThat(Sysctl.file("net/ipv4/ip_forward")).contains("net/ipv4/ip_forward");
        assertThat(Sysctl.file("net.ipv4.conf.eth0/1.forwarding")).contains("net/ipv4/conf/eth0.1/forwarding");
        assertThat(Sysctl.file("net/ipv4/conf/eth0.1/forwarding")).contains("net/ipv4/conf/eth0.1/forwarding");
    }

    @Test
    void aSysctlNameCannotLeaveProcSys() {
        assertThat(Sysctl.file("net/../kernel/core_pattern")).isEmpty();
        assertThat(Sysctl.file("net.//.kernel.core_pattern")).isEmpty();
        assertThat(Sysctl.file("/etc/passwd")).isEmpty();
        assertThat(Sysctl.file("net..ipv4")).isEmpty();
        assertThat(Sysctl.file("")).isEmpty();
    }
}
