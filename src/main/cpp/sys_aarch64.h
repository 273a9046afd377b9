// Raw system calls for AArch64: number in x8, arguments in x0-x5, result or -errno in x0.
#pragma once

namespace lc {

inline int64_t syscall6(int64_t nr, int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f) noexcept {
    register int64_t x8 asm("x8") = nr;
    register int64_t x0 asm("x0") = a;
    register int64_t x1 asm("x1") = b;
    register int64_t x2 asm("x2") = c;
    register int64_t x3 asm("x3") = d;
    register int64_t x4 asm("x4") = e;
    register int64_t x5 asm("x5") = f;
    asm volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
}

/// clone3 whose child calls function(argument) on the stack named in args and never returns.
inline int64_t clone3_call(void *args, uint64_t size, void (*function)(void *), void *argument) noexcept {
    register int64_t x8 asm("x8") = __NR_clone3;
    register int64_t x0 asm("x0") = reinterpret_cast<int64_t>(args);
    register int64_t x1 asm("x1") = static_cast<int64_t>(size);
    register void (*fn)(void *) asm("x19") = function;
    register void *arg asm("x20") = argument;
    asm volatile("svc #0\n\t"
                 "cbnz x0, 1f\n\t"
                 "mov x29, xzr\n\t"
                 "mov x0, x20\n\t"
                 "blr x19\n\t"
                 "brk #0\n"
                 "1:"
                 : "+r"(x0)
                 : "r"(x8), "r"(x1), "r"(fn), "r"(arg)
                 : "memory", "x30");
    return x0;
}

} // namespace lc

#define LC_START_ASM                                                                                                   \
    asm(".globl _start\n.type _start,%function\n_start:\n\tmov x29, xzr\n\tmov x0, sp\n\tbl lc_spawner_start\n\tbrk "  \
        "#0\n")
