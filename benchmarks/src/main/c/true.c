/* What the benchmark starts: the least a program can be. Without an argument it exits; with one it first writes the
 * time (CLOCK_MONOTONIC, nanoseconds, u64) to stdout; with two it waits for stdin before that. No libc, one page. */
#include <asm/unistd.h>

#if defined(__x86_64__)
static long call(long nr, long a, long b, long c) {
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(nr), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return result;
}
__asm__(".globl _start\n_start:\n\txor %ebp,%ebp\n\tmov (%rsp),%rdi\n\tand $-16,%rsp\n\tcall begin\n\thlt\n");
#elif defined(__aarch64__)
static long call(long nr, long a, long b, long c) {
    register long x8 __asm__("x8") = nr, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return x0;
}
__asm__(".globl _start\n_start:\n\tmov x29, xzr\n\tldr x0, [sp]\n\tbl begin\n\tbrk #0\n");
#else
#error "x86_64 or aarch64"
#endif

__attribute__((noreturn, used)) void begin(long argc) {
    if (argc > 1) {
        long time[2], nanos;
        if (argc > 2) call(__NR_read, 0, (long)time, 1);
        call(__NR_clock_gettime, 1, (long)time, 0);
        nanos = time[0] * 1000000000L + time[1];
        call(__NR_write, 1, (long)&nanos, sizeof nanos);
    }
    for (;;) call(__NR_exit_group, 0, 0, 0);
}
