#include "results/chrome/task.h"

#include <stdlib.h>
#include <string.h>

struct ended { // an operation by the instant of its end
    sim_ns   finish;
    uint32_t index;
};

static int by_end(const void *a, const void *b)
{
    const struct ended *x = a, *y = b;
    if (x->finish != y->finish) return x->finish < y->finish ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

// The first that ended at `instant` or later.
static uint32_t first_at(const struct ended *ends, uint32_t count, sim_ns instant)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ends[middle].finish < instant)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t predecessor_of(const struct chrome_task *t, uint32_t index,
                               const struct ended *ends, uint32_t count)
{
    const struct chrome_op *o = &t->ops[index];
    uint32_t                lowest = NO_PREDECESSOR;
    for (uint32_t i = first_at(ends, count, o->ready);
         i < count && ends[i].finish == o->ready && ends[i].index < index; i++) {
        if (!strcmp(t->ops[ends[i].index].to, o->from)) return ends[i].index;
        if (lowest == NO_PREDECESSOR) lowest = ends[i].index;
    }
    return lowest;
}

void chrome_task_link(struct chrome_task *t, struct arena *a)
{
    struct ended *ends = ARENA_ARRAY(a, struct ended, t->count);
    uint32_t      count = 0;
    for (uint32_t i = 0; i < t->count; i++)
        if (t->ops[i].finish >= 0) ends[count++] = (struct ended){t->ops[i].finish, i};
    if (count) qsort(ends, count, sizeof *ends, by_end);
    for (uint32_t i = 0; i < t->count; i++)
        t->ops[i].predecessor = predecessor_of(t, i, ends, count);
}

uint32_t chrome_task_last(const struct chrome_task *t)
{
    uint32_t last = NO_PREDECESSOR;
    for (uint32_t i = 0; i < t->count; i++)
        if (t->ops[i].finish >= 0 &&
            (last == NO_PREDECESSOR || t->ops[i].finish > t->ops[last].finish))
            last = i;
    return last;
}
