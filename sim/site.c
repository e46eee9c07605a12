// sim/site.c: the resources of nodes and links, made when they are first used: what does nothing
// takes no room.
#include <assert.h>

#include "sim/core.h"

static uint32_t add_resource(struct engine *en, uint32_t servers, enum service service)
{
    en->resources = arena_grow(en->arena, en->resources, &en->resource_capacity,
                               en->resource_count + 1, sizeof *en->resources);
    resource_init(&en->resources[en->resource_count], servers, service);
    return en->resource_count++;
}

static enum service usual_service(const struct engine *en)
{
    return en->computes ? SERVICE_COMPUTED : SERVICE_QUEUED;
}

static uint32_t add_cpu(struct engine *en, const struct node_group *g)
{
    enum service service =
        g->discipline == DISCIPLINE_SHARING ? SERVICE_SHARED
        : g->discipline == DISCIPLINE_FIFO && g->servers == 1 && g->memory_rule == MEMORY_IGNORE
            ? usual_service(en)
            : SERVICE_QUEUED;
    uint32_t         index = add_resource(en, g->servers, service);
    struct resource *r = &en->resources[index];
    r->is_ordered = g->discipline != DISCIPLINE_FIFO && g->discipline != DISCIPLINE_SHARING;
    resource_observe(r, &en->queues);
    return index;
}

uint32_t node_resource(struct engine *en, uint32_t node, int kind)
{
    uint32_t *index = &en->node_resources[(size_t)node * NODE_RESOURCES + (size_t)kind];
    if (!*index)
        *index = 1 + (kind == NODE_CPU ? add_cpu(en, net_group(en->net, node))
                                       : add_resource(en, 1, usual_service(en)));
    return *index - 1;
}

struct processor *node_processor(struct engine *en, uint32_t node)
{
    uint32_t *index = &en->node_processors[node];
    if (!*index) {
        en->processors = arena_grow(en->arena, en->processors, &en->processor_capacity,
                                    en->processor_count + 1, sizeof *en->processors);
        struct processor *p = &en->processors[en->processor_count++];
        *p = (struct processor){.constraint = NO_CONSTRAINT};
        cache_init(&p->cache, en->arena);
        *index = en->processor_count;
    }
    return &en->processors[*index - 1];
}

uint32_t wire_resource(struct engine *en, uint32_t from, uint32_t to)
{
    uint32_t resource = wire_get_resource(&en->wires, from, to);
    if (resource != UINT32_MAX) return resource;
    resource =
        add_resource(en, 1, net_is_fair(en->net, from, to) ? SERVICE_SHARED : usual_service(en));
    wire_set_resource(&en->wires, from, to, resource);
    return resource;
}

// Of a flow: its first hop, shared as are all that it passes (sim/net.c), so that the use is served
