// FIFOs and sockets by directory and name, fds over sockets and from other processes, files in memory.
#include "engine.h"
#include <errno.h>
#include <linux/memfd.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace lc {

namespace {

/// The address goes through the directory's fd: sun_path is short, and the directory may not be.
int64_t address_of(int32_t dir, const char *name, sockaddr_un *address) {
    *address = {};
    address->sun_family = AF_UNIX;
    int n = dir == AT_FDCWD ? snprintf(address->sun_path, sizeof address->sun_path, "%s", name)
                            : snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/%s", dir, name);
    return n < 0 || static_cast<size_t>(n) >= sizeof address->sun_path ? -ENAMETOOLONG : 0;
}

int32_t connect_to(int32_t dir, const char *name, int type) {
    sockaddr_un address;
    int64_t r = address_of(dir, name, &address);
    if (r < 0) return static_cast<int32_t>(r);
    socklen_t size = sizeof address;
    if (dir == AT_FDCWD && name[0] == '@') { // abstract: as long as its name, which begins with a zero byte
        address.sun_path[0] = 0;
        size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + strlen(name));
    }
    Fd fd(socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
    if (fd.get() < 0) return -errno;
    int connected;
    do connected = connect(fd.get(), reinterpret_cast<sockaddr *>(&address), size);
    while (connected < 0 && errno == EINTR);
    return connected < 0 ? -errno : fd.release();
}

} // namespace

} // namespace lc

using namespace lc;

extern "C" int32_t lc_fifo(int32_t dir, const char *name, uint32_t mode) {
    int64_t r = sys(__NR_mknodat, dir, name, static_cast<int64_t>(S_IFIFO | mode), 0L);
    if (r < 0) return static_cast<int32_t>(r);
    int64_t fd = openat(dir, name, O_RDWR | O_NOFOLLOW);
    if (fd < 0) sys(__NR_unlinkat, dir, name, 0L);
    return static_cast<int32_t>(fd);
}

extern "C" int32_t lc_pipe(int32_t *ends) {
    return static_cast<int32_t>(sys(__NR_pipe2, ends, static_cast<int64_t>(O_CLOEXEC)));
}

extern "C" int32_t lc_socket_connect(int32_t dir, const char *name) { return connect_to(dir, name, SOCK_STREAM); }

extern "C" int32_t lc_datagram_connect(int32_t dir, const char *name) { return connect_to(dir, name, SOCK_DGRAM); }

extern "C" int32_t lc_datagram_bind(int32_t dir, const char *name) {
    sockaddr_un address;
    int64_t r = address_of(dir, name, &address);
    if (r < 0) return static_cast<int32_t>(r);
    Fd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (fd.get() < 0) return -errno;
    if (bind(fd.get(), reinterpret_cast<sockaddr *>(&address), sizeof address) < 0) return -errno;
    r = sys(__NR_fchmodat, dir, name, 0777L);
    return r < 0 ? static_cast<int32_t>(r) : fd.release();
}

extern "C" int32_t lc_socket_send(int32_t socket, const uint8_t *data, uint32_t size, const int32_t *fds,
                                  uint32_t count) {
    if (count > LC_MAX_SLOTS) return -E2BIG;
    iovec vector{const_cast<uint8_t *>(data), size};
    alignas(cmsghdr) uint8_t control[CMSG_SPACE(sizeof(int32_t) * LC_MAX_SLOTS)] = {};
    msghdr head = {};
    head.msg_iov = &vector;
    head.msg_iovlen = 1;
    if (count) {
        auto *c = reinterpret_cast<cmsghdr *>(control);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(count * sizeof(int32_t));
        memcpy(control + CMSG_LEN(0), fds, count * sizeof(int32_t));
        head.msg_control = control;
        head.msg_controllen = CMSG_SPACE(count * sizeof(int32_t));
    }
    ssize_t n;
    do n = sendmsg(socket, &head, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : static_cast<uint32_t>(n) == size ? 0 : -EMSGSIZE;
}

extern "C" int32_t lc_memory_file(const uint8_t *data, uint32_t size) {
    Fd fd(sys(__NR_memfd_create, "lc:state", static_cast<int64_t>(MFD_CLOEXEC)));
    if (fd.get() < 0) return fd.get();
    int64_t r = size ? write_whole(fd.get(), data, size) : 0;
    if (r >= 0) r = sys(__NR_lseek, fd.get(), 0L, 0L);
    return r < 0 ? static_cast<int32_t>(r) : fd.release();
}

extern "C" int32_t lc_pidfd_open(int32_t pid) { return static_cast<int32_t>(sys(__NR_pidfd_open, pid, 0L)); }

extern "C" int32_t lc_pidfd_getfd(int32_t pidfd, int32_t fd) {
    return static_cast<int32_t>(sys(__NR_pidfd_getfd, pidfd, fd, 0L));
}
