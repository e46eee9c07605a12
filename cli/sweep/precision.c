#include "cli/sweep/precision.h"

#include "cli/precision.h"

static uint8_t state_of(const struct sweep_precision *p, uint32_t cell, uint32_t replication)
{
    return p->queue->states[p->sweep->cells[cell].first_run + replication];
}

// A run that failed, as when its scheme refuses, has none.
static void read_values(struct sweep_precision *p, const struct precision *precision, uint32_t cell,
                        uint32_t count, double *values)
{
    for (uint32_t r = 0; r < count; r++)
        values[r] = store_value(p->store, p->sweep->cells[cell].first_run + r,
                                metric_names[precision->metric], precision->column);
}

static uint32_t wanted_of(struct sweep_precision *p, const struct sweep_group *g)
{
    struct arena_mark mark = arena_mark(&p->scratch);
    double           *values = ARENA_ARRAY(&p->scratch, double, g->asked);
    uint32_t          most = g->asked;
    for (uint32_t c = g->first_cell; c < g->first_cell + g->cell_count; c++)
        for (uint32_t i = 0; i < p->sweep->precision_count; i++) {
            read_values(p, &p->sweep->precision[i], c, g->asked, values);
            uint32_t wanted = precision_wanted(&p->sweep->precision[i], values, g->asked);
            most = wanted > most ? wanted : most;
        }
    arena_rewind(&p->scratch, mark);
    return most;
}

// Of [first, end): what was held back is wanted.
static uint64_t want(struct sweep_precision *p, struct sweep_group *g, uint32_t first, uint32_t end)
{
    uint64_t more = 0;
    for (uint32_t c = g->first_cell; c < g->first_cell + g->cell_count; c++)
        for (uint32_t r = first; r < end; r++) {
            if (state_of(p, c, r) != SWEEP_HELD) continue; // the database has it
            sweep_queue_want(p->queue, p->sweep->cells[c].first_run + r);
            more++;
        }
    g->open += (uint32_t)more;
    return more;
}

// More than one step where the database has all runs of the next.
static uint64_t look(struct sweep_precision *p, struct sweep_group *g)
{
    uint64_t more = 0;
    while (!g->open) {
        uint32_t wanted = wanted_of(p, g);
        if (wanted == g->asked) break;
        more += want(p, g, g->asked, wanted);
        g->asked = wanted;
    }
    return more;
}

// Cells of one point and model are neighbours. A point that cannot be read has one run.
static void make_groups(struct sweep_precision *p, struct arena *a)
{
    const struct sweep *s = p->sweep;
    p->groups = ARENA_ARRAY(a, struct sweep_group, s->cell_count);
    p->group_of = ARENA_ARRAY(a, uint32_t, s->cell_count);
    for (uint32_t c = 0; c < s->cell_count; c++) {
        const struct sweep_cell *cell = &s->cells[c], *before = c ? cell - 1 : cell;
        bool     is_new = !c || cell->point != before->point || cell->model != before->model;
        uint32_t least = s->precision->least;
        if (is_new)
            p->groups[p->group_count++] = (struct sweep_group){
                .first_cell = c, .asked = cell->replications < least ? cell->replications : least};
        p->groups[p->group_count - 1].cell_count++;
        p->group_of[c] = p->group_count - 1;
    }
}

// A group of which nothing is to be done at all is another shard's, or was ended.
static void open_group(struct sweep_precision *p, struct sweep_group *g)
{
    const struct sweep *s = p->sweep;
    bool                any = false;
    for (uint32_t c = g->first_cell; c < g->first_cell + g->cell_count; c++)
        for (uint32_t r = 0; r < s->cells[c].replications; r++) {
            if (state_of(p, c, r) != SWEEP_WANTED) continue;
            any = true;
            if (r < g->asked)
                g->open++;
            else
                sweep_queue_leave(p->queue, s->cells[c].first_run + r, SWEEP_HELD);
        }
    if (any) look(p, g);
}

void sweep_precision_begin(struct sweep_precision *p, struct arena *a, const struct sweep *s,
                           struct sweep_queue *q, struct store *store)
{
    *p = (struct sweep_precision){.sweep = s, .queue = q, .store = store};
    if (!s->precision_count) return;
    make_groups(p, a);
    for (uint32_t g = 0; g < p->group_count; g++) open_group(p, &p->groups[g]);
}

uint64_t sweep_precision_ended(struct sweep_precision *p, int64_t run_id)
{
    if (!p->sweep->precision_count) return 0;
    struct sweep_group *g = &p->groups[p->group_of[sweep_cell_of(p->sweep, run_id)]];
    g->open--;
    return look(p, g);
}

void sweep_precision_free(struct sweep_precision *p)
{
    arena_free(&p->scratch);
}
