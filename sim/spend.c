// sim/spend.c: what a use costs: energy, money, memory.
#include <assert.h>
#include <math.h>

#include "sim/core.h"

// The node's part is kept in whole ns: whatever the order in which it is added, the sum is the
// same.
static void spend(struct engine *en, struct job *j, uint32_t node, enum spend kind, double power_w,
                  double price_per_s, sim_ns span)
{
    if (power_w == 0 && price_per_s == 0) return;
    j->energy_j += power_w * s_from_ns(span);
    j->cost += price_per_s * s_from_ns(span);
    node_processor(en, node)->spent_ns[kind] += span;
}

static double busy_w(const struct node_group *g) // of one server, above idle
{
    return (g->power_busy_w - g->power_idle_w) / g->servers;
}

void spent_by(const struct processor *p, const struct node_group *g, double *active_j, double *cost)
{
    *active_j = busy_w(g) * s_from_ns(p->spent_ns[SPEND_BUSY]) +
                g->power_send_w * s_from_ns(p->spent_ns[SPEND_SEND]) +
                g->power_receive_w * s_from_ns(p->spent_ns[SPEND_RECEIVE]);
    *cost = g->price_per_s * s_from_ns(p->spent_ns[SPEND_BUSY]);
}

void spend_processor(struct engine *en, struct job *j, uint32_t node, sim_ns span)
{
    const struct node_group *g = net_group(en->net, node);
    spend(en, j, node, SPEND_BUSY, busy_w(g), g->price_per_s, span);
}

// The ends of a hop, and the bytes that pass it.
void spend_hop(struct engine *en, struct job *j, struct resource *r, uint32_t from, uint32_t to,
               double wire_bytes, sim_ns span)
{
    r->bytes += wire_bytes;
    j->cost += net_link(en->net, from, to)->price_per_byte * wire_bytes;
    spend(en, j, from, SPEND_SEND, net_group(en->net, from)->power_send_w, 0, span);
    spend(en, j, to, SPEND_RECEIVE, net_group(en->net, to)->power_receive_w, 0, span);
}

// Where memory is only counted, what waits may be computed: contents are those of when it queued
// (with one server, first come, first served, exactly those loaded before it), and loads that queue
// behind it do not count.
static void note_memory(struct engine *en, const struct use *u)
{
    struct processor *p = node_processor(en, u->at);
    bool              is_counted = net_group(en->net, u->at)->memory_rule == MEMORY_IGNORE;
    double held = p->memory_bytes + (is_counted ? u->contents_bytes : p->cache.held_bytes);
    if (held > p->memory_peak_bytes) p->memory_peak_bytes = held;
}

static void hold_memory(struct engine *en, struct use *u, double bytes)
{
    struct processor *p = node_processor(en, u->at);
    u->memory_bytes = bytes;
    p->memory_bytes += bytes;
    note_memory(en, u);
}

void release_memory(struct engine *en, struct use *u)
{
    if (u->memory_bytes != 0) node_processor(en, u->at)->memory_bytes -= u->memory_bytes;
    u->memory_bytes = 0;
}

// What a load finds held costs nothing. Decided when it queues, so that the work that waits is
// known.
void look_into_cache(struct engine *en, struct job *j, struct use *u, const struct op *o)
{
    const struct node_group *g = net_group(en->net, u->at);
    struct processor        *p = node_processor(en, u->at);
    double running_bytes = g->memory_rule == MEMORY_IGNORE ? 0 : p->memory_bytes; // as note_memory
    if (o->content && cache_use(&p->cache, o->content, o->bytes, g->memory_bytes - running_bytes))
        u->service_ns = u->left_ns = j->states[u->op].alone_ns = 0;
    u->contents_bytes = p->cache.held_bytes;
    double held = running_bytes + p->cache.held_bytes;
    if (held > p->memory_peak_bytes) p->memory_peak_bytes = held;
}

// Bytes that an operation which is about to run does not find free, after contents made room.
static double missing_bytes(struct engine *en, const struct use *u, const struct op *o)
{
    struct processor *p = node_processor(en, u->at);
    double            limit = net_group(en->net, u->at)->memory_bytes;
    cache_yield(&p->cache, limit - p->memory_bytes - o->memory_bytes);
    return fmax(0, p->memory_bytes + p->cache.held_bytes + o->memory_bytes - limit);
}

// A use of a processor is about to run for the first time. false: it is refused.
bool enter_processor(struct engine *en, struct job *j, struct use *u)
{
    const struct op         *o = &j->plan.ops[u->op];
    const struct node_group *g = net_group(en->net, u->at);
    double missing = g->memory_rule == MEMORY_IGNORE ? 0 : missing_bytes(en, u, o);
    if (missing > 0 && g->memory_rule == MEMORY_REFUSE) return false;
    // Written out and read back (Hadidi et al.'s ovh_single is such a time).
    if (missing > 0) u->left_ns += ns_or_end(2 * missing / g->swap_bytes_per_s);
    if (u->left_ns > NS_END) u->left_ns = NS_END;
    if (o->memory_bytes != 0) hold_memory(en, u, o->memory_bytes);
    spend_processor(en, j, u->at, u->left_ns);
    return true;
}
