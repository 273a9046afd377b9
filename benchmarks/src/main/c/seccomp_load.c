/* seccomp_load FILTER…: how long the kernel takes to load each of these filters (raw struct sock_filter[]), in a small
 * child that is made for it. Each line on stdin, "FILTER-NUMBER COUNT PAUSE-MICROS", is answered by a line of COUNT
 * times in nanoseconds. Ends with stdin. Needs no privilege. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_FILTERS 4
#define MAX_INSTRUCTIONS 4096

static void must(long result, const char *what) {
    if (result >= 0) return;
    fprintf(stderr, "seccomp_load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

static long load_once(const struct sock_fprog *filter, volatile long *result) {
    int status;
    *result = -1;
    pid_t pid = fork();
    must(pid, "fork");
    if (pid == 0) {
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        long start = now();
        long r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, filter);
        long end = now();
        if (r == 0) *result = end - start;
        _exit(0);
    }
    must(waitpid(pid, &status, 0), "waitpid");
    if (*result < 0) {
        fprintf(stderr, "seccomp_load: the kernel refuses the filter\n");
        exit(1);
    }
    return *result;
}

int main(int argc, char **argv) {
    static struct sock_filter instructions[MAX_FILTERS][MAX_INSTRUCTIONS];
    struct sock_fprog filters[MAX_FILTERS];
    volatile long *result = mmap(0, sizeof *result, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int number;
    unsigned count, pause;
    if (argc < 2 || argc > MAX_FILTERS + 1) {
        fprintf(stderr, "usage: seccomp_load FILTER...\n");
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        int fd = open(argv[i], O_RDONLY | O_CLOEXEC);
        must(fd, argv[i]);
        ssize_t size = read(fd, instructions[i - 1], sizeof *instructions);
        must(size, argv[i]);
        close(fd);
        filters[i - 1] =
            (struct sock_fprog){(unsigned short)((size_t)size / sizeof **instructions), instructions[i - 1]};
    }
    while (scanf("%d %u %u", &number, &count, &pause) == 3 && number >= 0 && number < argc - 1) {
        for (unsigned i = 0; i < count; i++) {
            if (pause) usleep(pause);
            printf("%ld ", load_once(&filters[number], result));
        }
        putchar('\n');
        fflush(stdout);
    }
    return 0;
}
