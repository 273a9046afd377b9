// User namespaces without a process in them, for id-mapped mounts (mount_setattr(2), MOUNT_ATTR_IDMAP).
#include "engine.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

namespace lc {

namespace {

/// A process in a new user namespace. It shares memory and fds with this one, so nothing is copied for it; the thread
/// that made it is the one that ends it.
class Holder {
  public:
    Holder() = default;
    Holder(const Holder &) = delete;
    Holder &operator=(const Holder &) = delete;
    ~Holder() {
        if (pid_ > 0) {
            int32_t code, status;
            __atomic_store_n(&done_, 1u, __ATOMIC_RELEASE);
            futex_wake(&done_);
            reap(pid_, &code, &status);
        }
        if (stack_ != MAP_FAILED) munmap(stack_, kSize);
    }

    int64_t start() {
        stack_ = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
        if (stack_ == MAP_FAILED) return -errno;
        CloneArgs args = {};
        args.flags = 0x10000000 | 0x100 | 0x400 | CLONE_CLEAR_SIGHAND; // CLONE_NEWUSER, CLONE_VM, CLONE_FILES
        args.stack = reinterpret_cast<uint64_t>(stack_);
        args.stack_size = kSize;
        uint64_t all = ~0ull, old = 0;
        sys(__NR_rt_sigprocmask, 2L, &all, &old, 8L);
        int64_t pid = clone3_call(&args, sizeof args, hold_namespace, &done_);
        sys(__NR_rt_sigprocmask, 2L, &old, nullptr, 8L);
        if (pid > 0) pid_ = static_cast<int32_t>(pid);
        return pid;
    }

    int64_t open(const char *file, int64_t flags) const {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/%s", pid_, file);
        return openat(AT_FDCWD, path, flags);
    }

    int64_t write(const char *file, const char *text) const {
        Fd fd(open(file, O_WRONLY));
        return fd.get() < 0 ? fd.get() : write_whole(fd.get(), text, strlen(text));
    }

  private:
    static constexpr uint64_t kSize = 16 * 1024;
    void *stack_ = MAP_FAILED;
    int32_t pid_ = 0;
    uint32_t done_ = 0;
};

} // namespace

int64_t open_mapped_tree(const char *path, uint64_t flags, int32_t userns) {
    Fd tree(sys(__NR_open_tree, static_cast<int64_t>(AT_FDCWD), path,
                static_cast<int64_t>(static_cast<uint32_t>(flags) | kOpenTreeCloexec)));
    if (tree.get() < 0 || userns < 0) return tree.release();
    const MountAttr attributes{kMountAttrIdmap, 0, 0, static_cast<uint64_t>(userns)};
    const int64_t recursive = flags >> 32 & 1 ? AT_RECURSIVE : 0;
    int64_t r = sys(__NR_mount_setattr, tree.get(), "", recursive | AT_EMPTY_PATH, &attributes,
                    static_cast<int64_t>(sizeof attributes));
    return r < 0 ? r : tree.release();
}

} // namespace lc

using namespace lc;

extern "C" int32_t lc_userns_create(const char *uid_map, const char *gid_map) {
    Holder holder;
    int64_t r = holder.start();
    if (r < 0) return static_cast<int32_t>(r);
    r = holder.write("uid_map", uid_map);
    int64_t groups = r < 0 ? r : holder.write("gid_map", gid_map);
    if (groups == -EPERM) { // user_namespaces(7): without privilege outside only where setgroups is denied
        groups = holder.write("setgroups", "deny");
        if (groups >= 0) groups = holder.write("gid_map", gid_map);
    }
    return static_cast<int32_t>(groups < 0 ? groups : holder.open("ns/user", O_RDONLY));
}
