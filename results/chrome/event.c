#include "results/chrome/event.h"

#include <inttypes.h>
#include <string.h>

#include "results/field.h"

static void text(struct chrome *c, const char *value)
{
    field_json_text(c->out, value, strlen(value));
}

static void begin(struct chrome *c, char phase, const char *name, struct chrome_track track)
{
    fprintf(c->out, "%s{\"ph\":\"%c\",\"name\":", c->events++ ? ",\n" : "", phase);
    text(c, name);
    fprintf(c->out, ",\"pid\":%" PRIu32 ",\"tid\":%" PRIu32, track.pid, track.tid);
    c->args = -1;
}

static void microseconds(struct chrome *c, sim_ns value)
{
    fprintf(c->out, "%" PRId64 ".%03" PRId64, value / 1000, value % 1000);
}

void chrome_open(struct chrome *c, char phase, const char *category, const char *name,
                 struct chrome_track track, sim_ns at)
{
    begin(c, phase, name, track);
    c->used_pids |= (uint64_t)1 << track.pid % 64;
    if (category) chrome_field(c, "cat", category);
    chrome_field_ns(c, "ts", at);
}

static void key_of_field(struct chrome *c, const char *key)
{
    fprintf(c->out, ",\"%s\":", key);
}

void chrome_field(struct chrome *c, const char *key, const char *value)
{
    key_of_field(c, key);
    text(c, value);
}

void chrome_field_ns(struct chrome *c, const char *key, sim_ns value)
{
    key_of_field(c, key);
    microseconds(c, value);
}

void chrome_field_int(struct chrome *c, const char *key, int64_t value)
{
    key_of_field(c, key);
    fprintf(c->out, "%" PRId64, value);
}

static void key_of_arg(struct chrome *c, const char *key)
{
    fputs(c->args < 0 ? ",\"args\":{" : ",", c->out);
    c->args = c->args < 0 ? 1 : c->args + 1;
    text(c, key);
    fputc(':', c->out);
}

void chrome_arg(struct chrome *c, const char *key, const char *value)
{
    key_of_arg(c, key);
    text(c, value);
}

void chrome_arg_int(struct chrome *c, const char *key, int64_t value)
{
    key_of_arg(c, key);
    fprintf(c->out, "%" PRId64, value);
}

void chrome_arg_real(struct chrome *c, const char *key, double value)
{
    key_of_arg(c, key);
    field_real(c->out, value);
}

void chrome_shut(struct chrome *c)
{
    fputs(c->args < 0 ? "}" : "}}", c->out);
}

void chrome_name(struct chrome *c, const char *what, struct chrome_track track, const char *name)
{
    begin(c, 'M', what, track);
    chrome_arg(c, "name", name);
    chrome_shut(c);
}

void chrome_sort(struct chrome *c, const char *what, struct chrome_track track, int64_t index)
{
    begin(c, 'M', what, track);
    chrome_arg_int(c, "sort_index", index);
    chrome_shut(c);
}
