#include "results/figure/axis.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/stat.h"
#include "base/units.h"

struct amount {
    double      number;
    const char *unit; // behind the number, in the text
};

// "NUMBER [UNIT]", as units_parse reads it; any unit.
static bool read_amount(const char *text, struct amount *out)
{
    const size_t length =
        strcspn(text, " %/abcdfghijklmnopqrstuvwxyzABCDFGHIJKLMNOPQRSTUVWXYZ\xc2");
    char number[64];
    if (length == 0 || length >= sizeof number) return false;
    memcpy(number, text, length);
    number[length] = '\0';
    // "1e6" has its 'e' in the number; an 'e' that begins a unit does not exist.
    if (!units_parse(UNIT_NONE, number, &out->number)) return false;
    out->unit = text + length + strspn(text + length, " ");
    return true;
}

// The text in a unit of another name: 0.5 of "500 kbit/s" in Mbit/s. A bare number is in the base
// unit of the kind; a name of two kinds (MB/s of rates and of memory) must mean the same in both.
// NaN: not a quantity of that kind.
static double converted(const char *text, const char *unit)
{
    char   one[40] = "1 ";
    double found = NAN;
    if (strlen(unit) > 30) return NAN;
    strcat(one, unit);
    for (int kind = UNIT_NONE; kind <= UNIT_SPEED; kind++) {
        double value, of_one;
        if (!units_parse((enum unit)kind, one, &of_one) ||
            !units_parse((enum unit)kind, text, &value))
            continue;
        if (!isnan(found) && found != value / of_one) return NAN;
        found = value / of_one;
    }
    return found;
}

// Decibels have no factor, so they are a unit only where all are in it.
static const char *common_unit(const struct amount *amounts, uint32_t count)
{
    bool        same = true;
    const char *unit = "";
    for (uint32_t i = 0; i < count; i++) {
        same = same && strcmp(amounts[i].unit, amounts[0].unit) == 0;
        if (!*unit && strcmp(amounts[i].unit, "dBm") != 0) unit = amounts[i].unit;
    }
    return same && count ? amounts[0].unit : unit;
}

static bool make_numeric(struct axis *out, struct arena *a, const char *const *texts,
                         uint32_t count)
{
    struct amount *amounts = ARENA_ARRAY(a, struct amount, count);
    for (uint32_t i = 0; i < count; i++)
        if (!read_amount(texts[i], &amounts[i])) return false;
    out->unit = common_unit(amounts, count);
    for (uint32_t i = 0; i < count; i++) {
        const bool same = strcmp(amounts[i].unit, out->unit) == 0;
        out->number[i] = same ? amounts[i].number : converted(texts[i], out->unit);
        if (!isfinite(out->number[i])) return false;
    }
    return count > 0;
}

// Standard deviation over mean of the gaps.
static double unevenness(const double *sorted, uint32_t count, bool of_logarithms)
{
    struct moments gaps = {0};
    for (uint32_t i = 1; i < count; i++)
        moments_add(&gaps,
                    of_logarithms ? log(sorted[i] / sorted[i - 1]) : sorted[i] - sorted[i - 1]);
    return moments_sd(&gaps) / moments_mean(&gaps);
}

static bool is_geometric(struct arena *a, const double *numbers, uint32_t count)
{
    double  *sorted = ARENA_ARRAY(a, double, count);
    uint32_t different = 0;
    memcpy(sorted, numbers, count * sizeof *sorted);
    stat_sort(sorted, count);
    for (uint32_t i = 0; i < count; i++)
        if (i == 0 || sorted[i] > sorted[different - 1]) sorted[different++] = sorted[i];
    const double spread = sorted[0] > 0 ? sorted[different - 1] / sorted[0] : 0;
    if (different < 3) return spread >= 50;
    return spread >= 5 &&
           unevenness(sorted, different, true) < unevenness(sorted, different, false);
}

void axis_make(struct axis *out, struct arena *a, const char *const *texts, uint32_t count)
{
    *out = (struct axis){.unit = "", .number = ARENA_ARRAY(a, double, count)};
    out->numeric = make_numeric(out, a, texts, count);
    out->logarithmic = out->numeric && is_geometric(a, out->number, count);
    if (out->numeric) return;
    out->unit = "";
    for (uint32_t i = 0; i < count; i++) out->number[i] = i;
}

bool axis_same(const char *left, const char *right)
{
    struct amount l, r;
    if (strcmp(left, right) == 0) return true;
    if (!read_amount(left, &l) || !read_amount(right, &r)) return false;
    if (strcmp(l.unit, r.unit) == 0) return l.number == r.number;
    const bool   by_left = *l.unit && strcmp(l.unit, "dBm") != 0;
    const double there = by_left ? converted(right, l.unit) : converted(left, r.unit);
    const double here = by_left ? l.number : r.number;
    return fabs(there - here) <= 1e-9 * fabs(here); // false for NaN
}
