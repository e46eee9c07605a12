#include "cli/page/page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/version.h"
#include "results/schema.h"

static const char style[] =
#include "style.inc" // made from results/page/style.css
    ;

static void write_contents(const struct page *p, FILE *f)
{
    int level = 2;
    fputs("<nav aria-label=\"Contents\">\n<ul>\n", f);
    for (uint32_t i = 0; i < p->entry_count; i++) {
        const struct page_entry *entry = &p->entries[i];
        if (entry->level > level) fputs("<ul>", f);
        if (entry->level < level) fputs("</ul></li>\n", f);
        level = entry->level;
        html_put(f, "<li><a href=\"#%s\">%s</a>", entry->id, entry->title);
        bool has_children = i + 1 < p->entry_count && p->entries[i + 1].level > level;
        if (!has_children) fputs("</li>\n", f);
    }
    fputs(level > 2 ? "</ul></li>\n</ul>\n</nav>\n" : "</ul>\n</nav>\n", f);
}

// Nothing may be loaded or run; style and pictures are in the page.
static void write_head(const struct page *p, FILE *f)
{
    html_put(f,
             "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
             "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
             "<meta name=\"generator\" content=\"fogsim %s\">\n"
             "<title>%s: results of fogsim</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n",
             FOGSIM_VERSION, p->name);
    fputs(style, f);
    html_put(f,
             "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#summary\">To the results</a>\n"
             "<header>\n<h1>%s</h1>\n<p>%s</p>\n</header>\n",
             p->name, page_json_string(p->scenario, "about", ""));
}

static void write_page(const struct page *p, FILE *f, const char *body, size_t length)
{
    write_head(p, f);
    write_contents(p, f);
    fputs("<main>\n", f);
    fwrite(body, 1, length, f);
    html_put(f,
             "</main>\n<footer>Made by fogsim %s from %s. The page holds all that it shows and "
             "loads nothing.</footer>\n</body>\n</html>\n",
             FOGSIM_VERSION, p->db_path);
}

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static bool write_whole(const struct page *p, const char *out_path, const char *body, size_t length,
                        struct err *e)
{
    const char *part = arena_format(p->arena, "%s.part%ld", out_path, (long)getpid());
    FILE       *f = fopen(part, "wx");
    if (!f) return err_add(e, "%s: cannot write: %s", part, strerror(errno));
    write_page(p, f, body, length);
    bool ok = !ferror(f);
    ok = !fclose(f) && ok && !rename(part, out_path);
    if (!ok) {
        err_add(e, "%s: cannot write: %s", out_path, strerror(errno));
        unlink(part);
    }
    return ok;
}

static cJSON *parse_object(const char *text)
{
    cJSON *json = text ? cJSON_Parse(text) : NULL;
    if (cJSON_IsObject(json)) return json;
    cJSON_Delete(json);
    return NULL;
}

static const char *read_document(struct page *p, const char *name)
{
    const char   *text = NULL;
    sqlite3_stmt *q = page_query(p, "SELECT text FROM document WHERE name = ?");
    if (q) sqlite3_bind_text(q, 1, name, -1, SQLITE_STATIC);
    while (page_next(p, &q)) text = page_kept(p, q, 0);
    return text;
}

static void read_database(struct page *p)
{
    sqlite3_stmt *q = page_query(p, "SELECT scenario FROM run ORDER BY run_id LIMIT 1");
    while (page_next(p, &q)) p->name = page_kept(p, q, 0);
    if (!p->failed && !p->name)
        p->failed = !err_add(p->e, "%s: want a database with runs, have none", p->db_path);
    if (!p->failed && page_has_column(p, "document", "text")) { // came with version 3
        p->scenario_text = read_document(p, "scenario");
        p->scenario = parse_object(p->scenario_text);
        p->sweep = parse_object(read_document(p, "sweep"));
        p->settings = parse_object(read_document(p, "settings"));
    }
    if (!p->failed && !overview_read(&p->overview, p->db, p->arena, PAGE_POINTS, PAGE_TASKS, p->e))
        p->failed = !err_wrap(p->e, "%s", p->db_path);
    if (!p->failed) page_points_read(p);
}

static void write_sections(struct page *p)
{
    static void (*const sections[])(struct page *) = {page_summary,  page_results, page_figures,
                                                      page_layers,   page_network, page_checks,
                                                      page_scenario, page_origin};
    for (size_t i = 0; i < sizeof sections / sizeof *sections && !p->failed; i++) {
        fputs("<section>\n", p->out);
        sections[i](p);
        fputs("</section>\n", p->out);
    }
}

static bool make_page(struct page *p, const char *out_path, struct err *e)
{
    char  *body = NULL;
    size_t length = 0;
    read_database(p);
    if (p->failed) return false;
    p->out = open_memstream(&body, &length);
    if (!p->out) return err_add(e, "cannot make the page: %s", strerror(errno));
    write_sections(p);
    bool ok = !ferror(p->out);
    ok = !fclose(p->out) && ok;
    if (!ok) err_add(e, "cannot make the page: %s", strerror(errno));
    ok = ok && !p->failed && write_whole(p, out_path, body, length, e);
    free(body); // of open_memstream
    return ok;
}

bool page_write(const char *db_path, const char *out_path, const struct paths *paths,
                struct arena *a, struct err *e)
{
    struct page p = {.arena = a, .e = e, .db_path = db_path, .paths = paths};
    if (same_file(db_path, out_path))
        return err_add(e, "%s: want another name for the page than the database's", out_path);
    p.db = schema_open_read(db_path, e);
    bool ok = p.db && make_page(&p, out_path, e);
    cJSON_Delete(p.scenario);
    cJSON_Delete(p.sweep);
    cJSON_Delete(p.settings);
    sqlite3_close(p.db);
    return ok;
}
