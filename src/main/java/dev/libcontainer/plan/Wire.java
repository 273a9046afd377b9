package dev.libcontainer.plan;

/**
 * The numbers of the plan format; {@code libcontainer.h} draws the bytes, a test compares both through
 * {@code lc_layout()}.
 *
 * <pre>
 *  header  0 magic · 4 version · 6 flags · 8 size · 12 steps · 16 host_end · 20 template_end · 24 clone_flags
 *          32 bound_mask · 40 template_mask · 48 child_mask · 56 cgroup_slot · 60 fail_step
 *          64 uid_map · 68 its size · 72 gid_map · 76 its size · 80 ahead_end
 *          84 network_slot · 88 next_slot · 92 unused · 96
 *  step    0 opcode · 2 flags · 4 a · 8 b · 12 c · 16 d · 24
 * </pre>
 */
final class Wire {
    static final int MAGIC = 0x4c50434c;
    static final int VERSION = 1;
    static final int HEADER_SIZE = 96;
    static final int STEP_SIZE = 24;
    static final int MAX_SLOTS = 64;
    static final int NO_SLOT = -1;
    static final int FIRST_FREE_SLOT = 6;
    static final int REQUEST_SLOTS = 40;

    static final int DENY_SETGROUPS = 1;
    static final int NEEDS_TEMPLATE = 2;
    static final int CHANGES_IDS = 4;
    static final int PARKS = 8;

    static final int TEMPLATE_ONLY = 0x10;
    static final int OPTIONAL = 0x20;
    static final int LATE = 0x40;

    // host steps
    static final int CGROUP_MAKE = 1;
    static final int CGROUP_WRITE = 2;
    static final int OPEN_AT = 3;
    static final int CGROUP_OWN = 4;
    // files and namespaces
    static final int AWAIT_HOST = 8;

    static final int OPEN_BELOW = 9;
    static final int WRITE = 10;
    static final int WRITE_AT = 11;
    static final int SETNS = 12;
    static final int UNSHARE = 13;
    static final int AWAIT_ID_MAPS = 14;
    static final int LOOPBACK_UP = 15;
    // mounts
    static final int MOUNT_PROPAGATION = 16;
    static final int OPEN_TREE = 17;
    static final int MOUNT_SETATTR = 18;
    static final int ATTACH = 19;
    static final int MOUNT = 20;
    static final int REMOUNT = 21;
    static final int PIVOT_ROOT = 22;
    static final int MKDIR = 23;
    static final int MKNOD = 24;
    static final int SYMLINK = 25;
    static final int MASK = 26;
    static final int READONLY = 27;
    static final int OPEN_IN_ROOT = 28;
    static final int OPEN_HOST = 29;
    static final int OPEN_PROC = 30;
    static final int SETATTR_AT = 31;
    static final int OPEN_TMPFS = 32;
    static final int CHROOT = 33;
    static final int EMPTY_DIRECTORY = 34;
    // the process
    static final int SETHOSTNAME = 40;
    static final int SETDOMAINNAME = 41;
    static final int CHDIR = 42;
    static final int UMASK = 43;
    static final int SETSID = 44;
    static final int CONSOLE = 45;
    static final int RLIMIT = 46;
    static final int SETGROUPS = 47;
    static final int SETRESGID = 48;
    static final int SETRESUID = 49;
    static final int KEEP_CAPS = 50;
    static final int BOUNDING_KEEP = 51;
    static final int CAPSET = 52;
    static final int AMBIENT = 53;
    static final int NO_NEW_PRIVS = 54;
    static final int SECCOMP = 55;
    static final int PDEATHSIG = 56;
    static final int SCHED_SETATTR = 57;
    static final int IOPRIO = 58;
    static final int PERSONALITY = 59;
    static final int STDIO = 60;
    static final int DUP_FD = 61;
    static final int CLOSE_FDS = 62;
    static final int SET_NAME = 63;
    static final int EXECVE = 64;
    // the life of a container that outlives its maker
    static final int AWAIT_START = 65;
    static final int HOOK = 66;
    static final int FIND_PROGRAM = 67;
    static final int NEW_KEYRING = 68;
    static final int MOVE_ROOT = 69;
    // mounts and the process, continued
    static final int COPY_INTO = 70;
    static final int SET_XATTR = 71;
    static final int SET_AFFINITY = 72;
    static final int SET_MEMPOLICY = 73;
    static final int OPEN_MAPPED_TREE = 74;
    static final int MOUNT_PATH = 75;
    static final int ENTER_CGROUP = 76;
    static final int ENTER_TIME = 77;
    // sandboxes made ahead
    static final int AWAIT_TASK = 96;

    /** {@code LC_PARAM_*} plus one, as it stands in the low bits of a step's flags. */
    static final int PARAM_NAME = 1;

    static final int PARAM_HOSTNAME = 2;
    static final int PARAM_CWD = 3;

    private Wire() {}
}
