// Moving the root instead of pivoting into it, for a host whose root is a ramdisk. A moved root lies over the host's,
// and with it the host's mounts stay in the namespace: out of sight, yet enough for the kernel to let a nested user
// namespace mount a procfs or sysfs without the masks (mount_too_revealing in fs/namespace.c), and there for whoever
// may unmount the root. So they are detached; what a user namespace holds locked, where it is of those two kinds, is
// covered.
#include "child.h"
#include <linux/mount.h>

namespace lc {

namespace {

constexpr int64_t kDetachNoFollow = 2 | 8; // MNT_DETACH | UMOUNT_NOFOLLOW
constexpr int64_t kProcMagic = 0x9fa0, kSysMagic = 0x62656572;
constexpr int kMostRounds = 64;

/// Lines of a mountinfo file, each cut down to its fifth field, the mount point.
class MountPoints {
  public:
    explicit MountPoints(int64_t fd) noexcept : fd_(fd) {}

    /// The next mount point as a path, nullptr at the end or after a failure.
    const char *next() noexcept {
        for (;;) {
            for (uint64_t i = start_; i < end_; i++)
                if (text_[i] == '\n') {
                    char *line = text_ + start_;
                    start_ = i + 1;
                    return point_of(line);
                }
            if (!fill()) return nullptr;
        }
    }
    int64_t error() const noexcept { return error_; }

  private:
    bool fill() noexcept {
        for (uint64_t i = start_; i < end_; i++) text_[i - start_] = text_[i];
        end_ -= start_;
        start_ = 0;
        int64_t n = end_ == sizeof text_ ? -E2BIG // no path is so long, even with each character escaped
                                         : sys(__NR_read, fd_, text_ + end_, static_cast<int64_t>(sizeof text_ - end_));
        if (n < 0) error_ = n;
        if (n <= 0) return false;
        end_ += static_cast<uint64_t>(n);
        return true;
    }

    /// Undoes the kernel's escapes (\040 and the like) in place.
    static const char *point_of(char *line) noexcept {
        for (int field = 0; field < 4; line++)
            if (*line == ' ') field++;
        char *to = line;
        for (const char *from = line; *from != ' ' && *from != '\n'; from++)
            if (*from == '\\') {
                *to++ = static_cast<char>((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
                from += 3;
            } else {
                *to++ = *from;
            }
        *to = 0;
        return line;
    }

    int64_t fd_;
    int64_t error_ = 0;
    uint64_t start_ = 0, end_ = 0;
    char text_[20 * 1024];
};

/// In a user namespace the host's mounts are locked. One of the kinds that reveal is covered: in a nested namespace the
/// cover is locked too, and then hides what lies below it.
int64_t cover(const char *path) noexcept {
    int64_t status[16] = {}; // struct statfs begins with f_type
    int64_t r = sys(__NR_statfs, path, status);
    if (r < 0 || (status[0] != kProcMagic && status[0] != kSysMagic)) return 0;
    return sys(__NR_mount, "tmpfs", path, "tmpfs", static_cast<int64_t>(MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC),
               "size=4k,nr_inodes=1");
}

/// One pass over a mountinfo file: detaches what lies below the old root, or covers what stays; how many it detached.
/// Paths lead through the old root, whatever lies over it by now, so those of the new root's mounts at worst name a
/// directory of the host on which nothing is mounted.
int64_t pass(int64_t mountinfo, bool covers) noexcept {
    int64_t r = sys(__NR_lseek, mountinfo, 0L, 0L), gone = 0;
    MountPoints points(mountinfo);
    while (const char *path = r < 0 ? nullptr : points.next()) {
        if (!path[1]) continue; // "/": the old root and the new one
        if (covers)
            r = cover(path);
        else if (sys(__NR_umount2, path, kDetachNoFollow) >= 0)
            gone++;
    }
    return r < 0 ? r : points.error() < 0 ? points.error() : gone;
}

/// Passes until nothing goes any more: a mount may have been in the way of another.
int64_t detach_hosts_mounts() noexcept {
    int64_t mountinfo = openat(AT_FDCWD, "/proc/thread-self/mountinfo", O_RDONLY);
    if (mountinfo < 0) return mountinfo;
    int64_t r = 1;
    for (int round = 0; r > 0; round++) r = round == kMostRounds ? -ELOOP : pass(mountinfo, false);
    if (r >= 0) r = pass(mountinfo, true);
    close(mountinfo);
    return r;
}

} // namespace

int64_t move_root(Context &c) noexcept {
    int64_t r = sys(__NR_fchdir, c.slots[LC_SLOT_ROOT]);
    if (r >= 0) r = sys(__NR_mount, ".", "/", nullptr, static_cast<int64_t>(MS_MOVE), nullptr);
    // "/" is the old root until the chroot; what the host mounts later must not arrive there either
    if (r >= 0) r = sys(__NR_mount, nullptr, "/", nullptr, static_cast<int64_t>(MS_PRIVATE), nullptr);
    if (r >= 0) r = detach_hosts_mounts();
    if (r >= 0) r = sys(__NR_chroot, ".");
    return r < 0 ? r : sys(__NR_chdir, "/");
}

} // namespace lc
