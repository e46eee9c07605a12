// cli/sweep/lead.h: a sweep from its first run to its last: alone, or with a crew.
#ifndef FOGSIM_CLI_SWEEP_LEAD_H
#define FOGSIM_CLI_SWEEP_LEAD_H

#include "cli/sweep/crew.h"
#include "cli/progress.h"
#include "cli/sweep/precision.h"

struct sweep_lead { // of the first process, which alone writes
    const struct sweep    *sweep;
    struct store          *store;
    struct sweep_queue     queue;
    struct progress_bar   *bar;
    const volatile int    *interrupted;
    uint64_t               before; // runs that the database had
    uint64_t               total;  // with those that are to be done, as far as is known
    struct sweep_precision precision;
    const char            *left_why; // a worker could not work; NULL: all could
};

// When the store is open and the queue knows what the database has.
void sweep_lead_begin(struct sweep_lead *l, struct arena *a);
void sweep_lead_end(struct sweep_lead *l);

// Each run in this process, in the order of the list, straight into the database: what the other
// way is judged by. false: the database cannot be written, e says why. An interrupted sweep is no
// fault.
MUST_USE bool sweep_alone(struct sweep_lead *l, struct err *e);

// By the workers of a crew, which was started with sweep_work. Rows are the same.
MUST_USE bool sweep_with_crew(struct sweep_lead *l, struct crew *c, struct err *e);

// What a worker does; ctx: const struct sweep.
void sweep_work(void *ctx, struct crew *c);

#endif
