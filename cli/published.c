#include "cli/published.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum metric published_metric(const struct published *p)
{
    for (int m = 0; m < METRIC_COUNT; m++)
        if (!strncmp(metric_names[m], p->metric, strlen(p->metric)) &&
            !strcmp(metric_names[m] + strlen(p->metric), "_s"))
            return (enum metric)m;
    return METRIC_LATENCY;
}

const char *published_scheme(const struct published *p)
{
    return p->against ? p->against : p->scheme;
}

bool published_compare(const struct published *p, const struct figure_of_merit *own,
                       const struct figure_of_merit *other, struct published_ours *out)
{
    double scale = p->against ? own->mean : 1;
    *out = (struct published_ours){other->mean / scale, other->p5 / scale, other->p95 / scale};
    return isfinite(out->mean);
}

const char *published_what(const struct published *p, char out[PUBLISHED_TEXT_BYTES])
{
    snprintf(out, PUBLISHED_TEXT_BYTES, p->against ? "%s: %s / %s" : "%s: %s%s", p->metric,
             p->against ? p->against : p->scheme, p->against ? p->scheme : "");
    return out;
}

const char *published_range(const struct published *p, char out[PUBLISHED_TEXT_BYTES])
{
    snprintf(out, PUBLISHED_TEXT_BYTES, p->low == p->high ? "%.3g" : "%.3g to %.3g", p->low,
             p->high);
    return out;
}
