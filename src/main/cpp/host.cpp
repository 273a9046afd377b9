// What the host can do, terminals, network namespaces, and the numbers of this interface.
#include "engine.h"
#include <errno.h>
#include <linux/capability.h>
#include <linux/prctl.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <termios.h>
#include <unistd.h>

namespace lc {

namespace {

/// A call that only a kernel without it answers with ENOSYS.
bool known(int64_t result) { return result != -ENOSYS; }

/// clone3 checks its flags before anything else: an unknown one is EINVAL, a bad cgroup fd is EBADF.
bool clones_into_cgroup() {
    CloneArgs args = {};
    args.flags = CLONE_INTO_CGROUP;
    args.cgroup = 0x7fffffff;
    return sys(__NR_clone3, &args, static_cast<int64_t>(sizeof args)) == -EBADF;
}

bool exists(const char *path) { return access(path, F_OK) == 0; }

uint64_t features() {
    uint64_t f = 0;
    MountAttr none = {};
    auto add = [&](bool yes, uint64_t bit) { f |= yes ? bit : 0; };
    add(known(sys(__NR_clone3, nullptr, 0L)), LC_FEATURE_CLONE3);
    add(clones_into_cgroup(), LC_FEATURE_CLONE_INTO_CGROUP);
    add(known(sys(__NR_openat2, -1L, "", nullptr, 0L)), LC_FEATURE_OPENAT2);
    add(known(sys(__NR_mount_setattr, -1L, "", 0L, &none, 0L)), LC_FEATURE_MOUNT_SETATTR);
    add(known(sys(__NR_close_range, 0xffffffffL, 0L, 0L)), LC_FEATURE_CLOSE_RANGE);
    add(known(sys(__NR_pidfd_open, -1L, 0L)), LC_FEATURE_PIDFD_WAIT);
    add(sys(__NR_prctl, static_cast<int64_t>(PR_GET_SECCOMP), 0L, 0L, 0L, 0L) >= 0, LC_FEATURE_SECCOMP);
    add(exists("/proc/self/ns/time"), LC_FEATURE_TIME_NAMESPACE);
    add(exists("/proc/self/ns/net"), LC_FEATURE_NETWORK_NAMESPACE);
    add(exists("/proc/self/ns/cgroup"), LC_FEATURE_CGROUP_NAMESPACE);
    add(exists("/proc/self/ns/user"), LC_FEATURE_USER_NAMESPACE);
    return f;
}

} // namespace

} // namespace lc

using namespace lc;

extern "C" int32_t lc_probe(lc_probe_result *result) {
    *result = {};
    result->features = features();
    __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2] = {};
    sys(__NR_capget, &head, data);
    result->capabilities = data[0].effective | static_cast<uint64_t>(data[1].effective) << 32;
    rlimit nofile = {};
    getrlimit(RLIMIT_NOFILE, &nofile);
    result->nofile_soft = nofile.rlim_cur;
    result->nofile_hard = nofile.rlim_max;
    result->euid = static_cast<int32_t>(geteuid());
    int32_t last = 0;
    while (last < 63 &&
           sys(__NR_prctl, static_cast<int64_t>(PR_CAPBSET_READ), static_cast<int64_t>(last + 1), 0L, 0L, 0L) >= 0)
        last++;
    result->last_capability = last;
    return 0;
}

extern "C" int32_t lc_netns_create(void) {
    Fd before(openat(AT_FDCWD, "/proc/thread-self/ns/net", O_RDONLY));
    if (before.get() < 0) return before.get();
    int64_t r = sys(__NR_unshare, static_cast<int64_t>(CLONE_NEWNET));
    if (r < 0) return static_cast<int32_t>(r);
    r = loopback_up();
    Fd made(r < 0 ? r : openat(AT_FDCWD, "/proc/thread-self/ns/net", O_RDONLY));
    int64_t back = sys(__NR_setns, before.get(), static_cast<int64_t>(CLONE_NEWNET));
    if (back < 0) return static_cast<int32_t>(back); // the caller's thread is in the wrong namespace: it must end
    return made.release();
}

extern "C" int32_t lc_namespace_type(int32_t fd) {
    return static_cast<int32_t>(sys(__NR_ioctl, fd, 0xb703L));
} // NS_GET_NSTYPE

extern "C" int32_t lc_tty(int32_t fd, int32_t operation, uint8_t *state) {
    static_assert(sizeof(termios) <= 64, "state");
    termios mode;
    winsize size = {};
    switch (operation) {
    case LC_TTY_RAW:
        if (tcgetattr(fd, &mode) < 0) return -errno;
        memcpy(state, &mode, sizeof mode);
        cfmakeraw(&mode);
        return tcsetattr(fd, TCSANOW, &mode) < 0 ? -errno : 0;
    case LC_TTY_RESTORE: memcpy(&mode, state, sizeof mode); return tcsetattr(fd, TCSANOW, &mode) < 0 ? -errno : 0;
    case LC_TTY_GET_SIZE:
        if (ioctl(fd, TIOCGWINSZ, &size) < 0) return -errno;
        memcpy(state, &size, 4);
        return 0;
    case LC_TTY_SET_SIZE: memcpy(&size, state, 4); return ioctl(fd, TIOCSWINSZ, &size) < 0 ? -errno : 0;
    case LC_TTY_IS: return isatty(fd);
    default: return -EINVAL;
    }
}

extern "C" int32_t lc_abi(void) { return LC_ABI_VERSION; }

extern "C" int32_t lc_layout(int32_t *numbers, int32_t capacity) {
    const int32_t all[] = {
        LC_ABI_VERSION,
        LC_PLAN_VERSION,
        sizeof(lc_plan_header),
        sizeof(lc_step),
        sizeof(lc_request),
        sizeof(lc_result),
        sizeof(lc_exit),
        sizeof(lc_probe_result),
        LC_MAX_SLOTS,
        LC_REQUEST_SLOTS,
        LC_MAX_CGROUPS,
        LC_MAX_REQUEST,
        offsetof(lc_plan_header, flags),
        offsetof(lc_plan_header, size),
        offsetof(lc_plan_header, step_count),
        offsetof(lc_plan_header, host_end),
        offsetof(lc_plan_header, template_end),
        offsetof(lc_plan_header, clone_flags),
        offsetof(lc_plan_header, bound_mask),
        offsetof(lc_plan_header, template_mask),
        offsetof(lc_plan_header, child_mask),
        offsetof(lc_plan_header, cgroup_slot),
        offsetof(lc_plan_header, fail_step),
        offsetof(lc_plan_header, uid_map),
        offsetof(lc_step, flags),
        offsetof(lc_step, a),
        offsetof(lc_step, d),
        offsetof(lc_request, token),
        offsetof(lc_request, epoll),
        offsetof(lc_request, stdio),
        offsetof(lc_request, slots),
        offsetof(lc_request, params),
        offsetof(lc_result, pid),
        offsetof(lc_result, pidfd),
        offsetof(lc_result, stdio),
        offsetof(lc_result, console),
        offsetof(lc_result, cgroup_count),
        offsetof(lc_result, cgroups),
        offsetof(lc_exit, status),
        offsetof(lc_exit, user_micros),
        offsetof(lc_exit, before_exec),
        offsetof(lc_probe_result, nofile_soft),
        offsetof(lc_probe_result, euid),
        LC_SLOT_FIRST_FREE,
        LC_PARAM_COUNT,
        LC_CGROUP_MAKE,
        LC_WRITE,
        LC_MOUNT_PROPAGATION,
        LC_SETATTR_AT,
        LC_SETHOSTNAME,
        LC_EXECVE,
        LC_AT_MEMORY,
        offsetof(lc_result, exit),
        offsetof(lc_plan_header, ahead_end),
    };
    const int32_t count = sizeof all / sizeof *all;
    for (int32_t i = 0; i < count && i < capacity; i++) numbers[i] = all[i];
    return count;
}
