// rtnetlink for the caller: one request, its answers up to the last one, in the caller's network namespace or another.
#include "engine.h"
#include <errno.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <string.h>
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

/// Whether a datagram of whole messages ends the answer: with an acknowledgement, an error, or the end of a list.
bool ends_answer(const uint8_t *data, uint32_t size) {
    nlmsghdr head;
    for (uint32_t at = 0; size - at >= sizeof head; at += NLMSG_ALIGN(head.nlmsg_len)) {
        memcpy(&head, data + at, sizeof head);
        if (head.nlmsg_len < sizeof head || head.nlmsg_len > size - at) return true; // malformed: the reader says so
        if (head.nlmsg_type == NLMSG_ERROR || head.nlmsg_type == NLMSG_DONE) return true;
        if (NLMSG_ALIGN(head.nlmsg_len) > size - at) break;
    }
    return false;
}

} // namespace

} // namespace lc

using namespace lc;

extern "C" int32_t lc_netlink(int32_t netns, const uint8_t *request, uint32_t size, uint8_t *answer,
                              uint32_t capacity) {
    Fd fd(open_socket_in(netns));
    if (fd.get() < 0) return fd.get();
    const timeval limit{10, 0};
    setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_nl kernel = {};
    kernel.nl_family = AF_NETLINK;
    if (sendto(fd.get(), request, size, 0, reinterpret_cast<sockaddr *>(&kernel), sizeof kernel) < 0) return -errno;
    for (uint32_t at = 0;;) {
        sockaddr_nl from = {};
        socklen_t from_size = sizeof from;
        ssize_t n =
            recvfrom(fd.get(), answer + at, capacity - at, MSG_TRUNC, reinterpret_cast<sockaddr *>(&from), &from_size);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return -errno;
        if (from.nl_pid != 0) continue; // some other process, not the kernel
        if (static_cast<uint64_t>(n) > capacity - at) return -EMSGSIZE;
        const bool last = ends_answer(answer + at, static_cast<uint32_t>(n));
        at += static_cast<uint32_t>(n);
        if (last) return static_cast<int32_t>(at);
    }
}
