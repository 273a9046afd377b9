package dev.libcontainer.cli;

import dev.libcontainer.cgroup.CgroupMode;
import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.runtime.OciException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/** {@code jrunc spec}. */
final class SpecVerb implements Verb {
    @Override
    public Syntax syntax() {
        return new Syntax("jrunc spec", "", "Write a config.json to begin with")
                .value("b,bundle", "DIR", "into this directory (default: this one)")
                .value("f,file", "FILE", "under this name")
                .flag("rootless", "for a caller without privilege: a user namespace with only the caller in it")
                .note("""
                        It runs sh in a terminal, in a read-only root file system in rootfs. A file that is
                        there already is never overwritten.
                        """)
                .note("""
                        example:
                          jrunc spec && sed -i 's;"sh";"/hello";' config.json
                        """);
    }

    @Override
    public int run(Call call) throws IOException {
        call.refuseOperands();
        Path directory = call.path("bundle").orElse(call.console().directory());
        Path file = directory.resolve(call.arguments().text("file").orElse("config.json"));
        try {
            Files.writeString(
                    file,
                    call.arguments().has("rootless") ? rootless() : root(),
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException e) {
            throw new OciException("spec: " + file + " exists already and is not overwritten", e);
        } catch (IOException e) {
            throw new OciException("spec: " + file + " cannot be written: " + e, e);
        }
        return 0;
    }

    static String root() throws IOException {
        return template("config.json");
    }

    private static String rootless() throws IOException {
        Path self = Path.of("/proc/self"); // whose owner are the effective ids
        return template("config-rootless.json")
                .replace("\"UID\"", Files.getAttribute(self, "unix:uid").toString())
                .replace("\"GID\"", Files.getAttribute(self, "unix:gid").toString());
    }

    private static String template(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(SpecVerb.class.getResourceAsStream(name))) {
            String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return CgroupMounts.read(Path.of("/")).mode() == CgroupMode.UNIFIED ? withCgroupNamespace(json) : json;
        }
    }

    /** Without it a container would see the host's cgroups where there is only version 2. */
    static String withCgroupNamespace(String json) {
        return json.replaceFirst("( *)\\{ \"type\": \"mount\" }", "$0,\n$1{ \"type\": \"cgroup\" }");
    }
}
