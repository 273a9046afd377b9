// A terminal of the container's own: its ptmx is opened inside, the master travels out over a socket, the slave comes
// from the master itself and never from a path (TIOCGPTPEER, ioctl_tty(2); CVE-2025-52565).
#include "child.h"
#include <asm/ioctls.h>
#include <linux/mount.h>

namespace lc {

namespace {

/// sendmsg(2) of one byte with one fd.
int64_t send_fd(int64_t socket, int64_t fd) noexcept {
    uint8_t byte = 0;
    struct {
        void *base;
        uint64_t size;
    } vector{&byte, 1};
    struct alignas(8) {
        uint64_t size;
        int32_t level, type, fd, pad;
    } control{20, 1, 1, static_cast<int32_t>(fd), 0}; // SOL_SOCKET, SCM_RIGHTS
    struct {
        void *name;
        uint32_t name_size, pad0;
        void *vectors;
        uint64_t vector_count;
        void *control;
        uint64_t control_size;
        int32_t flags, pad1;
    } message{nullptr, 0, 0, &vector, 1, &control, 24, 0, 0};
    int64_t r = sys(__NR_sendmsg, socket, &message, 0x4000L); // MSG_NOSIGNAL
    return r < 0 ? r : 0;
}

/// Binds the terminal over a file in the root, so that programs find it by name; a rootfs without the file goes
/// without.
int64_t bind_terminal(Context &c, int64_t slave, const char *path) noexcept {
    int64_t target = openat2(c.slots[LC_SLOT_ROOT], path, O_PATH | O_NOFOLLOW, kResolveInRoot | kResolveNoSymlinks);
    if (target < 0) return target == -ENOENT || target == -ELOOP ? 0 : target;
    int64_t tree =
        sys(__NR_open_tree, slave, "", static_cast<int64_t>(AT_EMPTY_PATH | kOpenTreeClone | kOpenTreeCloexec));
    int64_t r = attach_fd(tree, target);
    close(target);
    return r;
}

} // namespace

int64_t console_step(Context &c, const lc_step &s) noexcept {
    sys(__NR_setsid); // EPERM: it leads its session already
    int64_t master = openat(AT_FDCWD, c.text(s.a), O_RDWR | O_NOCTTY);
    if (master < 0) return master;
    int32_t unlock = 0;
    int64_t r = sys(__NR_ioctl, master, static_cast<int64_t>(TIOCSPTLCK), &unlock);
    int64_t slave = r < 0 ? r
                          : sys(__NR_ioctl, master, static_cast<int64_t>(TIOCGPTPEER),
                                static_cast<int64_t>(O_RDWR | O_NOCTTY | O_CLOEXEC));
    r = slave;
    const int64_t owner = static_cast<int64_t>(s.d >> 32);
    if (r >= 0 && owner) r = sys(__NR_fchown, slave, owner, -1L);
    if (r >= 0 && static_cast<uint32_t>(s.d)) {
        const uint16_t size[4] = {static_cast<uint16_t>(s.d), static_cast<uint16_t>(s.d >> 16), 0, 0}; // struct winsize
        r = sys(__NR_ioctl, master, static_cast<int64_t>(TIOCSWINSZ), size);
    }
    if (r >= 0 && s.c) r = bind_terminal(c, slave, c.text(s.c));
    if (r >= 0) r = send_fd(c.slots[s.b], master);
    if (r >= 0)
        r = sys(__NR_ioctl, slave, static_cast<int64_t>(TIOCSCTTY), 0L); // the session is new: no one's to steal
    for (int64_t fd = 0; fd < 3 && r >= 0; fd++) r = sys(__NR_dup3, slave, fd, 0L);
    close(slave);
    close(master);
    return r;
}

} // namespace lc
