package dev.libcontainer.runtime;

import dev.libcontainer.spec.Capabilities;
import dev.libcontainer.spec.Process;
import dev.libcontainer.spec.SpecReader;
import dev.libcontainer.spec.User;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Which process an exec asks for: the container's own, with what the caller has said instead. */
final class ExecProcess {
    private static final long LARGEST_ID = 0xffffffffL - 1;

    private ExecProcess() {}

    static Process of(RuntimeOptions options, ExecOptions exec, Process container) {
        if (exec.process().isPresent()) {
            Path file = options.directory().resolve(exec.process().get());
            try {
                return SpecReader.readProcess(Files.readAllBytes(file));
            } catch (IOException e) {
                throw new OciException("cannot read the process file " + file + ": " + e, e);
            }
        }
        if (exec.args().isEmpty()) {
            throw new OciException("process args cannot be empty");
        }
        return new Process(
                exec.tty().orElse(false),
                container.consoleSize(),
                user(exec, container.user()),
                exec.args(),
                env(container.env(), exec.env()),
                exec.cwd().orElse(container.cwd()),
                container.capabilities().map(c -> with(c, exec.capabilities())),
                container.rlimits(),
                container.noNewPrivileges() || exec.noNewPrivileges(),
                exec.apparmorProfile().or(container::apparmorProfile),
                OptionalInt.empty(),
                container.scheduler(),
                exec.selinuxLabel().or(container::selinuxLabel),
                container.ioPriority(),
                container.execCPUAffinity());
    }

    /** Numbers only: a name would be looked up in files of the container's making (CVE-2016-3697, CVE-2026-30892). */
    private static User user(ExecOptions exec, User container) {
        List<Long> groups = new ArrayList<>(container.additionalGids());
        groups.addAll(exec.additionalGids());
        if (exec.user().isEmpty()) {
            return new User(container.uid(), container.gid(), container.umask(), groups);
        }
        String[] parts = exec.user().get().split(":", -1);
        if (parts.length > 2) {
            throw new OciException("invalid user \"" + exec.user().get() + "\": UID or UID:GID is meant");
        }
        long uid = id(parts[0], exec.user().get());
        long gid = parts.length == 2 ? id(parts[1], exec.user().get()) : container.gid();
        return new User(uid, gid, container.umask(), groups);
    }

    private static long id(String text, String whole) {
        if (!text.matches("[0-9]{1,10}") || Long.parseLong(text) > LARGEST_ID) {
            throw new OciException(
                    "invalid user \"" + whole + "\": \"" + text + "\" is no id; names are not looked up");
        }
        return Long.parseLong(text);
    }

    /** Later entries of a name replace earlier ones, in their place. */
    private static List<String> env(List<String> first, List<String> then) {
        Map<String, String> byName = new LinkedHashMap<>();
        for (List<String> entries : List.of(first, then)) {
            for (String entry : entries) {
                int equals = entry.indexOf('=');
                byName.put(equals < 0 ? entry : entry.substring(0, equals), entry);
            }
        }
        return List.copyOf(byName.values());
    }

    /** Never inheritable (CVE-2022-29162); ambient only where they were before. */
    private static Capabilities with(Capabilities own, List<String> more) {
        return new Capabilities(
                union(own.bounding(), more),
                union(own.effective(), more),
                own.inheritable(),
                union(own.permitted(), more),
                own.ambient());
    }

    private static List<String> union(List<String> one, List<String> other) {
        Set<String> all = new LinkedHashSet<>(one);
        all.addAll(other);
        return List.copyOf(all);
    }

    /** The file in which the container's process would be asked about by name. */
    static Optional<String> entry(List<String> env, String name) {
        return env.stream()
                .filter(e -> e.startsWith(name + "="))
                .map(e -> e.substring(name.length() + 1))
                .findFirst();
    }
}
