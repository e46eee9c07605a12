#include "cli/plugin/child.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { READ_BYTES = 1 << 16, SLICE_MS = 100 }; // a signal between look and poll costs one slice

// How a program is called in a message: by its command line, shortened.
static bool fault(const struct child *c, struct err *e, const char *text)
{
    bool is_long = strlen(c->command) > CHILD_SHOWN;
    return err_add(e, "--scheme-command \"%.*s%s\": %s", CHILD_SHOWN, c->command,
                   is_long ? "..." : "", text);
}

static bool fault_errno(const struct child *c, struct err *e, const char *what)
{
    char text[256];
    snprintf(text, sizeof text, "%s: %s", what, strerror(errno));
    return fault(c, e, text);
}

static void close_end(int *fd)
{
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

// ---- beginning ----------------------------------------------------------------------------------

// Signals as a program expects them: nothing blocked, SIGPIPE deadly.
static int spawn(struct child *c, int in, int out)
{
    const char                *argv[] = {"sh", "-c", c->command, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t          attr;
    sigset_t                   none, all;
    sigemptyset(&none), sigfillset(&all);
    sigdelset(&all, SIGKILL), sigdelset(&all, SIGSTOP);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attr);
    posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &all);
    posix_spawnattr_setpgroup(&attr, 0);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                        POSIX_SPAWN_SETPGROUP);
    int code = posix_spawn(&c->pid, "/bin/sh", &actions, &attr, (char *const *)argv, environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

// Where a standard stream is closed its number is given out again; the child would lose an end.
static bool make_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC)) return false;
    for (int i = 0; i < 2; i++) {
        if (ends[i] > STDERR_FILENO) continue;
        int higher = fcntl(ends[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        close(ends[i]);
        ends[i] = higher;
    }
    return ends[0] >= 0 && ends[1] >= 0;
}

bool child_start(struct child *c, const char *command, double timeout_s,
                 const volatile int *interrupted, struct err *e)
{
    int to[2] = {-1, -1}, from[2] = {-1, -1};
    *c = (struct child){.command = command,
                        .timeout_s = timeout_s,
                        .interrupted = interrupted,
                        .in = -1,
                        .out = -1};
    bool ok = make_pipe(to) && make_pipe(from);
    if (ok) {
        errno = spawn(c, to[0], from[1]);
        ok = errno == 0;
    }
    if (!ok) fault_errno(c, e, "cannot start");
    if (!ok) c->pid = 0;
    close_end(&to[0]), close_end(&from[1]);
    c->in = to[1], c->out = from[0];
    if (ok) {
        fcntl(c->in, F_SETFL, O_NONBLOCK);
        fcntl(c->out, F_SETFL, O_NONBLOCK);
    } else {
        child_stop(c);
    }
    return ok;
}

// ---- the end ------------------------------------------------------------------------------------

static bool has_ended(const struct child *c)
{
    siginfo_t info = {0}; // not reaped: its number stays its group's
    return waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid;
}

static bool wait_end(const struct child *c, double most_s)
{
    double until_s = clock_wall_s() + most_s;
    while (!has_ended(c)) {
        if (clock_wall_s() >= until_s || (c->interrupted && *c->interrupted)) return false;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return true;
}

// Reaps it; how it ended, as part of a sentence.
static void reap(struct child *c, char *text, size_t room)
{
    int status = 0;
    kill(-c->pid, SIGKILL);
    while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR) {
    }
    c->pid = 0;
    if (WIFSIGNALED(status))
        snprintf(text, room, "it was killed by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else
        snprintf(text, room, "it ended with exit status %d", WEXITSTATUS(status));
}

void child_stop(struct child *c)
{
    char ignored[128];
    close_end(&c->in), close_end(&c->out);
    if (c->pid > 0) reap(c, ignored, sizeof ignored);
    c->pid = 0;
    arena_free(&c->memory);
}

// It closed its output (or input), of which it may die a moment later.
static bool gone(struct child *c, const char *what, const char *closed, struct err *e)
{
    enum { DYING_MS = 300 };
    char how[160], text[384];
    bool is_dead = wait_end(c, fmin(c->timeout_s, DYING_MS / 1e3));
    if (is_dead)
        reap(c, how, sizeof how);
    else
        snprintf(how, sizeof how, "it closed its standard %s and goes on", closed);
    snprintf(text, sizeof text, "want a line that answers %s, but %s", what, how);
    return fault(c, e, text);
}

// ---- lines --------------------------------------------------------------------------------------

// To a pipe that nobody reads any more: EPIPE, but no signal for the rest of fogsim.
static ssize_t write_quietly(int fd, const char *text, size_t length)
{
    sigset_t pipe, before, pending;
    sigemptyset(&pipe), sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    bool was_pending = sigismember(&pending, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    ssize_t count = write(fd, text, length);
    int     code = errno;
    if (count < 0 && code == EPIPE && !was_pending)
        while (sigtimedwait(&pipe, NULL, &(struct timespec){0}) < 0 && errno == EINTR) {
        }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = code;
    return count;
}

enum heard { HEARD_NOTHING, HEARD_MORE, HEARD_END };

static enum heard hear(struct child *c)
{
    c->line = arena_grow(&c->memory, c->line, &c->capacity, c->length + READ_BYTES, 1);
    ssize_t count = read(c->out, c->line + c->length, READ_BYTES);
    if (count > 0) c->length += (uint32_t)count;
    if (count > 0) return HEARD_MORE;
    bool is_end = count == 0 || (errno != EAGAIN && errno != EINTR);
    return is_end ? HEARD_END : HEARD_NOTHING;
}

static bool shown(const struct child *c, const char *want, const char *what, struct err *e)
{
    char        text[640];
    int         length = c->length < CHILD_SHOWN ? (int)c->length : CHILD_SHOWN;
    const char *end = memchr(c->line, '\n', (size_t)length);
    if (end) length = (int)(end - c->line);
    snprintf(text, sizeof text, "%s %s, have \"%.*s%s\"", want, what, length, c->line,
             !end && c->length > (uint32_t)length ? "..." : "");
    return fault(c, e, text);
}

static bool too_late(const struct child *c, const char *what, struct err *e)
{
    char text[256];
    snprintf(text, sizeof text, "want an answer to %s within %g s (--scheme-timeout), have %s",
             what, c->timeout_s, c->length ? "a line without end" : "none");
    return fault(c, e, text);
}

struct talk { // one request and its answer
    const char *line;
    size_t      left;    // of the request, not sent yet
    size_t      checked; // bytes of the answer in which there is no newline
    const char *what;
};

// The newline of the answer; NULL: not there yet.
static const char *find_end(const struct child *c, struct talk *t)
{
    const char *end =
        c->length > t->checked ? memchr(c->line + t->checked, '\n', c->length - t->checked) : NULL;
    t->checked = c->length;
    return end;
}

static bool send_some(struct child *c, struct talk *t, struct err *e)
{
    ssize_t count = write_quietly(c->in, t->line, t->left);
    if (count > 0) t->line += count, t->left -= (size_t)count;
    if (count >= 0 || errno == EAGAIN || errno == EINTR) return true;
    return gone(c, t->what, "input", e);
}

// What there is to hear; false: nothing good.
static bool hear_some(struct child *c, struct talk *t, struct err *e)
{
    enum heard heard = hear(c);
    if (heard == HEARD_END) return gone(c, t->what, "output", e);
    if (heard == HEARD_MORE && t->left)
        return shown(c, "want silence until it has read", t->what, e);
    if (c->length > CHILD_LINE_BYTES) {
        char text[160];
        snprintf(text, sizeof text, "want an answer to %s of at most %d bytes, have more", t->what,
                 CHILD_LINE_BYTES);
        return fault(c, e, text);
    }
    return true;
}

// One round of waiting. false: it is over, and e says why unless it was interrupted.
static bool wait_some(struct child *c, struct talk *t, double until_s, struct err *e)
{
    if (c->interrupted && *c->interrupted) return false;
    double left_ms = (until_s - clock_wall_s()) * 1e3;
    if (left_ms <= 0) return too_late(c, t->what, e);
    struct pollfd ends[] = {{.fd = c->out, .events = POLLIN},
                            {.fd = t->left ? c->in : -1, .events = POLLOUT}};
    if (poll(ends, 2, (int)fmin(ceil(left_ms), SLICE_MS)) < 0)
        return errno == EINTR || fault_errno(c, e, "poll");
    if (ends[1].revents && !send_some(c, t, e)) return false;
    return !ends[0].revents || hear_some(c, t, e);
}

bool child_ask(struct child *c, const char *line, size_t length, const char *what,
               const char **answer, size_t *answer_length, struct err *e)
{
    struct talk t = {line, length, 0, what};
    double      until_s = clock_wall_s() + c->timeout_s;
    const char *end;
    c->length = 0;
    if (hear(c) == HEARD_MORE) return shown(c, "want silence until it is asked", what, e);
    while (!(end = find_end(c, &t)))
        if (!wait_some(c, &t, until_s, e)) return false;
    if (end + 1 < c->line + c->length) {
        c->length -= (uint32_t)(end + 1 - c->line);
        memmove(c->line, end + 1, c->length);
        return shown(c, "want no line behind the answer to", what, e);
    }
    *answer = c->line;
    *answer_length = (size_t)(end - c->line);
    return true;
}

bool child_finish(struct child *c, struct err *e)
{
    char how[160], text[256];
    close_end(&c->in);
    bool is_over = wait_end(c, c->timeout_s);
    int  status = 0;
    if (!is_over && c->interrupted && *c->interrupted) return false;
    c->length = 0;
    if (hear(c) == HEARD_MORE) return shown(c, "want no line behind", "the answer to the end", e);
    if (!is_over) {
        snprintf(text, sizeof text,
                 "want its end within %g s (--scheme-timeout) after its input ended, it goes on",
                 c->timeout_s);
        return fault(c, e, text);
    }
    siginfo_t info = {0};
    waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT);
    status = info.si_code == CLD_EXITED ? info.si_status : -1;
    reap(c, how, sizeof how);
    if (status == 0) return true;
    snprintf(text, sizeof text, "want exit status 0 at the end, but %s", how);
    return fault(c, e, text);
}
