#include "cli/sweep/run.h"

#include <assert.h>
#include <math.h>
#include <string.h>

void sweep_runner_init(struct sweep_runner *r, const struct sweep *s, struct store *store)
{
    *r = (struct sweep_runner){.sweep = s, .store = store, .point = UINT32_MAX, .cell = UINT32_MAX};
}

void sweep_runner_free(struct sweep_runner *r)
{
    arena_free(&r->point_arena);
    arena_free(&r->cell_arena);
    arena_free(&r->run_arena);
}

bool sweep_store_failed(const struct sweep *s, struct store *store, int64_t run_id, const char *why,
                        struct err *e)
{
    struct arena         a = {0};
    struct run_info      info;
    const struct run_end end = {
        .wall_s = NAN, .planning_s = NAN, .simulated_s = NAN, .status = "failed", .error = why};
    sweep_describe(&info, &a, s, run_id);
    bool ok = store_begin(store, &info, e) && store_commit(store, &end, e);
    if (!ok) store_rollback(store);
    arena_free(&a);
    return ok;
}

static void load_point(struct sweep_runner *r, uint32_t point)
{
    if (r->point == point) return;
    arena_rewind(&r->point_arena, (struct arena_mark){0});
    r->point = point;
    r->cell = UINT32_MAX;
    r->point_fault = (struct err){0};
    if (!sweep_scenario(&r->scenario, &r->point_arena, r->sweep, point, &r->point_fault))
        assert(r->point_fault.length);
}

static void prepare_cell(struct sweep_runner *r, uint32_t index)
{
    const struct sweep_cell *cell = &r->sweep->cells[index];
    load_point(r, cell->point);
    if (r->cell == index) return;
    arena_rewind(&r->cell_arena, (struct arena_mark){0});
    r->cell = index;
    r->cell_fault = r->point_fault;
    if (r->point_fault.length) return;
    assert(!strcmp(r->scenario.schemes[cell->scheme].label, cell->scheme_label));
    simulate_prepare(&r->prepared, &r->cell_arena, &r->scenario, cell->model,
                     &r->scenario.schemes[cell->scheme], &r->sweep->profile);
    assert(!strcmp(r->prepared.label, cell->model_label));
    if (!simulate_claims(&r->prepared, &r->cell_fault)) assert(r->cell_fault.length);
}

bool sweep_runner_do(struct sweep_runner *r, int64_t run_id, const volatile int *interrupted,
                     bool *is_done, struct err *e)
{
    const struct sweep *s = r->sweep;
    uint32_t            index = sweep_cell_of(s, run_id);
    struct outcome      outcome = {0};
    struct err          why = {0};
    prepare_cell(r, index);
    *is_done = true;
    if (r->cell_fault.length) return sweep_store_failed(s, r->store, run_id, r->cell_fault.text, e);
    struct run_identity id = {run_id, (uint32_t)(run_id - s->cells[index].first_run),
                              s->vary.points[s->cells[index].point].json};
    // Others are short of a program that may never answer; they are waited for.
    bool is_foreign = r->prepared.scheme->scheme->is_foreign;
    arena_rewind(&r->run_arena, (struct arena_mark){0});
    bool ok = simulate(&r->prepared, &id, r->store, is_foreign ? interrupted : NULL, &r->run_arena,
                       &outcome, &why);
    *is_done = !outcome.result.interrupted;
    if (ok || outcome.is_kept) return true;
    // Where not even that can be stored, it was the store that failed (a full disk) and knows less
    // by now than the run does.
    return sweep_store_failed(s, r->store, run_id, why.text, e) ||
           err_add(e, "%.*s", (int)strcspn(why.text, "\n"), why.text);
}
