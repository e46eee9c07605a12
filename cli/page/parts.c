#include <math.h>
#include <string.h>

#include "cli/page/page.h"
#include "results/schema.h"

void page_heading(struct page *p, int level, const char *id, const char *title)
{
    p->entries = arena_grow(p->arena, p->entries, &p->entry_capacity, p->entry_count + 1,
                            sizeof *p->entries);
    p->entries[p->entry_count++] = (struct page_entry){id, title, level};
    html_put(p->out, "<h%d id=\"%s\">%s</h%d>\n", level, id, title, level);
}

void page_table(struct page *p, const char *caption)
{
    html_put(p->out,
             "<div class=\"box\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">\n"
             "<table><caption>%s</caption>\n",
             caption, caption);
}

void page_table_end(struct page *p)
{
    fputs("</tbody></table></div>\n", p->out);
}

void page_head_begin(struct page *p)
{
    fputs("<thead><tr>", p->out);
}

void page_head(struct page *p, const char *title, bool is_number)
{
    html_put(p->out,
             is_number ? "<th scope=\"col\" class=\"n\">%s</th>" : "<th scope=\"col\">%s</th>",
             title);
}

void page_head_end(struct page *p)
{
    fputs("</tr></thead><tbody>\n", p->out);
}

void page_fold(struct page *p, const char *summary)
{
    html_put(p->out, "<details><summary>%s</summary>\n", summary);
}

void page_fold_end(struct page *p)
{
    fputs("</details>\n", p->out);
}

void page_cell(struct page *p, const char *text)
{
    html_put(p->out, "<td>%s</td>", text);
}

void page_number(struct page *p, double value)
{
    fputs("<td class=\"n\">", p->out);
    html_number(p->out, value, 4);
    fputs("</td>", p->out);
}

void page_value(struct page *p, const struct overview_value *v, double unit)
{
    fputs("<td class=\"n\">", p->out);
    html_number(p->out, v->mean / unit, 4);
    if (isfinite(v->mean) && isfinite(v->ci95)) {
        bool is_tiny = v->ci95 > 0 && v->ci95 < 1e-4 * fabs(v->mean);
        fputs(is_tiny ? " ± &lt;0.01 %" : " ± ", p->out);
        if (!is_tiny) html_number(p->out, v->ci95 / unit, 2);
    }
    fputs("</td>", p->out);
}

struct page_unit page_unit_for(double largest_s)
{
    if (!(largest_s > 0) || largest_s >= 0.9995) return (struct page_unit){1, "s"};
    if (largest_s >= 0.9995e-3) return (struct page_unit){1e-3, "ms"};
    return (struct page_unit){1e-6, "µs"};
}

static void fail(struct page *p)
{
    schema_fault(p->db, p->db_path, p->e);
    p->failed = true;
}

sqlite3_stmt *page_query(struct page *p, const char *sql)
{
    sqlite3_stmt *q = NULL;
    if (!p->failed && sqlite3_prepare_v2(p->db, sql, -1, &q, NULL) != SQLITE_OK) fail(p);
    return q;
}

bool page_next(struct page *p, sqlite3_stmt **q)
{
    if (!*q) return false;
    int code = sqlite3_step(*q);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) fail(p);
    sqlite3_finalize(*q);
    *q = NULL;
    return false;
}

const char *page_text(sqlite3_stmt *q, int column)
{
    const char *text = (const char *)sqlite3_column_text(q, column);
    return text ? text : "";
}

const char *page_kept(struct page *p, sqlite3_stmt *q, int column)
{
    return arena_string(p->arena, page_text(q, column));
}

double page_real(sqlite3_stmt *q, int column)
{
    int type = sqlite3_column_type(q, column);
    return type == SQLITE_FLOAT || type == SQLITE_INTEGER ? sqlite3_column_double(q, column) : NAN;
}

bool page_has_column(const struct page *p, const char *table, const char *column)
{
    return sqlite3_table_column_metadata(p->db, NULL, table, column, NULL, NULL, NULL, NULL,
                                         NULL) == SQLITE_OK;
}

const char *page_json_text(struct arena *a, const cJSON *item)
{
    if (!item) return "";
    if (cJSON_IsString(item)) return arena_string(a, item->valuestring);
    char       *text = cJSON_PrintUnformatted(item);
    const char *copy = arena_string(a, text ? text : "");
    cJSON_free(text);
    return copy;
}

const char *page_json_string(const cJSON *object, const char *key, const char *otherwise)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? item->valuestring : otherwise;
}
