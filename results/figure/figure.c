// A figure is drawn in a folder of its own: NAME.gp, which is the script behind a few lines of
// preamble, its data as tab-separated files with one header line, the *.gnuplot files that it
// loads, and the picture. gnuplot runs NAME.gp there with nothing but relative names, so a kept
// folder draws the same picture again. The folder is a temporary one, or the one to be kept under a
// name beside its own until everything is drawn; the picture is copied beside its final name and
// renamed.
//
// The options become temporary tables (choice.h), then common.sql runs, then each query of the
// script makes a temporary table of its name, which later queries may read.
#include "results/figure/figure.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/text.h"
#include "results/figure/aggregate.h"
#include "results/figure/choice.h"
#include "results/figure/gnuplot.h"
#include "results/schema.h"
#include "results/figure/table.h"

enum { SHARED_BYTES_MAX = 1 << 20 };

struct drawing {
    struct arena                 arena;
    const struct figure         *figure;
    const struct figure_request *request;
    struct script                script;
    struct choice                choice;
    sqlite3                     *db;
    const char                  *plots;  // folder of the scripts
    const char                  *format; // "svg"
    char                        *folder; // where it is drawn
    FILE                        *sheet;  // NAME.gp in it
    bool                         nothing;
};

bool figure_list(const char *folder, struct arena *a, struct figure **out, uint32_t *count,
                 struct err *e)
{
    const char  **names;
    struct script s;
    if (!folder_list(folder, ".gp", a, &names, count, e)) return false;
    *out = ARENA_ARRAY(a, struct figure, *count);
    for (uint32_t i = 0; i < *count; i++) {
        const char *path = arena_format(a, "%s/%s.gp", folder, names[i]);
        if (!script_read(&s, a, path, e)) return false;
        (*out)[i] = (struct figure){names[i], s.about, path, s.takes};
    }
    return true;
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
    for (uint32_t i = 0; i < r->option_count; i++) {
        const char *name = r->options[i].name;
        const bool  repeats =
            !strcmp(name, "at") || !strcmp(name, "scheme") || !strcmp(name, "model");
        if (!figure_takes(f, name))
            return err_add(e, "figure %s takes no --%s%s%s", f->name, name,
                           *f->takes ? "; it takes " : "", f->takes);
        for (uint32_t k = 0; k < i && !repeats; k++)
            if (strcmp(r->options[k].name, name) == 0)
                return err_add(e, "--%s: want one value, have \"%.80s\" and \"%.80s\"", name,
                               r->options[k].value, r->options[i].value);
    }
    return true;
}

static const char *inside(struct drawing *d, const char *name)
{
    return arena_format(&d->arena, "%s/%s", d->folder, name);
}

static bool run_common(struct drawing *d, struct err *e)
{
    size_t      length;
    char       *path = arena_format(&d->arena, "%s/common.sql", d->plots);
    const char *sql = text_read(path, "SQL", SHARED_BYTES_MAX, &d->arena, &length, e);
    return sql && (query_run(d->db, sql, e) || err_wrap(e, "%s", path));
}

// What a figure finds wrong in its options itself: the rows of its table `faults`.
static bool refuse(struct drawing *d, struct err *e)
{
    struct texts faults = {0};
    if (!query_texts(d->db, &d->arena, "SELECT * FROM faults", NULL, &faults, e)) return false;
    for (uint32_t i = 0; i < faults.count; i++) err_add(e, "%s", faults.text[i]);
    return faults.count == 0;
}

static bool nothing(struct drawing *d, struct err *e)
{
    d->nothing = true;
    return err_add(e, "nothing to draw: figure %s needs %s", d->figure->name, d->script.needs);
}

static bool make_tables(struct drawing *d, struct err *e)
{
    if (!aggregate_register(d->db, e)) return false;
    if (!choice_make(&d->choice, e)) return d->nothing = d->choice.nothing, false;
    struct texts finished;
    bool         ok = run_common(d, e) &&
              query_texts(d->db, &d->arena, "SELECT name FROM schemes", NULL, &finished, e);
    if (ok && finished.count == 0) return nothing(d, e);
    for (uint32_t i = 0; ok && i < d->script.query_count; i++) {
        const struct script_query *q = &d->script.queries[i];
        ok = query_run(d->db,
                       arena_format(&d->arena, "CREATE TEMP TABLE \"%s\" AS %s", q->name, q->sql),
                       e) ||
             err_wrap(e, "%s: query %s", d->figure->path, q->name);
        if (ok && strcmp(q->name, "faults") == 0) ok = refuse(d, e);
    }
    return ok;
}

// What a figure says below its picture itself: the rows of its table `notes`.
static bool take_notes(struct drawing *d, struct err *e)
{
    struct texts notes = {0};
    bool         ok = true;
    for (uint32_t i = 0; i < d->script.query_count; i++)
        if (strcmp(d->script.queries[i].name, "notes") == 0)
            ok = query_texts(d->db, &d->arena, "SELECT * FROM notes", NULL, &notes, e);
    for (uint32_t i = 0; ok && i < notes.count; i++) ok = choice_note(&d->choice, notes.text[i], e);
    return ok;
}

// Writes a table to NAME.tsv, and into the sheet the line that gives its place to the variable
// NAME.
static bool write_file(struct drawing *d, const char *name, uint32_t *rows, struct err *e)
{
    fprintf(d->sheet, "%s = '%s.tsv'\n", name, name);
    return table_write(d->db, name, inside(d, arena_format(&d->arena, "%s.tsv", name)), rows, e);
}

static bool write_shared(struct drawing *d, struct err *e)
{
    static const char *const always[] = {"schemes", "models", "caption", "heading"};
    uint32_t                 rows;
    bool                     ok = true;
    for (size_t i = 0; ok && i < sizeof always / sizeof *always; i++)
        ok = write_file(d, always[i], &rows, e);
    for (uint32_t i = 0; ok && i < d->script.axis_count; i++) {
        const char *axis = d->script.axes[i].option;
        ok = write_file(d, arena_format(&d->arena, "%s_axis", axis), &rows, e) &&
             write_file(d, arena_format(&d->arena, "%s_value", axis), &rows, e);
    }
    if (ok && d->script.axis_count) ok = write_file(d, "panel", &rows, e);
    if (ok && d->script.metric.option) ok = write_file(d, "metric_axis", &rows, e);
    return ok;
}

static bool write_data(struct drawing *d, struct err *e)
{
    for (uint32_t i = 0; i < d->script.query_count; i++) {
        const struct script_query *q = &d->script.queries[i];
        uint32_t                   rows = 0;
        if (!q->is_file) continue;
        if (!write_file(d, q->name, &rows, e)) return false;
        if (rows > 0) continue;
        return nothing(d, e);
    }
    return true;
}

// A file that the scripts load, if the sheet names it: style.gnuplot, bars.gnuplot.
static bool copy_shared(struct drawing *d, const char *name, struct err *e)
{
    const char *from = arena_format(&d->arena, "%s/%s.gnuplot", d->plots, name);
    const char *to = inside(d, arena_format(&d->arena, "%s.gnuplot", name));
    const char *load = arena_format(&d->arena, "load '%s.gnuplot'", name);
    return (strcmp(name, "style") != 0 && !strstr(d->script.text, load)) || table_copy(from, to, e);
}

static bool write_sheet(struct drawing *d, struct err *e)
{
    const char **shared;
    uint32_t     count;
    const char  *name = d->figure->name;
    const char  *path = inside(d, arena_format(&d->arena, "%s.gp", name));
    d->sheet = fopen(path, "wx");
    if (!d->sheet) return err_add(e, "%s: cannot write: %s", path, strerror(errno));
    fprintf(
        d->sheet,
        "# Run `gnuplot %s.gp` in this folder. The data are the .tsv files: tab-separated, one\n"
        "# header line. `format` is svg, png or pdf.\n"
        "reset\nformat = '%s'\npicture = '%s.'.format\n",
        name, d->format, name);
    bool ok = write_shared(d, e) && write_data(d, e);
    fprintf(d->sheet, "load 'style.gnuplot'\n\n%s", d->script.text);
    if (fclose(d->sheet) != 0 && ok) ok = err_add(e, "%s: cannot write: %s", path, strerror(errno));
    if (ok) ok = folder_list(d->plots, ".gnuplot", &d->arena, &shared, &count, e);
    for (uint32_t i = 0; ok && i < count; i++) ok = copy_shared(d, shared[i], e);
    return ok;
}

static void remove_folder(struct drawing *d)
{
    DIR *dir = opendir(d->folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlink(inside(d, entry->d_name));
    if (dir) closedir(dir);
    rmdir(d->folder);
}

// Where the folder is drawn takes the kept one's name when the picture is whole, and gives it back
// if that cannot be put in its place.
static bool publish(struct drawing *d, const char *part, struct err *e)
{
    const char *out = d->request->out_path, *keep = d->request->keep_folder;
    if (keep && rename(d->folder, keep) != 0)
        return err_add(e, "%s: cannot write: %s", keep, strerror(errno));
    if (rename(part, out) == 0) return true;
    err_add(e, "%s: cannot write: %s", out, strerror(errno));
    if (keep && rename(keep, d->folder) != 0) err_add(e, "%s: stays: %s", keep, strerror(errno));
    return false;
}

static bool draw(struct drawing *d, struct err *e)
{
    const char *name = d->figure->name;
    const char *sheet = arena_format(&d->arena, "%s.gp", name);
    const char *picture = inside(d, arena_format(&d->arena, "%s.%s", name, d->format));
    const char *part = arena_format(&d->arena, "%s.part%ld", d->request->out_path, (long)getpid());
    if (!make_tables(d, e) || !take_notes(d, e) || !write_sheet(d, e))
        return err_wrap(e, "%s", d->request->db_path);
    if (!gnuplot_run(sheet, d->folder, picture, inside(d, "log"), e))
        return err_wrap(e, "figure %s", name);
    unlink(inside(d, "log"));
    bool ok = table_copy(picture, part, e) && publish(d, part, e);
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

static bool is_empty_folder(const char *path)
{
    DIR *dir = opendir(path);
    if (!dir) return false;
    bool empty = true;
    for (struct dirent *entry; empty && (entry = readdir(dir));)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    closedir(dir);
    return empty;
}

static bool make_kept(struct drawing *d, const char *keep, struct err *e)
{
    struct stat s;
    if (lstat(keep, &s) == 0 && !is_empty_folder(keep))
        return err_add(e, "%s: want a new or an empty folder, have %s", keep,
                       S_ISDIR(s.st_mode) ? "one that holds something" : "a file");
    d->folder = arena_string(&d->arena, keep);
    for (size_t n = strlen(d->folder); n > 1 && d->folder[n - 1] == '/';) d->folder[--n] = '\0';
    d->folder = arena_format(&d->arena, "%s.part%ld", d->folder, (long)getpid());
    return mkdir(d->folder, 0777) == 0 ||
           err_add(e, "%s: cannot make the folder: %s", keep, strerror(errno));
}

static bool make_folder(struct drawing *d, struct err *e)
{
    const char *base = getenv("TMPDIR"), *keep = d->request->keep_folder;
    if (keep) return make_kept(d, keep, e);
    d->folder =
        arena_format(&d->arena, "%s/fogsim-figure-XXXXXX", base && base[0] == '/' ? base : "/tmp");
    return mkdtemp(d->folder) ||
           err_add(e, "%s: cannot make a folder: %s", d->folder, strerror(errno));
}

static bool open_database(struct drawing *d, struct err *e)
{
    if (!script_read(&d->script, &d->arena, d->figure->path, e)) return false;
    d->db = schema_open_read(d->request->db_path, e);
    d->choice = (struct choice){
        .db = d->db, .arena = &d->arena, .script = &d->script, .request = d->request};
    return d->db != NULL;
}

bool figure_draw(const struct figure *f, const struct figure_request *r, struct err *e)
{
    struct drawing d = {.figure = f, .request = r, .format = format_of(r->out_path)};
    if (r->nothing) *r->nothing = false;
    if (!d.format)
        return err_add(e, "%s: want a name that ends in .svg, .png or .pdf", r->out_path);
    if (!check_options(f, r, e)) return false;
    char *plots = arena_string(&d.arena, f->path);
    *strrchr(plots, '/') = '\0';
    d.plots = plots;
    bool ok = open_database(&d, e) && make_folder(&d, e);
    if (ok) {
        ok = draw(&d, e);
        remove_folder(&d); // a kept one has another name by now
    }
    sqlite3_close(d.db);
    arena_free(&d.arena);
    if (r->nothing) *r->nothing = d.nothing;
    return ok;
}
