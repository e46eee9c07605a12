// algorithms/ddnn/tiers.h: a network with early exits laid over tiers: devices, edge, server.
//
// Tier i computes the steps that exit i needs and no exit before it: the first tier is the
// device's, the last the server's. A sample climbs from tier to tier until the exit through which
// it leaves: at each one its answer is judged first, then what the next tier reads is sent there
// (not the answer: the tensors before the exit), at last the answer returns to the user. Sections
// lie ready on their nodes: nothing is loaded.
//
// Several devices may see one sample. Each computes the device's section of its own view and sends
// the exit's vector to the aggregator, which combines them and judges; if the sample does not leave
// there, the aggregator asks for the tensors, combines those and hands the result on. Maximum and
// average keep a tensor's size (an average of bits is sent as bits again: ours), concatenation
// multiplies its channels by the number of devices, and with them the multiplications and weights
// of the steps that read it. Combining passes each element once, at the rate of element-wise layers
// (concatenated vectors pass one small fc of K |C|^2 products too: below a microsecond, left out;
// so is the entropy, O(|C|)). Source: Teerapittayanon, McDanel and Kung, Distributed deep neural
// networks, ICDCS 2017 (exits, MP, AP, CC); that the maps pass the aggregator is ours.
#ifndef FOGSIM_ALGORITHMS_DDNN_TIERS_H
#define FOGSIM_ALGORITHMS_DDNN_TIERS_H

#include "algorithms/scheme.h"

enum { NO_TIER = UINT32_MAX };
enum aggregation { AGGREGATE_MAX, AGGREGATE_AVERAGE, AGGREGATE_CONCATENATE };

struct tiers {         // of one graph
    uint32_t  count;   // of its exits
    uint32_t *tier_of; // [step_count] NO_TIER: no exit needs the step
};

struct tier_route { // of one sample
    uint32_t         device_count;
    const uint32_t  *devices;    // [device_count] nodes, the task's user first
    const uint32_t  *nodes;      // [tiers] of each tier up to the exit; nodes[0] == devices[0]
    uint32_t         aggregator; // node; of one device: none asked
    enum aggregation aggregation;
    double           request_bytes;  // of a message that asks for something
    double           instance_bytes; // at least held on the last tier's node while it computes
};

// How many times the channels of the devices' tensors there are behind the aggregator.
static inline uint32_t tiers_wide(const struct tier_route *r)
{
    return r->aggregation == AGGREGATE_CONCATENATE ? r->device_count : 1;
}

// Memory of a tier's section: its weights, and its largest step's tensors, where behind the
// aggregator the devices' tensors are `wide` times as large, and the weights that read them.
// O(steps).
double tiers_bytes(const struct tiers *t, const struct graph *g, uint32_t tier, uint32_t wide);

// O(exits x layers).
void tiers_find(struct tiers *out, const struct graph *g, struct arena *a);

// Whether each exit has a step of its own to compute; false: e says which has not.
bool tiers_check(const struct tiers *t, const struct graph *g, struct err *e);

// One sample, which leaves through `exit` (from 0). The graph's steps are the plan's stages: a
// message belongs to the step that reads it, vectors and answers to the step that made them. delta
// is paid once, when the task first leaves its device. O(layers x (tiers + devices)).
void tiers_plan(const struct view *v, const struct tiers *t, const struct tier_route *r,
                uint32_t exit, struct arena *scratch, struct plan *out, struct placement *where);

#endif
