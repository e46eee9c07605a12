// algorithms/hyps/layout.h: HyPS' partitions, and which worker gets which.
//
// Vertical partitions lie between split points; a complex layer's may be cut horizontally by its
// output neurons (or channels) into the fewest parts that a worker's memory can hold. *Units* are
// what is loaded and run as one: a vertical partition, or one part of a complex one. Units go to
// the workers in turn; one that cannot hold a unit is passed over. Where fewer vertical partitions
// are wanted than points allow, those points stay that are nearest to the output (the feature maps
// are smaller there), and where a partition then exceeds the memory, points come back, again from
// the output's side. Source: HyPS, 3.2; that memory decides where points come back, and that a
// worker that is too small is passed over, are ours. Cost: O(layers^2 + units x workers).
#ifndef FOGSIM_ALGORITHMS_HYPS_LAYOUT_H
#define FOGSIM_ALGORITHMS_HYPS_LAYOUT_H

#include "algorithms/hyps/split_points.h"

enum { LAYOUT_MOST_PARTS = 65535 };

struct worker {
    uint32_t node;
    double   memory_bytes; // of the device; INFINITY: no limit
    bool     may_swap;     // takes what exceeds it, for a price in time
};

struct layout_rules {
    int64_t         threshold;
    enum split_kind optional;
    uint32_t        partitions;  // most vertical ones; 0: as many as the points give
    uint32_t        h_parts;     // of each complex layer; 0: the fewest that fit
    bool            is_resident; // a worker holds all its units at a time, not one after the other
};

struct hyps_unit {
    uint32_t              first, end, partition; // layers; rank of the vertical partition
    uint32_t              part, parts;           // parts 1: whole
    uint32_t              worker;                // index
    struct partition_need need;                  // of this unit alone
};

struct layout {
    struct split      split;
    struct hyps_unit *units; // [unit_count] in the order of the layers
    uint32_t          unit_count, partition_count, most_parts;
    double            held_bytes;    // most that a worker holds
    double            missing_bytes; // where it is infeasible: by how much
    uint32_t          missing_layer; // the first of what does not fit
};

// The least memory that a worker must have to be of use: of the largest unit of the finest layout.
double layout_least_bytes(const struct graph *g, const struct layout_rules *r,
                          struct arena *scratch);

// false: some unit fits no worker; `out` says which, and by how much. In `scratch`.
bool layout_make(const struct graph *g, const struct layout_rules *r, const struct worker *workers,
                 uint32_t worker_count, struct arena *scratch, struct layout *out);

#endif
