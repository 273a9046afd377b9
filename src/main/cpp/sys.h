// System calls without libc: each returns its result or -errno. Usable on both sides of a clone.
#pragma once
#include "kernel_abi.h"
#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <stddef.h>
#include <stdint.h>
#if defined(__x86_64__)
#include "sys_x86_64.h"
#elif defined(__aarch64__)
#include "sys_aarch64.h"
#else
#error "libcontainer knows x86_64 and aarch64"
#endif

namespace lc {

/// The CPU's own clock, which needs no system call: a filter may be in force.
inline uint64_t ticks() noexcept {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    uint64_t value;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(value));
    return value;
#endif
}

inline int64_t bits(int64_t v) noexcept { return v; }
inline int64_t bits(const void *p) noexcept { return reinterpret_cast<int64_t>(p); }

template <typename... T> inline int64_t sys(int64_t nr, T... args) noexcept {
    static_assert(sizeof...(T) <= 6, "six arguments at most");
    int64_t v[6] = {bits(args)...};
    return syscall6(nr, v[0], v[1], v[2], v[3], v[4], v[5]);
}
inline int64_t sys(int64_t nr) noexcept { return syscall6(nr, 0, 0, 0, 0, 0, 0); }

inline int64_t openat(int dir, const char *path, int64_t flags, int64_t mode = 0) noexcept {
    return sys(__NR_openat, dir, path, flags | O_CLOEXEC, mode);
}
inline int64_t openat2(int dir, const char *path, uint64_t flags, uint64_t resolve, uint64_t mode = 0) noexcept {
    OpenHow how{flags | O_CLOEXEC, mode, resolve};
    return sys(__NR_openat2, dir, path, &how, static_cast<int64_t>(sizeof how));
}
inline void close(int64_t fd) noexcept {
    if (fd >= 0) sys(__NR_close, fd);
}
/// Writes it all in one call: control files take a value whole or not at all.
inline int64_t write_whole(int fd, const void *data, uint64_t size) noexcept {
    int64_t n = sys(__NR_write, fd, data, static_cast<int64_t>(size));
    return n < 0 ? n : static_cast<uint64_t>(n) == size ? 0 : -EIO;
}
inline int64_t futex_wake(uint32_t *word) noexcept { return sys(__NR_futex, word, 1L, 0x7fffffffL); }
/// Waits while *word == value; timeout is a struct timespec {s, ns} or null.
inline int64_t futex_wait(const uint32_t *word, uint32_t value, const int64_t *timeout) noexcept {
    return sys(__NR_futex, word, 0L, static_cast<int64_t>(value), timeout);
}
[[noreturn]] inline void exit_now(int code) noexcept {
    for (;;) sys(__NR_exit_group, static_cast<int64_t>(code));
}

} // namespace lc
