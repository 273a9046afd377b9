package dev.libcontainer.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.kernel.Layout;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The numbers of the plan format are the same in Java and in C. */
class WireNumbersTest {
    private static final List<String> PREFIXES = List.of("LC_", "LC_PLAN_", "LC_STEP_");

    private static final Set<String> PARAMETERS = Set.of("PARAM_NAME", "PARAM_HOSTNAME", "PARAM_CWD");
    private static final Set<String> SIZES = Set.of("HEADER_SIZE", "STEP_SIZE");

    /** Constants of {@link Wire} by name. */
    private static Map<String, Integer> wire() throws IllegalAccessException {
        Map<String, Integer> all = new TreeMap<>();
        for (Field field : Wire.class.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == int.class) {
                all.put(field.getName(), field.getInt(null));
            }
        }
        return all;
    }

    private static int inC(Map<String, Integer> header, String name) {
        if (name.equals("FIRST_FREE_SLOT")) {
            return header.get("LC_SLOT_FIRST_FREE");
        }
        int offset = PARAMETERS.contains(name) ? 1 : 0; // in a step's flags they count from one
        return PREFIXES.stream()
                        .map(prefix -> prefix + name)
                        .filter(header::containsKey)
                        .map(header::get)
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("libcontainer.h has no " + name))
                + offset;
    }

    @Test
    void everyNumberIsThatOfTheHeader() throws IllegalAccessException {
        Map<String, Integer> java = wire();
        java.keySet().removeAll(SIZES);

        Map<String, Integer> header = Layout.header();
        assertThat(java).allSatisfy((name, number) -> assertThat(number).isEqualTo(inC(header, name)));
    }

    @Test
    void everyOpcodeOfTheHeaderIsKnown() throws IllegalAccessException {
        Set<String> known = wire().keySet();
        Set<String> opcodes = Layout.block("LC_CGROUP_MAKE = 1").stream()
                .map(name -> name.substring("LC_".length()))
                .collect(Collectors.toSet());

        assertThat(known).containsAll(opcodes);
    }

    @Test
    void sizesAndOffsetsAreThoseOfTheLibrary() {
        Map<String, Integer> library = Layout.ofLibrary();

        assertThat(library)
                .containsEntry("LC_PLAN_VERSION", Wire.VERSION)
                .containsEntry("sizeof(lc_plan_header)", Wire.HEADER_SIZE)
                .containsEntry("sizeof(lc_step)", Wire.STEP_SIZE)
                .containsEntry("LC_MAX_SLOTS", Wire.MAX_SLOTS)
                .containsEntry("LC_REQUEST_SLOTS", Wire.REQUEST_SLOTS)
                .containsEntry("LC_SLOT_FIRST_FREE", Wire.FIRST_FREE_SLOT)
                .containsEntry("LC_EXECVE", Wire.EXECVE);
        // the offsets that Plan.encode writes to, as its Javadoc and that of Wire draw them
        assertThat(library)
                .containsEntry("offsetof(lc_plan_header, flags)", 6)
                .containsEntry("offsetof(lc_plan_header, size)", 8)
                .containsEntry("offsetof(lc_plan_header, step_count)", 12)
                .containsEntry("offsetof(lc_plan_header, host_end)", 16)
                .containsEntry("offsetof(lc_plan_header, template_end)", 20)
                .containsEntry("offsetof(lc_plan_header, clone_flags)", 24)
                .containsEntry("offsetof(lc_plan_header, bound_mask)", 32)
                .containsEntry("offsetof(lc_plan_header, template_mask)", 40)
                .containsEntry("offsetof(lc_plan_header, child_mask)", 48)
                .containsEntry("offsetof(lc_plan_header, cgroup_slot)", 56)
                .containsEntry("offsetof(lc_plan_header, fail_step)", 60)
                .containsEntry("offsetof(lc_plan_header, uid_map)", 64)
                .containsEntry("offsetof(lc_plan_header, ahead_end)", 80)
                .containsEntry("offsetof(lc_step, flags)", 2)
                .containsEntry("offsetof(lc_step, a)", 4)
                .containsEntry("offsetof(lc_step, d)", 16);
    }

    @Test
    void fixedSlotsAreThoseOfTheHeader() {
        Map<String, Integer> c = Layout.header();

        assertThat(Arrays.asList(Slot.CONSOLE.index(), Slot.ROOT.index(), Slot.PROC.index()))
                .containsExactly(c.get("LC_SLOT_CONSOLE"), c.get("LC_SLOT_ROOT"), c.get("LC_SLOT_PROC"));
    }
}
