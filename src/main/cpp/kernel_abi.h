// Definitions newer than the oldest headers that this is built with. Each names the kernel that brought it.
#pragma once
#include <stdint.h>

#ifndef CLONE_CLEAR_SIGHAND
#define CLONE_CLEAR_SIGHAND 0x100000000ULL /* Linux 5.5 */
#endif
#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL /* Linux 5.7 */
#endif
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080 /* Linux 5.6 */
#endif
#ifndef __NR_clone3
#define __NR_clone3 435 /* Linux 5.3 */
#endif
#ifndef __NR_openat2
#define __NR_openat2 437 /* Linux 5.6 */
#endif
#ifndef __NR_mount_setattr
#define __NR_mount_setattr 442 /* Linux 5.12 */
#endif

namespace lc {

struct CloneArgs { // struct clone_args, Linux 5.7
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};

struct OpenHow { // struct open_how, Linux 5.6
    uint64_t flags, mode, resolve;
};
constexpr uint64_t kResolveNoXdev = 0x01, kResolveBeneath = 0x08;
constexpr uint64_t kResolveNoMagiclinks = 0x02, kResolveNoSymlinks = 0x04, kResolveInRoot = 0x10;

constexpr int64_t kWaitPidfd = 3; // P_PIDFD, Linux 5.4

struct MountAttr { // struct mount_attr, Linux 5.12
    uint64_t attr_set, attr_clr, propagation, userns_fd;
};
constexpr uint64_t kMountAttrRdonly = 1, kMountAttrIdmap = 0x100000;
constexpr uint32_t kOpenTreeClone = 1, kOpenTreeCloexec = 02000000; // Linux 5.2
constexpr uint32_t kMoveMountFromEmpty = 0x04, kMoveMountToEmpty = 0x40;

struct SchedAttr { // struct sched_attr, Linux 5.3
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
    uint32_t util_min, util_max;
};

} // namespace lc
