// cli/sweep/crew.h: workers that are processes. The first process hands out work and takes answers;
// what work and answers mean is not known here.
//
// Local workers are forked when everything is read, so that they share it. A program that was
// linked with remote workers (crew_remote) has them beside the local ones: workers are numbered
// from 0, first the local ones, then the remote ranks from 1. Work is small and waits in its
// worker's pipe, so one can be given ahead; answers are bytes in chunks of about CREW_CHUNK_BYTES,
// and of a local worker all that belongs together is received at once, up to 64 MiB, so that it can
// go on; beyond that it waits. Work is answered in the order in which it was given.
//
// Local workers end with the first process, however it ends, and leave the signals of a terminal to
// it. One that dies is reported with the reason, after everything that it had answered. Where an
// answer ends is for the two sides to know.
#ifndef FOGSIM_CLI_SWEEP_CREW_H
#define FOGSIM_CLI_SWEEP_CREW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct crew; // hides pipes and processes

enum { CREW_WORK_BYTES = 64, CREW_CHUNK_BYTES = 1 << 20, CREW_ANYBODY = UINT16_MAX };

enum crew_kind {
    CREW_NOTHING, // the time is over, or a signal came
    CREW_BYTES,   // a piece of an answer
    CREW_LOST,    // the worker died: `bytes` says how, with a final NUL
    CREW_LEFT,    // the worker says that it cannot work: as above
};

struct crew_answer {
    enum crew_kind kind;
    uint32_t       worker;
    const void    *bytes; // [length] until the next crew_take
    size_t         length;
};

// Workers that are no children of the first process. Ranks count from 0, the first process.
// `rank` 0 in take: of any. The functions of one process are called from one thread, never from a
// forked worker.
struct crew_remote {
    // Joins the others. false: e says why.
    bool (*open)(uint32_t *rank, uint32_t *size, struct err *e);
    // Of the first process. give: does not wait for the receiver; length 0: there is no more work,
    // and the rank ends. take: what has come, else CREW_NOTHING; `worker` is the rank; never waits.
    bool (*give)(uint32_t rank, const void *bytes, size_t length, struct err *e);
    bool (*take)(uint32_t rank, struct crew_answer *out, struct err *e);
    double pause_s; // between two calls of take that brought nothing
    // Of the others. next waits; *length 0: there is no more work. answer: CREW_BYTES or CREW_LEFT.
    bool (*next)(void *bytes, size_t *length, struct err *e); // [CREW_WORK_BYTES]
    bool (*answer)(enum crew_kind kind, const void *bytes, size_t length, struct err *e);
    void (*close)(void); // leaves; of every rank
};
extern const struct crew_remote *const crew_remote; // NULL: this program has none

// Before anything is read. NULL: e says why. Lives in `a`; to be closed.
struct crew *crew_open(struct arena *a, struct err *e);
uint32_t     crew_rank(const struct crew *c); // not 0: this process is a worker

// What a worker does: asks crew_next until there is no more, answers each with crew_tell.
typedef void crew_work(void *ctx, struct crew *c);

// First process: forks `local` workers, which run `work` and end. false: e says why.
MUST_USE bool crew_start(struct crew *c, uint32_t local, crew_work *work, void *ctx, struct err *e);
uint32_t      crew_size(const struct crew *c); // workers, local and remote

// false: the worker is gone, or about to be: crew_take tells.
MUST_USE bool crew_give(struct crew *c, uint32_t worker, const void *bytes, size_t length);

// Waits up to `timeout_s` for something of worker `from`, or CREW_ANYBODY.
void crew_take(struct crew *c, uint32_t from, double timeout_s, struct crew_answer *out);

// A new worker in place of a lost one. false: it was remote, or the system has no room for one.
MUST_USE bool crew_renew(struct crew *c, uint32_t worker);

// Worker: waits for work, up to CREW_WORK_BYTES. false: there is no more.
MUST_USE bool crew_next(struct crew *c, void *bytes, size_t *length);
// kind: CREW_BYTES, or CREW_LEFT with why. false: the first process is gone.
MUST_USE bool crew_tell(struct crew *c, enum crew_kind kind, const void *bytes, size_t length);

// First process: what is under way is ended at once if `now`, else waited for; nothing that it
// would still answer is taken.
void crew_close(struct crew *c, bool now);

#endif
