// sim/serve.c: operations use resources: begin, wait, be served, end; a job that meets a full queue
// is dropped.
#include "sim/core.h"

bool is_processing(const struct op *o)
{
    return o->kind == OP_COMPUTE || o->kind == OP_LOAD;
}

struct resource *node_processor(struct engine *en, uint32_t node)
{
    return &en->resources[node * NODE_RESOURCES + NODE_CPU];
}

uint32_t add_resource(struct engine *en, uint32_t servers)
{
    en->resources = arena_grow(en->arena, en->resources, &en->resource_capacity,
                               en->resource_count + 1, sizeof *en->resources);
    resource_init(&en->resources[en->resource_count], servers);
    return en->resource_count++;
}

static uint32_t leg_resource(struct engine *en, const struct op *o, const struct leg *leg)
{
    static const uint32_t offset[] = {
        [LEG_PORT] = NODE_PORT, [LEG_TX] = NODE_TX, [LEG_RX] = NODE_RX};
    uint32_t node = net_place(en->config->net, o->from, o->to, leg->place);
    if (leg->resource != LEG_WIRE) return node * NODE_RESOURCES + offset[leg->resource];
    uint32_t wire =
        wire_get(&en->wires, node, net_place(en->config->net, o->from, o->to, leg->next_place));
    if (en->wires.wires[wire].resource == UINT32_MAX)
        en->wires.wires[wire].resource = add_resource(en, 1);
    return en->wires.wires[wire].resource;
}

static const struct leg *op_leg(const struct engine *en, const struct op *o, uint32_t leg)
{
    return o->kind == OP_TRANSFER ? &net_route(en->config->net, o->from, o->to)->legs[leg] : NULL;
}

static void start_use(struct engine *en, uint32_t slot, uint32_t index)
{
    struct job       *j = en->jobs[slot];
    struct use       *u = &j->uses[index];
    const struct op  *o = &j->plan.ops[u->op];
    const struct leg *leg = op_leg(en, o, u->leg);
    struct resource  *r = &en->resources[u->resource];
    u->state = USE_RUNNING;
    u->start_ns = en->now;
    u->finish_ns = en->now + u->service_ns;
    // Behind a leg that hands on while it sends: not before that one ends.
    if (leg && u->leg > 0 && (leg - 1)->overlaps_next && j->leg_end_ns[u->op] > u->finish_ns)
        u->finish_ns = j->leg_end_ns[u->op];
    j->leg_end_ns[u->op] = u->finish_ns;
    if (u->leg == 0) j->times[u->op].start_ns = en->now;

    r->busy++;
    r->served += o->kind != OP_LOAD;
    r->busy_ns += u->finish_ns - u->start_ns;
    if (leg) {
        if (leg->resource == LEG_WIRE) r->bytes += j->wire_bytes[u->op];
    } else {
        const struct node_group *g = net_group(en->config->net, o->to);
        double                   active_j =
            (g->power_busy_w - g->power_idle_w) / g->servers * s_from_ns(u->service_ns);
        j->energy_j += active_j;
        r->active_j += active_j;
        r->memory_bytes += o->memory_bytes;
        if (r->memory_bytes > r->memory_peak_bytes) r->memory_peak_bytes = r->memory_bytes;
    }
    uint32_t number = u->leg;
    schedule_op(en, u->finish_ns, EV_END, slot, u->op, number, index);
    if (leg && leg->overlaps_next)
        schedule_op(en, en->now, EV_BEGIN, slot, u->op, number + 1, u->op);
}

static void drop_job(struct engine *en, uint32_t slot)
{
    struct job *j = en->jobs[slot];
    j->alive = false;
    for (uint32_t i = 0; i < j->use_count;
         i++) { // leave the queues; the entries are skipped when they come up
        struct use *u = &j->uses[i];
        if (u->state != USE_WAITING) continue;
        struct resource *r = &en->resources[u->resource];
        u->state = USE_DONE;
        resource_count(r, en->now, -1);
        r->free_ns -= u->service_ns / r->servers;
    }
    for (uint32_t i = 0; i < j->plan.op_count; i++) { // what had not queued yet never will
        const struct op *o = &j->plan.ops[i];
        if (is_processing(o) && j->last_use[i] == NO_OP)
            node_processor(en, o->to)->planned_ns -= (double)ns_or_end(o->seconds);
    }
    report(en, j, JOB_DROPPED);
}

static uint32_t queue_limit(const struct engine *en, const struct op *o)
{
    return o->kind == OP_TRANSFER ? QUEUE_INFINITE : net_group(en->config->net, o->to)->queue_limit;
}

void on_begin(struct engine *en, uint32_t slot, uint32_t op, uint32_t leg_index)
{
    struct job *j = en->jobs[slot];
    j->pending--;
    if (!j->alive) {
        give_slot_if_idle(en, slot);
        return;
    }
    const struct op  *o = &j->plan.ops[op];
    const struct leg *leg = op_leg(en, o, leg_index);
    j->uses = arena_grow(en->arena, j->uses, &j->use_capacity, j->use_count + 1, sizeof *j->uses);
    uint32_t    index = j->use_count++;
    struct use *u = &j->uses[index];
    *u = (struct use){.op = op,
                      .leg = leg_index,
                      .state = USE_WAITING,
                      .ready_ns = en->now,
                      .start_ns = -1,
                      .next = NO_USE,
                      .before = j->last_use[op]};
    j->last_use[op] = index;
    u->resource = leg ? leg_resource(en, o, leg) : o->to * NODE_RESOURCES + NODE_CPU;
    struct message m = {o->from, o->to, o->bytes, j->wire_bytes[op], 1, false};
    u->service_ns = leg ? net_leg_ns(en->config->net, &m, leg_index, en->now) : j->alone_ns[op];

    struct resource *r = &en->resources[u->resource];
    if (!leg) r->planned_ns -= (double)j->alone_ns[op];
    if (r->busy == r->servers && r->waiting >= queue_limit(en, o)) {
        u->state = USE_DONE; // refused
        drop_job(en, slot);
        give_slot_if_idle(en, slot);
        return;
    }
    r->free_ns = (r->free_ns > en->now ? r->free_ns : en->now) + u->service_ns / r->servers;
    if (r->free_ns > NS_END) r->free_ns = NS_END;
    if (r->busy < r->servers) {
        start_use(en, slot, index);
        return;
    }
    uint64_t handle = (uint64_t)slot << 32 | index;
    if (r->last == NO_USE)
        r->first = handle;
    else
        en->jobs[r->last >> 32]->uses[r->last & UINT32_MAX].next = handle;
    r->last = handle;
    resource_count(r, en->now, 1);
    j->pending++;
}

static void start_next(struct engine *en, uint32_t resource)
{
    struct resource *r = &en->resources[resource];
    while (r->first != NO_USE && r->busy < r->servers) {
        uint32_t    slot = (uint32_t)(r->first >> 32), index = (uint32_t)(r->first & UINT32_MAX);
        struct job *j = en->jobs[slot];
        r->first = j->uses[index].next;
        if (r->first == NO_USE) r->last = NO_USE;
        j->pending--;
        if (j->uses[index].state == USE_WAITING) {
            resource_count(r, en->now, -1);
            start_use(en, slot, index);
        } else {
            give_slot_if_idle(en, slot);
        }
    }
}

void on_end(struct engine *en, uint32_t slot, uint32_t index)
{
    struct job       *j = en->jobs[slot];
    struct use       *u = &j->uses[index];
    const struct op  *o = &j->plan.ops[u->op];
    const struct leg *leg = op_leg(en, o, u->leg);
    struct resource  *r = &en->resources[u->resource];
    uint32_t          op = u->op, number = u->leg;
    u->state = USE_DONE;
    r->busy--;
    if (!leg) r->memory_bytes -= o->memory_bytes;
    start_next(en, u->resource);
    j->pending--; // only now: until then the slot is not free, whatever leaves the queue
    if (!j->alive) {
        give_slot_if_idle(en, slot);
    } else if (!leg) {
        finish_op(en, slot, op);
    } else if (!leg->overlaps_next) {
        bool   is_last = number + 1 == net_route(en->config->net, o->from, o->to)->leg_count;
        sim_ns at = en->now + ns_from_s(leg->latency_after_s);
        if (is_last)
            schedule_op(en, at, EV_DONE, slot, op, DONE_LEG, op);
        else
            schedule_op(en, at, EV_BEGIN, slot, op, number + 1, op);
    }
}
