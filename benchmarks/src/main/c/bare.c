/* bare.c: the least that starting a program takes: vfork and exec, no isolation, from a small process.
 *
 *   bare PROGRAM
 *
 * Each line on stdin, "WHAT COUNT PAUSE-MICROS", is answered by a line of COUNT times in nanoseconds: for "reaped" from
 * before the vfork to the reaped child, for "first" to the program's first instructions, which write the time to a
 * file. Ends with stdin. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

int main(int argc, char **argv) {
    char what[32];
    unsigned count, pause;
    if (argc != 2) return 2;
    int file = memfd_create("stamp", MFD_CLOEXEC), null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (file < 0 || null < 0) fail("open");
    while (scanf("%31s %u %u", what, &count, &pause) == 3) {
        int first = strcmp(what, "first") == 0;
        char *arguments[] = {argv[1], first ? (char *)"stamp" : NULL, NULL}, *environment[] = {NULL};
        for (unsigned i = 0; i < count; i++) {
            if (pause) usleep(pause);
            lseek(file, 0, SEEK_SET);
            uint64_t start = now(), stamp;
            pid_t pid = vfork();
            if (pid == 0) {
                dup2(null, 0), dup2(first ? file : null, 1), dup2(null, 2);
                execve(argv[1], arguments, environment);
                _exit(127);
            }
            int status;
            if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) fail(argv[1]);
            uint64_t end = now();
            if (first && pread(file, &stamp, sizeof stamp, 0) != sizeof stamp) fail("stamp");
            printf("%llu ", (unsigned long long)((first ? stamp : end) - start));
        }
        printf("\n");
        fflush(stdout);
    }
    return 0;
}
