package dev.libcontainer.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.SpecException;
import dev.libcontainer.spec.SpecReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Rules about the order of steps, and what is refused rather than left out. */
class PlanCompilerTest {
    private static Plan compile(HostFacts host, String members) {
        String json =
                "{'ociVersion': '1.3.0', 'process': {'args': ['/bin/true'], 'cwd': '/', 'user': {'uid': 0, 'gid': 0}}, "
                        + (members.contains("'root'") ? "" : "'root': {'path': '/'}, ")
                        + members
                        + "}";
        return new PlanCompiler(host)
                .compile(SpecReader.read(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8)), Wishes.NONE);
    }

    private static Plan compile(String members) {
        return compile(PlanCases.HOST, members);
    }

    private static List<String> steps(Plan plan) {
        return plan.steps().stream().map(planned -> planned.step().toString()).toList();
    }

    private static int first(Plan plan, String prefix) {
        List<String> steps = steps(plan);
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).startsWith(prefix)) {
                return i;
            }
        }
        throw new AssertionError("no step " + prefix + " in " + steps);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                arguments("root.path", "'root': {'path': 'relative'}"),
                arguments("root.readonly", "'root': {'path': '/r', 'readonly': true}"),
                arguments("mounts", "'mounts': [{'destination': '/a', 'type': 'tmpfs'}]"),
                arguments("linux.maskedPaths", "'linux': {'maskedPaths': ['/a']}"),
                arguments("linux.readonlyPaths", "'linux': {'readonlyPaths': ['/a']}"),
                arguments(
                        "linux.devices",
                        "'linux': {'devices': [{'type': 'c', 'path': '/dev/x', 'major': 1, 'minor': 1}]}"),
                arguments("hooks", "'hooks': {'poststop': [{'path': '/x'}]}"),
                arguments("linux.mountLabel", "'linux': {'mountLabel': 'x'}"),
                arguments(
                        "linux.memoryPolicy.nodes",
                        "'linux': {'memoryPolicy': {'mode': 'MPOL_DEFAULT', 'nodes': '0'}}"),
                arguments("linux.memoryPolicy.nodes", "'linux': {'memoryPolicy': {'mode': 'MPOL_BIND', 'nodes': ''}}"),
                arguments(
                        "linux.memoryPolicy.flags",
                        "'linux': {'memoryPolicy': {'mode': 'MPOL_BIND', 'nodes': '0',"
                                + " 'flags': ['MPOL_F_STATIC_NODES', 'MPOL_F_RELATIVE_NODES']}}"),
                arguments(
                        "linux.personality.flags[0]", "'linux': {'personality': {'domain': 'LINUX', 'flags': ['X']}}"),
                arguments(
                        "mounts[0].options",
                        "'root': {'path': '/r'}, 'linux': {'namespaces': [{'type': 'mount'}]},"
                                + " 'mounts': [{'destination': '/a', 'type': 'proc', 'options': ['tmpcopyup']}]"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void whatCannotBeDoneIsRefusedWithItsPath(String path, String member) {
        assertThatThrownBy(() -> compile(member))
                .isInstanceOfSatisfying(
                        SpecException.class, e -> assertThat(e.path()).isEqualTo(path));
    }

    static Stream<String> newMounts() {
        return Stream.of("'source': '/a', 'options': ['bind', 'rro']", "'type': 'tmpfs', 'options': ['rnosuid']");
    }

    @ParameterizedTest
    @MethodSource("newMounts")
    void whatTheKernelIsTooOldForIsRefusedWithTheVersionItNeeds(String mount) {
        String members = "'root': {'path': '/r'}, 'linux': {'namespaces': [{'type': 'mount'}]},"
                + " 'mounts': [{'destination': '/mnt', " + mount + "}]";

        assertThatThrownBy(() -> compile(PlanCases.OLD_HOST, members))
                .isInstanceOfSatisfying(SpecException.class, e -> {
                    assertThat(e.path()).isEqualTo("mounts[0].options");
                    assertThat(e.hint()).contains("Linux 5.12 has it");
                });
        assertThat(compile(PlanCases.HOST, members).steps()).isNotEmpty();
    }

    @Test
    void anOldKernelGetsPlansWithoutNewCalls() {
        Plan plan = PlanCases.OLD_KERNEL.compile();

        assertThat(steps(plan))
                .noneMatch(step -> step.startsWith("mount_setattr"))
                .anyMatch(step -> step.startsWith("remount"));
    }

    @Test
    void privilegesAreDroppedInTheRightOrder() {
        Plan plan = PlanCases.PROCESS.compile();

        assertThat(first(plan, "rlimit")).isLessThan(first(plan, "setresuid"));
        assertThat(first(plan, "seccomp"))
                .as("before the drop: without no_new_privs it needs CAP_SYS_ADMIN")
                .isLessThan(first(plan, "setresuid"));
        assertThat(first(plan, "setgroups")).isLessThan(first(plan, "setresgid"));
        assertThat(first(plan, "setresgid")).isLessThan(first(plan, "setresuid"));
        assertThat(first(plan, "setresuid")).isLessThan(first(plan, "capset"));
        assertThat(first(plan, "capset")).isLessThan(first(plan, "chdir"));
        assertThat(first(plan, "chdir")).isLessThan(first(plan, "execve"));
        assertThat(first(plan, "parent-death")).as("a change of ids clears it").isGreaterThan(first(plan, "setresuid"));
    }

    @Test
    void theFilterOfASandboxComesLast() {
        Plan plan = PlanCases.SANDBOX.compile();

        assertThat(first(plan, "seccomp")).isEqualTo(plan.steps().size() - 2);
        assertThat(first(plan, "no_new_privs")).isLessThan(first(plan, "seccomp"));
    }

    @Test
    void aDetachedContainerHasNoParentDeathSignal() {
        assertThat(steps(PlanCases.SANDBOX.compile())).anyMatch(step -> step.startsWith("parent-death"));
        assertThat(steps(PlanCases.SANDBOX_DETACHED.compile())).noneMatch(step -> step.startsWith("parent-death"));
    }

    @Test
    void aReadyNetworkIsJoinedAndNotMade() {
        Plan plan = PlanCases.SANDBOX_WITH_READY_NETWORK.compile();

        assertThat(plan.namespaces()).doesNotContain(NamespaceType.NETWORK);
        assertThat(plan.bindings().values()).contains(new Binding.ReadyNetwork());
        assertThat(steps(plan)).anyMatch(step -> step.startsWith("setns {ready network}"));
    }

    @Test
    void aV2CgroupIsEnteredByBirthAndAV1CgroupByHand() {
        assertThat(PlanCases.SANDBOX_WITH_V2_CGROUP.compile().cgroupSlot()).isPresent();
        assertThat(PlanCases.SANDBOX_WITH_V1_CGROUPS.compile().cgroupSlot()).isEmpty();
        assertThat(PlanCases.SANDBOX_WITH_BOTH_CGROUPS.compile().cgroupSlot()).isPresent();
    }

    @Test
    void onlyJoinedNamespacesNeedATemplate() {
        assertThat(PlanCases.JOINED_NAMESPACES.compile().needsTemplate()).isTrue();
        assertThat(PlanCases.SANDBOX.compile().needsTemplate()).isFalse();
        assertThat(PlanCases.SANDBOX.compile().hasTemplate()).isTrue();
        assertThat(PlanCases.NONE.compile().hasTemplate()).isFalse();
        assertThat(PlanCases.USER_NAMESPACE.compile().hasTemplate())
                .as("mounts made outside are locked in a user namespace")
                .isFalse();
    }

    @Test
    void setgroupsIsDeniedOnlyToTheUnprivileged() {
        assertThat(PlanCases.UNPRIVILEGED.compile().denySetgroups()).isTrue();
        assertThat(PlanCases.USER_NAMESPACE.compile().denySetgroups()).isFalse();
    }
}
