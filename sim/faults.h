// sim/faults.h: when nodes and links fail and recover: alternating renewal processes, or a list.
//
// Up and down times are independent of the load, so each process is a stream of its own ("faults",
// numbered by process and element) that no scheme can shift. A Weibull time of mean m and shape k
// has scale m / Gamma(1 + 1/k); shape 1 is the exponential.
#ifndef FOGSIM_SIM_FAULTS_H
#define FOGSIM_SIM_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"
#include "base/units.h"

struct lifetime {
    double mean_s, shape; // Weibull; shape 1: exponential
};

struct outage {               // of a list
    uint32_t rank;            // node of the group, or pair: rank of from x count of to + rank of to
    double   from_s, until_s; // down in [from_s, until_s)
};

struct fault_process {
    bool            is_link;
    uint32_t        from, to; // groups; a node process: equal
    struct lifetime up, down; // where outage_count is 0
    struct outage  *outages;  // [outage_count] sorted by (rank, from_s), not overlapping
    uint32_t        outage_count;
};

struct faults {
    struct fault_process *processes; // [count]
    uint32_t              count;     // 0: nothing fails
};

enum recovery_rule {
    RECOVERY_LOST,   // a job under way on what failed is lost
    RECOVERY_RETRY,  // the same plan again, from its beginning
    RECOVERY_REPLAN, // the scheme plans again with what is up
};

struct recovery {
    enum recovery_rule rule;
    double             timeout_s;       // from the failure until it is noticed
    double   backoff_s, backoff_factor; // wait before attempt k + 1: backoff_s x factor^(k-1)
    uint32_t attempts;                  // at most, the first included; >= 1
};

// Seconds of one time up or down.
double lifetime_draw(const struct lifetime *l, struct rng *r);

#endif
