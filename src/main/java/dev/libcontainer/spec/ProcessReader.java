package dev.libcontainer.spec;

import static dev.libcontainer.spec.IntegerType.INT32;
import static dev.libcontainer.spec.IntegerType.UINT32;
import static dev.libcontainer.spec.IntegerType.UINT64;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes a {@link Process} of its JSON object. */
final class ProcessReader {
    private ProcessReader() {}

    static Process process(Members json) {
        return new Process(
                json.flag("terminal"),
                consoleSize(json.object("consoleSize")),
                user(json.object("user")),
                json.texts("args"),
                json.texts("env"),
                json.text("cwd"),
                capabilities(json.object("capabilities")),
                rlimits(json.objects("rlimits")),
                json.flag("noNewPrivileges"),
                json.optionalText("apparmorProfile"),
                json.optionalInt("oomScoreAdj", INT32),
                scheduler(json.object("scheduler")),
                json.optionalText("selinuxLabel"),
                ioPriority(json.object("ioPriority")),
                execCpuAffinity(json.object("execCPUAffinity")));
    }

    private static Optional<ConsoleSize> consoleSize(Members json) {
        return json.isAbsent()
                ? Optional.empty()
                : Optional.of(new ConsoleSize(json.requiredInt("height", UINT32), json.requiredInt("width", UINT32)));
    }

    private static User user(Members json) {
        return json.isAbsent()
                ? User.ROOT
                : new User(
                        json.requiredInteger("uid", UINT32),
                        json.requiredInteger("gid", UINT32),
                        json.optionalInt("umask", UINT32),
                        json.integers("additionalGids", UINT32));
    }

    private static Optional<Capabilities> capabilities(Members json) {
        return json.isAbsent()
                ? Optional.empty()
                : Optional.of(new Capabilities(
                        json.texts("bounding"),
                        json.texts("effective"),
                        json.texts("inheritable"),
                        json.texts("permitted"),
                        json.texts("ambient")));
    }

    private static List<Rlimit> rlimits(List<Members> items) {
        List<Rlimit> rlimits = new ArrayList<>(items.size());
        for (Members json : items) {
            rlimits.add(new Rlimit(
                    json.text("type"), json.requiredInteger("soft", UINT64), json.requiredInteger("hard", UINT64)));
        }
        return rlimits;
    }

    private static Optional<Scheduler> scheduler(Members json) {
        return json.isAbsent()
                ? Optional.empty()
                : Optional.of(new Scheduler(
                        json.text("policy"),
                        json.intOrZero("nice", INT32),
                        json.intOrZero("priority", INT32),
                        json.texts("flags"),
                        json.integer("runtime", UINT64),
                        json.integer("deadline", UINT64),
                        json.integer("period", UINT64)));
    }

    private static Optional<IoPriority> ioPriority(Members json) {
        return json.isAbsent()
                ? Optional.empty()
                : Optional.of(new IoPriority(json.text("class"), json.requiredInt("priority", INT32)));
    }

    private static Optional<ExecCpuAffinity> execCpuAffinity(Members json) {
        return json.isAbsent()
                ? Optional.empty()
                : Optional.of(new ExecCpuAffinity(json.optionalText("initial"), json.optionalText("final")));
    }
}
