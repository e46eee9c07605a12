// Steps, in this order: what was given; the points and their keys; the runs that are left; the keys
// of the axes; what else must be fixed; the axes' values; the metric. Each step is a few statements
// on temporary tables; texts of the user and of the database are bound, never part of a statement.
#include "results/figure/choice.h"

#include <stdio.h>
#include <string.h>

#include "results/figure/axis.h"

enum { CAPTION_WIDTH = 88, LISTED_MAX = 60 };

const char *choice_option(const struct choice *c, const char *name)
{
    for (uint32_t i = 0; i < c->request->option_count; i++)
        if (strcmp(c->request->options[i].name, name) == 0) return c->request->options[i].value;
    return NULL;
}

bool choice_unknown(struct choice *c, const char *name, const char *value, const struct texts *have,
                    struct err *e)
{
    char *all = arena_string(c->arena, "");
    if (have->count == 0)
        return err_add(e,
                       "--%s: want a key of a sweep, which this database does not hold, have"
                       " \"%.80s\"",
                       name, value);
    for (uint32_t i = 0; i < have->count && i < LISTED_MAX; i++)
        all = arena_format(c->arena, "%s%s%s", all, i ? ", " : "", have->text[i]);
    if (have->count > LISTED_MAX)
        all = arena_format(c->arena, "%s, ... (%u in all)", all, have->count);
    return err_add(e, "--%s: want %s%s, have \"%.80s\"", name, have->count > 1 ? "one of " : "",
                   all, value);
}

static bool keep_parameters(struct choice *c, struct err *e)
{
    bool ok = query_run(c->db, "CREATE TEMP TABLE parameter(name TEXT, value TEXT)", e);
    for (uint32_t i = 0; ok && i < c->request->option_count; i++)
        ok = query_bound(c->db, "INSERT INTO parameter VALUES (?1, ?2)",
                         c->request->options[i].name, c->request->options[i].value, e);
    return ok;
}

// Points are few where runs are many, so their JSON is read once each.
static bool read_points(struct choice *c, struct err *e)
{
    return query_run(
        c->db,
        "CREATE TEMP TABLE point_value AS"
        " SELECT p.point, j.key, CASE WHEN j.type IN ('true', 'false', 'null') THEN j.type"
        "   ELSE cast(j.value AS TEXT) END AS text, p.first_run, j.id AS place"
        " FROM (SELECT point, min(run_id) AS first_run FROM run WHERE json_valid(point)"
        "   GROUP BY point) p, json_each(p.point) j"
        " WHERE j.key NOT IN ('scheme', 'model');"
        "CREATE INDEX temp.point_value_key ON point_value(key, point);"
        "CREATE TEMP TABLE point_key AS SELECT key, min(first_run * 1000 + place) AS place"
        " FROM point_value GROUP BY key",
        e);
}

static bool check_names(struct choice *c, const char *name, const char *column, struct err *e)
{
    struct texts have;
    const char  *sql =
        arena_format(c->arena, "SELECT %s FROM run GROUP BY 1 ORDER BY min(run_id)", column);
    if (!query_texts(c->db, c->arena, sql, NULL, &have, e)) return false;
    for (uint32_t i = 0; i < c->request->option_count; i++) {
        const struct figure_option *o = &c->request->options[i];
        if (strcmp(o->name, name) == 0 && !texts_have(&have, o->value))
            return choice_unknown(c, name, o->value, &have, e);
    }
    return true;
}

static const char all_keys[] = "SELECT key FROM point_key ORDER BY place";
static const char values_of[] =
    "SELECT text FROM point_value WHERE key = ?1 GROUP BY text ORDER BY min(first_run)";

static bool fix(struct choice *c, const char *given, struct err *e)
{
    const char  *equals = strchr(given, '=');
    struct texts keys, values;
    if (!equals) return err_add(e, "--at: want KEY=VALUE, have \"%.80s\"", given);
    const char *key = arena_format(c->arena, "%.*s", (int)(equals - given), given);
    if (!query_texts(c->db, c->arena, all_keys, NULL, &keys, e)) return false;
    if (!texts_have(&keys, key)) return choice_unknown(c, "at", key, &keys, e);
    if (!query_texts(c->db, c->arena, values_of, key, &values, e)) return false;
    bool found = false, ok = true;
    for (uint32_t i = 0; ok && i < values.count; i++)
        if (axis_same(values.text[i], equals + 1)) {
            found = true;
            ok = query_bound(c->db, "INSERT INTO fixed VALUES (?1, ?2)", key, values.text[i], e);
        }
    if (!ok || found) return ok;
    return choice_unknown(c, arena_format(c->arena, "at %s", key), equals + 1, &values, e);
}

static bool choose(struct choice *c, struct err *e)
{
    bool ok = query_run(c->db, "CREATE TEMP TABLE fixed(key TEXT, text TEXT)", e);
    for (uint32_t i = 0; ok && i < c->request->option_count; i++)
        if (strcmp(c->request->options[i].name, "at") == 0)
            ok = fix(c, c->request->options[i].value, e);
    return ok &&
           query_run(
               c->db,
               "CREATE TEMP TABLE chosen(run_id INTEGER PRIMARY KEY, point TEXT, scheme TEXT,"
               " model TEXT, seed INTEGER, replication INTEGER, status TEXT);"
               "INSERT INTO chosen"
               " SELECT run_id, point, scheme, model, seed, replication, status FROM run r"
               " WHERE (scheme IN (SELECT value FROM parameter WHERE name = 'scheme')"
               "     OR NOT EXISTS (SELECT 1 FROM parameter WHERE name = 'scheme'))"
               " AND (model IN (SELECT value FROM parameter WHERE name = 'model')"
               "     OR NOT EXISTS (SELECT 1 FROM parameter WHERE name = 'model'))"
               " AND (point IN (SELECT v.point FROM point_value v JOIN fixed f USING (key, text)"
               "     GROUP BY v.point HAVING count(*) = (SELECT count(DISTINCT key) FROM fixed))"
               "     OR NOT EXISTS (SELECT 1 FROM fixed));"
               // What a run has for each key; scheme and model are keys too.
               "CREATE TEMP VIEW run_key AS"
               " SELECT c.run_id, v.key, v.text FROM chosen c JOIN point_value v USING (point)"
               " UNION ALL SELECT run_id, 'scheme', scheme FROM chosen"
               " UNION ALL SELECT run_id, 'model', model FROM chosen",
               e);
}

bool choice_varied(struct choice *c, struct texts *out, struct err *e)
{
    return query_texts(
        c->db, c->arena,
        "SELECT k.key FROM point_key k WHERE (SELECT count(DISTINCT v.text) FROM point_value v"
        " WHERE v.key = k.key AND v.point IN (SELECT point FROM chosen)) > 1 ORDER BY k.place",
        NULL, out, e);
}

bool choice_note(struct choice *c, const char *text, struct err *e)
{
    bool ok = true;
    while (ok && *text) {
        size_t length = strlen(text), cut = length;
        if (length > CAPTION_WIDTH) {
            for (cut = CAPTION_WIDTH; cut > 0 && text[cut - 1] != ' ';) cut--;
            if (cut == 0) cut = CAPTION_WIDTH; // one long word
            while (cut < length && ((unsigned char)text[cut] & 0xC0) == 0x80) cut++;
        }
        char *line = arena_format(c->arena, "%.*s", (int)cut, text);
        ok = query_bound(c->db, "INSERT INTO caption SELECT count(*), ?1 FROM caption", line, NULL,
                         e);
        text += cut;
    }
    return ok;
}

// "at k = v" for what the user fixed to one value.
bool choice_note_fixed(struct choice *c, struct err *e)
{
    struct texts lines;
    return query_texts(c->db, c->arena,
                       "SELECT 'at ' || group_concat(part, ', ') FROM (SELECT key || ' = ' ||"
                       " min(text) AS part FROM fixed GROUP BY key HAVING count(*) = 1)",
                       NULL, &lines, e) &&
           choice_note(c, lines.text[0], e);
}

// "k = v, k = v" of a point.
static bool point_text(struct choice *c, const char *point, char **out, struct err *e)
{
    struct texts parts;
    if (!query_texts(c->db, c->arena,
                     "SELECT key || ' = ' || text FROM point_value WHERE point = ?1 ORDER BY place",
                     point, &parts, e))
        return false;
    *out = arena_string(c->arena, "");
    for (uint32_t i = 0; i < parts.count; i++)
        *out = arena_format(c->arena, "%s%s%s", *out, i ? ", " : "", parts.text[i]);
    return true;
}

// A figure without axes shows the first point that has finished runs.
static bool take_one_point(struct choice *c, struct err *e)
{
    struct texts points;
    char        *text;
    if (!query_texts(c->db, c->arena,
                     "SELECT point FROM chosen GROUP BY point ORDER BY"
                     " min(CASE WHEN status = 'done' THEN 0 ELSE 1 END), min(run_id)",
                     NULL, &points, e))
        return false;
    if (points.count == 0) return true;
    if (!point_text(c, points.text[0], &text, e) ||
        !query_bound(c->db, "DELETE FROM chosen WHERE point <> ?1", points.text[0], NULL, e))
        return false;
    if (points.count > 1)
        text = arena_format(c->arena, "at %s (the first of %u points; choose with --at)", text,
                            points.count);
    return points.count > 1 ? choice_note(c, text, e) : choice_note_fixed(c, e);
}

// "3 runs failed", "1 run interrupted".
static bool note_unfinished(struct choice *c, struct err *e)
{
    struct texts lines;
    bool         ok = query_texts(
                c->db, c->arena,
                "SELECT count(*) || CASE count(*) WHEN 1 THEN ' run ' ELSE ' runs ' END || status"
                        " || ', not shown' FROM chosen WHERE status <> 'done' GROUP BY status ORDER BY status",
                NULL, &lines, e);
    for (uint32_t i = 0; ok && i < lines.count; i++) ok = choice_note(c, lines.text[i], e);
    return ok;
}

static bool order_names(struct choice *c, struct err *e)
{
    return query_run(c->db,
                     "CREATE TEMP TABLE schemes AS"
                     " SELECT row_number() OVER (ORDER BY scheme <> 'dina', min(run_id)) - 1 AS i,"
                     " scheme AS name FROM chosen WHERE status = 'done' GROUP BY scheme ORDER BY 1;"
                     "CREATE TEMP TABLE models AS"
                     " SELECT row_number() OVER (ORDER BY min(run_id)) - 1 AS i, model AS name"
                     " FROM chosen WHERE status = 'done' GROUP BY model ORDER BY 1",
                     e);
}

bool choice_make(struct choice *c, struct err *e)
{
    const bool has_axes = c->script->axis_count > 0;
    return query_run(c->db,
                     "CREATE TEMP TABLE caption(i INTEGER, text TEXT);"
                     "CREATE TEMP TABLE heading(i INTEGER, text TEXT)",
                     e) &&
           keep_parameters(c, e) &&
           query_run(c->db,
                     "INSERT INTO heading SELECT 0, value FROM parameter WHERE name = 'title'",
                     e) &&
           check_names(c, "scheme", "scheme", e) && check_names(c, "base", "scheme", e) &&
           check_names(c, "model", "model", e) && read_points(c, e) && choose(c, e) &&
           (has_axes ? axes_choose(c, e) : take_one_point(c, e)) && order_names(c, e) &&
           (!has_axes || axes_make(c, e)) && note_unfinished(c, e) &&
           (!c->script->metric.option || metric_make(c, e));
}
