// results/kept.h: what a database holds already, before anything is written to it: for whoever goes
// on with it.
#ifndef FOGSIM_RESULTS_KEPT_H
#define FOGSIM_RESULTS_KEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct kept_run {
    int64_t run_id;
    bool    is_done; // else failed, or interrupted
};

struct kept_document {
    const char *name, *text;
};

struct kept {
    struct kept_run      *runs; // [run_count] by run_id
    struct kept_document *documents;
    uint32_t              run_count, document_count;
};

// In `a`. A file that is not there holds nothing. false: it cannot be read, or is no database of
// ours; e says why. The file stays as it is.
MUST_USE bool kept_read(struct kept *out, struct arena *a, const char *path, struct err *e);

// NULL: there is none of that name.
const char *kept_document(const struct kept *k, const char *name);

#endif
