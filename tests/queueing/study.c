#include "tests/queueing/study.h"

#include <assert.h>
#include <gsl/gsl_randist.h>
#include <math.h>

#include "base/series.h"
#include "cli/precision.h"
#include "sim/engine.h"

// ---- one run

struct run {
    struct rng service;
    double    *sojourn_s; // [jobs]
    double     shock_s;
};

static enum plan_verdict plan(void *ctx, const struct engine *en, const struct job_request *request,
                              struct plan *out, struct err *e)
{
    (void)en, (void)e;
    struct run *run = ctx;
    struct op   op = {.kind = OP_COMPUTE, .from = 1, .to = 1};
    op.seconds = gsl_ran_exponential(&run->service.gsl, 1);
    if (!request->job && run->shock_s > 0) op.seconds = run->shock_s;
    plan_add(out, op, NULL, 0);
    return PLAN_READY;
}

static bool see(void *ctx, const struct job_record *job, struct err *e)
{
    (void)e;
    struct run *run = ctx;
    run->sojourn_s[job->job] = s_from_ns(job->finished_ns - job->arrived_ns);
    return true;
}

// Node 0 asks, node 1 serves.
static void make_net(struct net *net, struct arena *a)
{
    static const struct protocol plain = {.name = "plain", .encoding = 1, .segment_bytes = 1};
    *net = (struct net){.group_count = 2,
                        .groups = ARENA_ARRAY(a, struct node_group, 2),
                        .links = ARENA_ARRAY(a, struct link_spec, 4)};
    for (uint32_t g = 0; g < 2; g++)
        net->groups[g] = (struct node_group){.name = g ? "station" : "user",
                                             .role = g ? ROLE_FOG : ROLE_USER,
                                             .count = 1,
                                             .servers = 1,
                                             .queue_limit = QUEUE_INFINITE,
                                             .nic_bytes_per_s = 1e9,
                                             .serialisation_ratio = 1,
                                             .memory_bytes = INFINITY};
    for (uint32_t l = 0; l < 4; l++) net->links[l] = (struct link_spec){1e9, 0, &plain};
    net_finish(net, a);
}

double *study_mm1(const struct mm1 *x, uint64_t seed, uint32_t replication, struct arena *a,
                  struct err *e)
{
    struct net           net;
    struct engine       *en;
    struct engine_result result;
    struct run run = {.sojourn_s = ARENA_ARRAY(a, double, x->jobs), .shock_s = x->shock_s};
    make_net(&net, a);
    rng_init(&run.service, seed, replication, "service", 0);
    struct engine_config config = {.net = &net,
                                   .arrivals = {.kind = ARRIVAL_POISSON,
                                                .rate_per_s = x->load,
                                                .jobs_per_user = x->jobs,
                                                .duration_s = INFINITY},
                                   .recovery = {.rule = RECOVERY_LOST, .attempts = 1},
                                   .path = PATH_AUTO,
                                   .seed = seed,
                                   .replication = replication};
    struct planner       planner = {.ctx = &run, .plan = plan};
    struct trace_sink    sink = {.ctx = &run, .job = see};
    if (!engine_run(&config, &planner, &sink, a, &en, &result, e)) return NULL;
    assert(result.jobs == x->jobs);
    return run.sojourn_s;
}

// ---- one experiment

struct result {
    double   value, half_width;
    uint32_t replications;
    double   left_out; // mean of the runs
};

// What is kept of a run, and how many.
static double *keep(const struct design *d, double *x, uint32_t *kept, struct result *out)
{
    bool   is_short;
    size_t first = d->mser ? mser5(x, d->warm_up + d->jobs, &is_short) : d->warm_up;
    *kept = d->warm_up + d->jobs - (uint32_t)first;
    out->left_out += (double)first;
    return x + first;
}

static double figure_of(const struct design *d, double *x, uint32_t n)
{
    if (!(d->quantile > 0)) return stat_mean(x, n);
    stat_sort(x, n);
    return stat_quantile(x, n, d->quantile);
}

struct figures {     // of one experiment's replications
    double  *values; // [PRECISION_MOST]
    double  *pool;   // [PRECISION_MOST * jobs of a run], where quantiles are asked for
    uint32_t pooled;
};

static double *run_of(const struct design *d, uint64_t seed, uint32_t r, struct arena *a,
                      struct err *e)
{
    struct mm1 x = {d->load, d->shock_s, d->warm_up + d->jobs};
    return study_mm1(&x, seed, r, a, e);
}

static bool replicate(const struct design *d, uint64_t seed, uint32_t r, struct figures *f,
                      struct arena *a, struct result *out, struct err *e)
{
    struct arena_mark mark = arena_mark(a);
    uint32_t          kept;
    double           *x = run_of(d, seed, r, a, e);
    if (!x) return false;
    x = keep(d, x, &kept, out);
    for (uint32_t i = 0; d->quantile > 0 && i < kept; i++) f->pool[f->pooled++] = x[i];
    f->values[r] = figure_of(d, x, kept);
    arena_rewind(a, mark);
    return true;
}

static bool by_replications(const struct design *d, uint64_t seed, struct arena *a,
                            struct result *out, struct err *e)
{
    struct precision p = {.share = d->share, .least = d->replications, .most = PRECISION_MOST};
    uint32_t         most = d->method == METHOD_PRECISION ? PRECISION_MOST : d->replications;
    struct figures   f = {.values = ARENA_ARRAY(a, double, most)};
    uint32_t         n = 0, wanted = d->replications;
    if (d->quantile > 0) f.pool = ARENA_ARRAY(a, double, (size_t)most *(d->warm_up + d->jobs));
    while (n < wanted) {
        for (; n < wanted; n++)
            if (!replicate(d, seed, n, &f, a, out, e)) return false;
        if (d->method == METHOD_PRECISION) wanted = precision_wanted(&p, f.values, n);
    }
    out->replications = n;
    out->value = d->quantile > 0 ? figure_of(d, f.pool, f.pooled) : stat_mean(f.values, n);
    out->half_width = stat_ci95(f.values, n);
    out->left_out /= n;
    return true;
}

static bool by_batches(const struct design *d, uint64_t seed, struct arena *a, struct result *out,
                       struct err *e)
{
    struct batches b = {0};
    uint32_t       kept;
    double        *x = run_of(d, seed, 0, a, e);
    if (!x) return false;
    x = keep(d, x, &kept, out);
    if (d->quantile > 0) batches_keep_values(&b, a);
    for (uint32_t i = 0; i < kept; i++) batches_add(&b, a, i, x[i]);
    out->replications = 1;
    out->half_width =
        d->quantile > 0 ? batches_quantile_ci95(&b, a, d->quantile) : batches_ci95(&b);
    out->value = figure_of(d, x, kept);
    return true;
}

// ---- many

static double truth_of(const struct design *d)
{
    return d->quantile > 0 ? -log1p(-d->quantile) / (1 - d->load) : 1 / (1 - d->load);
}

static void add(struct coverage *c, const struct result *x)
{
    c->experiments++;
    c->mean += x->value;
    c->replications += x->replications;
    c->left_out += x->left_out;
    if (isnan(x->half_width)) return;
    c->known++;
    c->half_width += x->half_width;
    c->held += fabs(x->value - c->truth) <= x->half_width;
}

bool study_coverage(const struct design *d, uint32_t experiments, uint64_t seed,
                    struct coverage *out, struct err *e)
{
    struct arena a = {0};
    bool         ok = true;
    *out = (struct coverage){.truth = truth_of(d)};
    for (uint32_t i = 0; ok && i < experiments; i++) {
        struct result x = {0};
        ok = d->method == METHOD_BATCHES ? by_batches(d, seed + i, &a, &x, e)
                                         : by_replications(d, seed + i, &a, &x, e);
        add(out, &x);
        arena_rewind(&a, (struct arena_mark){0});
    }
    arena_free(&a);
    out->mean /= experiments;
    out->replications /= experiments;
    out->left_out /= experiments;
    out->half_width /= out->known;
    return ok;
}

const struct design study_table[] = {
#define DESIGN(...)                                                                                \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define RUNS(n, first, then) .replications = (n), .warm_up = (first), .jobs = (then)
    DESIGN("t over replications", .load = 0.5, RUNS(10, 100, 400)),
    DESIGN("t over replications", .load = 0.9, RUNS(10, 1000, 4000)),
    DESIGN("t over replications", .load = 0.9, RUNS(10, 1000, 40000)),
    DESIGN("t over replications", .load = 0.5, RUNS(10, 100, 400), .quantile = 0.5),
    DESIGN("t over replications", .load = 0.5, RUNS(10, 100, 400), .quantile = 0.95),
    DESIGN("t over replications", .load = 0.5, RUNS(10, 100, 4000), .quantile = 0.95),
    DESIGN("t over replications", .load = 0.5, RUNS(10, 100, 4000), .quantile = 0.99),
    DESIGN("precision", METHOD_PRECISION, .load = 0.5, RUNS(3, 100, 400), .share = 0.1),
    DESIGN("precision", METHOD_PRECISION, .load = 0.5, RUNS(5, 100, 400), .share = 0.1),
    DESIGN("precision", METHOD_PRECISION, .load = 0.5, RUNS(10, 100, 400), .share = 0.1),
    DESIGN("precision", METHOD_PRECISION, .load = 0.5, RUNS(5, 100, 400), .share = 0.05),
    DESIGN("precision", METHOD_PRECISION, .load = 0.5, RUNS(10, 100, 400), .share = 0.05),
    DESIGN("precision", METHOD_PRECISION, .load = 0.5, RUNS(5, 100, 400), .share = 0.02),
    DESIGN("batch means", METHOD_BATCHES, .load = 0.5, RUNS(1, 100, 1000)),
    DESIGN("batch means", METHOD_BATCHES, .load = 0.5, RUNS(1, 100, 10000)),
    DESIGN("batch means", METHOD_BATCHES, .load = 0.5, RUNS(1, 100, 100000)),
    DESIGN("batch means", METHOD_BATCHES, .load = 0.9, RUNS(1, 1000, 10000)),
    DESIGN("batch means", METHOD_BATCHES, .load = 0.9, RUNS(1, 1000, 100000)),
    DESIGN("batch means", METHOD_BATCHES, .load = 0.9, RUNS(1, 1000, 300000)),
    DESIGN("batch quantiles", METHOD_BATCHES, .load = 0.5, RUNS(1, 100, 10000), .quantile = 0.5),
    DESIGN("batch quantiles", METHOD_BATCHES, .load = 0.5, RUNS(1, 100, 10000), .quantile = 0.95),
    DESIGN("batch quantiles", METHOD_BATCHES, .load = 0.5, RUNS(1, 100, 100000), .quantile = 0.95),
    DESIGN("batch quantiles", METHOD_BATCHES, .load = 0.5, RUNS(1, 100, 100000), .quantile = 0.99),
    DESIGN("from empty, no warm-up", .load = 0.9, RUNS(10, 0, 5000)),
    DESIGN("from empty, MSER-5", .load = 0.9, RUNS(10, 0, 5000), .mser = true),
    DESIGN("from empty, warm-up", .load = 0.9, RUNS(10, 1000, 4000)),
    DESIGN("from empty, no warm-up", .load = 0.9, RUNS(10, 0, 1000)),
    DESIGN("from empty, MSER-5", .load = 0.9, RUNS(10, 0, 1000), .mser = true),
    DESIGN("from empty, warm-up", .load = 0.9, RUNS(10, 1000, 1000)),
    DESIGN("from empty, no warm-up", .load = 0.5, RUNS(10, 0, 500)),
    DESIGN("from empty, MSER-5", .load = 0.5, RUNS(10, 0, 500), .mser = true),
    DESIGN("after a shock, no warm-up", .load = 0.5, .shock_s = 100, RUNS(10, 0, 2000)),
    DESIGN("after a shock, MSER-5", .load = 0.5, .shock_s = 100, RUNS(10, 0, 2000), .mser = true),
    DESIGN("after a shock, warm-up", .load = 0.5, .shock_s = 100, RUNS(10, 400, 1600)),
#undef RUNS
#undef DESIGN
};
const uint32_t study_count = sizeof study_table / sizeof *study_table;
