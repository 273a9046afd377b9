package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.Inside.Seen;
import dev.libcontainer.security.CapabilitySet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** User, groups, capabilities, umask, no_new_privs. */
@NeedsRoot
class IdentityTest {
    private static String hex(String... names) {
        return String.format("%016x", CapabilitySet.parse(Set.of(names)).mask());
    }

    private static Map<String, String> caps(ContainerSpec spec) {
        return Inside.see(spec).fields();
    }

    @Test
    void theUserIsAsTheSpecSaysInAllFourIds() {
        Seen seen = Inside.see(Inside.sandbox("ids -- groups").user(1234, 5678, 9L, 4294967294L));

        assertThat(seen.lines()).containsExactly("uid 1234 1234 1234 1234", "gid 5678 5678 5678 5678", "9 4294967294");
    }

    @Test
    void rootOfASandboxHasNoOtherGroups() {
        assertThat(Inside.see(Inside.sandbox("ids -- groups")).lines())
                .containsExactly("uid 0 0 0 0", "gid 0 0 0 0", "");
    }

    @ParameterizedTest
    @CsvSource({"0,0000", "23,0027", "63,0077", "511,0777"})
    void theUmaskIsAsTheSpecSays(int mask, String seen) {
        assertThat(Inside.see(Inside.sandbox("umask").umask(mask)).line()).isEqualTo(seen);
    }

    @Test
    void theUmaskIsTheUsualOneByDefault() {
        assertThat(Inside.see(Inside.sandbox("umask")).line()).isEqualTo("0022");
        assertThat(Inside.see(Inside.bare("umask")).line()).isEqualTo("0022");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noNewPrivilegesIsAsTheSpecSays(boolean on) {
        assertThat(Inside.see(Inside.sandbox("nnp").noNewPrivileges(on)).line()).isEqualTo(on ? "1" : "0");
    }

    @Test
    void withoutIsolationPrivilegesStayAsTheyAre() {
        Seen seen = Inside.see(Inside.bare("nnp -- seccomp -- caps"));

        assertThat(seen.lines().subList(0, 2)).containsExactly("0", "0");
        assertThat(Long.parseUnsignedLong(seen.fields().get("effective"), 16))
                .isEqualTo(Long.parseUnsignedLong(own("CapEff"), 16));
    }

    private static String own(String field) {
        return Holdings.lines(java.nio.file.Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1).strip())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void rootOfASandboxHasTheUsualCapabilities() {
        String usual = String.format("%016x", CapabilitySet.CONTAINER_DEFAULT.mask());

        assertThat(caps(Inside.sandbox("caps").build()))
                .containsEntry("effective", usual)
                .containsEntry("permitted", usual)
                .containsEntry("bounding", usual)
                .containsEntry("inheritable", hex())
                .containsEntry("ambient", hex());
    }

    @Test
    void anotherUserHasNoneButThoseOfTheBoundingSetCouldBeGained() {
        String usual = String.format("%016x", CapabilitySet.CONTAINER_DEFAULT.mask());

        assertThat(caps(Inside.sandbox("caps").user(1000, 1000).build()))
                .containsEntry("effective", hex())
                .containsEntry("permitted", hex())
                .containsEntry("bounding", usual)
                .containsEntry("ambient", hex());
    }

    @Test
    void capabilitiesCanBeNamed() {
        String kill = hex("CAP_KILL");

        assertThat(caps(Inside.sandbox("caps").capabilities(Set.of("CAP_KILL")).build()))
                .containsEntry("effective", kill)
                .containsEntry("permitted", kill)
                .containsEntry("bounding", kill);
    }

    @Test
    void thereCanBeNoneAtAll() {
        assertThat(caps(Inside.sandbox("caps").capabilities(Set.of()).build()))
                .containsEntry("effective", hex())
                .containsEntry("permitted", hex())
                .containsEntry("bounding", hex());
    }

    @Test
    void theFiveSetsAreAsTheSpecSays() {
        ContainerSpec spec = Amended.of(Inside.sandbox("caps").user(1000, 1000))
                .with(
                        "process.capabilities",
                        "{'bounding': ['CAP_KILL', 'CAP_CHOWN', 'CAP_NET_RAW', 'CAP_SETUID'],"
                                + "'permitted': ['CAP_KILL', 'CAP_CHOWN', 'CAP_NET_RAW'],"
                                + "'effective': ['CAP_KILL', 'CAP_CHOWN'],"
                                + "'inheritable': ['CAP_KILL', 'CAP_NET_RAW'],"
                                + "'ambient': ['CAP_KILL']}")
                .build();

        assertThat(caps(spec))
                .containsEntry("bounding", hex("CAP_KILL", "CAP_CHOWN", "CAP_NET_RAW", "CAP_SETUID"))
                .containsEntry("inheritable", hex("CAP_KILL", "CAP_NET_RAW"))
                .containsEntry("ambient", hex("CAP_KILL"))
                .as("exec of another user than root keeps what is ambient (capabilities(7))")
                .containsEntry("permitted", hex("CAP_KILL"))
                .containsEntry("effective", hex("CAP_KILL"));
    }

    @Test
    void ambientCapabilitiesAreOfUse() {
        ContainerSpec spec = Amended.of(Inside.sandbox("stat /tmp/x -- caps")
                        .command("sh", "-c", "touch /tmp/x; chown 7:7 /tmp/x; stat -c %u:%g /tmp/x")
                        .user(1000, 1000))
                .with(
                        "process.capabilities",
                        "{'bounding': ['CAP_CHOWN'], 'permitted': ['CAP_CHOWN'], 'effective': ['CAP_CHOWN'],"
                                + "'inheritable': ['CAP_CHOWN'], 'ambient': ['CAP_CHOWN']}")
                .build();

        assertThat(Inside.see(spec).line()).isEqualTo("7:7");
    }

    @Test
    void aCapabilityThatWasDroppedCannotBeUsed() {
        Seen seen = Inside.see(Inside.sandbox("")
                .command("sh", "-c", "touch /tmp/x && chown 7:7 /tmp/x")
                .capabilities(Set.of("CAP_KILL")));

        assertThat(seen.exit().isSuccess()).isFalse();
        assertThat(seen.errors()).contains("not permitted");
    }
}
