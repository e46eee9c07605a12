// algorithms/ddnn.c: distributed network with early exits: devices, edge, server.
//
// The network's first exit is judged on the device, its last on the server, those between on the
// edge; a sample climbs until one of them is sure (common/exits.h), and only what the next tier
// reads travels (common/tiers.h). Several devices may see one sample (devices_per_sample): the user
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
#include <math.h>

#include "algorithms/common/draw.h"
#include "algorithms/common/exits.h"
#include "algorithms/common/tiers.h"

enum {
    OWN_EXITS,
    OWN_RATES,
    OWN_RATES_THEN,
    OWN_THRESHOLDS,
    OWN_THRESHOLDS_THEN,
    OWN_THRESHOLD_AT,
    OWN_BETA_A,
    OWN_BETA_B,
    OWN_BINS,
    OWN_ENTROPIES,
    OWN_DEVICES,
    OWN_AGGREGATION,
    OWN_AGGREGATOR,
    OWN_EDGE,
    OWN_SERVER,
    OWN_CONTROL,
    OWN_INSTANCE,
    OWN_ACCURACY_EXITS,
    OWN_ACCURACY_LOCAL,
    OWN_ACCURACY_SERVER,
    OWN_ACCURACY_IDEAL,
    OWN_COUNT
};

enum { AGGREGATOR_EDGE, AGGREGATOR_SERVER };

static const char *const exit_words[] = {"table", "distribution", "trace", NULL};
static const char *const aggregation_words[] = {"max", "average", "concatenate", NULL};
static const char *const aggregator_words[] = {"edge", "server", NULL};

static const struct scheme_option own[OWN_COUNT] = {
    [OWN_EXITS] = {.key = "exits",
                   .about = "what decides where a sample leaves: the shares exit_rates, or an "
                            "entropy drawn or recorded against thresholds",
                   .kind = OPTION_CHOICE,
                   .words = exit_words},
    [OWN_RATES] = {.key = "exit_rates",
                   .about = "table: share of the samples that leaves through each exit; their sum "
                            "is 1; left out: equal shares",
                   .kind = OPTION_NUMBERS,
                   .high = 1},
    [OWN_RATES_THEN] = {.key = "exit_rates_then",
                        .about = "table: the shares from threshold_at on",
                        .kind = OPTION_NUMBERS,
                        .high = 1},
    [OWN_THRESHOLDS] = {.key = "thresholds",
                        .about = "distribution, trace: of each exit but the last; a normalised "
                                 "entropy below it leaves: 1 all, 0 none",
                        .kind = OPTION_NUMBERS,
                        .high = 1},
    [OWN_THRESHOLDS_THEN] = {.key = "thresholds_then",
                             .about = "distribution, trace: the thresholds from threshold_at on",
                             .kind = OPTION_NUMBERS,
                             .high = 1},
    [OWN_THRESHOLD_AT] = {.key = "threshold_at",
                          .about = "when the server broadcasts thresholds_then (exit_rates_then); "
                                   "left out: never",
                          .kind = OPTION_TIME,
                          .high = 1e8},
    [OWN_BETA_A] = {.key = "entropy_a",
                    .about = "distribution: entropies at each exit but the last are Beta(a, b)",
                    .kind = OPTION_NUMBERS,
                    .low = 1e-6,
                    .high = 1e6},
    [OWN_BETA_B] = {.key = "entropy_b",
                    .about = "distribution: b of Beta(a, b)",
                    .kind = OPTION_NUMBERS,
                    .low = 1e-6,
                    .high = 1e6},
    [OWN_BINS] = {.key = "entropy_bins",
                  .about = "distribution, instead of Beta: weights of equal bins from 0 to 1, as "
                           "many for each exit but the last, one exit after the other",
                  .kind = OPTION_NUMBERS,
                  .high = 1e12},
    [OWN_ENTROPIES] = {.key = "entropies",
                       .about = "trace: entropies of recorded samples, for each sample one of each "
                                "exit but the last; user i begins at sample i, and round again",
                       .kind = OPTION_NUMBERS,
                       .high = 1},
    [OWN_DEVICES] = {.key = "devices_per_sample",
                     .about = "devices that see one sample: the user and the next of its group",
                     .kind = OPTION_INTEGER,
                     .otherwise = 1,
                     .low = 1,
                     .high = 1000},
    [OWN_AGGREGATION] = {.key = "aggregation",
                         .about = "of several devices' vectors and tensors; concatenate: as many "
                                  "times the size",
                         .kind = OPTION_CHOICE,
                         .words = aggregation_words},
    [OWN_AGGREGATOR] = {.key = "aggregator",
                        .about = "where several devices' vectors and tensors come together",
                        .kind = OPTION_CHOICE,
                        .words = aggregator_words},
    [OWN_EDGE] = {.key = "edge",
                  .about = "group of the exits between first and last; left out: the first of kind "
                           "fog",
                  .kind = OPTION_NODES},
    [OWN_SERVER] = {.key = "server",
                    .about = "group of the last exit; left out: the last of kind cloud, or else of "
                             "kind fog",
                    .kind = OPTION_NODES},
    [OWN_CONTROL] = {.key = "control",
                     .about = "bytes of a message that asks devices for their tensors or brings "
                              "new thresholds",
                     .kind = OPTION_BYTES,
                     .otherwise = 16,
                     .high = 1e6},
    [OWN_INSTANCE] = {.key = "instance_memory",
                      .about = "bytes that the server holds at least while it computes for a task; "
                               "0: what its tensors and weights need",
                      .kind = OPTION_BYTES,
                      .high = 1e15},
    [OWN_ACCURACY_EXITS] = {.key = "accuracy_exits",
                            .about = "of the samples that leave through each exit, for "
                                     "accuracy_overall; left out: local and server of two exits",
                            .kind = OPTION_NUMBERS,
                            .high = 1},
    [OWN_ACCURACY_LOCAL] = {.key = "accuracy_local",
                            .about = "of the first exit on all samples, 0 to 1; carried through",
                            .kind = OPTION_NUMBER,
                            .high = 1},
    [OWN_ACCURACY_SERVER] = {.key = "accuracy_server",
                             .about = "of the last exit, 0 to 1; carried through",
                             .kind = OPTION_NUMBER,
                             .high = 1},
    [OWN_ACCURACY_IDEAL] = {.key = "accuracy_ideal",
                            .about = "if each sample left where it is right, 0 to 1; carried "
                                     "through",
                            .kind = OPTION_NUMBER,
                            .high = 1},
};

struct state {               // of one run
    struct tiers     *tiers; // [class_count]
    struct exit_law   law;
    struct exit_rule *rules, *rules_then; // [exits - 1]
    uint64_t         *left;               // [exits] tasks planned that leave there
    uint64_t          tasks, forced;
};

static const struct option_value *own_of(const struct view *v, uint32_t rank)
{
    return &v->options->own[rank];
}

// ---- what the options say -----------------------------------------------------------------------

static enum exit_source source_of(const struct view *v)
{
    return (enum exit_source)option_number(v, OWN_EXITS);
}

// The numbers that set the exits: of now, or from threshold_at on.
static const struct option_value *setting_of(const struct view *v, bool then)
{
    if (source_of(v) == EXITS_TABLE) return own_of(v, then ? OWN_RATES_THEN : OWN_RATES);
    return own_of(v, then ? OWN_THRESHOLDS_THEN : OWN_THRESHOLDS);
}

static struct exit_law law_of(const struct view *v)
{
    uint32_t        early = v->graph->exit_count - 1;
    struct exit_law law = {.source = source_of(v), .exit_count = v->graph->exit_count};
    law.beta_a = own_of(v, OWN_BETA_A)->numbers;
    law.beta_b = own_of(v, OWN_BETA_B)->numbers;
    law.bins = own_of(v, OWN_BINS)->numbers;
    law.entropies = own_of(v, OWN_ENTROPIES)->numbers;
    if (!early) return law;
    law.bin_count = own_of(v, OWN_BINS)->count / early;
    law.sample_count = own_of(v, OWN_ENTROPIES)->count / early;
    return law;
}

static uint32_t group_by_role(const struct net *net, enum node_role role, bool last)
{
    uint32_t found = NO_GROUP;
    for (uint32_t g = 0; g < net->group_count; g++)
        if (net->groups[g].role == role && net->groups[g].count && (found == NO_GROUP || last))
            found = g;
    return found;
}

static uint32_t server_group(const struct view *v)
{
    if (own_of(v, OWN_SERVER)->text) return (uint32_t)option_number(v, OWN_SERVER);
    uint32_t cloud = group_by_role(v->net, ROLE_CLOUD, true);
    return cloud != NO_GROUP ? cloud : group_by_role(v->net, ROLE_FOG, true);
}

static uint32_t edge_group(const struct view *v)
{
    if (own_of(v, OWN_EDGE)->text) return (uint32_t)option_number(v, OWN_EDGE);
    return group_by_role(v->net, ROLE_FOG, false);
}

static uint32_t tier_group(const struct view *v, uint32_t tier)
{
    return tier + 1 == v->graph->exit_count ? server_group(v) : edge_group(v);
}

static uint32_t devices_per_sample(const struct view *v)
{
    return (uint32_t)option_number(v, OWN_DEVICES);
}

static uint32_t aggregator_group(const struct view *v)
{
    return option_number(v, OWN_AGGREGATOR) == AGGREGATOR_EDGE ? edge_group(v) : server_group(v);
}

// ---- whether it can serve -----------------------------------------------------------------------

// Which options an `exits` reads, as a bit of each.
enum { OF_TABLE = 1, OF_DISTRIBUTION = 2, OF_TRACE = 4 };
static const uint8_t READ_BY[OWN_COUNT] = {
    [OWN_RATES] = OF_TABLE,
    [OWN_RATES_THEN] = OF_TABLE,
    [OWN_THRESHOLDS] = OF_DISTRIBUTION | OF_TRACE,
    [OWN_THRESHOLDS_THEN] = OF_DISTRIBUTION | OF_TRACE,
    [OWN_BETA_A] = OF_DISTRIBUTION,
    [OWN_BETA_B] = OF_DISTRIBUTION,
    [OWN_BINS] = OF_DISTRIBUTION,
    [OWN_ENTROPIES] = OF_TRACE,
};

static bool check_read(const struct view *v, struct err *e)
{
    bool ok = true;
    for (uint32_t i = 0; i < OWN_COUNT; i++)
        if (own_of(v, i)->is_given && READ_BY[i] && !(READ_BY[i] & 1u << source_of(v)))
            ok = err_add(e, "%s: nobody reads it with exits %s", own[i].key,
                         exit_words[source_of(v)]);
    return ok;
}

// A list of so many numbers, or several times that.
static bool check_count(const struct view *v, uint32_t rank, uint32_t count, bool times,
                        struct err *e)
{
    const struct option_value *o = own_of(v, rank);
    if (!o->is_given || (o->count && o->count % count == 0 && (times || o->count == count)))
        return true;
    return err_add(e, "%s: want %s%u numbers for the %u exits of %s, have %u", own[rank].key,
                   times ? "a multiple of " : "", count, v->graph->exit_count, v->graph->name,
                   o->count);
}

static bool check_counts(const struct view *v, struct err *e)
{
    uint32_t exits = v->graph->exit_count;
    return check_count(v, OWN_RATES, exits, false, e) &
           check_count(v, OWN_RATES_THEN, exits, false, e) &
           check_count(v, OWN_THRESHOLDS, exits - 1, false, e) &
           check_count(v, OWN_THRESHOLDS_THEN, exits - 1, false, e) &
           check_count(v, OWN_BETA_A, exits - 1, false, e) &
           check_count(v, OWN_BETA_B, exits - 1, false, e) &
           check_count(v, OWN_BINS, exits - 1, true, e) &
           check_count(v, OWN_ENTROPIES, exits - 1, true, e) &
           check_count(v, OWN_ACCURACY_EXITS, exits, false, e);
}

static bool check_setting(const struct view *v, bool then, struct err *e)
{
    bool                       is_table = source_of(v) == EXITS_TABLE;
    const struct option_value *o = setting_of(v, then);
    uint32_t                   rank = is_table ? (then ? OWN_RATES_THEN : OWN_RATES)
                                               : (then ? OWN_THRESHOLDS_THEN : OWN_THRESHOLDS);
    double                     sum = 0;
    if (!o->is_given && is_table && !then) return true;
    if (!o->is_given)
        return err_add(e, "%s: want it with exits %s%s, have none", own[rank].key,
                       exit_words[source_of(v)], then ? " and threshold_at" : "");
    for (uint32_t i = 0; i < o->count; i++) sum += o->numbers[i];
    if (is_table && !(fabs(sum - 1) <= 1e-9))
        return err_add(e, "%s: want a sum of 1, have %g", own[rank].key, sum);
    return true;
}

static bool check_settings(const struct view *v, struct err *e)
{
    bool changes = own_of(v, OWN_THRESHOLD_AT)->is_given;
    if (!changes && setting_of(v, true)->is_given)
        return err_add(e, "threshold_at: want the time from which %s hold",
                       source_of(v) == EXITS_TABLE ? "exit_rates_then" : "thresholds_then");
    return check_setting(v, false, e) && (!changes || check_setting(v, true, e));
}

static bool check_group(const struct view *v, uint32_t group, const char *key, struct err *e)
{
    if (group == NO_GROUP)
        return err_add(e, "%s: want a group of fog or cloud nodes, there is none", key);
    const struct node_group *g = &v->net->groups[group];
    if (g->count && (g->role == ROLE_FOG || g->role == ROLE_CLOUD)) return true;
    return err_add(e, "%s: want a group of fog or cloud nodes, have %s", key, g->name);
}

static bool check_groups(const struct view *v, struct err *e)
{
    uint32_t devices = devices_per_sample(v);
    bool     gathers_at_edge = devices > 1 && option_number(v, OWN_AGGREGATOR) == AGGREGATOR_EDGE;
    bool     ok = check_group(v, server_group(v), "server", e);
    if (v->graph->exit_count > 2 || gathers_at_edge) ok &= check_group(v, edge_group(v), "edge", e);
    for (uint32_t g = 0; g < v->net->group_count; g++)
        if (v->net->groups[g].role == ROLE_USER && v->net->groups[g].count &&
            v->net->groups[g].count < devices)
            ok = err_add(e, "devices_per_sample: want at most the %u nodes of %s, have %u",
                         v->net->groups[g].count, v->net->groups[g].name, devices);
    return ok;
}

static bool check_exits(const struct view *v, struct err *e)
{
    struct arena a = {0};
    struct tiers tiers;
    if (v->graph->exit_count < 2)
        return err_add(e, "want a model with two exits or more, %s has one", v->graph->name);
    tiers_find(&tiers, v->graph, &a);
    bool ok = tiers_check(&tiers, v->graph, e);
    arena_free(&a);
    return ok;
}

static bool claims(const struct view *v, struct err *e)
{
    if (!check_exits(v, e) || !check_read(v, e) || !check_counts(v, e)) return false;
    struct exit_law law = law_of(v);
    return exits_check(&law, e) & check_settings(v, e) & check_groups(v, e);
}

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
    const struct option_value *now = setting_of(v, false);
    s->tiers = ARENA_ARRAY(a, struct tiers, class_count);
    for (uint32_t c = 0; c < class_count; c++) {
        if (!claims(&views[c], e)) return false;
        tiers_find(&s->tiers[c], views[c].graph, a);
    }
    s->law = law_of(v);
    s->rules = ARENA_ARRAY(a, struct exit_rule, exits);
    s->rules_then = ARENA_ARRAY(a, struct exit_rule, exits);
    s->left = ARENA_ARRAY(a, uint64_t, exits);
    exits_rules(&s->law, now->is_given ? now->numbers : equal_shares(exits, a), s->rules);
    if (own_of(v, OWN_THRESHOLD_AT)->is_given)
        exits_rules(&s->law, setting_of(v, true)->numbers, s->rules_then);
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

static bool holds_section(const struct view *v, const struct tiers *t, uint32_t tier,
                          uint32_t group)
{
    return t->bytes[tier] <= v->net->groups[group].memory_bytes;
}

// The user, and those of the next of its group that are there.
static void find_devices(const struct view *v, uint32_t user, struct arena *scratch,
                         struct tier_route *r)
{
    const struct node_group *g = net_group(v->net, user);
    uint32_t                 wanted = devices_per_sample(v), count = 0;
    uint32_t                *devices = ARENA_ARRAY(scratch, uint32_t, wanted);
    devices[count++] = user;
    r->aggregator = wanted > 1 ? find_node(v, aggregator_group(v), user, user) : NO_NODE;
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
        uint32_t group = tier_group(v, tier + 1), node;
        if (!holds_section(v, t, tier + 1, group)) break;
        node = find_node(v, group, nodes[0], below);
        if (node == NO_NODE) break;
        below = nodes[++tier] = node;
    }
    return tier;
}

// Whether the new thresholds have reached `place`, where one of them is judged by.
static bool has_heard(const struct view *v, uint32_t user, uint32_t place)
{
    if (!own_of(v, OWN_THRESHOLD_AT)->is_given) return false;
    sim_ns at = ns_from_s(option_number(v, OWN_THRESHOLD_AT));
    if (v->now < at) return false;
    uint32_t server = home_of(v, server_group(v), user);
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
    if (!holds_section(v, tiers, 0, v->net->group_of[t->user])) return PLAN_INFEASIBLE;
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
    const struct option_value *list = own_of(v, OWN_ACCURACY_EXITS);
    const struct option_value *one = own_of(v, exit ? OWN_ACCURACY_SERVER : OWN_ACCURACY_LOCAL);
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
        if (own_of(v, i)->is_given) ok = sink->add(sink->ctx, own[i].key, own_of(v, i)->number, e);
    return ok;
}

const struct scheme scheme_ddnn = {
    .name = "ddnn",
    .about = "early exits over device, edge and server; several devices aggregated",
    .source = "Teerapittayanon, McDanel, Kung, ICDCS 2017; Cheng, Sun, Tu, adaptive computation "
              "framework for IoT (thresholds changed by broadcast)",
    .is_random = true,
    .own = own,
    .own_count = OWN_COUNT,
    .claims = claims,
    .begin = begin,
    .plan = plan,
    .replan = replan,
    .report = report,
};
