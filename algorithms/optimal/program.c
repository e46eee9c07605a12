#include "algorithms/optimal/program.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- columns and rows ---------------------------------------------------------------------------

static int add_column(struct program *g, bool is_binary, double upper)
{
    int column = glp_add_cols(g->lp, 1);
    if (is_binary)
        glp_set_col_kind(g->lp, column, GLP_BV);
    else
        glp_set_col_bnds(g->lp, column, GLP_DB, 0, upper);
    return column;
}

static int add_row(struct program *g, int kind, double bound)
{
    int row = glp_add_rows(g->lp, 1);
    glp_set_row_bnds(g->lp, row, kind, bound, bound);
    return row;
}

static void put(struct program *g, int row, int column, double value)
{
    uint32_t n = ++g->entries;
    g->rows = arena_grow(g->a, g->rows, &g->rows_capacity, n + 1, sizeof *g->rows);
    g->columns = arena_grow(g->a, g->columns, &g->columns_capacity, n + 1, sizeof *g->columns);
    g->values = arena_grow(g->a, g->values, &g->values_capacity, n + 1, sizeof *g->values);
    g->rows[n] = row;
    g->columns[n] = column;
    g->values[n] = value;
}

static void add_choices(struct program *g)
{
    const struct splits *x = g->x;
    g->choice = ARENA_ARRAY(g->a, int, (size_t)g->steps * x->count);
    g->used = ARENA_ARRAY(g->a, int, g->p->node_count);
    for (uint32_t i = 1; i < g->p->node_count; i++) g->used[i] = add_column(g, false, 1);
    for (uint32_t s = 0; s < g->steps; s++) {
        int one = add_row(g, GLP_FX, 1);
        for (uint32_t c = 0; c < x->count; c++) {
            g->choice[s * x->count + c] = add_column(g, true, 1);
            put(g, one, program_choice(g, s, c), 1);
        }
    }
}

// used[i] >= what each step gives to the node; remote >= used[i]; not more than may be used.
static void add_nodes(struct program *g)
{
    int most = add_row(g, GLP_UP, g->p->most_fogs);
    for (uint32_t i = 1; i < g->p->node_count; i++) {
        put(g, most, g->used[i], 1);
        int any = add_row(g, GLP_LO, 0);
        put(g, any, g->remote, 1);
        put(g, any, g->used[i], -1);
        for (uint32_t s = 0; s < g->steps; s++) {
            int row = add_row(g, GLP_LO, 0);
            put(g, row, g->used[i], 1);
            for (uint32_t c = 0; c < g->x->count; c++)
                if (g->x->fogs[c] >> i & 1) put(g, row, program_choice(g, s, c), -1);
        }
    }
}

// The pair columns of two steps: both sums are the choices of the steps.
static int pairs_of(struct program *g, uint32_t from, uint32_t to)
{
    uint32_t n = g->x->count;
    int     *first = &g->pair[from * g->steps + to];
    if (*first) return *first;
    *first = glp_add_cols(g->lp, (int)(n * n));
    for (uint32_t i = 0; i < n * n; i++) glp_set_col_bnds(g->lp, *first + (int)i, GLP_DB, 0, 1);
    for (uint32_t c = 0; c < n; c++) {
        int of_from = add_row(g, GLP_FX, 0), of_to = add_row(g, GLP_FX, 0);
        put(g, of_from, program_choice(g, from, c), -1);
        put(g, of_to, program_choice(g, to, c), -1);
        for (uint32_t d = 0; d < n; d++) {
            put(g, of_from, *first + (int)(c * n + d), 1);
            put(g, of_to, *first + (int)(d * n + c), 1);
        }
    }
    return *first;
}

static int end_column(const struct program *g, uint32_t step, uint32_t event)
{
    return step == g->steps ? g->latency : g->end[step * g->events + event];
}

static int edge_column(struct program *g, const struct split_edge *e)
{
    if (e->from_step == FROM_INPUT) return program_choice(g, e->to_step, e->to_choice);
    uint32_t from = (uint32_t)e->from_step;
    if (from == e->to_step || e->to_step == g->steps)
        return program_choice(g, from, e->from_choice);
    return pairs_of(g, from, e->to_step) + (int)(e->from_choice * g->x->count + e->to_choice);
}

static double edge_span(const struct program *g, const struct split_edge *e)
{
    sim_ns own = 0;
    if (e->to_step < g->steps)
        own = splits_event_ns(g->p, g->x, e->to_step, e->to_choice, e->to_event);
    return fmin((double)(e->wait_ns + own) / g->unit_ns, 2); // 2: out of the question
}

static double delay(const struct program *g)
{
    return (double)ns_or_end(g->p->v->limits->edge_delay_s) / g->unit_ns;
}

// The end of an event is not before the end of another and the way, for the choices that make the
// one need the other: [first, last) of the edges. Where only some do the row is void for the rest.
static void add_precedence(struct program *g, const struct split_edge *first,
                           const struct split_edge *last)
{
    uint32_t n = g->x->count, all = n;
    bool     is_input = first->from_step == FROM_INPUT;
    if (!is_input && (uint32_t)first->from_step != first->to_step && first->to_step != g->steps)
        all = n * n;
    double beside = is_input || last - first == (ptrdiff_t)all ? 0 : 1;
    int    row = add_row(g, GLP_LO, -beside);
    put(g, row, end_column(g, first->to_step, first->to_event), 1);
    if (is_input)
        put(g, row, g->remote, -delay(g));
    else
        put(g, row, end_column(g, (uint32_t)first->from_step, first->from_event), -1);
    for (const struct split_edge *e = first; e < last; e++)
        put(g, row, edge_column(g, e), -edge_span(g, e) - beside);
}

static bool same_ends(const struct split_edge *a, const struct split_edge *b)
{
    return a->from_step == b->from_step && a->from_event == b->from_event &&
           a->to_step == b->to_step && a->to_event == b->to_event;
}

static void add_times(struct program *g)
{
    const struct splits *x = g->x;
    g->end = ARENA_ARRAY(g->a, int, (size_t)g->steps * g->events);
    g->pair = ARENA_ARRAY(g->a, int, (size_t)g->steps * g->steps);
    for (uint32_t i = 0; i < g->steps * g->events; i++) g->end[i] = add_column(g, false, 1);
    for (uint32_t i = 0, end; i < x->edge_count; i = end) {
        for (end = i + 1; end < x->edge_count && same_ends(&x->edges[i], &x->edges[end]);) end++;
        add_precedence(g, &x->edges[i], &x->edges[end]);
    }
}

// ---- loading all at once ------------------------------------------------------------------------

// Where a node loads everything with the first step that it takes part in: its loading ends not
// before the input of that step is there, plus all its weights; no slice of it before that.
static bool computes(const struct program *g, uint32_t step, uint32_t choice, uint32_t rank)
{
    return g->x->slice_ns[((size_t)step * g->x->count + choice) * g->p->node_count + rank] >= 0;
}

// first[step, node] >= it computes in this step, less any step before.
static void add_first(struct program *g, uint32_t step, uint32_t rank)
{
    int column = add_column(g, false, 1), row = add_row(g, GLP_LO, 0);
    g->first[step * g->p->node_count + rank] = column;
    put(g, row, column, 1);
    for (uint32_t s = 0; s <= step; s++)
        for (uint32_t c = 0; c < g->x->count; c++)
            if (computes(g, s, c, rank)) put(g, row, program_choice(g, s, c), s < step ? 1 : -1);
}

// total[node]: of all its weights.
static void add_total(struct program *g, uint32_t rank)
{
    int row = add_row(g, GLP_FX, 0);
    g->total[rank] = add_column(g, false, 1);
    put(g, row, g->total[rank], 1);
    for (uint32_t s = 0; s < g->steps; s++)
        for (uint32_t c = 0; c < g->x->count; c++) {
            size_t at = ((size_t)s * g->x->count + c) * g->p->node_count + rank;
            double load = fmin((double)g->x->load_ns[at] / g->unit_ns, 2);
            if (computes(g, s, c, rank) && load > 0) put(g, row, program_choice(g, s, c), -load);
        }
}

static void add_loaded(struct program *g, uint32_t step, uint32_t rank)
{
    uint32_t event = g->p->parts == 1 ? 0 : rank;
    int      row = add_row(g, GLP_LO, -1);
    put(g, row, end_column(g, step, event), 1);
    put(g, row, g->loaded[rank], -1);
    for (uint32_t c = 0; c < g->x->count; c++) {
        if (!computes(g, step, c, rank)) continue;
        double own = (double)splits_event_ns(g->p, g->x, step, c, event) / g->unit_ns;
        put(g, row, program_choice(g, step, c), -fmin(own, 2) - 1);
    }
}

// The input of the first step, by the edges of one pair of events.
static void add_first_input(struct program *g, const struct split_edge *first,
                            const struct split_edge *last, uint32_t rank)
{
    int row = add_row(g, GLP_LO, -2);
    put(g, row, g->loaded[rank], 1);
    put(g, row, g->total[rank], -1);
    put(g, row, g->first[first->to_step * g->p->node_count + rank], -1);
    if (first->from_step == FROM_INPUT)
        put(g, row, g->remote, -delay(g));
    else
        put(g, row, end_column(g, (uint32_t)first->from_step, first->from_event), -1);
    for (const struct split_edge *e = first; e < last; e++)
        if (computes(g, e->to_step, e->to_choice, rank))
            put(g, row, edge_column(g, e), -1 - fmin((double)e->wait_ns / g->unit_ns, 2));
}

static void add_loads(struct program *g)
{
    const struct splits *x = g->x;
    uint32_t             n = g->p->node_count;
    g->loaded = ARENA_ARRAY(g->a, int, n);
    g->total = ARENA_ARRAY(g->a, int, n);
    g->first = ARENA_ARRAY(g->a, int, (size_t)g->steps *n);
    for (uint32_t i = 0; i < n; i++) {
        g->loaded[i] = add_column(g, false, 1);
        add_total(g, i);
        for (uint32_t s = 0; s < g->steps; s++) {
            add_first(g, s, i);
            add_loaded(g, s, i);
        }
    }
    for (uint32_t i = 0, end; i < x->edge_count; i = end) {
        const struct split_edge *e = &x->edges[i];
        for (end = i + 1; end < x->edge_count && same_ends(e, &x->edges[end]);) end++;
        if (e->to_step == g->steps || e->to_event == n) continue;
        for (uint32_t rank = 0; rank < n; rank++)
            if (g->p->parts == 1 || e->to_event == rank)
                add_first_input(g, e, &x->edges[end], rank);
    }
}

// ---- the last of a step -------------------------------------------------------------------------

// Parts make most rows above void for some choices, which says little while choices are fractions.
// So the latest end of a step's slices, and that of its merge, have times of their own: whichever
// slice ends last, somebody waits for it. These rows hold for all choices.
static bool is_merge(const struct program *g, uint32_t event)
{
    return event == g->p->node_count;
}

static int by_kind(const struct split_edge *a, const struct split_edge *b, uint32_t merge)
{
    const int64_t keys[][2] = {
        {a->from_step, b->from_step},     {a->from_event == merge, b->from_event == merge},
        {a->to_step, b->to_step},         {a->to_event == merge, b->to_event == merge},
        {a->from_choice, b->from_choice}, {a->to_choice, b->to_choice},
        {a->from_event, b->from_event}};
    for (int i = 0; i < 7; i++)
        if (keys[i][0] != keys[i][1]) return (keys[i][0] < keys[i][1] ? -1 : 1) * (i < 4 ? 2 : 1);
    return 0;
}

static int compare_kinds(const void *a, const void *b, void *merge)
{
    return by_kind(a, b, *(const uint32_t *)merge);
}

static uint32_t events_of(const struct program *g, const struct split_edge *e)
{
    uint32_t count = 0;
    if (e->from_step == FROM_INPUT || is_merge(g, e->from_event)) return 1;
    for (uint32_t i = 0; i < g->p->node_count; i++)
        count += splits_event_ns(g->p, g->x, (uint32_t)e->from_step, e->from_choice, i) >= 0;
    return count;
}

// How much later at least the last of the one kind ends than the last of the other, by the edges of
// one pair of choices; -1: nothing can be said, as one of the others feeds nobody.
static double least_span(const struct program *g, const struct split_edge *first,
                         const struct split_edge *last)
{
    double   least = 2;
    uint32_t sources = 0;
    for (const struct split_edge *e = first, *next; e < last; e = next, sources++) {
        double most = 0;
        for (next = e; next < last && next->from_event == e->from_event; next++)
            most = fmax(most, edge_span(g, next));
        least = fmin(least, most);
    }
    return sources == events_of(g, first) ? least : -1;
}

static int last_column(const struct program *g, uint32_t step, bool merge)
{
    return step == g->steps ? g->latency : g->last[2 * step + merge];
}

static void add_last(struct program *g, const struct split_edge *first,
                     const struct split_edge *last)
{
    bool     is_input = first->from_step == FROM_INPUT;
    uint32_t pairs = 0, from = (uint32_t)first->from_step, n = g->x->count;
    int      row = add_row(g, GLP_LO, 0);
    put(g, row, last_column(g, first->to_step, is_merge(g, first->to_event)), 1);
    if (is_input)
        put(g, row, g->remote, -delay(g));
    else
        put(g, row, last_column(g, from, is_merge(g, first->from_event)), -1);
    for (const struct split_edge *e = first, *next; e < last; e = next, pairs++) {
        for (next = e;
             next < last && next->from_choice == e->from_choice && next->to_choice == e->to_choice;)
            next++;
        put(g, row, edge_column(g, e), -least_span(g, e, next));
    }
    bool is_pair = !is_input && from != first->to_step && first->to_step < g->steps;
    if (!is_input && pairs < (is_pair ? n * n : n)) glp_set_row_bnds(g->lp, row, GLP_LO, -1, -1);
}

static void add_lasts(struct program *g)
{
    const struct splits *x = g->x;
    struct split_edge   *edges = ARENA_ARRAY(g->a, struct split_edge, x->edge_count);
    uint32_t             merge = g->p->node_count;
    memcpy(edges, x->edges, x->edge_count * sizeof *edges);
    qsort_r(edges, x->edge_count, sizeof *edges, compare_kinds, &merge);
    g->last = ARENA_ARRAY(g->a, int, 2 * (size_t)g->steps);
    for (uint32_t i = 0; i < 2 * g->steps; i++) g->last[i] = add_column(g, false, 1);
    for (uint32_t i = 0, end; i < x->edge_count; i = end) {
        for (end = i + 1; end < x->edge_count && abs(by_kind(&edges[i], &edges[end], merge)) < 2;)
            end++;
        add_last(g, &edges[i], &edges[end]);
    }
}

// ---- all of it ----------------------------------------------------------------------------------

static sim_ns work_ns(const struct program *g, uint32_t step, uint32_t choice, uint32_t rank)
{
    size_t at = (size_t)step * g->x->count + choice;
    size_t slice = at * g->p->node_count + rank;
    sim_ns sum = 0;
    if (g->x->slice_ns[slice] >= 0) sum = g->x->slice_ns[slice] + g->x->load_ns[slice];
    if (g->x->leads[choice] == rank && g->x->merge_ns[at] > 0) sum += g->x->merge_ns[at];
    return sum;
}

// Whatever the order: a node's work, divided by its servers, is done within the latency.
static void add_work(struct program *g)
{
    for (uint32_t i = 0; i < g->p->node_count; i++) {
        double unit = g->unit_ns * net_group(g->p->v->net, g->p->nodes[i])->servers;
        int    row = add_row(g, GLP_LO, 0);
        put(g, row, g->latency, 1);
        for (uint32_t s = 0; s < g->steps; s++)
            for (uint32_t c = 0; c < g->x->count; c++) {
                sim_ns work = work_ns(g, s, c, i);
                if (work) put(g, row, program_choice(g, s, c), -fmin((double)work / unit, 2));
            }
    }
}

void program_make(struct program *g, const struct split_problem *p, const struct splits *x,
                  double unit_ns, struct arena *a)
{
    *g = (struct program){.p = p, .x = x, .a = a, .unit_ns = unit_ns};
    g->steps = p->v->graph->step_count;
    g->events = p->node_count + 1;
    g->lp = glp_create_prob();
    glp_set_obj_dir(g->lp, GLP_MIN);
    g->latency = add_column(g, false, 1);
    glp_set_obj_coef(g->lp, g->latency, 1);
    g->remote = add_column(g, false, 1);
    add_choices(g);
    add_nodes(g);
    add_times(g);
    if (!x->loads_in_turn) add_loads(g);
    if (p->parts > 1) add_lasts(g);
    add_work(g);
    glp_load_matrix(g->lp, (int)g->entries, g->rows, g->columns, g->values);
}

void program_forbid(struct program *g, const uint32_t *choice_of)
{
    int     row = add_row(g, GLP_UP, (double)g->steps - 1);
    int    *columns = ARENA_ARRAY(g->a, int, g->steps + 1);
    double *values = ARENA_ARRAY(g->a, double, g->steps + 1);
    for (uint32_t s = 0; s < g->steps; s++) {
        columns[s + 1] = program_choice(g, s, choice_of[s]);
        values[s + 1] = 1;
    }
    glp_set_mat_row(g->lp, row, (int)g->steps, columns, values);
}
