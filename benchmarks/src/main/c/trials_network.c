/* trials_network.c: rtnetlink requests, one after the other or in one message. The requests are acknowledged as the
 * library asks for it; of several in one message only the last is, since the kernel answers a failed one in any case.
 */
#define _GNU_SOURCE
#include "trials.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 5
#define LO 1
#define OUTER 10 /* indices are asked for, so that no request depends on the answer to another */
#define INNER 11

struct request {
    struct nlmsghdr head;
    char body[240];
};
static struct request requests[MOST], undo[2];
static int request_count, undo_count, netns;

/* ---- making them ------------------------------------------------------------------------------------------------- */

static void *add(struct request *r, size_t size) {
    void *place = (char *)r + NLMSG_ALIGN(r->head.nlmsg_len);
    r->head.nlmsg_len = (uint32_t)(NLMSG_ALIGN(r->head.nlmsg_len) + size);
    return place;
}
static struct rtattr *attribute(struct request *r, int type, const void *data, size_t size) {
    struct rtattr *a = add(r, RTA_LENGTH(size));
    *a = (struct rtattr){(uint16_t)RTA_LENGTH(size), (uint16_t)type};
    if (size) memcpy(RTA_DATA(a), data, size);
    return a;
}
static void end_nest(struct request *r, struct rtattr *nest) {
    r->head.nlmsg_len = NLMSG_ALIGN(r->head.nlmsg_len);
    nest->rta_len = (uint16_t)((char *)r + r->head.nlmsg_len - (char *)nest);
}
static void begin_request(struct request *r, int type, int flags) {
    r->head = (struct nlmsghdr){sizeof r->head, (uint16_t)type, (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags), 0, 0};
}
static void link_up(struct request *r, int index) {
    begin_request(r, RTM_NEWLINK, 0);
    *(struct ifinfomsg *)add(r, sizeof(struct ifinfomsg)) =
        (struct ifinfomsg){.ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
}
static void link_down(struct request *r, int index) {
    begin_request(r, RTM_NEWLINK, 0);
    *(struct ifinfomsg *)add(r, sizeof(struct ifinfomsg)) =
        (struct ifinfomsg){.ifi_index = index, .ifi_change = IFF_UP};
}
static void address(struct request *r, int type, int index, const char *text, int prefix) {
    uint32_t bytes = inet_addr(text);
    begin_request(r, type, type == RTM_NEWADDR ? NLM_F_CREATE | NLM_F_EXCL : 0);
    *(struct ifaddrmsg *)add(r, sizeof(struct ifaddrmsg)) =
        (struct ifaddrmsg){.ifa_family = AF_INET, .ifa_prefixlen = (uint8_t)prefix, .ifa_index = (uint32_t)index};
    attribute(r, IFA_LOCAL, &bytes, 4);
    attribute(r, IFA_ADDRESS, &bytes, 4);
}
static void route(struct request *r, int index, const char *text, int prefix) {
    uint32_t bytes = inet_addr(text);
    begin_request(r, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
    *(struct rtmsg *)add(r, sizeof(struct rtmsg)) = (struct rtmsg){.rtm_family = AF_INET,
                                                                   .rtm_dst_len = (uint8_t)prefix,
                                                                   .rtm_table = RT_TABLE_MAIN,
                                                                   .rtm_protocol = RTPROT_STATIC,
                                                                   .rtm_scope = RT_SCOPE_LINK,
                                                                   .rtm_type = RTN_UNICAST};
    attribute(r, RTA_DST, &bytes, 4);
    attribute(r, RTA_OIF, &index, 4);
}
static void pair(struct request *r) {
    begin_request(r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
    *(struct ifinfomsg *)add(r, sizeof(struct ifinfomsg)) = (struct ifinfomsg){.ifi_index = OUTER};
    attribute(r, IFLA_IFNAME, "outer", 6);
    struct rtattr *information = attribute(r, IFLA_LINKINFO, 0, 0);
    attribute(r, IFLA_INFO_KIND, "veth", 5);
    struct rtattr *data = attribute(r, IFLA_INFO_DATA, 0, 0);
    struct rtattr *peer = attribute(r, VETH_INFO_PEER, 0, 0);
    *(struct ifinfomsg *)add(r, sizeof(struct ifinfomsg)) = (struct ifinfomsg){.ifi_index = INNER};
    attribute(r, IFLA_IFNAME, "inner", 6);
    end_nest(r, peer);
    end_nest(r, data);
    end_nest(r, information);
}

/* ---- sending them ------------------------------------------------------------------------------------------------ */

static int route_socket(void) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    must(fd, "netlink");
    return fd;
}
static int answer(int fd) {
    struct {
        struct nlmsghdr head;
        struct nlmsgerr error;
        char rest[1024];
    } a;
    must(recv(fd, &a, sizeof a, 0), "netlink");
    return a.head.nlmsg_type == NLMSG_ERROR ? -a.error.error : EBADMSG;
}
static int ask(int fd, const struct request *r) {
    must(send(fd, r, r->head.nlmsg_len, 0), "netlink");
    return answer(fd);
}
static void done(int error, const char *what) {
    errno = error;
    must(-error, what);
}

static void each_by_its_own_socket(void) {
    for (int i = 0; i < request_count; i++) {
        int fd = route_socket();
        done(ask(fd, &requests[i]), "request");
        close(fd);
    }
}
static void *open_inside(void *fd) {
    must(setns(netns, CLONE_NEWNET), "setns");
    *(int *)fd = route_socket();
    return 0;
}
/* As the library did in another namespace than its own, before it kept a socket there. */
static void each_by_its_own_thread(void) {
    for (int i = 0; i < request_count; i++) {
        pthread_t thread;
        int fd;
        done(pthread_create(&thread, 0, open_inside, &fd), "thread");
        done(pthread_join(thread, 0), "thread");
        done(ask(fd, &requests[i]), "request");
        close(fd);
    }
}
static void each_by_one_socket(void) {
    int fd = route_socket();
    for (int i = 0; i < request_count; i++) done(ask(fd, &requests[i]), "request");
    close(fd);
}
static void all_in_one(void) {
    struct iovec parts[MOST];
    struct nlmsghdr heads[MOST];
    int fd = route_socket();
    for (int i = 0; i < request_count; i++) {
        heads[i] = requests[i].head;
        if (i < request_count - 1) requests[i].head.nlmsg_flags &= (uint16_t)~NLM_F_ACK;
        parts[i] = (struct iovec){&requests[i], NLMSG_ALIGN(requests[i].head.nlmsg_len)};
    }
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    struct msghdr message = {
        .msg_name = &kernel, .msg_namelen = sizeof kernel, .msg_iov = parts, .msg_iovlen = (size_t)request_count};
    must(sendmsg(fd, &message, 0), "netlink");
    done(answer(fd), "request");
    for (int i = 0; i < request_count; i++) requests[i].head = heads[i];
    close(fd);
}

/* ---- the variants ------------------------------------------------------------------------------------------------ */

static uint64_t until_answered(void (*way)(void)) {
    uint64_t begin = now();
    way();
    uint64_t nanos = now() - begin;
    int fd = route_socket();
    for (int i = 0; i < undo_count; i++) done(ask(fd, &undo[i]), "undoing");
    close(fd);
    return nanos;
}
static uint64_t measure_each(void) { return until_answered(each_by_its_own_socket); }
static uint64_t measure_by_thread(void) { return until_answered(each_by_its_own_thread); }
static uint64_t measure_one_socket(void) { return until_answered(each_by_one_socket); }
static uint64_t measure_one_message(void) { return until_answered(all_in_one); }

static void own_network(void) {
    must(unshare(CLONE_NEWNET), "unshare");
    netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    must(netns, "netns");
}
static const char *loopback(void) {
    own_network();
    link_up(&requests[request_count++], LO);
    address(&requests[request_count++], RTM_NEWADDR, LO, "10.9.9.1", 32);
    route(&requests[request_count++], LO, "10.9.0.0", 16);
    address(&undo[undo_count++], RTM_DELADDR, LO, "10.9.9.1", 32);
    link_down(&undo[undo_count++], LO);
    return 0;
}
static const char *veth(void) {
    own_network();
    pair(&requests[request_count++]);
    address(&requests[request_count++], RTM_NEWADDR, OUTER, "10.9.9.1", 24);
    address(&requests[request_count++], RTM_NEWADDR, INNER, "10.9.9.2", 24);
    link_up(&requests[request_count++], OUTER);
    link_up(&requests[request_count++], INNER);
    begin_request(&undo[undo_count], RTM_DELLINK, 0);
    *(struct ifinfomsg *)add(&undo[undo_count++], sizeof(struct ifinfomsg)) = (struct ifinfomsg){.ifi_index = OUTER};
    int fd = route_socket(), error = ask(fd, &requests[0]);
    if (error == EOPNOTSUPP) return "the kernel has no veth";
    done(error, "veth");
    done(ask(fd, &undo[0]), "undoing");
    close(fd);
    return 0;
}

const struct trial LOOPBACK = {.name = "loopback",
                               .variants = (const struct variant[]){{"each-by-a-socket", loopback, measure_each},
                                                                    {"each-by-a-thread", loopback, measure_by_thread},
                                                                    {"one-socket", loopback, measure_one_socket},
                                                                    {"one-message", loopback, measure_one_message},
                                                                    {0}}};
const struct trial VETH = {.name = "veth",
                           .variants = (const struct variant[]){{"each-by-a-socket", veth, measure_each},
                                                                {"each-by-a-thread", veth, measure_by_thread},
                                                                {"one-socket", veth, measure_one_socket},
                                                                {"one-message", veth, measure_one_message},
                                                                {0}}};
