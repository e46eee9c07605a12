#include "sim/flow.h"

#include <assert.h>
#include <math.h>

// What counts as done and as the same rate: see flow.h.
static const double DONE_NS = 1e-3, DONE_SHARE = 0x1p-50, DONE_NS_MAX = 0.5, SAME_RATE = 0x1p-44;

enum { NONE = UINT32_MAX };

struct flow_use { // of a constraint by a flow
    uint32_t constraint, member;
};

struct flow {
    double          left, rest; // of the amount at `since`: their sum, in double the precision
    double          rate, bound;
    double          level;         // while filling: the new rate; < 0: not fixed yet
    sim_ns          since, finish; // finish NS_END: never
    uint64_t        handle, mark;
    uint32_t        end; // its place among the ends; when it is free: the next free item
    uint32_t        use_count;
    struct flow_use uses[MAX_CONSTRAINTS];
};

struct flow_member { // the same use, seen from the constraint
    uint32_t flow, use;
};

struct flow_constraint {
    double              capacity;
    double              unused; // while filling: by flows that are fixed
    uint64_t            mark;
    struct flow_member *members; // [member_count]
    uint32_t            member_count, member_capacity;
    uint32_t            open; // while filling: members whose flow is not fixed
};

struct flow_end {
    sim_ns   finish;
    uint64_t handle;
    uint32_t flow;
};

struct flow_level { // at which a flow meets its bound, or a constraint is full
    double   level;
    uint32_t index;
    bool     is_flow;
};

void flows_init(struct flows *f, struct arena *a)
{
    *f = (struct flows){.arena = a, .free_item = NONE};
}

// ---- ends: a heap that knows where each flow is

static bool ends_before(const struct flow_end *a, const struct flow_end *b)
{
    return a->finish < b->finish || (a->finish == b->finish && a->handle < b->handle);
}

static void put_end(struct flows *f, uint32_t at, struct flow_end end)
{
    f->ends[at] = end;
    f->items[end.flow].end = at;
}

// Puts `end` where it belongs, the place `hole` being free.
static void settle_end(struct flows *f, uint32_t hole, struct flow_end end)
{
    for (; hole > 0 && ends_before(&end, &f->ends[(hole - 1) / 2]); hole = (hole - 1) / 2)
        put_end(f, hole, f->ends[(hole - 1) / 2]);
    for (uint32_t child = 2 * hole + 1; child < f->end_count; child = 2 * hole + 1) {
        if (child + 1 < f->end_count && ends_before(&f->ends[child + 1], &f->ends[child])) child++;
        if (!ends_before(&f->ends[child], &end)) break;
        put_end(f, hole, f->ends[child]);
        hole = child;
    }
    put_end(f, hole, end);
}

static void add_end(struct flows *f, uint32_t flow)
{
    const struct flow *fl = &f->items[flow];
    f->ends = arena_grow(f->arena, f->ends, &f->end_capacity, f->end_count + 1, sizeof *f->ends);
    f->end_count++;
    settle_end(f, f->end_count - 1, (struct flow_end){fl->finish, fl->handle, flow});
}

static void remove_end(struct flows *f, uint32_t at)
{
    struct flow_end last = f->ends[--f->end_count];
    if (at < f->end_count) settle_end(f, at, last);
}

// ---- one flow in time

static double moved_at(const struct flow *fl, sim_ns now) // since `since`
{
    return fl->rate * ((double)(now - fl->since) / NS_PER_S);
}

static double left_at(const struct flow *fl, sim_ns now)
{
    if (fl->finish <= now) return 0;
    return fmax(0, fl->left - moved_at(fl, now) + fl->rest);
}

// What the subtraction rounds away goes to `rest` (Knuth's exact sum of two, TAOCP 4.2.2), else
// each change of rate would cost half a unit in the last place of the amount.
static void move_on(struct flow *fl, sim_ns now)
{
    double moved = moved_at(fl, now), left = fl->left - moved, back = fl->left - left;
    fl->rest += (fl->left - (left + back)) + (back - moved);
    fl->left = left;
    fl->since = now;
}

static sim_ns finish_at(sim_ns now, double left, double rate)
{
    if (left <= 0) return now;
    if (rate <= 0) return NS_END;
    double ns = left / rate * NS_PER_S;
    double span = ceil(ns - fmin(DONE_NS + ns * DONE_SHARE, DONE_NS_MAX));
    if (span <= 0) return now;
    if (!(span < (double)(NS_END - now))) return NS_END;
    sim_ns at = now + (sim_ns)span;
    return at < NS_END ? at : NS_END;
}

static void set_rate(struct flows *f, sim_ns now, uint32_t flow, double rate)
{
    struct flow *fl = &f->items[flow];
    if (fl->finish > now) { // else it has ended, whatever its rate
        move_on(fl, now);
        fl->finish = finish_at(now, fl->left + fl->rest, rate);
        settle_end(f, fl->end, (struct flow_end){fl->finish, fl->handle, flow});
    }
    fl->rate = rate;
}

// ---- what a change is connected with

static void find_constraint(struct flows *f, uint32_t constraint)
{
    struct flow_constraint *c = &f->constraints[constraint];
    if (c->mark == f->mark) return;
    c->mark = f->mark;
    f->near_constraints = arena_grow(f->arena, f->near_constraints, &f->near_constraint_capacity,
                                     f->near_constraint_count + 1, sizeof *f->near_constraints);
    f->near_constraints[f->near_constraint_count++] = constraint;
}

static void find_flow(struct flows *f, uint32_t flow)
{
    struct flow *fl = &f->items[flow];
    if (fl->mark == f->mark) return;
    fl->mark = f->mark;
    f->near_flows = arena_grow(f->arena, f->near_flows, &f->near_flow_capacity,
                               f->near_flow_count + 1, sizeof *f->near_flows);
    f->near_flows[f->near_flow_count++] = flow;
    for (uint32_t i = 0; i < fl->use_count; i++) find_constraint(f, fl->uses[i].constraint);
}

static void find_near(struct flows *f, const struct flow_use *uses, uint32_t count)
{
    f->mark++;
    f->near_flow_count = f->near_constraint_count = 0;
    for (uint32_t i = 0; i < count; i++) find_constraint(f, uses[i].constraint);
    for (uint32_t i = 0; i < f->near_constraint_count; i++) {
        const struct flow_constraint *c = &f->constraints[f->near_constraints[i]];
        for (uint32_t m = 0; m < c->member_count; m++) find_flow(f, c->members[m].flow);
    }
}

// ---- filling
//
// The level rises from 0. What stops it next, a bound or a constraint, stands on top of a heap. As
// flows are fixed a constraint's level can only rise, since they stay at or below it; so a stale
// entry is too low, never too high, and is put right when it comes to the top.

static double level_of(const struct flow_constraint *c)
{
    return fmax(0, c->unused) / c->open;
}

static void sink_level(struct flows *f, uint32_t hole)
{
    struct flow_level moved = f->levels[hole];
    for (uint32_t child = 2 * hole + 1; child < f->level_count; child = 2 * hole + 1) {
        if (child + 1 < f->level_count && f->levels[child + 1].level < f->levels[child].level)
            child++;
        if (!(f->levels[child].level < moved.level)) break;
        f->levels[hole] = f->levels[child];
        hole = child;
    }
    f->levels[hole] = moved;
}

static void remove_level(struct flows *f)
{
    f->levels[0] = f->levels[--f->level_count];
    if (f->level_count) sink_level(f, 0);
}

static void make_levels(struct flows *f)
{
    f->level_count = 0;
    f->levels = arena_grow(f->arena, f->levels, &f->level_capacity,
                           f->near_constraint_count + f->near_flow_count, sizeof *f->levels);
    for (uint32_t i = 0; i < f->near_constraint_count; i++) {
        struct flow_constraint *c = &f->constraints[f->near_constraints[i]];
        c->unused = c->capacity;
        c->open = c->member_count;
        if (c->open)
            f->levels[f->level_count++] =
                (struct flow_level){level_of(c), f->near_constraints[i], false};
    }
    for (uint32_t i = 0; i < f->near_flow_count; i++) {
        struct flow *fl = &f->items[f->near_flows[i]];
        fl->level = -1;
        if (isfinite(fl->bound))
            f->levels[f->level_count++] = (struct flow_level){fl->bound, f->near_flows[i], true};
    }
    for (uint32_t i = f->level_count / 2; i-- > 0;) sink_level(f, i);
}

// 1: it was open until now.
static uint32_t fix(struct flows *f, uint32_t flow, double level)
{
    struct flow *fl = &f->items[flow];
    if (fl->level >= 0) return 0;
    fl->level = level;
    for (uint32_t i = 0; i < fl->use_count; i++) {
        struct flow_constraint *c = &f->constraints[fl->uses[i].constraint];
        c->unused -= level;
        c->open--;
    }
    return 1;
}

static void fill(struct flows *f)
{
    make_levels(f);
    for (uint32_t open = f->near_flow_count; open > 0;) {
        assert(f->level_count); // each flow has a bound or a constraint
        struct flow_level top = f->levels[0];
        if (top.is_flow) {
            remove_level(f);
            open -= fix(f, top.index, top.level);
            continue;
        }
        struct flow_constraint *c = &f->constraints[top.index];
        if (!c->open) {
            remove_level(f);
        } else if (level_of(c) > top.level) {
            f->levels[0].level = level_of(c);
            sink_level(f, 0);
        } else {
            double level = level_of(c);
            for (uint32_t m = 0; m < c->member_count; m++)
                open -= fix(f, c->members[m].flow, level);
        }
    }
}

static bool is_same_rate(double a, double b)
{
    return fabs(a - b) <= SAME_RATE * fmax(a, b);
}

static void solve(struct flows *f, sim_ns now, const struct flow_use *uses, uint32_t count)
{
    find_near(f, uses, count);
    fill(f);
    for (uint32_t i = 0; i < f->near_flow_count; i++) {
        const struct flow *fl = &f->items[f->near_flows[i]];
        if (!is_same_rate(fl->rate, fl->level)) set_rate(f, now, f->near_flows[i], fl->level);
    }
}

// ---- changes

static void pass_time(struct flows *f, sim_ns now)
{
    assert(now >= f->now);
    f->now = now;
}

uint32_t flows_add_constraint(struct flows *f, double capacity)
{
    assert(isfinite(capacity) && capacity >= 0);
    f->constraints = arena_grow(f->arena, f->constraints, &f->constraint_capacity,
                                f->constraint_count + 1, sizeof *f->constraints);
    f->constraints[f->constraint_count] = (struct flow_constraint){.capacity = capacity};
    return f->constraint_count++;
}

void flows_set_capacity(struct flows *f, sim_ns now, uint32_t constraint, double capacity)
{
    assert(isfinite(capacity) && capacity >= 0 && constraint < f->constraint_count);
    pass_time(f, now);
    if (capacity == f->constraints[constraint].capacity) return;
    f->constraints[constraint].capacity = capacity;
    solve(f, now, &(struct flow_use){.constraint = constraint}, 1);
}

static uint32_t take_item(struct flows *f)
{
    uint32_t flow = f->free_item;
    if (flow == NONE) {
        f->items =
            arena_grow(f->arena, f->items, &f->item_capacity, f->item_count + 1, sizeof *f->items);
        return f->item_count++;
    }
    f->free_item = f->items[flow].end;
    return flow;
}

static void join(struct flows *f, uint32_t flow, uint32_t constraint)
{
    assert(constraint < f->constraint_count);
    struct flow            *fl = &f->items[flow];
    struct flow_constraint *c = &f->constraints[constraint];
    c->members = arena_grow(f->arena, c->members, &c->member_capacity, c->member_count + 1,
                            sizeof *c->members);
    fl->uses[fl->use_count] = (struct flow_use){constraint, c->member_count};
    c->members[c->member_count++] = (struct flow_member){flow, fl->use_count++};
}

// The last member takes the place of the one that goes.
static void leave(struct flows *f, struct flow_use use)
{
    struct flow_constraint *c = &f->constraints[use.constraint];
    struct flow_member      last = c->members[--c->member_count];
    c->members[use.member] = last;
    f->items[last.flow].uses[last.use].member = use.member;
}

uint32_t flows_start(struct flows *f, sim_ns now, double amount, double bound,
                     const uint32_t *constraints, uint32_t count, uint64_t handle)
{
    assert(isfinite(amount) && amount >= 0 && bound >= 0 && count <= MAX_CONSTRAINTS);
    assert(count > 0 || isfinite(bound));
    pass_time(f, now);
    uint32_t flow = take_item(f);
    f->items[flow] = (struct flow){.left = amount,
                                   .bound = bound,
                                   .since = now,
                                   .finish = amount > 0 ? NS_END : now,
                                   .handle = handle};
    add_end(f, flow);
    if (amount <= 0) return flow;
    for (uint32_t i = 0; i < count; i++) join(f, flow, constraints[i]);
    if (count)
        solve(f, now, f->items[flow].uses, count);
    else
        set_rate(f, now, flow, bound);
    return flow;
}

void flows_stop(struct flows *f, sim_ns now, uint32_t flow)
{
    assert(flow < f->item_count);
    pass_time(f, now);
    struct flow *fl = &f->items[flow];
    remove_end(f, fl->end);
    for (uint32_t i = 0; i < fl->use_count; i++) leave(f, fl->uses[i]);
    fl->end = f->free_item;
    f->free_item = flow;
    solve(f, now, fl->uses, fl->use_count);
}

bool flows_next(const struct flows *f, sim_ns *at)
{
    if (!f->end_count || f->ends[0].finish >= NS_END) return false;
    *at = f->ends[0].finish;
    return true;
}

bool flows_pop(struct flows *f, sim_ns now, uint64_t *handle)
{
    sim_ns at;
    if (!flows_next(f, &at) || at > now) return false;
    *handle = f->ends[0].handle;
    flows_stop(f, now, f->ends[0].flow);
    return true;
}

double flows_rate(const struct flows *f, uint32_t flow)
{
    return f->items[flow].rate;
}

double flows_left(const struct flows *f, uint32_t flow, sim_ns now)
{
    return left_at(&f->items[flow], now);
}

uint32_t flows_present(const struct flows *f, uint32_t constraint)
{
    return f->constraints[constraint].member_count;
}
