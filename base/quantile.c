#include "base/quantile.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/stat.h"

enum { BIN_SHIFT = 52 - 9, BINS_PER_OCTAVE = 1 << 9, FIRST_BIN = BINS_PER_OCTAVE };

static uint32_t bin_of(double value) // FIRST_BIN: the least normal number
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (uint32_t)(bits >> BIN_SHIFT);
}

static double bin_low(uint32_t bin)
{
    uint64_t bits = (uint64_t)bin << BIN_SHIFT;
    double   low;
    memcpy(&low, &bits, sizeof low);
    return low;
}

static double bin_value(const struct quantile *q, uint32_t bin)
{
    double low = bin_low(bin), value = low * (2 / (1 + low / bin_low(bin + 1)));
    return fmin(fmax(value, q->least), q->most);
}

// Makes room for bins [first, end), and as much again as there was, so that growing is O(1)
// amortised.
static void cover(struct quantile *q, struct arena *a, uint32_t first, uint32_t end)
{
    uint32_t had_end = q->bin_first + q->bin_count, room = q->bin_count;
    if (q->bin_count && first >= q->bin_first && end <= had_end) return;
    if (q->bin_count) {
        if (first < q->bin_first) first -= first - FIRST_BIN < room ? first - FIRST_BIN : room;
        if (end > had_end) end += room;
        first = first < q->bin_first ? first : q->bin_first;
        end = end > had_end ? end : had_end;
    }
    uint64_t *bins = ARENA_ARRAY(a, uint64_t, end - first);
    if (q->bin_count) memcpy(bins + (q->bin_first - first), q->bins, q->bin_count * sizeof *bins);
    q->bins = bins;
    q->bin_first = first;
    q->bin_count = end - first;
}

static void count_value(struct quantile *q, struct arena *a, double value)
{
    uint32_t bin = bin_of(value);
    if (bin < FIRST_BIN) {
        q->zeros++;
        return;
    }
    cover(q, a, bin, bin + 1);
    q->bins[bin - q->bin_first]++;
}

// From values to bins.
static void bin_values(struct quantile *q, struct arena *a)
{
    uint32_t low = UINT32_MAX, high = 0;
    for (uint64_t i = 0; i < q->n; i++) {
        uint32_t bin = bin_of(q->values[i]);
        if (bin < FIRST_BIN) continue;
        low = bin < low ? bin : low;
        high = bin > high ? bin : high;
    }
    if (high) cover(q, a, low, high + 1);
    for (uint64_t i = 0; i < q->n; i++) count_value(q, a, q->values[i]);
}

void quantile_add(struct quantile *q, struct arena *a, double value)
{
    assert(isfinite(value) && value >= 0);
    value = value > 0 ? value : 0; // -0 is 0
    q->least = !q->n || value < q->least ? value : q->least;
    q->most = !q->n || value > q->most ? value : q->most;
    if (q->n == QUANTILE_EXACT) bin_values(q, a);
    if (q->n < QUANTILE_EXACT) {
        q->values = arena_grow(a, q->values, &q->capacity, (uint32_t)q->n + 1, sizeof *q->values);
        q->values[q->n] = value;
    } else {
        count_value(q, a, value);
    }
    q->n++;
}

void quantile_merge(struct quantile *q, struct arena *a, const struct quantile *from)
{
    if (from->n <= QUANTILE_EXACT) {
        for (uint64_t i = 0; i < from->n; i++) quantile_add(q, a, from->values[i]);
        return;
    }
    if (q->n <= QUANTILE_EXACT) bin_values(q, a);
    q->least = !q->n || from->least < q->least ? from->least : q->least;
    q->most = !q->n || from->most > q->most ? from->most : q->most;
    q->n += from->n;
    q->zeros += from->zeros;
    if (!from->bin_count) return;
    cover(q, a, from->bin_first, from->bin_first + from->bin_count);
    for (uint32_t i = 0; i < from->bin_count; i++)
        q->bins[from->bin_first - q->bin_first + i] += from->bins[i];
}

void quantile_clear(struct quantile *q)
{
    if (q->bin_count) memset(q->bins, 0, q->bin_count * sizeof *q->bins);
    q->n = q->zeros = 0;
    q->least = q->most = 0;
}

// The value of that rank, from 0, by its bin.
static double ranked(const struct quantile *q, uint64_t rank)
{
    uint64_t seen = q->zeros;
    if (rank == 0) return q->least;
    if (rank == q->n - 1) return q->most;
    if (rank < seen) return 0;
    for (uint32_t i = 0; i < q->bin_count; i++)
        if ((seen += q->bins[i]) > rank) return bin_value(q, q->bin_first + i);
    return q->most;
}

static double binned_at(const struct quantile *q, double share)
{
    double   place = share * (double)(q->n - 1);
    uint64_t rank = (uint64_t)place;
    double   low = ranked(q, rank), part = place - (double)rank;
    return part > 0 ? (1 - part) * low + part * ranked(q, rank + 1) : low;
}

void quantile_at(const struct quantile *q, struct arena *scratch, const double *shares,
                 uint32_t count, double *out)
{
    if (q->n > QUANTILE_EXACT) {
        for (uint32_t i = 0; i < count; i++) out[i] = binned_at(q, shares[i]);
        return;
    }
    struct arena_mark mark = arena_mark(scratch);
    size_t            n = (size_t)q->n;
    double           *sorted = ARENA_ARRAY(scratch, double, n);
    if (n) memcpy(sorted, q->values, n * sizeof *sorted);
    stat_sort(sorted, n);
    for (uint32_t i = 0; i < count; i++) out[i] = stat_quantile(sorted, n, shares[i]);
    arena_rewind(scratch, mark);
}
