package dev.libcontainer.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One container as a {@code config.json} describes it.
 *
 * <p>A value of this type need not make sense: {@link SpecReader} only hands out checked ones, everybody else calls
 * {@link SpecValidator#validate}.
 *
 * @param ociVersion the version of the specification the configuration is written against, e.g. {@code 1.3.0}
 * @param root the root filesystem; required by the specification, absent only for processes that stay in the host's
 * @param mounts additional mounts, made in this order
 * @param process the program to run; without it the container can be created but not started
 * @param hostname the hostname in the container's UTS namespace
 * @param domainname the NIS domain name in the container's UTS namespace
 * @param hooks commands run at points of the life of the container
 * @param annotations arbitrary metadata, keys in reverse domain notation by convention
 * @param linux what only Linux has
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md">config.md</a>
 */
public record Spec(
        String ociVersion,
        Optional<Root> root,
        List<Mount> mounts,
        Optional<Process> process,
        Optional<String> hostname,
        Optional<String> domainname,
        Optional<Hooks> hooks,
        Map<String, String> annotations,
        Optional<Linux> linux) {

    /** The version of the specification whose members these records have. */
    public static final String OCI_VERSION = "1.3.0";

    /** Keeps unmodifiable copies of its lists and maps. */
    public Spec {
        mounts = List.copyOf(mounts);
        annotations = Ordered.copyOf(annotations);
    }

    /** The same with another process. */
    public Spec withProcess(Process other) {
        return new Spec(ociVersion, root, mounts, Optional.of(other), hostname, domainname, hooks, annotations, linux);
    }

    /** The same with another {@code linux} member. */
    public Spec withLinux(Linux other) {
        return new Spec(
                ociVersion, root, mounts, process, hostname, domainname, hooks, annotations, Optional.of(other));
    }

    /** The same with one more mount, made last. */
    public Spec withMount(Mount last) {
        List<Mount> all = new ArrayList<>(mounts);
        all.add(last);
        return new Spec(ociVersion, root, all, process, hostname, domainname, hooks, annotations, linux);
    }
}
