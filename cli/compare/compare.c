#include "cli/compare/compare.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "base/clean.h"

const char *const compare_verdict_names[VERDICT_COUNT] = {
    "regression", "improvement", "below_threshold", "not_significant",
    "equal",      "no_verdict",  "no_value"};

const struct compare_result *compare_at(const struct comparison *c, uint32_t cell, uint32_t metric)
{
    return &c->results[(size_t)cell * c->metric_count + metric];
}

// A cell's values of a metric where both runs of the pair have one, side by side in `kept`.
static size_t take_pairs(const struct comparison *c, const struct pairs_cell *cell, uint32_t metric,
                         double *const kept[PAIRS_SIDES], struct compare_result *r)
{
    size_t        n = 0, first = (size_t)metric * c->pairs.pair_count + cell->first;
    const double *base = c->pairs.value[PAIRS_BASE] + first;
    const double *other = c->pairs.value[PAIRS_NEW] + first;
    for (uint32_t i = 0; i < cell->count; i++) {
        r->lacking[PAIRS_BASE] += isnan(base[i]) && !isnan(other[i]);
        r->lacking[PAIRS_NEW] += !isnan(base[i]) && isnan(other[i]);
        if (isnan(base[i]) || isnan(other[i])) continue;
        kept[PAIRS_BASE][n] = base[i];
        kept[PAIRS_NEW][n++] = other[i];
    }
    return n;
}

// Replications that are copies of one run are no sample: their difference is certain.
static double resolution(const struct pairs_metric *m, const struct pairs_cell *cell)
{
    uint32_t of = !strcmp(m->name, "deadline_misses") ? cell->due : cell->tasks;
    return m->is_share && !cell->are_copies && of ? 1.0 / of : 0;
}

static void test_cell(struct comparison *c, uint32_t cell, double *const kept[PAIRS_SIDES])
{
    for (uint32_t m = 0; m < c->metric_count; m++) {
        struct compare_result   *r = &c->results[(size_t)cell * c->metric_count + m];
        const struct pairs_cell *of = &c->pairs.cells[cell];
        size_t                   n = take_pairs(c, of, m, kept, r);
        paired_test(kept[PAIRS_BASE], kept[PAIRS_NEW], n, resolution(c->metrics[m], of), &r->test);
        double before = r->test.base_mean, difference = r->test.difference;
        r->is_in_points = c->metrics[m]->is_share && before == 0;
        r->change = difference == 0 || r->is_in_points ? difference : difference / fabs(before);
        c->tests += n >= 2;
    }
}

static enum compare_verdict verdict_of(const struct comparison *c, const struct pairs_metric *m,
                                       const struct compare_result *r)
{
    uint32_t gone = r->lacking[PAIRS_NEW], came = r->lacking[PAIRS_BASE];
    if (!r->test.n && !gone && !came) return VERDICT_ABSENT;
    if (!r->test.n && !m->is_share && gone >= 2 && !came) return VERDICT_WORSE;
    if (!r->test.n && !m->is_share && came >= 2 && !gone) return VERDICT_BETTER;
    if (isnan(r->p_holm)) return VERDICT_UNKNOWN;
    if (!r->test.differing) return VERDICT_SAME;
    if (!(r->p_holm < c->alpha)) return VERDICT_CHANCE;
    if (!(fabs(r->change) > c->threshold)) return VERDICT_SMALL;
    return (r->change > 0) == m->is_more_better ? VERDICT_BETTER : VERDICT_WORSE;
}

static void judge_all(struct comparison *c, struct arena *a)
{
    size_t            count = (size_t)c->pairs.cell_count * c->metric_count;
    struct arena_mark mark = arena_mark(a);
    double           *p = ARENA_ARRAY(a, double, count);
    for (size_t i = 0; i < count; i++) p[i] = c->results[i].test.p;
    holm_adjust(p, count, a);
    for (size_t i = 0; i < count; i++) {
        c->results[i].p_holm = p[i];
        c->results[i].verdict = verdict_of(c, c->metrics[i % c->metric_count], &c->results[i]);
        c->count[c->results[i].verdict]++;
    }
    arena_rewind(a, mark);
}

void compare_judge(struct comparison *c, struct arena *a)
{
    double *kept[PAIRS_SIDES];
    c->results =
        ARENA_ARRAY(a, struct compare_result, (size_t)c->pairs.cell_count * c->metric_count);
    for (int s = 0; s < PAIRS_SIDES; s++) kept[s] = ARENA_ARRAY(a, double, c->pairs.pair_count);
    c->least = UINT32_MAX;
    for (uint32_t i = 0; i < c->pairs.cell_count; i++) {
        uint32_t pairs = c->pairs.cells[i].count;
        c->least = pairs < c->least ? pairs : c->least;
        c->most = pairs > c->most ? pairs : c->most;
        c->same_cells += c->pairs.cells[i].rows != PAIRS_DIFFER;
        test_cell(c, i, kept);
    }
    judge_all(c, a);
}

bool compare_is_worse(const struct comparison *c)
{
    return c->count[VERDICT_WORSE] > 0 || c->pairs.failed > 0;
}

bool compare_is_judged(const struct comparison *c)
{
    return c->tests > 0 || c->same_cells == c->pairs.cell_count;
}

const char *compare_value(const struct pairs_metric *m, double value, struct arena *a)
{
    if (isnan(value)) return "-";
    if (m->is_share) return arena_format(a, "%.3g %%", 100 * value);
    if (!strcmp(m->unit, "s") && value != 0 && fabs(value) < 0.9995)
        return fabs(value) < 0.9995e-3 ? arena_format(a, "%.4g us", value * 1e6)
                                       : arena_format(a, "%.4g ms", value * 1e3);
    return arena_format(a, "%.4g %s", value, m->unit);
}

const char *compare_change(const struct compare_result *r, struct arena *a)
{
    if (isnan(r->change)) return "-";
    if (r->change == 0) return "0";
    if (isinf(r->change)) return "from 0";
    return arena_format(a, "%+.3g %s", 100 * r->change, r->is_in_points ? "points" : "%");
}

const char *compare_p(double p, struct arena *a)
{
    if (isnan(p)) return "-";
    return p > 0 && p < 1e-4 ? "<0.0001" : arena_format(a, "%.2g", p);
}

const char *compare_point(const char *point, struct arena *a)
{
    cJSON      *object = cJSON_Parse(point), *item;
    const char *out = "";
    cJSON_ArrayForEach(item, object)
    {
        char *value = cJSON_IsString(item) ? NULL : cJSON_PrintUnformatted(item);
        out = arena_format(a, "%s%s%s %s", out, *out ? ", " : "", item->string ? item->string : "",
                           value ? value : item->valuestring);
        cJSON_free(value);
    }
    if (!cJSON_IsObject(object)) out = point;
    cJSON_Delete(object);
    return *out ? clean_text(out, strlen(out), a) : "-"; // escapes of JSON are characters again
}

const char *compare_scheme(const struct pairs_cell *cell, struct arena *a)
{
    if (!strcmp(cell->scheme[0], cell->scheme[1])) return cell->scheme[0];
    return arena_format(a, "%s > %s", cell->scheme[0], cell->scheme[1]);
}
