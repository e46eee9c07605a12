// Where the numbers come from, and the command that makes them again.
#include <ctype.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/json.h"
#include "cli/page/page.h"

enum { VALUES_SHOWN = 8, COMMAND_BYTES_MAX = 4000 };

// A word of sh: quoted where it must be.
static const char *shell_word(struct arena *a, const char *text)
{
    bool   is_plain = *text != '\0';
    size_t quotes = 0;
    for (const char *c = text; *c; c++) {
        is_plain = is_plain && (isalnum((unsigned char)*c) || strchr("_-./,:=+@%", *c));
        quotes += *c == '\'';
    }
    if (is_plain) return text;
    char *out = arena_array(a, strlen(text) + 3 * quotes + 3, 1), *o = out;
    *o++ = '\'';
    for (const char *c = text; *c; c++) {
        for (const char *q = *c == '\'' ? "'\\'" : ""; *q; q++) *o++ = *q; // and then the quote
        *o++ = *c;
    }
    *o = '\'';
    return out;
}

static void add_option(struct page *p, const char **command, const char *name, const char *value)
{
    *command = arena_format(p->arena, "%s %s %s", *command, name, shell_word(p->arena, value));
}

// The distinct values of a column of run, in order of the first run.
static const char *values_of(struct page *p, const char *column)
{
    const char   *text = "";
    int           count = 0;
    sqlite3_stmt *q = page_query(
        p, arena_format(p->arena, "SELECT %s FROM run GROUP BY 1 ORDER BY min(run_id) LIMIT %d",
                        column, VALUES_SHOWN + 1));
    while (page_next(p, &q)) {
        const char *value = page_kept(p, q, 0);
        text = count == VALUES_SHOWN ? arena_format(p->arena, "%s, and more", text)
                                     : arena_format(p->arena, "%s%s%s", text, count ? ", " : "",
                                                    *value ? value : "not told");
        count++;
    }
    return text;
}

static void write_fact(struct page *p, const char *name, const char *value)
{
    html_put(p->out, "<dt>%s</dt><dd>%s</dd>\n", name, value);
}

static const char *seconds_text(struct page *p, double s)
{
    char number[HTML_NUMBER_BYTES];
    return arena_format(p->arena, "%s s", html_number_text(s, 4, number));
}

static void write_sums(struct page *p)
{
    sqlite3_stmt *q = page_query(p, "SELECT min(started_utc), max(started_utc), sum(wall_s),"
                                    " sum(planning_s), sum(simulated_s), sum(events), sum(tasks),"
                                    " count(*), sum(status = 'done') FROM run");
    char          number[HTML_NUMBER_BYTES];
    while (page_next(p, &q)) {
        write_fact(p, "started", page_kept(p, q, 0));
        write_fact(p, "last run started", page_kept(p, q, 1));
        write_fact(p, "time of all runs", seconds_text(p, page_real(q, 2)));
        write_fact(p, "of it in planning", seconds_text(p, page_real(q, 3)));
        write_fact(p, "simulated", seconds_text(p, page_real(q, 4)));
        write_fact(p, "events", html_number_text(page_real(q, 5), 4, number));
        write_fact(p, "tasks", html_number_text(page_real(q, 6), 4, number));
        html_put(p->out, "<dt>runs</dt><dd>%s, of these done: %s</dd>\n", page_text(q, 7),
                 page_text(q, 8));
    }
    q = page_query(p, "PRAGMA user_version");
    while (page_next(p, &q)) write_fact(p, "version of the schema", page_kept(p, q, 0));
}

// "jetson2" where this fogsim bundles the same text, else a file that is yet to be made.
static const char *scenario_word(struct page *p, bool *is_bundled)
{
    const char *path = arena_format(p->arena, "%s/%s.json", p->paths->scenarios, p->name);
    struct err  e = {0};
    *is_bundled = false;
    if (p->scenario && !strchr(p->name, '/') && !access(path, R_OK)) {
        struct json_doc doc;
        if (json_open(&doc, path, &e)) {
            *is_bundled = cJSON_Compare(doc.root, p->scenario, true);
            json_close(&doc);
        }
    }
    return *is_bundled ? p->name : arena_format(p->arena, "%s.json", p->name);
}

// The label of a scheme of the user's own, which has an option of its own.
static bool is_foreign(const char *label)
{
    return !strcmp(label, "command") || !strcmp(label, "library");
}

// The schemes, or models, where not all of the scenario's were run.
static void add_kept(struct page *p, const char **command, const char *key, const char *option,
                     const char *const *names, uint32_t count)
{
    const cJSON *part = cJSON_GetObjectItemCaseSensitive(p->scenario, key);
    bool         is_all = cJSON_GetArraySize(part) == (int)count;
    for (uint32_t i = 0; i < count; i++) is_all = is_all && cJSON_HasObjectItem(part, names[i]);
    for (uint32_t i = 0; !is_all && p->scenario && i < count; i++) {
        if (!is_foreign(names[i]) && strcmp(names[i], "mix") != 0)
            add_option(p, command, option, names[i]);
    }
}

static void add_point(struct page *p, const char **command)
{
    cJSON *point = cJSON_Parse(p->overview.points[0]);
    for (const cJSON *c = cJSON_IsObject(point) ? point->child : NULL; c; c = c->next) {
        const char *value = page_json_text(p->arena, c);
        if (!strncmp(c->string, "--", 2))
            add_option(p, command, arena_string(p->arena, c->string), value);
        else
            add_option(p, command, "--set", arena_format(p->arena, "%s=%s", c->string, value));
    }
    cJSON_Delete(point);
}

// false: a value cannot stand in a list of the command line, or points were drawn, with a seed of
// the sweep's own.
static bool add_sweep(struct page *p, const char **command)
{
    const cJSON *vary = cJSON_GetObjectItemCaseSensitive(p->sweep, "vary");
    const char  *method = page_json_string(p->sweep, "method", "grid");
    if (strcmp(method, "grid") != 0 && strcmp(method, "zip") != 0) return false;
    for (const cJSON *k = cJSON_IsObject(vary) ? vary->child : NULL; k; k = k->next) {
        const char *list = cJSON_IsArray(k) ? "" : page_json_text(p->arena, k);
        for (const cJSON *v = cJSON_IsArray(k) ? k->child : NULL; v; v = v->next) {
            const char *value = page_json_text(p->arena, v);
            if (strchr(value, ',')) return false;
            list = arena_format(p->arena, "%s%s%s", list, *list ? "," : "", value);
        }
        add_option(p, command, "--vary", arena_format(p->arena, "%s=%s", k->string, list));
    }
    if (strcmp(method, "grid") != 0) add_option(p, command, "--method", method);
    return cJSON_GetArraySize(vary) > 0;
}

// What a sweep was told beside what it varies, as options: a text, or a list of texts.
static void add_settings(struct page *p, const char **command)
{
    static const char *const options[] = {"set",          "scheme",         "model",         "seed",
                                          "replications", "scheme-command", "scheme-library"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(p->settings, options[i]);
        const char  *option = arena_format(p->arena, "--%s", options[i]);
        if (cJSON_IsString(item)) add_option(p, command, option, item->valuestring);
        for (const cJSON *c = cJSON_IsArray(item) ? item->child : NULL; c; c = c->next) {
            if (cJSON_IsString(c) && !is_foreign(c->valuestring))
                add_option(p, command, option, c->valuestring);
        }
    }
}

// A run: all of it is in its rows.
static void add_run(struct page *p, const char **command)
{
    sqlite3_stmt *q = page_query(p, "SELECT min(seed), max(replication) + 1 FROM run");
    add_kept(p, command, "schemes", "--scheme", p->overview.schemes, p->overview.scheme_count);
    add_kept(p, command, "models", "--model", p->overview.models, p->overview.model_count);
    add_point(p, command);
    while (page_next(p, &q)) {
        add_option(p, command, "--seed", page_text(q, 0));
        add_option(p, command, "--replications", page_text(q, 1));
    }
}

static void write_command(struct page *p)
{
    bool        is_bundled, is_sweep = p->sweep || p->overview.points_in_all > 1;
    bool        is_told = true;
    const char *word = scenario_word(p, &is_bundled);
    const char *command = arena_format(p->arena, "fogsim %s", is_sweep ? "sweep" : "run");
    command = arena_format(p->arena, "%s %s", command, shell_word(p->arena, word));
    if (is_sweep) {
        is_told = add_sweep(p, &command);
        add_settings(p, &command);
    } else {
        add_run(p, &command);
    }
    fputs("<p>To make them again", p->out);
    if (!is_bundled && p->scenario) html_put(p->out, ", with the scenario above saved as %s", word);
    if (!p->scenario)
        html_put(p->out, ", with the scenario in %s, which is not in the database", word);
    if (!is_told)
        html_put(p->out, "%s",
                 " and with the sweep above, where it has one, as its part \"sweep\"");
    html_put(p->out, ":</p>\n<pre class=\"wrap\">%s</pre>\n", command);
    if (strcmp(values_of(p, "profile"), "reference") != 0)
        html_put(p->out, "<p>with --profile and the file of profile %s.</p>\n",
                 values_of(p, "profile"));
}

void page_origin(struct page *p)
{
    page_heading(p, 2, "origin", "Origin");
    fputs("<dl>\n", p->out);
    write_fact(p, "fogsim", values_of(p, "fogsim_version"));
    write_fact(p, "seed", values_of(p, "seed"));
    write_fact(p, "profile", values_of(p, "profile"));
    write_fact(p, "SHA-256 of the profile", values_of(p, "profile_sha256"));
    write_fact(p, "SHA-256 of the scenario, as it ran", values_of(p, "scenario_sha256"));
    write_sums(p);
    fputs("</dl>\n", p->out);
    write_command(p);
}
