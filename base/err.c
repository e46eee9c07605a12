#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void clean(char *text)
{
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f) *c = '?';
}

bool err_add(struct err *e, const char *format, ...)
{
    char    line[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    clean(line);

    e->fault_count++;
    size_t need = strlen(line) + (e->length ? 1 : 0);
    if (e->length + need + 1 > sizeof e->text) {
        e->dropped_count++;
        return false;
    }
    if (e->length) e->text[e->length++] = '\n';
    memcpy(e->text + e->length, line, strlen(line) + 1);
    e->length += strlen(line);
    return false;
}

bool err_wrap(struct err *e, const char *format, ...)
{
    char    where[512];
    va_list args;
    va_start(args, format);
    vsnprintf(where, sizeof where, format, args);
    va_end(args);
    clean(where);

    struct err inner = *e;
    *e = (struct err){0};
    for (char *line = strtok(inner.text, "\n"); line; line = strtok(NULL, "\n"))
        err_add(e, "%s: %s", where, line);
    if (!inner.length) err_add(e, "%s", where);
    e->fault_count += inner.dropped_count;
    e->dropped_count += inner.dropped_count;
    return false;
}
