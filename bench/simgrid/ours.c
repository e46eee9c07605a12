#include <gsl/gsl_randist.h>
#include <math.h>

#include "bench/simgrid/workload.h"
#include "sim/engine.h"

enum { SPEEDS = 4 }; // of links: a group of users each

struct run {
    const struct workload *w;
    struct jobs           *jobs;
    struct rng             bytes, service;
    uint32_t               server; // node
};

double workload_link_rate(const struct workload *w, uint32_t user)
{
    return w->link_bytes_per_s * (1 + user % SPEEDS);
}

static uint32_t user_of(const struct workload *w, uint32_t index) // groups are blocks of users
{
    uint32_t block = w->users / SPEEDS;
    return index % block * SPEEDS + index / block;
}

static enum plan_verdict plan(void *ctx, const struct engine *en, const struct job_request *request,
                              struct plan *out, struct err *e)
{
    (void)en, (void)e;
    struct run            *run = ctx;
    const struct workload *w = run->w;
    struct job            *j = &run->jobs->items[run->jobs->count++];
    uint32_t               before = NO_OP;
    *j = (struct job){.user = user_of(w, request->user), .arrived_s = s_from_ns(request->now)};
    if (w->network != STAGE_NONE) {
        j->bytes = ceil(gsl_ran_exponential(&run->bytes.gsl, w->bytes));
        struct op op = {.kind = OP_TRANSFER, .from = request->home, .to = run->server};
        op.bytes = j->bytes;
        before = plan_add(out, op, NULL, 0);
    }
    if (w->processor != STAGE_NONE) {
        j->service_s = gsl_ran_exponential(&run->service.gsl, w->service_s);
        struct op op = {.kind = OP_COMPUTE, .from = run->server, .to = run->server};
        op.seconds = j->service_s;
        plan_add(out, op, &before, 1);
    }
    return PLAN_READY;
}

static bool see(void *ctx, const struct job_record *job, struct err *e)
{
    (void)e;
    ((struct run *)ctx)->jobs->items[job->job].ours_s = s_from_ns(job->finished_ns);
    return true;
}

static void make_net(const struct workload *w, struct net *n, struct arena *a)
{
    static const struct protocol plain = {.name = "plain", .encoding = 1, .segment_bytes = 1};
    uint32_t                     groups = SPEEDS + 1;
    *n = (struct net){.group_count = groups,
                      .groups = ARENA_ARRAY(a, struct node_group, groups),
                      .links = ARENA_ARRAY(a, struct link_spec, groups * groups),
                      .media = ARENA_ARRAY(a, struct medium, 1),
                      .media_count = w->network == STAGE_SHARED};
    n->media[0] = (struct medium){
        .name = "medium", .rate_bytes_per_s = w->medium_bytes_per_s, .per_group = NO_GROUP};
    for (uint32_t g = 0; g < groups; g++) {
        bool is_server = g == SPEEDS;
        n->groups[g] = (struct node_group){
            .name = is_server ? "server" : "users",
            .role = is_server ? ROLE_FOG : ROLE_USER,
            .count = is_server ? 1 : w->users / SPEEDS,
            .servers = 1,
            .queue_limit = QUEUE_INFINITE,
            .nic_bytes_per_s = 1e12,
            .serialisation_ratio = 1,
            .memory_bytes = INFINITY,
            .discipline = w->processor == STAGE_SHARING ? DISCIPLINE_SHARING : DISCIPLINE_FIFO};
        for (uint32_t to = 0; to < groups; to++)
            n->links[g * groups + to] = (struct link_spec){
                .rate_bytes_per_s = workload_link_rate(w, g),
                .protocol = &plain,
                .is_fair = w->network == STAGE_SHARED,
                .media_count = w->network == STAGE_SHARED,
            };
    }
    net_finish(n, a);
}

bool run_ours(const struct workload *w, struct jobs *out, struct arena *a, struct err *e)
{
    struct net           net;
    struct engine       *en;
    struct engine_result result;
    struct run           run = {.w = w, .jobs = out, .server = w->users};
    *out = (struct jobs){ARENA_ARRAY(a, struct job, w->users * w->jobs_per_user), 0};
    rng_init(&run.bytes, 1, 0, "bytes", 0);
    rng_init(&run.service, 1, 0, "service", run.server);
    make_net(w, &net, a);
    struct engine_config config = {.net = &net, .seed = 1};
    config.arrivals = (struct arrivals){.kind = ARRIVAL_POISSON,
                                        .rate_per_s = w->rate_per_s,
                                        .jobs_per_user = w->jobs_per_user,
                                        .duration_s = INFINITY};
    struct planner    planner = {.ctx = &run, .plan = plan};
    struct trace_sink sink = {.ctx = &run, .job = see};
    return engine_run(&config, &planner, &sink, a, &en, &result, e);
}
