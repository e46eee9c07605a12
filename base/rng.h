// base/rng.h: named streams of random numbers.
//
// Every cause of chance (arrivals of user 3, cuts of user 7) draws from a stream of its own, so
// that a draw more in one place moves nothing elsewhere, and two schemes see the same arrivals
// (common random numbers).
//
// The generator is xoshiro256** 1.0 (Blackman and Vigna, "Scrambled linear pseudorandom number
// generators", ACM TOMS 47, 2021), seeded by SplitMix64 as its authors advise. It is registered as
// a gsl_rng_type, so that every distribution of GSL takes it. GSL's own generators are seeded with
// 32 bits: of 10 000 streams two would likely be equal.
#ifndef FOGSIM_BASE_RNG_H
#define FOGSIM_BASE_RNG_H

#include <gsl/gsl_rng.h>
#include <stdint.h>

struct rng {
    gsl_rng gsl; // give &rng.gsl to GSL; points into this struct, so a struct rng is not copied or
                 // moved
    uint64_t state[4]; // private
};

// The stream `name` number `index` of replication `replication` under `seed`.
void rng_init(struct rng *r, uint64_t seed, uint32_t replication, const char *name, uint64_t index);

// A stream whose state is kept elsewhere, in few words: goes on from `state`; rng_keep puts it back.
void rng_resume(struct rng *r, const uint64_t state[4]);
void rng_keep(const struct rng *r, uint64_t state[4]);

uint64_t rng_bits(struct rng *r);    // 64 uniform bits
double   rng_uniform(struct rng *r); // in [0, 1), 53 bits
uint64_t rng_below(struct rng *r,
                   uint64_t    bound); // uniform in {0, ..., bound - 1}, without bias; bound > 0
void     rng_seed_state(struct rng *r, uint64_t s); // raw seeding by SplitMix64, for test vectors

#endif
