/** libcontainer.h: the C ABI of libcontainer. Bind it from any language; the Java library is one client.
 *
 *  Ownership in one sentence: the caller owns all memory; every fd returned belongs to the caller and is CLOEXEC;
 *  every fd passed is borrowed. Every function returns >= 0, or -errno; errno itself is no part of the contract.
 *  All functions are thread-safe unless their comment says otherwise; none keeps a pointer to an argument. */
#ifndef LIBCONTAINER_H
#define LIBCONTAINER_H

#include "libcontainer_io.h"
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LC_ABI_VERSION 1

/* ---- the plan: a header, step_count steps, data (NUL-ended strings, vectors, BPF, id maps, attributes) ----------
 *  Native-endian, 8-byte aligned, position-independent: operands are offsets from the first byte of the header,
 *  small integers, or fd slots. Steps [0, host_end) run in the caller, [host_end, template_end) once in a template
 *  process (or, without one, in each child), [template_end, ahead_end) by a template for its next child, in that
 *  child's namespaces and while the last one is on its way (or in the child), the rest in each child. */
#define LC_PLAN_MAGIC 0x4c50434cu
#define LC_PLAN_VERSION 1
#define LC_MAX_STEPS 8192
#define LC_MAX_SLOTS 64
#define LC_NO_SLOT 0xffffffffu

/** Slots with a fixed meaning, 0 to 2 for stdio; plans number their own from LC_SLOT_FIRST_FREE. */
enum { LC_SLOT_STDIN, LC_SLOT_STDOUT, LC_SLOT_STDERR, LC_SLOT_CONSOLE, LC_SLOT_ROOT, LC_SLOT_PROC, LC_SLOT_FIRST_FREE };

/** Strings and vectors that a spawn may replace without a new plan. */
enum {
    LC_PARAM_NAME = 0,
    LC_PARAM_HOSTNAME,
    LC_PARAM_CWD,
    LC_PARAM_ARGV,
    LC_PARAM_ENVP,
    LC_PARAM_EXEC,
    LC_PARAM_COUNT
};

/** PARKS: the child outlives whoever asked for it. It has memory and a copy of the plan of its own, so it costs a page
 *  table more than others, takes no parameters, and no later spawn or unloading disturbs it. */
enum { LC_PLAN_DENY_SETGROUPS = 1, LC_PLAN_NEEDS_TEMPLATE = 2, LC_PLAN_CHANGES_IDS = 4, LC_PLAN_PARKS = 8 };

typedef struct lc_plan_header {
    uint32_t magic;
    uint16_t version;
    uint16_t flags; /* LC_PLAN_* */
    uint32_t size;  /* of the whole plan, bytes */
    uint32_t step_count;
    uint32_t host_end;
    uint32_t template_end;
    uint64_t clone_flags;           /* CLONE_NEW* of the child */
    uint64_t bound_mask;            /* slots that every request must bind */
    uint64_t template_mask;         /* slots that the template steps read */
    uint64_t child_mask;            /* slots that the child steps read */
    uint32_t cgroup_slot;           /* directory for CLONE_INTO_CGROUP, or LC_NO_SLOT */
    uint32_t fail_step;             /* fault injection, in test builds only: step number + 1, or 0 */
    uint32_t uid_map, uid_map_size; /* text for /proc/PID/uid_map, or 0 */
    uint32_t gid_map, gid_map_size;
    uint32_t ahead_end;
    uint32_t network_slot; /* of a network namespace that an ahead step joins, or LC_NO_SLOT */
    uint32_t next_slot;    /* where a request may bind the network of the next one, for a template; or LC_NO_SLOT */
    uint32_t unused;
} lc_plan_header;

/** Low four bits of lc_step.flags: 0, or 1 + the LC_PARAM_* that replaces operand a (EXECVE: each vector by its own).
 */
enum {
    LC_STEP_PARAM_MASK = 0x0f,
    LC_STEP_TEMPLATE_ONLY = 0x10, /* skipped where the child itself runs the template steps */
    LC_STEP_OPTIONAL = 0x20,      /* skipped when the slot in b is not bound */
    LC_STEP_LATE = 0x40           /* a host step that runs while the child is already on its way */
};

typedef struct lc_step {
    uint16_t opcode;
    uint16_t flags;
    uint32_t a;
    uint32_t b;
    uint32_t c;
    uint64_t d;
} lc_step;

/** Opcodes are appended, never renumbered. Operands not named must be 0. "In root": below LC_SLOT_ROOT, with
 *  openat2(RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS). */
enum {
    /* host steps */
    LC_CGROUP_MAKE = 1,  /* a name, b parent slot, c out slot: mkdir (removed again if the spawn fails), open;
                            d 1: below one that was made before, which takes it along when it is removed */
    LC_CGROUP_WRITE = 2, /* a file, b directory slot, c value, d its length */
    LC_OPEN_AT = 3,      /* a path, b directory slot, c out slot, d open flags */
    LC_CGROUP_OWN = 4,   /* a file or ".", b directory slot, d the user that it is given to */
    /* files and namespaces */
    LC_AWAIT_HOST = 8,     /* d 0: until the late host steps are done; 1: LC_WAITING, until lc_spawn_continue */
    LC_OPEN_BELOW = 9,     /* a name, b directory slot, c out slot, d open flags */
    LC_WRITE = 10,         /* b slot, c data, d length */
    LC_WRITE_AT = 11,      /* a path, b directory slot, c data, d length */
    LC_SETNS = 12,         /* b slot, d CLONE_NEW* that it must be */
    LC_UNSHARE = 13,       /* d CLONE_NEW* */
    LC_AWAIT_ID_MAPS = 14, /* until the spawner has written uid_map and gid_map */
    LC_LOOPBACK_UP = 15,
    /* mounts */
    LC_MOUNT_PROPAGATION = 16, /* a path, d MS_* flags */
    LC_OPEN_TREE = 17,         /* a path on the host, c out slot, d open_tree flags */
    LC_MOUNT_SETATTR = 18,     /* b slot, c struct mount_attr, d AT_RECURSIVE or 0 */
    LC_ATTACH = 19,     /* a target, b tree slot (closed, if c is 0), d 0: in root, made if missing; 1: a host path */
    LC_MOUNT = 20,      /* a target in root (made if missing), b type, c data or 0, d flags | source << 32 */
    LC_REMOUNT = 21,    /* a target in root, or c slot of a tree attached there (closed); b slot of the host's procfs,
                           or 0 for directories; d MS_* to set | MS_* to clear << 32, others stay; or a propagation */
    LC_PIVOT_ROOT = 22, /* into LC_SLOT_ROOT; the old root is detached */
    LC_MKDIR = 23,      /* a path in root with its parents, d mode */
    LC_MKNOD = 24,      /* a path in root, b mode and type, c u32 uid, gid or 0, d device number */
    LC_SYMLINK = 25,    /* a path in root, b target */
    LC_MASK = 26,       /* a path in root; a missing one is fine; b slot of the procfs in which the path's last part is
                           a name, or 0; c options of a tmpfs that masks directories, or 0 */
    LC_READONLY = 27,   /* a path in root; a missing one is fine; b slot of the host's procfs, for kernels without
                           mount_setattr(2): what is mounted below the path stays as it is then; or 0;
                           d slot of the procfs in which the path's last part is a name; or 0 */
    LC_OPEN_IN_ROOT = 28,    /* a path in root, b file system magic or 0, c out slot, d open flags */
    LC_OPEN_HOST = 29,       /* a path, c out slot, d open flags */
    LC_OPEN_PROC = 30,       /* c out slot: a detached procfs of the own pid namespace */
    LC_SETATTR_AT = 31,      /* a target in root, c struct mount_attr, d AT_RECURSIVE or 0 */
    LC_OPEN_TMPFS = 32,      /* a size option's value, c out slot: a new tmpfs of mode 755 */
    LC_CHROOT = 33,          /* into LC_SLOT_ROOT, for a container without a mount namespace */
    LC_EMPTY_DIRECTORY = 34, /* a path in root of a read-only, empty directory: directory masks are binds of it */
    /* the process */
    LC_SETHOSTNAME = 40,   /* a name */
    LC_SETDOMAINNAME = 41, /* a name */
    LC_CHDIR = 42,         /* a path; the cwd must then lie below the root */
    LC_UMASK = 43,         /* d mask */
    LC_SETSID = 44,        /* d 0: a new session; 1: a new process group only */
    LC_CONSOLE = 45,   /* a path of ptmx, b socket slot, c path to bind over or 0, d rows | columns << 16 | uid of its
                          owner << 32: a   new session's pty as stdio */
    LC_RLIMIT = 46,    /* b resource, c u64 soft, hard */
    LC_SETGROUPS = 47, /* b count, c u32 gids or 0 */
    LC_SETRESGID = 48, /* d gid */
    LC_SETRESUID = 49, /* d uid */
    LC_KEEP_CAPS = 50, /* d 0 or 1 */
    LC_BOUNDING_KEEP = 51, /* d mask of capabilities that stay in the bounding set */
    LC_CAPSET = 52,        /* c u64 effective, permitted, inheritable */
    LC_AMBIENT = 53,       /* d mask */
    LC_NO_NEW_PRIVS = 54,
    LC_SECCOMP = 55,   /* b instructions, c struct sock_filter[], d flags; with NEW_LISTENER: LC_WAITING, aux its fd */
    LC_PDEATHSIG = 56, /* d signal */
    LC_SCHED_SETATTR = 57, /* c struct sched_attr (56 bytes) */
    LC_IOPRIO = 58,        /* d value */
    LC_PERSONALITY = 59,   /* d value */
    LC_STDIO = 60,         /* slots 0-2 that are bound become fds 0-2 */
    LC_DUP_FD = 61,        /* b slot, d fd number */
    LC_CLOSE_FDS = 62,     /* d first fd to close | last << 32, 0 for all; a, b, c slots that stay, or 0 */
    LC_SET_NAME = 63,      /* a thread name */
    LC_EXECVE = 64,        /* a candidates (NUL-ended each, an empty one ends), b argv vector, c envp vector */
    /* the life of a container that outlives its maker */
    LC_AWAIT_START = 65,  /* a slot for reports, b slot of the gate: LC_PARKED; goes on when it can read a byte there,
                             and writes lc_report records until the program begins */
    LC_HOOK = 66,         /* a path, b argv vector, c envp vector, d timeout in s or 0 | slot of its stdin << 32 */
    LC_FIND_PROGRAM = 67, /* a candidates, as EXECVE's: one of them must be a file that may be executed */
    LC_NEW_KEYRING = 68,  /* a name: a new session keyring (keyctl(2)); a kernel without them is fine */
    LC_MOVE_ROOT = 69,    /* LC_SLOT_ROOT is moved over /, for a host whose root cannot be pivoted away from; what else
                             is mounted there is detached (needs the host's /proc) */
    /* 70 and up: mounts and the process, continued */
    LC_COPY_INTO = 70,    /* a directory in root, b slot of the directory that is copied, d 1: its mode, 2: its owner */
    LC_SET_XATTR = 71,    /* a directory in root, b name, c value, d its length */
    LC_SET_AFFINITY = 72, /* c CPU mask, d its length */
    LC_SET_MEMPOLICY = 73,    /* b MPOL_* mode and flags, c node mask, d its length, of whole u64 */
    LC_OPEN_MAPPED_TREE = 74, /* host step: a path, b slot of a user namespace or 0, c out slot,
                                 d open_tree flags | 1 << 32: the mapping is for the whole tree */
    LC_MOUNT_PATH = 75,       /* as MOUNT, but a absolute, as it stands: for a mount point that the plan has made and
                                 nobody else can have changed */
    LC_ENTER_CGROUP = 76, /* a name, b parent slot, c file: writes 0 to it; with LC_REQUEST_CGROUPS_OPEN to the slot */
    LC_ENTER_TIME = 77,   /* b a procfs: enters the time namespace that was made for children (time_namespaces(7)) */
    LC_AWAIT_TASK = 96    /* LC_PARKED at LC_STDIO_TASK's socket until lc_unpark: parameters and streams come then */
};

/* ---- engines and spawning ---------------------------------------------------------------------------------- */

enum { LC_ENGINE_SPAWNER = 0, LC_ENGINE_IN_PROCESS = 1 };

/** What became of a spawn. step is the step last begun, -1 when the failure lies outside the plan; err is positive;
 *  aux: for step -1 an LC_AT_*; for EXECVE the candidate's index; for KILLED the signal.
 *  err of KILLED: ENOMEM if it was SIGKILL and its cgroups, made for it alone, had no memory to give; else EINTR. */
enum { LC_RUNNING = 1, LC_FAULT = 2, LC_KILLED = 3, LC_WAITING = 4, LC_PARKED = 5 };
enum {
    LC_AT_REQUEST = 1,
    LC_AT_MEMFD,
    LC_AT_SPAWNER,
    LC_AT_PIPE,
    LC_AT_SEND,
    LC_AT_CLONE,
    LC_AT_ID_MAPS,
    LC_AT_PIDFD,
    LC_AT_EPOLL,
    LC_AT_CONSOLE,
    LC_AT_DEAD_SPAWNER,
    LC_AT_MEMORY
};

typedef struct lc_report {
    uint32_t kind;
    int32_t step;
    int32_t err;
    int32_t aux;
} lc_report;

/** SAME: stderr as stdout. CONSOLE_AT: a terminal whose master goes to the connected socket in stdio[1]. TASK: the
 *  streams come with LC_AWAIT_TASK, whose gate is the result's console. */
enum { LC_STDIO_NULL = -1, LC_STDIO_PIPE = -2, LC_STDIO_CONSOLE = -3, LC_STDIO_SAME = -4 };
enum { LC_STDIO_CONSOLE_AT = -5, LC_STDIO_TASK = -6 };
#define LC_REQUEST_SLOTS 40
#define LC_MAX_CGROUPS 12

/** The per-spawn parameters: this struct, then the bytes that params point at (offsets from its first byte, 0: the
 *  plan's own). A vector is u32 count, u32 0, then count + 1 u64: offsets of strings and a 0. slots[i] binds slot
 *  LC_SLOT_FIRST_FREE + i, -1 leaves it unbound. */
typedef struct lc_request {
    uint32_t size; /* with the bytes after it; at most LC_MAX_REQUEST */
    uint32_t flags;
    uint64_t token;   /* of the epoll event that its end will raise */
    int32_t epoll;    /* where the new pidfd is added (EPOLLIN | EPOLLONESHOT), or -1 */
    int32_t stdio[3]; /* an fd, or LC_STDIO_* */
    int32_t slots[LC_REQUEST_SLOTS];
    uint32_t params[LC_PARAM_COUNT];
} lc_request;
#define LC_MAX_REQUEST (192 * 1024)

/** lc_request.flags. CGROUPS_EXIST: CGROUP_MAKE steps open what an earlier spawn of the plan has made, CGROUP_WRITE
 * steps have been done by it, and a failed spawn leaves both as they are. CGROUPS_OPEN: the same, and the caller has
 * them open: slots of parents are bound to the files that ENTER_CGROUP writes to, and the result names none.
 * PIN_MOUNTS: hold the child's mount namespace by an fd, so that its teardown, which waits for an RCU grace period,
 * happens where that fd is closed and not in the child's exit. Where the kernel can (Linux 6.11). */
enum { LC_REQUEST_PIN_MOUNTS = 1, LC_REQUEST_CGROUPS_EXIST = 2, LC_REQUEST_CGROUPS_OPEN = 4 };

typedef struct lc_exit {
    int32_t code; /* CLD_EXITED, CLD_KILLED, CLD_DUMPED */
    int32_t status;
    int64_t user_micros;
    int64_t system_micros;
    int64_t max_rss_kib;
    int32_t before_exec; /* 1 if it was killed before the program began */
    int32_t pid;
} lc_exit;

typedef struct lc_result {
    lc_report report;
    int32_t pid;
    int32_t pidfd;
    int32_t stdio[3]; /* the caller's ends of pipes, or -1 */
    int32_t console;  /* the pty's master, or -1 */
    uint32_t cgroup_count;
    int32_t cgroups[LC_MAX_CGROUPS]; /* directories that CGROUP_MAKE steps made, in order */
    int32_t mounts;                  /* the child's mount namespace, or -1 */
    lc_exit exit;                    /* of a child that was to be watched and is gone already; else its code is 0 */
} lc_result;

/** The version of this interface that the library was built as. */
int32_t lc_abi(void);

/** Writes sizes and offsets of the structs above (the order is that of lc_layout's source) and returns how many
 *  there are; writes at most capacity of them. */
int32_t lc_layout(int32_t *numbers, int32_t capacity);

/** Checks a plan completely: header, opcode, phase, operands, offsets, terminators, slots and their order of use.
 *  Returns 0, or -EINVAL and the offset of the first bad byte. */
int32_t lc_plan_verify(const uint8_t *plan, uint32_t size, uint32_t *bad_offset);

/** Starts an engine; *report says what failed. The calling thread becomes the parent-death anchor: when it ends,
 *  the kernel kills the engine's helper and every child whose plan has a PDEATHSIG step. Returns 0 and *engine. */
int32_t lc_engine_open(int32_t kind, int64_t *engine, lc_report *report);

/** Ends the engine and its helper; no call on it may be in progress or follow. Running children live on. */
int32_t lc_engine_close(int64_t engine);

/** The pid of the engine's helper process, 0 when it has none. */
int32_t lc_engine_pid(int64_t engine);

/** Verifies a copy of the plan and keeps it for spawns. Returns 0 and *loaded, -EINVAL and *bad_offset, or
 *  -ENOMEM when the engine holds too many. */
int32_t lc_plan_load(int64_t engine, const uint8_t *plan, uint32_t size, int64_t *loaded, uint32_t *bad_offset);

/** Frees a loaded plan; no spawn of it may be in progress, its templates must be closed. */
int32_t lc_plan_unload(int64_t engine, int64_t loaded);

/** Starts a process that has run the plan's template steps and spawns children of it faster. Slots come from the
 *  request. Returns the fd that stands for the template (close it to end the process), result->pid its pid. */
int32_t lc_template_open(int64_t engine, int64_t loaded, const lc_request *request, lc_result *result);

/** Starts a child: runs the host steps, has it cloned (by the template if not -1, else by the engine), waits until
 *  it has begun the program or failed. Returns its pid; or -errno with result->report filled, and leaves neither a
 *  process, an fd nor a cgroup behind. The child is the calling process's own; reap it with lc_wait. */
int32_t lc_spawn(int64_t engine, int64_t loaded, int32_t template_fd, const lc_request *request, lc_result *result);

/** The same; nanos[i] tells when the child began step i, from the call on (-1: it did not), and nanos[steps], if count
 *  lets it, when the spawn was over. */
int32_t lc_spawn_timed(int64_t engine, int64_t loaded, int32_t template_fd, const lc_request *request,
                       lc_result *result, int64_t *nanos, uint32_t count);

/** The same for a plan whose child waits on the way: when it does, result->report.kind is LC_WAITING, and *spawn must
 * be continued. Takes no parameters. A plan that parks ends with LC_PARKED: the child then depends on nobody. */
int32_t lc_spawn_begin(int64_t engine, int64_t loaded, int32_t template_fd, const lc_request *request,
                       lc_result *result, int64_t *spawn);

/** Lets a waiting child go on (go 1) or fail with ECANCELED (0). LC_WAITING again, or the end of the spawn, which frees
 *  it. */
int32_t lc_spawn_continue(int64_t spawn, int32_t go, lc_result *result);

/** Gives a child that is parked at a gate (LC_AWAIT_TASK) what it is to run: streams, and of the parameters CWD, ARGV,
 *  ENVP and EXEC. Waits until it has begun the program or failed. Returns 0 with the pipes' ends in the result; or
 *  -errno with its report: LC_AT_SEND if the child was gone already. It is reaped as every child. Once for a gate. */
int32_t lc_unpark(int32_t gate, const lc_request *request, lc_result *result);

/* ---- exits, signals, files --------------------------------------------------------------------------------- */

/** Makes an epoll instance / an eventfd to wake it (write 8 bytes). */
int32_t lc_epoll_create(void);
int32_t lc_eventfd(void);
/** Adds an fd (events: EPOLL*) or removes it (events 0). */
int32_t lc_epoll_set(int32_t epoll, int32_t fd, uint32_t events, uint64_t token);
/** Waits for events of an epoll instance, at most timeout_millis (-1: no limit). Returns how many tokens it wrote. */
int32_t lc_events(int32_t epoll, uint64_t *tokens, int32_t capacity, int32_t timeout_millis);

/** Waits until the child of a pidfd is gone, at most timeout_micros (-1: no limit), and reaps it. Returns 1, 0 on
 *  time-out, or -ECHILD when somebody else has reaped it. */
int32_t lc_wait(int32_t pidfd, int64_t timeout_micros, lc_exit *exit);
/** The same for a pidfd that an epoll instance watches, which is relieved of it meanwhile and for good if it ends. */
int32_t lc_wait_instead(int32_t epoll, uint64_t token, int32_t pidfd, int64_t timeout_micros, lc_exit *exit);

int32_t lc_pidfd_signal(int32_t pidfd, int32_t signal);
int32_t lc_pidfd_open(int32_t pid);
/** A copy of another process's fd (pidfd_getfd(2)). */
int32_t lc_pidfd_getfd(int32_t pidfd, int32_t fd);

enum { LC_CGROUPS_READ = 1, LC_CGROUPS_REMOVE = 2 };
/** The end of a container's cgroups. READ: reads files (NUL-ended names for each dir, each list ended by one more NUL)
 *  into data, for each i32 length or -errno and its bytes padded to 4. REMOVE: kills who is left, removes and closes
 *  each dir, children first. Returns the bytes in data. */
int32_t lc_cgroups_finish(const int32_t *dirs, uint32_t count, uint32_t what, const char *files, uint8_t *data,
                          uint32_t capacity);
/** Sends SIGKILL to every process in a cgroup and below until none is left (at most 5 s: then -EBUSY). Without
 *  cgroup.kill, whoever forks faster than this kills is stopped by the cgroup's freezer.state or pids.max. */
int32_t lc_cgroup_kill(int32_t dir);
/** Sends a signal once to every process in a cgroup and below; returns how many were met. A process that forks while
 *  this runs may be missed: freeze the cgroup first. */
int32_t lc_cgroup_signal(int32_t dir, int32_t signal);

/** Lets a version 2 cgroup, opened for reading, and those below use the devices that an eBPF program of the type
 *  CGROUP_DEVICE allows (size: bytes, 8 an instruction), and no longer those that earlier programs of it did. */
int32_t lc_cgroup_devices(int32_t dir, const uint8_t *program, uint32_t size);

/** A new network namespace with its loopback up; returns its fd. Waits for the kernel: call it from a thread that
 *  may be slow. */
int32_t lc_netns_create(void);
/** A new user namespace that nobody is in, with these mappings (text as for /proc/PID/uid_map); returns its fd. Where
 *  the caller may write a gid map only without setgroups(2), that is denied in it. */
int32_t lc_userns_create(const char *uid_map, const char *gid_map);
/** The CLONE_NEW* type of a namespace fd (ioctl NS_GET_NSTYPE). */
int32_t lc_namespace_type(int32_t fd);

enum { LC_TTY_RAW = 1, LC_TTY_RESTORE, LC_TTY_GET_SIZE, LC_TTY_SET_SIZE, LC_TTY_IS };
/** Terminal operations; state: 64 bytes of saved mode (RAW writes, RESTORE reads), or u16 rows, columns. */
int32_t lc_tty(int32_t fd, int32_t operation, uint8_t *state);

enum {
    LC_FEATURE_CLONE3 = 1,
    LC_FEATURE_CLONE_INTO_CGROUP = 2,
    LC_FEATURE_OPENAT2 = 4,
    LC_FEATURE_MOUNT_SETATTR = 8,
    LC_FEATURE_TIME_NAMESPACE = 16,
    LC_FEATURE_SECCOMP = 32,
    LC_FEATURE_CLOSE_RANGE = 64,
    LC_FEATURE_PIDFD_WAIT = 128,
    LC_FEATURE_NETWORK_NAMESPACE = 256,
    LC_FEATURE_CGROUP_NAMESPACE = 512,
    LC_FEATURE_USER_NAMESPACE = 1024
};
typedef struct lc_probe_result {
    uint64_t features;
    uint64_t capabilities; /* effective, of the calling thread */
    uint64_t nofile_soft, nofile_hard;
    int32_t euid, last_capability;
} lc_probe_result;
/** What this kernel can do, found by trying, without side effects. */
int32_t lc_probe(lc_probe_result *result);

/** libseccomp's own encoding of a profile (rules as ReferenceRules draws them); bytes written, -ENOSYS without
 *  libseccomp, -ENOSPC. */
int32_t lc_seccomp_reference(const uint8_t *rules, uint32_t size, uint8_t *bpf, uint32_t capacity);

#ifdef __cplusplus
}
static_assert(sizeof(lc_plan_header) == 96 && sizeof(lc_step) == 24 && sizeof(lc_report) == 16, "plan ABI");
static_assert(sizeof(lc_request) == 216 && sizeof(lc_result) == 136 && sizeof(lc_exit) == 40, "spawn ABI");
#endif
#endif
