// The dialect that Jenkins, GitLab and the actions of GitHub read: testsuites, testsuite,
// properties, testcase with failure, skipped or system-out.
#include <string.h>

#include "cli/compare/compare.h"

struct report {
    const struct comparison *c;
    FILE                    *out;
    struct arena            *a;
};

// In an attribute or in text. What reaches this is UTF-8 without control characters
// (base/clean.h).
static void put_escaped(FILE *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '<': fputs("&lt;", out); break;
        case '>': fputs("&gt;", out); break;
        case '&': fputs("&amp;", out); break;
        case '"': fputs("&quot;", out); break;
        default: fputc(*text, out);
        }
    }
}

static void put_attribute(FILE *out, const char *name, const char *value)
{
    fprintf(out, " %s=\"", name);
    put_escaped(out, value);
    fputc('"', out);
}

static void put_property(FILE *out, const char *name, const char *value)
{
    fprintf(out, "      <property");
    put_attribute(out, "name", name);
    put_attribute(out, "value", value);
    fprintf(out, "/>\n");
}

static bool is_skipped(enum compare_verdict v)
{
    return v == VERDICT_UNKNOWN || v == VERDICT_ABSENT;
}

static const char *story(const struct report *r, const struct pairs_metric *m,
                         const struct compare_result *result)
{
    return arena_format(r->a, "%s %s: %s, then %s, in %zu pairs; p %s after Holm", m->name,
                        compare_change(result, r->a),
                        compare_value(m, result->test.base_mean, r->a),
                        compare_value(m, result->test.other_mean, r->a), result->test.n,
                        compare_p(result->p_holm, r->a));
}

static void put_outcome(const struct report *r, const struct pairs_metric *m,
                        const struct compare_result *result)
{
    if (is_skipped(result->verdict)) {
        fprintf(r->out, "      <skipped");
        put_attribute(r->out, "message",
                      result->verdict == VERDICT_ABSENT ? "no run has the metric"
                                                        : "no verdict: fewer than 2 pairs");
        fprintf(r->out, "/>\n");
        return;
    }
    const char *text = story(r, m, result);
    if (result->verdict == VERDICT_WORSE) {
        fprintf(r->out, "      <failure type=\"regression\"");
        put_attribute(r->out, "message", text);
        fprintf(r->out, ">");
        put_escaped(r->out, text);
        fprintf(r->out, "</failure>\n");
        return;
    }
    fprintf(r->out, "      <system-out>%s: ", compare_verdict_names[result->verdict]);
    put_escaped(r->out, text);
    fprintf(r->out, "</system-out>\n");
}

static void put_case(const struct report *r, uint32_t cell, uint32_t metric)
{
    const struct pairs_cell   *of = &r->c->pairs.cells[cell];
    const struct pairs_metric *m = r->c->metrics[metric];
    const char                *point = compare_point(of->point, r->a);
    fprintf(r->out, "    <testcase");
    put_attribute(
        r->out, "classname",
        arena_format(r->a, "%s.%s.%s", r->c->pairs.scenario, of->model, compare_scheme(of, r->a)));
    put_attribute(r->out, "name",
                  strcmp(point, "-") != 0 ? arena_format(r->a, "%s at %s", m->name, point)
                                          : m->name);
    fprintf(r->out, " time=\"0\">\n");
    put_outcome(r, m, compare_at(r->c, cell, metric));
    fprintf(r->out, "    </testcase>\n");
}

// Beside the cells: runs that were done must still be.
static void put_failed(const struct report *r)
{
    const struct pairs *p = &r->c->pairs;
    fprintf(r->out, "    <testcase");
    put_attribute(r->out, "classname", p->scenario);
    put_attribute(r->out, "name", "runs that were done still are");
    fprintf(r->out, " time=\"0\">\n");
    if (p->failed) {
        fprintf(r->out, "      <failure type=\"regression\"");
        put_attribute(r->out, "message",
                      arena_format(r->a, "runs done in base and not in new: %u, the first: %s",
                                   p->failed, p->failed_names[0]));
        fprintf(r->out, "/>\n");
    }
    fprintf(r->out, "    </testcase>\n");
}

static void put_head(const struct report *r)
{
    const struct comparison *c = r->c;
    uint32_t                 failures = c->count[VERDICT_WORSE] + (c->pairs.failed > 0);
    uint32_t                 skipped = c->count[VERDICT_UNKNOWN] + c->count[VERDICT_ABSENT];
    unsigned long long       tests = (unsigned long long)c->pairs.cell_count * c->metric_count + 1;
    fprintf(r->out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"fogsim compare\" "
            "tests=\"%llu\" failures=\"%u\" errors=\"0\">\n  <testsuite",
            tests, failures);
    put_attribute(r->out, "name", c->pairs.scenario);
    fprintf(r->out, " tests=\"%llu\" failures=\"%u\" errors=\"0\" skipped=\"%u\" time=\"0\">\n",
            tests, failures, skipped);
    fprintf(r->out, "    <properties>\n");
    put_property(r->out, "base", c->pairs.side[PAIRS_BASE].path);
    put_property(r->out, "new", c->pairs.side[PAIRS_NEW].path);
    put_property(r->out, "alpha", arena_format(r->a, "%g", c->alpha));
    put_property(r->out, "threshold", arena_format(r->a, "%g %%", 100 * c->threshold));
    for (uint32_t i = 0; i < c->pairs.note_count; i++)
        put_property(r->out, "note", c->pairs.notes[i]);
    fprintf(r->out, "    </properties>\n");
}

void compare_junit(const struct comparison *c, FILE *out, struct arena *a)
{
    struct report r = {c, out, a};
    put_head(&r);
    put_failed(&r);
    for (uint32_t i = 0; i < c->pairs.cell_count; i++)
        for (uint32_t m = 0; m < c->metric_count; m++) {
            struct arena_mark mark = arena_mark(a);
            put_case(&r, i, m);
            arena_rewind(a, mark);
        }
    fprintf(out, "  </testsuite>\n</testsuites>\n");
}
