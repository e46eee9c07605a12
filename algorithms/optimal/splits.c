#include "algorithms/optimal/splits.h"

#include <stdlib.h>
#include <string.h>

#include "algorithms/optimal/alone.h"

// ---- choices ------------------------------------------------------------------------------------

uint32_t splits_count(uint32_t node_count, uint32_t parts)
{
    double count = 1;
    for (uint32_t i = 1; i < node_count; i++) count = count * (parts + i) / i;
    return count < UINT32_MAX ? (uint32_t)(count + 0.5) : UINT32_MAX;
}

static uint32_t lead_of(const uint32_t *shares, uint32_t node_count)
{
    uint32_t lead = 0;
    for (uint32_t i = 1; i < node_count; i++)
        if (shares[i] > shares[lead]) lead = i;
    return lead;
}

static uint32_t fogs_of(const uint32_t *shares, uint32_t node_count)
{
    uint32_t bits = 0;
    for (uint32_t i = 1; i < node_count; i++) bits |= (uint32_t)(shares[i] > 0) << i;
    return bits;
}

// Node `rank` and those behind it get what is left, in every way.
static void list_from(const struct split_problem *p, struct splits *out, uint32_t *shares,
                      uint32_t rank, uint32_t left)
{
    const struct view *v = p->v;
    if (rank + 1 == p->node_count) {
        shares[rank] = left;
        if (shares[0] && !v->fits[v->net->group_of[p->user]]) return;
        uint32_t fogs = fogs_of(shares, p->node_count);
        if ((uint32_t)__builtin_popcount(fogs) > p->most_fogs) return;
        memcpy(&out->shares[(size_t)out->count * p->node_count], shares,
               p->node_count * sizeof *shares);
        out->leads[out->count] = lead_of(shares, p->node_count);
        out->fogs[out->count++] = fogs;
        return;
    }
    for (uint32_t own = left + 1; own-- > 0;) {
        shares[rank] = own;
        list_from(p, out, shares, rank + 1, left - own);
    }
}

void splits_list(const struct split_problem *p, struct arena *a, struct splits *out)
{
    uint32_t most = splits_count(p->node_count, p->parts);
    *out = (struct splits){.shares = ARENA_ARRAY(a, uint32_t, (size_t)most * p->node_count),
                           .leads = ARENA_ARRAY(a, uint32_t, most),
                           .fogs = ARENA_ARRAY(a, uint32_t, most)};
    list_from(p, out, ARENA_ARRAY(a, uint32_t, p->node_count), 0, p->parts);
}

void splits_assign(const struct split_problem *p, const struct splits *x, const uint32_t *choice_of,
                   struct arena *a, struct assignment *out)
{
    const struct graph *g = p->v->graph;
    uint32_t           *leads = ARENA_ARRAY(a, uint32_t, g->step_count);
    build_assignment(p->v, p->node_count, p->nodes, a, out);
    for (uint32_t s = 0; s < g->step_count; s++) {
        const uint32_t *shares = &x->shares[(size_t)choice_of[s] * p->node_count];
        int64_t         extent = step_extent(g, s, out->axes[s]), sum = 0;
        for (uint32_t i = 0; i < p->node_count; i++) {
            sum += shares[i];
            out->cuts[s][i + 1] = (int32_t)(extent * sum / p->parts);
        }
        leads[s] = p->nodes[x->leads[choice_of[s]]];
    }
    out->leads = leads;
}

// ---- plans --------------------------------------------------------------------------------------

static bool loads(const struct split_problem *p, uint32_t node)
{
    const struct net *n = p->v->net;
    return p->v->probes[n->group_of[p->user] * n->group_count + n->group_of[node]].loading_s > 0;
}

static void make_plan(const struct split_problem *p, const struct splits *x,
                      const uint32_t *choice_of, struct arena *scratch, struct plan *out)
{
    struct assignment as;
    const struct task t = {0, p->user};
    *out = (struct plan){.arena = scratch};
    splits_assign(p, x, choice_of, scratch, &as);
    build_plan(p->v, &t, &as, scratch, out, NULL);
}

sim_ns splits_plan_ns(const struct split_problem *p, const struct splits *x,
                      const uint32_t *choice_of, struct arena *scratch)
{
    struct arena_mark mark = arena_mark(scratch);
    struct plan       plan;
    make_plan(p, x, choice_of, scratch, &plan);
    for (uint32_t i = 0; i < plan.op_count; i++)
        if (plan.ops[i].content && !loads(p, plan.ops[i].to)) plan.ops[i].seconds = 0;
    sim_ns span = alone_plan_ns(p->v->net, &plan, scratch, NULL);
    arena_rewind(scratch, mark);
    return span;
}

// ---- costs --------------------------------------------------------------------------------------

struct reader {
    const struct split_problem *p;
    struct arena               *a, *scratch;
    struct splits              *out;
    struct split_problem        bare;    // without loading and delay: nothing but data and work
    uint32_t                   *readers; // [layer_count + 1] steps that read a tensor, their merges
                                         // apart
    const struct plan *plan;             // under the glass
    const uint32_t    *choice_of;        // its choices
};

static void count_readers(struct reader *r)
{
    const struct graph *g = r->p->v->graph;
    r->readers = ARENA_ARRAY(r->a, uint32_t, g->layer_count + 1);
    for (uint32_t s = 0; s < g->step_count; s++) {
        const struct step *st = &g->steps[s];
        r->readers[st->input]++;
        for (uint32_t i = 0; i < st->merge_count; i++) {
            const struct layer *l = &g->layers[st->merge[i]];
            for (uint32_t k = 0; k < l->input_count; k++) {
                uint32_t t = l->inputs[k]; // of several layers of one merge: one reader or more
                if (!t || g->layers[t - 1].step != (int32_t)s || t == st->output) r->readers[t]++;
            }
        }
    }
    r->readers[g->exits[g->exit_count - 1].layer + 1]++; // the answer
}

sim_ns splits_event_ns(const struct split_problem *p, const struct splits *x, uint32_t step,
                       uint32_t choice, uint32_t event)
{
    size_t at = (size_t)step * x->count + choice;
    if (event == p->node_count) return x->merge_ns[at];
    at = at * p->node_count + (p->parts == 1 ? x->leads[choice] : event);
    if (x->slice_ns[at] < 0) return -1;
    return x->slice_ns[at] + (x->loads_in_turn ? x->load_ns[at] : 0);
}

static bool is_slice(const struct op *o)
{
    return o->kind == OP_COMPUTE && o->tag[0];
}

static uint32_t rank_of(const struct reader *r, uint32_t node)
{
    uint32_t rank = 0;
    while (r->p->nodes[rank] != node) rank++;
    return rank;
}

static uint32_t event_of(const struct reader *r, const struct op *o)
{
    if (!is_slice(o)) return r->p->node_count;
    return r->p->parts == 1 ? 0 : rank_of(r, o->to);
}

static bool is_read_once(const struct reader *r, uint32_t root)
{
    const struct graph *g = r->p->v->graph;
    if (root == NO_OP) return r->readers[0] <= 1;
    const struct step *st = &g->steps[r->plan->ops[root].stage];
    if (is_slice(&r->plan->ops[root])) return r->readers[st->output] <= 1;
    uint32_t sum = 0;
    for (uint32_t i = 0; i < st->merge_count; i++) sum += r->readers[st->merge[i] + 1];
    return sum <= 1;
}

// The event that made what a transfer carries; NO_OP: the input.
static uint32_t root_of(const struct plan *p, uint32_t op)
{
    while (op != NO_OP && p->ops[op].kind == OP_TRANSFER)
        op = p->ops[op].dep_count ? p->deps[p->ops[op].first_dep] : NO_OP;
    return op;
}

static uint32_t copy_op(struct plan *to, const struct op *o, uint32_t dep)
{
    struct op op = *o;
    return plan_add(to, op, &dep, 1);
}

static bool is_direct(const struct reader *r, const struct op *o)
{
    return net_route(r->p->v->net, o->from, o->to)->place_count == 2;
}

// How long the transfer takes after the event that made its data. With those of the same event and
// step that leave before it, where they are sure to: they queue for one card.
static sim_ns transfer_ns(struct reader *r, uint32_t op)
{
    const struct plan *p = r->plan;
    const struct op   *o = &p->ops[op];
    struct arena_mark  mark = arena_mark(r->scratch);
    struct plan        mini = {.arena = r->scratch};
    uint32_t           root = root_of(p, op), own;
    bool is_relayed = o->dep_count && p->ops[p->deps[o->first_dep]].kind == OP_TRANSFER;
    if (is_relayed) {
        uint32_t before = p->deps[o->first_dep];
        own = copy_op(&mini, o, copy_op(&mini, &p->ops[before], NO_OP));
    } else if (is_read_once(r, root) && is_direct(r, o)) {
        for (uint32_t i = 0; i < op; i++)
            if (p->ops[i].kind == OP_TRANSFER && p->ops[i].stage == o->stage &&
                root_of(p, i) == root && is_direct(r, &p->ops[i]) &&
                !(p->ops[i].dep_count && p->ops[p->deps[p->ops[i].first_dep]].kind == OP_TRANSFER))
                copy_op(&mini, &p->ops[i], NO_OP);
        own = copy_op(&mini, o, NO_OP);
    } else {
        own = copy_op(&mini, o, NO_OP);
    }
    // Some of it may have travelled before, for another reader, in a message of its own.
    if (!is_read_once(r, root) && r->p->parts > 1)
        for (uint32_t i = 0; i < mini.op_count; i++) mini.ops[i].bytes = 0;
    sim_ns *finish = ARENA_ARRAY(r->scratch, sim_ns, mini.op_count);
    (void)alone_plan_ns(r->p->v->net, &mini, r->scratch, finish);
    sim_ns span = finish[own];
    arena_rewind(r->scratch, mark);
    return span;
}

static void add_edge(struct reader *r, uint32_t root, uint32_t to_step, uint32_t to_event,
                     sim_ns wait_ns)
{
    struct splits    *x = r->out;
    struct split_edge e = {
        .from_step = FROM_INPUT, .to_step = to_step, .to_event = to_event, .wait_ns = wait_ns};
    if (root != NO_OP) {
        e.from_step = (int32_t)r->plan->ops[root].stage;
        e.from_choice = r->choice_of[e.from_step];
        e.from_event = event_of(r, &r->plan->ops[root]);
    }
    if (to_step < r->p->v->graph->step_count) e.to_choice = r->choice_of[to_step];
    x->edges = arena_grow(r->a, x->edges, &x->edge_capacity, x->edge_count + 1, sizeof *x->edges);
    x->edges[x->edge_count++] = e;
}

// Which edges of a plan are new: of one choice for all steps those from the input, within a step,
// and to the answer; in each plan those to the step that differs.
static bool is_wanted(const struct reader *r, uint32_t root, uint32_t to_step, uint32_t odd_step)
{
    if (odd_step == NO_OP) return true;
    return to_step == odd_step && root != NO_OP && r->plan->ops[root].stage != odd_step;
}

static void read_event(struct reader *r, uint32_t op, uint32_t odd_step)
{
    const struct plan *p = r->plan;
    const struct op   *o = &p->ops[op];
    uint32_t           event = event_of(r, o);
    for (uint32_t d = 0; d < o->dep_count; d++) {
        uint32_t dep = p->deps[o->first_dep + d], root = root_of(p, dep);
        if (!is_wanted(r, root, o->stage, odd_step)) continue;
        bool travels = p->ops[dep].kind == OP_TRANSFER;
        add_edge(r, root, o->stage, event, travels ? transfer_ns(r, dep) : 0);
    }
    if (!o->dep_count && odd_step == NO_OP) add_edge(r, NO_OP, o->stage, event, 0);
}

// When the answer is at the user: after the events that made it, and the transfers of it that
// nothing else waits for.
static void read_answer(struct reader *r, const bool *is_awaited)
{
    const struct graph *g = r->p->v->graph;
    uint32_t            layer = g->exits[g->exit_count - 1].layer;
    uint32_t            step = (uint32_t)g->layers[layer].step;
    bool                is_merged = g->steps[step].output != layer + 1;
    const struct plan  *p = r->plan;
    for (uint32_t i = 0; i < p->op_count; i++) {
        const struct op *o = &p->ops[i];
        if (o->kind == OP_TRANSFER && !is_awaited[i])
            add_edge(r, root_of(p, i), g->step_count, 0, transfer_ns(r, i));
        else if (o->kind != OP_TRANSFER && o->stage == step && is_slice(o) != is_merged &&
                 o->to == r->p->user)
            add_edge(r, i, g->step_count, 0, 0);
    }
}

static sim_ns load_ns(const struct reader *r, uint32_t step, const struct op *o)
{
    const struct view *v = r->p->v;
    struct slice s = {(enum slice_axis)o->tag[0], (int32_t)o->tag[1], (int32_t)o->tag[2], 0, 0};
    if (v->options->weights == WEIGHTS_RESIDENT || !loads(r->p, o->to)) return 0;
    return ns_or_end(
        cost_load_s(view_costs(v, o->to)->device, (double)slice_weight_bytes(v->graph, step, s)));
}

static void read_cost(struct reader *r, const struct op *o)
{
    size_t at = (size_t)o->stage * r->out->count + r->choice_of[o->stage];
    if (!is_slice(o)) {
        r->out->merge_ns[at] = ns_or_end(o->seconds);
        return;
    }
    at = at * r->p->node_count + rank_of(r, o->to);
    r->out->slice_ns[at] = ns_or_end(o->seconds);
    r->out->load_ns[at] = load_ns(r, o->stage, o);
}

// Whether each step waits for the one before, so that nothing is ever done beside something else.
static bool is_sequence(const struct split_problem *p)
{
    const struct graph *g = p->v->graph;
    for (uint32_t s = 1; s < g->step_count; s++) {
        uint32_t tensor = g->steps[s].input;
        if (!tensor || g->layers[tensor - 1].step != (int32_t)s - 1) return false;
    }
    return p->parts == 1;
}

// All steps by one choice but one (NO_OP: none).
static void read_plan(struct reader *r, uint32_t *choice_of, uint32_t odd_step)
{
    struct arena_mark mark = arena_mark(r->scratch);
    struct plan       plan;
    make_plan(&r->bare, r->out, choice_of, r->scratch, &plan);
    r->plan = &plan;
    r->choice_of = choice_of;
    bool *is_awaited = ARENA_ARRAY(r->scratch, bool, plan.op_count);
    for (uint32_t i = 0; i < plan.dep_total; i++) is_awaited[plan.deps[i]] = true;
    for (uint32_t i = 0; i < plan.op_count; i++) {
        if (plan.ops[i].kind == OP_TRANSFER) continue;
        if (odd_step == NO_OP) read_cost(r, &plan.ops[i]);
        if (odd_step == NO_OP || plan.ops[i].stage == odd_step) read_event(r, i, odd_step);
    }
    if (odd_step == NO_OP) read_answer(r, is_awaited);
    r->plan = NULL;
    arena_rewind(r->scratch, mark);
}

static int by_ends(const void *a, const void *b)
{
    const struct split_edge *x = a, *y = b;
    const int64_t keys[][2] = {{x->from_step, y->from_step},     {x->from_event, y->from_event},
                               {x->to_step, y->to_step},         {x->to_event, y->to_event},
                               {x->from_choice, y->from_choice}, {x->to_choice, y->to_choice},
                               {y->wait_ns, x->wait_ns}};
    for (int i = 0; i < 7; i++)
        if (keys[i][0] != keys[i][1]) return keys[i][0] < keys[i][1] ? -1 : 1;
    return 0;
}

// Of several messages between the same events the last counts.
static void sort_edges(struct splits *x)
{
    uint32_t kept = 0;
    qsort(x->edges, x->edge_count, sizeof *x->edges, by_ends);
    for (uint32_t i = 0; i < x->edge_count; i++) {
        struct split_edge *e = &x->edges[i], *last = kept ? &x->edges[kept - 1] : NULL;
        bool same = last && last->from_step == e->from_step && last->from_event == e->from_event &&
                    last->to_step == e->to_step && last->to_event == e->to_event &&
                    last->from_choice == e->from_choice && last->to_choice == e->to_choice;
        if (!same) x->edges[kept++] = *e;
    }
    x->edge_count = kept;
}

static void fill(sim_ns *of, size_t count)
{
    for (size_t i = 0; i < count; i++) of[i] = -1;
}

void splits_cost(const struct split_problem *p, struct arena *a, struct arena *scratch,
                 struct splits *out)
{
    uint32_t              steps = p->v->graph->step_count;
    size_t                cells = (size_t)steps * out->count;
    struct view           view = *p->v;
    struct scheme_options options = *view.options;
    struct limits         limits = *view.limits;
    struct reader         r = {.p = p, .a = a, .scratch = scratch, .out = out, .bare = *p};
    options.weights = WEIGHTS_RESIDENT;
    limits.edge_delay_s = 0;
    view.options = &options;
    view.limits = &limits;
    r.bare.v = &view;
    out->slice_ns = ARENA_ARRAY(a, sim_ns, cells * p->node_count);
    out->merge_ns = ARENA_ARRAY(a, sim_ns, cells);
    out->load_ns = ARENA_ARRAY(a, sim_ns, cells * p->node_count);
    out->loads_in_turn = p->v->options->weights != WEIGHTS_PER_TASK || is_sequence(p);
    fill(out->slice_ns, cells * p->node_count);
    fill(out->merge_ns, cells);
    count_readers(&r);
    uint32_t *choice_of = ARENA_ARRAY(a, uint32_t, steps);
    for (uint32_t c = 0; c < out->count; c++) {
        for (uint32_t s = 0; s < steps; s++) choice_of[s] = c;
        read_plan(&r, choice_of, NO_OP);
        for (uint32_t s = 1; s < steps; s++) {
            for (choice_of[s] = 0; choice_of[s] < out->count; choice_of[s]++)
                if (choice_of[s] != c) read_plan(&r, choice_of, s);
            choice_of[s] = c;
        }
    }
    sort_edges(out);
}
