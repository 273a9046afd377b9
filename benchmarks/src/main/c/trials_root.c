/* trials_root.c: a root of the library's shape, made by fds alone: the host's programs read-only, a /dev, and the
 * places where each child mounts. A child may make it, too: raw system calls only. */
#define _GNU_SOURCE
#include "trials.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { RO = 1, NOSUID = 2, NODEV = 4, NOEXEC = 8 }; /* MOUNT_ATTR_* */
enum { SET_STRING = 1, CREATE = 6 };                /* FSCONFIG_* */
#define AT "/sys"                                   /* any directory that nothing of the root is taken from */

static const char *const SHOWN[] = {"/usr",
                                    "/bin",
                                    "/sbin",
                                    "/lib",
                                    "/lib32",
                                    "/lib64",
                                    "/libx32",
                                    "/etc/passwd",
                                    "/etc/group",
                                    "/etc/nsswitch.conf",
                                    "/etc/ld.so.cache",
                                    "/etc/alternatives",
                                    "/etc/ssl/certs"};
static const char *const PLACES[] = {"proc",
                                     "tmp",
                                     "old",
                                     "etc",
                                     "etc/ssl",
                                     "bench",
                                     "deep",
                                     "deep/1",
                                     "deep/1/2",
                                     "deep/1/2/3",
                                     "deep/1/2/3/4",
                                     "deep/1/2/3/4/5",
                                     "deep/1/2/3/4/5/6",
                                     "deep/1/2/3/4/5/6/7",
                                     "deep/1/2/3/4/5/6/7/8"};
static const char *const PROGRAMS[] = {"bench/true", "deep/1/2/3/4/5/6/7/8/true"};
static const char *const LINKS[][2] = {{"fd", "/proc/self/fd"},       {"stdin", "/proc/self/fd/0"},
                                       {"stdout", "/proc/self/fd/1"}, {"stderr", "/proc/self/fd/2"},
                                       {"core", "/proc/kcore"},       {"ptmx", "pts/ptmx"}};
static const struct {
    const char *name;
    unsigned major, minor;
} NODES[] = {{"null", 1, 3}, {"zero", 1, 5}, {"full", 1, 7}, {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0}};
#define EACH(i, table) (size_t i = 0; i < sizeof(table) / sizeof *(table); i++)

long make_tmpfs(const char *size, long attributes) {
    long fs = SYS(NR_FSOPEN, "tmpfs", 1); /* FSOPEN_CLOEXEC */
    TRY(fs);
    TRY(SYS(NR_FSCONFIG, fs, SET_STRING, "size", size, 0));
    TRY(SYS(NR_FSCONFIG, fs, SET_STRING, "mode", "755", 0));
    TRY(SYS(NR_FSCONFIG, fs, CREATE, 0, 0, 0));
    long tree = SYS(NR_FSMOUNT, fs, 1, attributes); /* FSMOUNT_CLOEXEC */
    SYS(SYS_close, fs);
    return tree;
}

static long set_attributes(long tree, long attributes) {
    uint64_t wanted[4] = {(uint64_t)attributes, 0, 0, 0};
    return SYS(NR_MOUNT_SETATTR, tree, "", EMPTY | RECURSIVE, wanted, sizeof wanted);
}

static long show(long root, const char *source, const char *target, unsigned kind) {
    if ((kind & S_IFMT) == S_IFDIR)
        TRY(SYS(SYS_mkdirat, root, target, 0755));
    else
        TRY(SYS(SYS_mknodat, root, target, S_IFREG | 0644, 0));
    long tree = SYS(NR_OPEN_TREE, AT_FDCWD, source, TREE_CLONE | O_CLOEXEC | RECURSIVE);
    TRY(tree);
    TRY(set_attributes(tree, RO | NOSUID | NODEV));
    TRY(SYS(NR_MOVE_MOUNT, tree, "", root, target, MOVE_FROM_FD));
    return SYS(SYS_close, tree);
}

static long make_dev(long root) {
    TRY(SYS(SYS_mkdirat, root, "dev", 0755));
    long dev = make_tmpfs("64k", NOSUID | NOEXEC);
    TRY(dev);
    for
        EACH(i, NODES)
    TRY(SYS(SYS_mknodat, dev, NODES[i].name, S_IFCHR | 0666, makedev(NODES[i].major, NODES[i].minor)));
    for
        EACH(i, LINKS) TRY(SYS(SYS_symlinkat, LINKS[i][1], dev, LINKS[i][0]));
    TRY(SYS(SYS_mknodat, dev, "console", S_IFREG | 0600, 0));
    TRY(SYS(SYS_mkdirat, dev, "pts", 0755));
    TRY(SYS(SYS_mkdirat, dev, "shm", 0755));
    TRY(SYS(SYS_mkdirat, dev, "mqueue", 0755));
    TRY(set_attributes(dev, RO));
    TRY(SYS(NR_MOVE_MOUNT, dev, "", root, "dev", MOVE_FROM_FD));
    return SYS(SYS_close, dev);
}

long build_root(int attach) {
    char link[256];
    struct statx found;
    long root = make_tmpfs("1m", NOSUID);
    TRY(root);
    if (attach) TRY(SYS(NR_MOVE_MOUNT, root, "", AT_FDCWD, AT, MOVE_FROM_FD));
    for
        EACH(i, PLACES) TRY(SYS(SYS_mkdirat, root, PLACES[i], 0755));
    for
        EACH(i, SHOWN) {
            if (SYS(SYS_statx, AT_FDCWD, SHOWN[i], AT_SYMLINK_NOFOLLOW, STATX_TYPE, &found) < 0) continue;
            if ((found.stx_mode & S_IFMT) == S_IFLNK) {
                long size = SYS(SYS_readlinkat, AT_FDCWD, SHOWN[i], link, sizeof link - 1);
                TRY(size);
                link[size] = 0;
                TRY(SYS(SYS_symlinkat, link, root, SHOWN[i] + 1));
            } else {
                TRY(show(root, SHOWN[i], SHOWN[i] + 1, found.stx_mode));
            }
        }
    for
        EACH(i, PROGRAMS) TRY(show(root, program, PROGRAMS[i], S_IFREG));
    TRY(make_dev(root));
    uint64_t wanted[4] = {RO, 0, 0, 0};
    TRY(SYS(NR_MOUNT_SETATTR, root, "", EMPTY, wanted, sizeof wanted));
    return root;
}

long enter_root(long root) {
    TRY(SYS(SYS_fchdir, root));
    TRY(SYS(SYS_pivot_root, ".", "."));
    TRY(SYS(SYS_umount2, ".", MNT_DETACH));
    return SYS(SYS_chdir, "/");
}

long build_detached_root(const char **why) {
    long root = build_root(0);
    long copy = root < 0 ? root : SYS(NR_OPEN_TREE, root, "", TREE_CLONE | O_CLOEXEC | EMPTY | RECURSIVE);
    if (copy == -EINVAL)
        *why = "the kernel cannot mount on and clone what is attached nowhere (Linux 6.15)";
    else
        must_raw(copy, "a detached root");
    SYS(SYS_close, copy);
    return root;
}

void own_mounts(void) {
    must(unshare(CLONE_NEWNS), "unshare");
    must(mount(0, "/", 0, MS_REC | MS_PRIVATE, 0), "propagation");
}

void stand_in_little(void) {
    own_mounts();
    long root = make_tmpfs("1m", NOSUID);
    must_raw(root, "tmpfs");
    must_raw(SYS(NR_MOVE_MOUNT, root, "", AT_FDCWD, AT, MOVE_FROM_FD), AT);
    for (const char *const *name = (const char *const[]){"a", "b", "c", "d", 0}; *name; name++)
        must_raw(SYS(SYS_mkdirat, root, *name, 0755), *name);
    must_raw(enter_root(root), "pivot_root");
    must_raw(SYS(SYS_close, root), "close");
}
