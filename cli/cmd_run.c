// cli/cmd_run.c: runs a scenario: each model under each scheme, all replications; stores, then
// prints.
//
// With --precision the schemes of a model get the same number of replications, the most that one of
// them needs: their differences are of pairs that saw the same arrivals.
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
    struct study        study;
    struct store       *store;
    struct arena       *arena; // of the command
    const char        **model_names;
    struct result_row  *rows;
    uint32_t            row_count, runs_done, runs_total;
    struct progress_bar progress;
    bool                quiet, is_kept; // is_kept: a run failed, its tasks that ended are stored
    const char         *point;          // JSON object of what --set changed
};

struct cell { // one model under one scheme, while its replications go on
    struct prepared    p;
    struct gather      gather;
    struct result_row *row;
    double           **values; // [study.precision_count][precision.most] of each replication
};

static void begin_cell(struct batch *b, struct cell *c, struct arena *a, struct arena *gathered)
{
    const struct study *study = &b->study;
    simulate_prepare(&c->p, a, &b->scenario, c->row->model_rank, c->row->scheme, &b->profile);
    c->row->model = c->p.label;
    c->row->class_count = c->p.class_count > 1 ? c->p.class_count : 0;
    c->row->class_names = b->model_names;
    c->row->fitted_layers = simulate_fitted(&c->p);
    gather_begin(&c->gather, c->row, gathered, b->arena);
    c->values = ARENA_ARRAY(a, double *, study->precision_count);
    for (uint32_t i = 0; i < study->precision_count; i++)
        c->values[i] = ARENA_ARRAY(a, double, study->precision[i].most);
}

// What a run needs is given back before the next; only the cell gathers.
static bool run_replication(struct batch *b, struct cell *c, uint32_t replication, struct arena *a,
                            struct err *e)
{
    struct run_identity id = {b->runs_done, replication, b->point};
    struct outcome      outcome;
    struct arena_mark   mark = arena_mark(a);
    if (!simulate(&c->p, &id, b->store, interrupted, a, &outcome, e)) {
        b->is_kept = outcome.is_kept;
        return false;
    }
    if (*interrupted) return false;
    gather_add(&c->gather, c->row, &outcome);
    for (uint32_t i = 0; i < b->study.precision_count; i++)
        c->values[i][replication] = precision_value(&b->study.precision[i], &outcome.statistics, a);
    arena_rewind(a, mark);
    progress_show(&b->progress, ++b->runs_done);
    return true;
}

// How many replications all cells of a model are to have, given `n` of each.
static uint32_t wanted_of(const struct batch *b, const struct cell *cells, uint32_t n)
{
    uint32_t most = n;
    for (uint32_t s = 0; s < b->scenario.scheme_count; s++)
        for (uint32_t i = 0; i < b->study.precision_count; i++) {
            uint32_t wanted = precision_wanted(&b->study.precision[i], cells[s].values[i], n);
            most = wanted > most ? wanted : most;
        }
    return most;
}

static void end_cell(struct batch *b, struct cell *c, uint32_t n)
{
    const struct study *study = &b->study;
    double             *reached = ARENA_ARRAY(b->arena, double, study->precision_count);
    gather_end(&c->gather, c->row);
    for (uint32_t i = 0; i < study->precision_count; i++)
        reached[i] = precision_share(c->values[i], n);
    c->row->precision = reached;
}

// The first replications of every scheme, then as many more as the precision takes.
static bool run_cells(struct batch *b, struct cell *cells, struct arena *a, struct err *e)
{
    uint32_t schemes = b->scenario.scheme_count, done = 0;
    uint32_t wanted =
        b->study.precision_count ? b->study.precision->least : b->scenario.replications;
    while (done < wanted) {
        for (uint32_t s = 0; s < schemes; s++)
            for (uint32_t r = done; r < wanted; r++)
                if (!run_replication(b, &cells[s], r, a, e)) return false;
        done = wanted;
        wanted = wanted_of(b, cells, done);
        b->runs_total += (wanted - done) * schemes;
        progress_total(&b->progress, b->runs_total);
    }
    for (uint32_t s = 0; s < schemes; s++) end_cell(b, &cells[s], done);
    return true;
}

static bool run_all(struct batch *b, struct err *e)
{
    struct arena a = {0}, gathered = {0};
    uint32_t     schemes = b->scenario.scheme_count;
    bool         ok = true;
    for (uint32_t m = 0; ok && m < simulate_model_runs(&b->scenario); m++) {
        struct cell *cells = ARENA_ARRAY(&a, struct cell, schemes);
        for (uint32_t s = 0; s < schemes; s++) {
            cells[s].row = &b->rows[b->row_count + s];
            *cells[s].row = (struct result_row){.model_rank = m, .scheme = &b->scenario.schemes[s]};
            begin_cell(b, &cells[s], &a, &gathered);
        }
        ok = run_cells(b, cells, &a, e);
        b->row_count += ok ? schemes : 0;
        arena_rewind(&a, (struct arena_mark){0});
        arena_rewind(&gathered, (struct arena_mark){0});
    }
    arena_free(&a);
    arena_free(&gathered);
    return ok;
}

static void print_results(const struct batch *b, int format)
{
    if (format == 1)
        export_json(&b->study, b->rows, b->row_count);
    else if (format == 2)
        export_csv(b->rows, b->row_count);
    else if (!b->quiet)
        report_table(&b->study, b->rows, b->row_count);
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
    b->study.scenario = &b->scenario;
    b->study.profile = &b->profile;
    struct precision *precision;
    ok = precision_read(args, b->scenario.replications, &precision, &b->study.precision_count, e) &&
         ok;
    b->study.precision = precision;
    return ok;
}

static enum exit_code run(const struct arguments *args, struct err *e)
{
    struct batch b = {0};
    int          format;
    if (!read_inputs(args, &b, &format, e)) return EXIT_BAD_INPUT;
    uint32_t rows = simulate_model_runs(&b.scenario) * b.scenario.scheme_count;
    b.runs_total =
        rows * (b.study.precision_count ? b.study.precision->least : b.scenario.replications);
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
    PRECISION_OPTIONS,
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
