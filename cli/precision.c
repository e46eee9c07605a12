#include "cli/precision.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// A quarter more: at most a quarter is done for nothing, and few looks are taken at the interval,
// each of which costs coverage (docs/STATISTICS.md).
static uint32_t next_look(uint32_t n)
{
    return n + (n < 4 ? 1 : n / 4);
}

double precision_share(const double *means, uint32_t n)
{
    struct moments m = {0};
    for (uint32_t i = 0; i < n; i++)
        if (!isnan(means[i])) moments_add(&m, means[i]);
    double half = moments_ci95(&m), mean = fabs(moments_mean(&m));
    return isnan(half) ? INFINITY : mean > 0 || half > 0 ? half / mean : 0;
}

static bool has_value(const double *means, uint32_t n)
{
    uint32_t i = 0;
    while (i < n && isnan(means[i])) i++;
    return i < n;
}

uint32_t precision_wanted(const struct precision *p, const double *means, uint32_t n)
{
    uint32_t look = p->least;
    while (look < n) look = next_look(look);
    if (n >= p->most) return n;
    if (look == n)
        look = !has_value(means, n) || precision_share(means, n) <= p->share ? n : next_look(n);
    return look < p->most ? look : p->most;
}

double precision_value(const struct precision *p, const struct statistics *s, struct arena *scratch)
{
    const struct series *series = &s->all.task[p->metric];
    double               value;
    if (isnan(p->quantile)) return moments_mean(&series->moments);
    quantile_at(&series->values, scratch, &p->quantile, 1, &value);
    return value;
}

// "latency" or "latency_s", "energy", "p95": of latency.
static bool read_metric(const char *name, size_t length, struct precision *out)
{
    static const struct {
        const char *column;
        double      quantile;
    } of_latency[] = {{"p50", 0.5}, {"p95", 0.95}, {"p99", 0.99}};
    for (int i = 0; i < 3; i++)
        if (length == strlen(of_latency[i].column) &&
            !strncmp(name, of_latency[i].column, length)) {
            out->metric = METRIC_LATENCY;
            out->column = of_latency[i].column;
            out->quantile = of_latency[i].quantile;
            return true;
        }
    for (int m = 0; m < METRIC_COUNT; m++) {
        size_t full = strlen(metric_names[m]), bare = full - 2; // without "_s", "_j"
        if (length != full && length != bare) continue;
        if (strncmp(name, metric_names[m], length) != 0) continue;
        out->metric = (enum metric)m;
        return true;
    }
    return false;
}

static bool read_one(const char *text, struct precision *out, struct err *e)
{
    const char *equals = strchr(text, '='), *number = equals ? equals + 1 : text;
    char       *end;
    if (equals && !read_metric(text, (size_t)(equals - text), out))
        return err_add(e,
                       "--precision: want a metric (latency, p50, p95, p99, computation, "
                       "transmission, queueing, edge_delay, loading, energy, ...), have \"%.40s\"",
                       text);
    double percent = strtod(number, &end);
    if (end == number || strcmp(end, "%") != 0 || !(percent >= 0.01 && percent <= 100))
        return err_add(e,
                       "--precision: want [METRIC=]P%% with P from 0.01 to 100, such as 2%% or "
                       "p95=5%%, have \"%.40s\"",
                       text);
    out->share = percent / 100;
    return true;
}

bool precision_read(const struct arguments *args, uint32_t least, struct precision **out,
                    uint32_t *count, struct err *e)
{
    const char **texts = option_all(args, "precision", count);
    int64_t      most;
    bool         ok = true;
    if (least < PRECISION_LEAST) least = PRECISION_LEAST;
    if (!*count && option_is_given(args, "max-replications"))
        return err_add(e, "--max-replications: want --precision beside it, have none");
    *out = ARENA_ARRAY(args->arena, struct precision, *count);
    ok = option_integer(args, "max-replications", least > PRECISION_MOST ? least : PRECISION_MOST,
                        least, 100000, &most, e);
    for (uint32_t i = 0; i < *count; i++) {
        (*out)[i] = (struct precision){.metric = METRIC_LATENCY,
                                       .column = "mean",
                                       .quantile = NAN,
                                       .least = least,
                                       .most = (uint32_t)most};
        ok = read_one(texts[i], &(*out)[i], e) && ok;
    }
    return ok;
}
