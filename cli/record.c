#include "cli/record.h"

#include <math.h>

bool record_keeps(const struct scenario *s, uint32_t node)
{
    return net_group(&s->net, node)->role != ROLE_USER || s->record != RECORD_SUMMARY ||
           s->net.node_count <= RECORD_USERS_MAX;
}

static bool node_can_fail(const struct scenario *s, uint32_t group)
{
    const struct node_group *g = &s->net.groups[group];
    bool                     can = g->join_s > 0 || g->leave_s > g->join_s;
    for (uint32_t i = 0; i < s->faults.count; i++)
        can |= !s->faults.processes[i].is_link && s->faults.processes[i].from == group;
    return can;
}

static bool link_can_fail(const struct scenario *s, uint32_t from, uint32_t to)
{
    bool can = false;
    for (uint32_t i = 0; i < s->faults.count; i++) {
        const struct fault_process *p = &s->faults.processes[i];
        can |= p->is_link && p->from == s->net.group_of[from] && p->to == s->net.group_of[to];
    }
    return can;
}

static void add_nodes(const struct scenario *s, const struct engine *en, double span_s,
                      struct world_totals *out)
{
    double   up = 0;
    uint64_t count = 0;
    for (uint32_t g = 0; g < s->net.group_count; g++) {
        bool     can_fail = node_can_fail(s, g);
        uint32_t first = s->net.groups[g].first, end = first + s->net.groups[g].count;
        for (uint32_t n = first; n < end; n++) {
            struct node_record r;
            engine_node(en, n, &r);
            out->energy_j += r.energy_j;
            out->cost += r.cost;
            up += can_fail ? 1 - s_from_ns(r.down_ns) / span_s : 0;
            count += can_fail;
        }
    }
    out->availability = count && span_s > 0 ? up / (double)count : NAN;
}

static void add_links(const struct scenario *s, const struct engine *en, double span_s,
                      struct world_totals *out)
{
    double   up = 0;
    uint64_t count = 0;
    for (uint32_t i = 0; i < engine_link_count(en); i++) {
        struct link_record r;
        engine_link(en, i, &r);
        out->cost += r.cost;
        if (!link_can_fail(s, r.from, r.to)) continue;
        up += 1 - s_from_ns(r.down_ns) / span_s;
        count++;
    }
    out->link_availability = count && span_s > 0 ? up / (double)count : NAN;
}

void record_totals(const struct scenario *s, const struct engine *en, struct world_totals *out)
{
    double span_s = s_from_ns(engine_now(en));
    *out = (struct world_totals){0};
    add_nodes(s, en, span_s, out);
    add_links(s, en, span_s, out);
}

static bool record_node(const struct engine *en, uint32_t node, struct store *store, struct err *e)
{
    struct node_record r;
    engine_node(en, node, &r);
    bool ok = store_node(store, &r, e);
    for (uint32_t i = 0; ok && i < r.length_count; i++)
        if (r.length_ns[i] > 0) ok = store_occupancy(store, node, i, r.length_ns[i], e);
    return ok;
}

// A value that does not apply has no row.
static bool store_known(struct store *store, const char *name, double value, struct err *e)
{
    return isnan(value) || store_metric(store, name, value, e);
}

bool record_world(const struct scenario *s, const struct engine *en,
                  const struct world_totals *totals, struct store *store, struct err *e)
{
    bool ok = true;
    for (uint32_t n = 0; ok && n < s->net.node_count; n++)
        if (record_keeps(s, n)) ok = record_node(en, n, store, e);
    for (uint32_t i = 0; ok && i < engine_link_count(en); i++) {
        struct link_record r;
        engine_link(en, i, &r);
        if (record_keeps(s, r.from) && record_keeps(s, r.to)) ok = store_link(store, &r, e);
    }
    return ok && store_metric(store, "energy_total_j", totals->energy_j, e) &&
           store_metric(store, "cost_total", totals->cost, e) &&
           store_known(store, "availability", totals->availability, e) &&
           store_known(store, "link_availability", totals->link_availability, e);
}
