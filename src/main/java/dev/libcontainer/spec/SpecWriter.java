package dev.libcontainer.spec;

import java.util.List;

/**
 * Writes {@code config.json}.
 *
 * <p>The order of members is fixed, so equal configurations give equal bytes; what is absent or has the default of the
 * specification is left out. {@link SpecReader} gives back an equal value, provided that no optional string is empty.
 */
public final class SpecWriter {
    private SpecWriter() {}

    /** The configuration as UTF-8 text with two spaces for each level and a newline at its end. */
    public static byte[] write(Spec spec) {
        return JsonText.print(tree(spec));
    }

    /** A process alone, the way {@link SpecReader#readProcess} reads it. */
    public static byte[] write(Process process) {
        return JsonText.print(tree(JsonPath.ROOT, process));
    }

    /** Limits alone, the way {@link SpecReader#readResources} reads them. */
    public static byte[] write(Resources resources) {
        return JsonText.print(tree(JsonPath.ROOT, resources));
    }

    static Json.ObjectValue tree(Spec spec) {
        ObjectBuilder json = new ObjectBuilder(JsonPath.ROOT);
        write(json, spec);
        return json.build();
    }

    static Json.ObjectValue tree(JsonPath path, Process process) {
        ObjectBuilder json = new ObjectBuilder(path);
        ProcessWriter.write(json, process);
        return json.build();
    }

    static Json.ObjectValue tree(JsonPath path, Resources resources) {
        ObjectBuilder json = new ObjectBuilder(path);
        ResourcesWriter.write(json, resources);
        return json.build();
    }

    private static void write(ObjectBuilder json, Spec spec) {
        json.text("ociVersion", spec.ociVersion());
        if (spec.process().isPresent()) {
            ProcessWriter.write(json.object("process"), spec.process().get());
        }
        if (spec.root().isPresent()) {
            ObjectBuilder root = json.object("root");
            root.text("path", spec.root().get().path());
            root.flagIfSet("readonly", spec.root().get().readonly());
        }
        json.text("hostname", spec.hostname());
        json.text("domainname", spec.domainname());
        for (Mount mount : spec.mounts()) {
            write(json.item("mounts"), mount);
        }
        if (spec.hooks().isPresent()) {
            write(json.object("hooks"), spec.hooks().get());
        }
        json.textMap("annotations", spec.annotations());
        if (spec.linux().isPresent()) {
            LinuxWriter.write(json.object("linux"), spec.linux().get());
        }
    }

    private static void write(ObjectBuilder json, Mount mount) {
        json.text("destination", mount.destination());
        json.text("type", mount.type());
        json.text("source", mount.source());
        json.texts("options", mount.options());
        writeIdMappings(json, "uidMappings", mount.uidMappings());
        writeIdMappings(json, "gidMappings", mount.gidMappings());
    }

    static void writeIdMappings(ObjectBuilder json, String name, List<IdMapping> mappings) {
        for (IdMapping mapping : mappings) {
            ObjectBuilder item = json.item(name);
            item.number("containerID", mapping.containerID());
            item.number("hostID", mapping.hostID());
            item.number("size", mapping.size());
        }
    }

    private static void write(ObjectBuilder json, Hooks hooks) {
        writeHooks(json, "prestart", hooks.prestart());
        writeHooks(json, "createRuntime", hooks.createRuntime());
        writeHooks(json, "createContainer", hooks.createContainer());
        writeHooks(json, "startContainer", hooks.startContainer());
        writeHooks(json, "poststart", hooks.poststart());
        writeHooks(json, "poststop", hooks.poststop());
    }

    private static void writeHooks(ObjectBuilder json, String name, List<Hooks.Hook> hooks) {
        for (Hooks.Hook hook : hooks) {
            ObjectBuilder item = json.item(name);
            item.text("path", hook.path());
            item.texts("args", hook.args());
            item.texts("env", hook.env());
            item.number("timeout", hook.timeout());
        }
    }
}
