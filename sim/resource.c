#include "sim/resource.h"

#include <assert.h>

void resource_init(struct resource *r, uint32_t servers)
{
    assert(servers > 0);
    *r = (struct resource){.servers = servers, .first = NO_USE, .last = NO_USE};
}

void resource_count(struct resource *r, sim_ns now, int32_t by)
{
    assert(now >= r->changed_ns && (by >= 0 || r->waiting >= (uint32_t)-by));
    r->waiting_integral += (double)(now - r->changed_ns) * r->waiting;
    r->changed_ns = now;
    r->waiting = (uint32_t)((int64_t)r->waiting + by);
    if (r->waiting > r->waiting_max) r->waiting_max = r->waiting;
}

double resource_mean_waiting(const struct resource *r, sim_ns end)
{
    if (end <= 0) return 0;
    return (r->waiting_integral + (double)(end - r->changed_ns) * r->waiting) / (double)end;
}
