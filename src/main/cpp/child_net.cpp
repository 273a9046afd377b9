// rtnetlink, the one message that every fresh network namespace needs: RTM_NEWLINK for lo, IFF_UP (rtnetlink(7)).
#include "child.h"
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

namespace lc {

int64_t loopback_up() noexcept {
    struct {
        nlmsghdr head;
        ifinfomsg link;
    } request = {};
    struct {
        nlmsghdr head;
        nlmsgerr error;
        uint8_t rest[256];
    } answer;
    request.head.nlmsg_len = sizeof request;
    request.head.nlmsg_type = RTM_NEWLINK;
    request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    request.link.ifi_index = 1; // lo is the first interface of every network namespace
    request.link.ifi_flags = 1; // IFF_UP
    request.link.ifi_change = 1;
    // AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC
    int64_t fd = sys(__NR_socket, 16L, 3L | 02000000, static_cast<int64_t>(NETLINK_ROUTE));
    if (fd < 0) return fd;
    int64_t r = write_whole(static_cast<int>(fd), &request, sizeof request);
    if (r == 0) r = sys(__NR_read, fd, &answer, static_cast<int64_t>(sizeof answer));
    close(fd);
    if (r < 0) return r;
    if (r < static_cast<int64_t>(sizeof answer.head + sizeof answer.error) || answer.head.nlmsg_type != NLMSG_ERROR)
        return -EBADMSG;
    return answer.error.error;
}

} // namespace lc
