#include "sim/evq.h"

#include <assert.h>

void evq_init(struct evq *q, struct arena *a)
{
    *q = (struct evq){.arena = a};
}

static bool before(const struct event *a, const struct event *b)
{
    return a->at < b->at || (a->at == b->at && a->key < b->key);
}

void evq_push(struct evq *q, struct event event)
{
    assert(event.at >= q->now);
    q->heap = arena_grow(q->arena, q->heap, &q->capacity, q->count + 1, sizeof *q->heap);
    uint32_t hole = q->count++;
    while (hole > 0 && before(&event, &q->heap[(hole - 1) / 2])) {
        q->heap[hole] = q->heap[(hole - 1) / 2];
        hole = (hole - 1) / 2;
    }
    q->heap[hole] = event;
}

bool evq_pop(struct evq *q, struct event *out)
{
    if (!q->count) return false;
    *out = q->heap[0];
    q->now = out->at;
    struct event last = q->heap[--q->count];
    uint32_t     hole = 0;
    for (uint32_t child = 1; child < q->count; child = 2 * hole + 1) {
        if (child + 1 < q->count && before(&q->heap[child + 1], &q->heap[child])) child++;
        if (!before(&q->heap[child], &last)) break;
        q->heap[hole] = q->heap[child];
        hole = child;
    }
    if (q->count) q->heap[hole] = last;
    return true;
}

bool evq_peek(const struct evq *q, struct event *out)
{
    if (q->count) *out = q->heap[0];
    return q->count;
}
