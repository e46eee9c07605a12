#include "base/rng.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

enum { LONG_BITS = sizeof(unsigned long) * CHAR_BIT };

static uint64_t rotl(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

static uint64_t next(void *state)
{
    uint64_t *s = state;
    uint64_t  result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

static uint64_t splitmix64(uint64_t *x)
{
    uint64_t z = (*x += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void set_state(uint64_t s[4], uint64_t seed)
{
    for (int i = 0; i < 4; i++) s[i] = splitmix64(&seed);
}

static void set(void *state, unsigned long seed)
{
    set_state(state, seed);
}

// As many of the upper bits as GSL's type has: 32 on a 32-bit machine.
static unsigned long get(void *state)
{
    return (unsigned long)(next(state) >> (64 - LONG_BITS));
}

static double get_double(void *state)
{
    return (double)(next(state) >> 11) * 0x1p-53;
}

static const gsl_rng_type XOSHIRO = {"xoshiro256**", ULONG_MAX, 0, 4 * sizeof(uint64_t), set, get,
                                     get_double};

void rng_seed_state(struct rng *r, uint64_t s)
{
    r->gsl = (gsl_rng){&XOSHIRO, r->state};
    set_state(r->state, s);
}

void rng_init(struct rng *r, uint64_t seed, uint32_t replication, const char *name, uint64_t index)
{
    // FNV-1a of the name, then one SplitMix64 step per further word: every bit of each reaches the
    // state.
    uint64_t hash = 0xcbf29ce484222325u;
    for (const char *c = name; *c; c++) hash = (hash ^ (unsigned char)*c) * 0x100000001b3u;
    const uint64_t words[] = {seed, replication, index};
    for (int i = 0; i < 3; i++) {
        hash ^= words[i];
        hash = splitmix64(&hash);
    }
    rng_seed_state(r, hash);
}

void rng_resume(struct rng *r, const uint64_t state[4])
{
    r->gsl = (gsl_rng){&XOSHIRO, r->state};
    memcpy(r->state, state, sizeof r->state);
}

void rng_keep(const struct rng *r, uint64_t state[4])
{
    memcpy(state, r->state, sizeof r->state);
}

uint64_t rng_bits(struct rng *r)
{
    return next(r->state);
}

double rng_uniform(struct rng *r)
{
    return get_double(r->state);
}

uint64_t rng_below(struct rng *r, uint64_t bound)
{
    assert(bound > 0);
    uint64_t limit =
        UINT64_MAX - UINT64_MAX % bound; // a multiple of bound: draws at or past it are drawn again
    uint64_t draw;
    do draw = next(r->state);
    while (draw >= limit);
    return draw % bound;
}
