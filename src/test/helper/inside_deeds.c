// Deeds: what ends a process, takes time or memory, or calls the kernel.
#include "inside.h"
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void do_exit(char **args) {
    fflush(stdout);
    _exit((int)number(args[0]));
}

static void do_kill(char **args) {
    fflush(stdout);
    kill(getpid(), (int)number(args[0]));
}

static void do_ignore(char **args) { signal((int)number(args[0]), SIG_IGN); }

/// Prints the numbers of so many signals as they come.
static void do_catch(char **args) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    puts("ready");
    for (long left = number(args[0]); left > 0; left--) {
        fflush(stdout);
        printf("%d\n", sigwaitinfo(&all, NULL));
    }
    fflush(stdout);
}

/// Sends each word as a message to NOTIFY_SOCKET; with BARRIER=1 goes the end of a pipe, and it waits for that to be
/// closed.
static void do_notify(char **args) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int s = socket(AF_UNIX, SOCK_DGRAM, 0), ends[2];
    strncpy(address.sun_path, getenv("NOTIFY_SOCKET") ? getenv("NOTIFY_SOCKET") : "", sizeof address.sun_path - 1);
    if (connect(s, (struct sockaddr *)&address, sizeof address) < 0) return answer(-1);
    for (; *args; args++) {
        int barrier = !strcmp(*args, "BARRIER=1") && pipe(ends) == 0;
        union {
            struct cmsghdr head;
            char space[CMSG_SPACE(sizeof(int))];
        } control = {.head = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
        struct iovec vector = {*args, strlen(*args)};
        struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
        if (barrier) {
            memcpy(CMSG_DATA(&control.head), &ends[1], sizeof(int));
            message.msg_control = &control;
            message.msg_controllen = sizeof control;
        }
        answer(sendmsg(s, &message, 0));
        if (barrier) {
            char byte;
            close(ends[1]);
            answer(read(ends[0], &byte, 1));
        }
    }
}

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

/// Forks, and so do the children, as long as anybody is alive. Says so before the first.
static void do_bomb(char **args) {
    puts("lit");
    fflush(stdout);
    for (;;)
        if (fork() < 0) pause_millis(10);
}

/// Forks as fast as it can, for ever, and so do the children; many leave as soon as they have one, so that whoever
/// looks for them by pid comes too late.
static void do_forkbomb(char **args) {
    fflush(stdout);
    for (unsigned n = 0;; n++)
        if (fork() > 0 && n % 2) _exit(0);
}

static void do_syscall(char **args) {
    long a[4] = {0};
    for (int i = 0; i < 4 && args[i]; i++) a[i] = number(args[i]);
    long result = syscall(a[0], a[1], a[2], a[3]);
    if (result < 0) return answer(-1);
    printf("%ld\n", result);
}

/// Tries to get hold of whatever another process lets one at: the file it runs, its memory, its directories and fds.
static void spy_on(const char *pid) {
    static const char *const doors[] = {"exe", "mem", "cwd", "root", "fd"};
    char path[64], target[256];
    for (size_t i = 0; i < sizeof doors / sizeof *doors; i++) {
        snprintf(path, sizeof path, "/proc/%s/%s", pid, doors[i]);
        int fd = open(path, i == 1 ? O_RDWR : O_RDONLY);
        if (fd < 0) continue;
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        ssize_t n = readlink(path, target, sizeof target - 1);
        close(fd);
        target[n > 0 ? n : 0] = 0;
        printf("%s %s\n", doors[i], target);
    }
}

/// Watches for processes that come, until the time is over.
static void do_spy(char **args) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double end = (double)now.tv_sec + now.tv_nsec / 1e9 + number(args[0]) / 1e3;
    do {
        DIR *proc = opendir("/proc");
        for (struct dirent *e; proc && (e = readdir(proc));)
            if (e->d_name[0] > '0' && e->d_name[0] <= '9' && number(e->d_name) != getpid()) spy_on(e->d_name);
        closedir(proc);
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while ((double)now.tv_sec + now.tv_nsec / 1e9 < end);
}

const struct verb deeds_verbs[] = {
    {"spy", "MILLIS", do_spy},
    {"exit", "STATUS", do_exit},
    {"kill", "SIGNAL", do_kill},
    {"ignore", "SIGNAL", do_ignore},
    {"catch", "COUNT", do_catch},
    {"notify", "[MESSAGE...]", do_notify},
    {"sleep", "MILLIS", do_sleep},
    {"spin", "MILLIS", do_spin},
    {"memhog", "MIB", do_memhog},
    {"forks", "N", do_forks},
    {"bomb", "", do_bomb},
    {"forkbomb", "", do_forkbomb},
    {"syscall", "NR [A] [B] [C]", do_syscall},
    {NULL, NULL, NULL},
};
