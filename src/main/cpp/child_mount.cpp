// Mount steps. A target is opened once, below the root and with no way out of it, and mounted upon by fd: a path that
// changes under us can fail the step but not move it (CVE-2021-30465, CVE-2019-19921 and their kin).
#include "child_mount.h"

namespace lc {

namespace {

constexpr uint64_t kPathMax = 4096;
constexpr int64_t kDetach = 2; // MNT_DETACH

/// Opens the directory path[0, end); makes what is missing one level a time, each level resolved from the root.
int64_t open_directory(int root, const char *path, uint64_t end) noexcept {
    char name[kPathMax];
    if (end >= sizeof name) return -ENAMETOOLONG;
    for (uint64_t i = 0; i < end; i++) name[i] = path[i];
    name[end] = 0;
    int64_t at = openat2(root, end ? name : ".", O_PATH | O_DIRECTORY, kInRoot);
    if (at != -ENOENT) return at;
    at = openat2(root, ".", O_PATH | O_DIRECTORY, kInRoot);
    for (uint64_t start = 0, i = 1; i <= end && at >= 0; i++) {
        if (path[i] != '/' && i != end) continue;
        name[i] = 0;
        while (name[start] == '/') start++;
        int64_t next = openat2(root, name, O_PATH | O_DIRECTORY, kInRoot);
        if (next == -ENOENT) {
            int64_t r = sys(__NR_mkdirat, at, name + start, 0755L);
            next = r < 0 && r != -EEXIST ? r : openat2(root, name, O_PATH | O_DIRECTORY, kInRoot);
        }
        close(at);
        at = next;
        start = i;
        if (i != end) name[i] = '/';
    }
    return at;
}

/// Opens the directory that holds path's last component, making those that are missing; *last is that component.
int64_t open_parent(int root, const char *path, const char **last) noexcept {
    uint64_t start = 0;
    for (uint64_t i = 0; path[i]; i++)
        if (path[i] == '/' && path[i + 1]) start = i + 1;
    *last = path + start;
    return open_directory(root, path, start ? start - 1 : 0);
}

int64_t make_directory(int root, const char *path, int64_t mode) noexcept {
    const char *last;
    int64_t parent = open_parent(root, path, &last);
    if (parent < 0) return parent;
    int64_t r = sys(__NR_mkdirat, parent, last, mode);
    close(parent);
    return r == -EEXIST ? 0 : r;
}

/// A node that a rootfs brings along is as good as one made here, if it is the same device (and no link to one).
int64_t same_node(int64_t parent, const char *name, const lc_step &s) noexcept {
    int64_t fd = openat(static_cast<int>(parent), name, O_PATH | O_NOFOLLOW);
    if (fd < 0) return fd;
    FileStatus status;
    int64_t r = status.load(fd);
    close(fd);
    if (r < 0) return r;
    uint64_t minor = status.raw.stx_rdev_minor; // the encoding that mknod(2) takes: new_encode_dev in the kernel
    uint64_t device = (minor & 0xff) | static_cast<uint64_t>(status.raw.stx_rdev_major) << 8 | (minor & ~0xffull) << 12;
    return status.is(s.b & 0170000) && device == s.d ? 0 : -EEXIST;
}

int64_t make_node(Context &c, const lc_step &s) noexcept {
    const char *last;
    int64_t parent = open_parent(c.slots[LC_SLOT_ROOT], c.text(s.a), &last);
    if (parent < 0) return parent;
    int64_t r = sys(__NR_mknodat, parent, last, static_cast<int64_t>(s.b), static_cast<int64_t>(s.d));
    if (r == -EEXIST)
        r = same_node(parent, last, s);
    else if (r >= 0 && s.c) {
        const auto *owner = static_cast<const uint32_t *>(c.data(s.c));
        r = sys(__NR_fchownat, parent, last, static_cast<int64_t>(owner[0]), static_cast<int64_t>(owner[1]),
                static_cast<int64_t>(AT_SYMLINK_NOFOLLOW));
    }
    close(parent);
    return r;
}

int64_t make_symlink(Context &c, const lc_step &s) noexcept {
    const char *last;
    int64_t parent = open_parent(c.slots[LC_SLOT_ROOT], c.text(s.a), &last);
    if (parent < 0) return parent;
    int64_t r = sys(__NR_symlinkat, c.text(s.b), parent, last);
    close(parent);
    return r == -EEXIST ? 0 : r; // a rootfs that brings its own link keeps it
}

bool equal(const char *a, const char *b) noexcept {
    while (*a && *a == *b) a++, b++;
    return *a == *b;
}

/// Where a link may stand for a directory, proc and sysfs would come to lie elsewhere than the masks that hide parts of
/// them (CVE-2019-19921, CVE-2023-27561, CVE-2025-54867).
int64_t open_without_links(int root, const char *path) noexcept {
    int64_t fd = openat2(root, path, O_PATH | O_DIRECTORY, kInRoot | kResolveNoSymlinks);
    if (fd != -ENOENT) return fd;
    int64_t r = make_directory(root, path, 0755);
    return r < 0 ? r : openat2(root, path, O_PATH | O_DIRECTORY, kInRoot | kResolveNoSymlinks);
}

int64_t mount_filesystem(Context &c, const lc_step &s) noexcept {
    const int root = c.slots[LC_SLOT_ROOT];
    const char *type = c.text(s.b), *path = c.text(s.a);
    const bool kernels = equal(type, "proc") || equal(type, "sysfs");
    int64_t target = kernels ? open_without_links(root, path) : open_target(root, path, true);
    if (target < 0) return target;
    uint32_t source = static_cast<uint32_t>(s.d >> 32);
    int64_t r = mount_here(target, source ? c.text(source) : type, type, static_cast<uint32_t>(s.d),
                           s.c ? c.text(s.c) : nullptr);
    close(target);
    return r;
}

int64_t mount_at_path(const Context &c, const lc_step &s) noexcept {
    uint32_t source = static_cast<uint32_t>(s.d >> 32);
    return sys(__NR_mount, c.text(source ? source : s.b), c.text(s.a), c.text(s.b),
               static_cast<int64_t>(static_cast<uint32_t>(s.d)), s.c ? c.text(s.c) : nullptr);
}

int64_t remount(Context &c, const lc_step &s) noexcept {
    int64_t target = s.c ? c.slots[s.c] : openat2(c.slots[LC_SLOT_ROOT], c.text(s.a), O_PATH, kInRoot);
    if (target < 0) return target;
    int64_t r = remount_fd(target, static_cast<uint32_t>(s.d), s.d >> 32, procfs(c, s.b));
    close(target);
    if (s.c) c.slots[s.c] = -1;
    return r;
}

int64_t set_attributes_at(Context &c, const lc_step &s) noexcept {
    int64_t target = openat2(c.slots[LC_SLOT_ROOT], c.text(s.a), O_PATH, kInRoot);
    if (target < 0) return target;
    int64_t r = set_attributes(target, c.data(s.c), static_cast<int64_t>(s.d));
    close(target);
    return r;
}

int64_t attach(Context &c, const lc_step &s) noexcept {
    int64_t tree = c.slots[s.b], target;
    if (s.d) {
        target = openat(AT_FDCWD, c.text(s.a), O_PATH | O_DIRECTORY);
    } else {
        FileStatus status;
        int64_t r = status.load(tree);
        if (r < 0) return r;
        target = open_target(c.slots[LC_SLOT_ROOT], c.text(s.a), status.is(S_IFDIR));
    }
    if (target < 0) return target;
    int64_t r = move_tree(tree, target);
    close(target);
    if (r >= 0 && s.b != LC_SLOT_ROOT && !s.c) {
        close(tree);
        c.slots[s.b] = -1;
    }
    return r;
}

int64_t pivot_root(Context &c) noexcept {
    int64_t r = sys(__NR_fchdir, c.slots[LC_SLOT_ROOT]);
    if (r >= 0) r = sys(__NR_pivot_root, ".", "."); // the old root now lies over the new one, at the same place
    if (r >= 0) r = sys(__NR_umount2, ".", kDetach);
    return r < 0 ? r : sys(__NR_chdir, "/");
}

int64_t open_in_root(Context &c, const lc_step &s) noexcept {
    // a known file system was mounted where no link can lead to it
    int64_t fd = openat2(c.slots[LC_SLOT_ROOT], c.text(s.a), s.d, kInRoot | (s.b ? kResolveNoSymlinks : 0));
    if (fd < 0) return fd;
    int64_t status[16] = {}; // struct statfs begins with f_type
    int64_t r = s.b ? sys(__NR_fstatfs, fd, status) : 0;
    if (r >= 0 && s.b && status[0] != s.b) r = -EUCLEAN;
    if (r < 0) {
        close(fd);
        return r;
    }
    c.slots[s.c] = static_cast<int32_t>(fd);
    return 0;
}

int64_t open_proc(Context &c, const lc_step &s) noexcept {
    int64_t fs = sys(__NR_fsopen, "proc", 1L);
    if (fs < 0) return fs;
    int64_t r = sys(__NR_fsconfig, fs, 6L, nullptr, nullptr, 0L); // FSCONFIG_CMD_CREATE
    if (r >= 0) r = sys(__NR_fsmount, fs, 1L, 0xeL);              // nosuid, nodev, noexec
    close(fs);
    if (r < 0) return r;
    c.slots[s.c] = static_cast<int32_t>(r);
    return 0;
}

int64_t open_tmpfs(Context &c, const lc_step &s) noexcept {
    int64_t fs = sys(__NR_fsopen, "tmpfs", 1L);
    if (fs < 0) return fs;
    int64_t r = sys(__NR_fsconfig, fs, 1L, "mode", "755", 0L); // FSCONFIG_SET_STRING
    if (r >= 0) r = sys(__NR_fsconfig, fs, 1L, "size", c.text(s.a), 0L);
    if (r >= 0) r = sys(__NR_fsconfig, fs, 6L, nullptr, nullptr, 0L);
    if (r >= 0) r = sys(__NR_fsmount, fs, 1L, 0x2L); // nosuid
    close(fs);
    if (r < 0) return r;
    c.slots[s.c] = static_cast<int32_t>(r);
    return 0;
}

int64_t change_root(Context &c) noexcept {
    int64_t r = sys(__NR_fchdir, c.slots[LC_SLOT_ROOT]);
    return r < 0 ? r : sys(__NR_chroot, ".");
}

int64_t store(Context &c, uint32_t slot, int64_t fd) noexcept {
    if (fd < 0) return fd;
    c.slots[slot] = static_cast<int32_t>(fd);
    return 0;
}

} // namespace

int64_t mount_here(int64_t target, const char *source, const char *type, uint64_t flags, const char *data) noexcept {
    int64_t r = sys(__NR_fchdir, target);
    return r < 0 ? r : sys(__NR_mount, source, ".", type, static_cast<int64_t>(flags), data);
}

int64_t attach_fd(int64_t tree, int64_t target) noexcept {
    if (tree < 0) return tree;
    int64_t r = move_tree(tree, target);
    close(tree);
    return r;
}

int64_t open_target(int root, const char *path, bool directory) noexcept {
    int64_t kind = directory ? O_DIRECTORY : 0;
    int64_t fd = openat2(root, path, O_PATH | kind, kInRoot);
    if (fd != -ENOENT) return fd;
    const char *last;
    int64_t parent = open_parent(root, path, &last);
    if (parent < 0) return parent;
    int64_t r = directory ? sys(__NR_mkdirat, parent, last, 0755L) : sys(__NR_mknodat, parent, last, 0100644L, 0L);
    close(parent);
    if (r < 0 && r != -EEXIST) return r;
    return openat2(root, path, O_PATH | kind, kInRoot); // a dangling link is still ENOENT: never followed to be made
}

int64_t mount_step(Context &c, const lc_step &s) noexcept {
    switch (s.opcode) {
    case LC_MOUNT_PROPAGATION:
        return sys(__NR_mount, nullptr, c.text(s.a), nullptr, static_cast<int64_t>(s.d), nullptr);
    case LC_OPEN_TREE:
        return store(c, s.c,
                     sys(__NR_open_tree, static_cast<int64_t>(AT_FDCWD), c.text(s.a),
                         static_cast<int64_t>(s.d | kOpenTreeCloexec)));
    case LC_MOUNT_SETATTR: return set_attributes(c.slots[s.b], c.data(s.c), static_cast<int64_t>(s.d));
    case LC_ATTACH: return attach(c, s);
    case LC_MOUNT: return mount_filesystem(c, s);
    case LC_MOUNT_PATH: return mount_at_path(c, s);
    case LC_REMOUNT: return remount(c, s);
    case LC_PIVOT_ROOT: return pivot_root(c);
    case LC_MKDIR: return make_directory(c.slots[LC_SLOT_ROOT], c.text(s.a), static_cast<int64_t>(s.d));
    case LC_MKNOD: return make_node(c, s);
    case LC_SYMLINK: return make_symlink(c, s);
    case LC_MASK: return mask(c, s);
    case LC_READONLY: return make_readonly(c, s);
    case LC_OPEN_IN_ROOT: return open_in_root(c, s);
    case LC_OPEN_HOST: return store(c, s.c, openat(AT_FDCWD, c.text(s.a), static_cast<int64_t>(s.d)));
    case LC_OPEN_PROC: return open_proc(c, s);
    case LC_SETATTR_AT: return set_attributes_at(c, s);
    case LC_OPEN_TMPFS: return open_tmpfs(c, s);
    case LC_CHROOT: return change_root(c);
    case LC_EMPTY_DIRECTORY: {
        int64_t fd = openat2(c.slots[LC_SLOT_ROOT], c.text(s.a), O_PATH | O_DIRECTORY, kInRoot);
        if (fd < 0) return fd;
        c.empty_tree = static_cast<int32_t>(fd);
        return 0;
    }
    default: return -ENOSYS;
    }
}

} // namespace lc
