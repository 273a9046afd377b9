/* trials.c: ways to do what a spawn does, beside each other; each trial is in a file trials_*.c.
 *
 *   trials TRIAL PROGRAM
 *
 * Tells its variants, a line each: the name, and "ok", "idle" (to be measured after pauses, too) or why this host
 * cannot do it; then an empty line. Each line on stdin after that, "VARIANT COUNT PAUSE-MICROS", is answered by a line
 * of COUNT times in nanoseconds. Ends with stdin. Needs root. `trials` alone tells the names of the trials. */
#define _GNU_SOURCE
#include "trials.h"
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct trial *const TRIALS[] = {&MOUNTS,  &TMPFS,   &LOOPBACK,     &VETH,
                                             &CGROUP2, &CGROUP1, &CGROUP1_FOUR, &EXEC};
#define TRIAL_COUNT (sizeof TRIALS / sizeof *TRIALS)
#define MOST_VARIANTS 8
#define REASON 200

const char *program;

_Noreturn void die(const char *what) {
    fprintf(stderr, "trials: %s: %s\n", what, strerror(errno));
    exit(1);
}
void must(long result, const char *what) {
    if (result < 0) die(what);
}
void must_raw(long result, const char *what) {
    errno = (int)-result;
    must(result, what);
}
const char *because(const char *format, ...) {
    static char reason[REASON];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    return reason;
}

/* ---- children that share this memory ----------------------------------------------------------------------------- */

#define STACK 32768
struct child children[MOST_CHILDREN];
static char stacks[MOST_CHILDREN][STACK] __attribute__((aligned(64)));
static void (*work)(int);

/* By where its stack is, a child knows which one it is. */
static void begin(void) {
    char here;
    int index = (int)((size_t)(&here - stacks[0]) / STACK);
    SYS(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
    work(index);
    leave(index, -EINVAL);
}

void start_child(int index, uint64_t flags, int cgroup, void (*function)(int)) {
    struct child *c = &children[index];
    work = function;
    *c = (struct child){.begun = now()};
    struct clone_arguments arguments = {.flags = flags | 0x100 | CLEAR_SIGHAND, /* CLONE_VM */
                                        .exit_signal = SIGCHLD,
                                        .stack = (uintptr_t)stacks[index],
                                        .stack_size = STACK,
                                        .cgroup = (uint64_t)cgroup};
    long pid = clone_child(&arguments, begin);
    must_raw(pid, "clone3");
    c->pid = (int32_t)pid;
}

_Noreturn void leave(int index, long result) {
    children[index].err = result < 0 ? (int32_t)-result : 0;
    for (;;) SYS(SYS_exit_group, result < 0);
}

void end_child(int index, const char *what) {
    int status;
    must(waitpid(children[index].pid, &status, 0), "waitpid");
    must_raw(-children[index].err, what);
    if (status != 0) {
        errno = ECHILD;
        die(what);
    }
}

void await_placed(int index) {
    uint32_t *word = &children[index].placed;
    while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == 0) SYS(SYS_futex, word, 0, 0, 0);
}

void set_placed(int index) {
    __atomic_store_n(&children[index].placed, 1u, __ATOMIC_RELEASE);
    SYS(SYS_futex, &children[index].placed, 1, INT_MAX);
}

/* ---- variants, a process each ------------------------------------------------------------------------------------ */

static const struct trial *trial;
static struct {
    int socket;
    pid_t pid;
    char reason[REASON]; /* empty: it can */
} sides[MOST_VARIANTS];
static pid_t starter;

static _Noreturn void serve(const struct variant *variant, int socket) {
    char reason[REASON] = "", request;
    const char *why = variant->prepare ? variant->prepare() : 0;
    if (why) snprintf(reason, sizeof reason, "%s", why);
    must(write(socket, reason, sizeof reason), "socket");
    while (!why && read(socket, &request, 1) == 1) {
        uint64_t nanos = variant->measure();
        must(write(socket, &nanos, sizeof nanos), "socket");
    }
    _exit(0);
}

static void start_side(int index) {
    int pair[2];
    must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), "socketpair");
    sides[index].socket = pair[0];
    sides[index].pid = fork();
    must(sides[index].pid, "fork");
    if (sides[index].pid == 0) {
        must(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0), "prctl");
        for (int i = 0; i <= index; i++) close(sides[i].socket);
        serve(&trial->variants[index], pair[1]);
    }
    close(pair[1]);
    if (read(pair[0], sides[index].reason, REASON) != REASON) exit(1); /* it has said why */
}

static void clean_up(void) {
    if (getpid() != starter) return;
    for (int i = 0; i < MOST_VARIANTS; i++) {
        if (sides[i].pid <= 0) continue;
        close(sides[i].socket);
        kill(sides[i].pid, SIGKILL);
        waitpid(sides[i].pid, 0, 0);
    }
    if (trial->finish) trial->finish();
}

static int tell_variants(const char *why) {
    int count = 0;
    for (const struct variant *v = trial->variants; v->name; v++, count++) {
        if (!why) start_side(count);
        const char *reason = why ? why : sides[count].reason;
        printf("%s %s\n", v->name, *reason ? reason : trial->idle ? "idle" : "ok");
    }
    putchar('\n');
    fflush(stdout);
    return count;
}

int main(int argc, char **argv) {
    if (argc == 1) {
        for (size_t i = 0; i < TRIAL_COUNT; i++) puts(TRIALS[i]->name);
        return 0;
    }
    for (size_t i = 0; argc == 3 && i < TRIAL_COUNT; i++)
        if (!strcmp(TRIALS[i]->name, argv[1])) trial = TRIALS[i];
    if (!trial) {
        fprintf(stderr, "usage: trials [TRIAL PROGRAM]\n");
        return 2;
    }
    signal(SIGINT, SIG_IGN); /* whoever asks will close stdin */
    signal(SIGTERM, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    program = argv[2];
    starter = getpid();
    atexit(clean_up);
    const char *why = trial->prepare ? trial->prepare() : 0;
    int variants = tell_variants(why);

    char name[64];
    unsigned count, pause;
    while (scanf("%63s %u %u", name, &count, &pause) == 3) {
        int index = 0;
        while (index < variants && strcmp(trial->variants[index].name, name)) index++;
        if (index == variants || why || *sides[index].reason) {
            fprintf(stderr, "trials: no variant %s here\n", name);
            return 2;
        }
        for (unsigned i = 0; i < count; i++) {
            uint64_t nanos;
            if (pause) usleep(pause);
            if (write(sides[index].socket, "", 1) != 1 || read(sides[index].socket, &nanos, 8) != 8) return 1;
            printf("%llu ", (unsigned long long)nanos);
        }
        putchar('\n');
        fflush(stdout);
    }
    return 0;
}
