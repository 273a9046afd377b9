package dev.libcontainer.spec;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The rules a configuration has to keep whatever host it is meant for: those of the specification, and those of the
 * kernel that need no kernel to be checked.
 *
 * <p>Pure and thread-safe. {@link SpecReader} applies the same rules, so whoever makes a {@link Spec} by hand gets the
 * same errors with the same paths.
 *
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md">config.md</a>
 */
public final class SpecValidator {
    private static final Pattern VERSION = Pattern.compile("1\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)([-+][0-9A-Za-z.+-]+)?");

    private static final int LONGEST_NAME = 64; // __NEW_UTS_LEN

    private SpecValidator() {}

    /**
     * Checks a whole configuration; the first broken rule is thrown.
     *
     * @throws SpecException with the path of the member that breaks a rule
     */
    public static void validate(Spec spec) {
        refuseNul(SpecWriter.tree(spec));
        validateMeaning(spec);
    }

    /** The same for the process alone, as exec has it; paths start with {@code process}. */
    public static void validate(Process process) {
        JsonPath path = JsonPath.ROOT.member("process");
        refuseNul(SpecWriter.tree(path, process));
        ProcessRules.check(path, process);
    }

    /** The same for the limits alone, as update has them; paths start with {@code linux.resources}. */
    public static void validate(Resources resources) {
        JsonPath path = JsonPath.ROOT.member("linux").member("resources");
        refuseNul(SpecWriter.tree(path, resources));
        ResourcesRules.check(path, resources);
    }

    /** Everything but NUL bytes, which a text that was read cannot have any more. */
    static void validateMeaning(Spec spec) {
        JsonPath top = JsonPath.ROOT;
        if (!VERSION.matcher(spec.ociVersion()).matches()) {
            throw top.member("ociVersion")
                    .error(
                            Quoted.text(spec.ociVersion()) + " is not a version of the 1.x specification",
                            "The newest known here is " + Spec.OCI_VERSION + ".");
        }
        if (spec.root().isPresent()) {
            Rules.notEmpty(top.member("root").member("path"), spec.root().get().path());
        }
        checkMounts(top.member("mounts"), spec.mounts());
        if (spec.process().isPresent()) {
            ProcessRules.check(top.member("process"), spec.process().get());
        }
        if (spec.hooks().isPresent()) {
            checkHooks(top.member("hooks"), spec.hooks().get());
        }
        if (spec.annotations().containsKey("")) {
            throw top.member("annotations").error("a key must not be empty");
        }
        if (spec.linux().isPresent()) {
            LinuxRules.check(top.member("linux"), spec.linux().get());
        }
        checkName(top.member("hostname"), spec.hostname(), spec.linux());
        checkName(top.member("domainname"), spec.domainname(), spec.linux());
    }

    private static void checkMounts(JsonPath path, List<Mount> mounts) {
        List<String> destinations = new ArrayList<>(mounts.size());
        for (int i = 0; i < mounts.size(); i++) {
            Mount mount = mounts.get(i);
            JsonPath place = path.item(i);
            destinations.add(mount.destination());
            Rules.notEmpty(place.member("destination"), mount.destination());
            Rules.notInProc(place.member("destination"), mount.destination());
            Rules.idMappings(place.member("uidMappings"), mount.uidMappings());
            Rules.idMappings(place.member("gidMappings"), mount.gidMappings());
            if (mount.uidMappings().isEmpty() != mount.gidMappings().isEmpty()) {
                String missing = mount.uidMappings().isEmpty() ? "uidMappings" : "gidMappings";
                throw place.member(missing).error("an id-mapped mount needs both uidMappings and gidMappings");
            }
        }
        Rules.noCopies(path, mounts, destinations);
    }

    private static void checkHooks(JsonPath path, Hooks hooks) {
        checkHooks(path.member("prestart"), hooks.prestart());
        checkHooks(path.member("createRuntime"), hooks.createRuntime());
        checkHooks(path.member("createContainer"), hooks.createContainer());
        checkHooks(path.member("startContainer"), hooks.startContainer());
        checkHooks(path.member("poststart"), hooks.poststart());
        checkHooks(path.member("poststop"), hooks.poststop());
    }

    private static void checkHooks(JsonPath path, List<Hooks.Hook> hooks) {
        for (int i = 0; i < hooks.size(); i++) {
            Hooks.Hook hook = hooks.get(i);
            JsonPath place = path.item(i);
            Rules.absolute(place.member("path"), hook.path());
            Rules.environment(place.member("env"), hook.env());
            Rules.within(place.member("timeout"), hook.timeout(), 1, Integer.MAX_VALUE);
        }
    }

    /** Setting a name without a UTS namespace would rename the host. */
    private static void checkName(JsonPath path, Optional<String> name, Optional<Linux> linux) {
        if (name.isEmpty()) {
            return;
        }
        LinuxRules.needs(path, NamespaceType.UTS, linux);
        int length = name.get().getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_NAME) {
            throw path.error("has " + length + " bytes, the kernel takes " + LONGEST_NAME);
        }
    }

    private static void refuseNul(Json value) {
        if (value instanceof Json.ObjectValue object) {
            for (Map.Entry<String, Json> member : object.members().entrySet()) {
                object.path().withoutNul(member.getKey());
                refuseNul(member.getValue());
            }
        } else if (value instanceof Json.ArrayValue array) {
            for (Json item : array.items()) {
                refuseNul(item);
            }
        } else if (value instanceof Json.TextValue text) {
            text.path().withoutNul(text.text());
        }
    }
}
