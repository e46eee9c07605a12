// What each layer takes, model by model, at the first point: means of summary over the
// replications.
#include <math.h>
#include <string.h>

#include "cli/page/page.h"

enum {
    LAYERS_MAX = 2000,
    ABREAST = 3,
    COLUMNS = 3
}; // computation and loading; transmission; waiting

static const char *const columns[COLUMNS] = {"comp. + loading", "trans\u00admission", "waiting"};

static const char means_sql[] =
    "SELECT s.layer, c.i, CASE WHEN s.metric IN ('computation_s', 'loading_s') THEN 0"
    " WHEN s.metric = 'transmission_s' THEN 1 ELSE 2 END AS part, sum(s.mean) / "
    "count(DISTINCT r.run_id)"
    " FROM run r JOIN temp.shown_scheme c ON c.name = r.scheme JOIN summary s USING (run_id)"
    " WHERE r.status = 'done' AND r.point = ?1 AND r.model = ?2 AND s.layer >= 0 AND s.layer < ?3"
    " AND s.metric IN ('computation_s', 'loading_s', 'transmission_s', 'queueing_s',"
    " 'edge_delay_s') GROUP BY s.layer, c.i, part";

struct layers {                  // of one model, or of a mix numbered through
    const char **names, **kinds; // [LAYERS_MAX] "" where not known
    double      *means_s;        // [LAYERS_MAX][scheme_count][COLUMNS] NaN: none
    uint32_t     count, named;
};

static double *mean_of(const struct page *p, struct layers *l, uint32_t layer, uint32_t scheme,
                       int column)
{
    return &l->means_s[((size_t)layer * p->overview.scheme_count + scheme) * COLUMNS +
                       (size_t)column];
}

static bool read_means(struct page *p, uint32_t model, struct layers *l)
{
    size_t        cells = (size_t)LAYERS_MAX * p->overview.scheme_count * COLUMNS;
    sqlite3_stmt *q = page_query(p, means_sql);
    l->means_s = ARENA_ARRAY(p->arena, double, cells);
    for (size_t i = 0; i < cells; i++) l->means_s[i] = NAN;
    if (!q) return false;
    sqlite3_bind_text(q, 1, p->overview.points[0], -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 2, p->overview.models[model], -1, SQLITE_STATIC);
    sqlite3_bind_int(q, 3, LAYERS_MAX);
    while (page_next(p, &q)) {
        uint32_t layer = (uint32_t)sqlite3_column_int(q, 0);
        uint32_t scheme = (uint32_t)sqlite3_column_int(q, 1);
        if (layer >= l->count) l->count = layer + 1;
        *mean_of(p, l, layer, scheme, sqlite3_column_int(q, 2)) = page_real(q, 3);
    }
    return l->count > 0;
}

// The layers of one task, behind those that have names already. `task_sql` takes run and model.
static uint32_t name_task(struct page *p, struct layers *l, int64_t run, const char *model,
                          const char *task_sql)
{
    uint32_t      before = l->named;
    sqlite3_stmt *q = page_query(
        p, arena_format(p->arena,
                        "SELECT name, kind FROM layer WHERE run_id = ?1 AND task_id = (%s)"
                        " ORDER BY layer",
                        task_sql));
    if (!q) return 0;
    sqlite3_bind_int64(q, 1, run);
    if (model) sqlite3_bind_text(q, 2, model, -1, SQLITE_STATIC);
    while (page_next(p, &q)) {
        if (l->named == LAYERS_MAX) continue;
        l->names[l->named] = page_kept(p, q, 0);
        l->kinds[l->named++] = page_kept(p, q, 1);
    }
    return l->named - before;
}

// A mix numbers the layers of its models through, in the order of the scenario.
static void read_names(struct page *p, uint32_t model, struct layers *l)
{
    const struct overview_row *row = NULL;
    for (uint32_t i = 0; !row && i < p->overview.row_count; i++)
        if (!p->overview.rows[i].point && p->overview.rows[i].model == model &&
            p->overview.rows[i].run_count)
            row = &p->overview.rows[i];
    l->names = ARENA_ARRAY(p->arena, const char *, LAYERS_MAX);
    l->kinds = ARENA_ARRAY(p->arena, const char *, LAYERS_MAX);
    if (!row) return;
    if (strcmp(p->overview.models[model], "mix") != 0) {
        name_task(p, l, row->run_ids[0], NULL, "SELECT min(task_id) FROM layer WHERE run_id = ?1");
    } else {
        const cJSON *models = cJSON_GetObjectItemCaseSensitive(p->scenario, "models");
        uint32_t     got = 1;
        for (const cJSON *m = models ? models->child : NULL; m && m->string && got; m = m->next)
            got = name_task(p, l, row->run_ids[0], m->string,
                            "SELECT t.task_id FROM task t WHERE t.run_id = ?1 AND t.model = ?2"
                            " AND EXISTS (SELECT 1 FROM layer y WHERE y.run_id = t.run_id"
                            " AND y.task_id = t.task_id) LIMIT 1");
    }
    if (l->named != l->count) l->named = 0; // not those of the means
}

struct some { // schemes abreast: more do not fit on paper
    uint32_t first, end;
};

static void write_head(struct page *p, struct some some, bool is_named)
{
    fputs("<thead><tr><th scope=\"col\" rowspan=\"2\">layer</th>", p->out);
    if (is_named) fputs("<th scope=\"col\" rowspan=\"2\">kind</th>", p->out);
    for (uint32_t s = some.first; s < some.end; s++)
        html_put(p->out, "<th scope=\"colgroup\" colspan=\"%d\">%s</th>", COLUMNS,
                 p->overview.schemes[s]);
    fputs("</tr><tr>", p->out);
    for (uint32_t s = some.first; s < some.end; s++)
        for (int c = 0; c < COLUMNS; c++) page_head(p, columns[c], true);
    page_head_end(p);
}

static struct page_unit unit_of(const struct page *p, const struct layers *l)
{
    double largest_s = 0;
    for (size_t i = 0; i < (size_t)l->count * p->overview.scheme_count * COLUMNS; i++)
        if (l->means_s[i] > largest_s) largest_s = l->means_s[i];
    return page_unit_for(largest_s);
}

static void write_some(struct page *p, struct layers *l, struct some some, double unit)
{
    write_head(p, some, l->named > 0);
    for (uint32_t i = 0; i < l->count; i++) {
        if (l->named)
            html_put(p->out, "<tr><th scope=\"row\">%s</th><td>%s</td>", l->names[i], l->kinds[i]);
        else
            html_put(p->out, "<tr><th scope=\"row\">%u</th>", i);
        for (uint32_t s = some.first; s < some.end; s++)
            for (int c = 0; c < COLUMNS; c++) page_number(p, *mean_of(p, l, i, s, c) / unit);
        fputs("</tr>\n", p->out);
    }
}

static void write_model(struct page *p, uint32_t model, struct layers *l)
{
    const struct overview *o = &p->overview;
    struct page_unit       unit = unit_of(p, l);
    page_fold(p, arena_format(p->arena, "%s: %u layers", o->models[model], l->count));
    for (uint32_t s = 0; s < o->scheme_count; s += ABREAST) {
        struct some some = {s, s + ABREAST < o->scheme_count ? s + ABREAST : o->scheme_count};
        page_table(p, arena_format(p->arena, "%s, layer by layer: means in %s", o->models[model],
                                   unit.name));
        write_some(p, l, some, unit.seconds);
        page_table_end(p);
    }
    page_fold_end(p);
}

void page_layers(struct page *p)
{
    bool any = false;
    page_heading(p, 2, "layers", "Layers");
    fputs("<p class=\"faint\">A layer is a conv or fc layer with what follows it up to the next. "
          "Waiting is queueing and edge delay.</p>\n",
          p->out);
    if (p->overview.point_count > 1)
        html_put(p->out, "<p>At the first point: %s.</p>\n", page_point_text(p, 0));
    for (uint32_t m = 0; m < p->overview.model_count && !p->failed; m++) {
        struct arena_mark mark = arena_mark(p->arena);
        struct layers     l = {0};
        if (read_means(p, m, &l)) {
            read_names(p, m, &l);
            write_model(p, m, &l);
            any = true;
        }
        arena_rewind(p->arena, mark);
    }
    if (!any) fputs("<p>No layer of a finished task is in the database.</p>\n", p->out);
}
