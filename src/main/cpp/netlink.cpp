// rtnetlink for the caller: sockets in its network namespace or another, requests and the parts of their answers.
#include "engine.h"
#include <errno.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace lc {

namespace {

struct Opening {
    int32_t netns;
    int64_t result;
};

/// A socket stays in the network namespace that it was made in, whoever uses it.
int64_t open_socket() {
    int32_t fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    return fd < 0 ? -errno : fd;
}

void *open_inside(void *argument) {
    auto *opening = static_cast<Opening *>(argument);
    int64_t r = sys(__NR_setns, opening->netns, static_cast<int64_t>(CLONE_NEWNET));
    opening->result = r < 0 ? r : open_socket();
    return nullptr;
}

/// By a thread that ends afterwards: the caller's never is in a namespace that it might not get out of again.
int64_t open_socket_in(int32_t netns) {
    if (netns < 0) return open_socket();
    Opening opening{netns, -EIO};
    pthread_t thread;
    int error = pthread_create(&thread, nullptr, open_inside, &opening);
    if (error) return -error;
    pthread_join(thread, nullptr);
    return opening.result;
}

} // namespace

} // namespace lc

using namespace lc;

extern "C" int32_t lc_netlink_open(int32_t netns) {
    Fd fd(open_socket_in(netns));
    if (fd.get() < 0) return fd.get();
    const timeval limit{10, 0};
    const int one = 1; // an error does not repeat the request, which may be larger than any answer
    if (setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) < 0) return -errno;
    if (setsockopt(fd.get(), SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof one) < 0) return -errno;
    return fd.release();
}

extern "C" int32_t lc_netlink(int32_t socket, const uint8_t *requests, uint32_t size, uint8_t *answer,
                              uint32_t capacity) {
    sockaddr_nl peer = {};
    peer.nl_family = AF_NETLINK;
    auto *address = reinterpret_cast<sockaddr *>(&peer);
    if (size && sendto(socket, requests, size, 0, address, sizeof peer) < 0) return -errno;
    for (;;) {
        socklen_t peer_size = sizeof peer;
        // Looked at first: what is taken is gone, also the part that there was no room for.
        ssize_t n = recvfrom(socket, answer, capacity, MSG_PEEK | MSG_TRUNC, address, &peer_size);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return -errno;
        const bool from_kernel = peer.nl_pid == 0; // else some other process
        if (from_kernel && static_cast<uint64_t>(n) > capacity) return static_cast<int32_t>(n);
        if (recv(socket, nullptr, 0, 0) < 0) return -errno;
        if (from_kernel) return static_cast<int32_t>(n);
    }
}
