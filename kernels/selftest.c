#include "kernels/selftest.h"

#include <math.h>

enum { MOST_DRAWS = 1000 }; // for one case that fits

static int32_t draw(struct rng *rng, int32_t low, int32_t high) // in [low, high]
{
    return low + (int32_t)rng_below(rng, (uint64_t)high - (uint64_t)low + 1);
}

static void draw_window(struct rng *rng, struct window *w)
{
    bool usual = draw(rng, 0, 1); // 3 x 3, stride 1, as most layers are and Winograd's must be
    for (int axis = AXIS_H; axis <= AXIS_W; axis++) {
        w->kernel[axis] = usual ? 3 : draw(rng, 1, 7);
        w->stride[axis] = usual ? 1 : draw(rng, 1, 4);
        w->dilation[axis] = usual ? 1 : draw(rng, 1, 2);
        w->pad_begin[axis] = draw(rng, 0, 2);
        w->pad_end[axis] = draw(rng, 0, 2);
    }
}

// Channels enough for several blocks of any instruction set, columns for several tiles.
static void draw_attr(struct rng *rng, struct kernel_attr *attr, struct shape *in)
{
    int32_t groups = draw(rng, 0, 2) ? 1 : draw(rng, 2, 40);
    bool    depthwise = draw(rng, 0, 1); // if grouped at all
    int32_t in_per_group = groups == 1 ? draw(rng, 1, 80) : depthwise ? 1 : draw(rng, 1, 5);
    int32_t out_per_group = groups == 1 ? draw(rng, 1, 80) : depthwise ? 1 : draw(rng, 1, 5);
    *in = (struct shape){groups * in_per_group, draw(rng, 1, 8), draw(rng, 1, 30)};
    *attr = (struct kernel_attr){
        .channels = groups * out_per_group,
        .groups = groups,
        .bias = draw(rng, 0, 1),
        .count_include_pad = draw(rng, 0, 1),
        .lrn_size = draw(rng, 1, 6),
        .lrn_alpha = 0.5f,
        .lrn_beta = 0.75f,
        .lrn_bias = 1,
        .epsilon = 1e-5f,
        .slope = 0.1f,
    };
    draw_window(rng, &attr->window);
}

static bool draw_shapes(const struct kernel *k, enum kernel_algorithm algorithm, struct rng *rng,
                        struct kernel_attr *attr, struct kernel_call *call)
{
    for (int i = 0; i < MOST_DRAWS; i++) {
        struct err ignored = {0};
        *call = (struct kernel_call){
            .attr = attr, .algorithm = algorithm, .input_count = (uint32_t)draw(rng, 1, 3)};
        draw_attr(rng, attr, &call->in[0]);
        for (uint32_t n = 1; n < call->input_count; n++) call->in[n] = call->in[0];
        bool allowed = algorithm == ALGORITHM_DIRECT || (k->allows && k->allows(attr, algorithm));
        if (allowed && k->infer(attr, call->input_count, call->in, &call->out, &ignored))
            return true;
    }
    return false;
}

static const float *noise(struct rng *rng, struct arena *a, int64_t count, double low)
{
    float *x = ARENA_ARRAY(a, float, (size_t)count);
    for (int64_t i = 0; i < count; i++) x[i] = (float)(low + (1 - low) * rng_uniform(rng));
    return x;
}

static void draw_numbers(const struct kernel *k, struct rng *rng, struct arena *a,
                         struct kernel_call *call)
{
    for (uint32_t n = 0; n < call->input_count; n++)
        call->x[n] = noise(rng, a, shape_elements(&call->in[n]), -1);
    if (k->params) // a variance is positive
        call->weight = noise(rng, a, k->params(call->attr, call->in), k->running_stats ? 0.1 : -1);
    if (k->heads_step && call->attr->bias) call->bias = noise(rng, a, call->attr->channels, -1);
}

static double larger(double a, double b) // NAN if one is
{
    return isnan(a) || a > b ? a : b;
}

static double error_of(const struct kernel *k, struct kernel_call *call, struct arena *a)
{
    int64_t count = shape_elements(&call->out);
    float  *want = ARENA_ARRAY(a, float, (size_t)count),
          *have = ARENA_ARRAY(a, float, (size_t)count);
    for (int64_t i = 0; i < count; i++) have[i] = NAN;
    call->y = want;
    k->reference(call);
    call->y = have;
    void *job = k->prepare(call, a);
    k->run(job);
    k->run(job); // a job is run many times
    k->finish(job);
    double largest = 1e-30, worst = 0;
    for (int64_t i = 0; i < count; i++) {
        double error = fabs((double)have[i] - (double)want[i]);
        worst = larger(worst, error);
        largest = larger(largest, fabs((double)want[i]));
    }
    return worst / largest;
}

void selftest_run(const struct kernel *kernel, enum kernel_algorithm algorithm, uint32_t cases,
                  struct rng *rng, struct selftest *out)
{
    *out = (struct selftest){.bound = algorithm == ALGORITHM_DIRECT ? 1e-5 : 1e-4};
    for (uint32_t i = 0; i < cases; i++) {
        struct arena       scratch = {0};
        struct kernel_attr attr;
        struct kernel_call call;
        if (!draw_shapes(kernel, algorithm, rng, &attr, &call)) break;
        draw_numbers(kernel, rng, &scratch, &call);
        double error = error_of(kernel, &call, &scratch);
        out->worst = larger(out->worst, error);
        out->case_count++;
        arena_free(&scratch);
    }
    out->ok = out->case_count && out->worst <= out->bound;
}
