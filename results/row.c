#include "results/row.h"

void row_int(struct row *r, int64_t value)
{
    sqlite3_bind_int64(r->s, r->next++, value);
}

void row_real(struct row *r, double value)
{
    sqlite3_bind_double(r->s, r->next++, value);
}

void row_text(struct row *r, const char *value)
{
    sqlite3_bind_text(r->s, r->next++, value, -1, SQLITE_STATIC);
}

void row_given(struct row *r, char *value, void (*release)(void *))
{
    sqlite3_bind_text(r->s, r->next++, value, -1, release);
}

void row_null(struct row *r)
{
    sqlite3_bind_null(r->s, r->next++);
}

void row_ns(struct row *r, sim_ns value)
{
    row_real(r, s_from_ns(value));
}

void row_instant(struct row *r, sim_ns value)
{
    if (value < 0)
        row_null(r);
    else
        row_ns(r, value);
}

void row_parts(struct row *r, const sim_ns *part_ns, bool finished)
{
    for (int part = 0; part < PART_COUNT; part++)
        if (finished)
            row_ns(r, part_ns[part]);
        else
            row_null(r);
}
