// sim/outage.c: what fails and comes back, and whom that meets.
//
// A job is met when an operation of it is under way on what failed, when data that it still needs
// lies on the node, or when it is the job's home.
#include <math.h>

#include "sim/core.h"

// ---- elements -----------------------------------------------------------------------------------

static uint32_t elements_of(const struct net *n, const struct fault_process *p)
{
    uint32_t count = n->groups[p->from].count;
    return p->is_link ? count * n->groups[p->to].count : count;
}

static bool comes_or_goes(const struct node_group *g)
{
    return g->join_s > 0 || g->leave_s > g->join_s;
}

static sim_ns next_change(struct element *x, sim_ns now)
{
    const struct fault_process *p = x->process;
    if (!p->outage_count) {
        double time_s = lifetime_draw(x->is_down ? &p->down : &p->up, &x->rng);
        sim_ns at = now + ns_or_end(time_s);
        return at < NS_END ? at : NS_END;
    }
    while (!x->is_down && x->next_outage < p->outage_count &&
           p->outages[x->next_outage].rank != x->rank)
        x->next_outage++;
    if (x->next_outage == p->outage_count) return NS_END;
    const struct outage *o = &p->outages[x->next_outage];
    x->next_outage += x->is_down;
    return ns_or_end(x->is_down ? o->until_s : o->from_s);
}

static void schedule_change(struct engine *en, uint32_t index)
{
    struct element *x = &en->elements[index];
    x->next_change = next_change(x, en->now);
    if (x->next_change < NS_END)
        schedule(en, x->next_change, event_key(PHASE_FAULT, index, 0, 0), EV_FAULT, index, 0);
}

static void add_element(struct engine *en, const struct fault_process *p, uint32_t process,
                        uint32_t rank)
{
    const struct node_group *from = &en->net->groups[p->from], *to = &en->net->groups[p->to];
    struct element          *x = &en->elements[en->element_count];
    *x = (struct element){.process = p,
                          .rank = rank,
                          .from = from->first + (p->is_link ? rank / to->count : rank),
                          .next_change = NS_END};
    x->to = p->is_link ? to->first + rank % to->count : x->from;
    rng_init(&x->rng, en->config->seed, en->config->replication, "faults",
             (uint64_t)process << 32 | rank);
    schedule_change(en, en->element_count++);
}

// A group that joins late or leaves is one that is down before and after.
static const struct fault_process *presence(struct engine *en, uint32_t group)
{
    const struct node_group *g = &en->net->groups[group];
    struct fault_process    *p = ARENA_ARRAY(en->arena, struct fault_process, 1);
    p->from = p->to = group;
    p->outages = ARENA_ARRAY(en->arena, struct outage, 2 * (size_t)g->count);
    for (uint32_t rank = 0; rank < g->count; rank++) {
        if (g->join_s > 0) p->outages[p->outage_count++] = (struct outage){rank, 0, g->join_s};
        if (g->leave_s > g->join_s && isfinite(g->leave_s))
            p->outages[p->outage_count++] = (struct outage){rank, g->leave_s, INFINITY};
    }
    return p;
}

void outage_init(struct engine *en)
{
    const struct faults *f = &en->config->faults;
    uint64_t             total = 0;
    for (uint32_t i = 0; i < f->count; i++) total += elements_of(en->net, &f->processes[i]);
    for (uint32_t g = 0; g < en->net->group_count; g++)
        if (comes_or_goes(&en->net->groups[g])) total += en->net->groups[g].count;
    en->can_fail = total > 0;
    if (!total) return;
    en->node_down = ARENA_ARRAY(en->arena, struct down_time, en->net->node_count);
    en->elements = ARENA_ARRAY(en->arena, struct element, (size_t)total);
    for (uint32_t i = 0; i < f->count; i++)
        for (uint32_t rank = 0; rank < elements_of(en->net, &f->processes[i]); rank++)
            add_element(en, &f->processes[i], i, rank);
    for (uint32_t g = 0; g < en->net->group_count; g++) {
        if (!comes_or_goes(&en->net->groups[g])) continue;
        const struct fault_process *p = presence(en, g);
        for (uint32_t rank = 0; rank < en->net->groups[g].count; rank++)
            add_element(en, p, f->count + g, rank);
    }
}

// ---- what is up ---------------------------------------------------------------------------------

bool is_up(const struct engine *en, uint32_t node)
{
    return !en->node_down || !en->node_down[node].causes;
}

static bool link_is_up(const struct engine *en, uint32_t from, uint32_t to)
{
    const struct wire *w = wire_find(&en->wires, from, to);
    return !w || !w->down.causes;
}

bool can_pass(const struct engine *en, uint32_t from, uint32_t to)
{
    if (from == to) return is_up(en, from);
    const struct route *r = net_route(en->net, from, to);
    if (!r->is_reachable || !is_up(en, from)) return false;
    for (uint32_t k = 0; en->can_fail && k + 1 < r->place_count; k++) {
        uint32_t here = net_place(en->net, from, to, k), next = net_place(en->net, from, to, k + 1);
        if (!is_up(en, next) || !link_is_up(en, here, next)) return false;
    }
    return true;
}

bool is_gone_for_good(const struct engine *en, uint32_t node)
{
    for (uint32_t i = 0; i < en->element_count; i++) {
        const struct element *x = &en->elements[i];
        if (!x->process->is_link && x->from == node && x->is_down && x->next_change == NS_END)
            return true;
    }
    return false;
}

// ---- whom it meets ------------------------------------------------------------------------------

static bool way_meets(const struct engine *en, const struct element *x, uint32_t from, uint32_t to,
                      uint32_t first, uint32_t last)
{
    for (uint32_t k = first; k <= last; k++) {
        uint32_t here = net_place(en->net, from, to, k);
        if (!x->process->is_link && here == x->from) return true;
        if (x->process->is_link && k < last && here == x->from &&
            net_place(en->net, from, to, k + 1) == x->to)
            return true;
    }
    return false;
}

static bool op_meets(const struct engine *en, const struct element *x, const struct op *o)
{
    if (o->kind != OP_TRANSFER) return !x->process->is_link && o->to == x->from;
    return way_meets(en, x, o->from, o->to, 0, net_route(en->net, o->from, o->to)->place_count - 1);
}

static bool use_meets(const struct engine *en, const struct element *x, const struct use *u)
{
    if (!u->leg_at || u->leg_at->place == u->leg_at->next_place) // processor, port, receiving card
        return !x->process->is_link && u->at == x->from;
    return way_meets(en, x, u->from, u->to, u->leg_at->place, u->leg_at->next_place);
}

static bool is_under_way(const struct op_times *t)
{
    return t->ready_ns >= 0 && t->finish_ns < 0;
}

// A result of `op` on the node that failed waits there for an operation that would use it there.
static bool leaves_data(const struct engine *en, const struct element *x, const struct job *j,
                        uint32_t op)
{
    if (x->process->is_link || j->plan.ops[op].to != x->from || j->times[op].finish_ns < 0)
        return false;
    for (uint32_t i = j->first_next[op]; i < j->first_next[op + 1]; i++)
        if (j->times[j->nexts[i]].finish_ns < 0 && op_meets(en, x, &j->plan.ops[j->nexts[i]]))
            return true;
    return false;
}

static bool job_is_met(const struct engine *en, const struct element *x, const struct job *j)
{
    if (!j->alive || j->is_waiting) return false;
    if (!x->process->is_link && j->home == x->from) return true;
    for (uint32_t i = 0; i < j->plan.op_count; i++)
        if ((is_under_way(&j->times[i]) && op_meets(en, x, &j->plan.ops[i])) ||
            leaves_data(en, x, j, i))
            return true;
    return false;
}

static void abort_uses(struct engine *en, const struct element *x, uint32_t slot)
{
    struct job *j = en->jobs[slot];
    for (uint32_t i = 0; j->pending && i < j->use_count; i++)
        if (j->uses[i].state == USE_RUNNING && use_meets(en, x, &j->uses[i]))
            leave_resource(en, slot, i);
}

static void strike(struct engine *en, const struct element *x)
{
    uint32_t count = en->job_count; // a closed loop may add jobs, but only later
    for (uint32_t slot = 0; slot < count; slot++) {
        bool is_met = job_is_met(en, x, en->jobs[slot]), was_idle = !en->jobs[slot]->pending;
        abort_uses(en, x, slot);
        if (is_met)
            fail_job(en, slot);
        else if (!was_idle)
            give_slot_if_idle(en, slot);
    }
    start_waiting(en); // a card serves other links, too
    if (x->process->is_link) return;
    if (en->node_processors[x->from]) cache_drop_all(&node_processor(en, x->from)->cache);
    if (en->node_resources[(size_t)x->from * NODE_RESOURCES + NODE_CPU])
        resource_at(en, node_resource(en, x->from, NODE_CPU))->free_ns = en->now;
}

// ---- the event ----------------------------------------------------------------------------------

// Who waited for the node asks now; where it never comes back, never again.
static void wake_users(struct engine *en, const struct element *x)
{
    bool is_lost = x->is_down && x->next_change == NS_END;
    if (x->process->is_link || net_group(en->net, x->from)->role != ROLE_USER) return;
    if (!is_lost && !is_up(en, x->from)) return;
    for (uint32_t u = 0; u < en->user_count; u++) {
        if (en->users[u].node != x->from || !en->users[u].is_away) continue;
        en->users[u].is_away = false;
        if (is_lost)
            en->active_jobs--;
        else
            schedule(en, en->now, event_key(PHASE_ARRIVAL, u, 0, 0), EV_ARRIVAL, u, 0);
    }
}

// Several causes may hold one node or link down; the time counts once.
static void change(struct engine *en, struct element *x)
{
    struct down_time *d =
        x->process->is_link ? &wire_of(&en->wires, x->from, x->to)->down : &en->node_down[x->from];
    x->is_down = !x->is_down;
    if (x->is_down && d->causes++ == 0) d->since = en->now;
    if (!x->is_down && --d->causes == 0) d->sum_ns += en->now - d->since;
}

void on_fault(struct engine *en, uint32_t index)
{
    struct element *x = &en->elements[index];
    change(en, x);
    if (x->is_down) strike(en, x);
    schedule_change(en, index);
    wake_users(en, x);
    if (!en->planner->epoch || en->is_epoch_due) return;
    en->is_epoch_due = true; // once for all changes of this instant
    schedule(en, en->now, event_key(PHASE_EPOCH, 0, 1, 0), EV_EPOCH, 1, 0);
}
