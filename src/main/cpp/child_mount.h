// What the files about mounts share.
#pragma once
#include "child.h"
#include <linux/mount.h>
#include <linux/stat.h>

namespace lc {

constexpr uint64_t kInRoot = kResolveInRoot | kResolveNoMagiclinks;

struct FileStatus { // the part of struct statx that is read here
    struct statx raw;
    int64_t load(int64_t fd) noexcept {
        return sys(__NR_statx, fd, "", static_cast<int64_t>(AT_EMPTY_PATH), static_cast<int64_t>(STATX_BASIC_STATS),
                   &raw);
    }
    int64_t load_name(int64_t dir, const char *name) noexcept {
        return sys(__NR_statx, dir, name, static_cast<int64_t>(AT_SYMLINK_NOFOLLOW),
                   static_cast<int64_t>(STATX_BASIC_STATS), &raw);
    }
    bool is(uint32_t type) const noexcept { return (raw.stx_mode & 0170000) == type; }
};

inline int64_t clone_tree(int64_t dir, const char *path, int64_t flags) noexcept {
    return sys(__NR_open_tree, dir, path, flags | kOpenTreeClone | kOpenTreeCloexec);
}

inline int64_t clone_of(int64_t fd, int64_t flags) noexcept { return clone_tree(fd, "", flags | AT_EMPTY_PATH); }

inline int64_t set_attributes(int64_t fd, const void *attributes, int64_t flags) noexcept {
    return sys(__NR_mount_setattr, fd, "", flags | AT_EMPTY_PATH, attributes, static_cast<int64_t>(sizeof(MountAttr)));
}

inline int64_t move_tree(int64_t tree, int64_t target) noexcept {
    return sys(__NR_move_mount, tree, "", target, "", static_cast<int64_t>(kMoveMountFromEmpty | kMoveMountToEmpty));
}

/// Slot 0 is stdin, never a procfs: then only directories can be remounted.
inline int64_t procfs(const Context &c, uint32_t slot) noexcept { return slot ? c.slots[slot] : -1; }

/// Hides a file or directory of the container, or makes it read-only; what is missing is fine.
int64_t mask(Context &c, const lc_step &s) noexcept;
int64_t make_readonly(Context &c, const lc_step &s) noexcept;

} // namespace lc
