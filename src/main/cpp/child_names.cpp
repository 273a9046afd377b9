// Names right below the procfs that a plan has mounted: the kernel's own directory, where nobody can put a link, so that
// names will do where other paths are opened first. No detached mount either, which would be a namespace of its own.
#include "child.h"
#include <linux/mount.h>
#include <linux/stat.h>

namespace lc {

namespace {

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

} // namespace

int64_t make_name_readonly(int64_t proc, const char *path) noexcept {
    const char *name = last_part(path);
    int64_t r = bind(proc, name, name, MS_REC);
    if (r < 0) return r == -ENOENT ? 0 : r;
    const MountAttr attributes{kMountAttrRdonly, 0, 0, 0};
    r = sys(__NR_mount_setattr, proc, name, static_cast<int64_t>(AT_RECURSIVE | AT_SYMLINK_NOFOLLOW), &attributes,
            static_cast<int64_t>(sizeof attributes));
    return r == -EINVAL ? kByPath : r; // one of the kernel's own links, and so no mount
}

/// The first of its kind is hidden by its path; the others are binds of it. Looks first: a bind of the wrong kind fails
/// by way of an RCU grace period.
int64_t mask_name(Context &c, int64_t proc, const char *path) noexcept {
    const char *name = last_part(path);
    struct statx status;
    int64_t r = sys(__NR_statx, proc, name, static_cast<int64_t>(AT_SYMLINK_NOFOLLOW),
                    static_cast<int64_t>(STATX_TYPE), &status);
    if (r < 0) return r == -ENOENT ? 0 : r;
    const uint32_t type = status.stx_mode & 0170000;
    if (type == 0120000) return kByPath;
    const char *&first = type == S_IFDIR ? c.masked_directory : c.masked_file;
    if (first) return bind(proc, first, name, 0);
    first = name;
    return kByPath;
}

} // namespace lc
