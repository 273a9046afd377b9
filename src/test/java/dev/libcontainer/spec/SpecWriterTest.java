package dev.libcontainer.spec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SpecWriterTest {

    @Test
    void theFullExampleComesBackByteForByte() {
        Spec spec = SpecReader.read(Examples.full());

        assertThat(SpecWriter.write(spec)).asString(UTF_8).isEqualTo(new String(Examples.full(), UTF_8));
    }

    @Test
    void theFullExampleLeavesNoMemberOfAnyRecordAbsent() throws ReflectiveOperationException {
        Set<String> all = new LinkedHashSet<>();
        Set<String> present = new LinkedHashSet<>();

        collect(SpecReader.read(Examples.full()), all, present);

        all.removeAll(present);
        assertThat(new TreeSet<>(all)).isEqualTo(Set.of("Scheduler.priority")); // SCHED_DEADLINE has none
    }

    @Test
    void aPresentButEmptyObjectStaysPresent() {
        byte[] none = Examples.json("{'args': ['sh'], 'cwd': '/', 'capabilities': {}}");

        Process process = SpecReader.readProcess(SpecWriter.write(SpecReader.readProcess(none)));

        assertThat(process.capabilities()).contains(Capabilities.none());
    }

    @Test
    void limitsAloneComeBack() {
        Resources resources = SpecReader.read(Examples.full())
                .linux()
                .orElseThrow()
                .resources()
                .orElseThrow();

        assertThat(SpecReader.readResources(SpecWriter.write(resources))).isEqualTo(resources);
    }

    @Test
    void defaultsAreLeftOut() {
        Process process = Process.of("sh", "-c", "true");

        assertThat(SpecWriter.write(process)).asString(UTF_8).isEqualTo("""
                {
                  "user": {
                    "uid": 0,
                    "gid": 0
                  },
                  "args": [ "sh", "-c", "true" ],
                  "cwd": "/"
                }
                """);
    }

    /** Notes every component of every record below a value, and those that hold something. */
    private static void collect(Object value, Set<String> all, Set<String> present)
            throws ReflectiveOperationException {
        if (value instanceof Record) {
            for (RecordComponent component : value.getClass().getRecordComponents()) {
                String name = value.getClass().getSimpleName() + "." + component.getName();
                Object part = component.getAccessor().invoke(value);
                all.add(name);
                if (!List.of(Optional.empty(), OptionalInt.empty(), OptionalLong.empty(), List.of(), Map.of(), 0, 0L)
                                .contains(part)
                        && !Boolean.FALSE.equals(part)) {
                    present.add(name);
                }
                collect(part, all, present);
            }
        } else if (value instanceof Optional<?> optional && optional.isPresent()) {
            collect(optional.get(), all, present);
        } else if (value instanceof Collection<?> items) {
            for (Object item : items) {
                collect(item, all, present);
            }
        } else if (value instanceof Map<?, ?> map) {
            collect(map.values(), all, present);
        }
    }
}
