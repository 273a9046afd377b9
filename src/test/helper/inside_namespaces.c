// What namespaces hold.
#include "inside.h"
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

static void write_file(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, text, strlen(text)) < 0) perror(path);
    close(fd);
}

/// What `unshare --user --map-root-user --mount --pid --net --fork mount -t TYPE TYPE DIRECTORY` says.
static void try_nested_mount(char **args) {
    int status = 0;
    char uid_map[32], gid_map[32];
    snprintf(uid_map, sizeof uid_map, "0 %u 1", geteuid());
    snprintf(gid_map, sizeof gid_map, "0 %u 1", getegid());
    fflush(stdout);
    if (fork() == 0) {
        if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET) < 0) _exit(errno);
        write_file("/proc/self/setgroups", "deny");
        write_file("/proc/self/uid_map", uid_map);
        write_file("/proc/self/gid_map", gid_map);
        if (fork() == 0) _exit(mount(args[0], args[1], args[0], 0, NULL) < 0 ? errno : 0);
        wait(&status);
        _exit(WEXITSTATUS(status));
    }
    wait(&status);
    errno = WEXITSTATUS(status);
    answer(errno ? -1 : 0);
}

/// Takes the root away and goes where whoever enters the mount namespace then comes to stand.
static void do_unroot(char **args) {
    int self = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    if (self < 0 || umount2("/", MNT_DETACH) < 0) return answer(-1);
    answer(setns(self, CLONE_NEWNS));
}

const struct verb namespaces_verbs[] = {
    {"ns", "", show_ns},
    {"links", "", show_links},
    {"uptime", "", show_uptime},
    {"orphan", "", try_orphan},
    {"nested-mount", "TYPE DIRECTORY", try_nested_mount},
    {"unroot", "", do_unroot},
    {NULL, NULL, NULL},
};
