#include "sim/plan.h"

static bool is_among(const uint32_t *deps, uint32_t count, uint32_t dep)
{
    for (uint32_t i = 0; i < count; i++)
        if (deps[i] == dep) return true;
    return false;
}

uint32_t plan_add_deps(struct plan *p, const uint32_t *deps, uint32_t dep_count)
{
    uint32_t first = p->dep_total;
    p->deps =
        arena_grow(p->arena, p->deps, &p->dep_capacity, p->dep_total + dep_count, sizeof *p->deps);
    for (uint32_t i = 0; i < dep_count; i++) {
        if (deps[i] == NO_OP || is_among(p->deps + first, p->dep_total - first, deps[i])) continue;
        assert(deps[i] < p->op_count);
        p->deps[p->dep_total++] = deps[i];
    }
    return p->dep_total - first;
}
