// sim/resume.c: what of a failed attempt a new plan may build on.
//
// A job that gave up does not know what goes on for it: its operations that were being served where
// nothing failed end, and their results lie where they ended. They are noted here, and shown to the
// planner with the plan that they are of. Two plans and two arrays of times change places, so that
// nothing is copied or allocated.
#include "sim/core.h"

// Events name an attempt by its last bits.
static bool is_of(uint32_t attempt, uint32_t event_attempt)
{
    return (attempt & ((1u << ATTEMPT_BITS) - 1)) == (event_attempt & ((1u << ATTEMPT_BITS) - 1));
}

void note_late(const struct engine *en, struct job *j, uint32_t attempt, uint32_t op, sim_ns finish)
{
    if (!j->alive || en->config->recovery.rule != RECOVERY_REPLAN) return;
    if (op < j->plan.op_count && is_of(j->plan_attempt, attempt))
        j->times[op].finish_ns = finish;
    else if (op < j->last.op_count && is_of(j->last_attempt, attempt))
        j->last_times[op].finish_ns = finish;
}

// A message has arrived with its last leg and the latency behind it.
void note_late_leg(struct engine *en, struct job *j, const struct use *u)
{
    sim_ns finish = en->now;
    if (u->leg_at) {
        const struct route *r = net_route(en->net, u->from, u->to);
        if (u->leg + 1u < r->leg_count) return;
        finish += ns_from_s(u->leg_at->latency_after_s);
    }
    note_late(en, j, u->attempt, u->op, finish);
}

static bool was_down_since(const struct engine *en, uint32_t node, sim_ns since)
{
    if (!en->node_down) return false;
    const struct down_time *d = &en->node_down[node];
    bool                    was_down = d->causes || d->since > 0 || d->sum_ns > 0;
    return was_down && (d->causes || d->since >= since);
}

void keep_attempt(const struct engine *en, struct job *j)
{
    if (j->plan.op_count) {
        struct plan      plan = j->plan;
        struct op_times *times = j->times;
        uint32_t         capacity = j->times_capacity;
        j->plan = j->last, j->times = j->last_times, j->times_capacity = j->last_times_capacity;
        j->last = plan, j->last_times = times, j->last_times_capacity = capacity;
        j->last_attempt = j->plan_attempt;
        plan_reset(&j->plan);
    }
    for (uint32_t i = 0; i < j->last.op_count; i++) {
        sim_ns *finish = &j->last_times[i].finish_ns;
        if (*finish > en->now || was_down_since(en, j->last.ops[i].to, *finish)) *finish = -1;
    }
}
