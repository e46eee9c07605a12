// Sending copies and goes on (MPI_Isend): rank 0 never waits for a rank, and a rank that has
// answered starts on its next piece of work while the answer travels. What may be under way is
// bounded: ORDERS pieces of work a rank, ANSWERS chunks.
//
// Every rank says farewell once, with its code; rank 0 takes until it has all of them, so that no
// message is left unread at MPI_Finalize, and then lets all go. A farewell during the work is a
// worker that is lost.
#include "cli/mpi/remote.h"

#include <mpi.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/crew.h"

enum tag { TAG_WORK = 1, TAG_BYTES, TAG_LEFT, TAG_FAREWELL, TAG_GO };
enum { ORDERS = 4, ANSWERS = 2 };
enum { BUSY_PROBES = 20, SHORT_NS = 50000, LONG_NS = 1000000 }; // of a rank that waits
static const double PAUSE_S = 0.0005;                           // of rank 0

struct parcel { // a message that may still be under way
    MPI_Request    request;
    unsigned char *bytes; // [capacity]
    uint32_t       capacity;
};

struct rank { // as rank 0 sees it
    struct parcel orders[ORDERS];
    uint32_t      next; // order to be used
    bool          is_dismissed, is_gone;
};

// Of this process; the functions of a crew_remote have no other place for it.
static struct {
    struct arena   memory;
    int            rank, size;
    struct rank   *ranks; // [size] of rank 0
    struct parcel  answers[ANSWERS];
    uint32_t       next;  // answer to be used
    unsigned char *bytes; // of what was taken last
    uint32_t       capacity;
    char           why[64]; // of the rank that was lost last
} self;

static void sleep_ns(long ns)
{
    nanosleep(&(struct timespec){.tv_nsec = ns}, NULL);
}

// How long to sleep when nothing came for the n-th time: not at all, a little, longer.
static void be_patient(uint32_t *n)
{
    if (++*n <= BUSY_PROBES) return;
    long ns = SHORT_NS * (long)(*n - BUSY_PROBES);
    sleep_ns(ns < LONG_NS ? ns : LONG_NS);
}

static void send(struct parcel *p, int to, enum tag tag, const void *bytes, size_t length)
{
    uint32_t patience = 0;
    int      is_sent;
    while (MPI_Test(&p->request, &is_sent, MPI_STATUS_IGNORE), !is_sent) be_patient(&patience);
    p->bytes = arena_grow(&self.memory, p->bytes, &p->capacity, (uint32_t)length, 1);
    if (length) memcpy(p->bytes, bytes, length);
    MPI_Isend(p->bytes, (int)length, MPI_BYTE, to, (int)tag, MPI_COMM_WORLD, &p->request);
}

// What has come of that rank. false: nothing.
static bool receive(int from, int tag, MPI_Status *status, int *length)
{
    int is_there;
    MPI_Iprobe(from, tag, MPI_COMM_WORLD, &is_there, status);
    if (!is_there) return false;
    MPI_Get_count(status, MPI_BYTE, length);
    self.bytes = arena_grow(&self.memory, self.bytes, &self.capacity, (uint32_t)*length, 1);
    MPI_Recv(self.bytes, *length, MPI_BYTE, status->MPI_SOURCE, status->MPI_TAG, MPI_COMM_WORLD,
             MPI_STATUS_IGNORE);
    return true;
}

// ---- rank 0

static bool give(uint32_t rank, const void *bytes, size_t length, struct err *e)
{
    struct rank *r = &self.ranks[rank];
    if (r->is_gone || r->is_dismissed) return err_add(e, "rank %u is gone", rank);
    r->is_dismissed = length == 0;
    send(&r->orders[r->next++ % ORDERS], (int)rank, TAG_WORK, bytes, length);
    return true;
}

static void lose(uint32_t rank, struct crew_answer *out)
{
    int code;
    memcpy(&code, self.bytes, sizeof code);
    self.ranks[rank].is_gone = true;
    snprintf(self.why, sizeof self.why, "rank %u left with code %d", rank, code);
    out->kind = CREW_LEFT;
    out->bytes = self.why;
    out->length = strlen(self.why) + 1;
}

static bool take(uint32_t rank, struct crew_answer *out, struct err *e)
{
    MPI_Status status;
    int        length;
    (void)e; // what goes wrong ends the job
    *out = (struct crew_answer){CREW_NOTHING};
    if (!receive(rank ? (int)rank : MPI_ANY_SOURCE, MPI_ANY_TAG, &status, &length)) return true;
    enum crew_kind kind = status.MPI_TAG == TAG_BYTES ? CREW_BYTES : CREW_LEFT;
    *out = (struct crew_answer){kind, (uint32_t)status.MPI_SOURCE, self.bytes, (size_t)length};
    if (status.MPI_TAG == TAG_FAREWELL) lose(out->worker, out);
    return true;
}

static bool all_are_gone(void)
{
    bool all = true;
    for (int r = 1; r < self.size; r++) all = all && self.ranks[r].is_gone;
    return all;
}

static void dismiss_all(int code)
{
    struct crew_answer ignored;
    struct err         unused = {0};
    uint32_t           patience = 0;
    for (uint32_t r = 1; r < (uint32_t)self.size; r++)
        if (!give(r, NULL, 0, &unused)) continue; // it knows
    while (!all_are_gone())
        if (take(0, &ignored, &unused) && ignored.kind == CREW_NOTHING) be_patient(&patience);
    for (int r = 1; r < self.size; r++)
        MPI_Send(&code, sizeof code, MPI_BYTE, r, TAG_GO, MPI_COMM_WORLD);
}

// ---- the others

static bool next(void *bytes, size_t *length, struct err *e)
{
    MPI_Status status;
    uint32_t   patience = 0;
    int        got;
    (void)e;
    while (!receive(0, TAG_WORK, &status, &got)) be_patient(&patience);
    *length = (size_t)got < CREW_WORK_BYTES ? (size_t)got : CREW_WORK_BYTES;
    memcpy(bytes, self.bytes, *length);
    return true;
}

static bool answer(enum crew_kind kind, const void *bytes, size_t length, struct err *e)
{
    enum tag tag = kind == CREW_BYTES ? TAG_BYTES : TAG_LEFT;
    (void)e;
    send(&self.answers[self.next++ % ANSWERS], 0, tag, bytes, length);
    return true;
}

static void say_farewell(int *code)
{
    MPI_Status status;
    uint32_t   patience = 0;
    int        length;
    send(&self.answers[self.next++ % ANSWERS], 0, TAG_FAREWELL, code, sizeof *code);
    while (!receive(0, TAG_GO, &status, &length)) be_patient(&patience);
    memcpy(code, self.bytes, sizeof *code);
}

// ---- every rank

int remote_begin(void)
{
    MPI_Comm_rank(MPI_COMM_WORLD, &self.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &self.size);
    self.ranks = ARENA_ARRAY(&self.memory, struct rank, (size_t)self.size);
    for (int r = 0; r < self.size; r++)
        for (int i = 0; i < ORDERS; i++) self.ranks[r].orders[i].request = MPI_REQUEST_NULL;
    for (int i = 0; i < ANSWERS; i++) self.answers[i].request = MPI_REQUEST_NULL;
    return self.rank;
}

int remote_leave(int code)
{
    if (self.rank == 0)
        dismiss_all(code);
    else
        say_farewell(&code);
    for (int i = 0; i < ANSWERS; i++) MPI_Wait(&self.answers[i].request, MPI_STATUS_IGNORE);
    for (int r = 0; r < self.size; r++)
        for (int i = 0; i < ORDERS; i++)
            MPI_Wait(&self.ranks[r].orders[i].request, MPI_STATUS_IGNORE);
    arena_free(&self.memory);
    return code;
}

static bool join(uint32_t *rank, uint32_t *size, struct err *e)
{
    (void)e; // the job has begun, else there were no process
    *rank = (uint32_t)self.rank;
    *size = (uint32_t)self.size;
    return true;
}

static void leave(void) // remote_leave does it, for a rank that never came to work too
{
}

static const struct crew_remote ranks_of_job = {join, give, take, PAUSE_S, next, answer, leave};

const struct crew_remote *const crew_remote = &ranks_of_job;
