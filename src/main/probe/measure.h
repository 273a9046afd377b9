// How the probe times and tells.
#pragma once
#include "sys.h"
#include <linux/time.h>

namespace lc {

constexpr int kBatches = 5;
inline const char *only = nullptr; // the one thing to time; null for all

inline int64_t now() {
    __kernel_timespec t{};
    sys(__NR_clock_gettime, int64_t{CLOCK_MONOTONIC}, &t);
    return t.tv_sec * 1000000000 + t.tv_nsec;
}

struct Line {
    char text[256];
    uint64_t size = 0;
    Line &operator<<(const char *s) {
        while (*s && size < sizeof text) text[size++] = *s++;
        return *this;
    }
    Line &operator<<(int64_t number) {
        char digits[24];
        int n = 0;
        do digits[n++] = static_cast<char>('0' + number % 10);
        while (number /= 10);
        while (n > 0 && size < sizeof text) text[size++] = digits[--n];
        return *this;
    }
    ~Line() { sys(__NR_write, 1L, text, static_cast<int64_t>(size)); }
};

struct Name {
    const char *what, *label; // label may be null
};

inline Line &operator<<(Line &line, Name name) {
    line << name.what;
    if (name.label) line << "-" << name.label;
    return line;
}

inline const char *without(const char *text, const char *prefix) {
    while (*prefix && *text == *prefix) text++, prefix++;
    return *prefix ? nullptr : text;
}

inline bool wanted(Name name) {
    if (!only) return true;
    const char *rest = without(only, name.what);
    if (rest && name.label) rest = *rest == '-' ? without(rest + 1, name.label) : nullptr;
    return rest && !*rest;
}

/// Runs work(operations) a few times, if it is wanted; it returns less than 0 if the kernel refused.
template <typename Work> void measure(Name name, int64_t operations, Work work) {
    if (!wanted(name)) return;
    for (int batch = 0; batch < kBatches; batch++) {
        int64_t start = now(), result = work(operations), nanos = now() - start;
        Line line;
        if (result < 0) {
            line << name << " failed " << -result << "\n";
            return;
        }
        line << name << " " << operations << " " << nanos << "\n";
    }
}

} // namespace lc
