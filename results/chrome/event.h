// results/chrome/event.h: single Chrome trace events ("Trace Event Format", D. Sinclair and
// N. Duca), one object a line of the array traceEvents.
//
// Times are written in microseconds with three decimals, so exact to the ns of the clock. An event
// may be left open for its args: chrome_open ... chrome_args ... chrome_shut.
#ifndef FOGSIM_RESULTS_CHROME_EVENT_H
#define FOGSIM_RESULTS_CHROME_EVENT_H

#include <stdint.h>
#include <stdio.h>

#include "base/units.h"

struct chrome { // the file that is being written
    FILE    *out;
    uint64_t events;
    uint64_t used_pids; // bit pid % 64: an event stands in that process
    int      args;      // of the event that is open; -1: its args have not begun
};

struct chrome_track { // a process and a thread of it
    uint32_t pid, tid;
};

// The head of an event: phase, category (NULL: none), name, track, instant.
void chrome_open(struct chrome *c, char phase, const char *category, const char *name,
                 struct chrome_track track, sim_ns at);
void chrome_field(struct chrome *c, const char *key, const char *value); // beside the head
void chrome_field_ns(struct chrome *c, const char *key, sim_ns value);   // in microseconds
void chrome_field_int(struct chrome *c, const char *key, int64_t value);
void chrome_arg(struct chrome *c, const char *key, const char *value); // inside of args
void chrome_arg_int(struct chrome *c, const char *key, int64_t value);
void chrome_arg_real(struct chrome *c, const char *key, double value);
void chrome_shut(struct chrome *c);

// A metadata event: `name` is "process_name", "thread_name"; it has no instant.
void chrome_name(struct chrome *c, const char *what, struct chrome_track track, const char *name);
void chrome_sort(struct chrome *c, const char *what, struct chrome_track track, int64_t index);

// "conv1 on fog0" and the like, for names: cut off past CHROME_NAME_BYTES.
enum { CHROME_NAME_BYTES = 256 };

#endif
