// inside: what a test runs in a container to see it from there. One verb for each thing that can be observed or tried;
// several, separated by "--", run in turn. An answer is plain text on stdout, and where the kernel refuses, the errno's
// name is the answer: the exit status stays 0. An unknown verb exits 2. Static, and without /proc where that can be.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

#pragma GCC diagnostic ignored "-Wunused-parameter" // of verbs without operands

static long number(const char *text) { return strtol(text, NULL, 0); }

/// Prints "ok" or, for a negative result, errno's name.
static void answer(long result) { puts(result >= 0 ? "ok" : strerrorname_np(errno)); }

static void pause_millis(long millis) {
    struct timespec left = {millis / 1000, millis % 1000 * 1000000};
    while (nanosleep(&left, &left) < 0 && errno == EINTR) continue;
}

static void copy(int from, int to) {
    char buffer[65536];
    ssize_t n;
    fflush(stdout);
    while ((n = read(from, buffer, sizeof buffer)) > 0)
        if (write(to, buffer, (size_t)n) != n) break;
    if (n < 0) answer(-1);
}

static void print_file(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return answer(-1);
    copy(fd, 1);
    close(fd);
}

// ---- names and identity ---------------------------------------------------------------------------------------------

static struct utsname names(void) {
    struct utsname all;
    uname(&all);
    return all;
}

static void show_hostname(char **args) { puts(names().nodename); }
static void show_domainname(char **args) { puts(names().domainname); }
static void show_pid(char **args) { printf("%d\n", getpid()); }
static void show_ppid(char **args) { printf("%d\n", getppid()); }
static void show_sid(char **args) { printf("%d\n", getsid(0)); }

static void show_ids(char **args) {
    uid_t ruid, euid, suid;
    gid_t rgid, egid, sgid;
    getresuid(&ruid, &euid, &suid);
    getresgid(&rgid, &egid, &sgid);
    printf("uid %u %u %u %d\n", ruid, euid, suid, setfsuid((uid_t)-1));
    printf("gid %u %u %u %d\n", rgid, egid, sgid, setfsgid((gid_t)-1));
}

static void show_groups(char **args) {
    static gid_t groups[65536];
    int n = getgroups(65536, groups);
    for (int i = 0; i < n; i++) printf(i ? " %u" : "%u", groups[i]);
    puts("");
}

static void show_caps(char **args) {
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{0, 0, 0}, {0, 0, 0}};
    unsigned long long bounding = 0, ambient = 0;
    if (syscall(SYS_capget, &head, data) < 0) return answer(-1);
    for (int cap = 0; cap < 64; cap++) {
        if (prctl(PR_CAPBSET_READ, cap) == 1) bounding |= 1ull << cap;
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0, 0) == 1) ambient |= 1ull << cap;
    }
    printf("effective %08x%08x\n", data[1].effective, data[0].effective);
    printf("permitted %08x%08x\n", data[1].permitted, data[0].permitted);
    printf("inheritable %08x%08x\n", data[1].inheritable, data[0].inheritable);
    printf("bounding %016llx\nambient %016llx\n", bounding, ambient);
}

static void show_seccomp(char **args) { printf("%d\n", prctl(PR_GET_SECCOMP)); }
static void show_nnp(char **args) { printf("%d\n", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)); }

// ---- the process ----------------------------------------------------------------------------------------------------

static void show_umask(char **args) { printf("%04o\n", umask(0)); }

static void show_cwd(char **args) {
    char path[4096];
    if (!getcwd(path, sizeof path)) return answer(-1);
    puts(path);
}

static void show_args(char **args) {
    for (; *args; args++) puts(*args);
}

static void show_env(char **args) {
    if (!args[0]) return show_args(environ);
    puts(getenv(args[0]) ? getenv(args[0]) : "ENOENT");
}

static void print_limit(rlim_t value, char end) {
    if (value == RLIM_INFINITY) printf("unlimited%c", end);
    if (value != RLIM_INFINITY) printf("%llu%c", (unsigned long long)value, end);
}

static void show_rlimit(char **args) {
    static const char *const all[16] = {"CPU",      "FSIZE",  "DATA",    "STACK", "CORE",  "RSS",
                                        "NPROC",    "NOFILE", "MEMLOCK", "AS",    "LOCKS", "SIGPENDING",
                                        "MSGQUEUE", "NICE",   "RTPRIO",  "RTTIME"};
    const char *name = strncmp(args[0], "RLIMIT_", 7) ? args[0] : args[0] + 7;
    struct rlimit limit;
    int resource = 0;
    while (resource < 16 && strcmp(name, all[resource])) resource++;
    if (getrlimit((__rlimit_resource_t)resource, &limit) < 0) return answer(-1);
    print_limit(limit.rlim_cur, ' ');
    print_limit(limit.rlim_max, '\n');
}

static void show_fds(char **args) {
    for (int fd = 0; fd < 4096; fd++) {
        char link[32], path[4096];
        if (fcntl(fd, F_GETFD) < 0) continue;
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t n = readlink(link, path, sizeof path);
        printf("%d %.*s\n", fd, n < 0 ? 1 : (int)n, n < 0 ? "?" : path);
    }
}

static void show_signals(char **args) {
    unsigned long long blocked = 0, ignored = 0;
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &blocked, 8);
    for (int signal = 1; signal <= 64; signal++) { // libc would hide two of them
        unsigned long action[8] = {0};             // struct sigaction begins with the handler
        if (syscall(SYS_rt_sigaction, signal, NULL, action, 8) == 0 && action[0] == (unsigned long)SIG_IGN)
            ignored |= 1ull << (signal - 1);
    }
    printf("blocked %016llx\nignored %016llx\n", blocked, ignored);
}

static void show_pdeathsig(char **args) {
    int signal = 0;
    prctl(PR_GET_PDEATHSIG, &signal);
    printf("%d\n", signal);
}

static void show_nice(char **args) { printf("%d\n", getpriority(PRIO_PROCESS, 0)); }
static void show_personality(char **args) { printf("%x\n", personality(0xffffffff)); }
static void show_oom(char **args) { print_file("/proc/self/oom_score_adj"); }
static void show_cgroup(char **args) { print_file("/proc/self/cgroup"); }

static void show_sched(char **args) {
    static const char *const policies[] = {"OTHER", "FIFO", "RR", "BATCH", "ISO", "IDLE", "DEADLINE"};
    struct { // sched_attr
        unsigned size, policy;
        unsigned long long flags;
        int nice;
        unsigned priority;
        unsigned long long deadlines[4];
    } a = {0};
    if (syscall(SYS_sched_getattr, 0, &a, sizeof a, 0) < 0) return answer(-1);
    printf("SCHED_%s nice %d priority %u", a.policy < 7 ? policies[a.policy] : "?", a.nice, a.priority);
    if (a.policy == 6) printf(" %llu %llu %llu flags %llu", a.deadlines[0], a.deadlines[1], a.deadlines[2], a.flags);
    puts("");
}

static void show_ioprio(char **args) {
    static const char *const classes[] = {"NONE", "RT", "BE", "IDLE"};
    long value = syscall(SYS_ioprio_get, 1, 0); // IOPRIO_WHO_PROCESS
    if (value < 0) return answer(-1);
    printf("%s %ld\n", classes[value >> 13 & 3], value & 7);
}

static void show_affinity(char **args) {
    cpu_set_t cpus;
    const char *comma = "";
    if (sched_getaffinity(0, sizeof cpus, &cpus) < 0) return answer(-1);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &cpus)) printf("%s%d", comma, cpu), comma = ",";
    puts("");
}

// ---- the terminal ---------------------------------------------------------------------------------------------------

static void show_isatty(char **args) { printf("%d %d %d\n", isatty(0), isatty(1), isatty(2)); }

static void show_ttyname(char **args) {
    if (!ttyname(0)) return answer(-1);
    puts(ttyname(0));
}

static void show_winsize(char **args) {
    struct winsize size;
    if (ioctl(0, TIOCGWINSZ, &size) < 0) return answer(-1);
    printf("%u %u\n", size.ws_row, size.ws_col);
}

// ---- namespaces -----------------------------------------------------------------------------------------------------

static void show_ns(char **args) {
    static const char *const types[] = {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"};
    for (int i = 0; i < 8; i++) {
        char path[32];
        struct stat status;
        snprintf(path, sizeof path, "/proc/self/ns/%s", types[i]);
        if (stat(path, &status) < 0)
            printf("%s %s\n", types[i], strerrorname_np(errno));
        else
            printf("%s %lu\n", types[i], status.st_ino);
    }
}

static void show_links(char **args) {
    struct if_nameindex *all = if_nameindex();
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (!all || fd < 0) return answer(-1);
    for (struct if_nameindex *i = all; i->if_index; i++) {
        struct ifreq request = {0};
        snprintf(request.ifr_name, IFNAMSIZ, "%s", i->if_name);
        if (ioctl(fd, SIOCGIFFLAGS, &request) == 0)
            printf("%s %s\n", i->if_name, request.ifr_flags & IFF_UP ? "up" : "down");
    }
    if_freenameindex(all);
    close(fd);
}

static void show_uptime(char **args) {
    struct timespec boot, monotonic;
    clock_gettime(CLOCK_BOOTTIME, &boot);
    clock_gettime(CLOCK_MONOTONIC, &monotonic);
    printf("%ld %ld\n", boot.tv_sec, monotonic.tv_sec);
}

static void try_orphan(char **args) {
    fflush(stdout);
    if (fork() == 0) {
        pid_t sleeper = fork();
        if (sleeper == 0) {
            for (int fd = 0; fd < 3; fd++) close(fd); // whoever reads our stdout must not wait for the sleeper
            pause_millis(100000);
        }
        if (sleeper > 0) printf("%d\n", sleeper);
        fflush(stdout);
        _exit(0);
    }
    wait(NULL);
}

// ---- files ----------------------------------------------------------------------------------------------------------

static void show_mounts(char **args) {
    char line[8192], target[4096], type[64], options[4096];
    FILE *f = fopen("/proc/self/mounts", "re");
    if (!f) return answer(-1);
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "%*s %4095s %63s %4095s", target, type, options) == 3)
            printf("%s %s %s\n", target, type, options);
    fclose(f);
}

static void show_ls(char **args) {
    struct dirent **entries;
    int n = scandir(args[0], &entries, NULL, alphasort);
    if (n < 0) answer(-1);
    for (int i = 0; i < n; i++)
        if (strcmp(entries[i]->d_name, ".") && strcmp(entries[i]->d_name, "..")) puts(entries[i]->d_name);
}

/// type mode uid gid size rdev dev
static void show_stat(char **args) {
    static const char *const types[16] = {
        [1] = "fifo", [2] = "chr", [4] = "dir", [6] = "blk", [8] = "regular", [10] = "link", [12] = "socket"};
    struct stat s;
    if (lstat(args[0], &s) < 0) return answer(-1);
    printf("%s %04o %u %u %lld %u:%u %u:%u\n", types[s.st_mode >> 12], s.st_mode & 07777, s.st_uid, s.st_gid,
           (long long)s.st_size, major(s.st_rdev), minor(s.st_rdev), major(s.st_dev), minor(s.st_dev));
}

static void show_mtime(char **args) {
    struct stat s;
    if (lstat(args[0], &s) < 0) return answer(-1);
    printf("%lld.%09ld\n", (long long)s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
}

static void show_xattr(char **args) {
    char value[4096];
    ssize_t n = lgetxattr(args[0], args[1], value, sizeof value);
    if (n < 0) return answer(-1);
    printf("%.*s\n", (int)n, value);
}

static void show_cat(char **args) { print_file(args[0]); }
static void show_stdin(char **args) { copy(0, 1); }

static void try_write(char **args) {
    int fd = open(args[0], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    answer(fd < 0 ? -1 : write(fd, args[1], strlen(args[1])));
    close(fd);
}

static void try_mkdir(char **args) { answer(mkdir(args[0], 0755)); }
static void try_touch(char **args) { answer(open(args[0], O_WRONLY | O_CREAT | O_CLOEXEC, 0644)); }
static void try_unlink(char **args) { answer(unlink(args[0])); }
static void try_symlink(char **args) { answer(symlink(args[0], args[1])); }

static void show_readlink(char **args) {
    char target[4096];
    ssize_t n = readlink(args[0], target, sizeof target);
    if (n < 0) return answer(-1);
    printf("%.*s\n", (int)n, target);
}

/// Prints how many MiB fitted, and why no more.
static void try_tmpfs_write(char **args) {
    static char mib[1 << 20];
    long wanted = number(args[1]), done = 0;
    int fd = open(args[0], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) return answer(-1);
    errno = 0;
    while (done < wanted && write(fd, mib, sizeof mib) == (ssize_t)sizeof mib) done++;
    printf(errno ? "%ld %s\n" : "%ld\n", done, strerrorname_np(errno));
    close(fd);
}

static void try_mount(char **args) { answer(mount("tmpfs", ".", "tmpfs", 0, NULL)); }
static void try_socket(char **args) { answer(socket((int)number(args[0]), (int)number(args[1]), 0)); }

// ---- deeds ----------------------------------------------------------------------------------------------------------

static void do_exit(char **args) {
    fflush(stdout);
    _exit((int)number(args[0]));
}

static void do_kill(char **args) {
    fflush(stdout);
    kill(getpid(), (int)number(args[0]));
}

static void do_ignore(char **args) { signal((int)number(args[0]), SIG_IGN); }

static void do_sleep(char **args) {
    fflush(stdout);
    pause_millis(number(args[0]));
}

static void do_spin(char **args) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double end = (double)now.tv_sec + now.tv_nsec / 1e9 + number(args[0]) / 1e3;
    do clock_gettime(CLOCK_MONOTONIC, &now);
    while ((double)now.tv_sec + now.tv_nsec / 1e9 < end);
}

static void do_memhog(char **args) {
    size_t size = (size_t)number(args[0]) << 20;
    fflush(stdout);
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return answer(-1);
    for (size_t i = 0; i < size; i += 4096) *(volatile char *)(memory + i) = 1;
    answer(munmap(memory, size));
}

/// Forks children that sleep, prints how many there were, and why no more; ends them.
static void do_forks(char **args) {
    static pid_t children[65536];
    long wanted = number(args[0]), n = 0;
    fflush(stdout);
    while (n < wanted && n < 65536 && (children[n] = fork()) > 0) n++;
    if (n < wanted && children[n] == 0) {
        pause_millis(100000);
        _exit(0);
    }
    printf(n < wanted ? "%ld %s\n" : "%ld\n", n, strerrorname_np(errno));
    for (long i = 0; i < n; i++) kill(children[i], SIGKILL);
    for (long i = 0; i < n; i++) waitpid(children[i], NULL, 0);
}

static void do_syscall(char **args) {
    long a[4] = {0};
    for (int i = 0; i < 4 && args[i]; i++) a[i] = number(args[i]);
    long result = syscall(a[0], a[1], a[2], a[3]);
    if (result < 0) return answer(-1);
    printf("%ld\n", result);
}

// ---- the table ------------------------------------------------------------------------------------------------------

static const struct verb {
    const char *name, *usage; // words of usage are operands, those in brackets may be left out
    void (*run)(char **args);
} verbs[] = {
    {"hostname", "", show_hostname},
    {"domainname", "", show_domainname},
    {"pid", "", show_pid},
    {"ppid", "", show_ppid},
    {"sid", "", show_sid},
    {"ids", "", show_ids},
    {"groups", "", show_groups},
    {"caps", "", show_caps},
    {"seccomp", "", show_seccomp},
    {"nnp", "", show_nnp},
    {"umask", "", show_umask},
    {"cwd", "", show_cwd},
    {"env", "[NAME]", show_env},
    {"args", "[WORD...]", show_args},
    {"rlimit", "NAME", show_rlimit},
    {"fds", "", show_fds},
    {"signals", "", show_signals},
    {"pdeathsig", "", show_pdeathsig},
    {"nice", "", show_nice},
    {"sched", "", show_sched},
    {"ioprio", "", show_ioprio},
    {"oom", "", show_oom},
    {"personality", "", show_personality},
    {"affinity", "", show_affinity},
    {"cgroup", "", show_cgroup},
    {"isatty", "", show_isatty},
    {"ttyname", "", show_ttyname},
    {"winsize", "", show_winsize},
    {"ns", "", show_ns},
    {"links", "", show_links},
    {"uptime", "", show_uptime},
    {"orphan", "", try_orphan},
    {"mounts", "", show_mounts},
    {"ls", "PATH", show_ls},
    {"stat", "PATH", show_stat},
    {"mtime", "PATH", show_mtime},
    {"xattr", "PATH NAME", show_xattr},
    {"cat", "PATH", show_cat},
    {"stdin", "", show_stdin},
    {"readlink", "PATH", show_readlink},
    {"write", "PATH TEXT", try_write},
    {"mkdir", "PATH", try_mkdir},
    {"touch", "PATH", try_touch},
    {"unlink", "PATH", try_unlink},
    {"symlink", "TARGET PATH", try_symlink},
    {"tmpfs-write", "PATH MIB", try_tmpfs_write},
    {"mount-try", "", try_mount},
    {"socket", "FAMILY TYPE", try_socket},
    {"exit", "STATUS", do_exit},
    {"kill", "SIGNAL", do_kill},
    {"ignore", "SIGNAL", do_ignore},
    {"sleep", "MILLIS", do_sleep},
    {"spin", "MILLIS", do_spin},
    {"memhog", "MIB", do_memhog},
    {"forks", "N", do_forks},
    {"syscall", "NR [A] [B] [C]", do_syscall},
};
enum { kVerbs = sizeof verbs / sizeof *verbs };

static int usage(void) {
    fputs("usage: inside VERB [OPERAND...] [-- VERB [OPERAND...]]...\n", stderr);
    for (int i = 0; i < kVerbs; i++) fprintf(stderr, "  %s %s\n", verbs[i].name, verbs[i].usage);
    return 2;
}

static int fits(const char *text, int count) {
    int least = 0, most = 0;
    for (const char *c = text; *c; c++) {
        if (c != text && c[-1] != ' ') continue;
        least += *c != '[';
        most++;
    }
    return count >= least && (count <= most || strstr(text, "..."));
}

int main(int argc, char **argv) {
    for (int i = 1, end; i < argc; i = end + 1) {
        const struct verb *found = NULL;
        for (end = i; end < argc && strcmp(argv[end], "--");) end++;
        argv[end] = NULL; // argv[argc] is NULL already
        for (int v = 0; v < kVerbs && argv[i]; v++)
            if (!strcmp(argv[i], verbs[v].name)) found = &verbs[v];
        if (!found || !fits(found->usage, end - i - 1)) return usage();
        found->run(argv + i + 1);
    }
    fflush(stdout);
    return argc < 2 ? usage() : 0;
}
