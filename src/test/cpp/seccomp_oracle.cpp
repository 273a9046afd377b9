/* seccomp_oracle: asks libseccomp, for tests that run without the JNI library.
 *
 *   seccomp_oracle           reads requests {u32 size; rules as ReferenceRules draws them} until the end of stdin and
 *                            answers each with {i32 result of lc_seccomp_reference; that many bytes of BPF}
 *   seccomp_oracle numbers   reads names of system calls, one a line, and prints "name x86_64 x86 x32 aarch64 arm",
 * with
 *                            - where the architecture lacks the call; names it does not know are left out
 *
 * Exit status 77: there is no libseccomp here. Build: g++ -std=c++17 -I src/main/cpp -o seccomp_oracle
 * src/test/cpp/seccomp_oracle.cpp src/main/cpp/seccomp.cpp */
#include "libcontainer.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <vector>

namespace {

constexpr int kNotHere = 77;
constexpr uint32_t kMaxBpf = 1 << 20;
constexpr int kNoCall = -1;

bool read_all(void *buffer, size_t size) { return fread(buffer, 1, size, stdin) == size; }

int answer_requests() {
    std::vector<uint8_t> rules, bpf(kMaxBpf);
    uint32_t size;
    while (read_all(&size, sizeof size)) {
        rules.resize(size);
        if (!read_all(rules.data(), size)) return 1;
        int32_t result = lc_seccomp_reference(rules.data(), size, bpf.data(), kMaxBpf);
        size_t bytes = result > 0 ? static_cast<size_t>(result) : 0;
        bool sent = fwrite(&result, sizeof result, 1, stdout) == 1 && fwrite(bpf.data(), 1, bytes, stdout) == bytes;
        if (!sent || fflush(stdout) != 0) return 1;
    }
    return 0;
}

/** A number as the kernel shows it to filters; x86's own calls have two numbers in libseccomp, the direct one counts.
 */
int print_numbers() {
    void *library = dlopen("libseccomp.so.2", RTLD_NOW);
    void *symbol = library ? dlsym(library, "seccomp_syscall_resolve_name_arch") : nullptr;
    if (!symbol) return kNotHere;
    int (*resolve)(uint32_t, const char *);
    memcpy(&resolve, &symbol, sizeof symbol);
    const uint32_t archs[] = {0xc000003e, 0x40000003, 0x4000003e, 0xc00000b7, 0x40000028};
    char name[256];
    while (scanf("%255s", name) == 1) {
        if (resolve(archs[0], name) == kNoCall) continue;
        printf("%s", name);
        for (uint32_t arch : archs) {
            int number = resolve(arch, name);
            if (number < 0) {
                printf(" -");
            } else {
                printf(" %d", number);
            }
        }
        printf("\n");
    }
    return 0;
}

} // namespace

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "numbers") == 0) return print_numbers();
    void *library = dlopen("libseccomp.so.2", RTLD_NOW);
    return library ? answer_requests() : kNotHere;
}
