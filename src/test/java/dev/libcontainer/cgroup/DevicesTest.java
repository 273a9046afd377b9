package dev.libcontainer.cgroup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.libcontainer.spec.Resources;
import dev.libcontainer.spec.SpecReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DevicesTest {
    private static final int MKNOD = 1;
    private static final int READ = 2;
    private static final int WRITE = 4;

    private static final String DEFAULTS = "a; c 1:3 rwm; c 1:5 rwm; c 1:7 rwm; c 1:8 rwm; c 1:9 rwm; c 5:0 rwm; "
            + "c 5:2 rwm; c 136:* rwm; c *:* m; b *:* m";

    // ---- version 1 ----

    @Test
    void withoutRulesThereIsWhatEveryContainerHas() {
        assertThat(v1("")).isEqualTo(DEFAULTS);
        assertThat(v1("{'allow':false}")).isEqualTo(DEFAULTS);
        assertThat(v1("{'allow':false,'access':'rwm'}")).isEqualTo(DEFAULTS);
    }

    @Test
    void whatIsAllowedComesOnTop() {
        assertThat(v1("{'allow':false},{'allow':true,'type':'c','major':10,'minor':229,'access':'rw'},"
                        + "{'allow':true,'type':'b','major':8}"))
                .isEqualTo(DEFAULTS + "; c 10:229 rwm; b 8:* rwm");
    }

    @Test
    void whatEveryContainerHasCanBeDenied() {
        assertThat(v1("{'allow':false},{'allow':false,'type':'c','major':5,'minor':0,'access':'rwm'}"))
                .isEqualTo(DEFAULTS.replace("c 5:0 rwm; ", ""));
        assertThat(v1("{'allow':false},{'allow':false,'access':'m'}"))
                .isEqualTo(DEFAULTS.replace("rwm", "rw").replace("; c *:* m; b *:* m", ""));
    }

    @Test
    void allThatIsNotDeniedMayBeAllowed() {
        assertThat(v1("{'allow':true},{'allow':false,'type':'b','major':8,'minor':0}"))
                .isEqualTo("a (allowed); b 8:0 rwm");
    }

    @Test
    void theLastRuleWins() {
        assertThat(v1("{'allow':true},{'allow':false}")).isEqualTo(DEFAULTS);
        assertThat(v1("{'allow':false},{'allow':true,'type':'b','major':8,'minor':0},"
                        + "{'allow':false,'type':'b','major':8,'minor':0,'access':'w'}"))
                .isEqualTo(DEFAULTS + "; b 8:0 rm");
    }

    /** The kernel would take the rule and do nothing. */
    @Test
    void aHoleInAnEarlierRuleIsRefused() {
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(() -> v1("{'allow':false},{'allow':true,'type':'b','major':8},"
                        + "{'allow':false,'type':'b','major':8,'minor':0,'access':'w'}"))
                .withMessage(
                        "linux.resources.devices[2]: cgroup v1 cannot except b 8:0 from the earlier rule for b 8:*");
    }

    @Test
    void anUpdateSaysOnlyWhatIsDifferentAndFirstWhatIsAdded() {
        DevicesController access = DevicesController.of(DeviceRules.of(rules("{'allow':false},"
                + "{'allow':true,'type':'b','major':8,'minor':0,'access':'r'},"
                + "{'allow':false,'type':'c','major':5,'minor':0}")));

        assertThat(access.update(String.join("\n", DEFAULTS.substring(3).split("; ")) + "\nb 8:16 rwm\n"))
                .extracting(CgroupWrite::file, CgroupWrite::value)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("devices.allow", "b 8:0 rm"),
                        org.assertj.core.groups.Tuple.tuple("devices.deny", "c 5:0 rwm"),
                        org.assertj.core.groups.Tuple.tuple("devices.deny", "b 8:16 rwm"));
        assertThat(access.update("a *:* rwm\n")).isEqualTo(access.writes());
    }

    /** The writes: the base, then the exceptions from it. */
    private static String v1(String rules) {
        List<CgroupWrite> writes = CgroupLimits.deviceWrites(rules(rules), Hosts.with("devices"));
        boolean allowed = writes.get(0).file().equals("devices.allow");
        assertThat(writes.subList(1, writes.size()))
                .allMatch(write -> write.file().equals(allowed ? "devices.deny" : "devices.allow"));
        return writes.stream()
                .map(write -> write.value().equals("a") && allowed ? "a (allowed)" : write.value())
                .collect(joining("; "));
    }

    // ---- version 2 ----

    @Test
    void theProgramAsksTheRulesFromTheLastToTheFirst() {
        List<DeviceRules.Rule> rules = DeviceRules.of(
                        rules("{'allow':true},{'allow':false,'type':'b','major':8,'minor':0,'access':'w'}"))
                .rules();
        DeviceRules lastTwo = new DeviceRules(List.of(rules.get(rules.size() - 1), rules.get(0)));

        assertThat(print(lastTwo)).isEqualTo("""
                w2 = *(u32 *)(r1 + 0)
                w3 = w2
                w3 &= 65535
                w2 >>= 16
                w4 = *(u32 *)(r1 + 4)
                w5 = *(u32 *)(r1 + 8)
                w0 = 0
                exit""");
        assertThat(print(new DeviceRules(
                        List.of(rules.get(rules.size() - 2), rules.get(rules.size() - 1), allow("c", 1, 3, READ)))))
                .isEqualTo("""
                w2 = *(u32 *)(r1 + 0)
                w3 = w2
                w3 &= 65535
                w2 >>= 16
                w4 = *(u32 *)(r1 + 4)
                w5 = *(u32 *)(r1 + 8)
                if w3 != 2 goto +6
                if w4 != 1 goto +5
                if w5 != 3 goto +4
                w2 &= -3
                if w2 != 0 goto +2
                w0 = 1
                exit
                if w3 != 1 goto +7
                if w4 != 8 goto +6
                if w5 != 0 goto +5
                w0 = w2
                w0 &= 4
                if w0 == 0 goto +2
                w0 = 0
                exit
                w0 = 1
                exit""");
    }

    @Test
    void anInstructionIsEightBytes() {
        byte[] bytes = DeviceProgram.bytes(DeviceProgram.of(new DeviceRules(List.of(allow("b", 8, 1, MKNOD)))));

        assertThat(bytes).hasSize(15 * 8);
        assertThat(java.util.Arrays.copyOf(bytes, 16))
                .containsExactly(0x61, 0x12, 0, 0, 0, 0, 0, 0, 0xbc, 0x23, 0, 0, 0, 0, 0, 0);
        assertThat(java.util.Arrays.copyOfRange(bytes, 6 * 8, 8 * 8))
                .containsExactly(0x56, 0x03, 6, 0, 1, 0, 0, 0, 0x56, 0x04, 5, 0, 8, 0, 0, 0);
    }

    @Test
    void theProgramDecidesAsTheRulesSay() {
        DeviceInterpreter kernel = v2("{'allow':false},{'allow':true,'type':'c','major':10,'minor':229,'access':'rw'},"
                + "{'allow':true,'type':'b','major':8},{'allow':false,'type':'b','major':8,'minor':0,'access':'w'}");

        assertThat(kernel.allows('c', 1, 3, READ | WRITE)).isTrue();
        assertThat(kernel.allows('c', 136, 77, READ | WRITE)).isTrue();
        assertThat(kernel.allows('c', 10, 229, READ | WRITE)).isTrue();
        assertThat(kernel.allows('c', 10, 228, READ)).isFalse();
        assertThat(kernel.allows('c', 10, 228, MKNOD)).isTrue();
        assertThat(kernel.allows('b', 8, 1, READ | WRITE)).isTrue();
        assertThat(kernel.allows('b', 8, 0, READ)).isTrue();
        assertThat(kernel.allows('b', 8, 0, READ | WRITE)).isFalse();
        assertThat(kernel.allows('c', 8, 1, READ)).isFalse();
    }

    @Test
    void readAndWriteMayComeFromDifferentRules() {
        DeviceInterpreter kernel = v2("{'allow':false},{'allow':true,'type':'b','major':8,'access':'r'},"
                + "{'allow':true,'type':'b','minor':0,'access':'w'}");

        assertThat(kernel.allows('b', 8, 0, READ | WRITE)).isTrue();
        assertThat(kernel.allows('b', 8, 1, READ | WRITE)).isFalse();
        assertThat(kernel.allows('b', 9, 0, READ | WRITE)).isFalse();
    }

    /** Both forms against the plain reading of the rules: each bit is decided by the last rule about it. */
    @Test
    void anyRulesAreDecidedAlike() {
        Random random = new Random(20261124);
        int refused = 0;
        for (int round = 0; round < 1000; round++) {
            List<Resources.DeviceRule> configured = new ArrayList<>();
            for (int i = random.nextInt(8); i > 0; i--) {
                configured.add(randomRule(random));
            }
            DeviceRules rules = DeviceRules.of(configured);
            DeviceInterpreter program = new DeviceInterpreter(DeviceProgram.bytes(DeviceProgram.of(rules)));
            Optional<DevicesController> v1 = Optional.empty();
            try {
                v1 = Optional.of(DevicesController.of(rules));
            } catch (CgroupException e) {
                refused++;
            }
            for (char type : new char[] {'b', 'c'}) {
                for (int device = 0; device < 16; device++) {
                    for (int access = 1; access < 8; access++) {
                        boolean expected = plain(rules, type, device / 4, device % 4, access);
                        if (program.allows(type, device / 4, device % 4, access) != expected) {
                            throw new AssertionError(configured + ": " + access + " to " + type + device);
                        }
                        boolean asked = v1.isPresent() && (access & MKNOD) == 0;
                        if (asked && grants(v1.get(), type, device / 4, device % 4, access) && !expected) {
                            throw new AssertionError(
                                    "version 1, " + configured + ": " + access + " to " + type + device);
                        }
                    }
                }
            }
        }
        assertThat(refused).isBetween(1, 900);
    }

    private static boolean plain(DeviceRules rules, char type, int major, int minor, int access) {
        for (int bit = 1; bit <= WRITE; bit <<= 1) {
            boolean allowed = false;
            for (DeviceRules.Rule rule : rules.rules()) {
                if ((rule.access() & bit) != 0
                        && (rule.type() == 'a' || rule.type() == type)
                        && (rule.major() == -1 || rule.major() == major)
                        && (rule.minor() == -1 || rule.minor() == minor)) {
                    allowed = rule.allow();
                }
            }
            if ((access & bit) != 0 && !allowed) {
                return false;
            }
        }
        return true;
    }

    /** What the kernel does with the exceptions: one alone must grant all; one that denies a part denies all. */
    private static boolean grants(DevicesController v1, char type, int major, int minor, int access) {
        DevicesController.Key device = new DevicesController.Key(type, major, minor);
        for (CgroupWrite write : v1.writes().subList(1, v1.writes().size())) {
            String[] words = write.value().split("[ :]");
            DevicesController.Key key =
                    new DevicesController.Key(words[0].charAt(0), number(words[1]), number(words[2]));
            int bits = DeviceRules.access(words[3]);
            if (key.covers(device) && (v1.allByDefault() ? (bits & access) != 0 : (access & ~bits) == 0)) {
                return !v1.allByDefault();
            }
        }
        return v1.allByDefault();
    }

    private static long number(String word) {
        return word.equals("*") ? -1 : Long.parseLong(word);
    }

    private static Resources.DeviceRule randomRule(Random random) {
        String[] types = {"a", "b", "c"};
        String[] accesses = {"r", "w", "m", "rw", "rwm", "rwm"};
        return new Resources.DeviceRule(
                random.nextBoolean(),
                Optional.of(types[random.nextInt(types.length)]),
                OptionalLong.of(random.nextInt(5) - 1),
                OptionalLong.of(random.nextInt(5) - 1),
                Optional.of(accesses[random.nextInt(accesses.length)]));
    }

    private static DeviceRules.Rule allow(String type, long major, long minor, int access) {
        return new DeviceRules.Rule(true, type.charAt(0), major, minor, access, "");
    }

    private static DeviceInterpreter v2(String rules) {
        return new DeviceInterpreter(
                CgroupLimits.deviceProgram(rules(rules), Hosts.unified()).orElseThrow());
    }

    private static String print(DeviceRules rules) {
        return DeviceProgram.of(rules).stream().map(Object::toString).collect(joining("\n"));
    }

    private static List<Resources.DeviceRule> rules(String rules) {
        return SpecReader.readResources(
                        ("{'devices':[" + rules + "]}").replace('\'', '"').getBytes(UTF_8))
                .devices();
    }
}
