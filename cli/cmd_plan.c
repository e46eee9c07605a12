// cli/cmd_plan.c: the association and the slices of a scheme, without simulating.
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>

#include "cli/inputs.h"
#include "cli/simulate.h"

struct planned { // one user's task
    struct task      task;
    struct placement where;
};

static const char *layer_name(const struct graph *g, uint32_t step)
{
    return g->layers[g->steps[step].chain[0]].name;
}

static void print_table(const struct prepared *p, const struct association *as,
                        const struct planned *tasks, struct arena *a)
{
    const struct scenario *s = p->scenario;
    printf("%s: %s under %s\n", s->name, p->model->label, p->scheme->label);
    for (uint32_t i = 0; i < as->match_count; i++)
        printf("match %s - %s  utility of the user %.6g, of the fog node %.6g\n",
               scenario_node_name(s, as->matches[i].user, a),
               scenario_node_name(s, as->matches[i].fog, a), as->matches[i].utility_user,
               as->matches[i].utility_fog);
    for (uint32_t u = 0; u < s->user_count; u++) {
        printf("\ntask of %s\n  %-14s %-10s %-5s %15s %15s %12s %12s %12s\n",
               scenario_node_name(s, tasks[u].task.user, a), "layer", "node", "axis", "output",
               "input", "bytes in", "bytes out", "seconds");
        for (uint32_t i = 0; i < tasks[u].where.count; i++) {
            const struct placed_slice *x = &tasks[u].where.slices[i];
            printf("  %-14s %-10s %-5s %7d-%-7d %7d-%-7d %12lld %12lld %12.6g\n",
                   layer_name(p->view.graph, x->step), scenario_node_name(s, x->node, a),
                   slice_axis_names[x->slice.axis], x->slice.begin, x->slice.end, x->input.begin,
                   x->input.end, (long long)x->bytes_in, (long long)x->bytes_out, x->seconds);
        }
    }
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

static cJSON *task_json(const struct prepared *p, const struct planned *t, struct arena *a)
{
    cJSON *j = cJSON_CreateObject();
    cJSON_AddStringToObject(j, "user", scenario_node_name(p->scenario, t->task.user, a));
    cJSON *layers = cJSON_AddArrayToObject(j, "layers");
    for (uint32_t i = 0; i < t->where.count;) {
        uint32_t step = t->where.slices[i].step;
        cJSON   *layer = cJSON_CreateObject();
        cJSON_AddItemToArray(layers, layer);
        cJSON_AddStringToObject(layer, "layer", layer_name(p->view.graph, step));
        cJSON *slices = cJSON_AddArrayToObject(layer, "slices");
        for (; i < t->where.count && t->where.slices[i].step == step; i++)
            cJSON_AddItemToArray(slices, slice_json(p->scenario, &t->where.slices[i], a));
    }
    return j;
}

static cJSON *plan_json(const struct prepared *p, const struct association *as,
                        const struct planned *tasks, struct arena *a)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "scheme", p->scheme->label);
    cJSON_AddStringToObject(root, "model", p->model->label);
    cJSON *matching = cJSON_AddArrayToObject(root, "matching");
    for (uint32_t i = 0; i < as->match_count; i++) {
        cJSON *m = cJSON_CreateObject();
        cJSON_AddItemToArray(matching, m);
        cJSON_AddStringToObject(m, "user", scenario_node_name(p->scenario, as->matches[i].user, a));
        cJSON_AddStringToObject(m, "fog", scenario_node_name(p->scenario, as->matches[i].fog, a));
        cJSON_AddNumberToObject(m, "utility_user", as->matches[i].utility_user);
        cJSON_AddNumberToObject(m, "utility_fog", as->matches[i].utility_fog);
    }
    cJSON *list = cJSON_AddArrayToObject(root, "tasks");
    for (uint32_t u = 0; u < p->scenario->user_count; u++)
        cJSON_AddItemToArray(list, task_json(p, &tasks[u], a));
    return root;
}

// The first task of every user on an idle network.
static bool decide(const struct prepared *p, struct arena *a, struct association *as,
                   struct planned *tasks, struct err *e)
{
    const struct scheme *scheme = p->scheme->scheme;
    if (scheme->associate && !scheme->associate(&p->view, 0, a, as, e)) return false;
    for (uint32_t u = 0; u < p->scenario->user_count; u++) {
        struct plan plan = {.arena = a};
        tasks[u] = (struct planned){{u, p->scenario->users[u]}, {.arena = a}};
        enum plan_verdict verdict =
            scheme->plan(&p->view, as, &tasks[u].task, a, &plan, &tasks[u].where, e);
        if (verdict == PLAN_INFEASIBLE)
            return err_add(e, "%s: %s under %s: nothing can hold the task of %s", p->scenario->path,
                           p->model->label, p->scheme->label,
                           scenario_node_name(p->scenario, p->scenario->users[u], a));
        if (verdict == PLAN_FAILED) return false;
    }
    return true;
}

static enum exit_code run(const struct arguments *args, struct err *e)
{
    static const char *const formats[] = {"table", "json", NULL};
    struct scenario          s;
    struct profile           profile;
    int                      format = option_choice(args, "format", formats, 0, e);
    if (format < 0 || !inputs_scenario(args, &s, e) || !inputs_profile(args, &profile, e))
        return EXIT_BAD_INPUT;
    if (s.scheme_count != 1) {
        err_add(e, "plan: want one scheme, as --scheme NAME, have %u", s.scheme_count);
        return EXIT_BAD_INPUT;
    }
    // One model prints one object, several a list of them: the form of one stays what scripts know.
    cJSON *list = s.model_count > 1 ? cJSON_CreateArray() : NULL, *json = list;
    bool   ok = true;
    for (uint32_t m = 0; ok && m < s.model_count; m++) {
        struct prepared    p;
        struct association as = {0};
        struct planned    *tasks = ARENA_ARRAY(args->arena, struct planned, s.user_count);
        simulate_prepare(&p, args->arena, &s, &s.models[m], &s.schemes[0], &profile);
        ok = decide(&p, args->arena, &as, tasks, e);
        if (ok && format == 0) print_table(&p, &as, tasks, args->arena);
        if (!ok || format == 0) continue;
        cJSON *one = plan_json(&p, &as, tasks, args->arena);
        if (list)
            cJSON_AddItemToArray(list, one);
        else
            json = one;
    }
    char *text = ok && json && format == 1 ? cJSON_Print(json) : NULL;
    if (text) puts(text);
    cJSON_free(text);
    cJSON_Delete(json);
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
