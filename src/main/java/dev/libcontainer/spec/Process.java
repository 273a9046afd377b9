package dev.libcontainer.spec;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The program a container runs and what it is allowed.
 *
 * @param terminal whether the process gets a pseudoterminal as its standard streams
 * @param consoleSize the size of that terminal; ignored without one
 * @param user who the process is
 * @param args the program and its arguments, at least the program; looked up in the {@code PATH} of {@code env}
 * @param env the whole environment, as {@code NAME=value}
 * @param cwd the working directory, an absolute path in the container
 * @param capabilities the capability sets; absent leaves what the kernel gives
 * @param rlimits resource limits, one for each type
 * @param noNewPrivileges whether {@code execve} may no longer add privileges
 * @param apparmorProfile the name of a loaded AppArmor profile
 * @param oomScoreAdj from -1000 (never kill) to 1000 (kill first); absent leaves the inherited value
 * @param scheduler scheduling policy and parameters
 * @param selinuxLabel the SELinux context of the process
 * @param ioPriority I/O scheduling class and priority
 * @param execCPUAffinity CPUs for processes executed in a running container; not applied to its first one
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#process">config.md, Process</a>
 */
public record Process(
        boolean terminal,
        Optional<ConsoleSize> consoleSize,
        User user,
        List<String> args,
        List<String> env,
        String cwd,
        Optional<Capabilities> capabilities,
        List<Rlimit> rlimits,
        boolean noNewPrivileges,
        Optional<String> apparmorProfile,
        OptionalInt oomScoreAdj,
        Optional<Scheduler> scheduler,
        Optional<String> selinuxLabel,
        Optional<IoPriority> ioPriority,
        Optional<ExecCpuAffinity> execCPUAffinity) {

    /** Keeps unmodifiable copies of its lists. */
    public Process {
        args = List.copyOf(args);
        env = List.copyOf(env);
        rlimits = List.copyOf(rlimits);
    }

    /** A process of the user root in {@code /}, with the given arguments, an empty environment and nothing else set. */
    public static Process of(String... args) {
        return new Process(
                false,
                Optional.empty(),
                User.ROOT,
                List.of(args),
                List.of(),
                "/",
                Optional.empty(),
                List.of(),
                false,
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** The same with another environment. */
    public Process withEnv(List<String> newEnv) {
        return new Process(
                terminal,
                consoleSize,
                user,
                args,
                newEnv,
                cwd,
                capabilities,
                rlimits,
                noNewPrivileges,
                apparmorProfile,
                oomScoreAdj,
                scheduler,
                selinuxLabel,
                ioPriority,
                execCPUAffinity);
    }

    /** The same with other capabilities. */
    public Process withCapabilities(Capabilities newCapabilities) {
        return new Process(
                terminal,
                consoleSize,
                user,
                args,
                env,
                cwd,
                Optional.of(newCapabilities),
                rlimits,
                noNewPrivileges,
                apparmorProfile,
                oomScoreAdj,
                scheduler,
                selinuxLabel,
                ioPriority,
                execCPUAffinity);
    }
}
