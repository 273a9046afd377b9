package dev.libcontainer.cli;

import dev.libcontainer.runtime.OciRuntime;
import java.util.List;

/** {@code jrunc kill}. */
final class KillVerb implements Verb {
    @Override
    public Syntax syntax() {
        return new Syntax("jrunc kill", "ID [SIGNAL]", "Send a signal to the first process of a container (TERM)")
                .flag("a,all", "to all processes of the container")
                .flag("r,regex", "ID is a regular expression: all containers whose id it is found in")
                .note("""
                        SIGNAL is KILL, SIGKILL, 9, RTMIN+1 …
                        example:
                          jrunc kill web-1 KILL
                        """);
    }

    @Override
    public int run(Call call) {
        List<String> operands = call.arguments().operands();
        if (operands.isEmpty() || operands.size() > 2) {
            throw new UsageException("needs the ID of a container and perhaps a signal");
        }
        int signal = Signal.number(operands.size() == 1 ? "TERM" : operands.get(1));
        boolean all = call.arguments().has("all");
        try (OciRuntime runtime = call.runtime()) {
            List<String> ids =
                    call.arguments().has("regex") ? Regex.ids(runtime, operands.get(0)) : List.of(operands.get(0));
            for (String id : ids) {
                runtime.kill(id, signal, all);
            }
        }
        return 0;
    }
}
