package dev.libcontainer.spec;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SpecValidatorTest {

    @Test
    void aSpecMadeByHandIsHeldToTheSameRules() {
        Spec spec = spec(List.of(), Linux.of(List.of(Namespace.at(NamespaceType.NETWORK, "netns/blue"))));

        assertThatExceptionOfType(SpecException.class)
                .isThrownBy(() -> SpecValidator.validate(spec))
                .withMessage("linux.namespaces[0].path: must be an absolute path, is \"netns/blue\"");
    }

    @Test
    void aHookIsNotLookedUp() {
        String json =
                "{\"ociVersion\":\"1.3.0\",\"root\":{\"path\":\"x\"},\"hooks\":{\"prestart\":[{\"path\":\"helper\"}]}}";

        assertThatExceptionOfType(SpecException.class)
                .isThrownBy(() -> SpecReader.read(json.getBytes(StandardCharsets.UTF_8)))
                .withMessage("hooks.prestart[0].path: must be an absolute path, is \"helper\"");
    }

    @Test
    void aNulByteIsFoundWhereverItIs() {
        Spec inMount = spec(List.of(Mount.bind("/srv", "/data", "ro\0")), Linux.of(List.of()));

        assertThatExceptionOfType(SpecException.class)
                .isThrownBy(() -> SpecValidator.validate(inMount))
                .withMessage("mounts[0].options[1]: \"ro\\u0000\" has a NUL byte in it");
    }

    @Test
    void aNulByteIsFoundInAKey() {
        Resources resources = new Resources(
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Map.of(),
                Map.of("memory.high\0", "1"));

        assertThatExceptionOfType(SpecException.class)
                .isThrownBy(() -> SpecValidator.validate(resources))
                .withMessage("linux.resources.unified: \"memory.high\\u0000\" has a NUL byte in it");
    }

    @Test
    void aNulByteIsFoundInAProcessAlone() {
        assertThatExceptionOfType(SpecException.class)
                .isThrownBy(() -> SpecValidator.validate(Process.of("sh", "a\0b")))
                .withMessage("process.args[1]: \"a\\u0000b\" has a NUL byte in it");
    }

    @Test
    void aNumberTooLargeForItsTypeIsFoundWithoutJson() {
        Process process = Process.of("sh");
        User user = new User(1L << 32, 0, process.user().umask(), List.of());

        assertThatExceptionOfType(SpecException.class)
                .isThrownBy(() -> SpecValidator.validate(withUser(process, user)))
                .withMessage("process.user.uid: must be 0 to 4294967295, is 4294967296");
    }

    @Test
    void aSpecWithoutARootIsLeftToWhoeverWantsOne() {
        Spec spec = spec(List.of(), Linux.of(List.of()));

        assertThatCode(() -> SpecValidator.validate(spec)).doesNotThrowAnyException();
    }

    @Test
    void twoMountsOverEachOtherAreFine() {
        Spec spec = spec(List.of(Mount.of("tmpfs", "/dev"), Mount.of("tmpfs", "/dev", "nosuid")), Linux.of(List.of()));

        assertThatCode(() -> SpecValidator.validate(spec)).doesNotThrowAnyException();
    }

    @Test
    void anUnlimitedSwapIsNotBelowTheMemoryLimit() {
        Resources.Memory memory = Resources.Memory.of(OptionalLong.of(1 << 20), OptionalLong.of(-1));
        Resources resources = Resources.of(Optional.of(memory), Optional.empty(), Optional.empty());

        assertThatCode(() -> SpecValidator.validate(resources)).doesNotThrowAnyException();
    }

    @Test
    void theFullExampleIsValid() {
        Spec spec = SpecReader.read(Examples.full());

        assertThatCode(() -> SpecValidator.validate(spec)).doesNotThrowAnyException();
    }

    private static Process withUser(Process process, User user) {
        return new Process(
                process.terminal(),
                process.consoleSize(),
                user,
                process.args(),
                process.env(),
                process.cwd(),
                process.capabilities(),
                process.rlimits(),
                process.noNewPrivileges(),
                process.apparmorProfile(),
                process.oomScoreAdj(),
                process.scheduler(),
                process.selinuxLabel(),
                process.ioPriority(),
                process.execCPUAffinity());
    }

    private static Spec spec(List<Mount> mounts, Linux linux) {
        return new Spec(
                Spec.OCI_VERSION,
                Optional.empty(),
                mounts,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Optional.of(linux));
    }
}
