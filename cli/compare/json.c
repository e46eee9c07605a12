#include <cjson/cJSON.h>
#include <math.h>

#include "cli/compare/compare.h"

// JSON has no infinity: what is not finite is null.
static void add_number(cJSON *object, const char *key, double value)
{
    if (isfinite(value))
        cJSON_AddNumberToObject(object, key, value);
    else
        cJSON_AddNullToObject(object, key);
}

static void add_names(cJSON *object, const char *key, const char *const *names, uint32_t count)
{
    cJSON *list = cJSON_AddArrayToObject(object, key);
    for (uint32_t i = 0; i < count; i++) cJSON_AddItemToArray(list, cJSON_CreateString(names[i]));
}

static void add_side(cJSON *object, const char *key, const struct pairs_side *s)
{
    cJSON   *side = cJSON_AddObjectToObject(object, key);
    uint32_t named = s->alone < PAIRS_NAMED ? s->alone : PAIRS_NAMED;
    cJSON_AddStringToObject(side, "path", s->path);
    cJSON_AddNumberToObject(side, "runs", s->runs);
    cJSON_AddNumberToObject(side, "done", s->done);
    cJSON_AddNumberToObject(side, "without_partner", s->alone);
    add_names(side, "first_without_partner", s->alone_names, named);
}

static void add_result(cJSON *metrics, const struct pairs_metric *m, const struct compare_result *r)
{
    cJSON *item = cJSON_AddObjectToObject(metrics, m->name);
    cJSON_AddStringToObject(item, "verdict", compare_verdict_names[r->verdict]);
    cJSON_AddStringToObject(item, "unit", m->unit);
    cJSON_AddStringToObject(item, "better", m->is_more_better ? "more" : "less");
    cJSON_AddNumberToObject(item, "pairs", (double)r->test.n);
    cJSON_AddNumberToObject(item, "pairs_that_differ", (double)r->test.differing);
    add_number(item, "base_mean", r->test.base_mean);
    add_number(item, "new_mean", r->test.other_mean);
    add_number(item, "difference", r->test.difference);
    add_number(item, "difference_ci95", r->test.ci95);
    add_number(item, "relative_change", r->is_in_points ? NAN : r->change);
    add_number(item, "t", r->test.t);
    add_number(item, "p", r->test.p);
    add_number(item, "p_holm", r->p_holm);
    cJSON_AddNumberToObject(item, "only_in_base", r->lacking[PAIRS_NEW]);
    cJSON_AddNumberToObject(item, "only_in_new", r->lacking[PAIRS_BASE]);
}

static void add_cell(cJSON *cells, const struct comparison *c, uint32_t rank)
{
    static const char *const rows[] = {[PAIRS_DIFFER] = "differ",
                                       [PAIRS_EQUAL] = "equal",
                                       [PAIRS_NO_TASKS] = "equal_without_tasks"};
    const struct pairs_cell *cell = &c->pairs.cells[rank];
    cJSON                   *item = cJSON_CreateObject(), *point = cJSON_Parse(cell->point);
    bool                     is_json = point != NULL; // as it stands: cJSON would round its numbers
    cJSON_Delete(point);
    cJSON_AddItemToArray(cells, item);
    cJSON_AddItemToObject(item, "point",
                          is_json ? cJSON_CreateRaw(cell->point) : cJSON_CreateString(cell->point));
    cJSON_AddStringToObject(item, "model", cell->model);
    cJSON_AddStringToObject(item, "base_scheme", cell->scheme[PAIRS_BASE]);
    cJSON_AddStringToObject(item, "new_scheme", cell->scheme[PAIRS_NEW]);
    cJSON_AddNumberToObject(item, "pairs", cell->count);
    cJSON_AddStringToObject(item, "rows", rows[cell->rows]);
    cJSON_AddBoolToObject(item, "nothing_is_random", cell->are_copies && cell->count > 1);
    cJSON *metrics = cJSON_AddObjectToObject(item, "metrics");
    for (uint32_t m = 0; m < c->metric_count; m++)
        add_result(metrics, c->metrics[m], compare_at(c, rank, m));
}

static cJSON *whole(const struct comparison *c)
{
    const struct pairs *p = &c->pairs;
    uint32_t            named = p->failed < PAIRS_NAMED ? p->failed : PAIRS_NAMED;
    cJSON              *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "result", compare_is_worse(c) ? "regression" : "no_regression");
    cJSON_AddStringToObject(root, "scenario", p->scenario);
    add_side(root, "base", &p->side[PAIRS_BASE]);
    add_side(root, "new", &p->side[PAIRS_NEW]);
    cJSON_AddNumberToObject(root, "alpha", c->alpha);
    cJSON_AddNumberToObject(root, "threshold", c->threshold);
    cJSON_AddNumberToObject(root, "pairs", p->pair_count);
    cJSON_AddNumberToObject(root, "tests", c->tests);
    cJSON_AddNumberToObject(root, "identical_cells", c->same_cells);
    cJSON_AddNumberToObject(root, "failed_runs", p->failed);
    add_names(root, "first_failed_runs", p->failed_names, named);
    cJSON *counts = cJSON_AddObjectToObject(root, "verdicts");
    for (int v = 0; v < VERDICT_COUNT; v++)
        cJSON_AddNumberToObject(counts, compare_verdict_names[v], c->count[v]);
    add_names(root, "notes", p->notes, p->note_count);
    cJSON *cells = cJSON_AddArrayToObject(root, "cells");
    for (uint32_t i = 0; i < p->cell_count; i++) add_cell(cells, c, i);
    return root;
}

void compare_json(const struct comparison *c, FILE *out)
{
    cJSON *root = whole(c);
    char  *text = cJSON_Print(root);
    if (text) fprintf(out, "%s\n", text);
    cJSON_free(text);
    cJSON_Delete(root);
}
