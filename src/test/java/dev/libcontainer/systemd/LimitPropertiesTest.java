package dev.libcontainer.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.cgroup.CgroupException;
import dev.libcontainer.spec.Resources;
import dev.libcontainer.spec.SpecReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("pure")
class LimitPropertiesTest {
    private static Resources resources(String json) {
        return SpecReader.readResources(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, Object> of(String json, boolean unified, int version) {
        return LimitProperties.of(resources(json), unified, version).stream()
                .collect(Collectors.toMap(Property::name, Property::value));
    }

    private static final String LIMITS =
            "{'memory':{'limit':1000,'reservation':500,'swap':1500},'cpu':{'shares':1024,'quota':12345,'period':50000,"
                    + "'cpus':'0-2,9','mems':'0'},'pids':{'limit':-1},'blockIO':{'weight':200}}";

    @Test
    void version2HasWordsForNearlyAll() {
        assertThat(of(LIMITS, true, 252))
                .isEqualTo(Map.ofEntries(
                        Map.entry("MemoryMax", 1000L),
                        Map.entry("MemoryLow", 500L),
                        Map.entry("MemorySwapMax", 500L),
                        Map.entry("CPUWeight", 100L),
                        Map.entry("CPUQuotaPerSecUSec", 250_000L), // 246900, in whole percents
                        Map.entry("CPUQuotaPeriodUSec", 50_000L),
                        Map.entry("AllowedCPUs", new Property.Bits(List.of((byte) 7, (byte) 2))),
                        Map.entry("AllowedMemoryNodes", new Property.Bits(List.of((byte) 1))),
                        Map.entry("TasksMax", Property.UNLIMITED),
                        Map.entry("IOWeight", 200L)));
        assertThat(of(LIMITS, true, 241)).doesNotContainKeys("CPUQuotaPeriodUSec", "AllowedCPUs");
    }

    @Test
    void version1HasFewer() {
        assertThat(of(LIMITS, false, 252))
                .isEqualTo(Map.of(
                        "MemoryLimit",
                        1000L,
                        "CPUShares",
                        1024L,
                        "CPUQuotaPerSecUSec",
                        250_000L,
                        "CPUQuotaPeriodUSec",
                        50_000L,
                        "TasksMax",
                        Property.UNLIMITED,
                        "BlockIOWeight",
                        200L));
    }

    @Test
    void whatIsNotSaidIsLeftOut() {
        assertThat(of("{'cpu':{'quota':-1}}", true, 252)).isEqualTo(Map.of("CPUQuotaPerSecUSec", Property.UNLIMITED));
        assertThat(of("{'unified':{'memory.high':'max','pids.max':'7','memory.peak':'0'}}", true, 252))
                .isEqualTo(Map.of("MemoryHigh", Property.UNLIMITED, "TasksMax", 7L));
    }

    private static Object allowed(String devices) {
        List<Property> properties =
                LimitProperties.devices(resources("{'devices':" + devices + "}").devices());
        assertThat(properties.get(0)).isEqualTo(new Property("DevicePolicy", "strict"));
        return properties.get(2).value();
    }

    @Test
    void devicesAreThoseThatTheRulesAllowInTheEnd() {
        Property.Devices devices = (Property.Devices) allowed(
                "[{'allow':false,'access':'rwm'},{'allow':true,'type':'c','major':10,'minor':200,'access':'rw'},"
                        + "{'allow':true,'type':'b','major':8,'access':'rw'},"
                        + "{'allow':false,'type':'b','major':8,'access':'w'}]");

        assertThat(devices.devices())
                .contains(
                        new Property.Device("/dev/char/10:200", "rw"),
                        new Property.Device("block-8", "r"),
                        new Property.Device("/dev/char/1:3", "rwm"),
                        new Property.Device("char-136", "rwm"),
                        new Property.Device("char-*", "m"))
                .doesNotContain(new Property.Device("block-8", "rw"));
    }

    @Test
    void allDevicesAreNoPolicy() {
        assertThat(LimitProperties.devices(
                        resources("{'devices':[{'allow':true,'access':'rwm'}]}").devices()))
                .contains(
                        new Property("DevicePolicy", "auto"),
                        new Property("DeviceAllow", new Property.Devices(List.of())));
    }

    @Test
    void aHoleInWhatIsAllowedIsRefused() {
        assertThatThrownBy(
                        () -> allowed(
                                "[{'allow':true,'type':'b','major':8,'access':'rw'},{'allow':false,'type':'b','major':8,'minor':1,'access':'w'}]"))
                .isInstanceOf(CgroupException.class)
                .hasMessageContaining("linux.resources.devices[1]");
    }

    @Test
    void aListOfCpusIsChecked() {
        for (String list : List.of("x", "1-", "3-1", "9999", "-1")) {
            assertThatThrownBy(() -> LimitProperties.bits(list)).as(list).isInstanceOf(SystemdException.class);
        }
    }
}
