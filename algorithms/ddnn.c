// algorithms/ddnn.c: distributed network with early exits: devices, edge, server.
//
// The network's first exit is judged on the device, its last on the server, those between on the
// edge; a sample climbs until one of them is sure (ddnn/exits.h), and only what the next tier
// reads travels (ddnn/tiers.h). Several devices may see one sample (devices_per_sample): the user
// and the next ones of its group. A tier's node is the user's: its rank modulo the group's count,
// or the next that is up, reachable and large enough. Without one the answer of the last exit that
// can be reached is taken (exits_forced counts these). Other devices that cannot be reached are
// left out of a sample, as the network was trained to bear.
//
// The server may change the thresholds at an instant: whoever judges by them does so once a message
// of `control` bytes would have reached him from the user's server, alone on its way. The message
// itself loads no link: a plan carries a task's messages only. A task keeps what was so when it was
// planned.
//
// Source: Teerapittayanon, McDanel and Kung, Distributed deep neural networks over the cloud, the
// edge and end devices, ICDCS 2017; Cheng, Sun and Tu, An adaptive computation framework of
// distributed deep learning models for IoT applications. Cost of a plan: as tiers_plan.
#include "algorithms/ddnn/options.h"
#include "algorithms/common/draw.h"
#include "algorithms/ddnn/tiers.h"

struct state {               // of one run
    struct tiers     *tiers; // [class_count]
    struct exit_law   law;
    struct exit_rule *rules, *rules_then; // [exits - 1]
    uint64_t         *left;               // [exits] tasks planned that leave there
    uint64_t          tasks, forced;
};

// ---- a run --------------------------------------------------------------------------------------

static const double *equal_shares(uint32_t exits, struct arena *a)
{
    double *shares = ARENA_ARRAY(a, double, exits);
    for (uint32_t i = 0; i < exits; i++) shares[i] = 1.0 / exits;
    return shares;
}

static bool begin(const struct view *views, uint32_t class_count, struct arena *a, void **state,
                  struct err *e)
{
    const struct view         *v = &views[0];
    struct state              *s = ARENA_ARRAY(a, struct state, 1);
    uint32_t                   exits = v->graph->exit_count;
    const struct option_value *now = ddnn_setting(v, false);
    s->tiers = ARENA_ARRAY(a, struct tiers, class_count);
    for (uint32_t c = 0; c < class_count; c++) {
        if (!ddnn_claims(&views[c], e)) return false;
        if (views[c].graph->exit_count != exits)
            return err_add(e, "want models of as many exits, %s has %u and %s %u", v->graph->name,
                           exits, views[c].graph->name, views[c].graph->exit_count);
        tiers_find(&s->tiers[c], views[c].graph, a);
    }
    s->law = ddnn_law(v);
    s->rules = ARENA_ARRAY(a, struct exit_rule, exits);
    s->rules_then = ARENA_ARRAY(a, struct exit_rule, exits);
    s->left = ARENA_ARRAY(a, uint64_t, exits);
    exits_rules(&s->law, now->is_given ? now->numbers : equal_shares(exits, a), s->rules);
    if (ddnn_own(v, OWN_THRESHOLD_AT)->is_given)
        exits_rules(&s->law, ddnn_setting(v, true)->numbers, s->rules_then);
    *state = s;
    return true;
}

static uint32_t rank_in_group(const struct view *v, uint32_t node)
{
    return node - net_group(v->net, node)->first;
}

// The user's own node of a group.
static uint32_t home_of(const struct view *v, uint32_t group, uint32_t user)
{
    const struct node_group *g = &v->net->groups[group];
    return g->first + rank_in_group(v, user) % g->count;
}

static bool is_up(const struct view *v, uint32_t node)
{
    return !v->is_up || v->is_up(v->now_ctx, node);
}

// The user's node of a group or the next that is up and both user and `below` can reach; NO_NODE.
static uint32_t find_node(const struct view *v, uint32_t group, uint32_t user, uint32_t below)
{
    const struct node_group *g = &v->net->groups[group];
    for (uint32_t i = 0; i < g->count; i++) {
        uint32_t node = g->first + (rank_in_group(v, user) + i) % g->count;
        if (is_up(v, node) && view_is_connected(v, user, node) && view_is_connected(v, below, node))
            return node;
    }
    return NO_NODE;
}

static bool holds_section(const struct view *v, const struct tiers *t, uint32_t tier, uint32_t wide,
                          uint32_t group)
{
    return tiers_bytes(t, v->graph, tier, wide) <= v->net->groups[group].memory_bytes;
}

// The user, and those of the next of its group that are there.
static void find_devices(const struct view *v, uint32_t user, struct arena *scratch,
                         struct tier_route *r)
{
    const struct node_group *g = net_group(v->net, user);
    uint32_t                 wanted = ddnn_devices(v), count = 0;
    uint32_t                *devices = ARENA_ARRAY(scratch, uint32_t, wanted);
    devices[count++] = user;
    r->aggregator = wanted > 1 ? find_node(v, ddnn_aggregator_group(v), user, user) : NO_NODE;
    for (uint32_t i = 1; i < wanted && r->aggregator != NO_NODE; i++) {
        uint32_t node = g->first + (rank_in_group(v, user) + i) % g->count;
        if (is_up(v, node) && view_is_connected(v, node, r->aggregator)) devices[count++] = node;
    }
    r->devices = devices;
    r->device_count = count;
}

// Up to which exit a sample can climb, and over which nodes.
static uint32_t find_nodes(const struct view *v, const struct tiers *t, struct arena *scratch,
                           struct tier_route *r)
{
    uint32_t *nodes = ARENA_ARRAY(scratch, uint32_t, t->count), tier = 0;
    uint32_t  below = r->device_count > 1 ? r->aggregator : r->devices[0];
    nodes[0] = r->devices[0];
    r->nodes = nodes;
    while (tier + 1 < t->count) {
        uint32_t group = ddnn_tier_group(v, tier + 1), node;
        if (!holds_section(v, t, tier + 1, tiers_wide(r), group)) break;
        node = find_node(v, group, nodes[0], below);
        if (node == NO_NODE) break;
        below = nodes[++tier] = node;
    }
    return tier;
}

// Whether the new thresholds have reached `place`, where one of them is judged by.
static bool has_heard(const struct view *v, uint32_t user, uint32_t place)
{
    if (!ddnn_own(v, OWN_THRESHOLD_AT)->is_given) return false;
    sim_ns at = ns_from_s(option_number(v, OWN_THRESHOLD_AT));
    if (v->now < at) return false;
    uint32_t server = home_of(v, ddnn_server_group(v), user);
    return place == server ||
           v->now - at >= net_alone_ns(v->net, server, place, option_number(v, OWN_CONTROL), at);
}

// The exit; `highest` is the last that can be reached. *forced: the sample would climb on.
static uint32_t draw_exit(const struct view *v, const struct task *t, const struct tier_route *r,
                          uint32_t highest, bool *forced)
{
    const struct state *s = v->state;
    uint64_t            mask = ((uint64_t)1 << TASK_RANK_BITS) - 1;
    uint64_t            sample = (t->number >> TASK_RANK_BITS) + (t->number & mask);
    struct rng          rng;
    draw_stream(v, t, "exits", &rng);
    *forced = false;
    for (uint32_t exit = 0; exit <= highest && exit + 1 < s->law.exit_count; exit++) {
        uint32_t place = exit || r->device_count == 1 ? r->nodes[exit] : r->aggregator;
        bool     is_new = has_heard(v, t->user, place);
        const struct exit_rule *rule = is_new ? &s->rules_then[exit] : &s->rules[exit];
        if (exits_leaves(&s->law, rule, exit, sample, &rng)) return exit;
    }
    *forced = highest + 1 < s->law.exit_count;
    return highest;
}

static enum plan_verdict make(const struct view *v, const struct task *t, bool is_counted,
                              struct arena *scratch, struct plan *out, struct placement *where)
{
    struct state       *s = v->state;
    const struct tiers *tiers = &s->tiers[v->class_id];
    struct tier_route   r = {.aggregation = (enum aggregation)option_number(v, OWN_AGGREGATION),
                             .request_bytes = option_number(v, OWN_CONTROL),
                             .instance_bytes = option_number(v, OWN_INSTANCE)};
    if (!holds_section(v, tiers, 0, 1, v->net->group_of[t->user])) return PLAN_INFEASIBLE;
    find_devices(v, t->user, scratch, &r);
    uint32_t highest = find_nodes(v, tiers, scratch, &r);
    bool     forced;
    uint32_t exit = draw_exit(v, t, &r, highest, &forced);
    tiers_plan(v, tiers, &r, exit, scratch, out, where);
    if (is_counted) {
        s->tasks++;
        s->left[exit]++;
        s->forced += forced;
    }
    return PLAN_READY;
}

static enum plan_verdict plan(const struct view *v, const struct association *as,
                              const struct task *t, struct arena *scratch, struct plan *out,
                              struct placement *where, struct err *e)
{
    (void)as, (void)e;
    return make(v, t, true, scratch, out, where);
}

// The sample is the same; it is counted once.
static enum plan_verdict replan(const struct view *v, const struct association *as,
                                const struct task *t, const struct progress *done,
                                struct arena *scratch, struct plan *out, struct err *e)
{
    (void)as, (void)done, (void)e;
    return make(v, t, false, scratch, out, NULL);
}

// ---- what it tells ------------------------------------------------------------------------------

// Of those who leave through an exit; false: not told.
static bool accuracy_at(const struct view *v, uint32_t exit, double *out)
{
    const struct option_value *list = ddnn_own(v, OWN_ACCURACY_EXITS);
    const struct option_value *one = ddnn_own(v, exit ? OWN_ACCURACY_SERVER : OWN_ACCURACY_LOCAL);
    if (list->is_given)
        *out = list->numbers[exit];
    else
        *out = one->number;
    return list->is_given || (one->is_given && v->graph->exit_count == 2);
}

static bool report_rates(const struct view *v, const struct metric_sink *sink, struct err *e)
{
    const struct state *s = v->state;
    bool                ok = true, is_told = s->tasks > 0;
    double              overall = 0;
    struct arena        a = {0};
    for (uint32_t i = 0; ok && i < v->graph->exit_count; i++) {
        double rate = s->tasks ? (double)s->left[i] / (double)s->tasks : 0, accuracy = 0;
        is_told &= accuracy_at(v, i, &accuracy);
        overall += rate * accuracy;
        ok = sink->add(sink->ctx, arena_format(&a, "exit_rate_%u", i + 1), rate, e);
    }
    arena_free(&a);
    return ok && (!is_told || sink->add(sink->ctx, "accuracy_overall", overall, e));
}

static bool report(const struct view *views, uint32_t class_count, const struct metric_sink *sink,
                   struct err *e)
{
    const struct view  *v = &views[0];
    const struct state *s = v->state;
    bool                ok =
        report_rates(v, sink, e) && sink->add(sink->ctx, "exits_forced", (double)s->forced, e);
    (void)class_count; // exits have the same number in all of them
    for (uint32_t i = OWN_ACCURACY_LOCAL; ok && i <= OWN_ACCURACY_IDEAL; i++)
        if (ddnn_own(v, i)->is_given)
            ok = sink->add(sink->ctx, ddnn_options[i].key, ddnn_own(v, i)->number, e);
    return ok;
}

const struct scheme scheme_ddnn = {
    .name = "ddnn",
    .about = "early exits over device, edge and server; several devices aggregated",
    .source = "Teerapittayanon, McDanel, Kung, ICDCS 2017; Cheng, Sun, Tu, adaptive computation "
              "framework for IoT (thresholds changed by broadcast)",
    .stays_at_user = true,
    .is_random = true,
    .granularity = GRANULARITY_TASK,
    .own = ddnn_options,
    .own_count = OWN_COUNT,
    .claims = ddnn_claims,
    .begin = begin,
    .plan = plan,
    .replan = replan,
    .report = report,
};
