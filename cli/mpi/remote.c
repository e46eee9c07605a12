// Sending copies and goes on (MPI_Isend): rank 0 never waits for a rank, and a rank that has
// answered starts on its next piece of work while the answer travels.
//
// What is longer than a packet is sent as several. A long message makes an MPI ask the receiver
// first, and then neither side gets on unless both call MPI: rank 0 would poll inside MPI_Recv for
// as long as the rank simulates. A packet is short enough to travel by itself. The last of an
// answer is sent synchronously (MPI_Issend: done when it is being received), so a rank is never
// more than ANSWERS ahead of what rank 0 has taken.
//
// Every rank says farewell once, with its code; rank 0 takes until it has all of them, so that no
// message is left unread at MPI_Finalize, and then lets all go. A farewell during the work is a
// worker that left. One that dies takes the job with it: mpirun ends all.
#include "cli/mpi/remote.h"

#include <mpi.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/sweep/crew.h"

enum tag { TAG_WORK = 1, TAG_MORE, TAG_BYTES, TAG_LEFT, TAG_FAREWELL, TAG_GO };
enum { ORDERS = 4, ANSWERS = 4, PACKET_BYTES = 4000 };
enum { BUSY_PROBES = 20, SHORT_NS = 50000, LONG_NS = 1000000 }; // of a rank that waits
static const double PAUSE_S = 0.001;                            // of rank 0

struct parcel {              // a message that may still be under way
    MPI_Request   *requests; // [request_count] one a packet
    uint32_t       request_count, request_capacity, capacity;
    unsigned char *bytes; // [capacity]
};

struct rank { // as rank 0 sees it
    struct parcel  orders[ORDERS];
    uint32_t       next; // order to be used
    bool           is_dismissed, is_gone, has_left;
    unsigned char *bytes; // [length] packets of an answer so far
    uint32_t       length, capacity;
    bool           is_whole; // and was given out: the next packet begins another
};

// Of this process; the functions of a crew_remote have no other place for it.
static struct {
    struct arena  memory;
    int           rank, size;
    struct rank  *ranks; // [size] of rank 0; of others the first, for what rank 0 sends
    struct parcel answers[ANSWERS];
    uint32_t      next;    // answer to be used
    char          why[64]; // of the rank that left last
} self;

static void sleep_ns(long ns)
{
    nanosleep(&(struct timespec){.tv_nsec = ns}, NULL);
}

// How long to sleep when nothing came for the n-th time: not at all, a little, longer.
static void be_patient(uint32_t *n)
{
    long naps = (long)*n - BUSY_PROBES;
    if (naps * SHORT_NS < LONG_NS) ++*n;
    if (naps > 0) sleep_ns(naps * SHORT_NS);
}

static void finish(struct parcel *p)
{
    uint32_t patience = 0;
    int      are_sent;
    while (MPI_Testall((int)p->request_count, p->requests, &are_sent, MPI_STATUSES_IGNORE),
           !are_sent)
        be_patient(&patience);
    p->request_count = 0;
}

static void send(struct parcel *p, int to, enum tag tag, const void *bytes, size_t length)
{
    uint32_t packets = (uint32_t)(length / PACKET_BYTES) + 1, left = (uint32_t)length;
    finish(p);
    p->bytes = arena_grow(&self.memory, p->bytes, &p->capacity, left, 1);
    p->requests =
        arena_grow(&self.memory, p->requests, &p->request_capacity, packets, sizeof *p->requests);
    if (length) memcpy(p->bytes, bytes, length);
    const unsigned char *at = p->bytes;
    for (; left > PACKET_BYTES; left -= PACKET_BYTES, at += PACKET_BYTES)
        MPI_Isend(at, PACKET_BYTES, MPI_BYTE, to, TAG_MORE, MPI_COMM_WORLD,
                  &p->requests[p->request_count++]);
    MPI_Request *last = &p->requests[p->request_count++];
    if (tag == TAG_BYTES)
        MPI_Issend(at, (int)left, MPI_BYTE, to, (int)tag, MPI_COMM_WORLD, last);
    else
        MPI_Isend(at, (int)left, MPI_BYTE, to, (int)tag, MPI_COMM_WORLD, last);
}

// What has come whole, of that rank or of any; it lies with its rank. NULL: nothing so far.
static struct rank *receive(int from, int tag, MPI_Status *status)
{
    for (;;) {
        int is_there, length;
        MPI_Iprobe(from, tag, MPI_COMM_WORLD, &is_there, status);
        if (!is_there) return NULL;
        struct rank *r = &self.ranks[status->MPI_SOURCE];
        MPI_Get_count(status, MPI_BYTE, &length);
        if (r->is_whole) r->length = 0;
        uint32_t need = r->length + (uint32_t)length;
        r->bytes = arena_grow(&self.memory, r->bytes, &r->capacity, need, 1);
        MPI_Recv(r->bytes + r->length, length, MPI_BYTE, status->MPI_SOURCE, status->MPI_TAG,
                 MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        r->length = need;
        r->is_whole = status->MPI_TAG != TAG_MORE;
        if (r->is_whole) return r;
    }
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

// A farewell is news only of a rank that has not said why it leaves.
static void part_with(struct rank *r, struct crew_answer *out)
{
    int code;
    memcpy(&code, r->bytes, sizeof code);
    r->is_gone = true;
    if (r->has_left) {
        out->kind = CREW_NOTHING;
        return;
    }
    snprintf(self.why, sizeof self.why, "rank %u left with code %d", out->worker, code);
    *out = (struct crew_answer){CREW_LEFT, out->worker, self.why, strlen(self.why) + 1};
}

static bool take(uint32_t rank, struct crew_answer *out, struct err *e)
{
    MPI_Status   status;
    struct rank *r = receive(rank ? (int)rank : MPI_ANY_SOURCE, MPI_ANY_TAG, &status);
    (void)e; // what goes wrong ends the job
    *out = (struct crew_answer){CREW_NOTHING};
    if (!r) return true;
    enum crew_kind kind = status.MPI_TAG == TAG_BYTES ? CREW_BYTES : CREW_LEFT;
    *out = (struct crew_answer){kind, (uint32_t)status.MPI_SOURCE, r->bytes, r->length};
    if (status.MPI_TAG == TAG_FAREWELL)
        part_with(r, out);
    else if (kind == CREW_LEFT)
        r->has_left = true;
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
        if (take(0, &ignored, &unused) && ignored.kind == CREW_NOTHING && !all_are_gone())
            be_patient(&patience);
    for (int r = 1; r < self.size; r++)
        MPI_Send(&code, sizeof code, MPI_BYTE, r, TAG_GO, MPI_COMM_WORLD);
}

// ---- the others

static bool next(void *bytes, size_t *length, struct err *e)
{
    MPI_Status   status;
    struct rank *r;
    uint32_t     patience = 0;
    (void)e;
    while (!(r = receive(0, TAG_WORK, &status))) be_patient(&patience);
    *length = r->length < CREW_WORK_BYTES ? r->length : CREW_WORK_BYTES;
    memcpy(bytes, r->bytes, *length);
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
    MPI_Status   status;
    struct rank *r;
    uint32_t     patience = 0;
    send(&self.answers[self.next++ % ANSWERS], 0, TAG_FAREWELL, code, sizeof *code);
    while (!(r = receive(0, TAG_GO, &status))) be_patient(&patience);
    memcpy(code, r->bytes, sizeof *code);
}

// ---- every rank

int remote_begin(void)
{
    MPI_Comm_rank(MPI_COMM_WORLD, &self.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &self.size);
    self.ranks = ARENA_ARRAY(&self.memory, struct rank, (size_t)self.size);
    return self.rank;
}

int remote_leave(int code)
{
    if (self.rank == 0)
        dismiss_all(code);
    else
        say_farewell(&code);
    for (int i = 0; i < ANSWERS; i++) finish(&self.answers[i]);
    for (int r = 0; r < self.size; r++)
        for (int i = 0; i < ORDERS; i++) finish(&self.ranks[r].orders[i]);
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
