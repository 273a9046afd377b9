/* peers.c: runs whole commands and times them, from a process so small that starting one costs next to nothing.
 *
 *   peers VIEW PRELOAD LOG NAME COMMAND [ARGUMENT…] [-- NAME COMMAND [ARGUMENT…]]…
 *
 * VIEW `as-is`, or `unified`: in a mount namespace of its own, where /sys/fs/cgroup is the host's cgroup version 2
 * alone. PRELOAD is put before the C library of the commands, `-` for nothing; LOG takes what the last command said.
 *
 * Each line on stdin, "NAME COUNT PAUSE-MICROS", is answered by a line of COUNT times in nanoseconds, from before the
 * vfork to the reaped process; a run that fails is left out. "peak:NAME 1 0" is answered by the largest resident set of
 * its processes in KiB, "failed:NAME 1 0" by the number of failed runs. Ends with stdin. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_PEERS 32
static struct peer {
    char *name, **command;
    long peak_kib;
    unsigned failed;
} peers[MAX_PEERS];
static int peer_count;
extern char **environ;

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void must(int result, const char *what) {
    if (result < 0) {
        perror(what);
        exit(1);
    }
}

static struct peer *find(const char *name) {
    for (int i = 0; i < peer_count; i++) {
        if (strcmp(peers[i].name, name) == 0) return &peers[i];
    }
    fprintf(stderr, "peers: no %s\n", name);
    exit(1);
}

/* Nanoseconds, or 0 if it failed. */
static uint64_t run(struct peer *peer, int null, int log, char **environment) {
    struct rusage usage;
    int status;
    must(ftruncate(log, 0), "log");
    uint64_t start = now();
    pid_t pid = vfork();
    if (pid == 0) {
        dup2(null, 0), dup2(null, 1), dup2(log, 2);
        execvpe(peer->command[0], peer->command, environment);
        _exit(127);
    }
    must(pid, "vfork");
    must(wait4(pid, &status, 0, &usage), "wait4");
    uint64_t end = now();
    if (usage.ru_maxrss > peer->peak_kib) peer->peak_kib = usage.ru_maxrss;
    if (status != 0) peer->failed++;
    return status == 0 ? end - start : 0;
}

int main(int argc, char **argv) {
    char what[128], name[128];
    unsigned count, pause;
    if (argc < 6) return 2;
    if (strcmp(argv[1], "unified") == 0) {
        must(unshare(CLONE_NEWNS), "unshare");
        must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private mounts");
        must(mount("/sys/fs/cgroup/unified", "/sys/fs/cgroup", NULL, MS_BIND, NULL), "/sys/fs/cgroup/unified");
    }
    for (int i = 4; i < argc && peer_count < MAX_PEERS; i++) {
        peers[peer_count++] = (struct peer){.name = argv[i], .command = argv + i + 1};
        while (i < argc && strcmp(argv[i], "--") != 0) i++;
        if (i < argc) argv[i] = NULL;
    }
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int log = open(argv[3], O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    must(null, "/dev/null"), must(log, argv[3]);
    char *preload = NULL, **environment = environ;
    if (strcmp(argv[2], "-") != 0) {
        size_t size = 0;
        while (environ[size]) size++;
        environment = calloc(size + 2, sizeof *environment);
        if (asprintf(&preload, "LD_PRELOAD=%s", argv[2]) < 0 || !environment) return 1;
        memcpy(environment, environ, size * sizeof *environment);
        environment[size] = preload;
    }
    while (scanf("%127s %u %u", what, &count, &pause) == 3) {
        if (sscanf(what, "peak:%127s", name) == 1) {
            printf("%ld", find(name)->peak_kib);
        } else if (sscanf(what, "failed:%127s", name) == 1) {
            printf("%u", find(name)->failed);
        } else {
            struct peer *peer = find(what);
            for (unsigned i = 0; i < count; i++) {
                if (pause) usleep(pause);
                uint64_t nanos = run(peer, null, log, environment);
                if (nanos) printf("%llu ", (unsigned long long)nanos);
            }
        }
        printf("\n");
        fflush(stdout);
    }
    return 0;
}
