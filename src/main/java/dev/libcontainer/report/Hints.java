package dev.libcontainer.report;

import dev.libcontainer.plan.AttributeStep;
import dev.libcontainer.plan.ContentStep;
import dev.libcontainer.plan.HostStep;
import dev.libcontainer.plan.LifecycleStep;
import dev.libcontainer.plan.MountStep;
import dev.libcontainer.plan.NamespaceStep;
import dev.libcontainer.plan.PlacementStep;
import dev.libcontainer.plan.ProcessStep;
import dev.libcontainer.plan.Step;
import java.util.Set;

/** What an errno means for a step, where its name alone would mislead: (operation, errno) → hint. */
final class Hints {
    private static final int EPERM = 1;
    private static final int ENOENT = 2;
    private static final int E2BIG = 7;
    private static final int ENOEXEC = 8;
    private static final int EACCES = 13;
    private static final int EBUSY = 16;
    private static final int EEXIST = 17;
    private static final int EXDEV = 18;
    private static final int ENODEV = 19;
    private static final int ENOTDIR = 20;
    private static final int EINVAL = 22;
    private static final int ENOSPC = 28;
    private static final int EROFS = 30;
    private static final int ERANGE = 34;
    private static final int ENOSYS = 38;
    private static final int ELOOP = 40;
    private static final int EOPNOTSUPP = 95;
    private static final int EOWNERDEAD = 130;

    private Hints() {}

    static String of(Step step, int errno) {
        if (step instanceof LifecycleStep life) {
            return life(life, errno);
        }
        if (step instanceof ProcessStep.Execute) {
            return execute(errno);
        }
        if (step instanceof MountStep.PivotRoot && errno == EINVAL) {
            return "the new root is shared, or not a mount point, or the old root is the initramfs";
        }
        if (step instanceof MountStep.Mask && errno == ENOENT) {
            return "files are masked with the root's own /dev/null, which is missing: mount a tmpfs at /dev";
        }
        if (step instanceof NamespaceStep.WriteAt write && write.file().endsWith("timens_offsets") && errno == EACCES) {
            return "before Linux 6.2 a process that shares memory is in its time namespace too early to set its clocks";
        }
        if (step instanceof NamespaceStep.WriteAt write && write.file().startsWith("self/attr/")) {
            return errno == ENOENT ? "the profile is not loaded" : "the policy does not know this label or forbids it";
        }
        if (step instanceof NamespaceStep.WriteAt && (errno == EACCES || errno == EPERM)) {
            return "the kernel lets this be written with more privilege only; lowering an oom score needs"
                    + " CAP_SYS_RESOURCE";
        }
        if (step instanceof MountStep.Mount mount && errno == ELOOP) {
            return mount.type() + " must be mounted on ordinary directory, and this is a symbolic link";
        }
        if (step instanceof MountStep || step instanceof AttributeStep) {
            return mount(step, errno);
        }
        if (step instanceof HostStep.OpenMappedTree) {
            return mapped(errno);
        }
        if (step instanceof ContentStep.CopyInto) {
            return copied(errno);
        }
        if (step instanceof HostStep) {
            return host(errno);
        }
        if (step instanceof NamespaceStep.Join && errno == EPERM) {
            return "joining needs CAP_SYS_ADMIN in the user namespace that owns the namespace";
        }
        if (step instanceof PlacementStep || step instanceof ProcessStep.SetScheduler) {
            return placement(step, errno);
        }
        if (step instanceof ProcessStep.ChangeDirectory) {
            return directory(errno);
        }
        if (step instanceof ProcessStep.SetRlimit && errno == EPERM) {
            return "a hard limit cannot be raised without CAP_SYS_RESOURCE";
        }
        if (step instanceof ProcessStep.SetGroups && errno == EPERM) {
            return "setgroups needs CAP_SETGID, and is denied in a user namespace mapped without privilege";
        }
        if (errno == EINVAL && setsIds(step)) {
            return "an id has no mapping in the container's user namespace: see linux.uidMappings and linux.gidMappings";
        }
        return errno == EOWNERDEAD ? "the process that asked for this container is gone" : "";
    }

    private static String life(LifecycleStep step, int errno) {
        if (step instanceof LifecycleStep.FindProgram) {
            return execute(errno);
        }
        if (step instanceof LifecycleStep.MoveRoot) {
            if (errno == ENOENT) {
                return "a root is moved only where /proc/thread-self/mountinfo tells which mounts it would leave behind";
            }
            return "moving the root needs CAP_SYS_ADMIN, and a root that is a mount point";
        }
        return "";
    }

    private static boolean setsIds(Step step) {
        return step instanceof ProcessStep.SetGroups
                || Set.of("setresgid", "setresuid").contains(step.syscall());
    }

    private static String execute(int errno) {
        return switch (errno) {
            case ENOENT -> "the program, or the interpreter it names, is not in the container's root";
            case EACCES ->
                "it is not executable for this user, or lies on a mount with noexec, or a security module forbids it";
            case ENOEXEC -> "it is neither a binary of this machine nor a script with #!";
            case EPERM -> "the seccomp filter, the mount options or a security module forbid it";
            default -> "";
        };
    }

    private static String directory(int errno) {
        return switch (errno) {
            case ENOENT -> "process.cwd must exist in the container's root";
            case EACCES -> "this user may not enter it";
            case ELOOP -> "it leads through a link such as /proc/self/fd/7, or through too many";
            case EXDEV -> "it lies outside the container's root";
            default -> "";
        };
    }

    private static String placement(Step step, int errno) {
        boolean memory = step instanceof PlacementStep.SetMemoryPolicy;
        return switch (errno) {
            case EPERM -> "this scheduling needs CAP_SYS_NICE, and a deadline all CPUs of the host";
            case EBUSY -> "the CPUs cannot keep one more deadline of this length";
            case EINVAL ->
                memory
                        ? "none of these nodes has memory that the container may use"
                        : "none of these CPUs is there, or the policy does not take these values";
            case ENOSYS -> "this kernel is built without NUMA";
            case EOPNOTSUPP -> "this kernel is built without utilisation clamps (CONFIG_UCLAMP_TASK)";
            default -> "";
        };
    }

    private static String mapped(int errno) {
        return switch (errno) {
            case ENOENT -> "it must exist on the host";
            case EINVAL -> "this file system does not support mapped ids, or the tree is mapped already";
            case EPERM -> "mapping the ids of a file system needs CAP_SYS_ADMIN in the user namespace that mounted it";
            default -> "";
        };
    }

    private static String copied(int errno) {
        return switch (errno) {
            case E2BIG -> "the directories to copy are nested deeper than 64 levels";
            case ENOSPC -> "the content does not fit into the size of the tmpfs";
            case EPERM -> "the content has device nodes, which nobody may make in a user namespace";
            default -> "";
        };
    }

    private static String host(int errno) {
        return switch (errno) {
            case EEXIST -> "a cgroup of this name exists already";
            case EINVAL, ERANGE -> "the kernel refuses this value";
            case EACCES, EPERM -> "no permission to write there; an unprivileged process needs a delegated cgroup";
            case EBUSY -> "cgroup v2: a cgroup that has processes cannot have controllers enabled for children";
            case ENOENT -> "the controller is not enabled here";
            default -> "";
        };
    }

    private static String mount(Step step, int errno) {
        if (step instanceof MountStep.OpenTree && errno == ENOENT) {
            return "it must exist on the host";
        }
        if (step instanceof MountStep.OpenTree && errno == EINVAL) {
            return "the source is not in this mount namespace; or, without \"rbind\" in a user namespace, something is"
                    + " mounted below it";
        }
        if (errno == EINVAL
                && step instanceof MountStep.Mount mount
                && mount.data().contains("context=\"")) {
            return "the options or data are not what this file system takes, or the policy does not know linux.mountLabel";
        }
        return switch (errno) {
            case EPERM ->
                "mounting needs CAP_SYS_ADMIN in a mount namespace of its own; in a user namespace some"
                        + " options of the source are locked";
            case EINVAL ->
                "the options or data are not what this file system takes, or the source is not in this"
                        + " mount namespace";
            case ENODEV -> "this kernel does not have the file system";
            case ENOTDIR -> "one of source and target is a directory and the other is not";
            case ENOSPC -> "the limit on mounts is reached: see /proc/sys/fs/mount-max";
            case EBUSY -> "the source is mounted already, or something stands in the way";
            case EROFS -> "the mount point is missing and its parent is read-only";
            case ELOOP -> "a symbolic link leads out of the root, or in a circle";
            case ENOENT -> "it does not exist in the root, or a link to it dangles";
            case EEXIST -> "the root has something else in this place";
            default -> "";
        };
    }
}
