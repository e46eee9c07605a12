// models/cost.h: seconds of any slice of a model alone on a device.
//
// Source of the costs: the profile's measured timings (kernels/profile.h), of the algorithm that
// the device's stack computes a conv by, with operands in the caches or not. On a device other than
// the profile's machine they are scaled: conv and what follows it by conv_ratio = profile's conv
// rate / device's (both of a whole network by the same choice of algorithm, with caches as they are
// there), fc by fc_ratio likewise; plus the device's overhead once per slice of a step (a
// call into its runtime). The table holds, per layer, prefix sums of valid taps, so that a look-up
// is O(chain x log points) and computes nothing anew.
//
// A slice along other axes than rows takes its share of the size that its rows have: of columns,
// of valid kernel frames, of input or output channels; Winograd's tiles are whole along rows and
// columns. An assumption for want of timings of such slices: the curves were measured on rows (fc:
// on neurons), so what narrow rows or few channels lose in vector lanes is not in them.
#ifndef FOGSIM_MODELS_COST_H
#define FOGSIM_MODELS_COST_H

#include "kernels/profile.h"
#include "models/slice.h"

struct device { // hardware with its software stack; SI units
    const char      *name, *about, *source;
    const char      *profile; // profile measured on it, by name; NULL: scaled by the rates
    enum conv_choice conv;    // how its stack computes a conv
    enum caches      caches;  // where a conv's operands are when it begins
    double           conv_flop_per_s, fc_bytes_per_s; // effective rates of its stack
    double           binary_flop_per_s;               // of binary convolutions; 0: as conv
    double           overhead_s;                      // per slice of a step
    double load_bytes_per_s;    // parameters into the place where they are used; INFINITY: free
    double serialisation_ratio; // its seconds per byte over the protocol's reference
    double memory_bytes;        // INFINITY: no limit
    double power_idle_w, power_busy_w;
    double power_send_w, power_receive_w; // above idle, while it sends, receives
};

struct cost_algorithm {                   // private: a conv by one algorithm, or any other layer
    const struct profile_layer *measured; // NULL: by the rate of its kind
    enum profile_kind           kind;
    double                      whole_size;
    double                      weight_bytes, cold_s_per_byte; // 0: not cold
    int32_t                     rows_per_tile;                 // 0: no tiles
};

struct cost_layer { // private
    struct cost_algorithm algorithms[ALGORITHM_COUNT];
    uint32_t              algorithm_count; // the quickest of them counts
    double                ratio;
    // Conv: [rows + 1] valid kernel rows before each output row, [frames + 1] the same of frames;
    // NULL: proportional. The timed size counts every kernel column, so columns are proportional.
    const double *prefix_taps, *prefix_frames;
    double        size_per_tap;                // conv: taps per valid kernel row
    double        row_bytes_in, row_bytes_out; // conv: bytes of one row
    struct shape  in, out;
    int32_t       rows;
};

struct cost_table {
    const struct graph   *graph;
    const struct device  *device;
    const struct profile *profile;
    struct cost_layer    *layers;       // [graph.layer_count]
    bool                  is_measured;  // on the device itself; false: scaled
    uint32_t              fitted_count; // conv and fc layers whose shape the profile lacks
    double               *step_s;       // [graph.step_count] of a whole slice of each step
    double whole_s; // sum over all steps, whole, merge layers included, without loading
};

double device_conv_ratio(const struct device *d, const struct profile *p);
double device_fc_ratio(const struct device *d, const struct profile *p);
double device_binary_ratio(const struct device *d, const struct profile *p);

void cost_init(struct cost_table *out, struct arena *a, const struct graph *g,
               const struct device *d, const struct profile *p);

double cost_slice_s(const struct cost_table *c, uint32_t step,
                    struct slice s); // the chain, overhead included
// The same of a slice that is not empty and whose slice_blocks are known.
double cost_blocks_s(const struct cost_table *c, uint32_t step, struct slice s,
                     const struct block *in, const struct block *blocks);
// What runs where slices of that axis come together: the merge layers, and what of the chain a
// slice could not run.
double cost_merge_s(const struct cost_table *c, uint32_t step, enum slice_axis axis);
double cost_layer_s(const struct cost_table *c, uint32_t layer); // the whole of it alone
double cost_load_s(const struct device *d, double bytes);

// Whether the table's costs were "measured" on the device or "scaled" from the reference machine,
// for the record.
const char *cost_source(const struct cost_table *c);

#endif
