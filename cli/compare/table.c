// The table for people: what changed first, the rest in a line each.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/compare/compare.h"

enum { COLUMNS = 9 };

struct line {
    const char *text[COLUMNS];
};

struct table {
    const struct comparison *c;
    struct arena            *a;
    struct line             *lines; // [count] the first is the head
    uint32_t                 count;
    bool                     has_points; // else that column is left out
};

static const char *const titles[COLUMNS] = {"point", "model", "scheme", "metric", "pairs",
                                            "base",  "new",   "change", "p"};

static const struct {
    const char *title;
    bool        is_always_shown;
} sections[VERDICT_COUNT] = {
    [VERDICT_WORSE] = {"regressions (worse, significant, past the threshold)", true},
    [VERDICT_BETTER] = {"improvements (better, significant, past the threshold)", true},
    [VERDICT_SMALL] = {"significant, but not past the threshold", true},
    [VERDICT_CHANCE] = {"differences that may be chance", false},
    [VERDICT_SAME] = {"equal in every pair", false},
    [VERDICT_UNKNOWN] = {"no verdict: fewer than 2 pairs", false},
    [VERDICT_ABSENT] = {"no run has the metric", false},
};

// "+87.1 % +- 7.2": with the half-width of the 95 % interval.
static const char *change_text(const struct compare_result *r, struct arena *a)
{
    const char *change = compare_change(r, a);
    double      scale = r->is_in_points ? 1 : fabs(r->test.base_mean);
    if (isnan(r->test.ci95) || !(scale > 0) || !isfinite(r->change) || !r->test.differing)
        return change;
    return arena_format(a, "%s +- %.2g", change, 100 * r->test.ci95 / scale);
}

static struct line line_of(const struct table *t, uint32_t cell, uint32_t metric)
{
    const struct compare_result *r = compare_at(t->c, cell, metric);
    const struct pairs_cell     *of = &t->c->pairs.cells[cell];
    const struct pairs_metric   *m = t->c->metrics[metric];
    return (struct line){{compare_point(of->point, t->a), of->model, compare_scheme(of, t->a),
                          m->name, arena_format(t->a, "%zu", r->test.n),
                          compare_value(m, r->test.base_mean, t->a),
                          compare_value(m, r->test.other_mean, t->a), change_text(r, t->a),
                          compare_p(r->p_holm, t->a)}};
}

// Columns of a terminal: code points, which all that fogsim itself prints are.
static int width_of(const char *text)
{
    int width = 0;
    for (; *text; text++) width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

static void print_lines(const struct table *t)
{
    int width[COLUMNS] = {0};
    for (uint32_t i = 0; i < t->count; i++)
        for (int k = 0; k < COLUMNS; k++) {
            int w = width_of(t->lines[i].text[k]);
            if (w > width[k]) width[k] = w;
        }
    for (uint32_t i = 0; i < t->count; i++) {
        for (int k = t->has_points ? 0 : 1; k < COLUMNS; k++) {
            const char *text = t->lines[i].text[k];
            int         pad = width[k] - width_of(text);
            bool        is_number = k >= 4;
            printf("  %*s%s%*s", is_number ? pad : 0, "", text,
                   is_number || k == COLUMNS - 1 ? 0 : pad, "");
        }
        printf("\n");
    }
}

static void print_section(struct table *t, enum compare_verdict verdict)
{
    const struct comparison *c = t->c;
    struct arena_mark        mark = arena_mark(t->a);
    t->lines = ARENA_ARRAY(t->a, struct line, (size_t)c->count[verdict] + 1);
    t->count = 1;
    memcpy(t->lines[0].text, titles, sizeof titles);
    for (uint32_t i = 0; i < c->pairs.cell_count; i++)
        for (uint32_t m = 0; m < c->metric_count; m++)
            if (compare_at(c, i, m)->verdict == verdict) t->lines[t->count++] = line_of(t, i, m);
    printf("\n%s: %u\n", sections[verdict].title, c->count[verdict]);
    print_lines(t);
    arena_rewind(t->a, mark);
}

static void print_head(const struct comparison *c, struct arena *a)
{
    const struct pairs      *p = &c->pairs;
    const struct pairs_cell *first = &p->cells[0];
    bool                     by_scheme = strcmp(first->scheme[0], first->scheme[1]) != 0;
    const char              *who[PAIRS_SIDES];
    for (int s = 0; s < PAIRS_SIDES; s++)
        who[s] = by_scheme ? arena_format(a, "%s of %s", first->scheme[s], p->side[s].path)
                           : p->side[s].path;
    printf("%s: base is %s, new is %s\n", p->scenario, who[PAIRS_BASE], who[PAIRS_NEW]);
    printf("%u pairs of runs in %u %s, ", p->pair_count, p->cell_count,
           p->cell_count == 1 ? "cell (a point, model and scheme)"
                              : "cells (of a point, model and scheme)");
    printf(c->least == c->most ? "%u in each" : "%u to %u in each", c->least, c->most);
    printf("; %u paired t tests, p corrected after Holm; alpha %g, threshold %g %%; +- is half of "
           "the 95 %% interval\n",
           c->tests, c->alpha, 100 * c->threshold);
}

static bool is_absent(const struct comparison *c, uint32_t metric)
{
    bool absent = true;
    for (uint32_t i = 0; absent && i < c->pairs.cell_count; i++)
        absent = compare_at(c, i, metric)->verdict == VERDICT_ABSENT;
    return absent;
}

static void print_names(const char *const names[PAIRS_NAMED], uint32_t count)
{
    printf("%u (", count);
    for (uint32_t i = 0; i < count && i < PAIRS_NAMED; i++) printf("%s%s", i ? "; " : "", names[i]);
    printf("%s)\n", count > PAIRS_NAMED ? "; ..." : "");
}

static void print_run_notes(const struct pairs *p)
{
    static const char *const names[PAIRS_SIDES] = {"base", "new"};
    for (uint32_t i = 0; i < p->note_count; i++) printf("note: %s\n", p->notes[i]);
    for (int s = 0; s < PAIRS_SIDES; s++) {
        if (!p->side[s].alone) continue;
        printf("note: runs done in %s without a partner in %s: ", names[s], names[1 - s]);
        print_names(p->side[s].alone_names, p->side[s].alone);
    }
    if (!p->failed) return;
    printf("regression: runs done in base and not in new: ");
    print_names(p->failed_names, p->failed);
}

static void print_metric_notes(const struct comparison *c)
{
    for (uint32_t m = 0; m < c->metric_count; m++) {
        uint32_t lacking[PAIRS_SIDES] = {0}, lost = 0;
        for (uint32_t i = 0; i < c->pairs.cell_count; i++) {
            const struct compare_result *r = compare_at(c, i, m);
            for (int s = 0; s < PAIRS_SIDES; s++) lacking[s] += r->lacking[s];
            lost += r->test.differing > 0;
        }
        if (is_absent(c, m)) printf("note: %s: no run has it\n", c->metrics[m]->name);
        if (lacking[PAIRS_BASE] + lacking[PAIRS_NEW])
            printf("note: %s: in %u pairs only new has it, in %u only base; they are left out\n",
                   c->metrics[m]->name, lacking[PAIRS_BASE], lacking[PAIRS_NEW]);
        if (!strcmp(c->metrics[m]->name, "lost") && lost)
            printf("note: times and energy are of the tasks that finished: where more are lost, a "
                   "smaller mean is no win\n");
    }
}

static void print_identical(const struct comparison *c)
{
    uint32_t without = 0, copies = 0;
    for (uint32_t i = 0; i < c->pairs.cell_count; i++) {
        without += c->pairs.cells[i].rows == PAIRS_NO_TASKS;
        copies += c->pairs.cells[i].are_copies && c->pairs.cells[i].count > 1;
    }
    if (c->same_cells == c->pairs.cell_count)
        printf(c->same_cells == 1 ? "identical rows in the one cell"
                                  : "identical rows in all %u cells",
               c->same_cells);
    else if (c->same_cells)
        printf("identical rows in %u of %u cells", c->same_cells, c->pairs.cell_count);
    if (c->same_cells) printf(without ? " (%u of them without rows of tasks)\n" : "\n", without);
    if (copies)
        printf("note: nothing is random in %u of %u cells: all replications there are one run, any "
               "difference is certain\n",
               copies, c->pairs.cell_count);
}

void compare_table(const struct comparison *c, bool all, struct arena *a)
{
    struct table t = {.c = c, .a = a};
    for (uint32_t i = 0; i < c->pairs.cell_count; i++)
        t.has_points |= strcmp(c->pairs.cells[i].point, "{}") != 0;
    print_head(c, a);
    for (int v = 0; v < VERDICT_COUNT; v++)
        if (c->count[v] && (all || sections[v].is_always_shown))
            print_section(&t, (enum compare_verdict)v);
    printf("\n");
    for (int v = 0; v < VERDICT_COUNT; v++)
        if (c->count[v] && !all && !sections[v].is_always_shown && v != VERDICT_ABSENT)
            printf("%s: %u (--all shows them)\n", sections[v].title, c->count[v]);
    print_identical(c);
    print_metric_notes(c);
    print_run_notes(&c->pairs);
    if (c->count[VERDICT_WORSE])
        printf("regression: %u of %u\n", c->count[VERDICT_WORSE],
               c->pairs.cell_count * c->metric_count - c->count[VERDICT_ABSENT]);
    else if (!compare_is_worse(c))
        printf("no regression\n");
}
