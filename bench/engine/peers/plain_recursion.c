// bench/engine/peers/plain_recursion.c: the least that the model can cost: one event a task, plain
// C, no statistics but the response.
//
// A user's link is a recursion over that user's arrivals alone (Lindley): its tasks leave it at
// max(arrival, link free) + 80 ms. So the only event is "the next task of user u reaches its node";
// taken in order of time they give the node by the same recursion, and the link down after it.
#include "bench/engine/peers/peer.h"

struct reach {
    double   at_s;
    uint32_t user;
};

struct user {
    double arrived_s, up_free_s, down_free_s; // arrived_s: of the task that is on its way
};

// Puts `r` in the place of the heap's first.
static void replace_first(struct reach *heap, uint32_t count, struct reach r)
{
    uint32_t hole = 0;
    for (uint32_t child = 1; child < count; child = 2 * hole + 1) {
        if (child + 1 < count && heap[child + 1].at_s < heap[child].at_s) child++;
        if (!(heap[child].at_s < r.at_s)) break;
        heap[hole] = heap[child];
        hole = child;
    }
    heap[hole] = r;
}

// When the user's next task reaches its node; INFINITY: there is none.
static double next_reach_s(struct peer *p, struct user *u)
{
    u->arrived_s += peer_exponential(p, 1);
    if (u->arrived_s >= p->horizon_s) return INFINITY;
    u->up_free_s = fmax(u->arrived_s, u->up_free_s) + UP_S;
    return u->up_free_s;
}

static int by_time(const void *a, const void *b)
{
    const struct reach *x = a, *y = b;
    return (x->at_s > y->at_s) - (x->at_s < y->at_s);
}

int main(int argc, char **argv)
{
    struct peer   p = peer_start(argc, argv);
    struct user  *users = calloc(p.users, sizeof *users);
    struct reach *heap = calloc(p.users, sizeof *heap);
    double       *node_free_s = calloc(p.fogs, sizeof *node_free_s);
    if (!users || !heap || !node_free_s) return 1;
    for (uint32_t u = 0; u < p.users; u++) heap[u] = (struct reach){next_reach_s(&p, &users[u]), u};
    qsort(heap, p.users, sizeof *heap, by_time); // sorted is a heap
    while (heap[0].at_s < INFINITY) {
        struct reach r = heap[0];
        struct user *u = &users[r.user];
        double      *free_s = &node_free_s[r.user % p.fogs];
        *free_s = fmax(r.at_s, *free_s) + peer_exponential(&p, SERVICE_S);
        u->down_free_s = fmax(*free_s, u->down_free_s) + DOWN_S;
        peer_finished(&p, u->down_free_s - u->arrived_s);
        replace_first(heap, p.users, (struct reach){next_reach_s(&p, u), r.user});
    }
    free(users), free(heap), free(node_free_s);
    return peer_report(&p, "plain C, one event a task");
}
