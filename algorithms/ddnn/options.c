#include "algorithms/ddnn/options.h"

#include <math.h>

#include "algorithms/ddnn/tiers.h"

static const char *const exit_words[] = {"table", "distribution", "trace", NULL};
static const char *const aggregation_words[] = {"max", "average", "concatenate", NULL};
static const char *const aggregator_words[] = {"edge", "server", NULL};

const struct scheme_option ddnn_options[OWN_COUNT] = {
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

// ---- what the options say -----------------------------------------------------------------------

static enum exit_source source_of(const struct view *v)
{
    return (enum exit_source)option_number(v, OWN_EXITS);
}

const struct option_value *ddnn_setting(const struct view *v, bool then)
{
    if (source_of(v) == EXITS_TABLE) return ddnn_own(v, then ? OWN_RATES_THEN : OWN_RATES);
    return ddnn_own(v, then ? OWN_THRESHOLDS_THEN : OWN_THRESHOLDS);
}

struct exit_law ddnn_law(const struct view *v)
{
    uint32_t        early = v->graph->exit_count - 1;
    struct exit_law law = {.source = source_of(v), .exit_count = v->graph->exit_count};
    law.beta_a = ddnn_own(v, OWN_BETA_A)->numbers;
    law.beta_b = ddnn_own(v, OWN_BETA_B)->numbers;
    law.bins = ddnn_own(v, OWN_BINS)->numbers;
    law.entropies = ddnn_own(v, OWN_ENTROPIES)->numbers;
    if (!early) return law;
    law.bin_count = ddnn_own(v, OWN_BINS)->count / early;
    law.sample_count = ddnn_own(v, OWN_ENTROPIES)->count / early;
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

uint32_t ddnn_server_group(const struct view *v)
{
    if (ddnn_own(v, OWN_SERVER)->text) return (uint32_t)option_number(v, OWN_SERVER);
    uint32_t cloud = group_by_role(v->net, ROLE_CLOUD, true);
    return cloud != NO_GROUP ? cloud : group_by_role(v->net, ROLE_FOG, true);
}

static uint32_t edge_group(const struct view *v)
{
    if (ddnn_own(v, OWN_EDGE)->text) return (uint32_t)option_number(v, OWN_EDGE);
    return group_by_role(v->net, ROLE_FOG, false);
}

uint32_t ddnn_tier_group(const struct view *v, uint32_t tier)
{
    return tier + 1 == v->graph->exit_count ? ddnn_server_group(v) : edge_group(v);
}

uint32_t ddnn_devices(const struct view *v)
{
    return (uint32_t)option_number(v, OWN_DEVICES);
}

uint32_t ddnn_aggregator_group(const struct view *v)
{
    return option_number(v, OWN_AGGREGATOR) == AGGREGATOR_EDGE ? edge_group(v)
                                                               : ddnn_server_group(v);
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
        if (ddnn_own(v, i)->is_given && READ_BY[i] && !(READ_BY[i] & 1u << source_of(v)))
            ok = err_add(e, "%s: nobody reads it with exits %s", ddnn_options[i].key,
                         exit_words[source_of(v)]);
    return ok;
}

static bool gathers_at_edge(const struct view *v)
{
    return ddnn_devices(v) > 1 && option_number(v, OWN_AGGREGATOR) == AGGREGATOR_EDGE;
}

static bool needs_edge(const struct view *v)
{
    return v->graph->exit_count > 2 || gathers_at_edge(v);
}

// What only several devices, a broadcast or an edge have a use for.
static bool check_used(const struct view *v, struct err *e)
{
    bool is_group = ddnn_devices(v) > 1;
    bool has_messages = is_group || ddnn_own(v, OWN_THRESHOLD_AT)->is_given;
    return option_is_read(v, ddnn_options, OWN_AGGREGATION, is_group, "devices_per_sample 1", e) &
           option_is_read(v, ddnn_options, OWN_AGGREGATOR, is_group, "devices_per_sample 1", e) &
           option_is_read(v, ddnn_options, OWN_CONTROL, has_messages,
                          "devices_per_sample 1 and no threshold_at", e) &
           option_is_read(v, ddnn_options, OWN_EDGE, needs_edge(v),
                          "two exits and no aggregator edge", e);
}

// A list of so many numbers, or several times that.
static bool check_count(const struct view *v, uint32_t rank, uint32_t count, bool times,
                        struct err *e)
{
    const struct option_value *o = ddnn_own(v, rank);
    if (!o->is_given || (o->count && o->count % count == 0 && (times || o->count == count)))
        return true;
    return err_add(e, "%s: want %s%u numbers for the %u exits of %s, have %u",
                   ddnn_options[rank].key, times ? "a multiple of " : "", count,
                   v->graph->exit_count, v->graph->name, o->count);
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
    const struct option_value *o = ddnn_setting(v, then);
    uint32_t                   rank = is_table ? (then ? OWN_RATES_THEN : OWN_RATES)
                                               : (then ? OWN_THRESHOLDS_THEN : OWN_THRESHOLDS);
    double                     sum = 0;
    if (!o->is_given && is_table && !then) return true;
    if (!o->is_given)
        return err_add(e, "%s: want it with exits %s%s, have none", ddnn_options[rank].key,
                       exit_words[source_of(v)], then ? " and threshold_at" : "");
    for (uint32_t i = 0; i < o->count; i++) sum += o->numbers[i];
    if (is_table && !(fabs(sum - 1) <= 1e-9))
        return err_add(e, "%s: want a sum of 1, have %g", ddnn_options[rank].key, sum);
    return true;
}

static bool check_settings(const struct view *v, struct err *e)
{
    bool changes = ddnn_own(v, OWN_THRESHOLD_AT)->is_given;
    if (!changes && ddnn_setting(v, true)->is_given)
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
    uint32_t devices = ddnn_devices(v);
    bool     ok = check_group(v, ddnn_server_group(v), "server", e);
    if (needs_edge(v)) ok &= check_group(v, edge_group(v), "edge", e);
    if (needs_edge(v) && edge_group(v) != ddnn_server_group(v) && v->limits->theta < 2)
        ok = err_add(e, "theta: want 2 fog nodes of a task, the edge and the server, have %u",
                     v->limits->theta);
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

bool ddnn_claims(const struct view *v, struct err *e)
{
    if (!check_exits(v, e) || !check_read(v, e) || !check_counts(v, e)) return false;
    struct exit_law law = ddnn_law(v);
    return exits_check(&law, e) & check_settings(v, e) & check_used(v, e) & check_groups(v, e);
}
