// Wakes up every so many milliseconds, for a moment or for so many microseconds: a container that does a little.
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int argc, char **argv) {
    long millis = argc > 1 ? atol(argv[1]) : 50;
    int64_t busy = argc > 2 ? atol(argv[2]) * 1000 : 0;
    struct timespec pause = {millis / 1000, millis % 1000 * 1000000};
    for (;;) {
        nanosleep(&pause, NULL);
        if (!busy) continue;
        for (int64_t end = now() + busy; now() < end;) continue;
    }
}
