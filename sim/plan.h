// sim/plan.h: what is to be done for one job: operations with precedence.
//
// A plan is a directed acyclic graph. An operation may start when all its predecessors have
// finished; they have lower indices, so the order of the array is a topological order. What an
// operation means is not known here: it carries a stage (the part of the job that it is accounted
// to) and an opaque tag that only observers read.
#ifndef FOGSIM_SIM_PLAN_H
#define FOGSIM_SIM_PLAN_H

#include <assert.h>
#include <float.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/units.h"

enum op_kind {
    OP_COMPUTE,  // occupies a server of node `to` for `seconds`
    OP_LOAD,     // the same, accounted as loading; `bytes` says how much is loaded
    OP_TRANSFER, // carries `bytes` from node `from` to node `to`; its time is the network's matter
    OP_DELAY,    // lasts `seconds`, occupies nothing (edge delay)
    OP_KIND_COUNT
};

enum { OP_TAGS = 3 };

struct op {
    enum op_kind kind;
    uint32_t     stage;                // < plan.stage_count
    uint32_t     from, to;             // node indices; compute, load, delay: equal
    uint32_t     first_dep, dep_count; // predecessors: plan.deps[first_dep ...]
    double       seconds;              // compute, load, delay; >= 0
    double       bytes;                // transfer, load; >= 0
    double       memory_bytes;         // compute: held on the node while it runs
    uint64_t     content;  // load: names what is loaded (opaque); a node that holds it still
                           // loads nothing. 0: loaded every time
    uint32_t tag[OP_TAGS]; // opaque
};

struct plan { // zero-initialise; memory from `arena`, given back when that is rewound
    struct arena *arena;
    struct op    *ops;  // [op_count]
    uint32_t     *deps; // [dep_total] indices into ops
    uint32_t      op_count, dep_total, op_capacity, dep_capacity;
    uint32_t      stage_count;
    uint32_t      exit; // opaque: through which exit the job leaves, from 1; 0: it has but one
};

enum { NO_OP = UINT32_MAX };

struct op_times { // of one operation; -1: never got there
    sim_ns ready_ns, start_ns, finish_ns;
};

enum plan_verdict {
    PLAN_READY,
    PLAN_INFEASIBLE, // nothing can hold the job
    PLAN_FAILED,     // an err says why; the run stops
};

// Empties it; its memory stays.
static inline void plan_reset(struct plan *p)
{
    p->op_count = p->dep_total = p->stage_count = p->exit = 0;
}

// Private: the predecessors of the operation about to be added; their number.
uint32_t plan_add_deps(struct plan *p, const uint32_t *deps, uint32_t dep_count);

// Appends `op` with the predecessors deps[0 .. dep_count), skipping NO_OP and repetitions; returns
// its index. Asserts that they exist already, that quantities are finite and not negative, and
// grows stage_count as needed. Inline, so that the operation is written where it stays.
static inline uint32_t plan_add(struct plan *p, struct op op, const uint32_t *deps,
                                uint32_t dep_count)
{
    assert(op.seconds >= 0 && op.seconds <= DBL_MAX && op.bytes >= 0 && op.bytes <= DBL_MAX);
    assert(op.kind == OP_TRANSFER || op.from == op.to);
    p->ops =
        (struct op *)arena_grow(p->arena, p->ops, &p->op_capacity, p->op_count + 1, sizeof *p->ops);
    // Member by member: a copy as a whole would wait for the stores it was made of (store
    // forwarding), which cost a third of a small plan.
    struct op *place = &p->ops[p->op_count];
    place->kind = op.kind;
    place->stage = op.stage;
    place->from = op.from;
    place->to = op.to;
    place->seconds = op.seconds;
    place->bytes = op.bytes;
    place->memory_bytes = op.memory_bytes;
    place->content = op.content;
    for (int i = 0; i < OP_TAGS; i++) place->tag[i] = op.tag[i];
    place->first_dep = p->dep_total;
    place->dep_count = dep_count ? plan_add_deps(p, deps, dep_count) : 0;
    if (op.stage >= p->stage_count) p->stage_count = op.stage + 1;
    return p->op_count++;
}

#endif
