#include "models/cost.h"

#include <string.h>

static bool is_own_profile(const struct device *d, const struct profile *p)
{
    return d->profile && !strcmp(d->profile, p->name);
}

double device_conv_ratio(const struct device *d, const struct profile *p)
{
    return is_own_profile(d, p) ? 1 : p->conv_flop_per_s / d->conv_flop_per_s;
}

double device_fc_ratio(const struct device *d, const struct profile *p)
{
    return is_own_profile(d, p) ? 1 : p->fc_bytes_per_s / d->fc_bytes_per_s;
}

static void init_layer(struct cost_layer *c, struct arena *a, const struct graph *g, uint32_t layer,
                       const struct cost_table *table)
{
    const struct layer *l = &g->layers[layer];
    struct shape        in[KERNEL_MAX_INPUTS];
    layer_inputs(g, layer, in);
    struct span all = {0, strcmp(l->kernel->type, "fc") ? l->out.h : l->out.c};
    c->measured = profile_find(table->profile, profile_key(l->kernel, &l->attr, &in[0], a));
    c->kind = profile_kind(l->kernel, &l->attr, &in[0]);
    c->whole_size = profile_size(l->kernel, &l->attr, &in[0], &l->out, all);
    c->ratio = c->kind == KIND_FC ? device_fc_ratio(table->device, table->profile)
                                  : device_conv_ratio(table->device, table->profile);
    c->rows = l->out.h;
    if (c->kind > KIND_CONV_FEW) return;

    double *prefix = ARENA_ARRAY(a, double, (size_t)c->rows + 1);
    for (int32_t row = 0; row < c->rows; row++)
        prefix[row + 1] = prefix[row] + window_taps(&l->attr.window, AXIS_H, in[0].h, row);
    c->prefix_taps = prefix;
    c->size_per_tap = prefix[c->rows] > 0 ? c->whole_size / prefix[c->rows] : 0;
}

void cost_init(struct cost_table *out, struct arena *a, const struct graph *g,
               const struct device *d, const struct profile *p)
{
    *out = (struct cost_table){
        .graph = g, .device = d, .profile = p, .is_measured = is_own_profile(d, p)};
    out->layers = ARENA_ARRAY(a, struct cost_layer, g->layer_count);
    for (uint32_t i = 0; i < g->layer_count; i++) {
        init_layer(&out->layers[i], a, g, i, out);
        if (g->layers[i].kernel->heads_step && !out->layers[i].measured) out->fitted_count++;
    }
    for (uint32_t s = 0; s < g->step_count; s++)
        out->whole_s +=
            cost_slice_s(out, s, step_whole(g, s)) + cost_merge_s(out, s, step_axis(g, s));
}

// Seconds of the given share (0 to 1) of a layer, or of rows [rows.begin, rows.end) of a conv.
static double layer_s(const struct cost_table *t, uint32_t layer, struct span rows, double share)
{
    const struct cost_layer *c = &t->layers[layer];
    if (t->graph->layers[layer].kernel->is_free) return 0;
    double size = c->whole_size * share * (c->rows ? (double)(rows.end - rows.begin) / c->rows : 1);
    if (c->prefix_taps)
        size = (c->prefix_taps[rows.end] - c->prefix_taps[rows.begin]) * c->size_per_tap * share;
    double s = c->measured ? profile_curve_s(c->measured, c->kind, size)
                           : profile_rate_s(t->profile, c->kind, size);
    return s * c->ratio;
}

static double whole_layer_s(const struct cost_table *t, uint32_t layer)
{
    return layer_s(t, layer, (struct span){0, t->layers[layer].rows}, 1);
}

double cost_slice_s(const struct cost_table *c, uint32_t step, struct slice s)
{
    if (s.begin >= s.end) return 0;
    const struct step *st = &c->graph->steps[step];
    struct span        rows[MAX_CHAIN];
    slice_rows(c->graph, step, s, rows);
    double share =
        s.axis == SLICE_ROWS ? 1 : (double)(s.end - s.begin) / step_extent(c->graph, step, s.axis);
    double   sum = c->device->overhead_s;
    uint32_t count = slice_chain_count(c->graph, step, s.axis);
    for (uint32_t i = 0; i < count; i++) sum += layer_s(c, st->chain[i], rows[i], share);
    return sum;
}

double cost_merge_s(const struct cost_table *c, uint32_t step, enum slice_axis axis)
{
    const struct step *st = &c->graph->steps[step];
    double             sum = 0;
    for (uint32_t i = slice_chain_count(c->graph, step, axis); i < st->chain_count; i++)
        sum += whole_layer_s(c, st->chain[i]);
    for (uint32_t i = 0; i < st->merge_count; i++) sum += whole_layer_s(c, st->merge[i]);
    return sum;
}

double cost_load_s(const struct device *d, double bytes)
{
    return bytes / d->load_bytes_per_s;
}

const char *cost_source(const struct cost_table *c)
{
    return c->is_measured ? "measured" : "scaled";
}
