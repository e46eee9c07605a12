// models/calibration.h: measures the layers and slices of models on this machine, into a profile.
//
// Each layer shape is measured once, however many models have it: the whole layer, and for conv and
// fc slices of a half, a quarter and an eighth (at an edge, where padding saves taps, and inside);
// conv also by every algorithm that it offers. Everything is measured in several rounds, minutes
// apart (timing.h). conv and fc with their operands out of the caches as well: "cold".
#ifndef FOGSIM_MODELS_CALIBRATION_H
#define FOGSIM_MODELS_CALIBRATION_H

#include "base/rng.h"
#include "kernels/profile.h"
#include "models/graph.h"

struct calibration_effort {
    uint32_t rounds;        // at most 8
    uint32_t samples;       // warm samples of a round, at most 8
    uint32_t cold_samples;  // at most 8
    double   sample_s;      // least length of a warm sample
    int32_t  least_divisor; // slices of 1 / 2 down to 1 / this: 1, 2, 4 or 8
};

extern const struct calibration_effort calibration_full, calibration_quick;

struct calibration; // private: the shapes and their samples

struct calibration *calibration_new(const struct calibration_effort *effort, struct arena *a);

// Plans the layers of `g` whose shapes are new; `g` must outlive the calibration.
void calibration_add(struct calibration *c, const struct graph *g);

// Keeps only some `count` evenly spread of the planned points, of those that `p` holds; returns how
// many are left. 0: nothing of what is planned was ever measured in `p`.
MUST_USE uint32_t calibration_keep(struct calibration *c, const struct profile *p, uint32_t count);

// Takes minutes. `progress` (NULL: none) hears what share is done, 0 to 1, and goes on while it
// says true. false: it did not, and nothing is measured.
MUST_USE bool calibration_measure(struct calibration *c, bool (*progress)(void *ctx, double done),
                                  void               *ctx);

// The measured profile with its reference rates, which are those of `resnet50` and `alexnet` (both
// added before). What describes the machine is left to the caller. The calibration's arrays are the
// profile's from here on, sorted anew: nothing more can be done with it.
void calibration_finish(struct calibration *c, const struct graph *resnet50,
                        const struct graph *alexnet, struct profile *out);

// How far this machine is from profile `p` now, in the points that calibration_keep left of it: one
// row for each kind of layer of which anything was measured.
struct calibration_drift {
    uint32_t    count;
    double      median, q1, q3; // time now / time in the profile - 1
    double      worst;          // the point farthest from the profile
    const char *worst_key;
};
void calibration_compare(const struct calibration *c, const struct profile *p,
                         struct calibration_drift out[KIND_COUNT]);

#endif
