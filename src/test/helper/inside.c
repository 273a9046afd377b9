// inside: what a test runs in a container to see it from there. One verb for each thing that can be observed or tried;
// several, separated by "--", run in turn. An answer is plain text on stdout, and where the kernel refuses, the errno's
// name is the answer: the exit status stays 0. An unknown verb exits 2. Static, and without /proc where that can be.
#include "inside.h"
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const struct verb *const subjects[] = {
    identity_verbs, process_verbs, namespaces_verbs, files_verbs, deeds_verbs,
};
enum { kSubjects = sizeof subjects / sizeof *subjects };

long number(const char *text) { return strtol(text, NULL, 0); }

void answer(long result) { puts(result >= 0 ? "ok" : strerrorname_np(errno)); }

void pause_millis(long millis) {
    struct timespec left = {millis / 1000, millis % 1000 * 1000000};
    while (nanosleep(&left, &left) < 0 && errno == EINTR) continue;
}

void copy(int from, int to) {
    char buffer[65536];
    ssize_t n;
    fflush(stdout);
    while ((n = read(from, buffer, sizeof buffer)) > 0)
        if (write(to, buffer, (size_t)n) != n) break;
    if (n < 0) answer(-1);
}

void print_file(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return answer(-1);
    copy(fd, 1);
    close(fd);
}

static const struct verb *find(const char *name) {
    for (int s = 0; s < kSubjects; s++)
        for (const struct verb *verb = subjects[s]; verb->name; verb++)
            if (!strcmp(name, verb->name)) return verb;
    return NULL;
}

static int usage(void) {
    fputs("usage: inside VERB [OPERAND...] [-- VERB [OPERAND...]]...\n", stderr);
    for (int s = 0; s < kSubjects; s++)
        for (const struct verb *verb = subjects[s]; verb->name; verb++)
            fprintf(stderr, "  %s %s\n", verb->name, verb->usage);
    return 2;
}

static int fits(const char *text, int count) {
    int least = 0, most = 0;
    for (const char *c = text; *c; c++) {
        if (c != text && c[-1] != ' ') continue;
        least += *c != '[';
        most++;
    }
    return count >= least && (count <= most || strstr(text, "..."));
}

int main(int argc, char **argv) {
    for (int i = 1, end; i < argc; i = end + 1) {
        const struct verb *found = NULL;
        for (end = i; end < argc && strcmp(argv[end], "--");) end++;
        argv[end] = NULL; // argv[argc] is NULL already
        if (argv[i]) found = find(argv[i]);
        if (!found || !fits(found->usage, end - i - 1)) return usage();
        found->run(argv + i + 1);
    }
    fflush(stdout);
    return argc < 2 ? usage() : 0;
}
