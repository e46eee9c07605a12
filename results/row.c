#include "results/row.h"

void row_int(struct row *r, int64_t value)
{
    if (r->tape)
        tape_int(r->tape, value);
    else
        sqlite3_bind_int64(r->s, r->next, value);
    r->next++;
}

void row_real(struct row *r, double value)
{
    if (r->tape)
        tape_real(r->tape, value);
    else
        sqlite3_bind_double(r->s, r->next, value);
    r->next++;
}

void row_text(struct row *r, const char *value)
{
    if (r->tape)
        tape_text(r->tape, value);
    else
        sqlite3_bind_text(r->s, r->next, value, -1, SQLITE_STATIC);
    r->next++;
}

void row_given(struct row *r, char *value, void (*release)(void *))
{
    if (r->tape) {
        tape_text(r->tape, value);
        release(value);
    } else {
        sqlite3_bind_text(r->s, r->next, value, -1, release);
    }
    r->next++;
}

void row_null(struct row *r)
{
    if (r->tape)
        tape_null(r->tape);
    else
        sqlite3_bind_null(r->s, r->next);
    r->next++;
}

void row_value(struct row *r, const struct tape_value *value)
{
    switch (value->type) {
    case TAPE_NULL: row_null(r); break;
    case TAPE_INT: row_int(r, value->integer); break;
    case TAPE_REAL: row_real(r, value->real); break;
    case TAPE_TEXT:
        sqlite3_bind_text(r->s, r->next++, value->text, (int)value->length, SQLITE_STATIC);
    }
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
