// algorithms/library.h: what a scheme in a shared object includes (docs/PLUGINS.md).
//
//   const struct scheme mine = {.name = "mine", .plan = plan};
//   FOGSIM_LIBRARY(mine)
//
// The struct and the functions are those of fogsim's own schemes. FOGSIM_SCHEME_ABI is a digest of
// these headers: a library runs with the very fogsim whose headers it was compiled with.
#ifndef FOGSIM_ALGORITHMS_LIBRARY_H
#define FOGSIM_ALGORITHMS_LIBRARY_H

#include "algorithms/common/build.h"
#include "algorithms/common/candidates.h"
#include "algorithms/common/partition.h"
#include "algorithms/scheme.h"
#include "abi.inc"

#define FOGSIM_LIBRARY(which)                                                                      \
    extern const uint32_t fogsim_scheme_abi;                                                       \
    const uint32_t        fogsim_scheme_abi = FOGSIM_SCHEME_ABI;                                   \
    const struct scheme  *fogsim_scheme(void);                                                     \
    const struct scheme  *fogsim_scheme(void)                                                      \
    {                                                                                              \
        return &(which);                                                                           \
    }                                                                                              \
    struct scheme

#endif
