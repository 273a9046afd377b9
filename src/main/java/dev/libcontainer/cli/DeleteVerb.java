package dev.libcontainer.cli;

import dev.libcontainer.runtime.OciRuntime;
import java.util.List;

/** {@code jrunc delete}. */
final class DeleteVerb implements Verb {
    @Override
    public Syntax syntax() {
        return new Syntax("jrunc delete", "ID", "Take a stopped container down and forget it")
                .flag("f,force", "kill one that runs; one that does not exist is no error then")
                .flag("r,regex", "ID is a regular expression: all containers whose id it is found in")
                .note("""
                        examples:
                          jrunc delete --force web-1
                          jrunc delete --regex '^web-'
                        """);
    }

    @Override
    public int run(Call call) {
        boolean force = call.arguments().has("force");
        String id = call.id();
        try (OciRuntime runtime = call.runtime()) {
            List<String> ids = call.arguments().has("regex") ? Regex.ids(runtime, id) : List.of(id);
            for (String each : ids) {
                runtime.delete(each, force);
            }
        }
        return 0;
    }
}
