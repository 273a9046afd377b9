// What a process was started with, and its terminal.
#include "inside.h"
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

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

const struct verb process_verbs[] = {
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
    {NULL, NULL, NULL},
};
