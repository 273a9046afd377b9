// Attributes of mounts on kernels without mount_setattr(2), before Linux 5.12. mount(2) sets all that a mount has at
// once, so what is not to change must be told too; where a user namespace holds it locked the kernel refuses anything
// else.
#include "child.h"
#include <linux/mount.h>
#include <linux/stat.h>

namespace lc {

namespace {

constexpr uint64_t kAtimes = MS_NOATIME | MS_RELATIME | MS_STRICTATIME;
constexpr uint64_t kPropagations = MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE;
constexpr uint64_t kNoSymFollow = 256; // MS_NOSYMFOLLOW, Linux 5.10

/// The attributes of the mount that an fd leads to, as flags of mount(2).
int64_t flags_of(int64_t fd) noexcept {
    enum : int64_t { same = 0xf | 1024 | 2048, relatime = 4096, no_symfollow = 8192 }; // ST_* of statfs(2)
    int64_t status[16] = {};                                                           // struct statfs
    int64_t r = sys(__NR_fstatfs, fd, status);
    if (r < 0) return r;
    const int64_t has = status[10]; // f_flags
    const uint64_t atime = has & relatime ? MS_RELATIME : has & MS_NOATIME ? 0 : MS_STRICTATIME;
    return static_cast<int64_t>(static_cast<uint64_t>(has & same) | atime | (has & no_symfollow ? kNoSymFollow : 0));
}

/// mount(2) onto a file by its fd: the path leads through a procfs of the host, in which nobody else puts links.
int64_t mount_file(int64_t proc, int64_t fd, uint64_t flags) noexcept {
    char path[24] = "self/fd/";
    char digits[12];
    int n = 0, at = 8;
    do digits[n++] = static_cast<char>('0' + fd % 10);
    while (fd /= 10);
    while (n) path[at++] = digits[--n];
    path[at] = 0;
    int64_t r = sys(__NR_fchdir, proc);
    return r < 0 ? r : sys(__NR_mount, nullptr, path, nullptr, static_cast<int64_t>(flags), nullptr);
}

int64_t is_directory(int64_t fd) noexcept {
    struct statx status;
    int64_t r =
        sys(__NR_statx, fd, "", static_cast<int64_t>(AT_EMPTY_PATH), static_cast<int64_t>(STATX_BASIC_STATS), &status);
    return r < 0 ? r : (status.stx_mode & 0170000) == 0040000;
}

} // namespace

int64_t remount_fd(int64_t fd, uint64_t set, uint64_t clear, int64_t proc) noexcept {
    int64_t kept = set & kPropagations ? 0 : flags_of(fd), directory = is_directory(fd);
    if (kept < 0 || directory < 0) return kept < 0 ? kept : directory;
    uint64_t flags = set;
    if (!(set & kPropagations)) {
        if (set & kAtimes) clear |= kAtimes;
        flags |= (static_cast<uint64_t>(kept) & ~clear) | MS_REMOUNT | MS_BIND;
    }
    if (directory) return mount_here(fd, nullptr, nullptr, flags, nullptr);
    return proc < 0 ? -ENOTDIR : mount_file(proc, fd, flags);
}

} // namespace lc
