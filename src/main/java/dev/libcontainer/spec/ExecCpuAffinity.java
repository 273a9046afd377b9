package dev.libcontainer.spec;

import java.util.Optional;

/**
 * The CPUs of a process executed in a running container, as lists such as {@code 0-3,7}.
 *
 * @param initial the CPUs before the process moves into the container's cgroup
 * @param finalAffinity the CPUs afterwards; {@code final} in JSON
 */
public record ExecCpuAffinity(Optional<String> initial, Optional<String> finalAffinity) {}
