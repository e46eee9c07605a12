#include "models/cost.h"

#include <math.h>
#include <string.h>

static bool is_own_profile(const struct device *d, const struct profile *p)
{
    return d->profile && !strcmp(d->profile, p->name);
}

double device_conv_ratio(const struct device *d, const struct profile *p)
{
    return is_own_profile(d, p) ? 1 : p->conv_flop_per_s[d->conv][d->caches] / d->conv_flop_per_s;
}

double device_fc_ratio(const struct device *d, const struct profile *p)
{
    return is_own_profile(d, p) ? 1 : p->fc_bytes_per_s / d->fc_bytes_per_s;
}

// A stack without fast code for signs has a rate of its own for binary convolutions (2 FLOP a
// product). The profile's is that of its kind, so that a shape it lacks costs FLOP / rate exactly.
double device_binary_ratio(const struct device *d, const struct profile *p)
{
    if (d->binary_flop_per_s <= 0 || is_own_profile(d, p)) return device_conv_ratio(d, p);
    return 2 / p->rates[KIND_BCONV].s_per_size / d->binary_flop_per_s;
}

static double ratio_of(const struct device *d, const struct profile *p, enum profile_kind kind)
{
    if (kind == KIND_FC) return device_fc_ratio(d, p);
    return kind == KIND_BCONV ? device_binary_ratio(d, p) : device_conv_ratio(d, p);
}

// What stands between the profile and the costs of a layer by one algorithm. false: the device's
// stack would not use it, or it was never measured.
static bool init_algorithm(struct cost_algorithm *out, const struct cost_table *table,
                           const struct layer *l, const struct shape *in, const char *key,
                           enum kernel_algorithm algorithm)
{
    const struct profile *p = table->profile;
    struct span           all = {0, strcmp(l->kernel->type, "fc") ? l->out.h : l->out.c};
    *out = (struct cost_algorithm){
        .measured = profile_find(p, key, algorithm),
        .kind = profile_kind(l->kernel, &l->attr, in, algorithm),
        .whole_size = profile_size(l->kernel, &l->attr, algorithm, in, &l->out, all)};
    if (!profile_offers(l->kernel, &l->attr, in, algorithm)) return false;
    if (!out->measured && p->rates[out->kind].s_per_size <= 0) return false;
    if (out->kind > KIND_WINOGRAD4) return true; // no conv of floats
    if (algorithm != ALGORITHM_DIRECT) out->rows_per_tile = profile_tile_rows(algorithm);
    if (table->device->caches == CACHES_WARM) return true;
    out->weight_bytes = profile_weight_bytes(&l->attr, algorithm, in);
    out->cold_s_per_byte = out->measured && out->measured->cold_s_per_byte >= 0
                               ? out->measured->cold_s_per_byte
                               : p->rates[out->kind].cold_s_per_byte;
    return true;
}

static void init_algorithms(struct cost_layer *c, const struct cost_table *table,
                            const struct layer *l, struct arena *a)
{
    const char           *key = profile_key(l->kernel, &l->attr, &c->in, a);
    enum conv_choice      choice = table->device->conv;
    struct cost_algorithm direct, *next = c->algorithms;
    if (init_algorithm(&direct, table, l, &c->in, key, ALGORITHM_DIRECT) && choice != CONV_WINOGRAD)
        *next++ = direct;
    for (int i = ALGORITHM_DIRECT + 1; i < ALGORITHM_COUNT && choice != CONV_DIRECT; i++)
        if (init_algorithm(next, table, l, &c->in, key, (enum kernel_algorithm)i)) next++;
    if (next == c->algorithms) *next++ = direct; // what Winograd cannot do is done directly
    c->algorithm_count = (uint32_t)(next - c->algorithms);
}

static const double *frame_taps(struct arena *a, const struct window *w, int32_t in, int32_t out)
{
    double *prefix = ARENA_ARRAY(a, double, (size_t)out + 1);
    for (int32_t frame = 0; frame < out; frame++)
        prefix[frame + 1] = prefix[frame] + window_taps(w, AXIS_D, in, frame);
    return prefix;
}

static void init_layer(struct cost_layer *c, struct arena *a, const struct graph *g, uint32_t layer,
                       const struct cost_table *table)
{
    const struct layer *l = &g->layers[layer];
    struct shape        in[KERNEL_MAX_INPUTS];
    layer_inputs(g, layer, in);
    c->in = in[0];
    c->out = l->out;
    init_algorithms(c, table, l, a);
    enum profile_kind kind = c->algorithms[0].kind;
    c->ratio = ratio_of(table->device, table->profile, kind);
    c->rows = l->out.h;
    if (!layer_is_conv(l)) return;

    double *prefix = ARENA_ARRAY(a, double, (size_t)c->rows + 1);
    for (int32_t row = 0; row < c->rows; row++)
        prefix[row + 1] = prefix[row] + window_taps(&l->attr.window, AXIS_H, c->in.h, row);
    c->prefix_taps = prefix;
    double taps = profile_size(l->kernel, &l->attr, ALGORITHM_DIRECT, &c->in, &l->out,
                               (struct span){0, c->rows});
    if (c->in.d) c->prefix_frames = frame_taps(a, &l->attr.window, c->in.d, l->out.d);
    c->size_per_tap = prefix[c->rows] > 0 ? taps / prefix[c->rows] : 0;
    c->row_bytes_in = (double)BYTES_PER_ELEMENT * (double)shape_elements(&c->in) / c->in.h;
    c->row_bytes_out = (double)BYTES_PER_ELEMENT * (double)shape_elements(&l->out) / l->out.h;
}

// A part of a layer: a block of its output, and the share that its channels have in the layer's
// work, and in the bytes of its input and output.
struct part {
    const struct block *block, *in; // in: what it reads
    double              work, in_share, out_share;
};

static int32_t length(struct span s)
{
    return s.end - s.begin;
}

static double frames_share(const struct cost_layer *c, struct span frames)
{
    int32_t all = shape_frames(&c->out);
    if (!c->prefix_frames || c->prefix_frames[all] <= 0) return (double)length(frames) / all;
    return (c->prefix_frames[frames.end] - c->prefix_frames[frames.begin]) / c->prefix_frames[all];
}

static int32_t tiles_of(int32_t outputs, int32_t tile)
{
    return (outputs + tile - 1) / tile;
}

// In the unit of the curve. A whole layer's shares are exactly 1.
static double part_size(const struct cost_layer *c, const struct cost_algorithm *algorithm,
                        const struct part *part)
{
    struct span rows = part->block->at[AXIS_H];
    int32_t     columns = length(part->block->at[AXIS_W]), tile = algorithm->rows_per_tile;
    double      share = part->work * frames_share(c, part->block->at[AXIS_D]);
    if (tile)
        share *= (double)tiles_of(columns, tile) / tiles_of(c->out.w, tile);
    else
        share *= (double)columns / c->out.w;
    if (tile)
        return algorithm->whole_size * share * tiles_of(length(rows), tile) /
               tiles_of(c->rows, tile);
    if (c->prefix_taps)
        return (c->prefix_taps[rows.end] - c->prefix_taps[rows.begin]) * c->size_per_tap * share;
    return algorithm->whole_size * share * ((double)length(rows) / c->rows);
}

// Bytes that a conv moves for a part: its weights, what it reads, what it makes.
static double part_bytes(const struct cost_layer *c, const struct cost_algorithm *algorithm,
                         const struct part *part)
{
    const struct block *out = part->block, *in = part->in;
    double              columns_in = (double)length(in->at[AXIS_W]) / c->in.w,
           columns_out = (double)length(out->at[AXIS_W]) / c->out.w,
           frames_in = (double)length(in->at[AXIS_D]) / shape_frames(&c->in),
           frames_out = (double)length(out->at[AXIS_D]) / shape_frames(&c->out);
    return algorithm->weight_bytes * part->work +
           c->row_bytes_in * (part->in_share * columns_in * frames_in) * length(in->at[AXIS_H]) +
           c->row_bytes_out * (part->out_share * columns_out * frames_out) *
               length(out->at[AXIS_H]);
}

static double algorithm_s(const struct cost_table *t, const struct cost_layer *c,
                          const struct cost_algorithm *algorithm, const struct part *part)
{
    double size = part_size(c, algorithm, part);
    double s = algorithm->measured ? profile_curve_s(algorithm->measured, algorithm->kind, size)
                                   : profile_rate_s(t->profile, algorithm->kind, size);
    if (algorithm->cold_s_per_byte <= 0 || block_elements(part->block) <= 0) return s;
    return s + algorithm->cold_s_per_byte * part_bytes(c, algorithm, part);
}

static double layer_s(const struct cost_table *t, uint32_t layer, const struct part *part)
{
    const struct cost_layer *c = &t->layers[layer];
    const struct layer      *l = &t->graph->layers[layer];
    double                   least = INFINITY;
    if (l->kernel->is_free) return 0;
    for (uint32_t i = 0; i < c->algorithm_count; i++)
        least = fmin(least, algorithm_s(t, c, &c->algorithms[i], part));
    return least * c->ratio;
}

double cost_layer_s(const struct cost_table *t, uint32_t layer)
{
    struct block block = block_of_tensor(t->graph, layer + 1),
                 in = block_of_tensor(t->graph, t->graph->layers[layer].inputs[0]);
    struct part part = {.block = &block, .in = &in, .work = 1, .in_share = 1, .out_share = 1};
    return layer_s(t, layer, &part);
}

// The head's channels of a slice: all that it reads and makes, or their share.
static struct part head_part(const struct cost_table *c, uint32_t step, struct slice s,
                             const struct block *in)
{
    struct part part = {.work = 1, .in_share = 1, .out_share = 1};
    if (axis_is_spatial(s.axis)) return part;
    struct shape whole = graph_tensor(c->graph, c->graph->steps[step].input);
    double       share = (double)(s.end - s.begin) / slice_extent(c->graph, step, s);
    if (s.axis == SLICE_IN) part.work = part.in_share = share;
    if (s.axis != SLICE_OUT) return part;
    part.work = part.out_share = share;
    part.in_share = (double)length(in->channels) / whole.c;
    return part;
}

static double chain_s(const struct cost_table *c, uint32_t step, struct slice s,
                      const struct block *in, const struct block *blocks)
{
    const struct step *st = &c->graph->steps[step];
    struct part        part = head_part(c, step, s, in);
    double             sum = c->device->overhead_s;
    uint32_t           count = slice_chain_count(c->graph, step, s.axis);
    for (uint32_t i = 0; i < count; i++) {
        part.block = &blocks[i];
        part.in = i ? &blocks[i - 1] : in;
        sum += layer_s(c, st->chain[i], &part);
        part.in_share = part.out_share; // its followers read what it makes
    }
    return sum;
}

double cost_slice_s(const struct cost_table *c, uint32_t step, struct slice s)
{
    struct block blocks[MAX_CHAIN], in;
    if (slice_is_whole(c->graph, step, s)) return c->step_s[step];
    if (slice_is_empty(c->graph, step, s)) return 0;
    in = slice_blocks(c->graph, step, s, blocks);
    return chain_s(c, step, s, &in, blocks);
}

double cost_blocks_s(const struct cost_table *c, uint32_t step, struct slice s,
                     const struct block *in, const struct block *blocks)
{
    return slice_is_whole(c->graph, step, s) ? c->step_s[step] : chain_s(c, step, s, in, blocks);
}

double cost_merge_s(const struct cost_table *c, uint32_t step, enum slice_axis axis)
{
    const struct step *st = &c->graph->steps[step];
    double             sum = 0;
    for (uint32_t i = slice_chain_count(c->graph, step, axis); i < st->chain_count; i++)
        sum += cost_layer_s(c, st->chain[i]);
    for (uint32_t i = 0; i < st->merge_count; i++) sum += cost_layer_s(c, st->merge[i]);
    return sum;
}

void cost_init(struct cost_table *out, struct arena *a, const struct graph *g,
               const struct device *d, const struct profile *p)
{
    *out = (struct cost_table){
        .graph = g, .device = d, .profile = p, .is_measured = is_own_profile(d, p)};
    out->layers = ARENA_ARRAY(a, struct cost_layer, g->layer_count);
    for (uint32_t i = 0; i < g->layer_count; i++) {
        init_layer(&out->layers[i], a, g, i, out);
        for (uint32_t k = 0; k < out->layers[i].algorithm_count; k++)
            if (g->layers[i].kernel->heads_step && !out->layers[i].algorithms[k].measured) {
                out->fitted_count++;
                break;
            }
    }
    out->step_s = ARENA_ARRAY(a, double, g->step_count);
    for (uint32_t s = 0; s < g->step_count; s++) {
        struct block blocks[MAX_CHAIN], in = slice_blocks(g, s, step_whole(g, s), blocks);
        out->step_s[s] = chain_s(out, s, step_whole(g, s), &in, blocks);
        out->whole_s += out->step_s[s] + cost_merge_s(out, s, step_axis(g, s));
    }
}

double cost_load_s(const struct device *d, double bytes)
{
    return bytes / d->load_bytes_per_s;
}

const char *cost_source(const struct cost_table *c)
{
    return c->is_measured ? "measured" : "scaled";
}
