#include "scenarios/range.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct reader { // private; of one key's values
    struct range *out;
    struct arena *a;
    const char   *where;
    struct err   *e;
};

enum progression { BY_ONE, BY_STEP, BY_FACTOR, BY_COUNT };

struct span { // private; a range as it is written
    const char      *text;
    double           low, high, by; // by: the step, the factor or the count
    enum progression how;
    bool             is_log;
    const char      *unit;
};

static bool fault(const struct reader *r, const char *want, const char *have)
{
    return err_add(r->e, "%s: want %s, have \"%.60s\"", r->where, want, have);
}

static const char *print(struct arena *a, const cJSON *item)
{
    char       *text = cJSON_PrintUnformatted(item);
    const char *copy = arena_string(a, text ? text : "null");
    cJSON_free(text);
    return copy;
}

// A string goes bare where that reads back as the same string.
static const char *text_of(struct arena *a, const cJSON *item, const char *json)
{
    if (!cJSON_IsString(item)) return json;
    cJSON *again = json_value(item->valuestring);
    bool   is_same = cJSON_IsString(again) && !strcmp(again->valuestring, item->valuestring);
    cJSON_Delete(again);
    return is_same ? arena_string(a, item->valuestring) : json;
}

static void append(struct range *out, struct arena *a, const char *text, const char *json)
{
    uint32_t room = out->room;
    out->texts = arena_grow(a, out->texts, &room, out->count + 1, sizeof *out->texts);
    out->jsons = arena_grow(a, out->jsons, &out->room, out->count + 1, sizeof *out->jsons);
    out->texts[out->count] = text;
    out->jsons[out->count++] = json;
}

static bool add_item(const struct reader *r, const cJSON *item, const char *shown)
{
    struct json_doc doc;
    if (r->out->count == RANGE_MOST_VALUES) return fault(r, "at most 100000 values", shown);
    if (cJSON_IsNumber(item) && !isfinite(item->valuedouble))
        return fault(r, "a number within reach", shown);
    const char *json = print(r->a, item), *list = arena_format(r->a, "[%s]", json);
    if (!json_parse(&doc, r->where, list, strlen(list), r->e)) return false; // characters, names
    json_close(&doc);
    append(r->out, r->a, text_of(r->a, item, json), json);
    return true;
}

static bool add_text(const struct reader *r, const char *text)
{
    cJSON *item = json_value(text);
    bool   ok = add_item(r, item, text);
    cJSON_Delete(item);
    return ok;
}

static const char *number_text(struct arena *a, double value, const char *unit)
{
    return arena_format(a, "%.12g%s", value + 0.0, unit); // + 0: no "-0"
}

void range_draw(const struct range *span, double u, struct arena *a, struct range *values)
{
    double value = span->is_log ? span->low * pow(span->high / span->low, u)
                                : span->low + (span->high - span->low) * u;
    // Twelve digits may round past an end.
    const char *text = number_text(a, fmin(fmax(value, span->low), span->high), span->unit);
    cJSON      *item = json_value(text);
    append(values, a, text, print(a, item));
    cJSON_Delete(item);
}

// A decimal number at *at, which moves behind it; "2." before another point is 2. false: none.
static bool scan_number(const char **at, double *out)
{
    static const char digits[] = "0123456789";
    const char       *c = *at + (**at == '+' || **at == '-');
    size_t            whole = strspn(c, digits), fraction = 0;
    c += whole;
    if (*c == '.' && c[1] != '.') fraction = strspn(c + 1, digits), c += 1 + fraction;
    if (!whole && !fraction) return false;
    if (*c == 'e' || *c == 'E') {
        const char *power = c + 1 + (c[1] == '+' || c[1] == '-');
        if (isdigit((unsigned char)*power)) c = power + strspn(power, digits);
    }
    char   copy[64]; // of the number alone: strtod would go on into "0x2"
    size_t length = (size_t)(c - *at);
    if (length >= sizeof copy) return false;
    memcpy(copy, *at, length);
    copy[length] = '\0';
    *out = strtod(copy, NULL);
    *at = c;
    return true;
}

static const char *behind_blanks(const char *c)
{
    return c + strspn(c, " \t");
}

// Two points behind what is a number, or would be one to others ("nan..3").
static bool is_span(const char *text)
{
    const char *points = strstr(text, ".."), *c = text + (*text == '+' || *text == '-');
    char       *end;
    if (!points) return false;
    if (isdigit((unsigned char)*c) || (*c == '.' && isdigit((unsigned char)c[1]))) return true;
    strtod(text, &end);
    return end == points && end > text;
}

static bool scan_span(struct span *s, const char *text)
{
    const char *c = text;
    *s = (struct span){.text = text};
    if (!scan_number(&c, &s->low) || strncmp(c, "..", 2) != 0) return false;
    c += 2;
    if (!scan_number(&c, &s->high)) return false;
    if (*c == '+') s->how = BY_STEP;
    if (*c == 'x') s->how = BY_FACTOR;
    if (*c == '/' && isdigit((unsigned char)c[1])) s->how = BY_COUNT;
    if (s->how != BY_ONE && (c++, !scan_number(&c, &s->by))) return false;
    c = behind_blanks(c);
    s->is_log = !strncmp(c, "log", 3) && (!c[3] || c[3] == ' ' || c[3] == '\t');
    s->unit = behind_blanks(s->is_log ? c + 3 : c);
    return true;
}

static bool check_ends(const struct reader *r, const struct span *s)
{
    const double most = 1e100; // so that no difference or ratio of ends overflows
    if (!(fabs(s->low) <= most && fabs(s->high) <= most))
        return fault(r, "numbers up to 1e100", s->text);
    if (s->low > s->high) return fault(r, "the lower number first", s->text);
    if ((s->is_log || s->how == BY_FACTOR) && s->low < 1e-100)
        return fault(r, "a low end above 0 (for ratios)", s->text);
    if (*s->unit && !units_known(s->unit))
        return fault(r, "a unit such as Mbit/s or nothing behind the range", s->text);
    return true;
}

static bool check_progression(const struct reader *r, const struct span *s)
{
    bool is_whole = s->low == floor(s->low) && s->high == floor(s->high);
    if (s->is_log && s->how != BY_COUNT)
        return fault(r, "log behind a count (1..10/10log), or alone with method latin", s->text);
    if (s->how == BY_ONE && !is_whole)
        return fault(r, "whole numbers, or a step (+0.5), a factor (x2), a count (/11)", s->text);
    if (s->how == BY_STEP && !(s->by > 0)) return fault(r, "a step above 0", s->text);
    if (s->how == BY_FACTOR && !(s->by > 1)) return fault(r, "a factor above 1", s->text);
    if (s->how != BY_COUNT) return true;
    if (s->by != floor(s->by) || s->by < 2 || s->by > RANGE_MOST_VALUES)
        return fault(r, "from 2 to 100000 values", s->text);
    return s->low < s->high || fault(r, "two different ends", s->text);
}

// How many, or more than are allowed.
static double count_of(const struct span *s)
{
    double slack = 1e-9,
           step = s->how == BY_STEP ? s->by : 1; // of a step, so that 0..1+0.1 ends at 1
    if (s->how == BY_COUNT) return s->by;
    if (s->how == BY_FACTOR) return floor(log(s->high / s->low) / log(s->by) + slack) + 1;
    return floor((s->high - s->low) / step + slack) + 1;
}

static double value_at(const struct span *s, double i, double count)
{
    double part = i / (count - 1);
    switch (s->how) {
    case BY_FACTOR: return s->low * pow(s->by, i);
    case BY_STEP: return s->low + s->by * i;
    case BY_ONE: return s->low + i;
    case BY_COUNT: break;
    }
    if (i == count - 1) return s->high;
    return s->is_log ? s->low * pow(s->high / s->low, part) : s->low + (s->high - s->low) * part;
}

static const char *unit_text(const struct reader *r, const struct span *s)
{
    return *s->unit ? arena_format(r->a, " %s", s->unit) : "";
}

static bool add_span(const struct reader *r, const char *text)
{
    struct span s;
    if (!scan_span(&s, text))
        return fault(r,
                     "a range such as 2..16, 2..16+2, 2..16x2, 0..1/11 or 10..100/4log Mbit/s "
                     "(or a text in quotes)",
                     text);
    if (!check_ends(r, &s) || !check_progression(r, &s)) return false;
    double count = count_of(&s);
    if (!(count + r->out->count <= RANGE_MOST_VALUES))
        return fault(r, "at most 100000 values", text);
    const char *unit = unit_text(r, &s);
    for (uint32_t i = 0; i < (uint32_t)count; i++)
        if (!add_text(r, number_text(r->a, value_at(&s, i, count), unit))) return false;
    return true;
}

// The next value of *at without the blanks around it, in the arena; *at moves behind its comma, or
// is NULL after the last. NULL: a bracket or quote is open.
static char *next_value(const char **at, struct arena *a)
{
    const char *begin = behind_blanks(*at), *c = begin;
    int         depth = 0;
    bool        in_string = false;
    for (; *c && (*c != ',' || depth > 0 || in_string); c++) {
        if (in_string && *c == '\\' && c[1])
            c++;
        else if (*c == '"')
            in_string = !in_string;
        else if (!in_string)
            depth += (*c == '[' || *c == '{') - (*c == ']' || *c == '}');
    }
    if (depth > 0 || in_string) return NULL;
    const char *end = c;
    while (end > begin && (end[-1] == ' ' || end[-1] == '\t')) end--;
    *at = *c ? c + 1 : NULL;
    return arena_format(a, "%.*s", (int)(end - begin), begin);
}

// A span alone, to draw from. false: `text` is none, and nothing was said.
static bool take_span(const struct reader *r, const char *text, bool *ok)
{
    struct span s;
    text = behind_blanks(text);
    if (strchr(text, ',') || !is_span(text) || !scan_span(&s, text) || s.how != BY_ONE)
        return false;
    size_t length = strlen(s.unit);
    while (length && (s.unit[length - 1] == ' ' || s.unit[length - 1] == '\t')) length--;
    s.unit = arena_format(r->a, "%.*s", (int)length, s.unit);
    *ok = check_ends(r, &s) && (s.low < s.high || fault(r, "two different ends", text));
    r->out->is_log = s.is_log;
    r->out->low = s.low;
    r->out->high = s.high;
    r->out->unit = unit_text(r, &s);
    return true;
}

bool range_read(struct range *out, struct arena *a, const char *text, bool takes_span,
                const char *where, struct err *e)
{
    struct reader r = {out, a, where, e};
    bool          ok = true;
    *out = (struct range){.unit = ""};
    if (takes_span && take_span(&r, text, &ok)) return ok;
    for (const char *at = text; at && ok;) {
        const char *value = next_value(&at, a);
        if (!value) return fault(&r, "every bracket and quote closed", text);
        if (!*value) return fault(&r, "a value between commas (\"\" for an empty text)", text);
        ok = is_span(value) ? add_span(&r, value) : add_text(&r, value);
    }
    return ok;
}

bool range_read_list(struct range *out, struct arena *a, const cJSON *list, const char *where,
                     struct err *e)
{
    struct reader r = {out, a, where, e};
    *out = (struct range){.unit = ""};
    if (!list->child) return err_add(e, "%s: want at least one value, have none", where);
    for (const cJSON *item = list->child; item; item = item->next)
        if (!add_item(&r, item, where)) return false;
    return true;
}
