package dev.libcontainer.cli;

import dev.libcontainer.runtime.OciException;
import dev.libcontainer.runtime.OciRuntime;
import dev.libcontainer.spec.IntelRdt;
import dev.libcontainer.spec.Resources;
import dev.libcontainer.spec.SpecReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** {@code jrunc update}. */
final class UpdateVerb implements Verb {
    private static final int BYTES_AT_MOST = 16 << 20;

    @Override
    public Syntax syntax() {
        return LimitOptions.add(new Syntax("jrunc update", "ID", "Change the limits of a container")
                        .value("r,resources", "FILE", "read a resources object as in config.json; - is standard input"))
                .note("""
                        BYTES may end in k, m, g or t (powers of 1024); -1 is unlimited.
                        With --resources the other options do not count, as with runc.
                        """)
                .note("""
                        examples:
                          jrunc update --memory 256m --pids-limit 100 web-1
                          echo '{"cpu": {"quota": 50000, "period": 100000}}' | jrunc update -r - web-1
                        """);
    }

    @Override
    public int run(Call call) throws IOException {
        String id = call.id();
        Resources resources = call.arguments().has("resources")
                ? SpecReader.readResources(document(call))
                : LimitOptions.of(call.arguments());
        Optional<IntelRdt> rdt = LimitOptions.rdt(call.arguments());
        if (resources.equals(Resources.none()) && rdt.isEmpty()) {
            throw new UsageException("names no limit to change");
        }
        try (OciRuntime runtime = call.runtime()) {
            rdt.ifPresent(limits -> runtime.update(id, limits));
            if (!resources.equals(Resources.none())) {
                runtime.update(id, resources);
            }
        }
        return 0;
    }

    private static byte[] document(Call call) throws IOException {
        if (call.arguments().text("resources").orElseThrow().equals("-")) {
            return call.console().in().readNBytes(BYTES_AT_MOST);
        }
        Path file = call.path("resources").orElseThrow();
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new OciException("update: " + file + " cannot be read: " + e, e);
        }
    }
}
