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
    j->states = arena_grow(a, j->states, &j->states_capacity, n, sizeof *j->states);
    j->first_next = arena_grow(a, j->first_next, &j->first_capacity, n + 1, sizeof *j->first_next);
    j->nexts = arena_grow(a, j->nexts, &j->next_capacity, j->plan.dep_total, sizeof *j->nexts);
    for (uint32_t i = 0; i < n; i++) {
        j->times[i] = (struct op_times){-1, -1, -1};
        j->states[i] = (struct op_state){.waits_for = j->plan.ops[i].dep_count, .last_use = NO_OP};
    }
    index_successors(j);
    j->unfinished = n;
    j->first_use = j->use_count;
}
