package dev.libcontainer.cli;

import dev.libcontainer.runtime.OciRuntime;
import dev.libcontainer.runtime.RuntimeOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** One call of a verb. */
record Call(Console console, Globals globals, Log log, Arguments arguments) {

    /** A runtime for this call; the caller closes it. */
    OciRuntime runtime() {
        return new OciRuntime(new RuntimeOptions(
                globals.root(),
                globals.cgroups(),
                console.directory(),
                console.environment(),
                false,
                globals.rootless(),
                log::warning));
    }

    /** The only operand: the id of a container. */
    String id() {
        List<String> operands = arguments.operands();
        if (operands.isEmpty()) {
            throw new UsageException("needs the ID of a container");
        }
        if (operands.size() > 1) {
            throw new UsageException("takes one ID and nothing else: what is \"" + operands.get(1) + "\"?");
        }
        return operands.get(0);
    }

    /** For verbs that want no operand. */
    void refuseOperands() {
        if (!arguments.operands().isEmpty()) {
            throw new UsageException(
                    "takes options only: what is \"" + arguments.operands().get(0) + "\"?");
        }
    }

    /** A path, relative to the caller's directory. */
    Optional<Path> path(String option) {
        Optional<String> text = arguments.text(option);
        return text.isEmpty()
                ? Optional.empty()
                : Optional.of(console.directory().resolve(text.get()));
    }

    /** Which of the caller's fds besides the streams a process gets; those of LISTEN_FDS come before what is counted. */
    List<Integer> preservedFds() {
        long count = arguments.number("preserve-fds").orElse(0);
        if (count < 0 || count > 1 << 16) {
            throw new UsageException("--preserve-fds is a count, not " + count);
        }
        String listening = console.environment().getOrDefault("LISTEN_FDS", "");
        long end = 3 + count + (listening.matches("[0-9]{1,4}") ? Integer.parseInt(listening) : 0);
        return console.inherited().stream().filter(fd -> fd < end).toList();
    }
}
