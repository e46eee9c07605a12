// cli/plugin/child.h: a program beside fogsim that answers one line with one line.
//
// It runs under `sh -c` in a process group of its own, so that Ctrl-C at the terminal meets fogsim
// alone and nothing that the program started outlives it. Its standard error is fogsim's. Reading
// and writing never wait longer than the time-out, and never for a program that does not read.
#ifndef FOGSIM_CLI_PLUGIN_CHILD_H
#define FOGSIM_CLI_PLUGIN_CHILD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

enum { CHILD_LINE_BYTES = 16 << 20, CHILD_SHOWN = 80 };

struct child { // private
    const char         *command;
    double              timeout_s;
    const volatile int *interrupted; // not 0: stop waiting; may be NULL
    pid_t               pid;
    int                 in, out; // its standard input and output, our ends; -1: closed
    struct arena        memory;  // of `line`
    char               *line;    // what came and was not taken yet
    uint32_t            length, capacity;
};

// false: e says why, nothing runs and nothing is to be stopped.
MUST_USE bool child_start(struct child *c, const char *command, double timeout_s,
                          const volatile int *interrupted, struct err *e);

// Sends `line` (which ends in a newline) and waits for one line, which stays until the next call;
// without its newline. `what` names the request in messages. false: e says what came instead, or,
// where *interrupted is set, nothing.
MUST_USE bool child_ask(struct child *c, const char *line, size_t length, const char *what,
                        const char **answer, size_t *answer_length, struct err *e);

// Closes its input and waits up to the time-out for its end. false: it ended otherwise than with
// status 0, or printed more; e says so.
MUST_USE bool child_finish(struct child *c, struct err *e);

// Ends it and everything in its group, at once, and gives everything back. Whatever happened
// before.
void child_stop(struct child *c);

#endif
