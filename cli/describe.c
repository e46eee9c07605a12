#include "cli/describe.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/version.h"

enum { DIGITS = 10 }; // of a rank

// As scenario_node_name says them, with the text of a group in one block.
static void name_nodes(const struct scenario *s, struct arena *a, struct run_info *info)
{
    static const char *const kinds[ROLE_COUNT] = {"user", "fog", "cloud", "broker", "gateway"};
    const struct net        *net = &s->net;
    const char             **names = ARENA_ARRAY(a, const char *, net->node_count);
    const char             **node_kinds = ARENA_ARRAY(a, const char *, net->node_count);
    const char             **devices = ARENA_ARRAY(a, const char *, net->node_count);
    for (uint32_t g = 0; g < net->group_count; g++) {
        const struct node_group *group = &net->groups[g];
        size_t                   room = strlen(group->name) + DIGITS + 1;
        char *text = group->count > 1 ? arena_array(a, group->count, room) : NULL;
        for (uint32_t i = 0; i < group->count; i++) {
            uint32_t n = group->first + i;
            names[n] = group->name;
            node_kinds[n] = kinds[group->role];
            devices[n] = s->devices[g].name;
            if (group->count == 1) continue;
            names[n] = text;
            text += snprintf(text, room, "%s%u", group->name, i) + 1;
        }
    }
    info->node_names = names;
    info->node_kinds = node_kinds;
    info->node_devices = devices;
}

static void name_stages(const struct prepared *p, struct arena *a, struct run_info *info)
{
    uint32_t     stage_count = p->first_stage[p->class_count];
    const char **classes = ARENA_ARRAY(a, const char *, p->class_count);
    const char **stages = ARENA_ARRAY(a, const char *, stage_count);
    const char **kinds = ARENA_ARRAY(a, const char *, stage_count);
    for (uint32_t c = 0; c < p->class_count; c++) {
        const struct graph *g = &p->models[c].graph;
        classes[c] = p->models[c].label;
        for (uint32_t i = 0; i < g->step_count; i++) {
            const struct layer *head = &g->layers[g->steps[i].chain[0]];
            stages[p->first_stage[c] + i] = head->name;
            kinds[p->first_stage[c] + i] = head->kernel->type;
        }
    }
    info->class_names = classes;
    info->class_first_stage = p->first_stage;
    info->stage_names = stages;
    info->stage_kinds = kinds;
    info->tag_names = slice_axis_names;
}

void describe_names(struct prepared *p, struct arena *a)
{
    name_nodes(p->scenario, a, &p->names);
    name_stages(p, a, &p->names);
}

static const char *source_of(const struct prepared *p, struct arena *a)
{
    bool     any_measured = false, any_scaled = false;
    uint32_t fitted = simulate_fitted(p);
    for (uint32_t c = 0; c < p->class_count; c++)
        for (uint32_t g = 0; g < p->scenario->net.group_count; g++) {
            if (p->scenario->net.groups[g].role == ROLE_BROKER) continue;
            any_measured |= p->views[c].costs[g].is_measured;
            any_scaled |= !p->views[c].costs[g].is_measured;
        }
    const char *how = any_measured && any_scaled ? "mixed" : any_scaled ? "scaled" : "measured";
    return fitted ? arena_format(a, "%s, %u layers fitted", how, fitted) : how;
}

const char *describe_now(struct arena *a)
{
    time_t    now = time(NULL);
    struct tm utc;
    char      text[32];
    gmtime_r(&now, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return arena_string(a, text);
}

// Where the nodes of this run stand at its start; nothing where none has a place.
static void place_nodes(const struct net *net, struct arena *a, struct run_info *info)
{
    bool any = false;
    for (uint32_t g = 0; g < net->group_count; g++) any |= net->groups[g].mobility != PLACE_NONE;
    if (!any) return;
    double *x = ARENA_ARRAY(a, double, net->node_count),
           *y = ARENA_ARRAY(a, double, net->node_count);
    for (uint32_t n = 0; n < net->node_count; n++)
        if (!net_position_m(net, n, 0, &x[n], &y[n])) x[n] = y[n] = NAN;
    info->node_x_m = x;
    info->node_y_m = y;
}

void describe_run(const struct prepared *p, const struct run_identity *id, struct arena *a,
                  struct run_info *out)
{
    const struct scenario *s = p->scenario;
    *out = p->names;
    place_nodes(p->valued.net, a, out);
    out->run_id = id->run_id;
    out->scenario = s->name;
    out->scenario_sha256 = s->sha256;
    out->point = id->point;
    out->scheme = p->scheme->label;
    out->model = p->label;
    out->seed = s->seed;
    out->replication = id->replication;
    out->profile = p->profile->name;
    out->profile_sha256 = p->profile->sha256;
    out->cost_source = source_of(p, a);
    out->fogsim_version = FOGSIM_VERSION;
    out->started_utc = describe_now(a);
    out->record = (enum record_level)s->record;
}
