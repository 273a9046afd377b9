// Wakes up every so many milliseconds, for a moment: a container that does a little.
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv) {
    long millis = argc > 1 ? atol(argv[1]) : 50;
    struct timespec pause = {millis / 1000, millis % 1000 * 1000000};
    for (;;) nanosleep(&pause, NULL);
}
