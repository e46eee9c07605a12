// bench/engine/main.c: build/fogsim-bench: how fast the event set and the engine are.
#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/engine/bench.h"

enum { USERS_MAX = 100000000 };

static int usage(const char *why, const char *word)
{
    if (why) fprintf(stderr, "fogsim-bench: %s%s\n", word, why);
    fputs("usage: fogsim-bench hold [--pending N] [--seed S]\n"
          "       fogsim-bench engine --users U --tasks N --seed S [--events]\n",
          stderr);
    return 2;
}

static bool read_number(const char *text, uint64_t *out)
{
    char *end;
    if (!text || *text < '0' || *text > '9') return false;
    *out = strtoull(text, &end, 10);
    return !*end;
}

// The place of an option's value; NULL: the command has no such option.
static uint64_t *value_of(struct bench_options *o, bool is_hold, const char *option)
{
    if (!strcmp(option, "--seed")) return &o->seed;
    if (is_hold) return strcmp(option, "--pending") ? NULL : &o->pending;
    if (!strcmp(option, "--users")) return &o->users;
    return strcmp(option, "--tasks") ? NULL : &o->tasks;
}

int main(int argc, char **argv)
{
    struct bench_options o = {.seed = 1};
    gsl_set_error_handler_off();
    if (argc < 2) return usage(NULL, "");
    bool is_hold = !strcmp(argv[1], "hold");
    if (!is_hold && strcmp(argv[1], "engine")) return usage(": want hold or engine", argv[1]);
    for (int i = 2; i < argc; i++) {
        if (!is_hold && !strcmp(argv[i], "--events")) {
            o.events = true;
            continue;
        }
        uint64_t *value = value_of(&o, is_hold, argv[i]);
        if (!value) return usage(": no such option", argv[i]);
        if (!read_number(argv[i + 1], value)) return usage(": want a whole number", argv[i]);
        i++;
    }
    if (is_hold) return o.pending <= UINT32_MAX ? bench_hold(&o) : usage(": too many", "--pending");
    if (!o.users || !o.tasks) return usage("want --users and --tasks, both at least 1", "");
    if (o.users > USERS_MAX) return usage(": want at most 100000000", "--users");
    return bench_engine(&o);
}
