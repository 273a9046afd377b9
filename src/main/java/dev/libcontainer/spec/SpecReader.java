package dev.libcontainer.spec;

import static dev.libcontainer.spec.IntegerType.INT32;
import static dev.libcontainer.spec.IntegerType.UINT32;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads {@code config.json}.
 *
 * <p>What comes out has been through {@link SpecValidator}. Whatever is wrong, be it the text, a type, a value or two
 * members that contradict each other, is a {@link SpecException} that names the member. Members the specification does
 * not define for Linux are ignored; {@code null} and the empty string count as absent.
 *
 * <p>Thread-safe; keeps nothing.
 *
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md">config.md</a>
 */
public final class SpecReader {
    /** Far above any honest configuration, far below what would hurt. */
    private static final int MAX_BYTES = 16 << 20;

    private SpecReader() {}

    /** Reads a file, usually {@code config.json} of a bundle. */
    public static Spec read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return read(in);
        } catch (NoSuchFileException e) {
            throw new SpecException(
                    "", file + ": there is no such file", "A bundle is a directory with a config.json.");
        } catch (IOException e) {
            throw new SpecException("", file + ": cannot be read: " + e);
        }
    }

    /** Reads a stream to its end; the caller closes it. */
    public static Spec read(InputStream in) {
        return read(bytes(in));
    }

    /** Reads a document in UTF-8, UTF-16 or UTF-32. */
    public static Spec read(byte[] json) {
        Spec spec = spec(Members.of(JsonText.parse(json, JsonPath.ROOT)));
        SpecValidator.validateMeaning(spec);
        return spec;
    }

    /** Reads a document that is a {@code process} object alone, as for exec; paths start with {@code process}. */
    public static Process readProcess(byte[] json) {
        JsonPath path = JsonPath.ROOT.member("process");
        Process process = ProcessReader.process(Members.of(JsonText.parse(json, path)));
        ProcessRules.check(path, process);
        return process;
    }

    /** Reads a document that is a {@code resources} object alone, as for update; paths start with {@code linux}. */
    public static Resources readResources(byte[] json) {
        JsonPath path = JsonPath.ROOT.member("linux").member("resources");
        Resources resources = ResourcesReader.resources(Members.of(JsonText.parse(json, path)));
        ResourcesRules.check(path, resources);
        return resources;
    }

    private static byte[] bytes(InputStream in) {
        try {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new SpecException("", "the document has more than " + MAX_BYTES + " bytes");
            }
            return bytes;
        } catch (IOException e) {
            throw new SpecException("", "the document cannot be read: " + e);
        }
    }

    private static Spec spec(Members json) {
        return new Spec(
                json.text("ociVersion"),
                Optional.of(root(json.requiredObject("root"))),
                mounts(json.objects("mounts")),
                process(json.object("process")),
                json.optionalText("hostname"),
                json.optionalText("domainname"),
                hooks(json.object("hooks")),
                json.textMap("annotations"),
                linux(json.object("linux")));
    }

    private static Root root(Members json) {
        return new Root(json.text("path"), json.flag("readonly"));
    }

    private static Optional<Process> process(Members json) {
        return json.isAbsent() ? Optional.empty() : Optional.of(ProcessReader.process(json));
    }

    private static Optional<Linux> linux(Members json) {
        return json.isAbsent() ? Optional.empty() : Optional.of(LinuxReader.linux(json));
    }

    private static List<Mount> mounts(List<Members> items) {
        List<Mount> mounts = new ArrayList<>(items.size());
        for (Members json : items) {
            mounts.add(new Mount(
                    json.text("destination"),
                    json.optionalText("type"),
                    json.optionalText("source"),
                    json.texts("options"),
                    idMappings(json.objects("uidMappings")),
                    idMappings(json.objects("gidMappings"))));
        }
        return mounts;
    }

    static List<IdMapping> idMappings(List<Members> items) {
        List<IdMapping> mappings = new ArrayList<>(items.size());
        for (Members json : items) {
            mappings.add(new IdMapping(
                    json.requiredInteger("containerID", UINT32),
                    json.requiredInteger("hostID", UINT32),
                    json.requiredInteger("size", UINT32)));
        }
        return mappings;
    }

    private static Optional<Hooks> hooks(Members json) {
        if (json.isAbsent()) {
            return Optional.empty();
        }
        return Optional.of(new Hooks(
                hookList(json.objects("prestart")),
                hookList(json.objects("createRuntime")),
                hookList(json.objects("createContainer")),
                hookList(json.objects("startContainer")),
                hookList(json.objects("poststart")),
                hookList(json.objects("poststop"))));
    }

    private static List<Hooks.Hook> hookList(List<Members> items) {
        List<Hooks.Hook> hooks = new ArrayList<>(items.size());
        for (Members json : items) {
            hooks.add(new Hooks.Hook(
                    json.text("path"), json.texts("args"), json.texts("env"), json.optionalInt("timeout", INT32)));
        }
        return hooks;
    }
}
