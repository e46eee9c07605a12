// tests/queueing/balance.h: what goes in comes out: energy and memory of runs, against sums by
// hand.
#ifndef FOGSIM_TESTS_QUEUEING_BALANCE_H
#define FOGSIM_TESTS_QUEUEING_BALANCE_H

#include <stdint.h>

#include "base/err.h"

struct energy_balance { // J
    double of_tasks;    // sum of the tasks' active energy
    double above_idle;  // sum over the nodes of energy - idle power x span
    double by_hand; // sum over the operations: service x (busy - idle power) per server; wire time
                    // x (power of sending + of receiving)
};

// 300 Poisson jobs of random plans (computes, loads, transfers) over three users and four nodes of
// two kinds.
MUST_USE bool balance_energy(uint64_t seed, struct energy_balance *out, struct err *e);

// Peak of the memory of a node of two servers at which three operations arrive together, of 100,
// 200 and 400 bytes and 1, 3 and 2 s: the third begins when the first ends, beside the second, so
// the peak is 600 bytes.
enum { BALANCE_PEAK_BYTES = 600 };
MUST_USE bool balance_memory(double *peak_bytes, struct err *e);

#endif
