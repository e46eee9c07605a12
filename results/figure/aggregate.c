#include "results/figure/aggregate.h"

#include <math.h>

#include "base/stat.h"
#include "results/figure/axis.h"
#include "results/schema.h"

static void ci95_step(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    struct moments *m = sqlite3_aggregate_context(context, sizeof *m); // zeroed
    if (m && sqlite3_value_type(values[0]) != SQLITE_NULL)
        moments_add(m, sqlite3_value_double(values[0]));
}

static void ci95_final(sqlite3_context *context)
{
    const struct moments *m = sqlite3_aggregate_context(context, 0);
    if (m && m->n > 1) sqlite3_result_double(context, moments_ci95(m));
}

struct pairs { // in one pass: no difference of large sums
    struct moments y, x;
    double         products; // sum of (y - mean of y) (x - mean of x)
};

static void ratio_step(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    struct pairs *p = sqlite3_aggregate_context(context, sizeof *p);
    if (!p || sqlite3_value_type(values[0]) == SQLITE_NULL ||
        sqlite3_value_type(values[1]) == SQLITE_NULL)
        return;
    const double y = sqlite3_value_double(values[0]), x = sqlite3_value_double(values[1]);
    const double above = y - p->y.mean;
    moments_add(&p->y, y);
    moments_add(&p->x, x);
    p->products += above * (x - p->x.mean);
}

static void ratio_final(sqlite3_context *context)
{
    const struct pairs *p = sqlite3_aggregate_context(context, 0);
    if (p && p->x.n > 0 && p->x.mean != 0) sqlite3_result_double(context, p->y.mean / p->x.mean);
}

static void ratio_ci95_final(sqlite3_context *context)
{
    const struct pairs *p = sqlite3_aggregate_context(context, 0);
    if (!p || p->x.n < 2 || p->x.mean == 0) return;
    const double r = p->y.mean / p->x.mean;
    // Of y - r x. Where y is r x exactly, rounding leaves some 1e-16 of the terms, of either sign.
    const double   squares = p->y.squares - 2 * r * p->products + r * r * p->x.squares;
    struct moments residuals = {p->x.n, 0, squares > 1e-14 * p->y.squares ? squares : 0};
    sqlite3_result_double(context, moments_ci95(&residuals) / fabs(p->x.mean));
}

static void same_value(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    const char *left = (const char *)sqlite3_value_text(values[0]);
    const char *right = (const char *)sqlite3_value_text(values[1]);
    sqlite3_result_int(context, left && right && axis_same(left, right));
}

bool aggregate_register(sqlite3 *db, struct err *e)
{
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
    int       code =
        sqlite3_create_function_v2(db, "ci95", 1, flags, NULL, NULL, ci95_step, ci95_final, NULL);
    if (!code)
        code = sqlite3_create_function_v2(db, "ratio", 2, flags, NULL, NULL, ratio_step,
                                          ratio_final, NULL);
    if (!code)
        code = sqlite3_create_function_v2(db, "ratio_ci95", 2, flags, NULL, NULL, ratio_step,
                                          ratio_ci95_final, NULL);
    if (!code)
        code = sqlite3_create_function_v2(db, "same_value", 2, flags, NULL, same_value, NULL, NULL,
                                          NULL);
    return code == SQLITE_OK || schema_fault(db, "functions of figures", e);
}
