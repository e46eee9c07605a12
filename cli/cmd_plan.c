// cli/cmd_plan.c: the association and the slices of a scheme, without simulating.
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>

#include "cli/inputs.h"
#include "cli/interrupt.h"
#include "cli/plugin/plugin.h"
#include "cli/simulate.h"

struct planned { // one user's task
    struct task      task;
    struct plan      plan;
    struct placement where; // no slices: the scheme told operations alone
};

struct chosen { // a class of tasks: one model, of several in a mix
    const struct prepared *p;
    uint32_t               class_id;
};

static const struct graph *graph_of(struct chosen c)
{
    return c.p->views[c.class_id].graph;
}

static const char *label_of(struct chosen c)
{
    return c.p->models[c.class_id].label;
}

static const char *layer_name(const struct graph *g, uint32_t step)
{
    return g->layers[g->steps[step].chain[0]].name;
}

// Through which exit the answer leaves; NULL: the model has but one.
static const char *exit_name(struct chosen c, const struct planned *t)
{
    return t->plan.exit ? graph_of(c)->exits[t->plan.exit - 1].name : NULL;
}

static const char *const kinds[] = {
    [OP_COMPUTE] = "compute", [OP_LOAD] = "load", [OP_TRANSFER] = "transfer", [OP_DELAY] = "delay"};

static void print_slices(struct chosen c, const struct placement *where, struct arena *a)
{
    printf("  %-14s %-10s %-5s %15s %15s %12s %12s %12s\n", "layer", "node", "axis", "output",
           "input", "bytes in", "bytes out", "seconds");
    for (uint32_t i = 0; i < where->count; i++) {
        const struct placed_slice *x = &where->slices[i];
        printf("  %-14s %-10s %-5s %7d-%-7d %7d-%-7d %12lld %12lld %12.6g\n",
               layer_name(graph_of(c), x->step), scenario_node_name(c.p->scenario, x->node, a),
               slice_axis_names[x->slice.axis], x->slice.begin, x->slice.end, x->input.begin,
               x->input.end, (long long)x->bytes_in, (long long)x->bytes_out, x->seconds);
    }
}

static void print_operations(struct chosen c, const struct plan *plan, struct arena *a)
{
    printf("  %-9s %-10s %-10s %-10s %-14s %12s %12s  %s\n", "operation", "kind", "from", "to",
           "layer", "seconds", "bytes", "after");
    for (uint32_t i = 0; i < plan->op_count; i++) {
        const struct op *o = &plan->ops[i];
        printf("  %-9u %-10s %-10s %-10s %-14s %12.6g %12.6g ", i, kinds[o->kind],
               scenario_node_name(c.p->scenario, o->from, a),
               scenario_node_name(c.p->scenario, o->to, a), layer_name(graph_of(c), o->stage),
               o->seconds, o->bytes);
        for (uint32_t k = 0; k < o->dep_count; k++) printf(" %u", plan->deps[o->first_dep + k]);
        putchar('\n');
    }
}

static void print_table(struct chosen chosen, const struct association *as,
                        const struct planned *tasks, struct arena *a)
{
    const struct scenario *s = chosen.p->scenario;
    printf("%s: %s under %s\n", s->name, label_of(chosen), chosen.p->scheme->label);
    for (uint32_t i = 0; i < as->match_count; i++)
        printf("match %s - %s  utility of the user %.6g, of the fog node %.6g\n",
               scenario_node_name(s, as->matches[i].user, a),
               scenario_node_name(s, as->matches[i].fog, a), as->matches[i].utility_user,
               as->matches[i].utility_fog);
    for (uint32_t u = 0; u < s->user_count; u++) {
        const char *leaves = exit_name(chosen, &tasks[u]);
        printf("\ntask of %s%s%s\n", scenario_node_name(s, tasks[u].task.user, a),
               leaves ? ", answered at " : "", leaves ? leaves : "");
        if (tasks[u].where.count)
            print_slices(chosen, &tasks[u].where, a);
        else
            print_operations(chosen, &tasks[u].plan, a);
    }
}

static cJSON *operation_json(struct chosen c, const struct plan *plan, const struct op *o,
                             struct arena *a)
{
    cJSON *j = cJSON_CreateObject();
    cJSON_AddStringToObject(j, "kind", kinds[o->kind]);
    cJSON_AddStringToObject(j, "from", scenario_node_name(c.p->scenario, o->from, a));
    cJSON_AddStringToObject(j, "to", scenario_node_name(c.p->scenario, o->to, a));
    cJSON_AddStringToObject(j, "layer", layer_name(graph_of(c), o->stage));
    cJSON_AddNumberToObject(j, "seconds", o->seconds);
    cJSON_AddNumberToObject(j, "bytes", o->bytes);
    cJSON *after = cJSON_AddArrayToObject(j, "after");
    for (uint32_t k = 0; k < o->dep_count; k++)
        cJSON_AddItemToArray(after, cJSON_CreateNumber(plan->deps[o->first_dep + k]));
    return j;
}

static cJSON *slice_json(const struct scenario *s, const struct placed_slice *x, struct arena *a)
{
    cJSON *j = cJSON_CreateObject();
    cJSON_AddStringToObject(j, "node", scenario_node_name(s, x->node, a));
    cJSON_AddStringToObject(j, "axis", slice_axis_names[x->slice.axis]);
    cJSON_AddNumberToObject(j, "begin", x->slice.begin);
    cJSON_AddNumberToObject(j, "end", x->slice.end);
    cJSON_AddNumberToObject(j, "input_begin", x->input.begin);
    cJSON_AddNumberToObject(j, "input_end", x->input.end);
    cJSON_AddNumberToObject(j, "bytes_in", (double)x->bytes_in);
    cJSON_AddNumberToObject(j, "bytes_out", (double)x->bytes_out);
    cJSON_AddNumberToObject(j, "seconds", x->seconds);
    return j;
}

static cJSON *task_json(struct chosen c, const struct planned *t, struct arena *a)
{
    const struct scenario *s = c.p->scenario;
    cJSON                 *j = cJSON_CreateObject();
    cJSON_AddStringToObject(j, "user", scenario_node_name(s, t->task.user, a));
    if (exit_name(c, t)) cJSON_AddStringToObject(j, "exit", exit_name(c, t));
    cJSON *layers = cJSON_AddArrayToObject(j, "layers");
    for (uint32_t i = 0; i < t->where.count;) {
        uint32_t step = t->where.slices[i].step;
        cJSON   *layer = cJSON_CreateObject();
        cJSON_AddItemToArray(layers, layer);
        cJSON_AddStringToObject(layer, "layer", layer_name(graph_of(c), step));
        cJSON *slices = cJSON_AddArrayToObject(layer, "slices");
        for (; i < t->where.count && t->where.slices[i].step == step; i++)
            cJSON_AddItemToArray(slices, slice_json(s, &t->where.slices[i], a));
    }
    cJSON *operations = t->where.count ? NULL : cJSON_AddArrayToObject(j, "operations");
    for (uint32_t i = 0; operations && i < t->plan.op_count; i++)
        cJSON_AddItemToArray(operations, operation_json(c, &t->plan, &t->plan.ops[i], a));
    return j;
}

static cJSON *plan_json(struct chosen c, const struct association *as, const struct planned *tasks,
                        struct arena *a)
{
    const struct scenario *s = c.p->scenario;
    cJSON                 *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "scheme", c.p->scheme->label);
    cJSON_AddStringToObject(root, "model", label_of(c));
    cJSON *matching = cJSON_AddArrayToObject(root, "matching");
    for (uint32_t i = 0; i < as->match_count; i++) {
        cJSON *m = cJSON_CreateObject();
        cJSON_AddItemToArray(matching, m);
        cJSON_AddStringToObject(m, "user", scenario_node_name(s, as->matches[i].user, a));
        cJSON_AddStringToObject(m, "fog", scenario_node_name(s, as->matches[i].fog, a));
        cJSON_AddNumberToObject(m, "utility_user", as->matches[i].utility_user);
        cJSON_AddNumberToObject(m, "utility_fog", as->matches[i].utility_fog);
    }
    cJSON *list = cJSON_AddArrayToObject(root, "tasks");
    for (uint32_t u = 0; u < s->user_count; u++)
        cJSON_AddItemToArray(list, task_json(c, &tasks[u], a));
    return root;
}

// The first task of every user on an idle network.
static bool decide(struct chosen c, struct arena *a, struct association *as, struct planned *tasks,
                   struct err *e)
{
    const struct scenario *s = c.p->scenario;
    const struct scheme   *scheme = c.p->scheme->scheme;
    if (scheme->associate && !scheme->associate(&c.p->valued, 0, a, as, e)) return false;
    for (uint32_t u = 0; u < s->user_count; u++) {
        tasks[u] = (struct planned){{u, s->users[u]}, {.arena = a}, {.arena = a}};
        struct plan      *plan = &tasks[u].plan;
        enum plan_verdict verdict =
            scheme->plan(&c.p->views[c.class_id], as, &tasks[u].task, a, plan, &tasks[u].where, e);
        if (scheme->is_foreign)
            verdict = plugin_verdict(scheme, &c.p->views[c.class_id], plan, verdict, e);
        if (verdict == PLAN_INFEASIBLE)
            return err_add(e, "%s: %s under %s: nothing can hold the task of %s", s->path,
                           label_of(c), c.p->scheme->label, scenario_node_name(s, s->users[u], a));
        if (verdict == PLAN_FAILED) return false;
    }
    return true;
}

// Prints the table, or appends to `list`.
static bool show(struct chosen c, struct arena *a, cJSON *list, struct err *e)
{
    struct association as = {0};
    struct planned    *tasks = ARENA_ARRAY(a, struct planned, c.p->scenario->user_count);
    if (!decide(c, a, &as, tasks, e)) return false;
    if (list)
        cJSON_AddItemToArray(list, plan_json(c, &as, tasks, a));
    else
        print_table(c, &as, tasks, a);
    return true;
}

// One model prints one object, several a list of them: the form of one stays what scripts know.
static void print_json(const cJSON *list)
{
    bool  is_one = cJSON_GetArraySize(list) == 1;
    char *text = cJSON_Print(is_one ? cJSON_GetArrayItem(list, 0) : list);
    if (text) puts(text);
    cJSON_free(text);
}

static enum exit_code run(const struct arguments *args, struct err *e)
{
    static const char *const formats[] = {"table", "json", NULL};
    struct scenario          s;
    struct profile           profile;
    int                      format = option_choice(args, "format", formats, 0, e);
    if (format < 0 || !inputs_scenario(args, &s, e) || !inputs_profile(args, &profile, e) ||
        !simulate_check(&s, &profile, e))
        return EXIT_BAD_INPUT;
    if (s.scheme_count != 1) {
        err_add(e, "plan: want one scheme, as --scheme NAME, have %u", s.scheme_count);
        return EXIT_BAD_INPUT;
    }
    if (option_is_given(args, "scheme-command")) interrupt_catch(); // or it would outlive us
    cJSON *list = format == 1 ? cJSON_CreateArray() : NULL;
    bool   ok = true;
    for (uint32_t m = 0; ok && m < simulate_model_runs(&s); m++) {
        struct prepared p;
        simulate_prepare(&p, args->arena, &s, m, &s.schemes[0], &profile);
        bool begun = ok = simulate_begin(&p, args->arena, e);
        for (uint32_t c = 0; ok && c < p.class_count; c++)
            ok = show((struct chosen){&p, c}, args->arena, list, e);
        if (begun) simulate_end(&p);
    }
    if (!ok && *interrupt_flag()) err_add(e, "plan: interrupted");
    if (ok && list) print_json(list);
    cJSON_Delete(list);
    return ok ? EXIT_DONE : EXIT_FAILED;
}

static const struct option_spec options[] = {
    SCENARIO_OPTIONS, {"format", "FORMAT", "table (default) or json"}, {0}};

const struct command command_plan = {
    "plan",
    "SCENARIO --scheme NAME",
    "the association and the slices of a scheme, without simulating",
    "Ranges are half-open: of output and of input rows (or neurons, or channels).",
    1,
    1,
    options,
    run};
