// What was run, in a few lines, and what a reader must know before believing the numbers.
#include <math.h>
#include <string.h>

#include "cli/page/page.h"
#include "results/store.h"

enum { NAMES_SHOWN = 12, FEW_REPLICATIONS = 5 };

static const char *join(struct page *p, const char *const *names, uint32_t count)
{
    const char *text = "";
    for (uint32_t i = 0; i < count && i < NAMES_SHOWN; i++)
        text = arena_format(p->arena, "%s%s%s", text, i ? ", " : "", names[i]);
    if (count > NAMES_SHOWN)
        text = arena_format(p->arena, "%s and %u more", text, count - NAMES_SHOWN);
    return text;
}

struct span {
    uint32_t least, most;
};

static struct span replications(const struct overview *o)
{
    struct span s = {UINT32_MAX, 0};
    for (uint32_t i = 0; i < o->row_count; i++) {
        uint32_t n = o->rows[i].run_count;
        if (n < s.least) s.least = n;
        if (n > s.most) s.most = n;
    }
    return s;
}

static uint32_t failed_runs(struct page *p)
{
    uint32_t      count = 0;
    sqlite3_stmt *q = page_query(p, "SELECT count(*) FROM run WHERE status <> 'done'");
    while (page_next(p, &q)) count = (uint32_t)sqlite3_column_int(q, 0);
    return count;
}

static void write_facts(struct page *p)
{
    const struct overview *o = &p->overview;
    struct span            n = replications(o);
    FILE                  *f = p->out;
    html_put(f, "<dl><dt>models</dt><dd>%s</dd>\n", join(p, o->models, o->model_count));
    html_put(f, "<dt>schemes</dt><dd>%s</dd>\n", join(p, o->schemes, o->scheme_count));
    if (o->points_in_all > 1)
        html_put(f, "<dt>points</dt><dd>%llu of a sweep over %s</dd>\n",
                 (unsigned long long)o->points_in_all, join(p, p->keys, p->key_count));
    else if (page_is_edited(p))
        html_put(f, "<dt>changed</dt><dd>%s</dd>\n", page_point_text(p, 0));
    html_put(f, "<dt>runs</dt><dd>%llu</dd>\n", (unsigned long long)o->runs_in_all);
    if (n.least == n.most)
        html_put(f, "<dt>replications</dt><dd>%u</dd>\n", n.most);
    else
        html_put(f, "<dt>replications</dt><dd>%u to %u</dd>\n", n.least, n.most);
    fputs("</dl>\n", f);
}

struct notes {
    struct page *p;
    uint32_t     count;
};

static void note(struct notes *n, const char *text, bool is_bad)
{
    if (!n->count++) fputs("<ul class=\"notes\">\n", n->p->out);
    html_put(n->p->out, is_bad ? "<li class=\"bad\">%s</li>\n" : "<li>%s</li>\n", text);
}

static void note_runs(struct notes *n)
{
    struct page           *p = n->p;
    const struct overview *o = &p->overview;
    uint32_t               failed = failed_runs(p);
    if (failed)
        note(n,
             arena_format(p->arena,
                          "%u of %llu runs failed; they are in no mean. Their errors are told "
                          "below, in Checks.",
                          failed, (unsigned long long)o->runs_in_all),
             true);
    if (o->points_in_all > o->point_count)
        note(n,
             arena_format(p->arena,
                          "The first %u of %llu points are shown; all are in the database "
                          "(fogsim export).",
                          o->point_count, (unsigned long long)o->points_in_all),
             false);
}

static void note_replications(struct notes *n)
{
    const struct overview *o = &n->p->overview;
    struct span            reps = replications(o);
    bool                   is_within = false;
    for (uint32_t i = 0; i < o->row_count; i++)
        is_within |= o->rows[i].values[OVERVIEW_LATENCY].is_within;
    if (reps.most == 1 && is_within)
        note(n, "One replication: intervals are those of batch means within the run.", false);
    else if (reps.most == 1)
        note(n,
             "One replication: there are no intervals. What looks like a difference may be chance.",
             false);
    else if (reps.most > 1 && reps.most < FEW_REPLICATIONS)
        note(n,
             arena_format(n->p->arena,
                          "Only %u replications: intervals are wide, and rest on means being "
                          "normally distributed.",
                          reps.most),
             false);
    if (reps.least != reps.most && reps.least < UINT32_MAX)
        note(n,
             arena_format(n->p->arena,
                          "Not everything has as many replications that are done: %u to %u.",
                          reps.least, reps.most),
             true);
}

// Tasks that never finished are in no mean of times.
static double unfinished_share(const struct overview_row *r)
{
    double share = 0;
    for (int s = JOB_LATE + 1; s < JOB_STATUS_COUNT; s++)
        share += overview_share(r, (enum job_status)s);
    return share;
}

// The largest share under a scheme, over the points; 0: all tasks finished everywhere.
static double worst_share(const struct overview *o, uint32_t model, uint32_t scheme)
{
    double worst = 0;
    for (uint32_t i = 0; i < o->row_count; i++) {
        const struct overview_row *r = &o->rows[i];
        if (r->model == model && r->scheme == scheme && unfinished_share(r) > worst)
            worst = unfinished_share(r);
    }
    return worst;
}

static void note_survivors(struct notes *n)
{
    struct page           *p = n->p;
    const struct overview *o = &p->overview;
    for (uint32_t m = 0; m < o->model_count; m++) {
        const char *list = "";
        for (uint32_t s = 0; s < o->scheme_count; s++) {
            char   percent[HTML_NUMBER_BYTES];
            double share = worst_share(o, m, s);
            if (share > 0)
                list = arena_format(p->arena, "%s%s%s %s%s %%", list, *list ? ", " : "",
                                    o->schemes[s], o->point_count > 1 ? "up to " : "",
                                    html_number_text(100 * share, 3, percent));
        }
        if (*list)
            note(n,
                 arena_format(p->arena,
                              "%s: some tasks never finished (dropped, lost, infeasible or "
                              "unfinished): %s. The times are those of the others.",
                              o->models[m], list),
                 true);
    }
}

static void note_costs(struct notes *n)
{
    struct page  *p = n->p;
    sqlite3_stmt *q = page_query(p, "SELECT model, cost_source FROM run WHERE cost_source LIKE "
                                    "'%fitted%' GROUP BY 1, 2 ORDER BY min(run_id) LIMIT 12");
    while (page_next(p, &q))
        note(n,
             arena_format(p->arena,
                          "%s: costs %s: the profile lacks those shapes, they are costed by the "
                          "rate of their kind.",
                          page_text(q, 0), page_text(q, 1)),
             false);
    q = page_query(p, "SELECT count(DISTINCT ifnull(profile_sha256, '')), "
                      "count(DISTINCT ifnull(fogsim_version, '')) FROM run");
    while (page_next(p, &q)) {
        if (sqlite3_column_int(q, 0) > 1)
            note(n, "The runs were made with different profiles; see Origin.", true);
        if (sqlite3_column_int(q, 1) > 1)
            note(n, "The runs were made by different versions of fogsim; see Origin.", true);
    }
}

void page_summary(struct page *p)
{
    struct notes n = {p, 0};
    page_heading(p, 2, "summary", "Summary");
    write_facts(p);
    note_runs(&n);
    note_replications(&n);
    note_survivors(&n);
    note_costs(&n);
    if (n.count) fputs("</ul>\n", p->out);
}
