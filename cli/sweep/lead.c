// The first process keeps every worker supplied and takes what comes. A worker begins to answer
// when its run is whole, so what it sends is put into the database in one go; but of a long run it
// cannot keep all, and while such a run arrives, nobody else is listened to.
#include "cli/sweep/lead.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "cli/sweep/run.h"

enum { AHEAD_MOST = 16 };

static const double wait_s = 0.2, ahead_s = 0.02;

struct desk {                  // a worker as the first process sees it
    int64_t  runs[AHEAD_MOST]; // given and not answered, in this order
    uint32_t count;
    bool     is_gone;
};

struct office {
    struct sweep_lead *l;
    struct crew       *crew;
    struct desk       *desks;       // [desk_count]
    uint32_t desk_count, streaming; // streaming: whose run arrives; CREW_ANYBODY: nobody's
    uint64_t under_way;             // runs given and not answered
    uint32_t idle;                  // workers with nothing to do
    double   start_s;
};

static uint64_t ended(const struct sweep_lead *l)
{
    struct store_tally t = store_tally(l->store);
    return t.done + t.failed;
}

void sweep_lead_begin(struct sweep_lead *l, struct arena *a)
{
    sweep_precision_begin(&l->precision, a, l->sweep, &l->queue, l->store);
    l->total = l->before + (uint64_t)l->queue.wanted_count;
}

void sweep_lead_end(struct sweep_lead *l)
{
    sweep_precision_free(&l->precision);
}

static void run_ended(struct sweep_lead *l, int64_t run_id)
{
    sweep_queue_done(&l->queue, run_id);
    l->total += sweep_precision_ended(&l->precision, run_id);
    progress_total(l->bar, l->total);
    progress_show(l->bar, l->before + ended(l));
}

bool sweep_alone(struct sweep_lead *l, struct err *e)
{
    struct sweep_runner runner;
    int64_t             run_id;
    bool                ok = true, is_done = true;
    sweep_runner_init(&runner, l->sweep, l->store);
    while (ok && is_done && !*l->interrupted && sweep_queue_take(&l->queue, 0, &run_id)) {
        ok = sweep_runner_do(&runner, run_id, l->interrupted, &is_done, e);
        if (ok && is_done) run_ended(l, run_id);
    }
    sweep_runner_free(&runner);
    return ok;
}

static bool tell_rows(void *ctx, const void *bytes, size_t length, struct err *e)
{
    return crew_tell(ctx, CREW_BYTES, bytes, length) || err_add(e, "the first process is gone");
}

void sweep_work(void *ctx, struct crew *c)
{
    struct sweep_runner runner;
    struct store       *store = store_open_tape(TAPE_KEPT_BYTES, tell_rows, c);
    struct err          e = {0};
    int64_t             run_id;
    size_t              length;
    bool                ok = true, is_done;
    sweep_runner_init(&runner, ctx, store);
    while (ok && crew_next(c, &run_id, &length)) {
        assert(length == sizeof run_id);
        ok = sweep_runner_do(&runner, run_id, NULL, &is_done, &e);
    }
    sweep_runner_free(&runner);
    store_close(store);
}

// What one worker has before it: the run it is at, and short ones for the next moment, so that it
// need not wait and the first process may take several answers at a time. Long ones are not given
// ahead: an interrupted sweep would wait for them.
static uint32_t ahead(const struct office *o)
{
    double runs = (double)ended(o->l), took_s = clock_wall_s() - o->start_s;
    double fit = runs > 0 ? ahead_s * runs / (took_s * o->desk_count) : 0;
    return fit < AHEAD_MOST - 2 ? 1 + (uint32_t)fit : AHEAD_MOST - 1;
}

// A worker that is gone will be told by crew_take; until then the run is its.
static void supply(struct office *o, uint32_t worker, uint32_t most)
{
    struct desk *d = &o->desks[worker];
    int64_t      run_id;
    while (!d->is_gone && d->count < most && sweep_queue_take(&o->l->queue, worker, &run_id)) {
        bool given = crew_give(o->crew, worker, &run_id, sizeof run_id);
        o->idle -= d->count == 0;
        d->runs[d->count++] = run_id;
        o->under_way++;
        if (!given) return;
    }
}

// Idle ones first: there are some at the beginning, and where there was nothing to do for a while.
static void supply_all(struct office *o, uint32_t worker)
{
    if (*o->l->interrupted) return;
    for (uint32_t w = 0; o->idle && o->l->queue.wanted_count && w < o->desk_count; w++)
        supply(o, w, 1);
    if (worker < o->desk_count) supply(o, worker, ahead(o));
}

static int64_t take_first(struct office *o, struct desk *d)
{
    assert(d->count > 0);
    int64_t run_id = d->runs[0];
    memmove(d->runs, d->runs + 1, --d->count * sizeof *d->runs);
    o->idle += d->count == 0;
    o->under_way--;
    return run_id;
}

static bool add_rows(struct office *o, const struct crew_answer *answer, struct err *e)
{
    struct sweep_lead *l = o->l;
    uint64_t           before = ended(l);
    if (!store_replay(l->store, answer->bytes, answer->length, e)) return false;
    o->streaming = store_in_run(l->store) ? answer->worker : CREW_ANYBODY;
    if (ended(l) > before) run_ended(l, take_first(o, &o->desks[answer->worker]));
    return true;
}

// The run that it was at is blamed, unless it said that it cannot work at all; what it had not
// begun goes to others.
static bool lose_worker(struct office *o, const struct crew_answer *answer, struct err *e)
{
    struct sweep_lead *l = o->l;
    struct desk       *d = &o->desks[answer->worker];
    bool               ok = true;
    if (o->streaming == answer->worker) store_rollback(l->store);
    o->streaming = CREW_ANYBODY;
    d->is_gone = true;
    if (answer->kind == CREW_LEFT) {
        l->left_why = arena_string(o->l->queue.arena, answer->bytes);
    } else if (d->count) {
        int64_t run_id = take_first(o, d);
        ok = sweep_store_failed(l->sweep, l->store, run_id, answer->bytes, e);
        if (ok) run_ended(l, run_id);
    }
    while (d->count) sweep_queue_want(&l->queue, take_first(o, d));
    if (l->queue.wanted_count && !*l->interrupted)
        d->is_gone = !crew_renew(o->crew, answer->worker);
    return ok;
}

static bool anybody_works(const struct office *o)
{
    for (uint32_t w = 0; w < o->desk_count; w++)
        if (!o->desks[w].is_gone) return true;
    return false;
}

// *worker: who may have room for more; CREW_ANYBODY: nobody.
static bool take_one(struct office *o, uint32_t *worker, struct err *e)
{
    struct crew_answer answer;
    crew_take(o->crew, o->streaming, wait_s, &answer);
    *worker = answer.kind == CREW_NOTHING ? CREW_ANYBODY : answer.worker;
    switch (answer.kind) {
    case CREW_BYTES:
        // Its run is over, or nearly: it need not wait until the rows are stored.
        if (!*o->l->interrupted) supply(o, answer.worker, ahead(o) + 1);
        return add_rows(o, &answer, e);
    case CREW_LOST:
    case CREW_LEFT: return lose_worker(o, &answer, e);
    case CREW_NOTHING: break;
    }
    progress_show(o->l->bar, o->l->before + ended(o->l));
    return store_in_run(o->l->store) || store_flush(o->l->store, e);
}

bool sweep_with_crew(struct sweep_lead *l, struct crew *c, struct err *e)
{
    struct office o = {.l = l,
                       .crew = c,
                       .desk_count = crew_size(c),
                       .streaming = CREW_ANYBODY,
                       .start_s = clock_wall_s()};
    struct arena  a = {0};
    bool          ok = true;
    o.desks = ARENA_ARRAY(&a, struct desk, o.desk_count);
    o.idle = o.desk_count;
    supply_all(&o, CREW_ANYBODY);
    while (ok && o.under_way) {
        uint32_t worker;
        ok = take_one(&o, &worker, e);
        supply_all(&o, worker);
    }
    if (ok && l->queue.wanted_count && !*l->interrupted && !anybody_works(&o))
        ok = err_add(e, "no worker is left%s%s", l->left_why ? ": " : "",
                     l->left_why ? l->left_why : "");
    arena_free(&a);
    return ok;
}
