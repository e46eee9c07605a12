// sim/observe.c: records of nodes, links and queues.
#include <assert.h>
#include <stdlib.h>

#include "sim/core.h"

static sim_ns down_ns(const struct engine *en, const struct down_time *d)
{
    return d->sum_ns + (d->causes ? en->now - d->since : 0);
}

static const struct resource *cpu_of(const struct engine *en, uint32_t node)
{
    uint32_t index = en->node_resources[(size_t)node * NODE_RESOURCES + NODE_CPU];
    return index ? &en->resources[index - 1] : NULL;
}

void engine_node(const struct engine *en, uint32_t node, struct node_record *out)
{
    const struct resource   *r = cpu_of(en, node);
    const struct node_group *g = net_group(en->net, node);
    *out = (struct node_record){.node = node};
    if (en->node_down) out->down_ns = down_ns(en, &en->node_down[node]);
    out->energy_j = g->power_idle_w * s_from_ns(en->now - out->down_ns);
    if (en->node_processors[node]) {
        const struct processor *p = &en->processors[en->node_processors[node] - 1];
        out->memory_peak_bytes = p->memory_peak_bytes;
        double active_j;
        spent_by(p, g, &active_j, &out->cost);
        out->energy_j += active_j;
    }
    if (!r) return;
    out->subtasks = r->served;
    out->busy_ns = r->busy_ns;
    if (en->now > 0) out->utilization = (double)r->busy_ns / ((double)en->now * r->servers);
    const struct queue *x = resource_queue(r, &en->queues);
    if (!x) return;
    out->queue_mean = resource_mean_waiting(r, &en->queues, en->now);
    out->queue_max = x->waiting_max;
    out->length_count = x->length_count;
    out->length_ns = x->length_ns;
}

// ---- a look while the run goes on ---------------------------------------------------------------

// Those of the line whose begin has come wait no more: their waits up to it, in *area.
static uint32_t begun(const struct resource *r, const struct queue *x, sim_ns horizon,
                      uint64_t *area)
{
    uint32_t count = 0;
    if (r->service != SERVICE_COMPUTED || !x->items) return 0;
    for (const struct waiting *w; count < x->count; count++) {
        w = &x->items[(x->head + count) & ((4u << x->size) - 1)];
        if (w->rank > horizon) break;
        *area += (uint64_t)(w->rank - x->changed_ns);
    }
    return count;
}

// Nothing is changed, so that what happens later cannot depend on who looked. Before the end of the
// run what ends or begins now has not: on SERVICE_COMPUTED it is known already, and left out.
void engine_look(const struct engine *en, uint32_t node, struct node_look *out)
{
    const struct resource *r = cpu_of(en, node);
    *out = (struct node_look){0};
    if (!r) return;
    const struct queue *x = resource_queue(r, &en->queues);
    sim_ns              horizon = en->active_jobs ? en->now - 1 : en->now;
    if (en->node_processors[node])
        out->served = en->processors[en->node_processors[node] - 1].ended;
    out->waiting = r->waiting;
    out->busy_ns = r->busy_ns;
    if (x) {
        uint64_t area = 0;
        out->waiting -= begun(r, x, horizon, &area);
        out->area_ns = x->area_ns + area + (uint64_t)(en->now - x->changed_ns) * out->waiting;
    }
    switch ((enum service)r->service) {
    case SERVICE_COMPUTED: // works without a pause until all that is accepted is done
        if (r->free_ns > horizon) out->served -= out->waiting + 1;
        if (r->free_ns > en->now) out->busy_ns -= r->free_ns - en->now;
        break;
    case SERVICE_QUEUED:
        out->busy_ns -= (sim_ns)(r->ends_ns - (uint64_t)r->busy * (uint64_t)en->now);
        break;
    case SERVICE_SHARED:
        if (x) out->busy_ns += (en->now - x->changed_ns) * r->busy;
        break;
    }
}

// ---- links: those that carried something, put in order when the run has ended

static int by_ends(const void *a, const void *b)
{
    const struct wire *x = a, *y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

static void order_wires(struct engine *en)
{
    struct wire_table *t = &en->wires;
    uint32_t           kept = 0;
    for (uint32_t i = 0; i < t->count; i++)
        if (t->wires[i].resource != UINT32_MAX && en->resources[t->wires[i].resource].served)
            t->wires[kept++] = t->wires[i];
    t->count = kept;
    if (kept) qsort(t->wires, kept, sizeof *t->wires, by_ends);
}

uint32_t engine_link_count(const struct engine *en)
{
    return en->wires.count;
}

void engine_link(const struct engine *en, uint32_t index, struct link_record *out)
{
    const struct wire     *w = &en->wires.wires[index];
    const struct resource *r = &en->resources[w->resource];
    const struct queue    *x = resource_queue(r, &en->queues);
    *out = (struct link_record){
        .from = w->from,
        .to = w->to,
        .transfers = r->served,
        .bytes = r->bytes,
        .busy_ns = r->busy_ns,
        .utilization = en->now > 0 ? (double)r->busy_ns / (double)en->now : 0,
        .queue_mean = resource_mean_waiting(r, &en->queues, en->now),
        .queue_max = x ? x->waiting_max : 0,
        .cost = r->bytes * net_link(en->net, w->from, w->to)->price_per_byte,
        .down_ns = down_ns(en, &w->down),
    };
}

// ---- queues -------------------------------------------------------------------------------------

static bool tell(struct engine *en, uint32_t from, uint32_t to, struct resource *r)
{
    if (!r->served && !r->busy && !r->waiting && !r->sojourn_ns) return true; // not used yet
    // A sample comes first of all events of its instant: who begins now still waits.
    if (r->service == SERVICE_COMPUTED) resource_advance(r, &en->queues, en->now - 1);
    struct queue_record record = {en->now, from, to, r->waiting};
    return en->sink->queue(en->sink->ctx, &record, en->e);
}

void on_sample(struct engine *en)
{
    bool ok = true;
    for (uint32_t node = 0; ok && node < en->net->node_count; node++) {
        uint32_t index = en->node_resources[(size_t)node * NODE_RESOURCES + NODE_CPU];
        if (index) ok = tell(en, node, node, &en->resources[index - 1]);
    }
    for (uint32_t i = 0; ok && i < en->wires.count; i++) {
        const struct wire *w = &en->wires.wires[i];
        if (w->resource != UINT32_MAX) ok = tell(en, w->from, w->to, &en->resources[w->resource]);
    }
    if (!ok) en->failed = true;
    schedule(en, en->now + ns_from_s(en->config->sample_s), event_key(PHASE_SAMPLE, 0, 0, 0),
             EV_SAMPLE, 0, 0);
}

// Little's law along the path of the run: the integral of the number present is the sum of the
// sojourn times (Little and Graves, 2008, theorem LL.2).
void observe_end(struct engine *en)
{
    for (uint32_t i = 0; i < en->resource_count; i++) {
        struct resource *r = &en->resources[i];
        if (r->service == SERVICE_COMPUTED) resource_advance(r, &en->queues, en->now);
        resource_count(r, &en->queues, en->now, 0);
        assert(r->waiting == 0 && (r->service == SERVICE_COMPUTED || r->busy == 0));
        const struct queue *x = resource_queue(r, &en->queues);
        assert((x ? x->area_ns : 0) + (uint64_t)r->busy_ns == r->sojourn_ns);
    }
    order_wires(en);
}
