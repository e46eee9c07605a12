// cli/sweep/shard.h: a part of a sweep, for who runs the parts in different places and then merges
// their databases (results/merge.h).
//
// Points are dealt out like cards: the I-th of N shards has points I - 1, I - 1 + N, ... of the
// list, so that shards are alike where cost grows along it. A run keeps its run_id.
#ifndef FOGSIM_CLI_SWEEP_SHARD_H
#define FOGSIM_CLI_SWEEP_SHARD_H

#include "cli/sweep/queue.h"

#define SHARD_OPTION                                                                               \
    {                                                                                              \
        "shard", "I/N", "only the I-th of N parts, from 1; `fogsim merge` puts them together"      \
    }

struct shard {
    uint32_t index, count; // 1 of 1: all
};

// Of --shard. false: e says what is wrong.
MUST_USE bool shard_read(struct shard *out, const struct arguments *args, struct err *e);

static inline bool shard_has(struct shard s, uint32_t point)
{
    return point % s.count == s.index - 1;
}

// What a shard has of a sweep.
struct shard_size {
    uint32_t points;
    int64_t  runs;
};
struct shard_size shard_size(struct shard s, const struct sweep *sweep);

// The others' runs are not wanted. Before anything else is done with the queue.
void shard_leave_others(struct shard s, struct sweep_queue *q);

#endif
