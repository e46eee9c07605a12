// bench/kernels/ours.c: fogsim's own timed paths.
#include "bench/kernels/bench.h"

struct job {
    const struct kernel *kernel;
    struct kernel_call   call;
    void                *job;
};

static void *prepare(const struct work *w, enum kernel_algorithm algorithm, struct arena *a)
{
    if (algorithm != ALGORITHM_DIRECT &&
        !(w->kernel->allows && w->kernel->allows(w->call.attr, algorithm)))
        return NULL;
    struct job *j = ARENA_ARRAY(a, struct job, 1);
    j->kernel = w->kernel;
    j->call = w->call;
    j->call.algorithm = algorithm;
    j->job = j->kernel->prepare(&j->call, a);
    return j;
}

static void *prepare_direct(const struct work *w, struct arena *a)
{
    return prepare(w, ALGORITHM_DIRECT, a);
}

static void *prepare_winograd2(const struct work *w, struct arena *a)
{
    return prepare(w, ALGORITHM_WINOGRAD2, a);
}

static void *prepare_winograd4(const struct work *w, struct arena *a)
{
    return prepare(w, ALGORITHM_WINOGRAD4, a);
}

static void run(void *job)
{
    struct job *j = job;
    j->kernel->run(j->job);
}

static void finish(void *job)
{
    struct job *j = job;
    j->kernel->finish(j->job);
}

const struct contender ours_direct = {"direct", true, prepare_direct, run, finish, NULL};
const struct contender ours_winograd2 = {"winograd2", true, prepare_winograd2, run, finish, NULL};
const struct contender ours_winograd4 = {"winograd4", true, prepare_winograd4, run, finish, NULL};
