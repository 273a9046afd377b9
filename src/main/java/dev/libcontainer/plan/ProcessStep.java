package dev.libcontainer.plan;

import dev.libcontainer.security.CapabilitySet;
import java.util.Arrays;
import java.util.List;

/** Steps that make the process what it is when its program begins. */
public sealed interface ProcessStep extends Step {
    /** A step with one number; see each opcode in libcontainer.h. */
    record Number(int opcode, String syscall, String text, long value) implements ProcessStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(opcode, 0, 0, 0, 0, value);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    static Step setsid() {
        return new Number(Wire.SETSID, "setsid", "setsid", 0);
    }

    static Step setpgid() {
        return new Number(Wire.SETSID, "setpgid", "setpgid", 1);
    }

    static Step umask(int mask) {
        return new Number(Wire.UMASK, "umask", "umask " + Integer.toOctalString(mask), mask);
    }

    static Step setresgid(long gid) {
        return new Number(Wire.SETRESGID, "setresgid", "setresgid " + gid, gid);
    }

    static Step setresuid(long uid) {
        return new Number(Wire.SETRESUID, "setresuid", "setresuid " + uid, uid);
    }

    static Step keepCapabilities(boolean keep) {
        return new Number(
                Wire.KEEP_CAPS, "prctl(PR_SET_KEEPCAPS)", "keep capabilities over setuid: " + keep, keep ? 1 : 0);
    }

    static Step boundingKeep(CapabilitySet set) {
        return new Number(Wire.BOUNDING_KEEP, "prctl(PR_CAPBSET_DROP)", "bounding set = " + set, set.mask());
    }

    static Step ambient(CapabilitySet set) {
        return new Number(Wire.AMBIENT, "prctl(PR_CAP_AMBIENT)", "ambient set = " + set, set.mask());
    }

    static Step noNewPrivileges() {
        return new Number(Wire.NO_NEW_PRIVS, "prctl(PR_SET_NO_NEW_PRIVS)", "no_new_privs", 0);
    }

    static Step parentDeathSignal(int signal) {
        return new Number(Wire.PDEATHSIG, "prctl(PR_SET_PDEATHSIG)", "parent-death signal " + signal, signal);
    }

    static Step ioPriority(int value, String text) {
        return new Number(Wire.IOPRIO, "ioprio_set", "io priority " + text, value);
    }

    static Step personality(long value, String text) {
        return new Number(Wire.PERSONALITY, "personality", "personality " + text, value);
    }

    static Step stdio() {
        return new Number(Wire.STDIO, "dup3", "stdio", 0);
    }

    static Step closeFds(int from) {
        return new Number(Wire.CLOSE_FDS, "close_range", "close fds from " + from, from);
    }

    /** Names the host; replaced at spawn. */
    record SetHostname(String name) implements ProcessStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.SETHOSTNAME, Wire.PARAM_HOSTNAME, out.string(name), 0, 0, 0);
        }

        @Override
        public String syscall() {
            return "sethostname";
        }

        @Override
        public String toString() {
            return "sethostname " + name;
        }
    }

    record SetDomainname(String name) implements ProcessStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.SETDOMAINNAME, 0, out.string(name), 0, 0, 0);
        }

        @Override
        public String syscall() {
            return "setdomainname";
        }

        @Override
        public String toString() {
            return "setdomainname " + name;
        }
    }

    /** Names the thread while it is on its way, for ps. */
    record SetName(String name) implements ProcessStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.SET_NAME, 0, out.string(name), 0, 0, 0);
        }

        @Override
        public String syscall() {
            return "prctl(PR_SET_NAME)";
        }

        @Override
        public String toString() {
            return "name " + name;
        }
    }

    /** Replaced at spawn. */
    record ChangeDirectory(String path) implements ProcessStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.CHDIR, Wire.PARAM_CWD, out.string(path), 0, 0, 0);
        }

        @Override
        public String syscall() {
            return "chdir";
        }

        @Override
        public String toString() {
            return "chdir " + path;
        }
    }

    /** A terminal of the container's own, when the spawn asks for one; size: rows, columns above 16 bits, or 0; owner: its uid. */
    record Console(String ptmx, String bindOver, int size, long owner) implements ProcessStep {
        @Override
        public void encode(PlanEncoder out) {
            int target = bindOver.isEmpty() ? 0 : out.string(bindOver);
            out.step(
                    Wire.CONSOLE,
                    Wire.OPTIONAL,
                    out.string(ptmx),
                    Slot.CONSOLE.index(),
                    target,
                    Integer.toUnsignedLong(size) | owner << 32);
        }

        @Override
        public String syscall() {
            return "open";
        }

        @Override
        public String toString() {
            return "console " + ptmx + (bindOver.isEmpty() ? "" : " over " + bindOver) + " (if asked for)";
        }
    }

    /** Limits are unsigned; -1 is infinity. */
    record SetRlimit(String name, int resource, long soft, long hard) implements ProcessStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.RLIMIT, 0, 0, resource, out.longs(soft, hard), 0);
        }

        @Override
        public String syscall() {
            return "prlimit";
        }

        @Override
        public String toString() {
            return "rlimit " + name + " " + text(soft) + ":" + text(hard);
        }

        private static String text(long limit) {
            return limit == -1 ? "infinity" : Long.toUnsignedString(limit);
        }
    }

    record SetGroups(List<Long> gids) implements ProcessStep {
        public SetGroups {
            gids = List.copyOf(gids);
        }

        @Override
        public void encode(PlanEncoder out) {
            int[] ids = gids.stream().mapToInt(Long::intValue).toArray();
            out.step(Wire.SETGROUPS, 0, 0, ids.length, ids.length == 0 ? 0 : out.ints(ids), 0);
        }

        @Override
        public String syscall() {
            return "setgroups";
        }

        @Override
        public String toString() {
            return "setgroups " + gids;
        }
    }

    record SetCapabilities(CapabilitySet effective, CapabilitySet permitted, CapabilitySet inheritable)
            implements ProcessStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.CAPSET, 0, 0, 0, out.longs(effective.mask(), permitted.mask(), inheritable.mask()), 0);
        }

        @Override
        public String syscall() {
            return "capset";
        }

        @Override
        public String toString() {
            return "capset effective=" + effective + " permitted=" + permitted + " inheritable=" + inheritable;
        }
    }

    /** A filter; equal by content. */
    record LoadFilter(byte[] bpf, int flags) implements ProcessStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.SECCOMP, 0, 0, bpf.length / 8, out.bytes(bpf, 8), flags);
        }

        @Override
        public String syscall() {
            return "seccomp";
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof LoadFilter filter && filter.flags == flags && Arrays.equals(filter.bpf, bpf);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bpf);
        }

        @Override
        public String toString() {
            return "seccomp filter of " + bpf.length / 8 + " instructions";
        }
    }

    /** struct sched_attr (sched_setattr(2)). */
    record SetScheduler(
            String name, int policy, long flags, int nice, int priority, long runtime, long deadline, long period)
            implements ProcessStep {
        private static final int SIZE = 56;

        @Override
        public void encode(PlanEncoder out) {
            long sizeAndPolicy = SIZE | (long) policy << 32;
            long niceAndPriority = (nice & 0xffffffffL) | (long) priority << 32;
            int at = out.longs(sizeAndPolicy, flags, niceAndPriority, runtime, deadline, period, 0);
            out.step(Wire.SCHED_SETATTR, 0, 0, 0, at, 0);
        }

        @Override
        public String syscall() {
            return "sched_setattr";
        }

        @Override
        public String toString() {
            return "scheduler " + name + " nice=" + nice + " priority=" + priority;
        }
    }

    /** The program: candidates are tried in turn, as execvp(3) does. All three replaced at spawn. */
    record Execute(List<String> candidates, List<String> args, List<String> env) implements ProcessStep {
        public Execute {
            candidates = List.copyOf(candidates);
            args = List.copyOf(args);
            env = List.copyOf(env);
        }

        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.EXECVE, 0, out.candidates(candidates), out.vector(args), out.vector(env), 0);
        }

        @Override
        public String syscall() {
            return "execve";
        }

        @Override
        public String toString() {
            String more = candidates.size() > 1 ? " (and " + (candidates.size() - 1) + " more)" : "";
            return "execve " + candidates.get(0) + more + " argv=" + args.size() + " envp=" + env.size();
        }
    }
}
