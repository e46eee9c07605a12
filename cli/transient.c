#include "cli/transient.h"

#include <assert.h>

#include "base/series.h"

void transient_add(struct transient *t, const struct job_record *job)
{
    if (job->finished_ns < 0) return;
    assert(job->job < UINT32_MAX);
    uint32_t need = (uint32_t)job->job + 1;
    t->tasks = arena_grow(&t->arena, t->tasks, &t->capacity, need, sizeof *t->tasks);
    if (need > t->count) t->count = need;
    t->tasks[job->job] =
        (struct transient_task){job->arrived_ns, job->finished_ns - job->arrived_ns + 1};
}

double transient_end(struct transient *t, bool *is_short)
{
    double  *latency_s = ARENA_ARRAY(&t->arena, double, t->count);
    uint32_t n = 0;
    for (uint32_t i = 0; i < t->count; i++) {
        if (!t->tasks[i].latency_ns) continue;
        t->tasks[n] = t->tasks[i];
        latency_s[n++] = s_from_ns(t->tasks[i].latency_ns - 1);
    }
    size_t first = mser5(latency_s, n, is_short);
    double end_s = first ? s_from_ns(t->tasks[first].arrived_ns) : 0;
    arena_free(&t->arena);
    return end_s;
}
