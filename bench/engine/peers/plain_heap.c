// bench/engine/peers/plain_heap.c: the model as one would write it first: an event for every stage
// (arrival, end of the way up, end of service, end of the way down) in an ordinary binary heap.
#include "bench/engine/peers/peer.h"

enum kind { ARRIVAL, UP_END, SERVICE_END, DOWN_END };

struct event {
    double    at_s, arrived_s;
    uint32_t  user;
    enum kind kind;
};

struct world {
    struct peer   p;
    struct event *heap;
    uint32_t      count, capacity;
    double       *up_free_s, *down_free_s, *node_free_s;
};

static void push(struct world *w, struct event event)
{
    if (w->count == w->capacity) {
        w->capacity = w->capacity ? 2 * w->capacity : 1024;
        w->heap = realloc(w->heap, w->capacity * sizeof *w->heap);
        if (!w->heap) exit(1);
    }
    uint32_t hole = w->count++;
    for (; hole > 0 && event.at_s < w->heap[(hole - 1) / 2].at_s; hole = (hole - 1) / 2)
        w->heap[hole] = w->heap[(hole - 1) / 2];
    w->heap[hole] = event;
}

static struct event pop(struct world *w)
{
    struct event first = w->heap[0], last = w->heap[--w->count];
    uint32_t     hole = 0;
    for (uint32_t child = 1; child < w->count; child = 2 * hole + 1) {
        if (child + 1 < w->count && w->heap[child + 1].at_s < w->heap[child].at_s) child++;
        if (!(w->heap[child].at_s < last.at_s)) break;
        w->heap[hole] = w->heap[child];
        hole = child;
    }
    w->heap[hole] = last;
    return first;
}

// The event that ends a stage served in order of coming.
static void stage(struct world *w, struct event event, double *free_s, double seconds)
{
    *free_s = fmax(event.at_s, *free_s) + seconds;
    event.at_s = *free_s;
    event.kind++;
    push(w, event);
}

static void arrive(struct world *w, double after_s, uint32_t user)
{
    double at_s = after_s + peer_exponential(&w->p, 1);
    if (at_s < w->p.horizon_s) push(w, (struct event){at_s, at_s, user, ARRIVAL});
}

static void handle(struct world *w, struct event event)
{
    uint32_t u = event.user;
    switch (event.kind) {
    case ARRIVAL:
        arrive(w, event.at_s, u);
        stage(w, event, &w->up_free_s[u], UP_S);
        break;
    case UP_END:
        stage(w, event, &w->node_free_s[u % w->p.fogs], peer_exponential(&w->p, SERVICE_S));
        break;
    case SERVICE_END: stage(w, event, &w->down_free_s[u], DOWN_S); break;
    case DOWN_END: peer_finished(&w->p, event.at_s - event.arrived_s); break;
    }
}

int main(int argc, char **argv)
{
    struct world w = {.p = peer_start(argc, argv)};
    w.up_free_s = calloc(w.p.users, sizeof(double));
    w.down_free_s = calloc(w.p.users, sizeof(double));
    w.node_free_s = calloc(w.p.fogs, sizeof(double));
    if (!w.up_free_s || !w.down_free_s || !w.node_free_s) return 1;
    for (uint32_t u = 0; u < w.p.users; u++) arrive(&w, 0, u);
    while (w.count) handle(&w, pop(&w));
    free(w.heap), free(w.up_free_s), free(w.down_free_s), free(w.node_free_s);
    return peer_report(&w.p, "plain C, binary heap");
}
