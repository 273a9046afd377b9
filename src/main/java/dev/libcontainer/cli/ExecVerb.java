package dev.libcontainer.cli;

import dev.libcontainer.runtime.ExecOptions;
import dev.libcontainer.runtime.OciRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code jrunc exec}. */
final class ExecVerb implements Verb {
    private static final int NOT_STARTED = 255;

    @Override
    public Syntax syntax() {
        return new Syntax("jrunc exec", "ID PROGRAM [ARGUMENT…] | --process FILE ID", "Run a program in a container")
                .operandsEndOptions()
                .value("p,process", "FILE", "a process object as in config.json, instead of PROGRAM")
                .flag("t,tty", "give it a terminal")
                .value("u,user", "UID[:GID]", "who it is")
                .value("g,additional-gids", "GID", "a further group, may be repeated")
                .value("cwd", "DIR", "its working directory")
                .value("e,env", "NAME=VALUE", "add to its environment, may be repeated")
                .value("c,cap", "CAP", "add a capability, may be repeated")
                .flag("no-new-privs", "execve may not add privileges")
                .value("apparmor", "PROFILE", "its AppArmor profile")
                .value("process-label", "LABEL", "its SELinux label")
                .value("cgroup", "[CONTROLLER:]PATH", "a cgroup below the container's, may be repeated")
                .flag("ignore-paused", "wait for a paused container instead of refusing")
                .flag("d,detach", "return when the program runs")
                .value("pid-file", "FILE", "write its pid there")
                .value("console-socket", "SOCKET", "send the master of its terminal there")
                .value("preserve-fds", "N", "hand on those of the fds 3 to 3+N-1 that are open")
                .note("""
                        What is not given is taken from the process in the container's config.json.
                        Options end at ID: what follows the program is its own.
                        """)
                .note("""
                        examples:
                          jrunc exec web-1 ls -l /
                          jrunc exec -t -u 1000:1000 -e TERM=xterm web-1 sh
                          jrunc exec --process process.json --detach --pid-file exec.pid web-1
                        """)
                .note("""
                        exit code: the program's, 128 + signal if a signal ended it, 0 with --detach;
                        255 if it could not be started; 1 if the words make no sense.
                        """);
    }

    @Override
    public int failure() {
        return NOT_STARTED;
    }

    @Override
    public int run(Call call) {
        List<String> operands = call.arguments().operands();
        if (operands.isEmpty()) {
            throw new UsageException("needs the ID of a container");
        }
        ExecOptions options = options(call, operands.subList(1, operands.size()));
        try (OciRuntime runtime = call.runtime()) {
            return runtime.exec(operands.get(0), options);
        }
    }

    private static ExecOptions options(Call call, List<String> program) {
        Arguments arguments = call.arguments();
        if (program.isEmpty() && !arguments.has("process")) {
            throw new UsageException("needs a program to run, or --process FILE");
        }
        return new ExecOptions(
                call.path("process"),
                program,
                arguments.has("tty") ? Optional.of(true) : Optional.empty(),
                arguments.text("user"),
                gids(arguments.texts("additional-gids")),
                arguments.text("cwd"),
                arguments.texts("env"),
                arguments.texts("cap"),
                arguments.has("no-new-privs"),
                arguments.text("apparmor"),
                arguments.text("process-label"),
                arguments.texts("cgroup"),
                arguments.has("ignore-paused"),
                arguments.has("detach"),
                call.path("console-socket"),
                call.path("pid-file"),
                call.preservedFds(),
                call.console().stdio());
    }

    private static List<Long> gids(List<String> texts) {
        List<Long> gids = new ArrayList<>();
        for (String text : texts) {
            for (String gid : text.split(",")) {
                gids.add(Arguments.number("additional-gids", gid));
            }
        }
        return gids;
    }
}
