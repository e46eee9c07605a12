#include "algorithms/hadidi/stages.h"

#include <math.h>

static double step_s(const struct stage_costs *c, uint32_t step, uint32_t devices)
{
    return c->latency_s[step * c->device_count + devices - 1];
}

double stages_latency_s(const struct stage_costs *c, const struct stage *s)
{
    if (s->device_count > 1) return step_s(c, s->first_step, s->device_count);
    double sum = 0;
    for (uint32_t i = s->first_step; i < s->end_step; i++) sum += step_s(c, i, 1);
    return sum;
}

// The fewest devices that bring a step to `bound_s`; 0: none do.
static uint32_t fewest_devices(const struct stage_costs *c, uint32_t step, double bound_s)
{
    for (uint32_t k = 1; k <= c->device_count; k++)
        if (step_s(c, step, k) <= bound_s && step_s(c, step, k) < INFINITY) return k;
    return 0;
}

struct scan {
    struct stage *out; // [count]
    uint32_t      count, devices;
    bool          is_open;                                      // the last stage takes more steps
    double        sum_s, slowest_s, weight_bytes, tensor_bytes; // of the open stage, but slowest_s
};

static void begin_stage(struct scan *x, uint32_t step, uint32_t devices, double latency_s)
{
    x->out[x->count++] = (struct stage){step, step + 1, x->devices, devices};
    x->devices += devices;
    x->is_open = devices == 1;
    x->sum_s = latency_s;
    x->weight_bytes = x->tensor_bytes = 0;
}

static bool joins(const struct stage_costs *c, const struct scan *x, uint32_t step, double bound_s)
{
    double tensor_bytes = fmax(x->tensor_bytes, c->tensor_bytes[step]);
    return x->is_open && x->sum_s + step_s(c, step, 1) <= bound_s &&
           x->weight_bytes + c->weight_bytes[step] + tensor_bytes <= c->memory_bytes;
}

// Stages of at most `bound_s` each, with the fewest devices; false: they are too few.
static bool scan(const struct stage_costs *c, double bound_s, struct scan *x)
{
    *x = (struct scan){.out = x->out};
    for (uint32_t step = 0; step < c->step_count; step++) {
        uint32_t devices = fewest_devices(c, step, bound_s);
        if (!devices) return false;
        if (devices == 1 && joins(c, x, step, bound_s)) {
            x->out[x->count - 1].end_step++;
            x->sum_s += step_s(c, step, 1);
        } else {
            begin_stage(x, step, devices, step_s(c, step, devices));
        }
        x->weight_bytes += c->weight_bytes[step];
        x->tensor_bytes = fmax(x->tensor_bytes, c->tensor_bytes[step]);
        x->slowest_s = fmax(x->slowest_s, x->sum_s);
    }
    return x->devices <= c->device_count;
}

uint32_t stages_group(const struct stage_costs *c, struct stage *out, double *slowest_s)
{
    struct scan x = {.out = out};
    double      low_s = 0, high_s;
    if (!scan(c, INFINITY, &x)) return 0;
    high_s = x.slowest_s;
    for (int i = 0; i < STAGES_HALVINGS && low_s < high_s; i++) {
        double middle_s = low_s + (high_s - low_s) / 2;
        if (!(middle_s > low_s && middle_s < high_s)) break; // neighbours
        if (scan(c, middle_s, &x))
            high_s = x.slowest_s;
        else
            low_s = middle_s;
    }
    if (!scan(c, high_s, &x)) return 0;
    *slowest_s = x.slowest_s;
    return x.count;
}
