// bench/kernels/table.c: the tables, and the one object that a machine reads.
#include <math.h>
#include <stdio.h>

#include "bench/kernels/bench.h"

// What a model is judged by. Conv in cycles, warm; fc in seconds, cold: memory has a clock of its
// own. Modes of a side are its algorithms and, layer by layer, the best of them.
enum mode { DIRECT, FASTEST, ONEDNN, ONEDNN_W, ONEDNN_BEST, BLAS, XNN, MODES };

static const char *const mode_names[MODES] = {"direct",      "fastest",  "oneDNN", "oneDNN-W",
                                              "oneDNN best", "OpenBLAS", "XNNPACK"};

// The least among contenders [first, end) that have the layer.
static struct sample best(const struct layer_result *l, int first, int end)
{
    struct sample least = {INFINITY, INFINITY};
    for (int i = first; i < end; i++)
        if (l->sample[i].seconds > 0 && l->sample[i].cycles < least.cycles) least = l->sample[i];
    return least;
}

static struct sample of_mode(const struct layer_result *l, enum mode mode)
{
    switch (mode) {
    case FASTEST: return best(l, 0, OURS_END);
    case ONEDNN: return l->sample[ONEDNN_DIRECT];
    case ONEDNN_W: // falls back
        return l->sample[l->sample[ONEDNN_WINOGRAD].seconds > 0 ? ONEDNN_WINOGRAD : ONEDNN_DIRECT];
    case ONEDNN_BEST: return best(l, ONEDNN_DIRECT, ONEDNN_WINOGRAD + 1);
    case BLAS: return l->sample[OPENBLAS];
    case XNN: return l->sample[XNNPACK];
    default: return l->sample[OURS_DIRECT];
    }
}

static double ratio(double others, double ours)
{
    return others > 0 && isfinite(others) ? others / ours : NAN;
}

// NAN and 0 are what is not there.
static void cell(int width, int decimals, double x)
{
    if (x > 0 && isfinite(x))
        printf(" %*.*f", width, decimals, x);
    else
        printf(" %*s", width, "-");
}

static void print_shape(const struct work *w)
{
    const struct kernel_call *c = &w->call;
    const struct window      *win = &c->attr->window;
    char                      text[64];
    if (w->is_fc)
        snprintf(text, sizeof text, "%lld->%d", (long long)shape_elements(&c->in[0]), c->out.c);
    else
        snprintf(text, sizeof text, "%dx%dx%d->%d k%d s%d p%d", c->in[0].c, c->in[0].h, c->in[0].w,
                 c->out.c, win->kernel[AXIS_H], win->stride[AXIS_H], win->pad_begin[AXIS_H]);
    printf(" %-26s", text);
}

static void print_us(const struct layer_result *l)
{
    for (int i = 0; i < CONTENDERS; i++) cell(9, 1, 1e6 * l->sample[i].seconds);
}

static void print_methods(const struct layer_result *l)
{
    printf(" ");
    for (int i = 0; i < CONTENDERS; i++)
        if (l->method[i]) printf(" %s", l->method[i]);
    printf("\n");
}

static void print_conv(const struct layer_result *l)
{
    struct sample direct = of_mode(l, DIRECT), fastest = of_mode(l, FASTEST);
    struct sample others[] = {of_mode(l, ONEDNN), of_mode(l, ONEDNN_W), of_mode(l, BLAS),
                              of_mode(l, XNN)};
    double        library = INFINITY;
    printf("%-16s %2u", l->name, l->count);
    print_shape(&l->work);
    print_us(l);
    printf("  ");
    cell(5, 1, l->flop / direct.cycles);
    cell(5, 1, l->flop_real_rows / direct.cycles);
    cell(5, 1, l->flop / fastest.cycles);
    cell(5, 1, l->flop / others[0].cycles);
    printf("  ");
    for (int i = 0; i < 4; i++) {
        cell(5, 2, ratio(others[i].cycles, direct.cycles));
        if (others[i].cycles > 0) library = fmin(library, others[i].cycles);
    }
    printf("  ");
    cell(5, 2, ratio(library, fastest.cycles));
    print_methods(l);
}

static void print_fc(const struct layer_result *l)
{
    double ours = l->sample[OURS_DIRECT].seconds;
    printf("%-16s %2u", l->name, l->count);
    print_shape(&l->work);
    print_us(l);
    printf("  ");
    cell(5, 1, 1e-9 * l->weight_bytes / ours);
    cell(5, 1, 1e-9 * l->stream_bytes_per_s);
    cell(5, 2, l->weight_bytes / ours / l->stream_bytes_per_s);
    cell(5, 2, l->weight_bytes / l->sample[ONEDNN_DIRECT].seconds / l->stream_bytes_per_s);
    printf("  ");
    cell(5, 2, ratio(l->sample[ONEDNN_DIRECT].seconds, ours));
    printf("     -");
    cell(5, 2, ratio(l->sample[OPENBLAS].seconds, ours));
    cell(5, 2, ratio(l->sample[XNNPACK].seconds, ours));
    print_methods(l);
}

static void print_heads(const char *kind, const char *speed, const char *last)
{
    printf("%-16s %2s %-26s", kind, "n", "shape");
    for (int i = 0; i < CONTENDERS; i++) printf(" %9s", contenders[i]->name);
    printf("  %s   1DNN  1D-W  BLAS   XNN  %s\n", speed, last);
}

struct total {
    double seconds[MODES], cycles[MODES], flop, flop_real_rows;
};

static struct total total_of(const struct model_result *m, bool fc)
{
    struct total t = {0};
    for (uint32_t i = 0; i < m->layer_count; i++) {
        const struct layer_result *l = &m->layers[i];
        if (l->work.is_fc != fc) continue;
        t.flop += l->count * l->flop;
        t.flop_real_rows += l->count * l->flop_real_rows;
        for (int mode = 0; mode < MODES; mode++) {
            struct sample s = of_mode(l, (enum mode)mode);
            t.seconds[mode] += l->count * s.seconds;
            t.cycles[mode] += l->count * s.cycles;
        }
    }
    return t;
}

// The least total of the libraries, each in its best mode.
static double best_library(const double totals[MODES])
{
    double least = totals[ONEDNN_BEST];
    if (totals[BLAS] > 0) least = fmin(least, totals[BLAS]);
    if (totals[XNN] > 0) least = fmin(least, totals[XNN]);
    return least;
}

static void print_total(const char *kind, const struct total *t, bool fc)
{
    printf("%s total:", kind);
    for (int mode = 0; mode < MODES; mode++)
        if (t->seconds[mode] > 0 && !(fc && mode == ONEDNN_W) && !(fc && mode == ONEDNN_BEST) &&
            !(fc && mode == FASTEST))
            printf(" %s %.3f ms,", mode_names[mode], 1e3 * t->seconds[mode]);
    if (fc)
        printf(" oneDNN / ours %.3f, best library / ours %.3f\n",
               t->seconds[ONEDNN] / t->seconds[DIRECT],
               best_library(t->seconds) / t->seconds[DIRECT]);
    else
        printf(" %.1f FLOP/cycle (real rows %.1f), oneDNN direct / ours %.3f, best library / "
               "fastest %.3f\n",
               t->flop / t->cycles[DIRECT], t->flop_real_rows / t->cycles[DIRECT],
               t->cycles[ONEDNN] / t->cycles[DIRECT], best_library(t->cycles) / t->cycles[FASTEST]);
}

static void print_kind(const struct model_result *m, bool fc)
{
    struct total t = total_of(m, fc);
    if (t.flop <= 0) return;
    if (fc)
        print_heads("fc, cold: us", " GB/s  DRAM share  1DNN", "share: of DRAM; oneDNN took");
    else
        print_heads("conv, warm: us", "FLOP/c real  fast  1DNN", "lib/fastest  oneDNN took");
    for (uint32_t i = 0; i < m->layer_count; i++) {
        if (m->layers[i].work.is_fc != fc) continue;
        if (fc)
            print_fc(&m->layers[i]);
        else
            print_conv(&m->layers[i]);
    }
    print_total(fc ? "fc" : "conv", &t, fc);
}

void table_model(const struct model_result *m)
{
    printf("\n%s\n", m->name);
    print_kind(m, false);
    print_kind(m, true);
    fflush(stdout);
}

bool table_errors(const struct model_result *models, uint32_t count)
{
    static const double limits[CONTENDERS] = {1e-5, 1e-4, 1e-4, 1e-4, 1e-4, 1e-4, 1e-4};
    double              most[CONTENDERS] = {0};
    bool                fine = true;
    for (uint32_t m = 0; m < count; m++)
        for (uint32_t i = 0; i < models[m].layer_count; i++)
            for (int c = 0; c < CONTENDERS; c++)
                most[c] = fmax(most[c], models[m].layers[i].error[c]);
    printf("\nlargest difference, as a share of the largest output:");
    for (int c = 0; c < CONTENDERS; c++) {
        if (most[c] > 0) printf(" %s %.1e", contenders[c]->name, most[c]);
        if (most[c] > limits[c]) fine = false;
    }
    printf("\n");
    if (!fine)
        fprintf(stderr, "bench-kernels: want at most 1e-5 of our direct, 1e-4 of all others\n");
    return fine;
}

void table_json(const struct model_result *models, uint32_t count)
{
    const double stream_least = 64e6; // weights that no cache holds: fc6 and fc7
    printf("{");
    for (uint32_t m = 0; m < count; m++) {
        struct total conv = total_of(&models[m], false);
        double       worst = INFINITY, fc_worst = INFINITY, fc_share = INFINITY;
        for (uint32_t i = 0; i < models[m].layer_count; i++) {
            const struct layer_result *l = &models[m].layers[i];
            struct sample ours = l->sample[OURS_DIRECT], dnn = l->sample[ONEDNN_DIRECT];
            if (!l->work.is_fc) {
                worst = fmin(worst, dnn.cycles / ours.cycles);
            } else if (l->weight_bytes >= stream_least) {
                fc_worst = fmin(fc_worst, dnn.seconds / ours.seconds);
                fc_share = fmin(fc_share, l->weight_bytes / ours.seconds / l->stream_bytes_per_s);
            }
        }
        printf("%s\"%s\": {\"onednn_direct_over_ours\": %.4f, \"best_library_over_fastest\": %.4f",
               m ? ", " : "", models[m].name, conv.cycles[ONEDNN] / conv.cycles[DIRECT],
               best_library(conv.cycles) / conv.cycles[FASTEST]);
        printf(", \"worst_layer\": %.4f", worst);
        if (isfinite(fc_worst))
            printf(", \"worst_fc\": %.4f, \"worst_fc_share_of_read\": %.4f", fc_worst, fc_share);
        printf("}");
    }
    printf("}\n");
}
