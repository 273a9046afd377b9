// Mounts and files.
#include "inside.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

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

/// What follows is printed there.
static void print_into(char **args) {
    fflush(stdout);
    if (!freopen(args[0], "we", stdout)) answer(-1);
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

/// Writes past the page cache, so that the disk sees each MiB when it is written.
static void try_direct_write(char **args) {
    static _Alignas(4096) char mib[1 << 20];
    int fd = open(args[0], O_WRONLY | O_CREAT | O_DIRECT | O_CLOEXEC, 0644);
    if (fd < 0) return answer(-1);
    for (long i = 0; i < number(args[1]); i++)
        if (write(fd, mib, sizeof mib) != (ssize_t)sizeof mib) return answer(-1);
    answer(close(fd));
}

/// What follows is printed to a new file.
static void go_to(char **args) {
    if (!freopen(args[0], "we", stdout)) perror(args[0]);
}

static void try_mount(char **args) { answer(mount("tmpfs", ".", "tmpfs", 0, NULL)); }
static void try_socket(char **args) { answer(socket((int)number(args[0]), (int)number(args[1]), 0)); }

const struct verb files_verbs[] = {
    {"mounts", "", show_mounts},
    {"ls", "PATH", show_ls},
    {"stat", "PATH", show_stat},
    {"mtime", "PATH", show_mtime},
    {"xattr", "PATH NAME", show_xattr},
    {"cat", "PATH", show_cat},
    {"stdin", "", show_stdin},
    {"readlink", "PATH", show_readlink},
    {"write", "PATH TEXT", try_write},
    {"into", "PATH", print_into},
    {"mkdir", "PATH", try_mkdir},
    {"touch", "PATH", try_touch},
    {"unlink", "PATH", try_unlink},
    {"symlink", "TARGET PATH", try_symlink},
    {"to", "PATH", go_to},
    {"tmpfs-write", "PATH MIB", try_tmpfs_write},
    {"direct-write", "PATH MIB", try_direct_write},
    {"mount-try", "", try_mount},
    {"socket", "FAMILY TYPE", try_socket},
    {NULL, NULL, NULL},
};
