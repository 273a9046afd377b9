/* raw.h: system calls without libc, for children that share the memory of the process that cloned them. */
#ifndef RAW_H
#define RAW_H
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>

/* Newer than some headers. */
#define NR_OPEN_TREE 428
#define NR_MOVE_MOUNT 429
#define NR_FSOPEN 430
#define NR_FSCONFIG 431
#define NR_FSMOUNT 432
#define NR_PIDFD_OPEN 434
#define NR_CLONE3 435
#define NR_CLOSE_RANGE 436
#define NR_OPENAT2 437
#define NR_MOUNT_SETATTR 442
#define NEWTIME 0x80
#define INTO_CGROUP 0x200000000ull
#define CLEAR_SIGHAND 0x100000000ull
#define IN_ROOT 0x12  /* RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS */
#define TREE_CLONE 1u /* OPEN_TREE_CLONE */
#define MOVE_FROM_FD 0x4
#define MOVE_BY_FDS 0x44
#define EMPTY 0x1000     /* AT_EMPTY_PATH */
#define RECURSIVE 0x8000 /* AT_RECURSIVE */

struct clone_arguments {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};

#if defined(__x86_64__)
static inline long sys6(long nr, long a, long b, long c, long d, long e, long f) {
    long result;
    register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}
/* clone3 whose child calls function on its own stack and never returns. */
static inline long clone_child(struct clone_arguments *arguments, void (*function)(void)) {
    long result;
    register void (*fn)(void) __asm__("r12") = function;
    __asm__ volatile("syscall\n\ttest %%rax, %%rax\n\tjnz 1f\n\txor %%ebp, %%ebp\n\tcall *%%r12\n\thlt\n1:"
                     : "=a"(result)
                     : "a"((long)NR_CLONE3), "D"(arguments), "S"(sizeof *arguments), "r"(fn)
                     : "rcx", "r11", "memory");
    return result;
}
#elif defined(__aarch64__)
static inline long sys6(long nr, long a, long b, long c, long d, long e, long f) {
    register long x8 __asm__("x8") = nr, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
}
static inline long clone_child(struct clone_arguments *arguments, void (*function)(void)) {
    register long x8 __asm__("x8") = NR_CLONE3, x0 __asm__("x0") = (long)arguments,
                     x1 __asm__("x1") = sizeof *arguments;
    register void (*fn)(void) __asm__("x19") = function;
    __asm__ volatile("svc #0\n\tcbnz x0, 1f\n\tmov x29, xzr\n\tblr x19\n\tbrk #0\n1:"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(fn)
                     : "memory", "x30");
    return x0;
}
#else
#error "x86_64 or aarch64"
#endif
#define SYS6(nr, a, b, c, d, e, f, ...) sys6(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define SYS(...) SYS6(__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define TRY(call)                                                                                                      \
    do {                                                                                                               \
        long result_ = (call);                                                                                         \
        if (result_ < 0) return result_;                                                                               \
    } while (0)

static inline uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

#endif
