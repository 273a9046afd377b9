// What a container must not see or write. A path is opened first, below the root; a name right below the procfs that
// the plan has mounted is used as it stands: that is the kernel's own directory, where nobody can put a link.
#include "child_mount.h"

namespace lc {

namespace {

constexpr int64_t kByPath = -ELOOP; // a link of the kernel's own: its path is to be opened

/// /dev/null, known by its device number and not by its name (CVE-2025-31133).
int64_t open_null_device() noexcept {
    int64_t fd = openat(AT_FDCWD, "/dev/null", O_PATH | O_NOFOLLOW);
    if (fd < 0) return fd;
    FileStatus status;
    int64_t r = status.load(fd);
    if (r >= 0 && (!status.is(S_IFCHR) || status.raw.stx_rdev_major != 1 || status.raw.stx_rdev_minor != 3))
        r = -ENODEV;
    if (r < 0) {
        close(fd);
        return r;
    }
    return fd;
}

/// Directories share one empty, read-only file system: a superblock each would be dear and a memory sink.
int64_t mask_directory(Context &c, const lc_step &s, int64_t target) noexcept {
    if (c.empty_tree >= 0) return attach_fd(clone_of(c.empty_tree, 0), target);
    int64_t r = mount_here(target, "tmpfs", "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
                           s.c ? c.text(s.c) : "size=4k,nr_inodes=1");
    if (r < 0) return r;
    int64_t mounted = openat2(c.slots[LC_SLOT_ROOT], c.text(s.a), O_PATH | O_DIRECTORY, kInRoot);
    if (mounted < 0) return mounted;
    c.empty_tree = static_cast<int32_t>(mounted);
    return 0;
}

/// The null device for masks of files, opened once.
int64_t null_device(Context &c) noexcept {
    if (c.null_device < 0) {
        int64_t null = open_null_device();
        if (null < 0) return null;
        c.null_device = static_cast<int32_t>(null);
    }
    return c.null_device;
}

const char *last_part(const char *path) noexcept {
    const char *name = path;
    for (; *path; path++)
        if (*path == '/') name = path + 1;
    return name;
}

int64_t bind(int64_t proc, const char *from, const char *to, uint64_t flags) noexcept {
    int64_t r = sys(__NR_fchdir, proc);
    return r < 0 ? r : sys(__NR_mount, from, to, nullptr, static_cast<int64_t>(MS_BIND | flags), nullptr);
}

/// Looks first: a bind of the wrong kind fails by way of an RCU grace period. The first mask of a kind is a clone of
/// what all are made of, the others are binds of it: one call instead of three.
int64_t mask_name(Context &c, int64_t proc, const char *name) noexcept {
    FileStatus status;
    int64_t r = status.load_name(proc, name);
    if (r < 0) return r == -ENOENT ? 0 : r;
    if (status.is(S_IFLNK)) return kByPath;
    const bool directory = status.is(S_IFDIR);
    const char *&first = directory ? c.masked_directory : c.masked_file;
    if (first) return bind(proc, first, name, 0);
    const int64_t source = directory ? c.empty_tree : null_device(c);
    if (source < 0) return directory ? kByPath : source;
    first = name;
    const int64_t tree = clone_of(source, 0);
    if (tree < 0) return tree;
    r = sys(__NR_move_mount, tree, "", proc, name, static_cast<int64_t>(kMoveMountFromEmpty));
    close(tree);
    return r;
}

int64_t make_name_readonly(int64_t proc, const char *name) noexcept {
    int64_t r = bind(proc, name, name, MS_REC);
    if (r < 0) return r == -ENOENT ? 0 : r;
    const MountAttr attributes{kMountAttrRdonly, 0, 0, 0};
    r = sys(__NR_mount_setattr, proc, name, static_cast<int64_t>(AT_RECURSIVE | AT_SYMLINK_NOFOLLOW), &attributes,
            static_cast<int64_t>(sizeof attributes));
    return r == -EINVAL ? kByPath : r; // no mount, so one of the kernel's own links
}

} // namespace

// Looks first, too.
int64_t mask(Context &c, const lc_step &s) noexcept {
    if (s.b) {
        int64_t r = mask_name(c, c.slots[s.b], last_part(c.text(s.a)));
        if (r != kByPath) return r;
    }
    int64_t target = openat2(c.slots[LC_SLOT_ROOT], c.text(s.a), O_PATH, kInRoot);
    if (target < 0) return target == -ENOENT || target == -ENOTDIR ? 0 : target;
    FileStatus status;
    int64_t r = status.load(target);
    if (r >= 0 && status.is(S_IFDIR)) {
        r = mask_directory(c, s, target);
    } else if (r >= 0) {
        int64_t null = null_device(c);
        r = null < 0 ? null : attach_fd(clone_of(null, 0), target);
    }
    close(target);
    return r;
}

int64_t make_readonly(Context &c, const lc_step &s) noexcept {
    if (s.d) {
        int64_t r = make_name_readonly(c.slots[s.d], last_part(c.text(s.a)));
        if (r != kByPath) return r;
    }
    int64_t target = openat2(c.slots[LC_SLOT_ROOT], c.text(s.a), O_PATH, kInRoot);
    if (target < 0) return target == -ENOENT || target == -ENOTDIR ? 0 : target;
    int64_t tree = clone_of(target, AT_RECURSIVE);
    MountAttr attributes{kMountAttrRdonly, 0, 0, 0};
    int64_t r = tree < 0 || s.b ? tree : set_attributes(tree, &attributes, AT_RECURSIVE);
    if (r >= 0) r = move_tree(tree, target);
    if (r >= 0 && s.b) r = remount_fd(tree, MS_RDONLY, 0, procfs(c, s.b)); // whatever its path leads to by now
    close(tree);
    close(target);
    return r;
}

} // namespace lc
