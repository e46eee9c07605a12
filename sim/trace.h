// sim/trace.h: what a run tells its observers: per job, per node, per link. All times are integer
// ns.
//
// Records are valid during the call only. The engine makes them; results/ stores them; nothing
// flows back.
#ifndef FOGSIM_SIM_TRACE_H
#define FOGSIM_SIM_TRACE_H

#include <stdint.h>

#include "base/err.h"
#include "base/units.h"
#include "sim/plan.h"

// The parts of a job's latency. Each instant between arrival and finish belongs to exactly one.
enum part {
    PART_COMPUTATION,
    PART_TRANSMISSION,
    PART_QUEUEING,
    PART_EDGE_DELAY,
    PART_LOADING,
    PART_COUNT
};

enum job_status {
    JOB_DONE,
    JOB_LATE,       // done past its deadline
    JOB_DROPPED,    // met a full queue
    JOB_LOST,       // a node or link failed and nothing recovered it
    JOB_INFEASIBLE, // no plan: nothing can hold it
    JOB_UNFINISHED, // under way when the run ended
    JOB_STATUS_COUNT
};

struct stage_record {
    sim_ns   part_ns[PART_COUNT];  // on the path that decided the finish
    sim_ns   computation_work_ns;  // over all operations, not only the path
    sim_ns   transmission_work_ns; // time the transfers would take alone
    double   bytes_sent;           // transfers to other nodes than the job's home
    double   bytes_returned;       // transfers to the job's home
    uint32_t slices;               // compute operations with a tag (tag[0] != 0)
};

struct job_record {
    uint64_t        job;      // rank of arrival in the run, from 0
    uint32_t        home;     // node it arrived at
    uint32_t        class_id; // opaque: which kind of job
    enum job_status status;
    sim_ns          arrived_ns, finished_ns; // finished_ns: -1 when it never finished
    sim_ns part_ns[PART_COUNT]; // sums over the stages; only of finished jobs; sum = finished -
                                // arrived
    sim_ns                     computation_work_ns, transmission_work_ns;
    double                     energy_j; // active energy of its operations
    double                     cost;     // price of its busy time and bytes
    uint32_t                   attempts; // 1 where nothing failed
    bool                       counted;  // past the warm-up
    uint32_t                   exit;     // of its plan; 0: none told
    uint32_t                   stage_count, op_count;
    const struct stage_record *stages; // [stage_count]
    const struct op           *ops;    // [op_count]
    const struct op_times     *times;  // [op_count]
};

struct node_record {
    uint32_t      node;
    uint64_t      subtasks;    // compute operations served
    sim_ns        busy_ns;     // summed over the servers
    double        utilization; // busy / (servers x span of the run)
    double        queue_mean;  // time average of the number waiting
    uint32_t      queue_max;
    double        memory_peak_bytes;
    double        energy_j;     // idle power over the whole span, plus active energy
    double        cost;         // price of its busy time
    sim_ns        down_ns;      // failed or absent
    uint32_t      length_count; // of length_ns; 0: not observed
    const sim_ns *length_ns;    // [length_count] time with that many waiting; the last: or more
};

struct link_record {
    uint32_t from, to;
    uint64_t transfers;
    double   bytes;   // on the wire, headers and encoding included
    sim_ns   busy_ns; // a link that is shared fairly: time with a message under way
    double   utilization;
    double queue_mean; // time average of the number waiting; fair: of messages under way beyond the
                       // first
    uint32_t queue_max;
    double   cost; // price of its bytes
    sim_ns   down_ns;
};

struct queue_record { // a sample
    sim_ns   at;
    uint32_t from, to; // equal: the processor of a node; else a link
    uint32_t length;   // waiting, without those in service
};

struct trace_sink { // false stops the run
    void *ctx;
    bool (*job)(void *ctx, const struct job_record *job, struct err *e);
    bool (*queue)(void *ctx, const struct queue_record *sample,
                  struct err *e); // NULL: not asked for
};

#endif
