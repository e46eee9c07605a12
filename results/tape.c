// A chunk: a head (magic, length, checksum of what follows, number of records), then records. A
// record: tag, number of values, values; a value: its type, then 8 bytes, or a text's length in 4
// and its bytes.
//
// The checksum is FNV-1a (Fowler, Noll, Vo) over words of 8 bytes instead of single ones: xor and a
// product with an odd number are bijections, so two chunks that differ in one word differ in it.
#include "results/tape.h"

#include <assert.h>
#include <string.h>

struct head {
    uint64_t magic, length, checksum, records; // length: of the whole chunk
};

enum { RECORD_HEAD_BYTES = 2, SUMMED = offsetof(struct head, records) };

static const uint64_t MAGIC = 0x7061746d6973676fu; // "ogsimtap"

static uint64_t checksum(const unsigned char *bytes, size_t length)
{
    uint64_t sum = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i += sizeof(uint64_t)) {
        uint64_t word = 0;
        memcpy(&word, bytes + i, length - i < sizeof word ? length - i : sizeof word);
        sum = (sum ^ word) * 0x100000001b3u;
    }
    return sum;
}

void tape_init(struct tape *t, size_t limit_bytes, tape_put *put, void *ctx)
{
    *t = (struct tape){.limit_bytes = limit_bytes, .put = put, .ctx = ctx};
}

void tape_free(struct tape *t)
{
    arena_free(&t->memory);
}

static struct tape_chunk *open_chunk(struct tape *t)
{
    return &t->chunks[t->count - 1];
}

static void add_chunk(struct tape *t)
{
    if (t->count == t->made) {
        t->chunks = arena_grow(&t->memory, t->chunks, &t->capacity, ++t->made, sizeof *t->chunks);
        unsigned char *bytes = arena_array(&t->memory, TAPE_CHUNK_BYTES, 1);
        t->chunks[t->count] = (struct tape_chunk){.bytes = bytes, .capacity = TAPE_CHUNK_BYTES};
    }
    t->count++;
    open_chunk(t)->length = sizeof(struct head);
    open_chunk(t)->records = 0;
}

static bool pass_on(struct tape *t, struct err *e)
{
    bool ok = true;
    for (uint32_t i = 0; ok && i < t->count; i++)
        ok = t->put(t->ctx, t->chunks[i].bytes, t->chunks[i].length, e);
    t->count = 0;
    t->kept_bytes = 0;
    return ok;
}

static void close_chunk(struct tape *t)
{
    struct tape_chunk *c = open_chunk(t);
    struct head        head = {MAGIC, c->length, 0, c->records};
    memcpy(c->bytes, &head, sizeof head);
    head.checksum = checksum(c->bytes + SUMMED, c->length - SUMMED);
    memcpy(c->bytes, &head, sizeof head);
    t->kept_bytes += c->length;
}

// Room for `bytes` more of the record under way. One that does not fit begins a chunk of its own,
// which grows with it; the chunk before stays as it is until the record ends.
static unsigned char *room(struct tape *t, size_t bytes)
{
    struct tape_chunk *c = open_chunk(t);
    if (c->length + bytes > c->capacity && c->records > 0) {
        size_t               begun = c->length - t->record_at;
        const unsigned char *from = c->bytes + t->record_at;
        c->length = t->record_at;
        close_chunk(t);
        add_chunk(t); // may move `chunks`, not what they point to
        c = open_chunk(t);
        t->record_at = c->length;
        memcpy(room(t, begun), from, begun);
        return room(t, bytes);
    }
    if (c->length + bytes > c->capacity) {
        size_t         capacity = 2 * (c->length + bytes);
        unsigned char *bigger = arena_array(&t->memory, capacity, 1);
        memcpy(bigger, c->bytes, c->length);
        c->bytes = bigger;
        c->capacity = capacity;
    }
    c->length += bytes;
    return c->bytes + c->length - bytes;
}

void tape_begin(struct tape *t, uint8_t tag)
{
    if (!t->count) add_chunk(t);
    t->record_at = open_chunk(t)->length;
    t->is_too_long = false;
    unsigned char *at = room(t, RECORD_HEAD_BYTES);
    at[0] = tag;
    at[1] = 0;
}

static void value(struct tape *t, enum tape_type type, const void *bytes, size_t length)
{
    unsigned char *at = room(t, 1 + length);
    at[0] = (unsigned char)type;
    if (length) memcpy(at + 1, bytes, length);
    unsigned char *count = open_chunk(t)->bytes + t->record_at + 1;
    assert(*count < UINT8_MAX);
    ++*count;
}

void tape_int(struct tape *t, int64_t integer)
{
    value(t, TAPE_INT, &integer, sizeof integer);
}

void tape_real(struct tape *t, double real)
{
    value(t, TAPE_REAL, &real, sizeof real);
}

void tape_null(struct tape *t)
{
    value(t, TAPE_NULL, NULL, 0);
}

void tape_text(struct tape *t, const char *text)
{
    size_t bytes = text ? strlen(text) : 0;
    t->is_too_long |= open_chunk(t)->length - t->record_at + bytes > TAPE_RECORD_BYTES;
    if (!text || t->is_too_long) {
        tape_null(t);
        return;
    }
    uint32_t length = (uint32_t)bytes;
    value(t, TAPE_TEXT, &length, sizeof length);
    memcpy(room(t, bytes), text, bytes);
}

bool tape_end(struct tape *t, struct err *e)
{
    open_chunk(t)->records++;
    if (t->is_too_long) return err_add(e, "a row has more than %d bytes", TAPE_RECORD_BYTES);
    if (t->count == 1 || (!t->is_passed_on && t->kept_bytes <= t->limit_bytes)) return true;
    t->count--; // all but the open one
    struct tape_chunk open = t->chunks[t->count];
    uint32_t          place = t->count;
    bool              ok = pass_on(t, e);
    t->is_passed_on = true;
    t->chunks[place] = t->chunks[0];
    t->chunks[0] = open;
    t->count = 1;
    return ok;
}

bool tape_finish(struct tape *t, struct err *e)
{
    assert(t->count);
    close_chunk(t);
    t->is_passed_on = false;
    return pass_on(t, e);
}

bool tape_forget(struct tape *t)
{
    t->count = 0;
    t->kept_bytes = 0;
    return !t->is_passed_on;
}

bool tape_open(struct tape_reader *r, const void *bytes, size_t length, struct err *e)
{
    struct head head;
    if (length < sizeof head) return err_add(e, "a tape of %zu bytes has no head", length);
    memcpy(&head, bytes, sizeof head);
    if (head.magic != MAGIC) return err_add(e, "not a tape of this program");
    if (head.length != length)
        return err_add(e, "a torn tape: %zu of %llu bytes", length,
                       (unsigned long long)head.length);
    const unsigned char *all = bytes;
    if (head.checksum != checksum(all + SUMMED, length - SUMMED) || head.records > length)
        return err_add(e, "a damaged tape");
    *r = (struct tape_reader){all + sizeof head, all + length, (uint32_t)head.records};
    return true;
}

bool tape_at_end(const struct tape_reader *r)
{
    return r->records == 0;
}

static bool take(struct tape_reader *r, void *out, size_t bytes, struct err *e)
{
    if ((size_t)(r->end - r->at) < bytes) return err_add(e, "a tape ends within a record");
    memcpy(out, r->at, bytes);
    r->at += bytes;
    return true;
}

bool tape_record(struct tape_reader *r, uint8_t *tag, uint32_t *values, struct err *e)
{
    uint8_t head[RECORD_HEAD_BYTES] = {0};
    assert(r->records > 0);
    if (!take(r, head, sizeof head, e)) return false;
    r->records--;
    *tag = head[0];
    *values = head[1];
    return true;
}

bool tape_value(struct tape_reader *r, struct tape_value *out, struct err *e)
{
    uint8_t type = TAPE_NULL;
    *out = (struct tape_value){0};
    if (!take(r, &type, sizeof type, e)) return false;
    out->type = (enum tape_type)type;
    switch (type) {
    case TAPE_NULL: return true;
    case TAPE_INT: return take(r, &out->integer, sizeof out->integer, e);
    case TAPE_REAL: return take(r, &out->real, sizeof out->real, e);
    case TAPE_TEXT:
        if (!take(r, &out->length, sizeof out->length, e)) return false;
        if ((size_t)(r->end - r->at) < out->length || out->length > TAPE_RECORD_BYTES)
            return err_add(e, "a tape ends within a text");
        out->text = (const char *)r->at;
        r->at += out->length;
        return true;
    default: return err_add(e, "a tape has a value of type %u", type);
    }
}
