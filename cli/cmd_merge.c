// cli/cmd_merge.c: puts the databases of a sweep's shards together.
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "results/merge.h"

static void print_inputs(const struct merge_result *r)
{
    for (uint32_t i = 0; i < r->input_count; i++) {
        const struct merge_input *in = &r->inputs[i];
        printf("%s: ", in->path);
        if (in->is_out)
            printf("the output itself, passed over\n");
        else if (in->taken == in->runs)
            printf("%llu runs\n", (unsigned long long)in->runs);
        else
            printf("%llu of %llu runs, the rest was there\n", (unsigned long long)in->taken,
                   (unsigned long long)in->runs);
    }
}

// Runs that the whole sweep has, by its settings; -1: they do not say.
static int64_t whole_count(const char *settings)
{
    cJSON       *root = settings ? cJSON_Parse(settings) : NULL;
    const cJSON *runs = cJSON_GetObjectItemCaseSensitive(root, "runs");
    double       count = cJSON_IsNumber(runs) ? runs->valuedouble : -1;
    cJSON_Delete(root);
    return count >= 0 && count < 1e15 ? (int64_t)count : -1;
}

// "3, 7-9, 12, ...": the numbers of [first, end) that are not among `known`, which ascend.
static void print_gaps(int64_t first, int64_t end, const int64_t *known, uint64_t count)
{
    enum { MOST_RANGES = 12 };
    uint64_t at = 0;
    int      ranges = 0;
    for (int64_t n = first; n < end; n++) {
        while (at < count && known[at] < n) at++;
        if (at < count && known[at] == n) continue;
        int64_t next = at < count && known[at] < end ? known[at] : end;
        if (ranges++ == MOST_RANGES) {
            printf(", ...");
            break;
        }
        printf(ranges > 1 ? ", %lld" : " %lld", (long long)n);
        if (next - n > 1) printf("-%lld", (long long)(next - 1));
        n = next;
    }
    printf("\n");
}

// I of N, by the name that `fogsim sweep --shard I/N` gives: "NAME.sweep.I-of-N.db".
static bool is_shard(const char *path, unsigned *index, unsigned *count)
{
    const char *sweep = strstr(path, ".sweep.");
    int         end = 0;
    for (const char *next = sweep; next; next = strstr(next + 1, ".sweep.")) sweep = next;
    return sweep && sscanf(sweep, ".sweep.%u-of-%u.db%n", index, count, &end) == 2 && end &&
           !sweep[end];
}

static int ascending(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return (a > b) - (a < b);
}

// Where every input is named as a shard of as many: those that are not given.
static void print_shards(const struct merge_result *r, struct arena *a)
{
    int64_t *given = ARENA_ARRAY(a, int64_t, r->input_count);
    unsigned all = 0, distinct = 0;
    for (uint32_t i = 0; i < r->input_count; i++) {
        unsigned index, count;
        if (!is_shard(r->inputs[i].path, &index, &count) || (i && count != all)) return;
        all = count;
        given[i] = index;
    }
    qsort(given, r->input_count, sizeof *given, ascending);
    for (uint32_t i = 0; i < r->input_count; i++) distinct += !i || given[i] != given[i - 1];
    if (distinct >= all) return;
    printf("shards of %u that were not given:", all);
    print_gaps(1, (int64_t)all + 1, given, r->input_count);
}

static void print_whole(const struct merge_result *r, const char *out, struct arena *a)
{
    int64_t whole = whole_count(r->settings);
    printf("%s: %llu runs", out, (unsigned long long)r->run_count);
    if (whole >= 0) printf(" of %lld", (long long)whole);
    if (r->done_count != r->run_count)
        printf(", %llu of them failed", (unsigned long long)(r->run_count - r->done_count));
    printf("\n");
    if (whole < 0 || r->done_count >= (uint64_t)whole) return;
    if (r->found_count == 0) print_shards(r, a); // else OUT may hold others
    printf("not done, by run_id:");
    print_gaps(0, whole, r->done_runs, r->done_count);
}

static enum exit_code run(const struct arguments *args, struct err *e)
{
    struct merge_result result;
    const char         *out = args->words[0];
    const volatile int *interrupted = interrupt_catch();
    if (!merge_databases(out, args->words + 1, args->word_count - 1, interrupted, args->arena,
                         &result, e))
        return *interrupted ? EXIT_FAILED : EXIT_BAD_INPUT;
    print_inputs(&result);
    print_whole(&result, out, args->arena);
    return EXIT_DONE;
}

static const struct option_spec options[] = {{0}};

const struct command command_merge = {
    "merge",
    "OUT.db IN.db...",
    "put the databases of a sweep's shards together",
    "Every IN.db is what a part of one sweep gave (fogsim sweep --shard I/N). OUT.db is made, or\n"
    "grows when it is such a part. A run that failed gives way to one that is done. OUT.db gets\n"
    "all or stays as it is; an IN.db is never changed. What is missing afterwards can be done by\n"
    "the whole sweep with --db OUT.db --resume.",
    2,
    UINT32_MAX,
    options,
    run};
