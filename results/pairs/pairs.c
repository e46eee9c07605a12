// Both sides are sorted by what makes a run and walked side by side, as a merge does; equal keys
// are a group: at most one done run of each side, and others that failed.
#include "results/pairs/pairs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/pairs/rows.h"
#include "results/pairs/runs.h"
#include "results/schema.h"

enum { TEXT_MOST_BYTES = 16 << 20 }; // of one value of a database; a larger one is refused

struct pair {
    const struct pairs_run *run[PAIRS_SIDES];
};

struct matching {
    struct pairs      *out;
    struct arena      *a;
    struct err        *e;
    sqlite3           *db[PAIRS_SIDES];
    struct pairs_runs  runs[PAIRS_SIDES];
    struct pairs_run **sorted[PAIRS_SIDES]; // [runs.count]
    struct pair       *pairs;               // [out->pair_count]
    bool               by_scheme;           // a scheme with itself
    uint32_t           metric_count;
};

// Of two runs that both are of the scheme that is asked for.
static int compare_cells(const struct pairs_run *x, const struct pairs_run *y, bool by_scheme)
{
    int order = strcmp(x->point, y->point);
    if (!order) order = strcmp(x->model, y->model);
    if (!order && by_scheme) order = strcmp(x->scheme, y->scheme);
    return order;
}

static int compare_keys(const struct pairs_run *x, const struct pairs_run *y, bool by_scheme)
{
    int order = compare_cells(x, y, by_scheme);
    if (!order) order = (x->seed > y->seed) - (x->seed < y->seed);
    if (!order) order = (x->replication > y->replication) - (x->replication < y->replication);
    return order;
}

// Of one side, where a scheme was chosen or is part of the key: done runs before others.
static int by_key(const void *a, const void *b)
{
    const struct pairs_run *x = *(struct pairs_run *const *)a, *y = *(struct pairs_run *const *)b;
    int                     order = compare_keys(x, y, true);
    if (!order) order = y->is_done - x->is_done;
    return order ? order : (x->run_id > y->run_id) - (x->run_id < y->run_id);
}

static void name_run(const char *names[PAIRS_NAMED], uint32_t *count, const struct pairs_run *run,
                     struct arena *a)
{
    if (*count < PAIRS_NAMED) names[*count] = pairs_run_name(run, a);
    ++*count;
}

static bool open_sides(struct matching *m, const struct pairs_request *r)
{
    bool ok = true;
    for (int s = 0; s < PAIRS_SIDES; s++) {
        m->out->side[s].path = r->path[s];
        m->db[s] = schema_open_read(r->path[s], m->e);
        ok = ok && m->db[s];
    }
    for (int s = 0; ok && s < PAIRS_SIDES; s++) {
        sqlite3_limit(m->db[s], SQLITE_LIMIT_LENGTH, TEXT_MOST_BYTES);
        ok = pairs_runs_read(&m->runs[s], m->db[s], r->path[s], r->scheme[s], r, m->a, m->e);
    }
    if (!ok) return false;
    const char *const name[] = {m->runs[0].scenario, m->runs[1].scenario};
    m->out->scenario = name[0];
    return !strcmp(name[0], name[1]) ||
           err_add(m->e, "%s: want runs of scenario \"%.60s\" as in %s, have \"%.60s\"", r->path[1],
                   name[0], r->path[0], name[1]);
}

static bool sort_side(struct matching *m, int s)
{
    struct pairs_runs *runs = &m->runs[s];
    struct pairs_side *side = &m->out->side[s];
    m->sorted[s] = ARENA_ARRAY(m->a, struct pairs_run *, runs->count);
    for (uint32_t i = 0; i < runs->count; i++) m->sorted[s][i] = &runs->runs[i];
    qsort(m->sorted[s], runs->count, sizeof *m->sorted[s], by_key);
    side->runs = runs->count;
    for (uint32_t i = 0; i < runs->count; i++) {
        const struct pairs_run *run = m->sorted[s][i], *last = i ? m->sorted[s][i - 1] : NULL;
        side->done += run->is_done;
        if (last && run->is_done && last->is_done && !compare_keys(last, run, true))
            return err_add(m->e, "%s: %s: want it once, have it in runs %lld and %lld", side->path,
                           pairs_run_name(run, m->a), (long long)last->run_id,
                           (long long)run->run_id);
    }
    return true;
}

// The runs of a side from `i` on that have the key of `first`: the one that is done, and whether
// there is another. Returns where they end.
static uint32_t take_group(const struct matching *m, int s, uint32_t i,
                           const struct pairs_run *first, const struct pairs_run **done,
                           bool *has_failed)
{
    *done = NULL, *has_failed = false;
    for (; i < m->runs[s].count; i++) {
        const struct pairs_run *run = m->sorted[s][i];
        if (compare_keys(run, first, m->by_scheme) != 0) break;
        if (run->is_done)
            *done = run;
        else
            *has_failed = true;
    }
    return i;
}

static void add_group(struct matching *m, const struct pairs_run *const done[PAIRS_SIDES],
                      bool failed_in_new)
{
    struct pairs *out = m->out;
    if (done[0] && done[1]) {
        m->pairs[out->pair_count++] = (struct pair){{done[0], done[1]}};
        return;
    }
    if (done[0] && failed_in_new) name_run(out->failed_names, &out->failed, done[0], m->a);
    for (int s = 0; s < PAIRS_SIDES; s++)
        if (done[s]) name_run(out->side[s].alone_names, &out->side[s].alone, done[s], m->a);
}

static void match(struct matching *m)
{
    uint32_t at[PAIRS_SIDES] = {0};
    m->pairs = ARENA_ARRAY(m->a, struct pair, m->runs[0].count);
    while (at[0] < m->runs[0].count || at[1] < m->runs[1].count) {
        const struct pairs_run *first = NULL, *done[PAIRS_SIDES];
        bool                    has_failed[PAIRS_SIDES];
        for (int s = 0; s < PAIRS_SIDES; s++)
            if (at[s] < m->runs[s].count &&
                (!first || compare_keys(m->sorted[s][at[s]], first, m->by_scheme) < 0))
                first = m->sorted[s][at[s]];
        for (int s = 0; s < PAIRS_SIDES; s++)
            at[s] = take_group(m, s, at[s], first, &done[s], &has_failed[s]);
        add_group(m, done, has_failed[1]);
    }
}

// Where every replication of a side is the same run again.
static bool are_copies(const struct matching *m, const struct pairs_cell *cell)
{
    for (int s = 0; s < PAIRS_SIDES; s++) {
        const struct pairs_run *first = m->pairs[cell->first].run[s];
        for (uint32_t i = 1; i < cell->count; i++) {
            const struct pairs_run *run = m->pairs[cell->first + i].run[s];
            bool same = run->simulated_s == first->simulated_s && run->events == first->events &&
                        run->tasks == first->tasks;
            for (uint32_t k = 0; same && k < m->metric_count; k++)
                same = run->values[k] == first->values[k] ||
                       (isnan(run->values[k]) && isnan(first->values[k]));
            if (!same) return false;
        }
    }
    return true;
}

static uint32_t least_of(uint32_t least, int64_t tasks)
{
    return tasks >= least ? least : tasks > 0 ? (uint32_t)tasks : 0;
}

static void count_tasks(const struct matching *m, struct pairs_cell *cell)
{
    cell->tasks = cell->due = UINT32_MAX;
    for (uint32_t i = 0; i < cell->count; i++)
        for (int s = 0; s < PAIRS_SIDES; s++) {
            const struct pairs_run *run = m->pairs[cell->first + i].run[s];
            cell->tasks = least_of(cell->tasks, run->tasks);
            cell->due = least_of(cell->due, run->due);
        }
}

static int by_first_run(const void *a, const void *b, void *pairs)
{
    const struct pairs_cell *x = a, *y = b;
    const struct pair       *p = pairs;
    int64_t                  i = p[x->first].run[0]->run_id, k = p[y->first].run[0]->run_id;
    return (i > k) - (i < k);
}

static void make_cells(struct matching *m)
{
    struct pairs *out = m->out;
    uint32_t      capacity = 0;
    for (uint32_t i = 0; i < out->pair_count; i++) {
        const struct pair *p = &m->pairs[i];
        if (i && !compare_cells(p->run[0], p[-1].run[0], m->by_scheme)) {
            out->cells[out->cell_count - 1].count++;
            continue;
        }
        out->cells =
            arena_grow(m->a, out->cells, &capacity, out->cell_count + 1, sizeof *out->cells);
        out->cells[out->cell_count++] = (struct pairs_cell){p->run[0]->point,
                                                            p->run[0]->model,
                                                            {p->run[0]->scheme, p->run[1]->scheme},
                                                            i,
                                                            1,
                                                            0,
                                                            0,
                                                            false,
                                                            PAIRS_DIFFER};
    }
    for (uint32_t c = 0; c < out->cell_count; c++) {
        out->cells[c].are_copies = are_copies(m, &out->cells[c]);
        count_tasks(m, &out->cells[c]);
    }
    qsort_r(out->cells, out->cell_count, sizeof *out->cells, by_first_run, m->pairs);
}

static void copy_values(struct matching *m)
{
    struct pairs *out = m->out;
    for (int s = 0; s < PAIRS_SIDES; s++) {
        out->value[s] = ARENA_ARRAY(m->a, double, (size_t)m->metric_count * out->pair_count);
        for (uint32_t k = 0; k < m->metric_count; k++)
            for (uint32_t i = 0; i < out->pair_count; i++)
                out->value[s][(size_t)k * out->pair_count + i] = m->pairs[i].run[s]->values[k];
    }
}

static bool same_run(const struct matching *m, const struct pair *p)
{
    const struct pairs_run *x = p->run[0], *y = p->run[1];
    bool same = x->events == y->events && x->tasks == y->tasks && x->simulated_s == y->simulated_s;
    for (uint32_t k = 0; same && k < m->metric_count; k++)
        same = x->values[k] == y->values[k] || (isnan(x->values[k]) && isnan(y->values[k]));
    return same;
}

// Reads tasks only where everything else of the cell's runs is equal.
static bool compare_rows(struct matching *m)
{
    struct pairs_rows_reader reader;
    bool                     ok = pairs_rows_open(&reader, m->db[0], m->db[1], m->by_scheme, m->e);
    for (uint32_t c = 0; ok && c < m->out->cell_count; c++) {
        struct pairs_cell *cell = &m->out->cells[c];
        const struct pair *p = m->pairs + cell->first;
        enum pairs_rows    rows = PAIRS_EQUAL, all = PAIRS_EQUAL;
        for (uint32_t i = 0; all && i < cell->count; i++)
            if (!same_run(m, &p[i])) all = PAIRS_DIFFER;
        for (uint32_t i = 0; ok && all && i < cell->count; i++) {
            ok = pairs_rows_compare(&reader, p[i].run[0]->run_id, p[i].run[1]->run_id, &rows, m->e);
            if (rows != PAIRS_EQUAL) all = all == PAIRS_EQUAL || !rows ? rows : all;
        }
        cell->rows = all;
    }
    pairs_rows_close(&reader);
    return ok;
}

static void add_note(struct matching *m, uint32_t *capacity, const char *note)
{
    struct pairs *out = m->out;
    out->notes = arena_grow(m->a, out->notes, capacity, out->note_count + 1, sizeof *out->notes);
    out->notes[out->note_count++] = note;
}

// What a side was made from; the plug-in behind the others.
static const char *origin(const struct pair *p, int side, int field)
{
    return field < PAIRS_ORIGINS ? p->run[side]->origin[field] : p->run[side]->plugins;
}

static void make_notes(struct matching *m)
{
    uint32_t capacity = 0;
    for (int f = 0; f <= PAIRS_ORIGINS; f++) {
        const struct pair *first = NULL;
        uint32_t           count = 0;
        for (uint32_t i = 0; i < m->out->pair_count; i++) {
            const struct pair *p = &m->pairs[i];
            if (origin(p, 0, f) == origin(p, 1, f) || !strcmp(origin(p, 0, f), origin(p, 1, f)))
                continue;
            if (!count++) first = p;
        }
        if (!first) continue;
        const char *x = origin(first, 0, f), *y = origin(first, 1, f);
        int         shown = f < PAIRS_ORIGINS && pairs_origin_is_digest[f] ? 12 : 120;
        add_note(m, &capacity,
                 arena_format(m->a, "%s differs in %u of %u pairs: %.*s, then %.*s",
                              f < PAIRS_ORIGINS ? pairs_origin_names[f] : "plug-in", count,
                              m->out->pair_count, shown, *x ? x : "none", shown, *y ? y : "none"));
    }
}

static bool refuse_nothing(struct matching *m)
{
    const struct pairs *out = m->out;
    const char         *one[PAIRS_SIDES];
    for (int s = 0; s < PAIRS_SIDES; s++)
        one[s] = out->side[s].done ? out->side[s].alone_names[0] : "no run that is done";
    return err_add(
        m->e,
        "%s: want a run with the point, model, %sseed and replication of one in %s, have "
        "none in common; the first there: %s; here: %s",
        out->side[1].path, m->by_scheme ? "scheme, " : "", out->side[0].path, one[0], one[1]);
}

static bool read_and_match(struct matching *m, const struct pairs_request *r)
{
    if (!open_sides(m, r) || !sort_side(m, 0) || !sort_side(m, 1)) return false;
    match(m);
    if (!m->out->pair_count) return refuse_nothing(m);
    make_cells(m);
    copy_values(m);
    make_notes(m);
    return compare_rows(m);
}

bool pairs_read(struct pairs *out, struct arena *a, const struct pairs_request *r, struct err *e)
{
    struct matching m = {
        .out = out, .a = a, .e = e, .by_scheme = !r->scheme[0], .metric_count = r->metric_count};
    *out = (struct pairs){0};
    bool ok = read_and_match(&m, r);
    for (int s = 0; s < PAIRS_SIDES; s++) sqlite3_close(m.db[s]);
    return ok;
}
