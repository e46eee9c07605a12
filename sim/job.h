// sim/job.h: a job under way: its plan, the times of its operations, its uses of resources.
//
// Jobs live in slots that are used again with the arrays they have grown, so that a run in its
// steady state allocates nothing. A job that is tried again keeps its slot; uses of the attempt
// before stay in `uses` until they end.
#ifndef FOGSIM_SIM_JOB_H
#define FOGSIM_SIM_JOB_H

#include "sim/net.h"
#include "sim/resource.h"
#include "sim/trace.h"

enum use_state { USE_WAITING, USE_RUNNING, USE_DONE };

struct use { // of one resource by one leg of an operation
    uint32_t          op, resource;
    uint32_t          before;      // use of the leg before; NO_OP: the first
    uint32_t          rank;        // in job.order
    uint32_t          flow;        // SHARED: of sim/flow.h
    uint32_t          at, towards; // nodes; a processor, port or card: equal
    uint32_t          from, to;    // of its operation, which a new plan may have overwritten
    uint16_t          attempt;
    uint8_t           leg;
    uint8_t           state; // enum use_state
    bool              is_shared;
    const struct leg *leg_at; // NULL: a processor
    sim_ns            ready_ns, start_ns, finish_ns;
    sim_ns            service_ns;     // alone, without waiting for the leg before
    sim_ns            left_ns;        // QUEUED: service to be had when it starts (again)
    uint64_t          order;          // QUEUED: by which it came
    double            memory_bytes;   // held while it is under way
    double            contents_bytes; // of the node when it queued
    double            wire_bytes;
};

struct op_state {                   // of one operation
    sim_ns              alone_ns;   // what it takes when nothing else is under way
    sim_ns              leg_end_ns; // end of the leg started last
    double              wire_bytes, fading;
    const struct route *route;     // transfers
    uint32_t            waits_for; // predecessors not finished
    uint32_t            last_use;  // of the latest leg; NO_OP: none yet
    bool                is_cold;
};

struct link_of_chain {   // an operation on the short way (chain.c)
    uint32_t resource;   // NO_OP: a delay
    uint32_t processor;  // index of the engine's; NO_OP: none
    sim_ns   service_ns; // of its one use
    sim_ns   after_ns;   // latency behind it
    double   wire_bytes;
    bool     is_paid; // energy or money
};

struct job {
    // What every event of a job looks at comes first.
    uint64_t id;
    uint32_t pending; // events and queue entries that name this slot; the slot is free at 0 when
                      // not alive
    uint16_t              attempt;    // 0, 1, ...
    bool                  alive;      // neither finished nor given up
    bool                  is_waiting; // for its next attempt
    bool                  is_chain;   // on the short way of chain.c: no states, no uses
    bool                  counted;
    enum job_status       status;                  // when it is not alive
    struct plan           plan;                    // its own arrays
    struct op_times      *times;                   // [op_count]
    struct link_of_chain *links;                   // [op_count] where is_chain
    sim_ns                arrived_ns, finished_ns; // finished_ns: -1: never
    sim_ns                deadline_ns;             // instant; INT64_MAX: none
    double                energy_j, cost;
    uint64_t              rank;                 // among its user's
    uint32_t              home, user, class_id; // user: index into the engine's users
    uint32_t              priority;
    uint32_t              next_free;  // slot
    uint32_t              unfinished; // operations
    struct op_state      *states;     // [op_count]
    uint32_t   *first_next, *nexts;   // successors: nexts[first_next[op] .. first_next[op + 1])
    uint64_t   *order;                // [use_count] by account.c
    struct use *uses;                 // [use_count]
    uint32_t    use_count, first_use; // first_use: of this attempt
    uint32_t    times_capacity, states_capacity, first_capacity, next_capacity, links_capacity,
        order_capacity, use_capacity;
    // What a new plan is made from (RECOVERY_REPLAN): the plan before, and what of it finished.
    // Where nothing fails never touched.
    struct plan      last;
    struct op_times *last_times; // [last.op_count]
    uint32_t         last_times_capacity;
    uint16_t         plan_attempt, last_attempt; // for which `plan` and `last` were made
};

// Room for the plan's operations; successors and counts from its dependencies.
void job_prepare(struct job *j, struct arena *a);

#endif
