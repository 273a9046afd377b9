package dev.libcontainer.plan;

import dev.libcontainer.security.CapabilitySet;
import dev.libcontainer.spec.Capabilities;
import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.Personality;
import dev.libcontainer.spec.Rlimit;
import dev.libcontainer.spec.Scheduler;
import dev.libcontainer.spec.SpecException;
import dev.libcontainer.spec.User;
import java.util.List;
import java.util.Optional;

/** The process itself: session, limits, identity, filter, program. */
final class ProcessStage {
    private static final int SIGKILL = 9;
    private static final int RLIMIT_NOFILE = 7;
    private static final long DEFAULT_NOFILE = 1024;
    /** In the order of their numbers (asm-generic/resource.h). */
    private static final List<String> RLIMITS = List.of(
            "RLIMIT_CPU",
            "RLIMIT_FSIZE",
            "RLIMIT_DATA",
            "RLIMIT_STACK",
            "RLIMIT_CORE",
            "RLIMIT_RSS",
            "RLIMIT_NPROC",
            "RLIMIT_NOFILE",
            "RLIMIT_MEMLOCK",
            "RLIMIT_AS",
            "RLIMIT_LOCKS",
            "RLIMIT_SIGPENDING",
            "RLIMIT_MSGQUEUE",
            "RLIMIT_NICE",
            "RLIMIT_RTPRIO",
            "RLIMIT_RTTIME");

    private static final List<String> POLICIES = List.of(
            "SCHED_OTHER", "SCHED_FIFO", "SCHED_RR", "SCHED_BATCH", "SCHED_ISO", "SCHED_IDLE", "SCHED_DEADLINE");
    private static final List<String> SCHEDULER_FLAGS = List.of(
            "SCHED_FLAG_RESET_ON_FORK",
            "SCHED_FLAG_RECLAIM",
            "SCHED_FLAG_DL_OVERRUN",
            "SCHED_FLAG_KEEP_POLICY",
            "SCHED_FLAG_KEEP_PARAMS",
            "SCHED_FLAG_UTIL_CLAMP_MIN",
            "SCHED_FLAG_UTIL_CLAMP_MAX");
    private static final List<String> IO_CLASSES =
            List.of("IOPRIO_CLASS_NONE", "IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE");

    private final Draft draft;
    private final LifeStage life;

    ProcessStage(Draft draft, LifeStage life) {
        this.draft = draft;
        this.life = life;
    }

    /** A plain process needs no more than a group of its own; a session costs the scheduler a group of tasks. */
    void session() {
        boolean plain = draft.linux.namespaces().isEmpty() && !draft.wishes.ahead();
        draft.add(plain ? ProcessStep.setpgid() : ProcessStep.setsid(), "");
    }

    void console() {
        if (draft.wishes.ahead()) {
            return; // what is needed to make one is gone when somebody might ask for it
        }
        boolean ownDev = draft.isNew(NamespaceType.MOUNT)
                && draft.spec.mounts().stream()
                        .anyMatch(m -> m.type().filter("devpts"::equals).isPresent());
        boolean hasRoot = ownDev || draft.isNew(NamespaceType.MOUNT);
        int size = draft.process
                .consoleSize()
                .map(s -> (s.height() & 0xffff) | (s.width() & 0xffff) << 16)
                .orElse(0);
        String over = hasRoot && ownDev ? "/dev/console" : "";
        long owner = life.isWatched() ? draft.process.user().uid() : 0;
        draft.add(new ProcessStep.Console("/dev/ptmx", over, size, owner), "process.terminal");
    }

    void limits() {
        List<Rlimit> limits = draft.process.rlimits();
        boolean files = false;
        for (int i = 0; i < limits.size(); i++) {
            Rlimit limit = limits.get(i);
            int resource = RLIMITS.indexOf(limit.type());
            if (resource < 0) {
                throw new SpecException("process.rlimits[" + i + "].type", "unknown limit \"" + limit.type() + "\"");
            }
            files |= resource == RLIMIT_NOFILE;
            draft.add(
                    new ProcessStep.SetRlimit(limit.type(), resource, limit.soft(), limit.hard()),
                    "process.rlimits[" + i + "]");
        }
        if (!files) { // a JVM raises its own soft limit to the hard one; select(2) breaks above 1024
            long hard = draft.host.nofileHard();
            long soft = hard == -1 ? DEFAULT_NOFILE : Math.min(DEFAULT_NOFILE, hard);
            draft.add(new ProcessStep.SetRlimit("RLIMIT_NOFILE", RLIMIT_NOFILE, soft, hard), "");
        }
    }

    void schedule() {
        draft.process.scheduler().ifPresent(this::schedule);
        draft.process.ioPriority().ifPresent(priority -> {
            int ioClass = IO_CLASSES.indexOf(priority.ioClass());
            if (ioClass < 0) {
                throw new SpecException("process.ioPriority.class", "unknown class \"" + priority.ioClass() + "\"");
            }
            draft.add(
                    ProcessStep.ioPriority(
                            ioClass << 13 | priority.priority(), priority.ioClass() + " " + priority.priority()),
                    "process.ioPriority");
        });
        draft.linux.personality().ifPresent(this::personality);
    }

    private void schedule(Scheduler scheduler) {
        int policy = POLICIES.indexOf(scheduler.policy());
        if (policy < 0) {
            throw new SpecException("process.scheduler.policy", "unknown policy \"" + scheduler.policy() + "\"");
        }
        long flags = 0;
        for (int i = 0; i < scheduler.flags().size(); i++) {
            int bit = SCHEDULER_FLAGS.indexOf(scheduler.flags().get(i));
            if (bit < 0) {
                throw new SpecException("process.scheduler.flags[" + i + "]", "unknown flag");
            }
            flags |= 1L << bit;
        }
        draft.add(
                new ProcessStep.SetScheduler(
                        scheduler.policy(),
                        policy,
                        flags,
                        scheduler.nice(),
                        scheduler.priority(),
                        scheduler.runtime(),
                        scheduler.deadline(),
                        scheduler.period()),
                "process.scheduler");
    }

    private void personality(Personality personality) {
        if (!personality.flags().isEmpty()) {
            throw new SpecException(
                    "linux.personality.flags[0]", "the specification defines no flags", "leave the member out");
        }
        long value = switch (personality.domain()) {
            case "LINUX" -> 0;
            case "LINUX32" -> 8;
            default ->
                throw new SpecException("linux.personality.domain", "unknown domain \"" + personality.domain() + "\"");
        };
        draft.add(ProcessStep.personality(value, personality.domain()), "linux.personality");
    }

    private Optional<Capabilities> capabilities() {
        return draft.process.capabilities();
    }

    private CapabilitySet set(List<String> names) {
        return CapabilitySet.parse(names).knownTo(draft.host.lastCapability());
    }

    /** What children inherit and what does not hinder the steps that follow: the bounding set, groups. */
    void dropInherited() {
        capabilities()
                .ifPresent(
                        c -> draft.add(ProcessStep.boundingKeep(set(c.bounding())), "process.capabilities.bounding"));
        if (draft.process.noNewPrivileges()) {
            draft.add(ProcessStep.noNewPrivileges(), "process.noNewPrivileges");
        }
        if (changesIdentity() && !draft.denySetgroups && !keepsGroups()) {
            draft.add(new ProcessStep.SetGroups(draft.process.user().additionalGids()), "process.user.additionalGids");
        }
    }

    /** Whoever has no right to change anything stays who it is. */
    private boolean changesIdentity() {
        boolean privileged = draft.host.euid() == 0 || draft.isNew(NamespaceType.USER);
        return privileged
                || !staysSame()
                || !draft.process.user().additionalGids().isEmpty();
    }

    private boolean staysSame() {
        return draft.process.user().uid() == draft.host.euid() && !draft.isNew(NamespaceType.USER);
    }

    /** As crun has it, and podman's {@code --group-add keep-groups} asks for: groups that no map could name, too. */
    private boolean keepsGroups() {
        return draft.spec
                .annotations()
                .getOrDefault(Annotations.KEEP_GROUPS, "")
                .equals("1");
    }

    void identity() {
        User user = draft.process.user();
        user.umask()
                .ifPresentOrElse(
                        mask -> draft.add(ProcessStep.umask(mask), "process.user.umask"),
                        () -> draft.add(ProcessStep.umask(022), ""));
        if (!changesIdentity()) {
            return;
        }
        boolean keep = user.uid() != 0 && capabilities().isPresent();
        if (keep) {
            draft.add(ProcessStep.keepCapabilities(true), "process.capabilities");
        }
        draft.add(ProcessStep.setresgid(user.gid()), "process.user.gid");
        draft.add(ProcessStep.setresuid(user.uid()), "process.user.uid");
        draft.changesIds |= !staysSame();
        if (keep) {
            draft.add(ProcessStep.keepCapabilities(false), "process.capabilities");
        }
        capabilities().ifPresent(this::grant);
    }

    private void grant(Capabilities c) {
        draft.add(
                new ProcessStep.SetCapabilities(set(c.effective()), set(c.permitted()), set(c.inheritable())),
                "process.capabilities");
        // capabilities(7): only what is permitted and inheritable can be ambient; config.md: what cannot be granted is
        // no
        // error
        CapabilitySet ambient = set(c.ambient()).intersect(set(c.permitted())).intersect(set(c.inheritable()));
        if (!ambient.isEmpty()) {
            draft.add(ProcessStep.ambient(ambient), "process.capabilities.ambient");
        }
    }

    /** An OCI runtime goes there with its own rights, and so does this one; a sandbox's user must be let in. */
    void watchedWorkingDirectory() {
        if (life.isWatched()) {
            draft.add(new ProcessStep.ChangeDirectory(draft.process.cwd()), "process.cwd");
        }
    }

    void workingDirectory() {
        if (!life.isWatched()) {
            draft.add(new ProcessStep.ChangeDirectory(draft.process.cwd()), "process.cwd");
        }
    }

    void parentDeath() {
        if (draft.wishes.dieWithParent()) {
            draft.add(ProcessStep.parentDeathSignal(SIGKILL), "");
        }
    }

    void watchedFds() {
        if (life.isWatched()) {
            life.fds();
        }
    }

    void fds() {
        if (!life.isWatched() && !draft.wishes.ahead()) { // who waits gets its streams later
            draft.add(ProcessStep.stdio(), "");
            draft.add(ProcessStep.closeFds(3), "");
        }
    }

    void filterPrivileged() {
        if (!draft.process.noNewPrivileges()) {
            addFilter();
            TaskStage.refuseUnlessPassing(draft);
        }
    }

    /** A filter whose listener somebody waits for. */
    void filterHeard() {
        if (draft.process.noNewPrivileges() && isHeard()) {
            addFilter();
        }
    }

    void filter() {
        if (draft.process.noNewPrivileges() && !isHeard() && !TaskStage.passesFilter(draft)) {
            addFilter();
        }
    }

    /** Before the wait for a task, if the filter allows all that is left to do then. */
    void filterAhead() {
        if (draft.process.noNewPrivileges() && TaskStage.passesFilter(draft)) {
            addFilter();
        }
    }

    private boolean isHeard() {
        return draft.linux.seccomp().filter(PlanCompiler::isHeard).isPresent();
    }

    private void addFilter() {
        draft.linux
                .seccomp()
                .ifPresent(s -> draft.add(PlanCompiler.filter(s, draft.host, life.isWatched()), "linux.seccomp"));
    }

    void findProgram() {
        life.findProgram(candidates());
    }

    private List<String> candidates() {
        return ProcessLookup.candidates(draft.process.args().get(0), draft.process.env());
    }

    void execute() {
        List<String> args = draft.process.args();
        if (args.isEmpty()) {
            throw new SpecException("process.args", "is empty: there is nothing to run");
        }
        draft.add(new ProcessStep.Execute(candidates(), args, draft.process.env()), "process.args");
    }
}
