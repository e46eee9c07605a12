// kernels/selftest.h: whether the timed paths compute what their references say, on this machine.
//
// Random shapes, attributes and numbers; the timed path on the instruction set in use against the
// plain reference, element by element. What one runs first on a new board, where no test suite is.
#ifndef FOGSIM_KERNELS_SELFTEST_H
#define FOGSIM_KERNELS_SELFTEST_H

#include "base/rng.h"
#include "kernels/kernel.h"

struct selftest {
    uint32_t case_count;
    double   worst; // largest error of an element over the largest element of its output; NAN where
                    // one was not written
    double bound;   // 1e-5; 1e-4 with Winograd's algorithms
    bool   ok;      // worst <= bound, and at least one case
};

// Runs `cases` drawn cases of a kernel. An algorithm that the kernel does not allow has none.
void selftest_run(const struct kernel *kernel, enum kernel_algorithm algorithm, uint32_t cases,
                  struct rng *rng, struct selftest *out);

#endif
