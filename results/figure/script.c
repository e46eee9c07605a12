#include "results/figure/script.h"

#include <string.h>

#include "base/text.h"

enum { SCRIPT_BYTES_MAX = 1 << 20 };

static const char *after(const char *line, const char *start)
{
    size_t length = strlen(start);
    return strncmp(line, start, length) == 0 ? line + length : NULL;
}

// "NAME:" before SQL. Names become those of files and of variables.
static bool begin_query(struct script *s, struct arena *a, const char *rest, bool is_file)
{
    size_t length = strspn(rest, "abcdefghijklmnopqrstuvwxyz_");
    if (s->query_count == SCRIPT_QUERIES_MAX || length == 0 || rest[length] != ':') return false;
    s->queries[s->query_count++] = (struct script_query){
        arena_format(a, "%.*s", (int)length, rest), arena_string(a, rest + length + 1), is_file};
    return true;
}

// "OPTION=DEFAULT".
static bool read_choice(struct script_choice *out, char *text)
{
    char *equals = strchr(text, '=');
    if (!equals) return false;
    *equals = '\0';
    *out = (struct script_choice){text, equals + 1};
    return true;
}

static bool read_axes(struct script *s, char *text)
{
    for (char *rest, *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        if (s->axis_count == SCRIPT_AXES_MAX || !read_choice(&s->axes[s->axis_count++], word))
            return false;
    return true;
}

static bool read_line(struct script *s, struct arena *a, const char *line)
{
    const char *rest;
    if ((rest = after(line, "# about: "))) s->about = arena_string(a, rest);
    if ((rest = after(line, "# needs: "))) s->needs = arena_string(a, rest);
    if ((rest = after(line, "# takes: "))) s->takes = arena_string(a, rest);
    if ((rest = after(line, "# axis: "))) return read_axes(s, arena_string(a, rest));
    if ((rest = after(line, "# metric: "))) return read_choice(&s->metric, arena_string(a, rest));
    if ((rest = after(line, "# query "))) return begin_query(s, a, rest, true);
    if ((rest = after(line, "# table "))) return begin_query(s, a, rest, false);
    if ((rest = after(line, "#  ")) && s->query_count > 0) {
        struct script_query *q = &s->queries[s->query_count - 1];
        q->sql = arena_format(a, "%s\n%s", q->sql, rest);
    }
    return true;
}

bool script_read(struct script *out, struct arena *a, const char *path, struct err *e)
{
    size_t length;
    char  *text = text_read(path, "a figure's script", SCRIPT_BYTES_MAX, a, &length, e);
    if (!text) return false;
    *out = (struct script){.about = "", .needs = "finished runs", .takes = ""};
    out->text = arena_string(a, text);
    for (char *line = text; *line == '#'; line++) {
        size_t width = strcspn(line, "\n");
        bool   last = line[width] == '\0';
        line[width] = '\0';
        if (!read_line(out, a, line)) return err_add(e, "%s: cannot read \"%s\"", path, line);
        if (last) break;
        line += width;
    }
    return out->query_count > 0 || err_add(e, "%s: want a line '# query NAME:', have none", path);
}
