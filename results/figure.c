// A figure is drawn in a folder of its own under the temporary folder: its data as tab-separated
// files without a header line, a preamble that names them, then style.gnuplot and the figure's
// script. The picture is written beside its final name and renamed.
//
// common.sql runs first; then each query of the figure makes a temporary table of its name, which
// later queries may read. All temporary tables are data files. SQL may use ci95(x): half the width
// of the 95 % interval of the mean by Student t, NULL when n < 2.
#include "results/figure.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/stat.h"
#include "results/gnuplot.h"
#include "results/schema.h"

enum { QUERIES_MAX = 8 };

struct query {
    const char *name, *sql;
};

struct header { // what the leading comments of a script say
    const char  *about;
    const char  *needs; // what a database must hold, for the message when it does not
    const char  *takes; // names of its options, with a blank between
    struct query queries[QUERIES_MAX];
    uint32_t     query_count;
};

struct drawing {
    struct arena  arena;
    struct header header;
    sqlite3      *db;
    const char   *plots;  // folder of the scripts
    char         *folder; // ours, to be removed
    FILE         *preamble;
    const char   *format;
    struct figure figure;
    bool          nothing; // a query has no rows
};

// Names that a library or gnuplot would read as an option, a pipe or a home folder.
static char *plain_path(struct arena *a, const char *path)
{
    return arena_format(a, "%s%s", path[0] == '/' ? "" : "./", path);
}

static char *read_text(struct arena *a, const char *path, struct err *e)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        err_add(e, "%s: cannot read: %s", path, strerror(errno));
        return NULL;
    }
    char    *text = NULL;
    uint32_t length = 0, capacity = 0;
    size_t   got;
    do {
        text = arena_grow(a, text, &capacity, length + 4096, 1);
        got = fread(text + length, 1, 4095, file);
        length += (uint32_t)got;
    } while (got > 0);
    bool ok = !ferror(file);
    fclose(file);
    text[length] = '\0';
    if (!ok) err_add(e, "%s: cannot read", path);
    return ok ? text : NULL;
}

static const char *after(const char *line, const char *start)
{
    size_t length = strlen(start);
    return strncmp(line, start, length) == 0 ? line + length : NULL;
}

// "# query NAME:" or "# query: SQL"; the "#  " lines that follow are its SQL.
static bool begin_query(struct header *h, struct arena *a, const char *rest)
{
    size_t length = strcspn(rest, ":");
    if (h->query_count == QUERIES_MAX || rest[length] != ':') return false;
    const char *name = *rest == ' ' ? rest + 1 : "data";
    size_t      name_length = *rest == ' ' ? length - 1 : 4;
    h->queries[h->query_count++] = (struct query){arena_format(a, "%.*s", (int)name_length, name),
                                                  arena_string(a, rest + length + 1)};
    return true;
}

static bool read_line(struct header *h, struct arena *a, const char *line)
{
    const char *rest;
    if ((rest = after(line, "# about: "))) h->about = arena_string(a, rest);
    if ((rest = after(line, "# needs: "))) h->needs = arena_string(a, rest);
    if ((rest = after(line, "# takes: "))) h->takes = arena_string(a, rest);
    if ((rest = after(line, "# query"))) return begin_query(h, a, rest);
    if ((rest = after(line, "#  ")) && h->query_count > 0) {
        struct query *q = &h->queries[h->query_count - 1];
        q->sql = arena_format(a, "%s %s", q->sql, rest);
    }
    return true;
}

static bool read_header(struct header *h, struct arena *a, const char *path, struct err *e)
{
    char *text = read_text(a, path, e);
    if (!text) return false;
    *h = (struct header){.about = "", .needs = "finished runs", .takes = ""};
    for (char *line = text; *line == '#'; line++) {
        size_t length = strcspn(line, "\n");
        bool   last = line[length] == '\0';
        line[length] = '\0';
        if (!read_line(h, a, line)) return err_add(e, "%s: want '# query NAME:'", path);
        if (last) break;
        line += length;
    }
    return h->query_count > 0 || err_add(e, "%s: want a line '# query NAME:', have none", path);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct figure *)a)->name, ((const struct figure *)b)->name);
}

bool figure_list(const char *folder, struct arena *a, struct figure **out, uint32_t *count,
                 struct err *e)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return err_add(e, "%s: cannot read the folder of figures: %s", folder, strerror(errno));
    struct figure *figures = NULL;
    uint32_t       capacity = 0;
    bool           ok = true;
    *count = 0;
    for (struct dirent *entry; ok && (entry = readdir(dir));) {
        size_t        length = strlen(entry->d_name);
        struct header h;
        if (length < 4 || strcmp(entry->d_name + length - 3, ".gp") != 0) continue;
        char *path = arena_format(a, "%s/%s", folder, entry->d_name);
        ok = read_header(&h, a, path, e);
        figures = arena_grow(a, figures, &capacity, *count + 1, sizeof *figures);
        figures[(*count)++] =
            (struct figure){arena_format(a, "%.*s", (int)length - 3, entry->d_name),
                            ok ? h.about : "", path, ok ? h.takes : ""};
    }
    closedir(dir);
    if (ok && *count) qsort(figures, *count, sizeof *figures, by_name);
    *out = figures;
    return ok;
}

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

// Nothing in a text may end the field or look like quoting.
static void write_text(FILE *file, const char *text)
{
    for (; *text; text++)
        fputc((unsigned char)*text < ' ' ? ' ' : *text == '"' ? '\'' : *text, file);
}

static int write_rows(FILE *file, sqlite3_stmt *q, uint32_t *rows)
{
    int code;
    for (*rows = 0; (code = sqlite3_step(q)) == SQLITE_ROW; ++*rows)
        for (int c = 0, n = sqlite3_column_count(q); c < n; c++) {
            const char *text = (const char *)sqlite3_column_text(q, c);
            write_text(file, !text ? "NaN" : *text ? text : " ");
            fputc(c + 1 < n ? '\t' : '\n', file);
        }
    return code;
}

// Writes a table to NAME.tsv, and into the preamble the line that gives its place to the variable
// NAME.
static bool write_table(struct drawing *d, const char *name, uint32_t *rows, struct err *e)
{
    char         *path = arena_format(&d->arena, "%s/%s.tsv", d->folder, name);
    char         *sql = arena_format(&d->arena, "SELECT * FROM temp.\"%s\"", name);
    sqlite3_stmt *q = NULL;
    FILE         *file = fopen(path, "w");
    if (!file) return err_add(e, "%s: cannot write: %s", path, strerror(errno));
    int  code = sqlite3_prepare_v2(d->db, sql, -1, &q, NULL);
    bool ok = code == SQLITE_OK && write_rows(file, q, rows) == SQLITE_DONE;
    if (!ok) schema_fault(d->db, name, e);
    sqlite3_finalize(q);
    if (fclose(file) != 0 && ok) ok = err_add(e, "%s: cannot write: %s", path, strerror(errno));
    fprintf(d->preamble, "%s = ", name);
    gnuplot_quote(d->preamble, path);
    fputc('\n', d->preamble);
    return ok;
}

static bool run_sql(struct drawing *d, const char *what, const char *sql, struct err *e)
{
    return sqlite3_exec(d->db, sql, NULL, NULL, NULL) == SQLITE_OK || schema_fault(d->db, what, e);
}

static bool make_tables(struct drawing *d, struct err *e)
{
    struct arena *a = &d->arena;
    const int     flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
    const char   *common = read_text(a, arena_format(a, "%s/common.sql", d->plots), e);
    sqlite3_create_function_v2(d->db, "ci95", 1, flags, NULL, NULL, ci95_step, ci95_final, NULL);
    bool ok = common && run_sql(d, "common.sql", common, e);
    for (uint32_t i = 0; ok && i < d->header.query_count; i++) {
        const struct query *q = &d->header.queries[i];
        const char *sql = arena_format(a, "CREATE TEMP TABLE \"%s\" AS %s", q->name, q->sql);
        ok = run_sql(d, arena_format(a, "query %s", q->name), sql, e);
    }
    return ok;
}

static bool is_query(const struct header *h, const char *name)
{
    for (uint32_t i = 0; i < h->query_count; i++)
        if (strcmp(h->queries[i].name, name) == 0) return true;
    return false;
}

static bool write_all(struct drawing *d, struct err *e)
{
    const char   *list = "SELECT name FROM sqlite_temp_master WHERE type = 'table'";
    sqlite3_stmt *q = NULL;
    fprintf(d->preamble, "format = '%s'\nplots = ", d->format);
    gnuplot_quote(d->preamble, d->plots);
    fputc('\n', d->preamble);
    bool ok = make_tables(d, e);
    if (ok && sqlite3_prepare_v2(d->db, list, -1, &q, NULL) != SQLITE_OK)
        ok = schema_fault(d->db, "tables", e);
    while (ok && sqlite3_step(q) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(q, 0);
        uint32_t    rows = 0;
        ok = write_table(d, name, &rows, e);
        if (ok && rows == 0 && is_query(&d->header, name))
            d->nothing = true,
            ok = err_add(e, "nothing to draw: figure %s needs %s", d->figure.name, d->header.needs);
    }
    sqlite3_finalize(q);
    return ok;
}

static void remove_folder(struct drawing *d)
{
    DIR *dir = opendir(d->folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (entry->d_name[0] != '.')
            unlink(arena_format(&d->arena, "%s/%s", d->folder, entry->d_name));
    if (dir) closedir(dir);
    rmdir(d->folder);
}

static bool draw(struct drawing *d, const char *db_path, const char *out_path, struct err *e)
{
    struct arena *a = &d->arena;
    const char   *preamble = arena_format(a, "%s/preamble", d->folder);
    const char   *scripts[] = {preamble, arena_format(a, "%s/style.gnuplot", d->plots),
                               plain_path(a, d->figure.path)};
    const char   *log = arena_format(a, "%s/log", d->folder);
    const char   *part = arena_format(a, "%s.part%ld", out_path, (long)getpid());
    d->preamble = fopen(preamble, "w");
    if (!d->preamble) return err_add(e, "%s: cannot write: %s", preamble, strerror(errno));
    bool ok = write_all(d, e) || err_wrap(e, "%s", db_path);
    if (fclose(d->preamble) != 0 && ok)
        ok = err_add(e, "%s: cannot write: %s", preamble, strerror(errno));
    if (!ok) return false;
    ok = gnuplot_run(scripts, sizeof scripts / sizeof *scripts, part, log, e) ||
         err_wrap(e, "figure %s", d->figure.name);
    if (ok && rename(part, out_path) != 0)
        ok = err_add(e, "%s: cannot write: %s", out_path, strerror(errno));
    if (!ok) unlink(part);
    return ok;
}

static const char *format_of(const char *path)
{
    static const char *const formats[] = {"svg", "png", "pdf"};
    const char              *dot = strrchr(path, '.');
    for (size_t i = 0; dot && dot != path && i < sizeof formats / sizeof *formats; i++)
        if (strcmp(dot + 1, formats[i]) == 0) return formats[i];
    return NULL;
}

static bool make_folder(struct drawing *d, struct err *e)
{
    const char *base = getenv("TMPDIR");
    d->folder =
        arena_format(&d->arena, "%s/fogsim-figure-XXXXXX", base && base[0] == '/' ? base : "/tmp");
    return mkdtemp(d->folder) ||
           err_add(e, "%s: cannot make a folder: %s", d->folder, strerror(errno));
}

bool figure_takes(const struct figure *f, const char *name)
{
    const size_t length = strlen(name);
    for (const char *at = f->takes; (at = strstr(at, name)); at++)
        if ((at == f->takes || at[-1] == ' ') && (at[length] == ' ' || !at[length])) return true;
    return false;
}

static bool check_options(const struct figure *f, const struct figure_request *r, struct err *e)
{
    for (uint32_t i = 0; i < r->option_count; i++)
        if (!figure_takes(f, r->options[i].name))
            return err_add(e, "figure %s takes no --%s", f->name, r->options[i].name);
    return true;
}

bool figure_draw(const struct figure *f, const struct figure_request *r, struct err *e)
{
    struct drawing d = {.figure = *f, .format = format_of(r->out_path)};
    if (!d.format)
        return err_add(e, "%s: want a name that ends in .svg, .png or .pdf", r->out_path);
    if (!check_options(f, r, e)) return false;
    char *plots = plain_path(&d.arena, f->path);
    *strrchr(plots, '/') = '\0';
    d.plots = plots;
    bool ok = read_header(&d.header, &d.arena, f->path, e);
    d.db = ok ? schema_open_read(r->db_path, e) : NULL;
    ok = d.db && make_folder(&d, e);
    if (ok) {
        ok = draw(&d, r->db_path, r->out_path, e);
        remove_folder(&d);
    }
    sqlite3_close(d.db);
    arena_free(&d.arena);
    if (r->nothing) *r->nothing = d.nothing;
    return ok;
}
