/* seccomp.cpp: a profile as libseccomp encodes it, to compare our own compiler with. Nothing of libseccomp is needed to
 * build this, nor to run it unless it is called: the library is looked for at each call. */
#include "libcontainer.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

/* The format is drawn in ReferenceRules.java. */
constexpr uint32_t kMagic = 0x5243534c; /* "LSCR" */
constexpr uint32_t kNoCall = 0xffffffff;
constexpr uint32_t kMaxArgs = 6;

struct Header {
    uint32_t magic;
    uint32_t size;
    uint32_t default_answer;
    uint32_t optimization;
    uint32_t arch_count;
    uint32_t rule_count;
};
static_assert(sizeof(Header) == 24);

struct RuleHead {
    uint32_t answer;
    uint32_t name_size; /* with its NUL and padding; a multiple of 4 */
    uint32_t arg_count;
};
static_assert(sizeof(RuleHead) == 12);

/* struct scmp_arg_cmp, SCMP_ARCH_NATIVE and SCMP_FLTATR_CTL_OPTIMIZE of seccomp.h, libseccomp 2.5. */
struct ArgComparison {
    uint32_t arg;
    uint32_t op;
    uint64_t datum_a;
    uint64_t datum_b;
};
static_assert(sizeof(ArgComparison) == 24);
constexpr uint32_t kArchNative = 0;
constexpr uint32_t kAttributeOptimize = 8;

/** The functions of libseccomp that are used; valid while it lives. */
class Library {
  public:
    Library() : handle_(dlopen("libseccomp.so.2", RTLD_NOW | RTLD_LOCAL)) {
        if (!handle_) return;
        find(init, "seccomp_init");
        find(release, "seccomp_release");
        find(arch_native, "seccomp_arch_native");
        find(arch_add, "seccomp_arch_add");
        find(arch_remove, "seccomp_arch_remove");
        find(attr_set, "seccomp_attr_set");
        find(resolve, "seccomp_syscall_resolve_name");
        find(rule_add, "seccomp_rule_add_array");
        find(export_bpf, "seccomp_export_bpf");
    }
    ~Library() {
        if (handle_) dlclose(handle_);
    }
    Library(const Library &) = delete;
    Library &operator=(const Library &) = delete;

    bool complete() const { return handle_ && found_ == 9; }

    void *(*init)(uint32_t) = nullptr;
    void (*release)(void *) = nullptr;
    uint32_t (*arch_native)() = nullptr;
    int (*arch_add)(void *, uint32_t) = nullptr;
    int (*arch_remove)(void *, uint32_t) = nullptr;
    int (*attr_set)(void *, uint32_t, uint32_t) = nullptr;
    int (*resolve)(const char *) = nullptr;
    int (*rule_add)(void *, uint32_t, int, unsigned, const ArgComparison *) = nullptr;
    int (*export_bpf)(const void *, int) = nullptr;

  private:
    template <typename F> void find(F &function, const char *name) {
        void *symbol = dlsym(handle_, name);
        memcpy(&function, &symbol, sizeof symbol);
        found_ += symbol != nullptr;
    }

    void *handle_;
    int found_ = 0;
};

/** Reads the block front to back; a read past its end yields nullptr, once and for all. */
class Reader {
  public:
    Reader(const uint8_t *bytes, uint32_t size) : next_(bytes), left_(size) {}

    const uint8_t *take(uint32_t size) {
        if (!next_ || size > left_) {
            next_ = nullptr;
            return nullptr;
        }
        const uint8_t *taken = next_;
        next_ += size;
        left_ -= size;
        return taken;
    }

    template <typename T> bool read(T &value) {
        const uint8_t *bytes = take(sizeof value);
        if (bytes) memcpy(&value, bytes, sizeof value);
        return bytes;
    }

    bool at_end() const { return next_ && left_ == 0; }

  private:
    const uint8_t *next_;
    uint32_t left_;
};

/** A filter under construction. */
class Filter {
  public:
    Filter(const Library &library, uint32_t default_answer) : lib_(library), context_(library.init(default_answer)) {}
    ~Filter() {
        if (context_) lib_.release(context_);
    }
    Filter(const Filter &) = delete;
    Filter &operator=(const Filter &) = delete;

    int32_t read(Reader &in, const Header &header) {
        if (!context_) return -EINVAL;
        int32_t rc = read_archs(in, header.arch_count);
        for (uint32_t i = 0; rc == 0 && i < header.rule_count; i++) rc = read_rule(in);
        if (rc < 0) return rc;
        if (!in.at_end()) return -EINVAL;
        return header.optimization ? lib_.attr_set(context_, kAttributeOptimize, header.optimization) : 0;
    }

    int32_t write(uint8_t *bpf, uint32_t capacity) const {
        int fd = memfd_create("seccomp", MFD_CLOEXEC);
        if (fd < 0) return -errno;
        int32_t rc = lib_.export_bpf(context_, fd);
        struct stat status;
        if (rc == 0 && fstat(fd, &status) < 0) rc = -errno;
        if (rc == 0 && status.st_size > capacity) rc = -ENOSPC;
        if (rc == 0) {
            ssize_t got = pread(fd, bpf, capacity, 0);
            rc = got < 0 ? -errno : static_cast<int32_t>(got);
        }
        close(fd);
        return rc;
    }

  private:
    int32_t read_archs(Reader &in, uint32_t count) {
        bool native = false;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t token;
            if (!in.read(token)) return -EINVAL;
            native |= token == lib_.arch_native();
            int rc = lib_.arch_add(context_, token);
            if (rc < 0 && rc != -EEXIST) return rc;
        }
        return native ? 0 : lib_.arch_remove(context_, kArchNative); /* rules for another machine */
    }

    int32_t read_rule(Reader &in) {
        RuleHead head;
        if (!in.read(head) || head.name_size == 0 || head.name_size % 4 != 0 || head.arg_count > kMaxArgs)
            return -EINVAL;
        auto name = reinterpret_cast<const char *>(in.take(head.name_size));
        if (!name || name[head.name_size - 1] != 0) return -EINVAL;
        ArgComparison args[kMaxArgs];
        for (uint32_t i = 0; i < head.arg_count; i++) {
            if (!in.read(args[i])) return -EINVAL;
        }
        int call = lib_.resolve(name);
        if (static_cast<uint32_t>(call) == kNoCall) return 0; /* newer than the library: left out, as runc does */
        return lib_.rule_add(context_, head.answer, call, head.arg_count, args);
    }

    const Library &lib_;
    void *context_;
};

} // namespace

extern "C" int32_t lc_seccomp_reference(const uint8_t *rules, uint32_t size, uint8_t *bpf, uint32_t capacity) {
    Reader in(rules, size);
    Header header;
    if (!in.read(header) || header.magic != kMagic || header.size != size) return -EINVAL;
    Library library;
    if (!library.complete()) return -ENOSYS;
    Filter filter(library, header.default_answer);
    int32_t rc = filter.read(in, header);
    return rc < 0 ? rc : filter.write(bpf, capacity);
}
