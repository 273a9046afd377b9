package dev.libcontainer.spec;

import static dev.libcontainer.spec.IntegerType.INT32;
import static dev.libcontainer.spec.IntegerType.UINT32;
import static dev.libcontainer.spec.IntegerType.UINT64;

/** Makes a {@link Process} of its JSON object. */
final class ProcessReader {
    private ProcessReader() {}

    static Process process(Members json) {
        return new Process(
                json.flag("terminal"),
                json.object("consoleSize", ProcessReader::consoleSize),
                json.object("user", ProcessReader::user).orElse(User.ROOT),
                json.texts("args"),
                json.texts("env"),
                json.text("cwd"),
                json.object("capabilities", ProcessReader::capabilities),
                json.objects("rlimits", ProcessReader::rlimit),
                json.flag("noNewPrivileges"),
                json.optionalText("apparmorProfile"),
                json.optionalInt("oomScoreAdj", INT32),
                json.object("scheduler", ProcessReader::scheduler),
                json.optionalText("selinuxLabel"),
                json.object("ioPriority", ProcessReader::ioPriority),
                json.object("execCPUAffinity", ProcessReader::execCpuAffinity));
    }

    private static ConsoleSize consoleSize(Members json) {
        return new ConsoleSize(json.requiredInt("height", UINT32), json.requiredInt("width", UINT32));
    }

    private static User user(Members json) {
        return new User(
                json.integer("uid", UINT32),
                json.integer("gid", UINT32),
                json.optionalInt("umask", UINT32),
                json.integers("additionalGids", UINT32));
    }

    private static Capabilities capabilities(Members json) {
        return new Capabilities(
                json.texts("bounding"),
                json.texts("effective"),
                json.texts("inheritable"),
                json.texts("permitted"),
                json.texts("ambient"));
    }

    private static Rlimit rlimit(Members json) {
        return new Rlimit(json.text("type"), json.integer("soft", UINT64), json.integer("hard", UINT64));
    }

    private static Scheduler scheduler(Members json) {
        return new Scheduler(
                json.text("policy"),
                json.integerOr("nice", INT32, 0),
                json.integerOr("priority", INT32, 0),
                json.texts("flags"),
                json.integer("runtime", UINT64, 0),
                json.integer("deadline", UINT64, 0),
                json.integer("period", UINT64, 0));
    }

    private static IoPriority ioPriority(Members json) {
        return new IoPriority(json.text("class"), json.requiredInt("priority", INT32));
    }

    private static ExecCpuAffinity execCpuAffinity(Members json) {
        return new ExecCpuAffinity(json.optionalText("initial"), json.optionalText("final"));
    }
}
