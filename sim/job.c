#include "sim/job.h"

#include <string.h>

static void index_successors(struct job *j)
{
    const struct plan *p = &j->plan;
    memset(j->first_next, 0, (p->op_count + 1) * sizeof *j->first_next);
    for (uint32_t i = 0; i < p->op_count; i++)
        for (uint32_t d = 0; d < p->ops[i].dep_count; d++)
            j->first_next[p->deps[p->ops[i].first_dep + d]]++;
    uint32_t sum = 0;
    for (uint32_t i = 0; i <= p->op_count; i++) { // counts become ends
        sum += j->first_next[i];
        j->first_next[i] = sum;
    }
    for (uint32_t i = p->op_count; i-- > 0;) // filled from the back, ends become beginnings
        for (uint32_t d = p->ops[i].dep_count; d-- > 0;)
            j->nexts[--j->first_next[p->deps[p->ops[i].first_dep + d]]] = i;
}

void job_prepare(struct job *j, struct arena *a)
{
    uint32_t n = j->plan.op_count;
    j->times = arena_grow(a, j->times, &j->times_capacity, n, sizeof *j->times);
    j->waits_for = arena_grow(a, j->waits_for, &j->waits_capacity, n, sizeof *j->waits_for);
    j->first_next = arena_grow(a, j->first_next, &j->first_capacity, n + 1, sizeof *j->first_next);
    j->nexts = arena_grow(a, j->nexts, &j->next_capacity, j->plan.dep_total, sizeof *j->nexts);
    j->alone_ns = arena_grow(a, j->alone_ns, &j->alone_capacity, n, sizeof *j->alone_ns);
    j->leg_end_ns = arena_grow(a, j->leg_end_ns, &j->leg_end_capacity, n, sizeof *j->leg_end_ns);
    j->wire_bytes = arena_grow(a, j->wire_bytes, &j->wire_capacity, n, sizeof *j->wire_bytes);
    j->last_use = arena_grow(a, j->last_use, &j->last_use_capacity, n, sizeof *j->last_use);
    for (uint32_t i = 0; i < n; i++) {
        j->last_use[i] = NO_OP;
        j->times[i] = (struct op_times){-1, -1, -1};
        j->waits_for[i] = j->plan.ops[i].dep_count;
        j->alone_ns[i] = j->leg_end_ns[i] = 0;
        j->wire_bytes[i] = 0;
    }
    index_successors(j);
    j->unfinished = n;
    j->use_count = 0;
    j->energy_j = 0;
}
