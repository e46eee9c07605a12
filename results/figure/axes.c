// The axes of a figure over a sweep (choice.h): which keys they show, what else is fixed, and the
// tables of their values.
#include <string.h>

#include "results/figure/axis.h"
#include "results/figure/choice.h"

// Index of an axis that already shows the key, or -1.
static int axis_of(const struct choice *c, uint32_t count, const char *key)
{
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(c->axis_key[i], key) == 0) return (int)i;
    return -1;
}

// The default of axis i: of "first|model" the first that no axis before it has; "first" is the
// first key that varies.
static bool default_key(struct choice *c, uint32_t i, const struct texts *varied)
{
    char *words = arena_string(c->arena, c->script->axes[i].otherwise), *rest;
    for (char *w = strtok_r(words, "|", &rest); w; w = strtok_r(NULL, "|", &rest)) {
        uint32_t k = 0;
        if (strcmp(w, "first") != 0) {
            if (axis_of(c, c->script->axis_count, w) < 0) return c->axis_key[i] = w, true;
            continue;
        }
        while (k < varied->count && axis_of(c, c->script->axis_count, varied->text[k]) >= 0) k++;
        if (k < varied->count) return c->axis_key[i] = varied->text[k], true;
    }
    return false;
}

static bool given_key(struct choice *c, uint32_t i, const char *key, struct err *e)
{
    struct texts keys;
    const char  *name = c->script->axes[i].option;
    if (!query_texts(c->db, c->arena,
                     "SELECT key FROM (SELECT key, place FROM point_key UNION ALL"
                     " VALUES ('scheme', 9e18), ('model', 9.1e18)) ORDER BY place",
                     NULL, &keys, e))
        return false;
    if (!texts_have(&keys, key)) return choice_unknown(c, name, key, &keys, e);
    const int other = axis_of(c, c->script->axis_count, key);
    if (other >= 0)
        return err_add(e, "--%s and --%s: want two keys, have \"%s\" twice",
                       c->script->axes[other].option, name, key);
    c->axis_key[i] = key;
    return true;
}

static bool choose_keys(struct choice *c, struct err *e)
{
    struct texts varied;
    if (!choice_varied(c, &varied, e)) return false;
    for (uint32_t i = 0; i < c->script->axis_count; i++) c->axis_key[i] = "";
    for (uint32_t i = 0; i < c->script->axis_count; i++) {
        const char *key = choice_option(c, c->script->axes[i].option);
        if (key && !given_key(c, i, key, e)) return false;
    }
    for (uint32_t i = 0; i < c->script->axis_count; i++)
        if (!*c->axis_key[i] && !default_key(c, i, &varied))
            return c->nothing = true, err_add(e, "--%s: want a key of a sweep, and no other varies",
                                              c->script->axes[i].option);
    return true;
}

static bool stands_on_axis(const struct choice *c, const char *key)
{
    return axis_of(c, c->script->axis_count, key) >= 0;
}

// The places of the figure: one row a run with the texts of its axes and its panel.
static bool make_places(struct choice *c, struct err *e)
{
    char *columns = arena_string(c->arena, "");
    for (uint32_t i = 0; i < c->script->axis_count; i++)
        columns = arena_format(c->arena, "%s, k%u TEXT", columns, i);
    char *sql =
        arena_format(c->arena,
                     "CREATE TEMP TABLE place(run_id INTEGER PRIMARY KEY, panel TEXT%s);"
                     "INSERT INTO place(run_id, panel) SELECT run_id, %s FROM chosen",
                     columns,
                     stands_on_axis(c, "model")    ? stands_on_axis(c, "scheme") ? "''" : "scheme"
                     : stands_on_axis(c, "scheme") ? "model"
                                                   : "model || ', ' || scheme");
    bool ok = query_run(c->db, sql, e);
    for (uint32_t i = 0; ok && i < c->script->axis_count; i++) {
        sql = arena_format(c->arena,
                           "UPDATE place SET k%u = (SELECT text FROM run_key k WHERE"
                           " k.run_id = place.run_id AND k.key = ?1)",
                           i);
        ok = query_bound(c->db, sql, c->axis_key[i], NULL, e);
    }
    return ok;
}

// Whether the key has several values at one place.
static bool varies_unseen(struct choice *c, const char *key, bool *out, struct err *e)
{
    struct texts rows;
    char        *columns = arena_string(c->arena, "panel");
    for (uint32_t i = 0; i < c->script->axis_count; i++)
        columns = arena_format(c->arena, "%s, k%u", columns, i);
    const char *sql = arena_format(c->arena,
                                   "SELECT 1 FROM place JOIN chosen USING (run_id)"
                                   " JOIN point_value v USING (point) WHERE v.key = ?1"
                                   " GROUP BY %s HAVING count(DISTINCT v.text) > 1 LIMIT 1",
                                   columns);
    if (!query_texts(c->db, c->arena, sql, key, &rows, e)) return false;
    *out = rows.count > 0;
    return true;
}

static bool take_first_value(struct choice *c, const char *key, const char **text, struct err *e)
{
    struct texts values;
    if (!query_texts(c->db, c->arena,
                     "SELECT v.text FROM chosen JOIN point_value v USING (point) WHERE v.key = ?1"
                     " GROUP BY v.text ORDER BY min(run_id) LIMIT 1",
                     key, &values, e))
        return false;
    *text = values.text[0];
    return query_bound(c->db,
                       "DELETE FROM chosen WHERE point NOT IN"
                       " (SELECT point FROM point_value WHERE key = ?1 AND text = ?2)",
                       key, *text, e) &&
           query_run(c->db, "DELETE FROM place WHERE run_id NOT IN (SELECT run_id FROM chosen)", e);
}

static bool count_places(struct choice *c, struct texts *out, struct err *e)
{
    char *columns = arena_string(c->arena, "panel");
    for (uint32_t i = 0; i < c->script->axis_count; i++)
        columns = arena_format(c->arena, "%s, k%u", columns, i);
    return query_texts(
        c->db, c->arena,
        arena_format(c->arena, "SELECT count(*) FROM (SELECT DISTINCT %s FROM place)", columns),
        NULL, out, e);
}

// `fixed` and `along` become the keys that were fixed, with their values, and those that were not.
static bool fix_unseen(struct choice *c, const struct texts *varied, char **fixed, char **along,
                       struct err *e)
{
    *fixed = arena_string(c->arena, "");
    *along = arena_string(c->arena, "");
    for (uint32_t k = 0; k < varied->count; k++) {
        const char *key = varied->text[k], *text;
        bool        unseen;
        if (stands_on_axis(c, key)) continue;
        if (!varies_unseen(c, key, &unseen, e)) return false;
        if (!unseen) {
            *along = arena_format(c->arena, "%s%s%s", *along, **along ? ", " : "", key);
            continue;
        }
        if (!take_first_value(c, key, &text, e)) return false;
        *fixed = arena_format(c->arena, "%s%s%s = %s", *fixed, **fixed ? ", " : "", key, text);
    }
    return true;
}

static bool keep_samples(struct choice *c, const struct texts *varied, struct err *e)
{
    char *keys = arena_string(c->arena, "");
    for (uint32_t k = 0; k < varied->count; k++)
        if (!stands_on_axis(c, varied->text[k]))
            keys = arena_format(c->arena, "%s%s%s", keys, *keys ? ", " : "", varied->text[k]);
    return query_run(c->db,
                     "ROLLBACK TO unfixed;"
                     "INSERT INTO sampled SELECT point, row_number() OVER (ORDER BY min(run_id))"
                     " FROM chosen GROUP BY point",
                     e) &&
           choice_note(
               c,
               arena_format(c->arena, "no grid: each mark is a point, which differs in %s", keys),
               e);
}

// Whether the sweep says that it drew its points. Older databases know no documents.
static bool is_latin(struct choice *c, bool *out, struct err *e)
{
    struct texts found;
    *out = false;
    if (!query_texts(c->db, c->arena, "SELECT 1 FROM main.sqlite_master WHERE name = 'document'",
                     NULL, &found, e))
        return false;
    if (found.count == 0) return true;
    if (!query_texts(c->db, c->arena,
                     "SELECT 1 FROM document WHERE name = 'sweep' AND json_valid(text)"
                     " AND json_extract(text, '$.method') = 'latin'",
                     NULL, &found, e))
        return false;
    *out = found.count > 0;
    return true;
}

// In a grid every place keeps some runs; where one would lose all of them the points are samples,
// and each stands for itself.
static bool fix_the_rest(struct choice *c, struct err *e)
{
    struct texts varied, before, after;
    char        *fixed, *along;
    bool         latin;
    if (!choice_varied(c, &varied, e) || !is_latin(c, &latin, e) || !count_places(c, &before, e) ||
        !query_run(c->db,
                   "CREATE TEMP TABLE sampled(point TEXT PRIMARY KEY, j INTEGER);"
                   "SAVEPOINT unfixed",
                   e) ||
        !fix_unseen(c, &varied, &fixed, &along, e) || !count_places(c, &after, e))
        return false;
    bool ok = true;
    if (strcmp(before.text[0], after.text[0]) != 0 || (latin && *along)) {
        ok = keep_samples(c, &varied, e);
    } else {
        if (*fixed) fixed = arena_format(c->arena, "at %s (choose with --at)", fixed);
        if (*along) along = arena_format(c->arena, "varies along: %s", along);
        ok = choice_note(c, fixed, e) && choice_note(c, along, e);
    }
    return ok && query_run(c->db, "RELEASE unfixed", e);
}

bool axes_choose(struct choice *c, struct err *e)
{
    return choose_keys(c, e) && make_places(c, e) && choice_note_fixed(c, e) && fix_the_rest(c, e);
}

// In the order of the sweep; schemes and models in that of drawing. A run that lacks the key (the
// sweep was changed under way) is on no axis.
static bool values_of(struct choice *c, uint32_t i, struct texts *out, struct err *e)
{
    const char *key = c->axis_key[i];
    const bool  is_scheme = strcmp(key, "scheme") == 0;
    return query_texts(c->db, c->arena,
                       arena_format(c->arena,
                                    "SELECT k%u FROM place WHERE k%u IS NOT NULL GROUP BY 1"
                                    " ORDER BY %s min(run_id)",
                                    i, i,
                                    is_scheme ? arena_format(c->arena, "k%u <> 'dina',", i) : ""),
                       NULL, out, e);
}

// Numbers stand in their order, names in that of the sweep. Insertion: values are few, or sorted.
static void sort_numbers(struct texts *values, struct axis *axis)
{
    for (uint32_t i = 1; axis->numeric && i < values->count; i++)
        for (uint32_t k = i; k > 0 && axis->number[k] < axis->number[k - 1]; k--) {
            const double number = axis->number[k];
            const char  *text = values->text[k];
            axis->number[k] = axis->number[k - 1], axis->number[k - 1] = number;
            values->text[k] = values->text[k - 1], values->text[k - 1] = text;
        }
}

static bool write_values(struct choice *c, uint32_t i, const struct texts *values,
                         const struct axis *axis, struct err *e)
{
    const char *key = c->axis_key[i], *name = c->script->axes[i].option;
    const char *dot = strrchr(key, '.');
    const bool  is_label = !strcmp(key, "scheme") || !strcmp(key, "model");
    const char *prefix = is_label ? "" : arena_format(c->arena, "%s = ", dot ? dot + 1 : key);
    const char *sql =
        arena_format(c->arena,
                     "INSERT INTO %s_value SELECT ifnull(max(i) + 1, 0), ?1, ?2 || ?1, NULL"
                     " FROM %s_value",
                     name, name);
    bool ok = true;
    for (uint32_t v = 0; ok && v < values->count; v++) {
        ok = query_bound(c->db, sql, values->text[v], prefix, e) &&
             query_bound(c->db,
                         arena_format(c->arena,
                                      "UPDATE %s_value SET number = cast(?1 AS REAL)"
                                      " WHERE i = cast(?2 AS INTEGER)",
                                      name),
                         arena_format(c->arena, "%.17g", axis->number[v]),
                         arena_format(c->arena, "%u", v), e);
    }
    return ok;
}

static bool make_axis(struct choice *c, uint32_t i, struct err *e)
{
    struct texts values;
    struct axis  axis;
    const char  *key = c->axis_key[i], *name = c->script->axes[i].option;
    if (!query_run(
            c->db,
            arena_format(c->arena,
                         "CREATE TEMP TABLE %s_axis(i INTEGER, key TEXT, label TEXT,"
                         " unit TEXT, numeric INTEGER, logarithmic INTEGER);"
                         "CREATE TEMP TABLE %s_value(i INTEGER PRIMARY KEY, text TEXT, label TEXT,"
                         " number REAL)",
                         name, name),
            e) ||
        !values_of(c, i, &values, e))
        return false;
    axis_make(&axis, c->arena, values.text, values.count);
    sort_numbers(&values, &axis);
    char *label = *axis.unit ? arena_format(c->arena, "%s (%s)", key, axis.unit)
                             : arena_string(c->arena, key);
    char *sql = arena_format(c->arena, "INSERT INTO %s_axis VALUES (0, ?1, ?2, NULL, %d, %d)", name,
                             axis.numeric, axis.logarithmic);
    return query_bound(c->db, sql, key, label, e) &&
           query_bound(c->db, arena_format(c->arena, "UPDATE %s_axis SET unit = ?1", name),
                       axis.unit, NULL, e) &&
           write_values(c, i, &values, &axis, e) &&
           query_run(c->db,
                     arena_format(c->arena,
                                  "CREATE TEMP TABLE %s_run AS SELECT p.run_id, v.i"
                                  " FROM place p JOIN %s_value v ON v.text = p.k%u;"
                                  "CREATE UNIQUE INDEX temp.%s_run_id ON %s_run(run_id)",
                                  name, name, i, name, name),
                     e);
}

bool axes_make(struct choice *c, struct err *e)
{
    bool ok = query_run(
        c->db,
        "CREATE TEMP TABLE panel AS SELECT row_number() OVER (ORDER BY min(m.i), min(s.i),"
        " min(p.run_id)) - 1 AS i, p.panel AS text FROM place p JOIN chosen c USING (run_id)"
        " LEFT JOIN schemes s ON s.name = c.scheme LEFT JOIN models m ON m.name = c.model"
        " GROUP BY p.panel ORDER BY 1;"
        "CREATE TEMP TABLE panel_run AS SELECT p.run_id, n.i, ifnull(j.j, 0) AS j"
        " FROM place p JOIN panel n ON n.text = p.panel JOIN chosen c USING (run_id)"
        " LEFT JOIN sampled j USING (point);"
        "CREATE UNIQUE INDEX temp.panel_run_id ON panel_run(run_id)",
        e);
    for (uint32_t i = 0; ok && i < c->script->axis_count; i++) ok = make_axis(c, i, e);
    return ok;
}
