package dev.libcontainer.spec;

import java.util.Optional;

/** Makes the JSON object of a {@link Process}. */
final class ProcessWriter {
    private ProcessWriter() {}

    static void process(ObjectBuilder json, Process process) {
        json.flagIfSet("terminal", process.terminal());
        json.object("consoleSize", process.consoleSize(), (object, size) -> {
            object.number("height", size.height());
            object.number("width", size.width());
        });
        json.object("user", Optional.of(process.user()), ProcessWriter::user);
        json.texts("args", process.args());
        json.texts("env", process.env());
        json.text("cwd", process.cwd());
        json.object("capabilities", process.capabilities(), ProcessWriter::capabilities);
        json.objects("rlimits", process.rlimits(), (object, rlimit) -> {
            object.text("type", rlimit.type());
            object.unsigned("hard", rlimit.hard());
            object.unsigned("soft", rlimit.soft());
        });
        json.flagIfSet("noNewPrivileges", process.noNewPrivileges());
        json.text("apparmorProfile", process.apparmorProfile());
        json.number("oomScoreAdj", process.oomScoreAdj());
        json.object("scheduler", process.scheduler(), ProcessWriter::scheduler);
        json.text("selinuxLabel", process.selinuxLabel());
        json.object("ioPriority", process.ioPriority(), (object, priority) -> {
            object.text("class", priority.ioClass());
            object.number("priority", priority.priority());
        });
        json.object("execCPUAffinity", process.execCPUAffinity(), (object, affinity) -> {
            object.text("initial", affinity.initial());
            object.text("final", affinity.finalAffinity());
        });
    }

    private static void user(ObjectBuilder json, User user) {
        json.number("uid", user.uid());
        json.number("gid", user.gid());
        json.number("umask", user.umask());
        json.numbers("additionalGids", user.additionalGids());
    }

    private static void capabilities(ObjectBuilder json, Capabilities capabilities) {
        json.texts("bounding", capabilities.bounding());
        json.texts("effective", capabilities.effective());
        json.texts("inheritable", capabilities.inheritable());
        json.texts("permitted", capabilities.permitted());
        json.texts("ambient", capabilities.ambient());
    }

    private static void scheduler(ObjectBuilder json, Scheduler scheduler) {
        json.text("policy", scheduler.policy());
        json.numberIfSet("nice", scheduler.nice());
        json.numberIfSet("priority", scheduler.priority());
        json.texts("flags", scheduler.flags());
        json.unsignedIfSet("runtime", scheduler.runtime());
        json.unsignedIfSet("deadline", scheduler.deadline());
        json.unsignedIfSet("period", scheduler.period());
    }
}
