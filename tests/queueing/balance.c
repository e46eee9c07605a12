#include "tests/queueing/balance.h"

#include <gsl/gsl_randist.h>
#include <math.h>

#include "sim/engine.h"

enum { USERS, NEAR, FAR, GROUPS };
enum { USER_COUNT = 3, NODE_COUNT = 7, MAX_OPS = 8 };

static const double rate_bytes_per_s = 1e6;

struct run {
    struct rng rng;
    double     of_tasks_j, by_hand_j;
    struct net net;
};

static const struct node_group kinds[GROUPS] = {
    {.name = "users", .role = ROLE_USER, .count = USER_COUNT, .power_idle_w = 1, .power_busy_w = 3},
    {.name = "near", .role = ROLE_FOG, .count = 2, .power_idle_w = 2, .power_busy_w = 7},
    {.name = "far", .role = ROLE_FOG, .count = 2, .servers = 2, .power_busy_w = 11},
};

static void make_net(struct net *n, struct arena *a)
{
    static const struct protocol plain = {.name = "plain", .encoding = 1, .segment_bytes = 1};
    *n = (struct net){.group_count = GROUPS,
                      .groups = ARENA_ARRAY(a, struct node_group, GROUPS),
                      .links = ARENA_ARRAY(a, struct link_spec, GROUPS * GROUPS)};
    for (uint32_t g = 0; g < GROUPS; g++) {
        struct node_group *to = &n->groups[g];
        *to = kinds[g];
        if (!to->servers) to->servers = 1;
        to->queue_limit = QUEUE_INFINITE;
        to->nic_bytes_per_s = 1e9;
        to->serialisation_ratio = 1;
        to->memory_bytes = INFINITY;
        to->power_send_w = 0.5 + g;
        to->power_receive_w = 0.25 * g;
        for (uint32_t l = 0; l < GROUPS; l++)
            n->links[g * GROUPS + l] = (struct link_spec){rate_bytes_per_s, 1e-3, &plain};
    }
    net_finish(n, a);
}

// Up to eight operations, each after the one before it or none.
static enum plan_verdict plan_at_random(void *ctx, const struct engine *en,
                                        const struct job_request *request, struct plan *out,
                                        struct err *e)
{
    (void)en, (void)e, (void)request;
    struct run *run = ctx;
    uint32_t    count = 1 + (uint32_t)rng_below(&run->rng, MAX_OPS);
    for (uint32_t i = 0; i < count; i++) {
        static const enum op_kind choice[] = {OP_COMPUTE, OP_LOAD, OP_TRANSFER};
        struct op                 op = {.kind = choice[rng_below(&run->rng, 3)]};
        op.from = op.to = (uint32_t)rng_below(&run->rng, NODE_COUNT);
        if (op.kind == OP_TRANSFER) {
            op.to = (op.from + 1 + (uint32_t)rng_below(&run->rng, NODE_COUNT - 1)) % NODE_COUNT;
            op.bytes = (double)rng_below(&run->rng, 100000);
        } else {
            op.seconds = gsl_ran_exponential(&run->rng.gsl, 0.1);
        }
        uint32_t before = i && rng_below(&run->rng, 2) ? i - 1 : NO_OP;
        plan_add(out, op, &before, 1);
    }
    return PLAN_READY;
}

static double by_hand_j(const struct net *n, const struct op *o)
{
    const struct node_group *from = net_group(n, o->from), *to = net_group(n, o->to);
    if (o->kind == OP_TRANSFER)
        return (from->power_send_w + to->power_receive_w) * o->bytes / rate_bytes_per_s;
    return (to->power_busy_w - to->power_idle_w) / to->servers * o->seconds;
}

static bool add_job(void *ctx, const struct job_record *job, struct err *e)
{
    (void)e;
    struct run *run = ctx;
    run->of_tasks_j += job->energy_j;
    for (uint32_t i = 0; i < job->op_count; i++)
        run->by_hand_j += by_hand_j(&run->net, &job->ops[i]);
    return true;
}

bool balance_energy(uint64_t seed, struct energy_balance *out, struct err *e)
{
    struct arena         a = {0};
    struct run           run = {0};
    struct engine       *en;
    struct engine_result result;
    make_net(&run.net, &a);
    rng_init(&run.rng, seed, 0, "balance", 0);
    struct engine_config config = {.net = &run.net, .seed = seed};
    config.arrivals = (struct arrivals){
        .kind = ARRIVAL_POISSON, .rate_per_s = 2, .jobs_per_user = 100, .duration_s = INFINITY};
    struct planner    planner = {.ctx = &run, .plan = plan_at_random};
    struct trace_sink sink = {.ctx = &run, .job = add_job};
    bool              ok = engine_run(&config, &planner, &sink, &a, &en, &result, e);
    *out = (struct energy_balance){run.of_tasks_j, 0, run.by_hand_j};
    for (uint32_t node = 0; ok && node < NODE_COUNT; node++) {
        struct node_record record;
        engine_node(en, node, &record);
        double idle_j = net_group(&run.net, node)->power_idle_w * s_from_ns(result.end_ns);
        out->above_idle += record.energy_j - idle_j;
    }
    arena_free(&a);
    return ok;
}

// ---- memory

static enum plan_verdict plan_with_memory(void *ctx, const struct engine *en,
                                          const struct job_request *request, struct plan *out,
                                          struct err *e)
{
    (void)en, (void)e, (void)ctx;
    static const double seconds[USER_COUNT] = {1, 3, 2}, bytes[USER_COUNT] = {100, 200, 400};
    struct op           op = {.kind = OP_COMPUTE, .from = NODE_COUNT - 1, .to = NODE_COUNT - 1};
    op.seconds = seconds[request->user];
    op.memory_bytes = bytes[request->user];
    plan_add(out, op, NULL, 0);
    return PLAN_READY;
}

bool balance_memory(double *peak_bytes, struct err *e)
{
    struct arena         a = {0};
    struct run           run = {0};
    struct engine       *en;
    struct engine_result result;
    make_net(&run.net, &a);
    struct engine_config config = {.net = &run.net, .seed = 1};
    config.arrivals = (struct arrivals){
        .kind = ARRIVAL_PERIODIC, .period_s = 1, .jobs_per_user = 1, .duration_s = INFINITY};
    struct planner     planner = {.ctx = &run, .plan = plan_with_memory};
    struct trace_sink  sink = {.ctx = &run, .job = add_job};
    struct node_record record = {0};
    bool               ok = engine_run(&config, &planner, &sink, &a, &en, &result, e);
    if (ok) engine_node(en, NODE_COUNT - 1, &record);
    *peak_bytes = record.memory_peak_bytes;
    arena_free(&a);
    return ok;
}
