package dev.libcontainer.spec;

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
        return ObjectBuilder.object(JsonPath.ROOT, spec, SpecWriter::spec);
    }

    static Json.ObjectValue tree(JsonPath path, Process process) {
        return ObjectBuilder.object(path, process, ProcessWriter::process);
    }

    static Json.ObjectValue tree(JsonPath path, Resources resources) {
        return ObjectBuilder.object(path, resources, ResourcesWriter::resources);
    }

    private static void spec(ObjectBuilder json, Spec spec) {
        json.text("ociVersion", spec.ociVersion());
        json.object("process", spec.process(), ProcessWriter::process);
        json.object("root", spec.root(), (object, root) -> {
            object.text("path", root.path());
            object.flagIfSet("readonly", root.readonly());
        });
        json.text("hostname", spec.hostname());
        json.text("domainname", spec.domainname());
        json.objects("mounts", spec.mounts(), SpecWriter::mount);
        json.object("hooks", spec.hooks(), SpecWriter::hooks);
        json.textMap("annotations", spec.annotations());
        json.object("linux", spec.linux(), LinuxWriter::linux);
    }

    private static void mount(ObjectBuilder json, Mount mount) {
        json.text("destination", mount.destination());
        json.text("type", mount.type());
        json.text("source", mount.source());
        json.texts("options", mount.options());
        json.objects("uidMappings", mount.uidMappings(), SpecWriter::idMapping);
        json.objects("gidMappings", mount.gidMappings(), SpecWriter::idMapping);
    }

    static void idMapping(ObjectBuilder json, IdMapping mapping) {
        json.number("containerID", mapping.containerID());
        json.number("hostID", mapping.hostID());
        json.number("size", mapping.size());
    }

    private static void hooks(ObjectBuilder json, Hooks hooks) {
        json.objects("prestart", hooks.prestart(), SpecWriter::hook);
        json.objects("createRuntime", hooks.createRuntime(), SpecWriter::hook);
        json.objects("createContainer", hooks.createContainer(), SpecWriter::hook);
        json.objects("startContainer", hooks.startContainer(), SpecWriter::hook);
        json.objects("poststart", hooks.poststart(), SpecWriter::hook);
        json.objects("poststop", hooks.poststop(), SpecWriter::hook);
    }

    private static void hook(ObjectBuilder json, Hooks.Hook hook) {
        json.text("path", hook.path());
        json.texts("args", hook.args());
        json.texts("env", hook.env());
        json.number("timeout", hook.timeout());
    }
}
