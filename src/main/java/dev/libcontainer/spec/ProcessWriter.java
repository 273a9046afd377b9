package dev.libcontainer.spec;

/** Makes the JSON object of a {@link Process}. */
final class ProcessWriter {
    private ProcessWriter() {}

    static void write(ObjectBuilder json, Process process) {
        json.flagIfSet("terminal", process.terminal());
        if (process.consoleSize().isPresent()) {
            write(json.object("consoleSize"), process.consoleSize().get());
        }
        write(json.object("user"), process.user());
        json.texts("args", process.args());
        json.texts("env", process.env());
        json.text("cwd", process.cwd());
        if (process.capabilities().isPresent()) {
            write(json.object("capabilities"), process.capabilities().get());
        }
        for (Rlimit rlimit : process.rlimits()) {
            write(json.item("rlimits"), rlimit);
        }
        json.flagIfSet("noNewPrivileges", process.noNewPrivileges());
        json.text("apparmorProfile", process.apparmorProfile());
        json.number("oomScoreAdj", process.oomScoreAdj());
        if (process.scheduler().isPresent()) {
            write(json.object("scheduler"), process.scheduler().get());
        }
        json.text("selinuxLabel", process.selinuxLabel());
        if (process.ioPriority().isPresent()) {
            write(json.object("ioPriority"), process.ioPriority().get());
        }
        if (process.execCPUAffinity().isPresent()) {
            write(json.object("execCPUAffinity"), process.execCPUAffinity().get());
        }
    }

    private static void write(ObjectBuilder json, ConsoleSize size) {
        json.number("height", size.height());
        json.number("width", size.width());
    }

    private static void write(ObjectBuilder json, User user) {
        json.number("uid", user.uid());
        json.number("gid", user.gid());
        json.number("umask", user.umask());
        json.numbers("additionalGids", user.additionalGids());
    }

    private static void write(ObjectBuilder json, Capabilities capabilities) {
        json.texts("bounding", capabilities.bounding());
        json.texts("effective", capabilities.effective());
        json.texts("inheritable", capabilities.inheritable());
        json.texts("permitted", capabilities.permitted());
        json.texts("ambient", capabilities.ambient());
    }

    private static void write(ObjectBuilder json, Rlimit rlimit) {
        json.text("type", rlimit.type());
        json.unsigned("hard", rlimit.hard());
        json.unsigned("soft", rlimit.soft());
    }

    private static void write(ObjectBuilder json, Scheduler scheduler) {
        json.text("policy", scheduler.policy());
        json.numberIfSet("nice", scheduler.nice());
        json.numberIfSet("priority", scheduler.priority());
        json.texts("flags", scheduler.flags());
        json.unsignedIfSet("runtime", scheduler.runtime());
        json.unsignedIfSet("deadline", scheduler.deadline());
        json.unsignedIfSet("period", scheduler.period());
    }

    private static void write(ObjectBuilder json, IoPriority priority) {
        json.text("class", priority.ioClass());
        json.number("priority", priority.priority());
    }

    private static void write(ObjectBuilder json, ExecCpuAffinity affinity) {
        json.text("initial", affinity.initial());
        json.text("final", affinity.finalAffinity());
    }
}
