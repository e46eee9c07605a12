// algorithms/hadidi.c: a pipeline of equal devices whose slow steps are split: Procedure 1 of
// Hadidi et al.
//
// The stages of deploy.h are deployed on the first nodes of the fastest group of fog nodes (ties:
// the first), as many as `devices`, the group and theta allow: the procedure is for devices of one
// type. Every task goes through the deployment of the moment; weights stay on their devices, so a
// device holds those of all its steps (of all models of a mix) while it computes.
//
// Step 3 of the procedure: every observation adds to what was measured since the deployment. When
// each of its devices has ended the operations of LEAST_TASKS tasks (of a mix: more) and one had a
// queue (as many waiting as in service on average; without a queue the devices are no bottleneck
// and nothing is learned), it is an iteration: measured over estimated seconds per operation
// corrects the computing time of the steps there, and the stages are formed anew. They are deployed
// where they make the slowest stage faster by more than `tolerance`; else, and after `iterations`,
// it is over, and the deployment that was measured to be the fastest stays. The period behind a
// deployment is left out, as tasks of the old one are still under way.
//
// A task that does not find all devices (down, no way, below Gamma, above tau) gets stages on those
// that are there; none, or too little memory: the user computes. Cost: begin O(steps x devices^2),
// an iteration O(steps x devices), a plan as build.h.
// Source: Hadidi, Cao, Ryoo, Kim, Toward Collaborative Inferencing of Deep Neural Networks on
// Internet-of-Things Devices, IEEE IoT J. 2020, Procedure 1.
#include <math.h>

#include "algorithms/hadidi/deploy.h"

// Of a mix the tasks that were planned and those that were served meanwhile differ, by what is
// under way: among 20 that is much, among 400 little.
enum { LEAST_TASKS = 20, LEAST_TASKS_OF_A_MIX = 400, MOST_DEVICES = 64 };

enum own { FC, CONV, DEVICES, DATA_PARALLEL, PROCEDURE, OBSERVE, TOLERANCE, ITERATIONS, OWN_COUNT };

static const char *const FC_WORDS[] = {"auto", "output", "input", NULL};
static const char *const CONV_WORDS[] = {"auto", "channel", "spatial", "filter", NULL};
static const char *const PROCEDURE_WORDS[] = {"on", "off", NULL};

static const struct scheme_option OWN[OWN_COUNT] = {
    [FC] = {.key = "fc",
            .about = "how a slow fc is split: output neurons, input neurons, or what is faster",
            .kind = OPTION_CHOICE,
            .words = FC_WORDS},
    [CONV] = {.key = "conv",
              .about = "how a slow conv is split: output channels, tiles of the map, input "
                       "channels, or what is fastest",
              .kind = OPTION_CHOICE,
              .words = CONV_WORDS},
    [DEVICES] = {.key = "devices",
                 .about = "most fog nodes of the pipeline, at most theta and those of the fastest "
                          "group",
                 .kind = OPTION_INTEGER,
                 .otherwise = MOST_DEVICES,
                 .low = 1,
                 .high = MOST_DEVICES},
    [DATA_PARALLEL] = {.key = "data_parallel",
                       .about = "slow steps that fit a device are copied to several, inputs in "
                                "turn, instead of split",
                       .kind = OPTION_BOOL},
    [PROCEDURE] = {.key = "procedure",
                   .about = "on: Procedure 1; off: the simple pipeline, whole steps, never "
                            "deployed anew",
                   .kind = OPTION_CHOICE,
                   .words = PROCEDURE_WORDS},
    [OBSERVE] = {.key = "observe",
                 .about = "s between two looks at queues and busy times; 12 s: 25 in 5 minutes",
                 .kind = OPTION_TIME,
                 .otherwise = 12,
                 .low = 1e-3,
                 .high = 1e6},
    [TOLERANCE] = {.key = "tolerance",
                   .about = "share by which a new deployment's slowest stage must be faster",
                   .kind = OPTION_NUMBER,
                   .otherwise = 0.1,
                   .low = 0,
                   .high = 1},
    [ITERATIONS] = {.key = "iterations",
                    .about = "most corrections; then the deployment stays",
                    .kind = OPTION_INTEGER,
                    .otherwise = 25,
                    .low = 1,
                    .high = 1e6},
};

struct model_state { // of a class of tasks
    struct layout     layout;
    struct deployment now, best; // best: the one of the least measured slowest stage
    double            best_s;
    uint64_t          planned; // tasks: copies of a stage take turns
};

struct device_state { // of what was planned and measured since the deployment
    double   planned_s, busy_s, queue_s;
    uint64_t planned_count, served;
};

struct state {
    struct arena        *arena;
    uint32_t             first_node, device_count;
    struct deploy_rules  rules;
    bool                *all_fit; // [group_count] true: memory is this scheme's own matter
    struct model_state  *models;  // [model_count]
    uint32_t             model_count;
    struct device_state *devices; // [device_count]
    double               watched_s;
    uint64_t             planned_tasks; // since the deployment
    uint32_t             iterations, deployments;
    bool                 is_settling, is_stable;
};

// ---- begin --------------------------------------------------------------------------------------

static bool is_fog(const struct view *v, uint32_t group)
{
    return v->net->groups[group].role == ROLE_FOG && v->net->groups[group].count > 0;
}

// The simple pipeline splits, copies and corrects nothing.
static bool check_read(const struct view *v, struct err *e)
{
    static const enum own of_procedure[] = {FC,      CONV,      DATA_PARALLEL,
                                            OBSERVE, TOLERANCE, ITERATIONS};
    bool                  ok = true, is_on = option_number(v, PROCEDURE) == 0;
    for (size_t i = 0; i < sizeof of_procedure / sizeof *of_procedure; i++)
        ok &= option_is_read(v, OWN, of_procedure[i], is_on, "procedure off", e);
    return ok;
}

static bool claims(const struct view *v, struct err *e)
{
    if (!check_read(v, e)) return false;
    for (uint32_t g = 0; g < v->net->group_count; g++)
        if (is_fog(v, g)) return true;
    return err_add(e, "want a group of fog nodes for the pipeline, have none");
}

static double total_s(const struct view *views, uint32_t class_count, uint32_t group)
{
    double sum = 0;
    for (uint32_t c = 0; c < class_count; c++) sum += views[c].costs[group].whole_s;
    return sum;
}

static void choose_devices(const struct view *views, uint32_t class_count, struct state *st)
{
    const struct net        *net = views->net;
    const struct node_group *best = NULL;
    double                   best_s = INFINITY;
    for (uint32_t g = 0; g < net->group_count; g++) {
        double s = is_fog(views, g) ? total_s(views, class_count, g) : INFINITY;
        if (s < best_s) best = &net->groups[g], best_s = s;
    }
    if (!best) return; // no fog nodes: no devices
    uint32_t wanted = (uint32_t)option_number(views, DEVICES), theta = views->limits->theta;
    uint32_t most = wanted < theta ? wanted : theta;
    st->first_node = best->first;
    st->device_count = best->count < most ? best->count : most;
}

// Weights that stay are on a device beside those of the other models of a mix: each model's room
// there is in proportion to what it needs, so that together they are within memory.
static double memory_share(const struct view *views, uint32_t class_count, uint32_t class_id)
{
    double sum = 0;
    if (views->options->weights != WEIGHTS_RESIDENT) return 1;
    for (uint32_t c = 0; c < class_count; c++) sum += deploy_whole_bytes(views[c].graph);
    return class_count > 1 ? deploy_whole_bytes(views[class_id].graph) / sum : 1;
}

static bool begin(const struct view *views, uint32_t class_count, struct arena *a, void **state,
                  struct err *e)
{
    (void)e;
    struct state *st = ARENA_ARRAY(a, struct state, 1);
    *st = (struct state){.arena = a, .model_count = class_count};
    choose_devices(views, class_count, st);
    st->rules = (struct deploy_rules){.fc = (enum method_choice)option_number(views, FC),
                                      .conv = (enum method_choice)option_number(views, CONV),
                                      .splits = option_number(views, PROCEDURE) == 0,
                                      .is_parallel = option_number(views, DATA_PARALLEL) != 0};
    st->is_stable = !st->rules.splits;
    st->all_fit = ARENA_ARRAY(a, bool, views->net->group_count);
    for (uint32_t g = 0; g < views->net->group_count; g++) st->all_fit[g] = true;
    st->models = ARENA_ARRAY(a, struct model_state, class_count);
    st->devices = ARENA_ARRAY(a, struct device_state, st->device_count);
    for (uint32_t c = 0; c < class_count && st->device_count; c++) {
        struct model_state *m = &st->models[c];
        *m = (struct model_state){.best_s = INFINITY};
        st->rules.memory_share = memory_share(views, class_count, c);
        deploy_layout(&views[c], &st->rules, st->first_node, st->device_count, a, &m->layout);
        deploy_group(&views[c], &m->layout, st->first_node, st->device_count, st->rules.splits, a,
                     &m->now);
    }
    st->deployments = 1;
    *state = st;
    return true;
}

// ---- a task -------------------------------------------------------------------------------------

// The devices that may serve the user now, into out[device_count].
static uint32_t present(const struct view *v, const struct state *st, uint32_t user, uint32_t *out)
{
    struct view open = *v;
    uint32_t    count = 0;
    open.fits = st->all_fit;
    for (uint32_t i = 0; i < st->device_count; i++) {
        uint32_t node = st->first_node + i;
        if (view_is_candidate(&open, user, node, view_backlog_s(v, node))) out[count++] = node;
    }
    return count;
}

// Weights that stay on a node: of the task's own deployment, where it is the `rank`-th device, and
// of the other models.
static double resident_bytes(const struct state *st, const struct deployment *mine, uint32_t rank,
                             const struct model_state *model, uint32_t node)
{
    double sum = mine->weight_bytes[rank];
    for (uint32_t c = 0; c < st->model_count; c++)
        if (&st->models[c] != model && st->models[c].now.stage_count)
            sum += st->models[c].now.weight_bytes[node - st->first_node];
    return sum;
}

static double own_weight_bytes(const struct view *v, const struct assignment *as,
                               const struct op *op, uint32_t device)
{
    struct slice s = {.axis = as->axes[op->stage],
                      .begin = as->cuts[op->stage][device],
                      .end = as->cuts[op->stage][device + 1],
                      .grid_rows = as->grids[op->stage].rows,
                      .grid_columns = as->grids[op->stage].columns};
    return (double)slice_weight_bytes(v->graph, op->stage, s);
}

// The engine counts an operation's own weights while it runs. Here all weights that stay on the
// device are counted, once: on that operation of a task there which has the most tensors; its
// others add their tensors alone. So the peak is the device's, and what does not fit is swapped
// once per task.
static void hold_weights(const struct view *v, const struct state *st, const struct model_state *m,
                         const struct deployment *d, const struct assignment *as, struct plan *p)
{
    for (uint32_t i = 0; i < as->node_count; i++) {
        struct op *largest = NULL;
        for (uint32_t k = 0; k < p->op_count; k++) {
            struct op *op = &p->ops[k];
            if (op->kind != OP_COMPUTE || op->to != as->nodes[i] || op->memory_bytes <= 0) continue;
            op->memory_bytes -= own_weight_bytes(v, as, op, i);
            if (!largest || op->memory_bytes > largest->memory_bytes) largest = op;
        }
        if (largest) largest->memory_bytes += resident_bytes(st, d, i, m, as->nodes[i]);
    }
}

static void note_planned(struct state *st, const struct plan *p)
{
    st->planned_tasks++;
    for (uint32_t i = 0; i < p->op_count; i++) {
        const struct op *op = &p->ops[i];
        uint32_t         device = op->to - st->first_node;
        if (op->kind != OP_COMPUTE && op->kind != OP_LOAD) continue;
        if (op->to < st->first_node || device >= st->device_count) continue;
        st->devices[device].planned_s += op->seconds;
        st->devices[device].planned_count++;
    }
}

static enum plan_verdict plan(const struct view *v, const struct association *as,
                              const struct task *t, struct arena *scratch, struct plan *out,
                              struct placement *where, struct err *e)
{
    (void)as, (void)e;
    struct state         *st = v->state;
    struct model_state   *m = &st->models[v->class_id];
    uint32_t             *nodes = ARENA_ARRAY(scratch, uint32_t, st->device_count);
    uint32_t              count = present(v, st, t->user, nodes);
    struct view           own = *v;
    struct scheme_options options = *v->options;
    struct deployment     d = m->now;
    struct assignment     parts;
    if (count && count < st->device_count)
        deploy_group(v, &m->layout, st->first_node, count, st->rules.splits, scratch, &d);
    if (!count || !d.stage_count) return build_local(v, t, scratch, out, where);
    options.granularity = GRANULARITY_TASK; // tensors stay in the pipeline
    own.options = &options;
    deploy_assign(&own, &m->layout, &d, count, nodes, m->planned++, scratch, &parts);
    build_plan(&own, t, &parts, scratch, out, where);
    if (options.weights == WEIGHTS_RESIDENT) hold_weights(v, st, m, &d, &parts, out);
    note_planned(st, out);
    return PLAN_READY;
}

// ---- observation --------------------------------------------------------------------------------

static void forget(struct state *st)
{
    st->watched_s = 0;
    st->planned_tasks = 0;
    for (uint32_t i = 0; i < st->device_count; i++) st->devices[i] = (struct device_state){0};
}

// false: not enough yet.
static bool measure(struct state *st, const struct observation *o)
{
    double   span_s = o->until_s - o->from_s;
    bool     enough = true, any_queue = false, any_work = false;
    uint64_t least = st->model_count > 1 ? LEAST_TASKS_OF_A_MIX : LEAST_TASKS;
    st->watched_s += span_s;
    for (uint32_t i = 0; i < st->device_count; i++) {
        const struct node_measure *n = &o->nodes[st->first_node + i];
        struct device_state       *d = &st->devices[i];
        d->busy_s += n->busy_s;
        d->served += n->served;
        d->queue_s += n->queue_mean * span_s;
        if (!d->planned_count) continue; // no part of the deployment
        any_work = true;
        enough = enough && d->served * st->planned_tasks >= least * d->planned_count;
        any_queue = any_queue || d->queue_s >= st->watched_s;
    }
    return enough && any_queue && any_work;
}

// Measured over estimated seconds of an operation.
static double factor_of(const struct device_state *d)
{
    if (!d->planned_count || !d->served || d->planned_s <= 0) return 1;
    return d->busy_s / (double)d->served / (d->planned_s / (double)d->planned_count);
}

// A split step is as slow as its slowest device.
static void correct(const struct state *st, struct model_state *m)
{
    for (uint32_t i = 0; i < m->now.stage_count; i++) {
        const struct stage *s = &m->now.stages[i];
        double              factor = 0;
        for (uint32_t k = 0; k < s->device_count; k++)
            factor = fmax(factor, factor_of(&st->devices[s->first_device + k]));
        for (uint32_t step = s->first_step; step < s->end_step; step++)
            m->layout.factor[step] = factor;
    }
}

// One model's new stages; false: they would not be faster by enough.
static bool regroup(const struct view *v, struct state *st, struct model_state *m)
{
    struct deployment next;
    correct(st, m);
    double now_s = deploy_slowest_s(&m->layout, &m->now);
    if (now_s < m->best_s) m->best = m->now, m->best_s = now_s;
    deploy_group(v, &m->layout, st->first_node, st->device_count, true, st->arena, &next);
    if (!next.stage_count || !(next.slowest_s < (1 - option_number(v, TOLERANCE)) * now_s))
        return false;
    m->now = next;
    return true;
}

static void settle(struct state *st)
{
    st->is_stable = true;
    for (uint32_t c = 0; c < st->model_count; c++)
        if (st->models[c].best_s < INFINITY) st->models[c].now = st->models[c].best;
}

static bool observe(const struct view *views, uint32_t class_count, const struct observation *o,
                    struct err *e)
{
    (void)e;
    struct state *st = views->state;
    bool          any = false;
    if (st->is_stable) return true;
    if (st->is_settling) {
        st->is_settling = false;
        forget(st);
        return true;
    }
    if (!measure(st, o)) return true;
    st->iterations++;
    for (uint32_t c = 0; c < class_count; c++) any |= regroup(&views[c], st, &st->models[c]);
    st->is_settling = any;
    if (!any || st->iterations >= (uint32_t)option_number(views, ITERATIONS))
        settle(st);
    else
        st->deployments++;
    return true;
}

static double observe_s(const struct scheme_options *o)
{
    return o->own[PROCEDURE].number == 0 ? o->own[OBSERVE].number : 0;
}

static bool report(const struct view *views, uint32_t class_count, const struct metric_sink *sink,
                   struct err *e)
{
    const struct state *st = views->state;
    double              slowest_s = 0, stages = 0;
    for (uint32_t c = 0; c < class_count; c++) {
        const struct model_state *m = &st->models[c];
        bool                      is_known = st->is_stable && m->best_s < INFINITY;
        slowest_s = fmax(slowest_s, is_known ? m->best_s : deploy_slowest_s(&m->layout, &m->now));
        stages += m->now.stage_count;
    }
    return sink->add(sink->ctx, "hadidi_iterations", st->iterations, e) &&
           sink->add(sink->ctx, "hadidi_deployments", st->deployments, e) &&
           sink->add(sink->ctx, "hadidi_stages", stages, e) &&
           sink->add(sink->ctx, "hadidi_slowest_stage_s", slowest_s, e);
}

const struct scheme scheme_hadidi = {
    .name = "hadidi",
    .about = "pipeline of equal devices, slow steps split over several, corrected by measurement",
    .source = "Hadidi et al., IEEE IoT J. 2020, Procedure 1 and Table II",
    .options = OPTION_WEIGHTS,
    .granularity = GRANULARITY_TASK,
    .own = OWN,
    .own_count = OWN_COUNT,
    .claims = claims,
    .begin = begin,
    .plan = plan,
    .observe_s = observe_s,
    .observe = observe,
    .report = report,
};
