package dev.libcontainer.spec;

import java.util.ArrayList;
import java.util.List;

/** The rules of {@code process}. */
final class ProcessRules {
    private static final Known RLIMITS = Known.of(
            "resource limit",
            "RLIMIT_AS",
            "RLIMIT_CORE",
            "RLIMIT_CPU",
            "RLIMIT_DATA",
            "RLIMIT_FSIZE",
            "RLIMIT_LOCKS",
            "RLIMIT_MEMLOCK",
            "RLIMIT_MSGQUEUE",
            "RLIMIT_NICE",
            "RLIMIT_NOFILE",
            "RLIMIT_NPROC",
            "RLIMIT_RSS",
            "RLIMIT_RTPRIO",
            "RLIMIT_RTTIME",
            "RLIMIT_SIGPENDING",
            "RLIMIT_STACK");
    private static final Known POLICIES = Known.of(
            "scheduling policy",
            "SCHED_OTHER",
            "SCHED_FIFO",
            "SCHED_RR",
            "SCHED_BATCH",
            "SCHED_ISO",
            "SCHED_IDLE",
            "SCHED_DEADLINE");
    private static final Known SCHEDULER_FLAGS = Known.of(
            "scheduler flag",
            "SCHED_FLAG_RESET_ON_FORK",
            "SCHED_FLAG_RECLAIM",
            "SCHED_FLAG_DL_OVERRUN",
            "SCHED_FLAG_KEEP_POLICY",
            "SCHED_FLAG_KEEP_PARAMS",
            "SCHED_FLAG_UTIL_CLAMP_MIN",
            "SCHED_FLAG_UTIL_CLAMP_MAX");
    private static final Known IO_CLASSES =
            Known.of("I/O class", "IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE");

    private ProcessRules() {}

    static void check(JsonPath path, Process process) {
        if (process.args().isEmpty()) {
            throw path.member("args").error("must name a program");
        }
        Rules.notEmpty(path.member("args").item(0), process.args().get(0));
        Rules.environment(path.member("env"), process.env());
        Rules.absolute(path.member("cwd"), process.cwd());
        checkUser(path.member("user"), process.user());
        if (process.consoleSize().isPresent()) {
            checkConsoleSize(path.member("consoleSize"), process.consoleSize().get());
        }
        checkRlimits(path.member("rlimits"), process.rlimits());
        Rules.within(path.member("oomScoreAdj"), process.oomScoreAdj(), -1000, 1000);
        if (process.scheduler().isPresent()) {
            checkScheduler(path.member("scheduler"), process.scheduler().get());
        }
        if (process.ioPriority().isPresent()) {
            checkIoPriority(path.member("ioPriority"), process.ioPriority().get());
        }
        if (process.execCPUAffinity().isPresent()) {
            ExecCpuAffinity affinity = process.execCPUAffinity().get();
            Rules.numberList(path.member("execCPUAffinity").member("initial"), affinity.initial());
            Rules.numberList(path.member("execCPUAffinity").member("final"), affinity.finalAffinity());
        }
    }

    private static void checkConsoleSize(JsonPath path, ConsoleSize size) {
        Rules.within(path.member("height"), size.height(), 0, 0xffff); // unsigned short in struct winsize
        Rules.within(path.member("width"), size.width(), 0, 0xffff);
    }

    private static void checkIoPriority(JsonPath path, IoPriority priority) {
        IO_CLASSES.check(path.member("class"), priority.ioClass());
        Rules.within(path.member("priority"), priority.priority(), 0, 7);
    }

    private static void checkUser(JsonPath path, User user) {
        Rules.uint32(path.member("uid"), user.uid());
        Rules.uint32(path.member("gid"), user.gid());
        Rules.within(path.member("umask"), user.umask(), 0, 0777);
        List<Long> groups = user.additionalGids();
        for (int i = 0; i < groups.size(); i++) {
            Rules.uint32(path.member("additionalGids").item(i), groups.get(i));
        }
    }

    private static void checkRlimits(JsonPath path, List<Rlimit> rlimits) {
        List<String> types = new ArrayList<>(rlimits.size());
        for (int i = 0; i < rlimits.size(); i++) {
            Rlimit rlimit = rlimits.get(i);
            types.add(rlimit.type());
            RLIMITS.check(path.item(i).member("type"), rlimit.type());
            if (Long.compareUnsigned(rlimit.soft(), rlimit.hard()) > 0) {
                throw path.item(i)
                        .member("soft")
                        .error(Long.toUnsignedString(rlimit.soft()) + " is above the hard limit "
                                + Long.toUnsignedString(rlimit.hard()));
            }
        }
        Rules.unique(path, "type", types);
    }

    private static void checkScheduler(JsonPath path, Scheduler scheduler) {
        String policy = scheduler.policy();
        POLICIES.check(path.member("policy"), policy);
        SCHEDULER_FLAGS.checkAll(path.member("flags"), scheduler.flags());
        Rules.within(path.member("nice"), scheduler.nice(), -20, 19);
        if (policy.equals("SCHED_FIFO") || policy.equals("SCHED_RR")) {
            Rules.within(path.member("priority"), scheduler.priority(), 1, 99);
        } else if (scheduler.priority() != 0) {
            throw path.member("priority").error("is only for SCHED_FIFO and SCHED_RR");
        }
        if (!policy.equals("SCHED_DEADLINE")) {
            onlyForDeadline(path.member("runtime"), scheduler.runtime());
            onlyForDeadline(path.member("deadline"), scheduler.deadline());
            onlyForDeadline(path.member("period"), scheduler.period());
        }
    }

    private static void onlyForDeadline(JsonPath path, long nanoseconds) {
        if (nanoseconds != 0) {
            throw path.error("is only for SCHED_DEADLINE");
        }
    }
}
