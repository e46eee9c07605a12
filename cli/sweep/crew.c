// A local worker is joined by one socket, which carries work one way and answers the other: frames
// of a head and bytes. Everything a worker wrote can be read after its end, and then its end.
#include "cli/sweep/crew.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum {
    FRAME_BYTES = 1 << 30,                      // more is nonsense
    FULL_BYTES = CREW_CHUNK_BYTES - (64 << 10), // a piece as long as that is hardly the last
    AHEAD_BYTES = 64 << 20,                     // of pieces that are received ahead
};

static const double more_s = 0.002; // in which the next piece comes, if there is one

struct frame {
    uint32_t kind, length; // enum crew_kind; bytes that follow
};

struct worker {
    pid_t pid;
    int   socket; // -1: gone
};

// What a worker has sent while the first process was still to take what came before: a worker that
// waits for its reader simulates nothing.
struct held {
    struct arena        arena;
    struct crew_answer *answers; // [count], of which `taken` are gone
    uint32_t            count, taken, capacity;
    size_t              bytes;
};

struct crew {
    struct arena  *arena;
    uint32_t       rank, remote_count; // of workers that are no children
    uint32_t       local_count, next;  // next: who is asked first
    struct worker *workers;            // [local_count]
    struct pollfd *polled;             // [local_count]
    crew_work     *work;
    void          *ctx;
    int            socket; // of a local worker; -1: this process is none
    struct held    held;   // all of one worker, the last answer among them
};

struct crew *crew_open(struct arena *a, struct err *e)
{
    struct crew *c = ARENA_ARRAY(a, struct crew, 1);
    uint32_t     size = 1;
    c->arena = a;
    c->socket = -1;
    if (crew_remote && !crew_remote->open(&c->rank, &size, e)) return NULL;
    c->remote_count = size - 1;
    return c;
}

uint32_t crew_rank(const struct crew *c)
{
    return c->rank;
}

uint32_t crew_size(const struct crew *c)
{
    return c->local_count + c->remote_count;
}

static void do_nothing(int signal)
{
    (void)signal;
}

// The first process decides what a signal of the terminal means. A handler, since SIG_IGN would be
// inherited by the programs that a worker starts.
static void leave_signals(void)
{
    struct sigaction action = {.sa_handler = do_nothing, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    struct sigaction before;
    if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(SIGHUP, &action, NULL);
}

// The others' sockets are closed: their ends must be seen by the first process alone, and its end
// by all.
_Noreturn static void be_worker(struct crew *c, uint32_t rank, int socket, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1); // it was faster
    leave_signals();
    for (uint32_t i = 0; i < c->local_count; i++)
        if (i != rank && c->workers[i].socket >= 0) close(c->workers[i].socket);
    c->socket = socket;
    c->work(c->ctx, c);
    _exit(0); // nothing that the first process left to do at its exit
}

static bool fork_worker(struct crew *c, uint32_t rank)
{
    int   ends[2];
    pid_t parent = getpid();
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) return false;
    fflush(NULL); // else both would write what is still in the buffers
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        be_worker(c, rank, ends[1], parent);
    }
    int why = errno;
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        errno = why;
        return false;
    }
    c->workers[rank] = (struct worker){pid, ends[0]};
    return true;
}

bool crew_start(struct crew *c, uint32_t local, crew_work *work, void *ctx, struct err *e)
{
    c->workers = ARENA_ARRAY(c->arena, struct worker, local);
    c->polled = ARENA_ARRAY(c->arena, struct pollfd, local);
    c->work = work;
    c->ctx = ctx;
    while (c->local_count < local && fork_worker(c, c->local_count)) c->local_count++;
    return c->local_count == local || c->local_count + c->remote_count > 0 ||
           err_add(e, "cannot start a worker: %s", strerror(errno));
}

static bool send_all(int socket, const void *bytes, size_t length)
{
    for (const char *at = bytes; length;) {
        ssize_t sent = send(socket, at, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return false;
        at += sent;
        length -= (size_t)sent;
    }
    return true;
}

static bool receive_all(int socket, void *bytes, size_t length)
{
    for (char *at = bytes; length;) {
        ssize_t got = recv(socket, at, length, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        at += got;
        length -= (size_t)got;
    }
    return true;
}

// Head and bytes in one call where they fit, so that the reader wakes once.
static bool send_frame(int socket, uint32_t kind, const void *bytes, size_t length)
{
    struct frame  frame = {kind, (uint32_t)length};
    struct iovec  parts[] = {{&frame, sizeof frame}, {(void *)bytes, length}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    ssize_t       sent;
    assert(length <= FRAME_BYTES);
    do sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0) return false;
    size_t head = (size_t)sent < sizeof frame ? (size_t)sent : sizeof frame;
    size_t body = (size_t)sent - head;
    return send_all(socket, (const char *)&frame + head, sizeof frame - head) &&
           send_all(socket, (const char *)bytes + body, length - body);
}

bool crew_give(struct crew *c, uint32_t worker, const void *bytes, size_t length)
{
    assert(length > 0 && length <= CREW_WORK_BYTES);
    struct err ignored = {0};
    if (worker >= c->local_count)
        return crew_remote->give(worker - c->local_count + 1, bytes, length, &ignored);
    int socket = c->workers[worker].socket;
    return socket >= 0 && send_frame(socket, CREW_BYTES, bytes, length);
}

// How it ended; what is left of it is ended with it, and has no say in that.
static const char *bury(struct crew *c, struct worker *w)
{
    int status = 0;
    close(w->socket);
    w->socket = -1;
    kill(w->pid, SIGKILL);
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR) continue;
    if (WIFSIGNALED(status))
        return arena_format(c->arena, "worker ended by signal %d (%s)", WTERMSIG(status),
                            strsignal(WTERMSIG(status)));
    return arena_format(c->arena, "worker ended with status %d", WEXITSTATUS(status));
}

static struct crew_answer receive(struct crew *c, uint32_t rank)
{
    struct worker     *w = &c->workers[rank];
    struct crew_answer out = {.worker = rank};
    struct frame       frame;
    bool  ok = receive_all(w->socket, &frame, sizeof frame) && frame.length <= FRAME_BYTES;
    void *bytes = ok ? arena_array(&c->held.arena, frame.length, 1) : NULL;
    if (ok && receive_all(w->socket, bytes, frame.length)) {
        out.kind = (enum crew_kind)frame.kind;
        out.bytes = bytes;
        out.length = frame.length;
    } else {
        out.kind = CREW_LOST;
        out.bytes = bury(c, w);
        out.length = strlen(out.bytes) + 1;
    }
    return out;
}

static bool comes_more(const struct crew *c, const struct crew_answer *last)
{
    if (last->kind != CREW_BYTES || last->length < FULL_BYTES || c->held.bytes > AHEAD_BYTES)
        return false;
    struct pollfd p = {.fd = c->workers[last->worker].socket, .events = POLLIN};
    return ppoll(&p, 1, &(struct timespec){.tv_nsec = (long)(1e9 * more_s)}, NULL) > 0;
}

// All pieces of an answer, or as many as may lie here, so that its worker can go on.
static void take_local(struct crew *c, uint32_t rank)
{
    struct held       *h = &c->held;
    struct crew_answer answer;
    arena_rewind(&h->arena, (struct arena_mark){0});
    *h = (struct held){.arena = h->arena};
    do {
        answer = receive(c, rank);
        h->answers =
            arena_grow(&h->arena, h->answers, &h->capacity, h->count + 1, sizeof *h->answers);
        h->answers[h->count++] = answer;
        h->bytes += answer.length;
    } while (comes_more(c, &answer));
}

static bool take_held(struct crew *c, struct crew_answer *out)
{
    if (c->held.taken == c->held.count) return false;
    *out = c->held.answers[c->held.taken++];
    return true;
}

// The first of those that have something, in turns. false: nobody, in the time given.
static bool poll_local(struct crew *c, uint32_t from, double timeout_s, uint32_t *rank)
{
    for (uint32_t i = 0; i < c->local_count; i++)
        c->polled[i] = (struct pollfd){
            .fd = from == CREW_ANYBODY || from == i ? c->workers[i].socket : -1, .events = POLLIN};
    struct timespec wait = {(time_t)timeout_s, (long)(1e9 * (timeout_s - floor(timeout_s)))};
    int             ready = ppoll(c->polled, c->local_count, &wait, NULL);
    for (uint32_t i = 0; ready > 0 && i < c->local_count; i++) {
        *rank = (c->next + i) % c->local_count;
        if (!c->polled[*rank].revents) continue;
        c->next = *rank + 1;
        return true;
    }
    return false;
}

static bool take_remote(struct crew *c, uint32_t from, struct crew_answer *out)
{
    struct err fault = {0};
    if (!crew_remote || (from != CREW_ANYBODY && from < c->local_count)) return false;
    uint32_t rank = from == CREW_ANYBODY ? 0 : from - c->local_count + 1;
    if (!crew_remote->take(rank, out, &fault)) *out = (struct crew_answer){CREW_NOTHING};
    out->worker += c->local_count - 1;
    return out->kind != CREW_NOTHING;
}

// Remote workers cannot be waited for together with local ones: these are waited for in short
// pieces, between which the others are asked.
void crew_take(struct crew *c, uint32_t from, double timeout_s, struct crew_answer *out)
{
    double   end_s = clock_wall_s() + timeout_s;
    uint32_t rank;
    for (;;) {
        *out = (struct crew_answer){CREW_NOTHING};
        if (take_held(c, out) || take_remote(c, from, out)) return;
        double left_s = end_s - clock_wall_s();
        if (left_s < 0) left_s = 0;
        bool is_piece = c->remote_count && left_s > crew_remote->pause_s;
        errno = 0;
        if (poll_local(c, from, is_piece ? crew_remote->pause_s : left_s, &rank)) {
            take_local(c, rank);
            continue; // it is held now
        }
        if (errno == EINTR || !is_piece) return;
    }
}

bool crew_renew(struct crew *c, uint32_t worker)
{
    return worker < c->local_count && c->workers[worker].socket < 0 && fork_worker(c, worker);
}

bool crew_next(struct crew *c, void *bytes, size_t *length)
{
    struct frame frame;
    struct err   ignored = {0};
    if (c->socket < 0) return crew_remote->next(bytes, length, &ignored) && *length > 0;
    if (!receive_all(c->socket, &frame, sizeof frame)) return false;
    assert(frame.length <= CREW_WORK_BYTES);
    *length = frame.length;
    return receive_all(c->socket, bytes, frame.length);
}

bool crew_tell(struct crew *c, enum crew_kind kind, const void *bytes, size_t length)
{
    struct err ignored = {0};
    if (c->socket < 0) return crew_remote->answer(kind, bytes, length, &ignored);
    return send_frame(c->socket, kind, bytes, length);
}

static void end_locals(struct crew *c, bool now)
{
    for (uint32_t i = 0; i < c->local_count; i++) {
        struct worker *w = &c->workers[i];
        if (w->socket < 0) continue;
        close(w->socket);
        w->socket = -1;
        if (now) kill(w->pid, SIGKILL);
        while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR) continue;
    }
}

void crew_close(struct crew *c, bool now)
{
    struct err ignored = {0};
    if (!c) return;
    end_locals(c, now);
    arena_free(&c->held.arena);
    for (uint32_t r = 1; c->rank == 0 && r <= c->remote_count; r++)
        if (!crew_remote->give(r, NULL, 0, &ignored)) continue;
    if (crew_remote) crew_remote->close();
}
