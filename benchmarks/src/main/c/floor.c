/* floor.c: what the kernel itself charges for a spawn.
 *
 * The same system calls in the same order as the library makes at each level, and nothing else: no plan, no checks of
 * requests, no JVM. As there, a small process (the zygote) clones the child on request and stands, for levels with a
 * root of their own, in the root that was made ahead; the caller writes limits while the child mounts; a second thread
 * removes the cgroups of ended children. Compare with `strace -f` when the library has changed; the lists to edit are
 * the tables NONE … FULL below and spawn_once().
 *
 *   floor PROGRAM NETWORK-NAMESPACE FILTER [steps]    (paths; FILTER: a raw struct sock_filter[])
 *
 * Each line on stdin, "LEVEL COUNT PAUSE-MICROS", is answered by a line of COUNT times in nanoseconds: from before the
 * request to the reaped child; with "steps", stderr tells where in it the time went. Ends with stdin. Needs root. */
#define _GNU_SOURCE
#include "raw.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what) {
    fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
    exit(1);
}
static void must(long result, const char *what) {
    if (result < 0) die(what);
}

/* ---- what caller, zygote and child share ------------------------------------------------------------------------ */

#define MAX_STEPS 64
static struct cell {
    uint32_t done; /* zeroed, and its waiter woken, by the kernel when the child leaves this memory */
    int32_t pid;
    uint32_t host; /* 1: the limits are set */
    uint32_t open; /* what came are the files to enter cgroups by */
    int32_t step, err;
    int32_t traced;
    char name[16];             /* of the child's cgroups */
    uint64_t begun[MAX_STEPS]; /* when each step began, if that is asked for */
} * cell;

#define MAX_CGROUPS 3
static struct cgroup_file {
    const char *file, *value;
} const MEMORY_V1[] = {{"memory.limit_in_bytes", "67108864"}, {"memory.memsw.limit_in_bytes", "67108864"}, {0}},
        CPU_V1[] = {{"cpu.cfs_period_us", "100000"}, {"cpu.cfs_quota_us", "50000"}, {0}},
        PIDS_V1[] = {{"pids.max", "32"}, {0}},
        ALL_V2[] = {
            {"memory.max", "67108864"}, {"memory.swap.max", "0"}, {"cpu.max", "50000 100000"}, {"pids.max", "32"}, {0}};
static struct cgroup {
    const struct cgroup_file *files; /* written at birth */
    const char *figures[3];          /* read at the end */
    char parent[256];
    int parent_fd;
} cgroups[MAX_CGROUPS];
static int cgroup_count, unified;

static const char *program;
static struct sock_fprog filter;
static int network;      /* that of who joins a shared one */
static int own_network;  /* the zygote's, where it goes back to */
static int next_network; /* of the next child, if it has one made ahead */

/* ---- the child -------------------------------------------------------------------------------------------------- */

struct step {
    long (*run)(const struct step *);
    const char *label, *a, *b, *c;
    long n;
};

static const struct level {
    const char *name;
    uint64_t flags;
    int root, limits, privileges; /* what its zygote stands in, whether cgroups, whether few capabilities */
    int joins;                    /* a network namespace that was there before: SHARED or, one for each child, READY */
    const struct step *ahead;     /* what the zygote does for the next child */
    const struct step *steps;
} LEVELS[];
static const struct level *level;
enum { SHARED = 1, READY };
#define SENT_FDS (MAX_CGROUPS + 2)
static int received[SENT_FDS], received_count;
static int root_fd, empty_fd, null_fd, proc_fd;
static const char *masked_directory, *masked_file;

static long open_below(int dir, const char *path, long flags) {
    struct {
        uint64_t flags, mode, resolve;
    } how = {(uint64_t)(flags | O_CLOEXEC), 0, IN_ROOT};
    return SYS(NR_OPENAT2, dir, path, &how, sizeof how);
}

static long name(const struct step *s) { return SYS(SYS_prctl, PR_SET_NAME, s->a); }
static long mount_on(const struct step *s) { /* a target, b type, c options, n flags */
    return SYS(SYS_mount, s->b, s->a, s->b, s->n, s->c);
}
static long mount_opened(const struct step *s) { /* the same where a link must not lead elsewhere */
    long fd = open_below(root_fd, s->a, O_PATH | O_DIRECTORY);
    TRY(fd);
    TRY(SYS(SYS_fchdir, fd));
    TRY(SYS(SYS_mount, s->b, ".", s->b, s->n, s->c));
    return SYS(SYS_close, fd);
}
static long open_proc(const struct step *s) {
    struct statfs kind;
    proc_fd = (int)open_below(root_fd, s->a, O_PATH);
    TRY(proc_fd);
    return SYS(SYS_fstatfs, proc_fd, &kind);
}
static long readonly(const struct step *s) { /* a a name in /proc */
    uint64_t attributes[4] = {1, 0, 0, 0};
    TRY(SYS(SYS_fchdir, proc_fd));
    long r = SYS(SYS_mount, s->a, s->a, 0, MS_BIND | MS_REC, 0);
    if (r < 0) return r == -ENOENT ? 0 : r;
    return SYS(NR_MOUNT_SETATTR, proc_fd, s->a, RECURSIVE | AT_SYMLINK_NOFOLLOW, attributes, sizeof attributes);
}
static long mask(const struct step *s) { /* a a name in /proc; the others of its kind are binds of the first */
    struct statx found;
    if (SYS(SYS_statx, proc_fd, s->a, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &found) < 0) return 0;
    const int directory = (found.stx_mode & S_IFMT) == S_IFDIR;
    const char **first = directory ? &masked_directory : &masked_file;
    if (*first) {
        TRY(SYS(SYS_fchdir, proc_fd));
        return SYS(SYS_mount, *first, s->a, 0, MS_BIND, 0);
    }
    *first = s->a;
    if (!directory) {
        null_fd = (int)SYS(SYS_openat, AT_FDCWD, "/dev/null", O_PATH | O_NOFOLLOW | O_CLOEXEC);
        TRY(SYS(SYS_statx, null_fd, "", EMPTY, STATX_BASIC_STATS, &found));
    }
    long tree = SYS(NR_OPEN_TREE, directory ? empty_fd : null_fd, "", TREE_CLONE | O_CLOEXEC | EMPTY);
    TRY(tree);
    TRY(SYS(NR_MOVE_MOUNT, tree, "", proc_fd, s->a, MOVE_FROM_FD));
    return SYS(SYS_close, tree);
}
static long mask_path(const struct step *s) { /* of a directory */
    struct statx found;
    long fd = open_below(root_fd, s->a, O_PATH);
    if (fd < 0) return 0;
    TRY(SYS(SYS_statx, fd, "", EMPTY, STATX_BASIC_STATS, &found));
    long tree = SYS(NR_OPEN_TREE, empty_fd, "", TREE_CLONE | O_CLOEXEC | EMPTY);
    TRY(tree);
    TRY(SYS(NR_MOVE_MOUNT, tree, "", fd, "", MOVE_BY_FDS));
    SYS(SYS_close, tree);
    return SYS(SYS_close, fd);
}
static long await_host(const struct step *s) {
    static const struct timespec second = {1, 0};
    (void)s;
    while (__atomic_load_n(&cell->host, __ATOMIC_ACQUIRE) == 0) SYS(SYS_futex, &cell->host, 0, 0, &second);
    return 0;
}
static long join_cgroups(const struct step *s) { /* v1 only: in v2 the clone does it */
    (void)s;
    if (unified) return 0;
    for (int i = 0; i < cgroup_count; i++) {
        if (cell->open) {
            TRY(SYS(SYS_write, received[i], "0", 1));
            continue;
        }
        long own = SYS(SYS_openat, received[i], cell->name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        TRY(own);
        long tasks = SYS(SYS_openat, own, "tasks", O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
        TRY(tasks);
        TRY(SYS(SYS_write, tasks, "0", 1));
        SYS(SYS_close, tasks);
        SYS(SYS_close, own);
    }
    return 0;
}
static long loopback(const struct step *s) {
    struct {
        struct nlmsghdr head;
        struct ifinfomsg link;
    } request = {{sizeof request, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK, 0, 0},
                 {.ifi_index = 1, .ifi_flags = 1, .ifi_change = 1}};
    char answer[292];
    long fd = SYS(SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    (void)s;
    TRY(fd);
    TRY(SYS(SYS_write, fd, &request, sizeof request));
    TRY(SYS(SYS_read, fd, answer, sizeof answer));
    return SYS(SYS_close, fd);
}
static long join_network(const struct step *s) {
    (void)s;
    return SYS(SYS_setns, next_network, CLONE_NEWNET);
}
static long own_cgroup_view(const struct step *s) {
    (void)s;
    return SYS(SYS_unshare, CLONE_NEWCGROUP);
}
static long hostname(const struct step *s) { return SYS(SYS_sethostname, s->a, s->n); }
static long session(const struct step *s) {
    (void)s;
    return SYS(SYS_setsid);
}
static long process_group(const struct step *s) {
    (void)s;
    return SYS(SYS_setpgid, 0, 0);
}
static long rlimit(const struct step *s) {
    static const uint64_t files[2] = {1024, 20000};
    (void)s;
    return SYS(SYS_prlimit64, 0, RLIMIT_NOFILE, files, 0);
}
static long mode_mask(const struct step *s) { return SYS(SYS_umask, s->n); }
static long groups(const struct step *s) {
    (void)s;
    return SYS(SYS_setgroups, 0, 0);
}
static long ids(const struct step *s) {
    (void)s;
    TRY(SYS(SYS_setresgid, 0, 0, 0));
    return SYS(SYS_setresuid, 0, 0, 0);
}
static const uint64_t CAPABILITIES = 0xa80425fbu; /* the usual fourteen of a container */
static long capabilities(const struct step *s) {
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    uint32_t set = (uint32_t)CAPABILITIES;
    struct __user_cap_data_struct data[2] = {{set, set, 0}, {0, 0, 0}};
    (void)s;
    return SYS(SYS_capset, &head, data);
}
static long directory(const struct step *s) {
    char cwd[4096];
    TRY(SYS(SYS_chdir, s->a));
    return SYS(SYS_getcwd, cwd, sizeof cwd);
}
static long die_with_caller(const struct step *s) {
    static const struct timespec none;
    struct pollfd request = {4, 0, 0};
    TRY(SYS(SYS_prctl, PR_SET_PDEATHSIG, s->n));
    return SYS(SYS_ppoll, &request, 1, &none, 0, 0);
}
static long close_fds(const struct step *s) { return SYS(NR_CLOSE_RANGE, s->n, ~0u, 0); }
static long load_filter(const struct step *s) {
    (void)s;
    return SYS(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter);
}
static long execute(const struct step *s) {
    static const uint64_t none;
    static const char *const environment[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                                              "HOME=/", 0};
    const char *const arguments[] = {s->a ? s->a : program, 0};
    TRY(SYS(SYS_rt_sigprocmask, SIG_SETMASK, &none, 0, 8));
    return SYS(SYS_execve, arguments[0], arguments, environment);
}

/* The lists to edit when the library has changed. */
/* clang-format off */
#define S(function, ...) {function, #function, __VA_ARGS__}
#define LOCKED (MS_NOSUID | MS_NODEV | MS_NOEXEC)
#define BEGIN S(name, "lc:init")
#define PROC(how) S(how, "/proc", "proc", 0, LOCKED)
#define OWN_DEV                                                                                                        \
    S(mount_on, "/dev/pts", "devpts", "newinstance,ptmxmode=0666,mode=0620,gid=5", MS_NOSUID | MS_NOEXEC),         \
        S(mount_on, "/dev/shm", "tmpfs", "mode=1777,size=64m", LOCKED), S(mount_on, "/dev/mqueue", "mqueue", 0, LOCKED)
#define OWN_TMP S(mount_on, "/tmp", "tmpfs", "mode=1777,size=64m", MS_NOSUID | MS_NODEV)
#define OWN_SYS S(mount_on, "/sys", "sysfs", 0, LOCKED | MS_RDONLY)
#define OWN_CGROUP2 S(mount_on, "/sys/fs/cgroup", "cgroup2", 0, LOCKED | MS_RDONLY)
#define HIDING                                                                                                         \
    S(open_proc, "/proc"), S(readonly, "bus"), S(readonly, "fs"), S(readonly, "irq"), S(readonly, "sys"),              \
        S(readonly, "sysrq-trigger"), S(mask, "acpi"), S(mask, "asound"), S(mask, "interrupts"), S(mask, "kcore"),     \
        S(mask, "keys"), S(mask, "latency_stats"), S(mask, "timer_list"), S(mask, "timer_stats"),                      \
        S(mask, "sched_debug"), S(mask, "scsi")
#define HIDING_IN_SYS S(mask_path, "/sys/firmware"), S(mask_path, "/sys/devices/virtual/powercap")
#define LIMITS S(await_host), S(join_cgroups)
#define HOST S(hostname, "container", .n = 9), S(session)
#define PROCESS S(rlimit), S(mode_mask, .n = 022), S(ids)
#define ALL_PROCESS S(rlimit), S(groups), S(mode_mask, .n = 022), S(ids) /* without a template that is in them */
#define END S(directory, "/"), S(die_with_caller, .n = SIGKILL), S(close_fds, .n = 3)
#define INSIDE "/bench/true"

static const struct step NONE[] = {BEGIN, S(process_group), ALL_PROCESS, END, S(execute), {0}};
static const struct step AHEAD[] = {OWN_DEV, OWN_TMP, {0}}, NOTHING[] = {{0}};
static const struct step AHEAD_IN_NETWORK[] = {S(join_network), OWN_DEV, OWN_SYS, OWN_TMP, HIDING_IN_SYS, {0}};
static const struct step NAMESPACES[] = {BEGIN, S(own_cgroup_view), HOST, PROCESS, END, S(execute), {0}};
static const struct step ROOTFS[] = {
    BEGIN, PROC(mount_opened), HIDING, S(own_cgroup_view), HOST, PROCESS, END, S(execute, INSIDE), {0}};
static const struct step CGROUP[] = {
    BEGIN, PROC(mount_opened), HIDING, LIMITS, S(own_cgroup_view), HOST, PROCESS, END, S(execute, INSIDE), {0}};
static const struct step FULL[] = {
    BEGIN, PROC(mount_on), HIDING, LIMITS, S(own_cgroup_view), HOST, PROCESS, S(capabilities), END, S(load_filter),
    S(execute, INSIDE), {0}};
static const struct step FULL_POOLED_NET[] = {
    BEGIN, PROC(mount_on), HIDING, LIMITS, S(own_cgroup_view), OWN_CGROUP2, HOST, PROCESS, S(capabilities), END,
    S(load_filter), S(execute, INSIDE), {0}};
static const struct step FULL_FRESH_NET[] = {
    BEGIN, S(loopback), PROC(mount_on), OWN_SYS, HIDING, HIDING_IN_SYS, LIMITS, S(own_cgroup_view), OWN_CGROUP2, HOST,
    PROCESS, S(capabilities), END, S(load_filter), S(execute, INSIDE), {0}};

#define OWN (CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | NEWTIME)
static const struct level LEVELS[] = {
    {"none", 0, 0, 0, 0, 0, NOTHING, NONE},
    {"namespaces", OWN, 0, 0, 0, SHARED, NOTHING, NAMESPACES},
    {"rootfs", OWN, 1, 0, 0, SHARED, AHEAD, ROOTFS},
    {"cgroup", OWN, 1, 1, 0, SHARED, AHEAD, CGROUP},
    {"full", OWN, 1, 1, 1, SHARED, AHEAD, FULL},
    {"full-pooled-net", OWN, 1, 1, 1, READY, AHEAD_IN_NETWORK, FULL_POOLED_NET},
    {"full-fresh-net", OWN | CLONE_NEWNET, 1, 1, 1, 0, AHEAD, FULL_FRESH_NET},
};
/* clang-format on */
#define LEVEL_COUNT ((int)(sizeof LEVELS / sizeof *LEVELS))

/* In the mount and ipc namespaces of a child, by its zygote or by itself. */
static long furnish(int *root, int *empty) {
    if (!level->flags) return 0;
    TRY(*root = (int)SYS(SYS_openat, AT_FDCWD, "/", O_PATH | O_CLOEXEC));
    if (level->root) TRY(*empty = (int)open_below(*root, "/dev/pts", O_PATH | O_DIRECTORY)); /* as masks look */
    for (const struct step *s = level->ahead; s->run; s++) TRY(s->run(s));
    return 0;
}

static void child(void) {
    null_fd = proc_fd = -1;
    masked_directory = masked_file = 0;
    if (root_fd < 0 && furnish(&root_fd, &empty_fd) < 0) SYS(SYS_exit_group, 127);
    for (int i = 0; level->steps[i].run; i++) {
        cell->step = i;
        if (cell->traced) cell->begun[i] = now();
        long r = level->steps[i].run(&level->steps[i]);
        if (r < 0) {
            cell->err = (int)-r;
            break;
        }
    }
    SYS(SYS_exit_group, 127);
}

/* ---- the zygote ------------------------------------------------------------------------------------------------- */

static void make_file(const char *path) {
    char parent[512];
    for (const char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
        snprintf(parent, sizeof parent, "%.*s", (int)(slash - path), path);
        mkdir(parent, 0755);
    }
    close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
}
static void bind_readonly(const char *root, const char *source, const char *target) {
    char path[512];
    struct stat found;
    snprintf(path, sizeof path, "%s%s", root, target);
    must(stat(source, &found), source);
    make_file(path);
    if (S_ISDIR(found.st_mode)) {
        unlink(path);
        must(mkdir(path, 0755), path);
    }
    must(mount(source, path, 0, MS_BIND | MS_REC, 0), path);
    must(mount(0, path, 0, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV, 0), path);
}

/* The root as the library makes it once: the host's programs, a /dev, and the places where each child mounts. */
static void stand_in_root(int sysfs) {
    static const char *const shown[] = {"/usr",
                                        "/bin",
                                        "/sbin",
                                        "/lib",
                                        "/lib32",
                                        "/lib64",
                                        "/libx32",
                                        "/etc/passwd",
                                        "/etc/group",
                                        "/etc/nsswitch.conf",
                                        "/etc/ld.so.cache",
                                        "/etc/alternatives",
                                        "/etc/ssl/certs"};
    static const char *const places[] = {"/proc", "/dev", "/tmp", "/sys"};
    static const struct {
        const char *name;
        int major, minor;
    } nodes[] = {{"null", 1, 3}, {"zero", 1, 5}, {"full", 1, 7}, {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0}};
    static const char *const links[][2] = {{"fd", "/proc/self/fd"},       {"stdin", "/proc/self/fd/0"},
                                           {"stdout", "/proc/self/fd/1"}, {"stderr", "/proc/self/fd/2"},
                                           {"core", "/proc/kcore"},       {"ptmx", "pts/ptmx"}};
    static const char root[] = "/sys"; /* any directory that nothing below is taken from */
    char path[512], target[512];
    struct stat found;
    must(mount("tmpfs", root, "tmpfs", MS_NOSUID, "size=1m,mode=755"), "tmpfs");
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        if (lstat(shown[i], &found) < 0) continue;
        snprintf(path, sizeof path, "%s%s", root, shown[i]);
        ssize_t size = S_ISLNK(found.st_mode) ? readlink(shown[i], target, sizeof target - 1) : -1;
        if (size > 0) {
            target[size] = 0;
            must(symlink(target, path), path);
        } else {
            bind_readonly(root, shown[i], shown[i]);
        }
    }
    for (size_t i = 0; i < sizeof places / sizeof *places - (sysfs ? 0 : 1); i++) {
        snprintf(path, sizeof path, "%s%s", root, places[i]);
        must(mkdir(path, 0755), path);
    }
    snprintf(path, sizeof path, "%s/dev", root);
    must(mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NOEXEC | MS_STRICTATIME, "mode=755,size=64k"), path);
    bind_readonly(root, program, INSIDE);
    must(chdir(path), path);
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
        must(mknod(nodes[i].name, S_IFCHR | 0666, makedev((unsigned)nodes[i].major, (unsigned)nodes[i].minor)),
             nodes[i].name);
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) must(symlink(links[i][1], links[i][0]), links[i][0]);
    must(mknod("console", 0600 | S_IFREG, 0), "console");
    must(mkdir("pts", 0755) | mkdir("shm", 0755) | mkdir("mqueue", 0755), "/dev");
    must(mount(0, path, 0, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NOEXEC | MS_STRICTATIME, 0), path);
    must(mount(0, root, 0, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID, 0), root);
    must(chdir(root), root);
    must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
    must(umount2(".", MNT_DETACH), "umount");
    must(chdir("/"), "/");
    must(syscall(SYS_setgroups, 0, 0), "setgroups");
}

static void drop_privileges(void) {
    for (int cap = 0; cap < 64; cap++)
        if (!(CAPABILITIES >> cap & 1) && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0) break;
    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
}

struct message {
    uint64_t words[4];
};

static long receive(int *fds) {
    struct message message;
    struct iovec vector = {&message, sizeof message};
    union {
        char bytes[CMSG_SPACE(64 * sizeof(int))];
        struct cmsghdr head;
    } control;
    struct msghdr head = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    long n = SYS(SYS_recvmsg, 4, &head, MSG_CMSG_CLOEXEC);
    received_count = 0;
    if (n > 0 && head.msg_controllen > 0) {
        memcpy(fds, CMSG_DATA(&control.head), control.head.cmsg_len - CMSG_LEN(0));
        received_count = (int)((control.head.cmsg_len - CMSG_LEN(0)) / sizeof *fds);
    }
    return n;
}

/* What the next child will have to itself, made while the last one is on its way. */
static uint64_t ahead;
static int next_root = -1, next_empty = -1;
static void make_ahead(int own_mounts, int own_pids) {
    if (next_empty >= 0) SYS(SYS_close, next_empty);
    if (next_root >= 0) SYS(SYS_close, next_root);
    if (next_root >= 0 && level->joins == READY) must(SYS(SYS_setns, own_network, CLONE_NEWNET) < 0 ? -1 : 0, "setns");
    next_root = next_empty = -1;
    const uint64_t wanted = level->flags & (CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWPID);
    if (ahead) {
        must(SYS(SYS_setns, own_mounts, CLONE_NEWNS) < 0 ? -1 : 0, "setns");
        must(SYS(SYS_setns, own_pids, CLONE_NEWPID) < 0 ? -1 : 0, "setns");
    }
    ahead = SYS(SYS_unshare, wanted) < 0 ? 0 : wanted;
    if (ahead) must(furnish(&next_root, &next_empty) < 0 ? -1 : 0, "what the next child mounts");
}

static _Noreturn void zygote(int socket) {
    const size_t stack_size = 48 * 1024;
    sigset_t all;
    sigfillset(&all);
    must(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0), "prctl");
    must(sigprocmask(SIG_SETMASK, &all, 0), "sigprocmask");
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    must(null, "/dev/null");
    for (int i = 0; i < 3; i++) must(dup2(null, i), "dup2");
    must(dup3(socket, 4, O_CLOEXEC), "dup3");
    umask(0);
    must(chdir("/"), "/");
    if (level->joins == SHARED) must(setns(network, CLONE_NEWNET), "setns");
    if (level->flags) {
        must(unshare(CLONE_NEWNS), "unshare");
        must(mount(0, "/", 0, MS_REC | MS_PRIVATE, 0), "propagation");
    }
    if (level->root) stand_in_root(level->joins != SHARED);
    if (level->privileges) drop_privileges();
    must(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "undumpable");
    syscall(NR_CLOSE_RANGE, 5, ~0u, 0);
    int self = (int)syscall(NR_PIDFD_OPEN, getpid(), 0), own_mounts = ioctl(self, 0xff03, 0),
        own_pids = ioctl(self, 0xff05, 0); /* PIDFD_GET_MNT_NAMESPACE, PIDFD_GET_PID_NAMESPACE, Linux 6.11 */
    own_network = ioctl(self, 0xff04, 0);  /* PIDFD_GET_NET_NAMESPACE */
    close(self);
    void *stack = mmap(0, stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    for (;;) {
        if (receive(received) <= 0) _exit(0);
        if (level->joins == READY && next_root < 0) { /* the first */
            next_network = received[received_count - 2];
            make_ahead(own_mounts, own_pids);
        }
        struct clone_arguments arguments = {.flags = (level->flags & ~ahead) | CLONE_VM | CLONE_PARENT |
                                                     CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | CLEAR_SIGHAND,
                                            .parent_tid = (uintptr_t)&cell->pid,
                                            .child_tid = (uintptr_t)&cell->done,
                                            .stack = (uintptr_t)stack,
                                            .stack_size = stack_size};
        if (level->limits && unified) {
            arguments.flags |= INTO_CGROUP;
            arguments.cgroup = (uint64_t)received[0];
        }
        root_fd = next_root; /* the memory is the child's, too, but not its table of fds */
        empty_fd = next_empty;
        long pid = clone_child(&arguments, child);
        if (pid < 0) {
            cell->err = (int)-pid;
            __atomic_store_n(&cell->done, 0u, __ATOMIC_RELEASE);
            SYS(SYS_futex, &cell->done, 1, INT32_MAX);
        } else if (level->root) {
            SYS(SYS_futex, &cell->pid, 1, INT32_MAX);
        }
        if (level->joins == READY) next_network = received[received_count - 1];
        if (level->flags && own_mounts >= 0 && own_pids >= 0) make_ahead(own_mounts, own_pids);
        for (int i = 0; i < received_count; i++) SYS(SYS_close, received[i]);
    }
}

/* ---- the caller ------------------------------------------------------------------------------------------------- */

static int sockets[LEVEL_COUNT];
static int tracing;

/* Where the time of each spawn of a series went: child's steps, and the caller's stations, from the spawn's start. */
enum { SENT = MAX_STEPS, HOST_DONE, LEFT, WATCHED, REAPED, FINISHED, STATIONS };
static const char *const STATION_NAMES[] = {"caller: sent",    "caller: limits set", "caller: child has exec'd",
                                            "caller: watched", "caller: reaped",     "caller: figures read"};
#define MAX_TRACED 20000
static uint64_t (*traces)[STATIONS];
static uint64_t *trace;
static void station(int index) {
    if (tracing) trace[index] = now();
}
static int epoll_fd, wake_fd;

/* What ended children leave, for the other thread to take down: one producer, one consumer. */
#define QUEUE 256
static struct leftover {
    int mounts, cgroup_count, cgroups[MAX_CGROUPS];
    uint32_t name;
} leftovers[QUEUE];
static uint32_t produced, consumed;

/* v1 cgroups, by number, that an ended child has left: they serve the next one, with all files open that it needs. */
static struct used { int dirs[MAX_CGROUPS], tasks[MAX_CGROUPS], figures[MAX_CGROUPS][2]; } used[QUEUE + 2];
static pthread_mutex_t idle_lock = PTHREAD_MUTEX_INITIALIZER;
static uint32_t idle[QUEUE + 1], idle_count, made_count;

static uint32_t take_idle(void) {
    pthread_mutex_lock(&idle_lock);
    uint32_t name = idle_count ? idle[--idle_count] : 0;
    pthread_mutex_unlock(&idle_lock);
    return name;
}

static void take_down(const struct leftover *l) {
    if (l->mounts >= 0) SYS(SYS_close, l->mounts);
    struct used *u = &used[l->name];
    if (l->cgroup_count && !unified) {
        for (int i = 0; u->dirs[0] == 0 && i < l->cgroup_count; i++) {
            u->tasks[i] = (int)SYS(SYS_openat, l->cgroups[i], "tasks", O_WRONLY | O_CLOEXEC);
            for (int f = 0; cgroups[i].figures[f]; f++)
                u->figures[i][f] =
                    (int)SYS(SYS_openat, l->cgroups[i], cgroups[i].figures[f], (f ? O_RDONLY : O_RDWR) | O_CLOEXEC);
        }
        memcpy(u->dirs, l->cgroups, sizeof u->dirs);
        SYS(SYS_write, u->figures[0][0], "0", 1);
    }
    for (int i = 0; unified && i < l->cgroup_count; i++) {
        char link[40], path[512];
        snprintf(link, sizeof link, "/proc/self/fd/%d", l->cgroups[i]);
        ssize_t n = SYS(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
        path[n > 0 ? n : 0] = 0;
        while (SYS(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR) == -EBUSY) usleep(1000);
        SYS(SYS_close, l->cgroups[i]);
    }
    if (l->cgroup_count && !unified) {
        pthread_mutex_lock(&idle_lock);
        idle[idle_count++] = l->name;
        pthread_mutex_unlock(&idle_lock);
    }
}

static void *sweep(void *unused) {
    (void)unused;
    for (;;) {
        struct epoll_event events[64];
        long n = SYS(SYS_epoll_pwait, epoll_fd, events, 64, -1, 0, 8);
        for (long i = 0; i < n; i++) {
            uint64_t count;
            if (events[i].data.u64 == UINT64_MAX) SYS(SYS_read, wake_fd, &count, 8);
        }
        for (; consumed != __atomic_load_n(&produced, __ATOMIC_ACQUIRE);
             __atomic_store_n(&consumed, consumed + 1, __ATOMIC_RELEASE))
            take_down(&leftovers[consumed % QUEUE]);
    }
    return 0;
}

static long send_request(int socket, const int *fds, int count) {
    struct message message = {{1, 0, 0}};
    struct iovec vector = {&message, sizeof message};
    union {
        char bytes[CMSG_SPACE(SENT_FDS * sizeof(int))];
        struct cmsghdr head;
    } control;
    struct msghdr head = {.msg_iov = &vector, .msg_iovlen = 1};
    if (count) {
        control.head = (struct cmsghdr){
            .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN((size_t)count * sizeof(int))};
        memcpy(CMSG_DATA(&control.head), fds, (size_t)count * sizeof(int));
        head.msg_control = control.bytes;
        head.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
    }
    return SYS(SYS_sendmsg, socket, &head, MSG_NOSIGNAL);
}

static long make_cgroup(const struct cgroup *c) {
    TRY(SYS(SYS_mkdirat, c->parent_fd, cell->name, 0755));
    long dir = SYS(SYS_openat, c->parent_fd, cell->name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    TRY(dir);
    for (const struct cgroup_file *f = c->files; f->file; f++) {
        long fd = SYS(SYS_openat, dir, f->file, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
        if (fd == -ENOENT) continue;
        TRY(fd);
        TRY(SYS(SYS_write, fd, f->value, strlen(f->value)));
        SYS(SYS_close, fd);
    }
    return dir;
}

static void read_figure(int dir, const char *file) {
    static char data[32 * 1024];
    long fd = SYS(SYS_openat, dir, file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    long n = SYS(SYS_read, fd, data, sizeof data);
    if (n >= 4096) SYS(SYS_read, fd, data + n, sizeof data - (size_t)n);
    SYS(SYS_close, fd);
}

static void make_cgroups(int *dirs) {
    for (int i = 0; i < cgroup_count; i++) {
        long r = dirs[i] = (int)make_cgroup(&cgroups[i]);
        if (r < 0) {
            errno = (int)-r;
            die(cgroups[i].parent);
        }
    }
}

/* Holds the child's mount namespace, so that the one who closes it waits for its teardown, and not the child's exit. */
static void pin_mounts(int *pidfd, int *mounts) {
    const struct timespec brief = {0, 5000000};
    while (__atomic_load_n(&cell->pid, __ATOMIC_ACQUIRE) == 0 && __atomic_load_n(&cell->done, __ATOMIC_ACQUIRE))
        SYS(SYS_futex, &cell->pid, 0, 0, &brief);
    *pidfd = (int)SYS(NR_PIDFD_OPEN, cell->pid, 0);
    *mounts = (int)SYS(SYS_ioctl, *pidfd, 0xff03, 0); /* PIDFD_GET_MNT_NAMESPACE, Linux 6.11 */
}

/* Network namespaces made before a turn, with their loopback up. The last one is for the first of the next turn. */
#define MAX_READY 1024
static int ready[MAX_READY], ready_count, taken_count;
static void make_networks(int count) {
    const int before = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    must(before, "/proc/thread-self/ns/net");
    if (ready_count) ready[0] = ready[ready_count - 1];
    ready_count = ready_count ? 1 : 0;
    taken_count = 0;
    while (ready_count < count) {
        must(unshare(CLONE_NEWNET), "network namespace");
        must(loopback(0) < 0 ? -1 : 0, "loopback");
        must(ready[ready_count++] = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), "network namespace");
    }
    must(setns(before, CLONE_NEWNET), "setns");
    close(before);
    usleep(3000); /* as the library's are left alone before a turn */
}

static void spawn_once(int index) {
    static uint32_t serial;
    static char figure[4096];
    const struct level *l = &LEVELS[index];
    int dirs[MAX_CGROUPS], sent[SENT_FDS], sent_count = l->limits ? cgroup_count : 0, pidfd = -1, mounts = -1;
    const int own = l->joins == READY ? ready[taken_count++] : -1;
    memset(cell, 0, offsetof(struct cell, begun));
    cell->done = 1;
    cell->traced = tracing;
    serial++;
    uint32_t idle_name = l->limits && !unified ? take_idle() : 0;
    uint32_t name = idle_name ? idle_name : l->limits ? ++made_count : 0;
    snprintf(cell->name, sizeof cell->name, "_c%u", name);
    const struct used *u = idle_name ? &used[idle_name] : 0;
    const int late = l->limits && !unified && !u; /* made beside the child */
    cell->open = u != 0;
    cell->host = !late;
    if (l->limits && unified) make_cgroups(dirs);
    if (u) memcpy(dirs, u->dirs, sizeof dirs);
    for (int i = 0; i < cgroup_count; i++) sent[i] = u ? u->tasks[i] : unified ? dirs[i] : cgroups[i].parent_fd;
    if (own >= 0) {
        sent[sent_count++] = own;
        sent[sent_count++] = ready[taken_count];
    }
    send_request(sockets[index], sent, sent_count);
    station(SENT);
    if (l->root) pin_mounts(&pidfd, &mounts);
    if (late) make_cgroups(dirs);
    station(HOST_DONE);
    if (late) {
        __atomic_store_n(&cell->host, 1u, __ATOMIC_RELEASE);
        SYS(SYS_futex, &cell->host, 1, INT32_MAX);
    }
    const struct timespec second = {1, 0};
    while (__atomic_load_n(&cell->done, __ATOMIC_ACQUIRE)) SYS(SYS_futex, &cell->done, 0, 1, &second);
    station(LEFT);
    if (cell->err) {
        fprintf(stderr, "floor: %s: step %d: %s\n", l->name, cell->step, strerror(cell->err));
        exit(1);
    }
    if (pidfd < 0) pidfd = (int)SYS(NR_PIDFD_OPEN, cell->pid, 0);
    siginfo_t info = {0};
    struct rusage usage;
    SYS(SYS_waitid, P_PIDFD, pidfd, &info, WNOHANG | WEXITED | WNOWAIT | __WALL, 0);
    struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.u64 = serial};
    if (info.si_pid == 0) SYS(SYS_epoll_ctl, epoll_fd, EPOLL_CTL_ADD, pidfd, &event);
    if (own >= 0) SYS(SYS_close, own);
    if (info.si_pid == 0) { /* not gone yet */
        SYS(SYS_epoll_ctl, epoll_fd, EPOLL_CTL_DEL, pidfd, &event);
        struct pollfd request = {pidfd, POLLIN, 0};
        const struct timespec limit = {5, 0};
        SYS(SYS_ppoll, &request, 1, &limit, 0, 8);
        SYS(SYS_waitid, P_PIDFD, pidfd, &info, WNOHANG | WEXITED | WNOWAIT | __WALL, 0);
    }
    station(WATCHED);
    SYS(SYS_waitid, P_PIDFD, pidfd, &info, WNOHANG | WEXITED | __WALL, &usage);
    SYS(SYS_close, pidfd);
    station(REAPED);
    if (info.si_status != 0) {
        fprintf(stderr, "floor: %s: the program ended with %d\n", l->name, info.si_status);
        exit(1);
    }
    for (int i = 0; l->limits && i < cgroup_count; i++)
        for (int f = 0; cgroups[i].figures[f]; f++)
            if (u)
                SYS(SYS_pread64, u->figures[i][f], figure, sizeof figure, 0);
            else
                read_figure(dirs[i], cgroups[i].figures[f]);
    if (!l->limits && mounts < 0) return;
    while (produced - __atomic_load_n(&consumed, __ATOMIC_ACQUIRE) == QUEUE) sched_yield();
    leftovers[produced % QUEUE] =
        (struct leftover){.mounts = mounts, .cgroup_count = l->limits ? cgroup_count : 0, .name = name};
    memcpy(leftovers[produced % QUEUE].cgroups, dirs, sizeof dirs);
    __atomic_store_n(&produced, produced + 1, __ATOMIC_RELEASE);
    const uint64_t one = 1;
    SYS(SYS_write, wake_fd, &one, 8);
    station(FINISHED);
}

static int compare(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Medians over a series: when each step of the child began, how long until the next one, and the caller's stations. */
static void report(const struct level *l, unsigned count, const uint64_t *starts) {
    static uint64_t column[MAX_TRACED];
    double times[STATIONS];
    for (int s = 0; s < STATIONS; s++) {
        for (unsigned i = 0; i < count; i++) column[i] = traces[i][s] > starts[i] ? traces[i][s] - starts[i] : 0;
        qsort(column, count, sizeof *column, compare);
        times[s] = (double)column[count / 2] / 1000;
    }
    fprintf(stderr, "%s: p50 of %u, microseconds since the request\n", l->name, count);
    for (int i = 0; l->steps[i].run; i++) {
        double next = l->steps[i + 1].run ? times[i + 1] : times[LEFT];
        fprintf(stderr, "  %8.1f  +%6.1f  %s %s\n", times[i], next - times[i], l->steps[i].label,
                l->steps[i].a ? l->steps[i].a : "");
    }
    for (int s = SENT; s < STATIONS; s++)
        if (times[s] > 0) fprintf(stderr, "  %8.1f           %s\n", times[s], STATION_NAMES[s - SENT]);
}

/* ---- cgroups of this host --------------------------------------------------------------------------------------- */

static void add_cgroup(const char *mount_point, const struct cgroup_file *files, const char *figure,
                       const char *second) {
    struct cgroup *c = &cgroups[cgroup_count++];
    char common[200];
    snprintf(common, sizeof common, "%s/libcontainer-floor", mount_point);
    snprintf(c->parent, sizeof c->parent, "%s/%d", common, getpid());
    mkdir(common, 0755);
    must(mkdir(c->parent, 0755), c->parent);
    c->files = files;
    c->figures[0] = figure;
    c->figures[1] = second;
    c->parent_fd = open(c->parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(c->parent_fd, c->parent);
}

static void remove_parents(void) {
    char path[300];
    for (int i = 0; i < cgroup_count; i++) {
        for (uint32_t name = 1; !unified && name <= made_count; name++) {
            snprintf(path, sizeof path, "%s/_c%u", cgroups[i].parent, name);
            rmdir(path);
        }
        for (int tries = 0; rmdir(cgroups[i].parent) < 0 && errno == EBUSY && tries < 100; tries++) usleep(1000);
        *strrchr(cgroups[i].parent, '/') = 0;
        rmdir(cgroups[i].parent); /* stays while another floor uses it */
    }
}

/* Whether `word` is among the comma-separated `words`. */
static int has(const char *words, const char *word) {
    size_t size = strlen(word);
    for (const char *at = words; (at = strstr(at, word)); at += size)
        if ((at == words || at[-1] == ',') && (at[size] == ',' || at[size] == 0)) return 1;
    return 0;
}

static void control(const char *file) {
    int fd = open(file, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, "+memory +cpu +pids", 18) < 0) die(file);
    close(fd);
}

static void find_cgroups(void) {
    char line[1024], point[256], type[32], options[256], memory[256] = "", cpu[256] = "", pids[256] = "", v2[256] = "";
    FILE *mounts = fopen("/proc/self/mounts", "re");
    while (mounts && fgets(line, sizeof line, mounts)) {
        if (sscanf(line, "%*s %255s %31s %255s", point, type, options) != 3) continue;
        if (!strcmp(type, "cgroup2")) strcpy(v2, point);
        if (strcmp(type, "cgroup")) continue;
        if (has(options, "memory")) strcpy(memory, point);
        if (has(options, "cpu")) strcpy(cpu, point);
        if (has(options, "pids")) strcpy(pids, point);
    }
    if (mounts) fclose(mounts);
    atexit(remove_parents);
    if (*memory && *cpu && *pids) {
        add_cgroup(memory, MEMORY_V1, "memory.max_usage_in_bytes", "memory.oom_control");
        add_cgroup(cpu, CPU_V1, 0, 0);
        add_cgroup(pids, PIDS_V1, 0, 0);
    } else if (*v2) {
        char file[300];
        unified = 1;
        add_cgroup(v2, ALL_V2, "memory.peak", "memory.events");
        snprintf(file, sizeof file, "%s/cgroup.subtree_control", v2);
        control(file);
        snprintf(file, sizeof file, "%s/libcontainer-floor/cgroup.subtree_control", v2);
        control(file);
        snprintf(file, sizeof file, "%s/cgroup.subtree_control", cgroups[0].parent);
        control(file);
    } else {
        errno = ENOTSUP;
        die("neither cgroup v2 nor v1 memory, cpu and pids are mounted");
    }
}

int main(int argc, char **argv) {
    static struct sock_filter instructions[4096];
    if (argc != 4 && !(argc == 5 && !strcmp(argv[4], "steps"))) {
        fprintf(stderr, "usage: floor PROGRAM NETWORK-NAMESPACE FILTER [steps]\n");
        return 2;
    }
    tracing = argc == 5;
    static uint64_t starts[MAX_TRACED];
    traces = calloc(MAX_TRACED, sizeof *traces);
    if (!traces) die("memory");
    signal(SIGINT, SIG_IGN); /* whoever asks will close stdin */
    signal(SIGTERM, SIG_IGN);
    program = argv[1];
    network = open(argv[2], O_RDONLY | O_CLOEXEC);
    must(network, argv[2]);
    int fd = open(argv[3], O_RDONLY | O_CLOEXEC);
    must(fd, argv[3]);
    ssize_t size = read(fd, instructions, sizeof instructions);
    must(size, argv[3]);
    close(fd);
    filter = (struct sock_fprog){(unsigned short)((size_t)size / sizeof *instructions), instructions};
    cell = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    find_cgroups();
    pid_t pids[LEVEL_COUNT];
    for (int i = 0; i < LEVEL_COUNT; i++) {
        int pair[2];
        must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), "socketpair");
        level = &LEVELS[i];
        pids[i] = fork();
        must(pids[i], "fork");
        if (pids[i] == 0) zygote(pair[1]);
        close(pair[1]);
        sockets[i] = pair[0];
    }
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event wake = {.events = EPOLLIN, .data.u64 = UINT64_MAX};
    must(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, wake_fd, &wake), "epoll");
    pthread_t thread;
    if ((errno = pthread_create(&thread, 0, sweep, 0))) die("thread");

    char name[32];
    unsigned count, pause;
    while (scanf("%31s %u %u", name, &count, &pause) == 3) {
        int index = 0;
        while (index < LEVEL_COUNT && strcmp(LEVELS[index].name, name)) index++;
        if (index == LEVEL_COUNT) {
            fprintf(stderr, "floor: no level %s\n", name);
            return 2;
        }
        if (LEVELS[index].joins == READY) {
            if (count >= MAX_READY) count = MAX_READY - 1;
            make_networks((int)count + 1);
        }
        for (unsigned i = 0; i < count; i++) {
            if (pause) usleep(pause);
            trace = traces[i % MAX_TRACED];
            uint64_t start = starts[i % MAX_TRACED] = now();
            spawn_once(index);
            printf("%llu ", (unsigned long long)(now() - start));
            if (tracing) memcpy(trace, cell->begun, sizeof cell->begun);
        }
        if (tracing && count > 0) report(&LEVELS[index], count < MAX_TRACED ? count : MAX_TRACED, starts);
        putchar('\n');
        fflush(stdout);
    }
    for (int i = 0; i < LEVEL_COUNT; i++) {
        close(sockets[i]);
        waitpid(pids[i], 0, 0);
    }
    while (__atomic_load_n(&consumed, __ATOMIC_ACQUIRE) != produced) usleep(1000);
    return 0;
}
