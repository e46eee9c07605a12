#include "scenarios/trace.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

// SHOWN_BYTES: a text of the file in a message stays short whatever the file holds.
enum { TRACE_MAX_BYTES = 1 << 28, MAX_COLUMNS = 4, SHOWN_BYTES = 60 };

static const double POSITION_MAX_M = 1e9, FACTOR_MAX = 1e9;

// ---- a table, line by line

struct csv {
    const char *path;
    char       *next, *end; // of the text; *end is NUL
    uint32_t    line;       // of the row, from 1
    uint32_t    column_count;
    char       *fields[MAX_COLUMNS]; // of the row
    bool        failed;              // a row was refused; `e` says which
    struct err *e;
};

static bool fault(struct csv *t, const char *want, const char *have)
{
    t->failed = true;
    return err_add(t->e, "%s: line %u: want %s, have \"%.*s%s\"", t->path, t->line, want,
                   SHOWN_BYTES, have, strlen(have) > SHOWN_BYTES ? "..." : "");
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

// Without blanks at both ends; `end` is where the text ends, and may be written to.
static char *trim(char *text, char *end)
{
    while (text < end && is_blank(*text)) text++;
    while (end > text && is_blank(end[-1])) end--;
    *end = '\0';
    return text;
}

static bool split(struct csv *t, char *line, char *end, const char *want)
{
    uint32_t count = 0;
    for (char *field = line, *comma; field; field = comma) {
        comma = memchr(field, ',', (size_t)(end - field));
        char *text = trim(field, comma ? comma : end);
        if (count < t->column_count) t->fields[count] = text;
        count++;
        if (comma) comma++;
    }
    if (count == t->column_count) return true;
    char have[32];
    snprintf(have, sizeof have, "%u column%s", count, count == 1 ? "" : "s");
    t->failed = true;
    return err_add(t->e, "%s: line %u: want %s, have %s", t->path, t->line, want, have);
}

// The next line that is not blank, into fields. false: there is none, or it is refused (failed).
static bool csv_row(struct csv *t, const char *want)
{
    while (t->next < t->end) {
        char *line = t->next, *end = memchr(line, '\n', (size_t)(t->end - line));
        if (!end) end = t->end;
        t->next = end < t->end ? end + 1 : end;
        t->line++;
        if (memchr(line, '\0', (size_t)(end - line))) {
            t->failed = true;
            return err_add(t->e, "%s: line %u: want text, have a NUL byte", t->path, t->line);
        }
        char *text = trim(line, end);
        if (*text) return split(t, text, text + strlen(text), want);
    }
    return false;
}

// Reads `path` into `a` and checks that its first row has the names `columns`, "time,x,y".
static bool csv_open(struct csv *t, struct arena *a, const char *path, const char *columns,
                     struct err *e)
{
    static const char MARK[] = "\xef\xbb\xbf"; // of UTF-8, as spreadsheets write it
    size_t            length = 0, at = 0;
    *t = (struct csv){.path = path, .column_count = 1, .e = e};
    for (const char *c = columns; *c; c++) t->column_count += *c == ',';
    char *text = text_read(path, "a CSV file", TRACE_MAX_BYTES, a, &length, e);
    if (!text) return false;
    t->next = text + (strncmp(text, MARK, sizeof MARK - 1) ? 0 : sizeof MARK - 1);
    t->end = text + length;
    char want[64];
    snprintf(want, sizeof want, "the columns %s", columns);
    if (!csv_row(t, want))
        return t->failed ? false : err_add(e, "%s: want %s, have an empty file", path, want);
    for (uint32_t i = 0; i < t->column_count; i++) {
        size_t name_length = strcspn(columns + at, ",");
        if (strlen(t->fields[i]) != name_length ||
            strncmp(t->fields[i], columns + at, name_length) != 0)
            return fault(t, want, t->fields[i]);
        at += name_length + 1;
    }
    return true;
}

static void no_row(struct csv *t)
{
    t->failed = true;
    err_add(t->e, "%s: want a row below the names of columns, have none", t->path);
}

// ---- fields

static bool read_number(struct csv *t, uint32_t field, double low, double high, const char *want,
                        double *out)
{
    const char *text = t->fields[field];
    char       *end;
    double      value = strtod(text, &end);
    bool        is_decimal = *text && strspn(text, "0123456789.eE+-") == strlen(text) && !*end;
    if (!is_decimal || !(value >= low && value <= high)) return fault(t, want, text);
    *out = value;
    return true;
}

static bool read_time(struct csv *t, sim_ns *out)
{
    double s;
    if (!read_number(t, 0, 0, NS_MAX_S, "a time from 0 to 4e9 s", &s)) return false;
    *out = ns_from_s(s);
    return true;
}

struct name {
    const char *text;
    uint32_t    rank;
};

struct names {
    const char  *what; // for messages
    struct name *sorted;
    uint32_t     count;
};

static int by_name(const void *a, const void *b)
{
    const struct name *x = a, *y = b;
    int                order = strcmp(x->text, y->text);
    return order ? order : (x->rank > y->rank) - (x->rank < y->rank);
}

static struct names sort_names(struct arena *a, const char *what, const char *const *names,
                               uint32_t count)
{
    struct names n = {what, ARENA_ARRAY(a, struct name, count), count};
    for (uint32_t i = 0; i < count; i++) n.sorted[i] = (struct name){names[i], i};
    qsort(n.sorted, count, sizeof *n.sorted, by_name);
    return n;
}

// A name, or an index where no name is that text. O(log count).
static bool read_name(struct csv *t, uint32_t field, const struct names *n, uint32_t *out)
{
    const char *text = t->fields[field];
    uint32_t    low = 0, high = n->count;
    while (low < high) { // the first that is not before `text`
        uint32_t middle = low + (high - low) / 2;
        if (strcmp(n->sorted[middle].text, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < n->count && !strcmp(n->sorted[low].text, text)) {
        *out = n->sorted[low].rank;
        return true;
    }
    size_t        length = strlen(text);
    unsigned long index = length && length < 10 ? strtoul(text, NULL, 10) : n->count;
    if (strspn(text, "0123456789") == length && index < n->count) {
        *out = (uint32_t)index;
        return true;
    }
    char want[96];
    snprintf(want, sizeof want, "the name of a %s or an index below %u", n->what, n->count);
    return fault(t, want, text);
}

// ---- rows that belong to someone, sorted by (whose, time, line)

struct row {
    uint32_t whose, line;
    sim_ns   at;
    uint32_t class_id;
    double   x_m, y_m;
};

struct rows {
    struct row *items;
    uint32_t    count, capacity;
};

static void add_row(struct rows *rows, struct arena *a, struct row row)
{
    rows->items = arena_grow(a, rows->items, &rows->capacity, rows->count + 1, sizeof row);
    rows->items[rows->count++] = row;
}

static int by_owner_then_time(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->whose != y->whose) return x->whose < y->whose ? -1 : 1;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

static void sort_rows(struct rows *rows)
{
    if (rows->count) qsort(rows->items, rows->count, sizeof *rows->items, by_owner_then_time);
}

// ---- the three tables

static bool read_arrival_rows(struct rows *rows, struct arena *scratch, struct csv *t,
                              const struct names *users, const struct names *models)
{
    while (csv_row(t, "the columns time,user,model")) {
        struct row row = {.line = t->line};
        if (!read_time(t, &row.at) || !read_name(t, 1, users, &row.whose) ||
            !read_name(t, 2, models, &row.class_id))
            return false;
        add_row(rows, scratch, row);
    }
    if (!rows->count && !t->failed) no_row(t);
    return rows->count && !t->failed;
}

static struct trace_arrivals *make_arrivals(const struct rows *rows, struct arena *a,
                                            uint32_t user_count)
{
    struct trace_arrivals *users = ARENA_ARRAY(a, struct trace_arrivals, user_count);
    struct trace_arrival  *items = ARENA_ARRAY(a, struct trace_arrival, rows->count);
    for (uint32_t i = 0; i < rows->count; i++) {
        struct trace_arrivals *u = &users[rows->items[i].whose];
        if (!u->count++) u->items = &items[i];
        items[i] = (struct trace_arrival){rows->items[i].at, rows->items[i].class_id};
    }
    return users;
}

bool trace_read_arrivals(struct trace_arrivals **out, struct arena *a, const char *path,
                         const char *const *users, uint32_t user_count, const char *const *models,
                         uint32_t model_count, struct err *e)
{
    struct arena scratch = {0};
    struct rows  rows = {0};
    struct csv   t;
    struct names user_names = sort_names(&scratch, "user", users, user_count);
    struct names model_names = sort_names(&scratch, "model", models, model_count);
    bool         ok = csv_open(&t, &scratch, path, "time,user,model", e) &&
              read_arrival_rows(&rows, &scratch, &t, &user_names, &model_names);
    if (ok) {
        sort_rows(&rows);
        *out = make_arrivals(&rows, a, user_count);
    }
    arena_free(&scratch);
    return ok;
}

struct steps { // of a rate
    sim_ns  *from;
    double  *factor;
    uint32_t count, from_capacity, factor_capacity;
};

static bool read_steps(struct steps *s, struct arena *scratch, struct csv *t)
{
    while (csv_row(t, "the columns time,factor")) {
        sim_ns at;
        double factor;
        if (!read_time(t, &at) ||
            !read_number(t, 1, 1 / FACTOR_MAX, FACTOR_MAX, "a factor from 1e-9 to 1e9", &factor))
            return false;
        if (!s->count && at != 0) return fault(t, "the first time to be 0", t->fields[0]);
        if (s->count && at <= s->from[s->count - 1])
            return fault(t, "a time after the one before", t->fields[0]);
        s->from = arena_grow(scratch, s->from, &s->from_capacity, s->count + 1, sizeof *s->from);
        s->factor =
            arena_grow(scratch, s->factor, &s->factor_capacity, s->count + 1, sizeof *s->factor);
        s->from[s->count] = at;
        s->factor[s->count++] = factor;
    }
    if (!s->count && !t->failed) no_row(t);
    return s->count && !t->failed;
}

bool trace_read_rates(struct rate_trace *out, struct arena *a, const char *path, struct err *e)
{
    struct arena scratch = {0};
    struct steps s = {0};
    struct csv   t;
    bool ok = csv_open(&t, &scratch, path, "time,factor", e) && read_steps(&s, &scratch, &t);
    if (ok) {
        *out = (struct rate_trace){.name = arena_string(a, path),
                                   .count = s.count,
                                   .from = ARENA_ARRAY(a, sim_ns, s.count),
                                   .factor = ARENA_ARRAY(a, double, s.count),
                                   .period = NS_END};
        memcpy(out->from, s.from, s.count * sizeof *s.from);
        memcpy(out->factor, s.factor, s.count * sizeof *s.factor);
    }
    arena_free(&scratch);
    return ok;
}

static bool read_points(struct rows *rows, struct arena *scratch, struct csv *t,
                        const struct names *nodes)
{
    while (csv_row(t, "the columns time,node,x,y")) {
        struct row row = {.line = t->line};
        if (!read_time(t, &row.at) || !read_name(t, 1, nodes, &row.whose) ||
            !read_number(t, 2, -POSITION_MAX_M, POSITION_MAX_M, "x in metres, within 1e9",
                         &row.x_m) ||
            !read_number(t, 3, -POSITION_MAX_M, POSITION_MAX_M, "y in metres, within 1e9",
                         &row.y_m))
            return false;
        add_row(rows, scratch, row);
    }
    return !t->failed;
}

static bool make_tracks(struct track *tracks, struct arena *a, const struct rows *rows,
                        const struct csv *t, const char *const *nodes, uint32_t node_count)
{
    struct track_point *points = ARENA_ARRAY(a, struct track_point, rows->count);
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct row *r = &rows->items[i];
        struct track     *track = &tracks[r->whose];
        if (track->count && points[i - 1].at == r->at)
            return err_add(
                t->e, "%s: line %u: want one point of \"%.*s\" at a time, have another of %g s",
                t->path, r->line, SHOWN_BYTES, nodes[r->whose], s_from_ns(r->at));
        if (!track->count++) track->points = &points[i];
        points[i] = (struct track_point){r->at, r->x_m, r->y_m};
    }
    for (uint32_t i = 0; i < node_count; i++) {
        if (!tracks[i].count)
            return err_add(t->e, "%s: want a point of each node, have none of \"%.*s\"", t->path,
                           SHOWN_BYTES, nodes[i]);
        tracks[i].period = NS_END;
    }
    return true;
}

bool trace_read_tracks(struct track **out, struct arena *a, const char *path,
                       const char *const *nodes, uint32_t node_count, struct err *e)
{
    struct arena  scratch = {0};
    struct rows   rows = {0};
    struct csv    t;
    struct names  names = sort_names(&scratch, "node", nodes, node_count);
    struct track *tracks = ARENA_ARRAY(a, struct track, node_count);
    bool          ok = csv_open(&t, &scratch, path, "time,node,x,y", e) &&
              read_points(&rows, &scratch, &t, &names);
    if (ok) sort_rows(&rows);
    ok = ok && make_tracks(tracks, a, &rows, &t, nodes, node_count);
    if (ok) *out = tracks;
    arena_free(&scratch);
    return ok;
}
