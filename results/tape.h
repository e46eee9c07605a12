// results/tape.h: the rows of a run as bytes, on their way from one process to another.
//
// A record is a tag and typed values: whole numbers, real numbers, text, nothing. Writer and reader
// are the same program on machines of one kind, so numbers are in the machine's order and there is
// no version; but every length, type and count is checked, and each chunk carries a checksum that
// no single changed bit leaves as it was: a torn or foreign tape is an error, never a crash.
//
// Records are gathered in chunks of about TAPE_CHUNK_BYTES; none lies in two, so each chunk can be
// read alone. Up to a limit chunks are kept, so that a run which fails leaves nothing; past it they
// are passed on as they fill.
#ifndef FOGSIM_RESULTS_TAPE_H
#define FOGSIM_RESULTS_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum { TAPE_CHUNK_BYTES = 1 << 20, TAPE_KEPT_BYTES = 64 << 20, TAPE_RECORD_BYTES = 1 << 28 };

// Takes a chunk. false: e says why.
typedef bool tape_put(void *ctx, const void *bytes, size_t length, struct err *e);

struct tape_chunk { // private
    unsigned char *bytes;
    size_t         length, capacity;
    uint32_t       records;
};

struct tape { // private to tape.c
    struct arena       memory;
    struct tape_chunk *chunks;       // [made], used again by the next run
    uint32_t           count, made;  // chunks in use; the last one is open
    uint32_t           capacity;     // of `chunks`
    size_t             record_at;    // in the open chunk: where the record under way begins
    size_t             kept_bytes;   // of closed chunks
    size_t             limit_bytes;  // of these
    bool               is_passed_on; // chunks of this run have left
    bool               is_too_long;  // the record under way
    tape_put          *put;
    void              *ctx;
};

void tape_init(struct tape *t, size_t limit_bytes, tape_put *put, void *ctx);
void tape_free(struct tape *t);

// One record: begin, its values from left to right (at most 255), end. end false: it was longer
// than TAPE_RECORD_BYTES, or a full chunk could not leave.
void          tape_begin(struct tape *t, uint8_t tag);
void          tape_int(struct tape *t, int64_t value);
void          tape_real(struct tape *t, double value);
void          tape_text(struct tape *t, const char *text); // copied; NULL is tape_null
void          tape_null(struct tape *t);
MUST_USE bool tape_end(struct tape *t, struct err *e);

// The run is whole: what is kept leaves, and the tape is empty. There is at least one record.
MUST_USE bool tape_finish(struct tape *t, struct err *e);
// Forgets what is kept. false: chunks of this run have left already, and whoever has them must be
// told.
bool tape_forget(struct tape *t);

enum tape_type { TAPE_NULL, TAPE_INT, TAPE_REAL, TAPE_TEXT };

struct tape_value {
    enum tape_type type;
    int64_t        integer;
    double         real;
    const char    *text;   // [length], in the chunk
    uint32_t       length; // of the text; no final NUL
};

struct tape_reader { // private to tape.c
    const unsigned char *at, *end;
    uint32_t             records; // still to be read
};

// Checks the frame of a chunk. false: e says what is wrong with it.
MUST_USE bool tape_open(struct tape_reader *r, const void *bytes, size_t length, struct err *e);
bool          tape_at_end(const struct tape_reader *r);
// The next record, with its number of values, each of which tape_value then reads.
MUST_USE bool tape_record(struct tape_reader *r, uint8_t *tag, uint32_t *values, struct err *e);
MUST_USE bool tape_value(struct tape_reader *r, struct tape_value *out, struct err *e);

#endif
