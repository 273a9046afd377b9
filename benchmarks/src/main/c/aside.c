/* aside COUNT PROGRAM [ARGUMENT…]: runs a program in a mount namespace of its own that has COUNT bind mounts more than
 * this one. Nobody else sees them, and they go with the last process in it. Needs root. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static void must(int result, const char *what) {
    if (result >= 0) return;
    fprintf(stderr, "aside: %s: %s\n", what, strerror(errno));
    exit(125);
}

int main(int argc, char **argv) {
    static const char place[] = "/sys/module"; /* covered in here; no JVM looks there */
    char path[64];
    if (argc < 3) {
        fprintf(stderr, "usage: aside COUNT PROGRAM [ARGUMENT...]\n");
        return 125;
    }
    must(unshare(CLONE_NEWNS), "unshare");
    must(mount(0, "/", 0, MS_REC | MS_PRIVATE, 0), "propagation");
    must(mount("tmpfs", place, "tmpfs", 0, "mode=755"), place);
    for (int i = 0; i < atoi(argv[1]); i++) {
        snprintf(path, sizeof path, "%s/%d", place, i);
        must(mkdir(path, 0755), path);
        must(mount(path, path, 0, MS_BIND, 0), path);
    }
    execvp(argv[2], argv + 2);
    must(-1, argv[2]);
}
