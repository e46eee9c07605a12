// cli/cmd_run.c: runs a scenario: each model under each scheme, all replications; stores, then
// prints.
#include <stdio.h>
#include <string.h>

#include "cli/export.h"
#include "cli/inputs.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/report.h"

static const volatile int *interrupted;

struct batch { // one call of the command
    struct scenario     scenario;
    struct profile      profile;
    struct store       *store;
    struct arena       *arena; // of the command
    const char        **model_names;
    struct result_row  *rows;
    uint32_t            row_count, runs_done, runs_total;
    struct progress_bar progress;
    bool                quiet, is_kept; // is_kept: a run failed, its tasks that ended are stored
    const char         *point;          // JSON object of what --set changed
};

// What a run needs is given back before the next; only the row gathers.
static bool run_replications(struct batch *b, struct arena *a, struct result_row *row,
                             struct arena *gathered, struct err *e)
{
    struct scenario *s = &b->scenario;
    struct prepared  p;
    struct gather    gather;
    simulate_prepare(&p, a, s, row->model_rank, row->scheme, &b->profile);
    row->model = p.label;
    row->class_count = p.class_count > 1 ? p.class_count : 0;
    row->class_names = b->model_names;
    gather_begin(&gather, row, gathered, b->arena, s->replications);
    row->fitted_layers = simulate_fitted(&p);
    for (uint32_t r = 0; r < s->replications; r++) {
        struct run_identity id = {b->runs_done, r, b->point};
        struct outcome      outcome;
        struct arena_mark   mark = arena_mark(a);
        if (!simulate(&p, &id, b->store, interrupted, a, &outcome, e)) {
            b->is_kept = outcome.is_kept;
            return false;
        }
        if (*interrupted) return false;
        gather_add(&gather, row, &outcome);
        arena_rewind(a, mark);
        progress_show(&b->progress, ++b->runs_done);
    }
    gather_end(&gather, row);
    return true;
}

static bool run_all(struct batch *b, struct err *e)
{
    struct arena scratch = {0}, gathered = {0};
    bool         ok = true;
    for (uint32_t m = 0; ok && m < simulate_model_runs(&b->scenario); m++)
        for (uint32_t s = 0; ok && s < b->scenario.scheme_count; s++) {
            struct result_row *row = &b->rows[b->row_count];
            *row = (struct result_row){.model_rank = m, .scheme = &b->scenario.schemes[s]};
            ok = run_replications(b, &scratch, row, &gathered, e);
            b->row_count += ok;
            arena_rewind(&scratch, (struct arena_mark){0});
            arena_rewind(&gathered, (struct arena_mark){0});
        }
    arena_free(&scratch);
    arena_free(&gathered);
    return ok;
}

static void print_results(const struct batch *b, int format)
{
    if (format == 1)
        export_json(b->rows, b->row_count);
    else if (format == 2)
        export_csv(b->rows, b->row_count);
    else if (!b->quiet)
        report_table(&b->scenario, &b->profile, b->rows, b->row_count);
}

// The database says what was run.
static const char *point_of(const struct arguments *args)
{
    uint32_t     count;
    const char **sets = option_all(args, "set", &count);
    return inputs_point(args, sets, count);
}

static bool read_inputs(const struct arguments *args, struct batch *b, int *format, struct err *e)
{
    static const char *const formats[] = {"table", "json", "csv", NULL};
    int64_t                  seed, replications;
    *format = option_choice(args, "format", formats, 0, e);
    bool ok = *format >= 0;
    ok = option_integer(args, "seed", -1, 0, 1ll << 53, &seed, e) && ok;
    ok = option_integer(args, "replications", 0, 1, 100000, &replications, e) && ok;
    ok = inputs_scenario(args, &b->scenario, e) && ok;
    ok = inputs_profile(args, &b->profile, e) && ok;
    ok = ok && simulate_check(&b->scenario, &b->profile, e);
    b->quiet = option_is_given(args, "quiet");
    b->point = point_of(args);
    if (seed >= 0) b->scenario.seed = (uint64_t)seed;
    if (replications) b->scenario.replications = (uint32_t)replications;
    return ok;
}

static enum exit_code run(const struct arguments *args, struct err *e)
{
    struct batch b = {0};
    int          format;
    if (!read_inputs(args, &b, &format, e)) return EXIT_BAD_INPUT;
    uint32_t rows = simulate_model_runs(&b.scenario) * b.scenario.scheme_count;
    b.runs_total = rows * b.scenario.replications;
    b.arena = args->arena;
    b.model_names = ARENA_ARRAY(args->arena, const char *, b.scenario.model_count);
    for (uint32_t m = 0; m < b.scenario.model_count; m++)
        b.model_names[m] = b.scenario.models[m].label;
    b.rows = ARENA_ARRAY(args->arena, struct result_row, rows);
    const char *db = option_value(args, "db", arena_format(args->arena, "%s.db", b.scenario.name));
    b.store = store_open(db, b.scenario.name, e);
    if (!b.store) return EXIT_BAD_INPUT;
    store_replace_all(b.store);
    store_document(b.store, "scenario", b.scenario.text);
    interrupted = interrupt_catch();
    progress_begin(&b.progress, "runs", 0, b.runs_total, b.quiet);
    bool ok = run_all(&b, e);
    progress_end(&b.progress);
    if (*interrupted)
        err_add(e, "%s: interrupted after %u of %u runs; these are whole, the rest is missing", db,
                b.runs_done, b.runs_total);
    if (b.is_kept)
        err_add(e,
                "%s: %u of %u runs are whole; of the next one the tasks that had ended are kept, "
                "marked "
                "failed",
                db, b.runs_done, b.runs_total);
    store_close(b.store);
    if (!ok) return EXIT_FAILED;
    print_results(&b, format);
    if (format == 0 && !b.quiet)
        printf("%u runs in %s; figures: fogsim plot %s FIGURE\n", b.runs_done, db, db);
    return EXIT_DONE;
}

static const struct option_spec options[] = {
    SCENARIO_OPTIONS,
    {"seed", "N", "seed (default: the scenario's)"},
    {"replications", "N", "independent repetitions (default: the scenario's)"},
    {"db", "FILE", "database of results (default: NAME.db here; what it holds is replaced)"},
    {"format", "FORMAT", "table (default), json or csv"},
    {"quiet", NULL, "no table, no progress bar"},
    {0},
};

const struct command command_run = {
    "run",
    "SCENARIO",
    "simulate a scenario, store every task and layer, print the comparison",
    "SCENARIO is a file, or the name of a bundled scenario (fogsim list scenarios).",
    1,
    1,
    options,
    run};
