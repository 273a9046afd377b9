// What the files of `inside` share. A file for each subject, with its verbs and their table at its end.
#pragma once
#include <errno.h>
#include <stdio.h>
#include <string.h>

#pragma GCC diagnostic ignored "-Wunused-parameter" // of verbs without operands

struct verb {
    const char *name, *usage; // words of usage are operands, those in brackets may be left out
    void (*run)(char **args);
};
// Each ends with an entry without a name.
extern const struct verb identity_verbs[], process_verbs[], namespaces_verbs[], files_verbs[], deeds_verbs[];

long number(const char *text);
/// Prints "ok" or, for a negative result, errno's name.
void answer(long result);
void pause_millis(long millis);
void copy(int from, int to);
void print_file(const char *path);
