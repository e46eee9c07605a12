#include "sim/plan.h"

#include <assert.h>
#include <float.h>

static bool is_among(const uint32_t *deps, uint32_t count, uint32_t dep)
{
    for (uint32_t i = 0; i < count; i++)
        if (deps[i] == dep) return true;
    return false;
}

uint32_t plan_add(struct plan *p, struct op op, const uint32_t *deps, uint32_t dep_count)
{
    assert(op.seconds >= 0 && op.seconds <= DBL_MAX && op.bytes >= 0 && op.bytes <= DBL_MAX);
    assert(op.kind == OP_TRANSFER || op.from == op.to);
    p->ops = arena_grow(p->arena, p->ops, &p->op_capacity, p->op_count + 1, sizeof *p->ops);
    p->deps =
        arena_grow(p->arena, p->deps, &p->dep_capacity, p->dep_total + dep_count, sizeof *p->deps);

    op.first_dep = p->dep_total;
    op.dep_count = 0;
    for (uint32_t i = 0; i < dep_count; i++) {
        if (deps[i] == NO_OP || is_among(p->deps + op.first_dep, op.dep_count, deps[i])) continue;
        assert(deps[i] < p->op_count);
        p->deps[op.first_dep + op.dep_count++] = deps[i];
    }
    p->dep_total += op.dep_count;
    if (op.stage >= p->stage_count) p->stage_count = op.stage + 1;
    p->ops[p->op_count] = op;
    return p->op_count++;
}
