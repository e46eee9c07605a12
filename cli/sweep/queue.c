#include "cli/sweep/queue.h"

#include <assert.h>

enum { NO_POINT = UINT32_MAX };

static int64_t first_run(const struct sweep *s, uint32_t point)
{
    uint32_t cell = s->first_cell[point];
    return cell < s->cell_count ? s->cells[cell].first_run : s->run_count;
}

static uint32_t point_of(const struct sweep *s, int64_t run_id)
{
    return s->cells[sweep_cell_of(s, run_id)].point;
}

void sweep_queue_init(struct sweep_queue *q, struct arena *a, const struct sweep *s,
                      uint32_t worker_count)
{
    uint32_t points = s->vary.count;
    *q = (struct sweep_queue){
        .sweep = s,
        .arena = a,
        .states = ARENA_ARRAY(a, uint8_t, (size_t)s->run_count),
        .next = ARENA_ARRAY(a, int64_t, points),
        .wanted = ARENA_ARRAY(a, uint32_t, points),
        .is_loose = ARENA_ARRAY(a, bool, points),
        .loose = ARENA_ARRAY(a, uint32_t, points),
        .points = ARENA_ARRAY(a, uint32_t, worker_count),
        .worker_count = worker_count,
        .wanted_count = s->run_count,
    };
    for (uint32_t p = 0; p < points; p++) {
        q->next[p] = first_run(s, p);
        q->wanted[p] = (uint32_t)(first_run(s, p + 1) - first_run(s, p));
    }
    for (uint32_t w = 0; w < worker_count; w++) q->points[w] = NO_POINT;
}

void sweep_queue_leave(struct sweep_queue *q, int64_t run_id, enum sweep_state state)
{
    assert(q->states[run_id] == SWEEP_WANTED && state != SWEEP_WANTED);
    q->states[run_id] = (uint8_t)state;
    q->wanted[point_of(q->sweep, run_id)]--;
    q->wanted_count--;
}

// Where most is to do. Somebody has it, else it were fresh or loose.
static uint32_t busiest(const struct sweep_queue *q)
{
    uint32_t best = NO_POINT;
    for (uint32_t w = 0; w < q->worker_count; w++) {
        uint32_t p = q->points[w];
        if (p != NO_POINT && q->wanted[p] && (best == NO_POINT || q->wanted[p] > q->wanted[best]))
            best = p;
    }
    return best;
}

static uint32_t choose_point(struct sweep_queue *q, uint32_t worker)
{
    uint32_t own = q->points[worker];
    if (own != NO_POINT && q->wanted[own]) return own;
    while (q->loose_count) {
        uint32_t p = q->loose[--q->loose_count];
        q->is_loose[p] = false;
        if (q->wanted[p]) return p;
    }
    while (q->fresh < q->sweep->vary.count)
        if (q->wanted[q->fresh++]) return q->fresh - 1;
    return busiest(q);
}

bool sweep_queue_take(struct sweep_queue *q, uint32_t worker, int64_t *run_id)
{
    if (!q->wanted_count) return false;
    uint32_t p = choose_point(q, worker);
    assert(p != NO_POINT);
    q->points[worker] = p;
    while (q->states[q->next[p]] != SWEEP_WANTED) q->next[p]++;
    *run_id = q->next[p]++;
    sweep_queue_leave(q, *run_id, SWEEP_GIVEN);
    return true;
}

void sweep_queue_done(struct sweep_queue *q, int64_t run_id)
{
    assert(q->states[run_id] == SWEEP_GIVEN);
    q->states[run_id] = SWEEP_DONE;
}

// A point that is not fresh is made loose, whoever has it: then it cannot be missed.
void sweep_queue_want(struct sweep_queue *q, int64_t run_id)
{
    uint32_t p = point_of(q->sweep, run_id);
    assert(q->states[run_id] == SWEEP_GIVEN || q->states[run_id] == SWEEP_HELD);
    q->states[run_id] = SWEEP_WANTED;
    q->wanted[p]++;
    q->wanted_count++;
    if (run_id < q->next[p]) q->next[p] = run_id;
    if (p >= q->fresh || q->is_loose[p]) return;
    q->is_loose[p] = true;
    q->loose[q->loose_count++] = p;
}
