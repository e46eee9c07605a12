// bench/engine/engine.c: tasks per second of the engine, through its public interface.
//
// U users, F = max(1, U / 10) fog nodes, user u at node u mod F. Tasks come as a Poisson stream of
// one a second per user, for N / U seconds, so that about N come (the result says how many did).
// Each sends 100 kB up at 10 Mbit/s on its user's own link, is served at the node in order of
// coming, exponential of mean 70 ms (a stream per node), and sends 10 kB down on a link of its own.
// In the mean a task takes 0.080 s up, 0.0035 s of waiting before it (M/D/1 at load 0.08), 0.233 s
// at the node (M/M/1 at load 0.7; a little less, since the links smooth what arrives) and 0.008 s
// down: about 0.322 s.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/rng.h"
#include "bench/engine/bench.h"
#include "sim/engine.h"

enum { USER, FOG, GROUPS, LENGTH_LIMIT = 64 };

static const double RATE_BYTES_PER_S = 10e6 / 8, UP_BYTES = 100e3, DOWN_BYTES = 10e3;
static const double SERVICE_S = 0.070, TASKS_PER_S = 1;

struct series { // mean and variance as they come (Welford, Technometrics 4, 1962)
    double mean, square;
};

struct world {
    struct protocol   protocol;
    struct node_group groups[GROUPS];
    struct link_spec  links[GROUPS * GROUPS];
    struct net        net;
    struct rng       *service; // [fog nodes]
    uint32_t          users, fogs;
    uint64_t          tasks; // finished
    struct series     response, parts[PART_COUNT];
};

static void make_world(struct world *w, const struct bench_options *o, struct arena *a)
{
    w->users = (uint32_t)o->users;
    w->fogs = w->users >= 10 ? w->users / 10 : 1;
    w->protocol = (struct protocol){.name = "plain", .encoding = 1, .segment_bytes = 1};
    for (int g = 0; g < GROUPS; g++)
        w->groups[g] = (struct node_group){.name = g == USER ? "user" : "fog",
                                           .role = g == USER ? ROLE_USER : ROLE_FOG,
                                           .count = g == USER ? w->users : w->fogs,
                                           .first = g == USER ? 0 : w->users,
                                           .servers = 1,
                                           .queue_limit = QUEUE_INFINITE,
                                           .nic_bytes_per_s = RATE_BYTES_PER_S,
                                           .serialisation_ratio = 1,
                                           .memory_bytes = INFINITY};
    for (int l = 0; l < GROUPS * GROUPS; l++)
        w->links[l] =
            (struct link_spec){.rate_bytes_per_s = RATE_BYTES_PER_S, .protocol = &w->protocol};
    w->net = (struct net){.group_count = GROUPS,
                          .node_count = w->users + w->fogs,
                          .groups = w->groups,
                          .links = w->links};
    net_finish(&w->net, a);
    w->service = ARENA_ARRAY(a, struct rng, w->fogs);
    for (uint32_t f = 0; f < w->fogs; f++) rng_init(&w->service[f], o->seed, 0, "service", f);
}

static enum plan_verdict plan(void *ctx, const struct engine *en, const struct job_request *r,
                              struct plan *out, struct err *e)
{
    (void)en, (void)e;
    struct world *w = ctx;
    uint32_t      fog = r->user % w->fogs, node = w->users + fog;
    double        seconds = -SERVICE_S * log1p(-rng_uniform(&w->service[fog]));
    uint32_t      up = plan_add(
             out, (struct op){.kind = OP_TRANSFER, .from = r->home, .to = node, .bytes = UP_BYTES}, NULL,
             0);
    uint32_t work = plan_add(
        out, (struct op){.kind = OP_COMPUTE, .from = node, .to = node, .seconds = seconds}, &up, 1);
    plan_add(out,
             (struct op){.kind = OP_TRANSFER, .from = node, .to = r->home, .bytes = DOWN_BYTES},
             &work, 1);
    return PLAN_READY;
}

static void series_add(struct series *s, double share, sim_ns value)
{
    double off = (double)value - s->mean;
    s->mean += off * share;
    s->square += off * ((double)value - s->mean);
}

static bool take(void *ctx, const struct job_record *job, struct err *e)
{
    (void)e;
    struct world *w = ctx;
    if (job->finished_ns < 0) return true;
    double share = 1 / (double)++w->tasks;
    series_add(&w->response, share, job->finished_ns - job->arrived_ns);
    for (int part = 0; part < PART_COUNT; part++)
        series_add(&w->parts[part], share, job->part_ns[part]);
    return true;
}

static void print_nodes(const struct world *w, const struct engine *en)
{
    double busy = 0, waiting = 0;
    for (uint32_t f = 0; f < w->fogs; f++) {
        struct node_record r;
        engine_node(en, w->users + f, &r);
        busy += r.utilization / w->fogs;
        waiting += r.queue_mean / w->fogs;
    }
    printf("fog nodes: utilisation %.4f, waiting %.4f; links that carried something: %u\n", busy,
           waiting, engine_link_count(en));
}

static void print_tasks(const struct world *w)
{
    static const char *const names[PART_COUNT] = {"computation", "transmission", "queueing"};
    double                   n = (double)w->tasks;
    printf("response %.6f s, standard deviation %.6f\n", w->response.mean / NS_PER_S,
           sqrt(w->response.square / n) / NS_PER_S);
    for (int part = 0; part < PART_COUNT; part++)
        if (names[part])
            printf("  %-12s %.6f s, %.6f\n", names[part], w->parts[part].mean / NS_PER_S,
                   sqrt(w->parts[part].square / n) / NS_PER_S);
}

int bench_engine(const struct bench_options *o)
{
    struct arena         a = {0};
    struct err           e = {0};
    struct world         w = {0};
    struct engine       *en;
    struct engine_result result;
    make_world(&w, o, &a);
    const struct engine_config config = {
        .net = &w.net,
        .arrivals = {.kind = ARRIVAL_POISSON,
                     .rate_per_s = TASKS_PER_S,
                     .jobs_per_user = UINT32_MAX,
                     .duration_s = (double)o->tasks / (double)o->users / TASKS_PER_S},
        .length_limit = LENGTH_LIMIT,
        .path = o->events ? PATH_EVENTS : PATH_AUTO,
        .seed = o->seed,
    };
    const struct planner    planner = {.ctx = &w, .plan = plan, .epoch_s = INFINITY};
    const struct trace_sink sink = {.ctx = &w, .job = take};
    double                  start = clock_wall_s(), start_cpu = cpu_s();
    if (!engine_run(&config, &planner, &sink, &a, &en, &result, &e)) {
        fprintf(stderr, "fogsim-bench engine: %s\n", e.text);
        return 1;
    }
    double wall_s = clock_wall_s() - start, busy_s = cpu_s() - start_cpu;
    print_nodes(&w, en);
    print_tasks(&w);
    printf("{\"users\":%u,\"tasks\":%llu,\"seed\":%llu,\"tasks_per_s\":%.0f,\"events_per_s\":%.0f,"
           "\"wall_s\":%.6f,\"cpu_s\":%.6f,\"rss_kb\":%ld,\"mean_resp_s\":%.6f}\n",
           w.users, (unsigned long long)w.tasks, (unsigned long long)o->seed,
           (double)w.tasks / wall_s, 4 * (double)w.tasks / wall_s, wall_s, busy_s, peak_kb(),
           w.response.mean / NS_PER_S);
    arena_free(&a);
    return 0;
}
