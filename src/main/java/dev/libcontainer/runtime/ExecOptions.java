package dev.libcontainer.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What is executed in a running container. What is absent is taken from the process of the container's configuration.
 *
 * @param process a file with a {@code process} object; then only tty and the fields after sub-cgroups count besides
 * @param args the program and its arguments
 * @param user {@code UID[:GID]}
 * @param env added to the container's, a later one of the same name wins
 * @param capabilities added to the bounding, effective and permitted sets
 * @param subCgroups {@code PATH} below the container's cgroup, or {@code CONTROLLER[,CONTROLLER]:PATH}
 * @param ignorePaused wait for a paused container instead of refusing
 * @param detach return when the program runs, instead of waiting for its end
 */
public record ExecOptions(
        Optional<Path> process,
        List<String> args,
        Optional<Boolean> tty,
        Optional<String> user,
        List<Long> additionalGids,
        Optional<String> cwd,
        List<String> env,
        List<String> capabilities,
        boolean noNewPrivileges,
        Optional<String> apparmorProfile,
        Optional<String> selinuxLabel,
        List<String> subCgroups,
        boolean ignorePaused,
        boolean detach,
        Optional<Path> consoleSocket,
        Optional<Path> pidFile,
        List<Integer> preservedFds,
        List<Integer> stdio) {
    public ExecOptions {
        args = List.copyOf(args);
        additionalGids = List.copyOf(additionalGids);
        env = List.copyOf(env);
        capabilities = List.copyOf(capabilities);
        subCgroups = List.copyOf(subCgroups);
        preservedFds = List.copyOf(preservedFds);
        stdio = List.copyOf(stdio);
    }
}
