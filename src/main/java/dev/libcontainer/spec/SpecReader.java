package dev.libcontainer.spec;

import static dev.libcontainer.spec.IntegerType.INT32;
import static dev.libcontainer.spec.IntegerType.UINT32;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
            throw new SpecException("", file + ": there is no such file", "A bundle is a directory with a config.json.");
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
                Optional.of(json.requiredObject("root", SpecReader::root)),
                json.objects("mounts", SpecReader::mount),
                json.object("process", ProcessReader::process),
                json.optionalText("hostname"),
                json.optionalText("domainname"),
                json.object("hooks", SpecReader::hooks),
                json.textMap("annotations"),
                json.object("linux", LinuxReader::linux));
    }

    private static Root root(Members json) {
        return new Root(json.text("path"), json.flag("readonly"));
    }

    private static Mount mount(Members json) {
        return new Mount(
                json.text("destination"),
                json.optionalText("type"),
                json.optionalText("source"),
                json.texts("options"),
                json.objects("uidMappings", SpecReader::idMapping),
                json.objects("gidMappings", SpecReader::idMapping));
    }

    static IdMapping idMapping(Members json) {
        return new IdMapping(
                json.integer("containerID", UINT32), json.integer("hostID", UINT32), json.integer("size", UINT32));
    }

    private static Hooks hooks(Members json) {
        return new Hooks(
                json.objects("prestart", SpecReader::hook),
                json.objects("createRuntime", SpecReader::hook),
                json.objects("createContainer", SpecReader::hook),
                json.objects("startContainer", SpecReader::hook),
                json.objects("poststart", SpecReader::hook),
                json.objects("poststop", SpecReader::hook));
    }

    private static Hooks.Hook hook(Members json) {
        return new Hooks.Hook(
                json.text("path"), json.texts("args"), json.texts("env"), json.optionalInt("timeout", INT32));
    }
}
