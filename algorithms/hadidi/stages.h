// algorithms/hadidi/stages.h: a chain of steps into pipeline stages of equal latency.
//
// A stage is either consecutive steps on one device, whose latencies add up, or one slow step over
// several devices. Equal latency means: the slowest stage is as fast as it can be with the devices
// there are. For a bound B on every stage, a scan from the front needs the fewest devices: a step
// of at most B joins the stage before it where that stays within B (and within memory), a slower
// one takes the fewest devices that bring it to B. So the least B is found by halving, and becomes
// the slowest stage of the scan that it led to. Devices that would not make the slowest stage
// faster stay idle. Source: Hadidi et al., IEEE IoT J. 2020, Procedure 1, step 2 (which says what
// is wanted, not how it is found). Cost: O(steps x devices) for the table, then at most
// STAGES_HALVINGS scans of O(steps x devices): linear in the steps.
#ifndef FOGSIM_ALGORITHMS_HADIDI_STAGES_H
#define FOGSIM_ALGORITHMS_HADIDI_STAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum { STAGES_HALVINGS = 100 };

struct stage {
    uint32_t first_step, end_step;       // [first_step, end_step)
    uint32_t first_device, device_count; // ranks among the devices; > 1: of a step alone
};

struct stage_costs {
    uint32_t      step_count, device_count; // both >= 1
    const double *latency_s; // [step_count * device_count]: of a step over k devices at k - 1;
                             // INFINITY: it cannot be so. k = 1: no need to be finite
    // What a stage on one device holds: the weights of its steps and its largest step's tensors.
    const double *weight_bytes, *tensor_bytes; // [step_count]
    double        memory_bytes;                // of a device; INFINITY: no limit
};

// Stages into out[step_count], in order; their number; 0: there is no way to have them within
// memory and devices. *slowest_s: latency of the slowest.
uint32_t stages_group(const struct stage_costs *c, struct stage *out, double *slowest_s);

// Latency of a stage by the table.
double stages_latency_s(const struct stage_costs *c, const struct stage *s);

#endif
