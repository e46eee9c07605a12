// sim/job.h: a job under way: its plan, the times of its operations, its uses of resources.
//
// Jobs live in slots that are used again with the arrays they have grown, so that a run in its
// steady state allocates nothing.
#ifndef FOGSIM_SIM_JOB_H
#define FOGSIM_SIM_JOB_H

#include "sim/resource.h"
#include "sim/trace.h"

enum use_state { USE_WAITING, USE_RUNNING, USE_DONE };

struct use { // of one resource by one leg of an operation
    uint32_t       op, leg, resource;
    enum use_state state;
    sim_ns         ready_ns, start_ns, service_ns; // service: without waiting for the leg before
    sim_ns         finish_ns;
    uint64_t       next;   // handle of the one behind it in the resource's queue
    uint32_t       before; // use of the leg before; NO_OP: the first
    uint32_t       rank;   // in job.order
};

struct job {
    uint64_t id;
    uint32_t home, user, class_id; // user: index into the engine's users
    sim_ns   arrived_ns;
    bool     counted, alive; // alive: neither finished nor dropped
    uint32_t pending; // events and queue entries that name this slot; the slot is free at 0 when
                      // not alive
    uint32_t         unfinished;         // operations
    uint32_t         next_free;          // slot
    struct plan      plan;               // its own arrays
    struct op_times *times;              // [op_count]
    uint32_t        *waits_for;          // [op_count] predecessors not finished
    uint32_t        *first_next, *nexts; // successors: nexts[first_next[op] .. first_next[op + 1])
    sim_ns          *alone_ns; // [op_count] time the operation takes when nothing else is under way
    sim_ns          *leg_end_ns; // [op_count] end of the leg started last
    double          *wire_bytes; // [op_count] transfers
    uint32_t         times_capacity, waits_capacity, first_capacity, next_capacity, alone_capacity,
        leg_end_capacity, wire_capacity;
    uint32_t   *last_use; // [op_count] use of the latest leg; NO_OP: none yet
    uint64_t   *order;    // [use_count] by account.c
    uint32_t    last_use_capacity, order_capacity;
    struct use *uses; // [use_count]
    uint32_t    use_count, use_capacity;
    double      energy_j;
};

// Room for the plan's operations; successors and counts from its dependencies.
void job_prepare(struct job *j, struct arena *a);

#endif
