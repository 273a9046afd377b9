// Deeds: what ends a process, takes time or memory, or calls the kernel.
#include "inside.h"
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
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

/// Forks as fast as it can, for ever, and so do the children; many leave as soon as they have one, so that whoever looks
/// for them by pid comes too late.
static void do_forkbomb(char **args) {
    (void)args;
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

const struct verb deeds_verbs[] = {
    {"exit", "STATUS", do_exit},
    {"kill", "SIGNAL", do_kill},
    {"ignore", "SIGNAL", do_ignore},
    {"sleep", "MILLIS", do_sleep},
    {"spin", "MILLIS", do_spin},
    {"memhog", "MIB", do_memhog},
    {"forks", "N", do_forks},
    {"forkbomb", "", do_forkbomb},
    {"syscall", "NR [A] [B] [C]", do_syscall},
    {NULL, NULL, NULL},
};
