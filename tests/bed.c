#include "tests/bed.h"

#include <string.h>

struct arena         bed_arena;
struct rng           rng;
struct protocol      protocol;
struct node_group    groups[GROUPS];
struct link_spec     links[GROUPS * GROUPS];
struct net           net;
struct engine_config config;
static double        deadlines[GROUPS];

// ---- the world, a run, and what is remembered of it ---------------------------------------------

void set_deadline(double deadline_s)
{
    for (int g = 0; g < GROUPS; g++) deadlines[g] = deadline_s;
}

void setup(void)
{
    bed_arena = (struct arena){0};
    rng_init(&rng, 13, 0, "test_engine", 0);
    protocol = (struct protocol){.name = "plain", .encoding = 1, .segment_bytes = 1};
    const enum node_role roles[GROUPS] = {ROLE_USER, ROLE_FOG, ROLE_FOG, ROLE_BROKER, ROLE_USER};
    for (int g = 0; g < GROUPS; g++)
        groups[g] = (struct node_group){.name = "group",
                                        .role = roles[g],
                                        .servers = 1,
                                        .queue_limit = QUEUE_INFINITE,
                                        .nic_bytes_per_s = 1e9,
                                        .serialisation_ratio = 1,
                                        .memory_bytes = INFINITY};
    for (int l = 0; l < GROUPS * GROUPS; l++) links[l] = (struct link_spec){1e9, 0, &protocol};
    net = (struct net){.group_count = GROUPS, .groups = groups, .links = links};
    config = (struct engine_config){.net = &net,
                                    .arrivals = {.jobs_per_user = 1, .duration_s = INFINITY},
                                    .deadline_s = deadlines,
                                    .length_limit = 3,
                                    .seed = 1};
    set_deadline(INFINITY);
}

void teardown(void)
{
    arena_free(&bed_arena);
}

void world(uint32_t users, uint32_t fogs)
{
    groups[USER].count = users;
    groups[FOG].count = fogs;
}

enum plan_verdict plan_by_function(void *ctx, const struct engine *en, const struct job_request *r,
                                   struct plan *out, struct err *e)
{
    (void)en, (void)e;
    ((struct run *)ctx)->build(out, r);
    return PLAN_READY;
}

static bool remember(void *ctx, const struct job_record *job, struct err *e)
{
    (void)e;
    struct run *run = ctx;
    ck_assert_uint_lt(job->job, run->room);
    struct seen *s = &run->jobs[job->job];
    ck_assert_ptr_null(s->times); // each job is told once
    s->record = *job;
    s->times = ARENA_ARRAY(&bed_arena, struct op_times, job->op_count);
    s->stages = ARENA_ARRAY(&bed_arena, struct stage_record, job->stage_count);
    for (uint32_t i = 0; i < job->op_count; i++) s->times[i] = job->times[i];
    for (uint32_t i = 0; i < job->stage_count; i++) s->stages[i] = job->stages[i];
    run->seen++;
    return true;
}

// Every finished job of every remembered run: parts, stages, path (design: decomposition).
static void check_sums(const struct seen *s)
{
    const struct job_record *r = &s->record;
    if (r->status != JOB_DONE && r->status != JOB_LATE) return;
    sim_ns sum = 0, work[2] = {0};
    for (int part = 0; part < PART_COUNT; part++) {
        sim_ns stages = 0;
        for (uint32_t i = 0; i < r->stage_count; i++) {
            ck_assert_int_ge(s->stages[i].part_ns[part], 0);
            stages += s->stages[i].part_ns[part];
        }
        ck_assert_int_eq(stages, r->part_ns[part]);
        sum += r->part_ns[part];
    }
    ck_assert_int_eq(sum, r->finished_ns - r->arrived_ns);
    for (uint32_t i = 0; i < r->stage_count; i++) {
        work[0] += s->stages[i].computation_work_ns;
        work[1] += s->stages[i].transmission_work_ns;
    }
    ck_assert_int_eq(work[0], r->computation_work_ns);
    ck_assert_int_eq(work[1], r->transmission_work_ns);
}

static bool note_sample(void *ctx, const struct queue_record *s, struct err *e)
{
    (void)e;
    struct run    *run = ctx;
    const uint64_t words[] = {(uint64_t)s->at, s->from, s->to, s->length};
    uint64_t       hash = 0;
    for (int i = 0; i < 4; i++) hash = (hash ^ words[i]) * 0xbf58476d1ce4e5b9u, hash ^= hash >> 29;
    run->sample_hash += hash; // in any order
    run->samples++;
    return true;
}

bool run_with(struct run *run, const struct planner *planner, uint32_t room)
{
    run->room = room;
    run->jobs = ARENA_ARRAY(&bed_arena, struct seen, room);
    struct trace_sink sink = {run, remember, note_sample};
    net_finish(&net, &bed_arena);
    bool ok = engine_run(&config, planner, &sink, &bed_arena, &run->en, &run->result, &run->e);
    for (uint32_t i = 0; i < room; i++)
        if (run->jobs[i].times) check_sums(&run->jobs[i]);
    return ok;
}

void ck_op(const struct run *run, uint32_t job, uint32_t op, sim_ns ready, sim_ns start,
           sim_ns finish)
{
    struct op_times t = run->jobs[job].times[op];
    ck_assert_msg(t.ready_ns == ready && t.start_ns == start && t.finish_ns == finish,
                  "job %u operation %u: want %lld %lld %lld, have %lld %lld %lld", job, op,
                  (long long)ready, (long long)start, (long long)finish, (long long)t.ready_ns,
                  (long long)t.start_ns, (long long)t.finish_ns);
}

void ck_same_by_events(const struct run *computed, const struct planner *planner)
{
    struct run *run = ARENA_ARRAY(&bed_arena, struct run, 1);
    config.path = PATH_EVENTS;
    ck_assert(run_with(run, planner, computed->room));
    config.path = PATH_AUTO;
    ck_assert_uint_eq(run->result.events, computed->result.events);
    for (uint32_t i = 0; i < run->room; i++) {
        const struct seen *a = &computed->jobs[i], *b = &run->jobs[i];
        ck_assert_int_eq(a->record.status, b->record.status);
        ck_assert_uint_eq(a->record.op_count, b->record.op_count);
        for (uint32_t op = 0; op < a->record.op_count; op++)
            ck_op(computed, i, op, b->times[op].ready_ns, b->times[op].start_ns,
                  b->times[op].finish_ns);
    }
    ck_assert_uint_eq(run->result.hash, computed->result.hash);
    ck_assert_int_eq(run->result.end_ns, computed->result.end_ns);
    ck_assert_uint_eq(run->samples, computed->samples);
    ck_assert_uint_eq(run->sample_hash, computed->sample_hash);
    for (uint32_t n = 0; n < net.node_count; n++) {
        struct node_record a, b;
        engine_node(computed->en, n, &a);
        engine_node(run->en, n, &b);
        ck_assert_uint_eq(a.length_count, b.length_count);
        if (a.length_count)
            ck_assert_mem_eq(a.length_ns, b.length_ns, a.length_count * sizeof *a.length_ns);
        a.length_ns = b.length_ns = NULL;
        ck_assert(a.subtasks == b.subtasks && a.busy_ns == b.busy_ns);
        ck_assert(a.utilization == b.utilization && a.queue_mean == b.queue_mean);
        ck_assert(a.queue_max == b.queue_max && a.memory_peak_bytes == b.memory_peak_bytes);
        ck_assert(a.energy_j == b.energy_j && a.cost == b.cost && a.down_ns == b.down_ns);
    }
    ck_assert_uint_eq(engine_link_count(run->en), engine_link_count(computed->en));
    for (uint32_t i = 0; i < engine_link_count(run->en); i++) {
        struct link_record a, b;
        engine_link(computed->en, i, &a);
        engine_link(run->en, i, &b);
        ck_assert(a.from == b.from && a.to == b.to && a.transfers == b.transfers);
        ck_assert(a.bytes == b.bytes && a.busy_ns == b.busy_ns && a.utilization == b.utilization);
        ck_assert(a.queue_mean == b.queue_mean && a.queue_max == b.queue_max);
        ck_assert(a.cost == b.cost && a.down_ns == b.down_ns);
    }
}

struct run *run_of(build_fn build)
{
    struct run    *run = ARENA_ARRAY(&bed_arena, struct run, 1);
    struct planner planner = {.ctx = run, .plan = plan_by_function};
    run->build = build;
    ck_assert_msg(run_with(run, &planner, 64), "%s", run->e.text);
    ck_assert_uint_eq(run->seen, run->result.jobs);
    return run;
}

void ck_parts(const struct run *run, uint32_t job, struct parts want)
{
    const sim_ns *have = run->jobs[job].record.part_ns;
    ck_assert_msg(
        have[PART_COMPUTATION] == want.computation &&
            have[PART_TRANSMISSION] == want.transmission && have[PART_QUEUEING] == want.queueing &&
            have[PART_EDGE_DELAY] == want.edge_delay && have[PART_LOADING] == want.loading,
        "job %u: have computation %lld transmission %lld queueing %lld delay %lld loading %lld",
        job, (long long)have[0], (long long)have[1], (long long)have[2], (long long)have[3],
        (long long)have[4]);
}

struct node_record node(const struct run *run, uint32_t index)
{
    struct node_record out;
    engine_node(run->en, index, &out);
    ck_assert_uint_eq(out.node, index);
    return out;
}

// ---- plans, with up to two predecessors; times in ns --------------------------------------------

uint32_t add(struct plan *p, struct op op, uint32_t dep0, uint32_t dep1)
{
    return plan_add(p, op, (const uint32_t[]){dep0, dep1}, 2);
}

uint32_t compute(struct plan *p, uint32_t at, double ns, uint32_t dep0, uint32_t dep1)
{
    struct op op = {.kind = OP_COMPUTE, .from = at, .to = at, .seconds = ns * 1e-9};
    return add(p, op, dep0, dep1);
}

uint32_t load(struct plan *p, uint32_t at, double ns, uint32_t dep)
{
    struct op op = {.kind = OP_LOAD, .from = at, .to = at, .seconds = ns * 1e-9, .bytes = ns};
    return add(p, op, dep, NO_OP);
}

uint32_t delay(struct plan *p, double ns, uint32_t dep)
{
    return add(p, (struct op){.kind = OP_DELAY, .seconds = ns * 1e-9}, dep, NO_OP);
}

uint32_t transfer(struct plan *p, uint32_t from, uint32_t to, double bytes, uint32_t dep)
{
    struct op op = {.kind = OP_TRANSFER, .from = from, .to = to, .bytes = bytes};
    return add(p, op, dep, NO_OP);
}

TCase *new_case(Suite *suite, const char *name)
{
    TCase *tc = tcase_create(name);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 120);
    suite_add_tcase(suite, tc);
    return tc;
}

struct link_record link_of(const struct run *run, uint32_t from, uint32_t to)
{
    struct link_record out = {0};
    for (uint32_t i = 0; i < engine_link_count(run->en); i++) {
        engine_link(run->en, i, &out);
        if (out.from == from && out.to == to) return out;
    }
    ck_abort_msg("link %u to %u carried nothing", from, to);
    return out;
}
