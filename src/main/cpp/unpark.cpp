// The library's side of a sandbox made ahead: streams and parameters for a child that waits, and the wait for its exec,
// which closes the gate's other end.
#include "engine.h"
#include "spawn.h"
#include "verify.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

namespace lc {

int64_t check_params(const lc_request &request) {
    if (request.size < sizeof(lc_request) || request.size > LC_MAX_REQUEST) return -EINVAL;
    Verifier v(reinterpret_cast<const uint8_t *>(&request), request.size, sizeof(lc_request));
    for (uint32_t i = 0; i < LC_PARAM_COUNT; i++) {
        uint32_t p = request.params[i];
        bool is_vector = i == LC_PARAM_ARGV || i == LC_PARAM_ENVP;
        if (p && !(is_vector ? v.vector(p) : i == LC_PARAM_EXEC ? v.candidates(p) : v.text(p))) return -EINVAL;
    }
    return 0;
}

int64_t Streams::open(const lc_request &request, lc_result &result) {
    for (int i = 0; i < 3; i++) {
        int32_t wanted = request.stdio[i];
        if (wanted >= 0) slots[i] = wanted;
        if (wanted == LC_STDIO_SAME && i == 2) slots[2] = slots[1];
        if (wanted != LC_STDIO_PIPE) continue;
        int32_t ends[2];
        if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
        int theirs = i == 0 ? 0 : 1;
        slots[i] = ends[theirs];
        child_ends[child_end_count++] = ends[theirs];
        result.stdio[i] = ends[1 - theirs];
    }
    return 0;
}

namespace {

int64_t send_task(int32_t gate, const lc_request &request, const Streams &streams) {
    Task task{0, request.size};
    alignas(cmsghdr) uint8_t control[CMSG_SPACE(sizeof(int32_t) * 3)];
    uint32_t count = 0;
    auto *fds = reinterpret_cast<int32_t *>(control + CMSG_LEN(0));
    for (uint32_t i = 0; i < 3; i++) {
        if (streams.slots[i] < 0) continue;
        task.streams |= 1u << i;
        fds[count++] = streams.slots[i];
    }
    iovec vectors[2] = {{&task, sizeof task}, {const_cast<lc_request *>(&request), request.size}};
    msghdr head = {};
    head.msg_iov = vectors;
    head.msg_iovlen = 2;
    if (count) {
        auto *c = reinterpret_cast<cmsghdr *>(control);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(count * sizeof(int32_t));
        head.msg_control = control;
        head.msg_controllen = CMSG_SPACE(count * sizeof(int32_t));
    }
    for (;;) {
        if (sendmsg(gate, &head, MSG_NOSIGNAL) >= 0) return 0;
        if (errno == ECONNRESET) return -EPIPE;
        if (errno != EINTR) return -errno;
    }
}

/// Until the other end is closed, by exec or by death: what the child says before that wakes nobody.
void await_exec(int32_t gate) {
    pollfd end{gate, 0, 0};
    while (!(end.revents & (POLLHUP | POLLERR | POLLNVAL))) poll(&end, 1, -1);
}

/// The last word: it begins its program, and then perhaps that it cannot.
int64_t read_reports(int32_t gate, lc_report &report) {
    lc_report word = {LC_KILLED, -1, EINTR, 0}, next;
    while (recv(gate, &next, sizeof next, MSG_DONTWAIT) == static_cast<ssize_t>(sizeof next)) word = next;
    report = word;
    return word.kind == LC_RUNNING ? 0 : -(word.err ? word.err : EIO);
}

} // namespace

} // namespace lc

using namespace lc;

extern "C" int32_t lc_unpark(int32_t gate, const lc_request *request, lc_result *result) {
    memset(result, 0, sizeof *result);
    result->pid = result->pidfd = result->console = result->mounts = -1;
    for (int32_t &fd : result->stdio) fd = -1;
    result->report = {LC_FAULT, -1, 0, LC_AT_REQUEST};
    Streams streams;
    int64_t r = check_params(*request);
    if (r >= 0) {
        result->report.aux = LC_AT_PIPE;
        r = streams.open(*request, *result);
    }
    if (r >= 0) {
        result->report.aux = LC_AT_SEND;
        r = send_task(gate, *request, streams);
    }
    for (uint32_t i = 0; i < streams.child_end_count; i++) close(streams.child_ends[i]);
    if (r >= 0) {
        await_exec(gate);
        r = read_reports(gate, result->report);
    }
    if (r >= 0) return 0;
    if (!result->report.err) result->report.err = static_cast<int32_t>(-r);
    for (int32_t &fd : result->stdio) close(fd), fd = -1;
    return static_cast<int32_t>(r);
}
