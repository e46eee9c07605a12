// cli/cmd_merge.c: puts the databases of a sweep's shards together.
#include <cjson/cJSON.h>
#include <stdio.h>

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

// Runs that the whole sweep has, by its document; -1: it does not say.
static int64_t whole_count(const char *sweep)
{
    cJSON       *root = sweep ? cJSON_Parse(sweep) : NULL;
    const cJSON *runs = cJSON_GetObjectItemCaseSensitive(root, "runs");
    double       count = cJSON_IsNumber(runs) ? runs->valuedouble : -1;
    cJSON_Delete(root);
    return count >= 0 && count < 1e15 ? (int64_t)count : -1;
}

// "3, 7-9, 12 ...": the run_ids of the list that are not done.
static void print_missing(const struct merge_result *r, int64_t whole)
{
    enum { MOST_RANGES = 12 };
    uint64_t at = 0;
    int      ranges = 0;
    for (int64_t id = 0; id < whole; id++) {
        while (at < r->done_count && r->done_runs[at] < id) at++;
        if (at < r->done_count && r->done_runs[at] == id) continue;
        int64_t next = at < r->done_count && r->done_runs[at] < whole ? r->done_runs[at] : whole;
        if (ranges++ == MOST_RANGES) {
            printf(", ...");
            break;
        }
        printf(ranges > 1 ? ", %lld" : " %lld", (long long)id);
        if (next - id > 1) printf("-%lld", (long long)(next - 1));
        id = next;
    }
    printf("\n");
}

static void print_whole(const struct merge_result *r, const char *out)
{
    int64_t whole = whole_count(r->sweep);
    printf("%s: %llu runs", out, (unsigned long long)r->run_count);
    if (whole >= 0) printf(" of %lld", (long long)whole);
    if (r->done_count != r->run_count)
        printf(", %llu of them failed", (unsigned long long)(r->run_count - r->done_count));
    printf("\n");
    if (whole < 0 || r->done_count >= (uint64_t)whole) return;
    printf("not done, by run_id:");
    print_missing(r, whole);
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
    print_whole(&result, out);
    return EXIT_DONE;
}

static const struct option_spec options[] = {{0}};

const struct command command_merge = {
    "merge",
    "OUT.db IN.db...",
    "put the databases of a sweep's shards together",
    "Every IN.db is what a part of one sweep gave (fogsim sweep --shard I/N). OUT.db is made, or\n"
    "grows when it is such a part. A run that failed gives way to one that is done. OUT.db gets\n"
    "all or stays as it is; an IN.db is never changed.",
    2,
    UINT32_MAX,
    options,
    run};
