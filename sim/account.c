#include "sim/account.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/net.h"

static const enum part PART_OF[OP_KIND_COUNT] = {
    [OP_COMPUTE] = PART_COMPUTATION,
    [OP_LOAD] = PART_LOADING,
    [OP_TRANSFER] = PART_TRANSMISSION,
    [OP_DELAY] = PART_EDGE_DELAY,
};

static int by_key(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

enum { FEW = 24 };

static void sort(uint64_t *keys, uint32_t count)
{
    if (count > FEW) {
        qsort(keys, count, sizeof *keys, by_key);
        return;
    }
    for (uint32_t i = 1; i < count; i++) { // most plans are short, and their uses nearly in order
        uint64_t key = keys[i];
        uint32_t hole = i;
        for (; hole > 0 && keys[hole - 1] > key; hole--) keys[hole] = keys[hole - 1];
        keys[hole] = key;
    }
}

// The uses of the job's last attempt by resource, then as they queued: who is served behind whom on
// a first-come-first-served resource.
static void order_uses(struct job *j, struct arena *a)
{
    uint32_t count = j->use_count - j->first_use;
    j->order = arena_grow(a, j->order, &j->order_capacity, count, sizeof *j->order);
    for (uint32_t i = 0; i < count; i++)
        j->order[i] = (uint64_t)j->uses[j->first_use + i].resource << 32 | (j->first_use + i);
    sort(j->order, count);
    for (uint32_t rank = 0; rank < count; rank++) j->uses[j->order[rank] & UINT32_MAX].rank = rank;
}

// The use of the same job that queued on the same resource before the one of that rank; NULL: none.
static const struct use *ahead(const struct job *j, uint32_t rank)
{
    if (rank == 0 || j->order[rank - 1] >> 32 != j->order[rank] >> 32) return NULL;
    return &j->uses[j->order[rank - 1] & UINT32_MAX];
}

// Time that a use ahead takes from `ready` on; what an interruption or swapping adds is not its
// own.
static sim_ns behind(const struct use *ahead, sim_ns ready)
{
    sim_ns span = ahead->finish_ns - (ahead->start_ns > ready ? ahead->start_ns : ready);
    return !ahead->leg_at && span > ahead->service_ns ? ahead->service_ns : span;
}

// One server: those ahead are served one after the other.
static sim_ns wait_behind_own(const struct job *j, const struct use *u)
{
    sim_ns own = 0;
    for (const struct use *x = ahead(j, u->rank); x && x->finish_ns > u->ready_ns;
         x = ahead(j, x->rank))
        own += behind(x, u->ready_ns);
    return own;
}

// Several: the time in which all of them serve this job, from change to change.
static sim_ns wait_behind_own_servers(const struct job *j, const struct use *u, uint32_t servers)
{
    sim_ns own = 0;
    for (sim_ns at = u->ready_ns, next; at < u->start_ns; at = next) {
        uint32_t held = 0;
        next = u->start_ns;
        for (const struct use *x = ahead(j, u->rank); x; x = ahead(j, x->rank)) {
            held += x->start_ns <= at && at < x->finish_ns;
            if (x->start_ns > at && x->start_ns < next) next = x->start_ns;
            if (x->finish_ns > at && x->finish_ns < next) next = x->finish_ns;
        }
        if (held == servers) own += next - at;
    }
    return own;
}

// Of the time the use waited, that in which others than its own job held a server.
static sim_ns wait_behind_others(const struct job *j, const struct use *u, uint32_t servers)
{
    sim_ns wait = u->start_ns - u->ready_ns;
    if (wait == 0) return 0;
    return wait - (servers == 1 ? wait_behind_own(j, u) : wait_behind_own_servers(j, u, servers));
}

// Where the leg of `u` begins behind one that hands on to it and takes [start, finish): as in
// serve.c.
static sim_ns overlapped_begin(const struct use *u, sim_ns start, sim_ns finish)
{
    sim_ns begin = finish - u->service_ns;
    bool   is_last = !u->leg_at->is_varying && !u->leg_at->overlaps_next;
    return is_last && begin > start ? begin : start;
}

// How much earlier the operation would have finished without waiting behind other jobs. Its legs
// are laid out again with only the waits behind its own job, so that a wait which a slower leg
// hides costs nothing.
static sim_ns lost_behind_others(const struct job *j, const struct resource *resources, uint32_t op)
{
    const struct use *legs[MAX_LEGS], *last = NULL;
    uint32_t          count = 0;
    for (uint32_t i = j->states[op].last_use; i != NO_OP; i = j->uses[i].before) {
        assert(count < MAX_LEGS);
        legs[count++] = &j->uses[i];
    }
    sim_ns start = 0, finish = 0; // of `last`, laid out again
    while (count-- > 0) {
        const struct use *u = legs[count];
        bool              overlaps = last && last->leg_at->overlaps_next;
        sim_ns others = wait_behind_others(j, u, resources[u->resource].servers), before = finish;
        start = !last      ? u->ready_ns
                : overlaps ? overlapped_begin(u, start, finish)
                           : finish + u->ready_ns - last->finish_ns;
        start += u->start_ns - u->ready_ns - others;
        finish = start + u->service_ns;
        if (overlaps && before > finish) finish = before;
        last = u;
    }
    return last ? last->finish_ns - finish : 0;
}

static void add_operation(struct job *j, const struct resource *resources, struct arena *a,
                          uint32_t op, struct stage_record *stage, bool *ordered)
{
    const struct op_times *t = &j->times[op];
    const struct op_state *o = &j->states[op];
    bool                   is_varying = o->route && o->route->is_varying;
    sim_ns span = t->finish_ns - t->ready_ns, excess = span - o->alone_ns, queueing = 0;
    assert(excess >= 0 || is_varying); // while it waited the rate rose
    if (excess > 0 || is_varying) {
        if (!*ordered) order_uses(j, a);
        *ordered = true;
        queueing = lost_behind_others(j, resources, op);
    }
    assert(queueing >= 0 && queueing <= (is_varying ? span : excess));
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

void account_job(struct job *j, const struct resource *resources, struct arena *a,
                 struct stage_record *stages, sim_ns part_ns[PART_COUNT])
{
    bool               ordered = false;
    const struct plan *p = &j->plan;
    uint32_t           op = last_finished(j, NULL, p->op_count), first = op;
    while (op != NO_OP) {
        add_operation(j, resources, a, op, &stages[p->ops[op].stage], &ordered);
        const struct op *o = &p->ops[op];
        first = op;
        op = o->dep_count ? last_finished(j, p->deps + o->first_dep, o->dep_count) : NO_OP;
    }
    // Attempts that failed, and the pauses before the last one.
    stages[p->ops[first].stage].part_ns[PART_QUEUEING] += j->times[first].ready_ns - j->arrived_ns;
    memset(part_ns, 0, PART_COUNT * sizeof *part_ns);
    for (uint32_t s = 0; s < p->stage_count; s++)
        for (int part = 0; part < PART_COUNT; part++) part_ns[part] += stages[s].part_ns[part];
}

void account_op(struct stage_record *stage, const struct op *o, sim_ns alone_ns, uint32_t home)
{
    if (o->kind == OP_COMPUTE) {
        stage->computation_work_ns += alone_ns;
        stage->slices += o->tag[0] != 0;
    } else if (o->kind == OP_TRANSFER) {
        stage->transmission_work_ns += alone_ns;
        *(o->to == home ? &stage->bytes_returned : &stage->bytes_sent) += o->bytes;
    }
}

void account_work(const struct job *j, struct stage_record *stages)
{
    const struct plan *p = &j->plan;
    if (p->stage_count) memset(stages, 0, p->stage_count * sizeof *stages);
    for (uint32_t i = 0; i < p->op_count; i++)
        if (j->times[i].finish_ns >= 0)
            account_op(&stages[p->ops[i].stage], &p->ops[i], j->states[i].alone_ns, j->home);
}
