// cli/plugin/slices.c: which node gets which part of each step, as an answer says it.
#include "cli/plugin/parts.h"
#include "cli/plugin/read.h"

bool plugin_is_list(struct json list, uint32_t least, uint32_t most, const char *of)
{
    uint32_t count = json_count(list);
    if (cJSON_IsArray(list.item) && count >= least && count <= most) return true;
    if (least == most) return json_fault(list, "a list of %u %s", least, of);
    if (most == UINT32_MAX) return json_fault(list, "a list of %s", of);
    return json_fault(list, "a list of %u to %u %s", least, most, of);
}

// Where messages from the task's user arrive and come back from, and something can be computed.
uint32_t plugin_read_node(struct json j, const struct view *v, uint32_t user)
{
    uint32_t       most = v->net->node_count - 1, before = j.doc->e->fault_count;
    uint32_t       node = (uint32_t)json_as_integer(j, 0, most);
    enum node_role role = net_group(v->net, node)->role;
    if (j.doc->e->fault_count > before) return NO_NODE;
    if (role != ROLE_USER && role != ROLE_FOG && role != ROLE_CLOUD)
        json_fault(j, "a node that computes (user, fog or cloud)");
    else if (node != user && !(net_route(v->net, user, node)->is_reachable &&
                               net_route(v->net, node, user)->is_reachable))
        json_fault(j, "a node that the user %u has a way to, and back", user);
    return j.doc->e->fault_count > before ? NO_NODE : node;
}

bool plugin_axis_is_known(const struct graph *g, uint32_t step, enum slice_axis axis)
{
    if (axis == SLICE_GRID) return step_axis(g, step) == SLICE_ROWS;
    if (axis_is_spatial(axis) && step_axis(g, step) != SLICE_ROWS) return false;
    return axis == step_axis(g, step) || step_extent(g, step, axis) > 1;
}

static enum slice_axis read_axis(struct json j, const struct graph *g, uint32_t step)
{
    const char *names[SLICE_AXIS_COUNT + 1];
    int         axes[SLICE_AXIS_COUNT], count = 0, usual = 0;
    for (int axis = SLICE_ROWS; axis < SLICE_AXIS_COUNT; axis++) {
        if (!plugin_axis_is_known(g, step, (enum slice_axis)axis)) continue;
        if ((enum slice_axis)axis == step_axis(g, step)) usual = count;
        axes[count] = axis;
        names[count++] = slice_axis_names[axis];
    }
    names[count] = NULL;
    return (enum slice_axis)axes[json_choice(j, "axis", names, usual)];
}

// From 0 to the extent, never falling.
static void read_cuts(struct json cuts, int32_t extent, uint32_t count, int32_t *out)
{
    uint32_t i = 0;
    if (!plugin_is_list(cuts, count, count, "cuts (one more than nodes)")) return;
    for (struct json j = json_at(cuts, 0); j.item; j = json_next(j), i++) {
        int64_t least = i + 1 == count ? extent : i ? out[i - 1] : 0, most = i ? extent : 0;
        out[i] = (int32_t)json_as_integer(j, least, most);
    }
}

// Tiles down and across; `out` stays 1 x 1 where they cannot be.
static void read_tiles(struct json tiles, const struct graph *g, uint32_t step, struct grid *out)
{
    if (!plugin_is_list(tiles, 2, 2, "numbers (tiles down, across)")) return;
    int32_t rows = step_extent(g, step, SLICE_ROWS), columns = step_extent(g, step, SLICE_COLUMNS);
    *out = (struct grid){(int32_t)json_as_integer(json_at(tiles, 0), 1, rows),
                         (int32_t)json_as_integer(json_at(tiles, 1), 1, columns)};
}

// What a node gets of a grid is a rectangle: tiles of one row of them, or whole rows.
static void check_rectangles(struct json cuts, const int32_t *at, uint32_t count, struct grid grid)
{
    int32_t across = grid.columns;
    for (uint32_t i = 0; i + 1 < count; i++) {
        int32_t begin = at[i], end = at[i + 1];
        bool    is_row = end <= begin || begin / across == (end - 1) / across;
        if (!is_row && (begin % across || end % across))
            json_fault(json_at(cuts, i + 1),
                       "tiles of one row of %d, or whole rows (from tile %d on)", across, begin);
    }
}

static int32_t read_extent(struct json j, const struct graph *g, uint32_t step,
                           enum slice_axis axis, struct grid *grid)
{
    *grid = (struct grid){1, 1};
    if (axis != SLICE_GRID) {
        if (json_get(j, "tiles").item)
            json_fault(json_get(j, "tiles"), "\"tiles\" of axis \"grid\" alone");
        return step_extent(g, step, axis);
    }
    struct json tiles = json_need(j, "tiles");
    if (tiles.item) read_tiles(tiles, g, step, grid);
    return grid->rows * grid->columns;
}

// A step that the exit does not need may be null.
static void read_step(struct json j, const struct view *v, uint32_t user, uint32_t step,
                      bool is_needed, struct assignment *out, struct grid *grid, uint32_t *lead)
{
    static const char *const keys[] = {"axis", "cuts", "tiles", "lead", NULL};
    uint32_t                 before = j.doc->e->fault_count;
    if (!is_needed && cJSON_IsNull(j.item)) return;
    if (!json_keys(j, keys)) return;
    out->axes[step] = read_axis(j, v->graph, step);
    int32_t     extent = read_extent(j, v->graph, step, out->axes[step], grid);
    struct json cuts = json_need(j, "cuts");
    read_cuts(cuts, extent, out->node_count + 1, out->cuts[step]);
    if (j.doc->e->fault_count == before && out->axes[step] == SLICE_GRID)
        check_rectangles(cuts, out->cuts[step], out->node_count + 1, *grid);
    struct json place = json_get(j, "lead");
    if (place.item) *lead = plugin_read_node(place, v, user);
}

// The node with the largest part of a step, where none is told.
static uint32_t usual_lead(const struct assignment *as, uint32_t step)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < as->node_count; i++)
        if (as->cuts[step][i + 1] - as->cuts[step][i] >
            as->cuts[step][best + 1] - as->cuts[step][best])
            best = i;
    return as->nodes[best];
}

static void read_steps(struct json steps, const struct view *v, uint32_t user, struct arena *a,
                       struct assignment *out)
{
    uint32_t count = v->graph->step_count, step = 0;
    bool     any_lead = false;
    if (!plugin_is_list(steps, count, count, "steps (all of the model)")) return;
    uint32_t    *leads = ARENA_ARRAY(a, uint32_t, count);
    bool        *needed = ARENA_ARRAY(a, bool, count);
    struct grid *grids = ARENA_ARRAY(a, struct grid, count);
    out->grids = grids;
    graph_exit_steps(v->graph, out->exit, needed);
    for (uint32_t s = 0; s < count; s++) needed[s] |= v->graph->exit_count == 1;
    for (struct json j = json_at(steps, 0); j.item; j = json_next(j), step++) {
        leads[step] = NO_NODE;
        read_step(j, v, user, step, needed[step], out, &grids[step], &leads[step]);
        any_lead |= leads[step] != NO_NODE;
    }
    if (!any_lead) return;
    for (step = 0; step < count; step++)
        if (leads[step] == NO_NODE) leads[step] = usual_lead(out, step);
    out->leads = leads;
}

static uint32_t *read_nodes(struct json list, const struct view *v, uint32_t user, struct arena *a,
                            uint32_t *count)
{
    enum { MOST = 256 };
    *count = 0;
    if (!plugin_is_list(list, 1, MOST, "nodes")) return NULL;
    uint32_t *nodes = ARENA_ARRAY(a, uint32_t, json_count(list)), before = list.doc->e->fault_count;
    for (struct json j = json_at(list, 0); j.item; j = json_next(j)) {
        uint32_t node = plugin_read_node(j, v, user);
        for (uint32_t i = 0; i < *count; i++)
            if (node != NO_NODE && nodes[i] == node) json_fault(j, "every node once");
        nodes[(*count)++] = node;
    }
    return list.doc->e->fault_count == before ? nodes : NULL;
}

void plugin_read_slices(struct json j, const struct view *v, uint32_t user, struct arena *a,
                        struct assignment *out)
{
    uint32_t count, *nodes = read_nodes(json_need(j, "nodes"), v, user, a, &count);
    uint32_t last = v->graph->exit_count - 1;
    if (!nodes) return;
    build_assignment(v, count, nodes, a, out);
    out->exit = (uint32_t)json_integer(j, "exit", last, 0, last);
    read_steps(json_need(j, "steps"), v, user, a, out);
    struct json hub = json_get(j, "hub");
    if (!hub.item) return;
    out->has_hub = true;
    out->hub = plugin_read_node(hub, v, user);
}
