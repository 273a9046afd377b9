package dev.libcontainer.runtime;

import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.security.Capability;
import dev.libcontainer.spec.Capabilities;
import dev.libcontainer.spec.Process;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/** What a process asks for, and what it is given: capabilities that can be granted, a home, passed sockets. */
final class Grants {
    private static final String HOME = "HOME=";

    private final Consumer<String> warnings;
    private final long held;

    /**
     * For processes that are started with these rights.
     *
     * @param held mask of the capabilities that can be given away
     */
    Grants(Consumer<String> warnings, long held) {
        this.warnings = warnings;
        this.held = held;
    }

    /** config.md, "capabilities": what cannot be granted is worth a warning and no error. */
    Process capabilities(Process process) {
        return process.capabilities()
                .map(c -> process.withCapabilities(new Capabilities(
                        grantable(c.bounding()),
                        grantable(c.effective()),
                        grantable(c.inheritable()),
                        grantable(c.permitted()),
                        grantable(c.ambient()))))
                .orElse(process);
    }

    private List<String> grantable(List<String> names) {
        List<String> granted = new ArrayList<>();
        for (String name : names) {
            Optional<Capability> known = Capability.named(name.toUpperCase(Locale.ROOT));
            if (known.filter(capability -> (held >> capability.number() & 1) != 0)
                    .isPresent()) {
                granted.add(name);
            } else {
                warnings.accept("ignoring capability " + name + (known.isPresent() ? ": not held" : ": not known"));
            }
        }
        return granted;
    }

    /** A process without a home gets the one that the root's passwd has for its user, else the root directory. */
    static Process home(Process process, Path root) {
        if (process.env().stream().anyMatch(entry -> entry.startsWith(HOME) && entry.length() > HOME.length())) {
            return process;
        }
        List<String> env = new ArrayList<>();
        for (String entry : process.env()) {
            if (!entry.startsWith(HOME)) {
                env.add(entry);
            }
        }
        env.add(HOME + home(root, process.user().uid()));
        return process.withEnv(env);
    }

    private static String home(Path root, long uid) {
        try (Fd directory = Kernel.open(root.toString(), Kernel.O_PATH | Kernel.O_DIRECTORY)) {
            for (String line :
                    Kernel.readInRoot(directory.value(), "etc/passwd").split("\n")) {
                String[] fields = line.split(":", -1);
                if (fields.length > 5 && fields[2].equals(Long.toString(uid)) && !fields[5].isEmpty()) {
                    return fields[5];
                }
            }
        } catch (KernelException e) {
            return "/"; // no such file, or no right to read it
        }
        return "/";
    }

    /** How many sockets of the caller's are for the process (sd_listen_fds(3)). */
    static int listenFds(RuntimeOptions options) {
        String count = options.environment().getOrDefault("LISTEN_FDS", "");
        return count.matches("[0-9]{1,4}") ? Integer.parseInt(count) : 0;
    }

    /** Tells the process of them: it is the one that they are for. */
    static Process listening(Process process, RuntimeOptions options) {
        int count = listenFds(options);
        if (count == 0) {
            return process;
        }
        List<String> env = new ArrayList<>(process.env());
        env.add("LISTEN_FDS=" + count);
        env.add("LISTEN_PID=1");
        String names = options.environment().getOrDefault("LISTEN_FDNAMES", "");
        if (!names.isEmpty()) {
            env.add("LISTEN_FDNAMES=" + names);
        }
        return process.withEnv(env);
    }
}
