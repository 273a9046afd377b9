// Raw system calls for x86-64: arguments in rdi rsi rdx r10 r8 r9, result or -errno in rax.
#pragma once

namespace lc {

inline int64_t syscall6(int64_t nr, int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f) noexcept {
    int64_t result;
    register int64_t r10 asm("r10") = d;
    register int64_t r8 asm("r8") = e;
    register int64_t r9 asm("r9") = f;
    asm volatile("syscall"
                 : "=a"(result)
                 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
    return result;
}

/// clone3 whose child calls function(argument) on the stack named in args and never returns.
inline int64_t clone3_call(void *args, uint64_t size, void (*function)(void *), void *argument) noexcept {
    int64_t result;
    register void (*fn)(void *) asm("r12") = function;
    register void *arg asm("r13") = argument;
    asm volatile("syscall\n\t"
                 "test %%rax, %%rax\n\t"
                 "jnz 1f\n\t"
                 "xor %%ebp, %%ebp\n\t"
                 "mov %%r13, %%rdi\n\t"
                 "call *%%r12\n\t"
                 "hlt\n"
                 "1:"
                 : "=a"(result)
                 : "a"(__NR_clone3), "D"(args), "S"(size), "r"(fn), "r"(arg)
                 : "rcx", "r11", "memory");
    return result;
}

} // namespace lc

#define LC_START_ASM                                                                                                   \
    asm(".globl _start\n.type _start,@function\n_start:\n\txor %ebp,%ebp\n\tmov %rsp,%rdi\n\tand $-16,%rsp\n"          \
        "\tcall lc_spawner_start\n\thlt\n")
