// algorithms/hyps.c: HyPS: partitions that fit the memory of small devices, over a hub.
//
// Split points and memory give units (algorithms/hyps/layout.h), which go to the workers in
// turn and through their life cycle (hyps_plan.h): placed, loading, loaded, inferring. Workers are
// fog nodes that can hold the smallest units the points allow, or swap: at most `devices` (0: as
// many) and theta of them; with local_share the manager, which is the user, is one more, the last.
// Where there is no such fog node the user does all of it alone; where some unit fits no worker the
// task is infeasible, and the metrics say by how many bytes. Weights: `per_task` and `per_layer`
// are the life cycle (each unit is loaded when its worker is free), `resident`: all units of a
// worker are there from the start and must fit at a time, `cached`: as per_task, but what a worker
// still holds is not loaded again.
//
// The threshold's value in the thesis is not known to us: 25 million parameters, 100 MB of floats,
// a tenth of a 1 GB board; VGG16's first fc layer (102.8 million) is beyond it, its second (16.8)
// below. Source: Kaboubi, thesis 2023, 3.2. Cost: O(layers^2 + fog nodes x workers) and that of the
// plan.
#include <math.h>

#include "algorithms/hyps/plan.h"

enum own { THRESHOLD, OPTIONAL, PARTITIONS, H_PARTS, DEVICES, BATCH, HUB, OWN_COUNT };

static const char *const SPLIT_WORDS[] = {"none", "pool", "conv", "all", NULL};

static const struct scheme_option OWN[OWN_COUNT] = {
    [THRESHOLD] = {.key = "threshold",
                   .about =
                       "parameters from which a layer is complex: a partition of its own, which "
                       "may be cut",
                   .kind = OPTION_INTEGER,
                   .otherwise = 25e6,
                   .low = 1,
                   .high = 1e12},
    [OPTIONAL] = {.key = "optional",
                  .about = "further cuts: none, behind pools, behind convs, behind all three kinds",
                  .kind = OPTION_CHOICE,
                  .otherwise = SPLIT_POOL,
                  .words = SPLIT_WORDS},
    [PARTITIONS] = {.key = "partitions",
                    .about = "most vertical partitions, those cut nearest to the output; 0: all",
                    .kind = OPTION_INTEGER,
                    .high = 1e6},
    [H_PARTS] = {.key = "h_parts",
                 .about = "parts of each complex layer; 0: the fewest that fit a worker's memory",
                 .kind = OPTION_INTEGER,
                 .high = LAYOUT_MOST_PARTS},
    [DEVICES] = {.key = "devices",
                 .about =
                     "most fog nodes that work, those of the least time alone and waiting, at most "
                     "theta; 0: theta",
                 .kind = OPTION_INTEGER,
                 .high = 1e6},
    [BATCH] = {.key = "batch",
               .about = "images of a task: each partition is loaded once for all of them",
               .kind = OPTION_INTEGER,
               .otherwise = 1,
               .low = 1,
               .high = 65535},
    [HUB] = {.key = "hub",
             .about = "group of the hub (its first node), which every transfer passes; left out: "
                      "the user",
             .kind = OPTION_NODES},
};

struct state { // sums over the tasks planned
    double planned, infeasible, resumed, kept, partitions, units, loading_s, inferring_s;
    double most_parts, held_bytes, missing_bytes; // largest
};

static bool claims(const struct view *v, struct err *e)
{
    double hub = option_number(v, HUB);
    bool   has_points = option_number(v, OPTIONAL) != SPLIT_NONE;
    if (!option_is_read(v, OWN, PARTITIONS, has_points, "optional none", e)) return false;
    if (hub < 0) return true;
    const struct node_group *g = &v->net->groups[(uint32_t)hub];
    if (g->count && (g->role == ROLE_USER || g->role == ROLE_FOG || g->role == ROLE_CLOUD))
        return true;
    return err_add(e, "the hub wants a group of users, fog or cloud nodes, %s is none", g->name);
}

static bool begin(const struct view *views, uint32_t class_count, struct arena *a, void **state,
                  struct err *e)
{
    (void)views, (void)class_count, (void)e;
    *state = ARENA_ARRAY(a, struct state, 1);
    return true;
}

static struct layout_rules rules_of(const struct view *v)
{
    return (struct layout_rules){.threshold = (int64_t)option_number(v, THRESHOLD),
                                 .optional = (enum split_kind)option_number(v, OPTIONAL),
                                 .partitions = (uint32_t)option_number(v, PARTITIONS),
                                 .h_parts = (uint32_t)option_number(v, H_PARTS),
                                 .is_resident = v->options->weights == WEIGHTS_RESIDENT};
}

static bool is_up(const struct view *v, uint32_t node)
{
    return !v->is_up || v->is_up(v->now_ctx, node);
}

// The configured one, or the user where that is down or out of reach.
static uint32_t hub_of(const struct view *v, uint32_t user)
{
    double group = option_number(v, HUB);
    if (group < 0) return user;
    uint32_t hub = v->net->groups[(uint32_t)group].first;
    if (v->net->groups[(uint32_t)group].role == ROLE_USER && v->net->group_of[user] == group)
        return user; // each manager is its own
    return is_up(v, hub) && view_is_connected(v, user, hub) ? hub : user;
}

static struct worker worker_of(const struct view *v, uint32_t node)
{
    const struct node_group *g = net_group(v->net, node);
    return (struct worker){node, g->memory_bytes, g->memory_rule == MEMORY_SWAP};
}

// As a candidate, but for the memory: it need hold no more than a unit.
static bool may_serve(const struct view *v, uint32_t user, uint32_t hub, uint32_t node,
                      double least_bytes, double *total_s)
{
    struct worker w = worker_of(v, node);
    if (w.memory_bytes < least_bytes && !w.may_swap) return false;
    if (!is_up(v, node) || !view_is_connected(v, hub, node)) return false;
    double rate = node == hub ? INFINITY : net_rate(v->net, hub, node, v->now);
    if (!(rate > 0 && rate >= v->limits->gamma_bytes_per_s)) return false;
    *total_s = view_alone_s(v, user, node) + view_backlog_s(v, node);
    return *total_s <= view_tau_s(v, user);
}

struct choice {
    uint32_t node;
    double   total_s;
};

// The `most` of the least time, in the order of their index. Returns their number.
static uint32_t keep_best(struct choice *c, uint32_t count, uint32_t most)
{
    while (count > most) {
        uint32_t worst = 0;
        for (uint32_t i = 1; i < count; i++)
            if (c[i].total_s >= c[worst].total_s) worst = i;
        for (uint32_t i = worst + 1; i < count; i++) c[i - 1] = c[i];
        count--;
    }
    return count;
}

static uint32_t find_workers(const struct view *v, uint32_t user, uint32_t hub, double least_bytes,
                             struct arena *scratch, struct worker **out)
{
    uint32_t       count = 0, most = (uint32_t)option_number(v, DEVICES);
    struct choice *choices = ARENA_ARRAY(scratch, struct choice, v->fog_count + 1);
    if (!most || most > v->limits->theta) most = v->limits->theta;
    if (most > v->limits->candidates) most = v->limits->candidates;
    for (uint32_t i = 0; i < v->fog_count; i++) {
        struct choice c = {.node = v->fogs[i]};
        if (!may_serve(v, user, hub, c.node, least_bytes, &c.total_s)) continue;
        choices[count++] = c;
        if (count > most) count = keep_best(choices, count, most);
    }
    *out = ARENA_ARRAY(scratch, struct worker, count + 1);
    for (uint32_t i = 0; i < count; i++) (*out)[i] = worker_of(v, choices[i].node);
    struct worker manager = worker_of(v, user);
    bool          can_help = manager.memory_bytes >= least_bytes || manager.may_swap;
    if (!count || (v->options->local_share && can_help)) (*out)[count++] = manager;
    return count;
}

static void account(struct state *s, const struct layout *l, bool is_feasible,
                    const struct hyps_totals *totals)
{
    if (!s) return;
    if (!is_feasible) {
        s->infeasible++;
        s->missing_bytes = fmax(s->missing_bytes, l->missing_bytes);
        return;
    }
    s->planned++;
    s->kept += totals->kept;
    s->resumed += totals->kept > 0;
    s->partitions += l->partition_count;
    s->units += l->unit_count;
    s->loading_s += totals->loading_s;
    s->inferring_s += totals->inferring_s;
    s->most_parts = fmax(s->most_parts, l->most_parts);
    s->held_bytes = fmax(s->held_bytes, l->held_bytes);
}

static enum plan_verdict plan_rest(const struct view *v, const struct task *t,
                                   const struct progress *done, struct arena *scratch,
                                   struct plan *out, struct placement *where)
{
    struct layout_rules rules = rules_of(v);
    struct layout       layout;
    struct hub_store    store = {0};
    struct hyps_totals  totals = {0};
    struct worker      *workers;
    uint32_t            hub = hub_of(v, t->user);
    double              least_bytes = layout_least_bytes(v->graph, &rules, scratch);
    uint32_t            count = find_workers(v, t->user, hub, least_bytes, scratch, &workers);
    bool is_feasible = layout_make(v->graph, &rules, workers, count, scratch, &layout);
    if (is_feasible) {
        if (done) hub_store_of(done, hub, scratch, &store);
        struct hyps_job job = {.v = v,
                               .task = t,
                               .layout = &layout,
                               .workers = workers,
                               .worker_count = count,
                               .hub = hub,
                               .batch = (uint32_t)option_number(v, BATCH),
                               .store = &store};
        hyps_plan(&job, scratch, out, where, &totals);
    }
    account(v->state, &layout, is_feasible, &totals);
    return is_feasible ? PLAN_READY : PLAN_INFEASIBLE;
}

static enum plan_verdict plan(const struct view *v, const struct association *as,
                              const struct task *t, struct arena *scratch, struct plan *out,
                              struct placement *where, struct err *e)
{
    (void)as, (void)e;
    return plan_rest(v, t, NULL, scratch, out, where);
}

static enum plan_verdict replan(const struct view *v, const struct association *as,
                                const struct task *t, const struct progress *done,
                                struct arena *scratch, struct plan *out, struct err *e)
{
    (void)as, (void)e;
    return plan_rest(v, t, done, scratch, out, NULL);
}

static bool report(const struct view *views, uint32_t class_count, const struct metric_sink *sink,
                   struct err *e)
{
    (void)class_count;
    const struct state *s = views[0].state;
    double              n = fmax(1, s->planned);
    const struct {
        const char *name;
        double      value;
    } metrics[] = {
        {"hyps_partitions", s->partitions / n},     // vertical, mean of the plans
        {"hyps_units", s->units / n},               // parts of complex layers counted singly
        {"hyps_h_parts", s->most_parts},            // most of one layer
        {"hyps_held_bytes", s->held_bytes},         // most that a worker holds
        {"hyps_infeasible", s->infeasible},         // tasks that no layout fits
        {"hyps_missing_bytes", s->missing_bytes},   // by how much at most
        {"hyps_resumed", s->resumed},               // plans that build on what the hub held
        {"hyps_maps_kept", s->kept},                // units x images not computed again
        {"hyps_state_loading_s", s->loading_s / n}, // as planned (cached: as if nothing was there)
        {"hyps_state_inferring_s", s->inferring_s / n}, // summed over the units, mean of the plans
    };
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++)
        if (!sink->add(sink->ctx, metrics[i].name, metrics[i].value, e)) return false;
    return true;
}

const struct scheme scheme_hyps = {
    .name = "hyps",
    .about = "partitions that fit a small memory, loaded in turn, over a hub (HyPS)",
    .source = "Kaboubi, Hybrid Partitioning System for Embedded and Distributed CNNs Inference on "
              "Edge Devices, thesis 2023, 3.2, Algorithms 1 to 3",
    .options = OPTION_WEIGHTS | OPTION_LOCAL_SHARE,
    .granularity = GRANULARITY_TASK,
    .own = OWN,
    .own_count = OWN_COUNT,
    .claims = claims,
    .begin = begin,
    .plan = plan,
    .replan = replan,
    .report = report,
};
