// Files by directory fd, and the few plain calls that Java has no name for.
#include "engine.h"
#include <errno.h>
#include <string.h>

using namespace lc;

extern "C" int32_t lc_openat2(int32_t dir, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
    return static_cast<int32_t>(openat2(dir, path, flags, resolve, mode));
}

extern "C" int32_t lc_read_at(int32_t dir, const char *path, uint8_t *data, uint32_t capacity) {
    Fd fd(openat(dir, path, O_RDONLY));
    if (fd.get() < 0) return fd.get();
    uint32_t size = 0;
    while (size < capacity) {
        int64_t n = sys(__NR_read, fd.get(), data + size, static_cast<int64_t>(capacity - size));
        if (n == -EINTR) continue;
        if (n < 0) return static_cast<int32_t>(n);
        size += static_cast<uint32_t>(n);
        if (n < 4096) break; // a control file comes a page at a time, the last one short
    }
    return static_cast<int32_t>(size);
}

extern "C" int32_t lc_read_each(const int32_t *fds, uint32_t count, uint32_t most, uint8_t *data, uint32_t capacity) {
    uint32_t used = 0;
    for (uint32_t i = 0; i < count && capacity - used >= most + 4ull; i++) {
        int64_t n;
        do n = sys(__NR_pread64, fds[i], data + used + 4, static_cast<int64_t>(most), 0L);
        while (n == -EINTR);
        int32_t length = static_cast<int32_t>(n);
        memcpy(data + used, &length, 4);
        used += 4 + (n > 0 ? (static_cast<uint32_t>(n) + 3) / 4 * 4 : 0);
    }
    return static_cast<int32_t>(used);
}

extern "C" int32_t lc_write_at(int32_t dir, const char *path, const uint8_t *data, uint32_t size) {
    Fd fd(openat(dir, path, O_WRONLY | O_NOFOLLOW));
    if (fd.get() < 0) return fd.get();
    int64_t r;
    do r = write_whole(fd.get(), data, size);
    while (r == -EINTR);
    return static_cast<int32_t>(r);
}

extern "C" int32_t lc_read(int32_t fd, uint8_t *data, uint32_t capacity) {
    int64_t n;
    do n = sys(__NR_read, fd, data, static_cast<int64_t>(capacity));
    while (n == -EINTR);
    return static_cast<int32_t>(n);
}

extern "C" int32_t lc_write(int32_t fd, const uint8_t *data, uint32_t size) {
    int64_t n;
    do n = sys(__NR_write, fd, data, static_cast<int64_t>(size));
    while (n == -EINTR);
    return static_cast<int32_t>(n);
}

extern "C" int32_t lc_close(int32_t fd) { return static_cast<int32_t>(sys(__NR_close, fd)); }

extern "C" int32_t lc_mkdir(int32_t dir, const char *path, uint32_t mode) {
    return static_cast<int32_t>(sys(__NR_mkdirat, dir, path, static_cast<int64_t>(mode)));
}

extern "C" int32_t lc_rmdir(int32_t dir, const char *path) {
    return static_cast<int32_t>(sys(__NR_unlinkat, dir, path, 0x200L)); // AT_REMOVEDIR
}
