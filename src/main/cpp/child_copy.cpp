// tmpcopyup: what lay in a directory before a tmpfs covered it is copied into that tmpfs. Iterative, since the stack is
// small; a tree deeper than kDeepest is E2BIG. Hard links become files of their own, mount points below empty ones.
#include "child.h"
#include <linux/stat.h>

namespace lc {

namespace {

constexpr uint32_t kDeepest = 64;
constexpr int64_t kNoFollow = AT_SYMLINK_NOFOLLOW;
enum : uint64_t { kTakeMode = 1, kTakeOwner = 2 };

struct Entry { // struct linux_dirent64
    uint64_t inode;
    int64_t next; // where getdents64 goes on after this one
    uint16_t size;
    uint8_t type;
    char name[1];
};

struct Level {
    int32_t from, to;
};

struct Copy {
    Level levels[kDeepest];
    uint32_t depth;
    alignas(8) uint8_t entries[8192];
    char names[4096]; // of extended attributes
    char value[4096]; // of one, or of a symbolic link
};

int64_t status_of(int dir, const char *name, int64_t flags, struct statx *status) noexcept {
    return sys(__NR_statx, static_cast<int64_t>(dir), name, flags, static_cast<int64_t>(STATX_BASIC_STATS), status);
}

int64_t set_owner(int dir, const char *name, int64_t flags, const struct statx &s) noexcept {
    return sys(__NR_fchownat, static_cast<int64_t>(dir), name, static_cast<int64_t>(s.stx_uid),
               static_cast<int64_t>(s.stx_gid), flags);
}

int64_t set_times(int dir, const char *name, int64_t flags, const struct statx &s) noexcept {
    const int64_t times[4] = {s.stx_atime.tv_sec, s.stx_atime.tv_nsec, s.stx_mtime.tv_sec, s.stx_mtime.tv_nsec};
    return sys(__NR_utimensat, static_cast<int64_t>(dir), name, times, flags);
}

/// Those that the new file system does not keep, or not for us, are left behind, as cp -a leaves them.
int64_t copy_xattrs(Copy &copy, int from, int to) noexcept {
    int64_t size =
        sys(__NR_flistxattr, static_cast<int64_t>(from), copy.names, static_cast<int64_t>(sizeof copy.names));
    if (size < 0) return size == -EOPNOTSUPP ? 0 : size;
    for (int64_t at = 0; at < size; at += static_cast<int64_t>(length(copy.names + at)) + 1) {
        const char *name = copy.names + at;
        int64_t n =
            sys(__NR_fgetxattr, static_cast<int64_t>(from), name, copy.value, static_cast<int64_t>(sizeof copy.value));
        if (n >= 0) n = sys(__NR_fsetxattr, static_cast<int64_t>(to), name, copy.value, n, 0L);
        if (n < 0 && n != -EOPNOTSUPP && n != -EPERM && n != -ENODATA) return n;
    }
    return 0;
}

/// Owner before mode and attributes: its change takes set-id bits and file capabilities away.
int64_t finish(Copy &copy, int from, int to, uint64_t take) noexcept {
    struct statx s;
    int64_t r = status_of(from, "", AT_EMPTY_PATH, &s);
    if (r >= 0 && (take & kTakeOwner)) r = set_owner(to, "", AT_EMPTY_PATH, s);
    if (r >= 0) r = copy_xattrs(copy, from, to);
    if (r >= 0 && (take & kTakeMode))
        r = sys(__NR_fchmod, static_cast<int64_t>(to), static_cast<int64_t>(s.stx_mode & 07777));
    return r < 0 ? r : set_times(to, nullptr, 0, s);
}

/// Holes stay holes: a sparse file must not fill memory.
int64_t copy_data(int from, int to, int64_t size) noexcept {
    constexpr int64_t seek_data = 3, seek_hole = 4;
    for (int64_t at = 0; at < size;) {
        at = sys(__NR_lseek, static_cast<int64_t>(from), at, seek_data);
        if (at == -ENXIO) break; // a hole up to the end
        int64_t end = at < 0 ? at : sys(__NR_lseek, static_cast<int64_t>(from), at, seek_hole);
        if (end < 0) return end;
        int64_t r = sys(__NR_lseek, static_cast<int64_t>(from), at, 0L);
        if (r >= 0) r = sys(__NR_lseek, static_cast<int64_t>(to), at, 0L);
        while (r >= 0 && at < end) {
            r = sys(__NR_sendfile, static_cast<int64_t>(to), static_cast<int64_t>(from), nullptr, end - at);
            if (r == 0) return 0; // it has become shorter
            at += r;
        }
        if (r < 0) return r;
    }
    return sys(__NR_ftruncate, static_cast<int64_t>(to), size);
}

int64_t copy_file(Copy &copy, const Level &l, const char *name, const struct statx &s) noexcept {
    int64_t to = openat(l.to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    if (to < 0) return to;
    int64_t from = openat2(l.from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, kResolveNoXdev | kResolveBeneath);
    int64_t r = from == -EXDEV ? 0 : from;
    if (from >= 0) {
        r = copy_data(static_cast<int>(from), static_cast<int>(to), static_cast<int64_t>(s.stx_size));
        if (r >= 0) r = finish(copy, static_cast<int>(from), static_cast<int>(to), kTakeMode | kTakeOwner);
    }
    close(from);
    close(to);
    return r;
}

int64_t copy_link(Copy &copy, const Level &l, const char *name) noexcept {
    int64_t n = sys(__NR_readlinkat, static_cast<int64_t>(l.from), name, copy.value,
                    static_cast<int64_t>(sizeof copy.value - 1));
    if (n < 0) return n;
    copy.value[n] = 0;
    return sys(__NR_symlinkat, copy.value, static_cast<int64_t>(l.to), name);
}

/// Makes the directory and goes down into it: the caller's entries are of the level that is now the last but one.
int64_t descend(Copy &copy, const Level &l, const char *name) noexcept {
    int64_t r = sys(__NR_mkdirat, static_cast<int64_t>(l.to), name, 0700L);
    if (r < 0) return r;
    int64_t from = openat2(l.from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, kResolveNoXdev | kResolveBeneath);
    if (from == -EXDEV) return 0;
    if (from < 0) return from;
    int64_t to = copy.depth == kDeepest ? -E2BIG : openat(l.to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (to < 0) {
        close(from);
        return to;
    }
    copy.levels[copy.depth++] = {static_cast<int32_t>(from), static_cast<int32_t>(to)};
    return 1;
}

/// 1 when it is a directory that comes next.
int64_t copy_entry(Copy &copy, const Level &l, const char *name) noexcept {
    struct statx s;
    int64_t r = status_of(l.from, name, kNoFollow, &s);
    if (r < 0) return r;
    switch (s.stx_mode & 0170000) {
    case 0040000: return descend(copy, l, name);
    case 0100000: return copy_file(copy, l, name, s);
    case 0120000: r = copy_link(copy, l, name); break;
    default: {
        uint64_t minor = s.stx_rdev_minor; // new_encode_dev in the kernel
        uint64_t device = (minor & 0xff) | static_cast<uint64_t>(s.stx_rdev_major) << 8 | (minor & ~0xffull) << 12;
        r = sys(__NR_mknodat, static_cast<int64_t>(l.to), name, static_cast<int64_t>(s.stx_mode),
                static_cast<int64_t>(device));
    }
    }
    if (r >= 0) r = set_owner(l.to, name, kNoFollow, s);
    return r < 0 ? r : set_times(l.to, name, kNoFollow, s);
}

/// Reads some entries of the deepest level; 0 at its end, 1 otherwise.
int64_t copy_some(Copy &copy) noexcept {
    const Level l = copy.levels[copy.depth - 1];
    int64_t n = sys(__NR_getdents64, l.from, copy.entries, static_cast<int64_t>(sizeof copy.entries));
    if (n <= 0) return n;
    for (int64_t at = 0; at < n;) {
        const auto *entry = reinterpret_cast<const Entry *>(copy.entries + at);
        const char *name = entry->name;
        at += entry->size;
        if (name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]))) continue;
        int64_t r = copy_entry(copy, l, name);
        if (r < 0) return r;
        if (r == 1) { // the rest of this level is read again when that one is done
            r = sys(__NR_lseek, l.from, entry->next, 0L);
            return r < 0 ? r : 1;
        }
    }
    return 1;
}

int64_t copy_into(Context &c, const lc_step &s) noexcept {
    int64_t to =
        openat2(c.slots[LC_SLOT_ROOT], c.text(s.a), O_RDONLY | O_DIRECTORY, kResolveInRoot | kResolveNoMagiclinks);
    if (to < 0) return to;
    Copy copy;
    copy.levels[0] = {c.slots[s.b], static_cast<int32_t>(to)};
    copy.depth = 1;
    int64_t r = 1;
    while (copy.depth > 0 && r >= 0) {
        r = copy_some(copy);
        if (r != 0) continue;
        const Level done = copy.levels[--copy.depth];
        r = finish(copy, done.from, done.to, copy.depth ? kTakeMode | kTakeOwner : s.d);
        if (copy.depth) close(done.from);
        close(done.to);
    }
    while (copy.depth > 0) { // only after a failure
        const Level open = copy.levels[--copy.depth];
        if (copy.depth) close(open.from);
        close(open.to);
    }
    return r;
}

int64_t set_xattr(Context &c, const lc_step &s) noexcept {
    int64_t fd =
        openat2(c.slots[LC_SLOT_ROOT], c.text(s.a), O_RDONLY | O_DIRECTORY, kResolveInRoot | kResolveNoMagiclinks);
    if (fd < 0) return fd;
    int64_t r = sys(__NR_fsetxattr, fd, c.text(s.b), c.data(s.c), static_cast<int64_t>(s.d), 0L);
    close(fd);
    return r;
}

} // namespace

int64_t content_step(Context &c, const lc_step &s) noexcept {
    switch (s.opcode) {
    case LC_COPY_INTO: return copy_into(c, s);
    case LC_SET_XATTR: return set_xattr(c, s);
    default: return -ENOSYS;
    }
}

} // namespace lc
