// How busy nodes and links are, the busiest first, at the first point.
#include <math.h>
#include <string.h>

#include "cli/page/page.h"

enum { PLACES_SHOWN = 40, PLACE_ROWS_MAX = 1000000, ABREAST = 3, COLUMNS = 3 };

static const char *const columns[COLUMNS] = {"busy, %", "queue, mean", "queue, most"};

static const struct kind {
    const char *title, *table, *name, *about; // name, about: SQL
} kinds[] = {
    {"nodes", "node", "x.node", "ifnull(x.kind, '') || ' ' || ifnull(x.device, '')"},
    {"links", "link", "x.from_node || ' → ' || x.to_node", "''"},
};

static const char means_sql[] =
    "CREATE TEMP TABLE place AS SELECT %s AS name, min(%s) AS about, c.i AS scheme,"
    " 100 * avg(x.utilization) AS busy, %s AS queue_mean, %s AS queue_max"
    " FROM run r JOIN temp.shown_scheme c ON c.name = r.scheme JOIN \"%s\" x USING (run_id)"
    " WHERE r.status = 'done' AND r.point = (SELECT name FROM temp.shown_point WHERE i = 0)"
    " AND r.model = (SELECT name FROM temp.shown_model WHERE i = %u)"
    " AND r.replication <= (SELECT min(replication) + %u FROM run)"
    " GROUP BY 1, 3";

// Replications beyond the first that are read: all, unless that is too many rows.
static uint32_t replications_for(struct page *p, uint32_t model, const struct kind *kind)
{
    double rows = 0;
    for (uint32_t i = 0; i < p->overview.row_count; i++) {
        const struct overview_row *r = &p->overview.rows[i];
        if (r->point || r->model != model || !r->run_count) continue;
        sqlite3_stmt *q = page_query(
            p, arena_format(p->arena, "SELECT count(*) FROM \"%s\" WHERE run_id = ?", kind->table));
        if (q) sqlite3_bind_int64(q, 1, r->run_ids[0]);
        while (page_next(p, &q)) rows += page_real(q, 0) * r->run_count;
    }
    return rows <= PLACE_ROWS_MAX ? INT32_MAX : 0;
}

static bool make_table(struct page *p, uint32_t model, const struct kind *kind, uint32_t more)
{
    // Links have no queues before version 2 of the schema.
    bool        has_queue = page_has_column(p, kind->table, "queue_mean");
    const char *sql = arena_format(
        p->arena, means_sql, kind->name, kind->about, has_queue ? "avg(x.queue_mean)" : "NULL",
        has_queue ? "max(x.queue_max)" : "NULL", kind->table, model, more);
    sqlite3_stmt *q = page_query(p, "DROP TABLE IF EXISTS temp.place");
    while (page_next(p, &q)) continue;
    q = page_query(p, sql);
    while (page_next(p, &q)) continue;
    return !p->failed;
}

static uint32_t count_places(struct page *p)
{
    uint32_t      count = 0;
    sqlite3_stmt *q = page_query(p, "SELECT count(DISTINCT name) FROM temp.place");
    while (page_next(p, &q)) count = (uint32_t)sqlite3_column_int(q, 0);
    return count;
}

struct some { // schemes abreast: more do not fit on paper
    uint32_t first, end;
};

static void write_head(struct page *p, const struct kind *kind, struct some some)
{
    html_put(p->out, "<thead><tr><th scope=\"col\" rowspan=\"2\">%s</th>", kind->table);
    if (kind == kinds) fputs("<th scope=\"col\" rowspan=\"2\">kind, device</th>", p->out);
    for (uint32_t s = some.first; s < some.end; s++)
        html_put(p->out, "<th scope=\"colgroup\" colspan=\"%d\">%s</th>", COLUMNS,
                 p->overview.schemes[s]);
    fputs("</tr><tr>", p->out);
    for (uint32_t s = some.first; s < some.end; s++)
        for (int c = 0; c < COLUMNS; c++) page_head(p, columns[c], true);
    page_head_end(p);
}

struct place { // the row under way
    const char *name, *about;
    double      values[ABREAST * COLUMNS];
};

static void write_place(struct page *p, const struct kind *kind, struct some some,
                        const struct place *place)
{
    html_put(p->out, "<tr><th scope=\"row\">%s</th>", place->name);
    if (kind == kinds) page_cell(p, place->about);
    for (uint32_t i = 0; i < (some.end - some.first) * COLUMNS; i++)
        page_number(p, place->values[i]);
    fputs("</tr>\n", p->out);
}

static void write_rows(struct page *p, const struct kind *kind, struct some some)
{
    struct place  place = {0};
    sqlite3_stmt *q =
        page_query(p, "WITH best AS (SELECT name, max(busy) AS most FROM temp.place GROUP BY name"
                      " ORDER BY most DESC, length(name), name LIMIT 40)"
                      " SELECT x.name, x.about, x.scheme, x.busy, x.queue_mean, x.queue_max"
                      " FROM temp.place x JOIN best b ON b.name = x.name"
                      " ORDER BY b.most DESC, length(x.name), x.name, x.scheme");
    while (page_next(p, &q)) {
        uint32_t scheme = (uint32_t)sqlite3_column_int(q, 2);
        if (!place.name || strcmp(place.name, page_text(q, 0)) != 0) {
            if (place.name) write_place(p, kind, some, &place);
            place.name = page_kept(p, q, 0);
            place.about = page_kept(p, q, 1);
            for (int i = 0; i < ABREAST * COLUMNS; i++) place.values[i] = NAN;
        }
        for (int c = 0; c < COLUMNS && scheme >= some.first && scheme < some.end; c++)
            place.values[(scheme - some.first) * COLUMNS + (uint32_t)c] = page_real(q, 3 + c);
    }
    if (place.name) write_place(p, kind, some, &place);
}

static bool write_kind(struct page *p, uint32_t model, const struct kind *kind)
{
    uint32_t more = replications_for(p, model, kind);
    uint32_t count = make_table(p, model, kind, more) ? count_places(p) : 0;
    if (!count) return false;
    const char *title = arena_format(p->arena, "%s: %s%u %s%s", p->overview.models[model],
                                     count > PLACES_SHOWN ? "the busiest 40 of " : "", count,
                                     kind->title, more ? "" : " (first replication)");
    page_fold(p, title);
    for (uint32_t s = 0; s < p->overview.scheme_count; s += ABREAST) {
        uint32_t    end = p->overview.scheme_count;
        struct some some = {s, s + ABREAST < end ? s + ABREAST : end};
        page_table(p, title);
        write_head(p, kind, some);
        write_rows(p, kind, some);
        page_table_end(p);
    }
    page_fold_end(p);
    return true;
}

void page_network(struct page *p)
{
    bool any = false;
    page_heading(p, 2, "network", "Nodes and links");
    if (p->overview.point_count > 1)
        html_put(p->out, "<p>At the first point: %s.</p>\n", page_point_text(p, 0));
    for (uint32_t m = 0; m < p->overview.model_count; m++)
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            any |= write_kind(p, m, &kinds[k]);
    if (!any) fputs("<p>No node or link of a finished run is in the database.</p>\n", p->out);
}
