// What was simulated: the parts of the scenario as tables, then its text.
#include <string.h>

#include "cli/page/page.h"

enum { MEMBERS_SHOWN = 200 };

static const struct {
    const char *key, *title;
} parts[] = {{"nodes", "Nodes"},       {"links", "Links"},     {"media", "Media"},
             {"models", "Models"},     {"schemes", "Schemes"}, {"arrivals", "Arrivals"},
             {"mobility", "Mobility"}, {"faults", "Faults"}};
enum { PARTS = sizeof parts / sizeof *parts };

// {"count": 2, "device": "x"} as "count = 2, device = x".
static const char *settings_of(struct arena *a, const cJSON *item)
{
    const char *text = "";
    if (!cJSON_IsObject(item)) return page_json_text(a, item);
    for (const cJSON *c = item->child; c; c = c->next)
        text = arena_format(a, "%s%s%s = %s", text, *text ? ", " : "", c->string,
                            page_json_text(a, c));
    return *text ? text : "as by default";
}

static void write_part(struct page *p, const cJSON *part, const char *title)
{
    int shown = 0;
    page_table(p, title);
    page_head_begin(p);
    page_head(p, "name", false);
    page_head(p, "settings", false);
    page_head_end(p);
    for (const cJSON *c = part->child; c && shown++ < MEMBERS_SHOWN; c = c->next)
        html_put(p->out, "<tr><th scope=\"row\">%s</th><td class=\"w\">%s</td></tr>\n",
                 c->string ? c->string : "", settings_of(p->arena, c));
    page_table_end(p);
    if (shown > MEMBERS_SHOWN) html_put(p->out, "<p>The first %d are shown.</p>\n", MEMBERS_SHOWN);
}

static bool is_part(const char *key)
{
    for (size_t i = 0; i < PARTS; i++)
        if (!strcmp(parts[i].key, key)) return true;
    return false;
}

// Keys with a value of their own.
static void write_rest(struct page *p)
{
    static const char *const elsewhere[] = {"$schema", "name", "about", "published", "sweep"};
    page_table(p, "Other keys");
    page_head_begin(p);
    page_head(p, "key", false);
    page_head(p, "value", false);
    page_head_end(p);
    for (const cJSON *c = p->scenario->child; c; c = c->next) {
        bool is_told = is_part(c->string) && cJSON_IsObject(c);
        for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
            is_told |= !strcmp(elsewhere[i], c->string);
        if (!is_told)
            html_put(p->out, "<tr><th scope=\"row\">%s</th><td class=\"w\">%s</td></tr>\n",
                     c->string, settings_of(p->arena, c));
    }
    page_table_end(p);
}

static void write_text(struct page *p, const cJSON *json, const char *summary)
{
    char  *text = cJSON_Print(json);
    size_t length = text ? strlen(text) : 0;
    page_fold(p, summary);
    if (length > PAGE_TEXT_BYTES)
        html_put(p->out, "<p>%u kB are too long for a page; the table document has them.</p>\n",
                 (unsigned)(length / 1000));
    else
        html_put(p->out, "<pre tabindex=\"0\">%s</pre>\n", text ? text : "");
    page_fold_end(p);
    cJSON_free(text);
}

// Without the scenario: what the rows say.
static void write_from_rows(struct page *p)
{
    sqlite3_stmt *q = page_query(
        p, "SELECT kind, ifnull(device, ''), count(*) FROM node WHERE run_id ="
           " (SELECT min(run_id) FROM run WHERE status = 'done') GROUP BY 1, 2 ORDER BY 1, 2");
    fputs("<p>The database does not hold the scenario's text (it was written by an earlier fogsim, "
          "or the text is no JSON). This is what its rows say.</p>\n",
          p->out);
    page_table(p, "nodes of the first run");
    page_head_begin(p);
    page_head(p, "kind", false);
    page_head(p, "device", false);
    page_head(p, "count", true);
    page_head_end(p);
    while (page_next(p, &q))
        html_put(p->out, "<tr><th scope=\"row\">%s</th><td>%s</td><td class=\"n\">%s</td></tr>\n",
                 page_text(q, 0), page_text(q, 1), page_text(q, 2));
    page_table_end(p);
}

static void write_sweep(struct page *p)
{
    const cJSON *vary = cJSON_GetObjectItemCaseSensitive(p->sweep, "vary");
    page_heading(p, 3, "sweep", "What the sweep varies");
    if (cJSON_IsObject(vary)) write_part(p, vary, "keys and their values");
    write_text(p, p->sweep, "The sweep as JSON");
}

void page_scenario(struct page *p)
{
    page_heading(p, 2, "scenario", "Scenario");
    if (!p->scenario) {
        write_from_rows(p);
    } else {
        if (page_is_edited(p))
            fputs("<p>As the file has it; what the runs changed is told with the results.</p>\n",
                  p->out);
        for (size_t i = 0; i < PARTS; i++) {
            const cJSON *part = cJSON_GetObjectItemCaseSensitive(p->scenario, parts[i].key);
            if (cJSON_IsObject(part)) write_part(p, part, parts[i].title);
        }
        write_rest(p);
        write_text(p, p->scenario, "The scenario as JSON");
    }
    if (p->sweep) write_sweep(p);
}
