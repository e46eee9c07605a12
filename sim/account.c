#include "sim/account.h"

#include <assert.h>
#include <string.h>

static const enum part PART_OF[OP_KIND_COUNT] = {
    [OP_COMPUTE] = PART_COMPUTATION,
    [OP_LOAD] = PART_LOADING,
    [OP_TRANSFER] = PART_TRANSMISSION,
    [OP_DELAY] = PART_EDGE_DELAY,
};

static bool serves_at(const struct use *u, uint32_t resource, sim_ns at)
{
    return u->resource == resource && u->start_ns >= 0 && u->start_ns <= at && at < u->finish_ns;
}

static uint32_t servers_held(const struct job *j, const struct use *waiting, sim_ns at)
{
    uint32_t held = 0;
    for (uint32_t i = 0; i < j->use_count; i++)
        held += &j->uses[i] != waiting && serves_at(&j->uses[i], waiting->resource, at);
    return held;
}

// The first instant after `at` at which the number of servers that the job holds may change.
static sim_ns next_change(const struct job *j, const struct use *waiting, sim_ns at)
{
    sim_ns next = waiting->start_ns;
    for (uint32_t i = 0; i < j->use_count; i++) {
        const struct use *u = &j->uses[i];
        if (u == waiting || u->resource != waiting->resource || u->start_ns < 0) continue;
        if (u->start_ns > at && u->start_ns < next) next = u->start_ns;
        if (u->finish_ns > at && u->finish_ns < next) next = u->finish_ns;
    }
    return next;
}

// Of the time the use waited, that in which others than its own job held a server.
static sim_ns wait_behind_others(const struct job *j, const struct use *u, uint32_t servers)
{
    sim_ns others = 0;
    for (sim_ns at = u->ready_ns, next; at < u->start_ns; at = next) {
        next = next_change(j, u, at);
        if (servers_held(j, u, at) < servers) others += next - at;
    }
    return others;
}

// How much earlier the operation would have finished without waiting behind other jobs. Its legs
// are laid out again with only the waits behind its own job, so that a wait which a slower leg
// hides costs nothing. A leg that was ready when the one before it started overlaps with that one.
static sim_ns lost_behind_others(const struct job *j, const struct resource *resources, uint32_t op)
{
    const struct use *last = NULL;
    sim_ns            start = 0, finish = 0; // of `last`, laid out again
    for (uint32_t i = 0; i < j->use_count; i++) {
        const struct use *u = &j->uses[i];
        if (u->op != op) continue;
        bool   overlaps = last && u->ready_ns == last->start_ns;
        sim_ns others = wait_behind_others(j, u, resources[u->resource].servers), before = finish;
        start = !last ? u->ready_ns : overlaps ? start : finish + u->ready_ns - last->finish_ns;
        start += u->start_ns - u->ready_ns - others;
        finish = start + u->service_ns;
        if (overlaps && before > finish) finish = before;
        last = u;
    }
    return last ? last->finish_ns - finish : 0;
}

static void add_operation(const struct job *j, const struct resource *resources, uint32_t op,
                          struct stage_record *stage)
{
    const struct op_times *t = &j->times[op];
    sim_ns span = t->finish_ns - t->ready_ns, excess = span - j->alone_ns[op], queueing = 0;
    assert(excess >= 0);
    if (excess > 0) queueing = lost_behind_others(j, resources, op);
    assert(queueing >= 0 && queueing <= excess);
    stage->part_ns[PART_QUEUEING] += queueing;
    stage->part_ns[PART_OF[j->plan.ops[op].kind]] += span - queueing;
}

static uint32_t last_finished(const struct job *j, const uint32_t *ops, uint32_t count)
{
    uint32_t last = NO_OP;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t op = ops ? ops[i] : i;
        if (last == NO_OP || j->times[op].finish_ns > j->times[last].finish_ns ||
            (j->times[op].finish_ns == j->times[last].finish_ns && op < last))
            last = op;
    }
    return last;
}

void account_job(const struct job *j, const struct resource *resources, struct stage_record *stages,
                 sim_ns part_ns[PART_COUNT])
{
    const struct plan *p = &j->plan;
    uint32_t           op = last_finished(j, NULL, p->op_count);
    while (op != NO_OP) {
        add_operation(j, resources, op, &stages[p->ops[op].stage]);
        const struct op *o = &p->ops[op];
        op = o->dep_count ? last_finished(j, p->deps + o->first_dep, o->dep_count) : NO_OP;
    }
    memset(part_ns, 0, PART_COUNT * sizeof *part_ns);
    for (uint32_t s = 0; s < p->stage_count; s++)
        for (int part = 0; part < PART_COUNT; part++) part_ns[part] += stages[s].part_ns[part];
}

void account_work(const struct job *j, struct stage_record *stages)
{
    const struct plan *p = &j->plan;
    memset(stages, 0, p->stage_count * sizeof *stages);
    for (uint32_t i = 0; i < p->op_count; i++) {
        const struct op     *op = &p->ops[i];
        struct stage_record *s = &stages[op->stage];
        if (j->times[i].finish_ns < 0) continue;
        if (op->kind == OP_COMPUTE) {
            s->computation_work_ns += j->alone_ns[i];
            s->slices += op->tag[0] != 0;
        } else if (op->kind == OP_TRANSFER) {
            s->transmission_work_ns += j->alone_ns[i];
            *(op->to == j->home ? &s->bytes_returned : &s->bytes_sent) += op->bytes;
        }
    }
}
