// algorithms/scheme.h: a scheme decides who computes what.
//
// One const struct per scheme, one file per scheme; the table is made from the folder. `plan` is
// required; a scheme that associates users and nodes network-wide has `associate`, called once per
// matching epoch. What a scheme decides follows from view, task, its association and its state;
// chance comes from streams named by cause and numbered by task, so that schemes that draw alike
// see the same draws.
//
// A scheme that adapts has `begin`, which makes its state for one run, and `observe`, which is told
// every observe period what was measured since the last time. Only these two and `report` may write
// the state; `plan` may too where what it writes follows from the tasks planned so far (a memo, a
// counter), as tasks are planned in the order of the simulated time.
#ifndef FOGSIM_ALGORITHMS_SCHEME_H
#define FOGSIM_ALGORITHMS_SCHEME_H

#include "algorithms/view.h"
#include "sim/plan.h"

struct match {          // one user and one of its fog nodes
    uint32_t user, fog; // nodes
    double   utility_user, utility_fog;
};

struct association { // of one epoch
    uint32_t      match_count;
    struct match *matches;       // [match_count] sorted by user, then fog
    uint64_t      swaps, sweeps; // accepted swaps and moves; sweeps over all pairs
    uint64_t      guard_blocked; // pairs of the end state that the welfare guard alone forbids
};

enum { TASK_RANK_BITS = 40 };

struct task {
    uint64_t
        number;    // of user and rank among its tasks (the low TASK_RANK_BITS): numbers the streams
    uint32_t user; // node
};

struct progress { // what became of a task's last attempt, when it is planned again
    uint32_t               attempt; // >= 1
    const struct plan     *last;
    const struct op_times *times; // [last->op_count] finish_ns >= 0: that operation is done
};

// ---- options of a scheme's own: read from its part of the scenario by scenarios/options.c

enum option_kind {
    OPTION_BOOL,
    OPTION_CHOICE,  // one of `words`
    OPTION_INTEGER, // low to high
    OPTION_NUMBER,
    OPTION_TIME,      // s
    OPTION_BYTES,     // bytes
    OPTION_BANDWIDTH, // bytes per second
    OPTION_NUMBERS,   // a list, each low to high; none: count 0
    OPTION_TEXT,
    OPTION_NODES, // the name of a group of nodes
};

struct scheme_option {
    const char        *key, *about; // about: one line with unit and meaning of the default
    enum option_kind   kind;
    double             otherwise, low, high; // of numbers; bool and choice: otherwise
    const char *const *words;                // of a choice, NULL-terminated
};

// ---- what is measured

struct node_measure {    // since the last observation
    double   busy_s;     // of its servers, summed
    double   queue_mean; // waiting, time average
    uint32_t queue_now;  // waiting
    uint64_t served;     // operations
};

struct observation {
    double                     from_s, until_s;
    const struct node_measure *nodes;                      // [net.node_count]
    uint64_t                   arrived, finished, dropped; // tasks since the last observation
    double                     latency_sum_s;              // of those that finished
};

// Takes a metric of the run (table metric): its name and value.
struct metric_sink {
    void *ctx;
    bool (*add)(void *ctx, const char *name, double value, struct err *e);
};

struct placed_slice { // what a plan computes where; for reports and tests
    uint32_t     step, node;
    struct slice slice;
    struct span  input;
    int64_t      bytes_in, bytes_out;
    double       seconds;
};

struct placement { // zero-initialise with an arena; NULL where nobody asks
    struct arena        *arena;
    struct placed_slice *slices;
    uint32_t             count, capacity;
};

struct scheme {
    const char *name, *about, *source; // key in a scenario; one line; paper and equation
    uint32_t    options;               // option_bits it reads
    bool        is_random;             // draws; its results spread over tasks
    bool        is_foreign; // the user's own, outside of the table: when it fails, what the run had
                            // is kept, marked failed
    bool stays_at_user;     // computing at the user is its choice, not its way out
    // What its plans do where it does not read OPTION_GRANULARITY: by it the time of a task on a
    // node is estimated (tau, `candidates`).
    enum granularity granularity;

    const struct scheme_option *own; // [own_count]
    uint32_t                    own_count;

    // Whether it can serve tasks of that model in that network; false: e says why not. NULL: all.
    bool (*claims)(const struct view *v, struct err *e);

    // Makes the state of one run, in `a`, which outlives it; `views` are of each class of tasks.
    // NULL: none. `end` gives back what is not memory of `a`; NULL: nothing.
    bool (*begin)(const struct view *views, uint32_t class_count, struct arena *a, void **state,
                  struct err *e);
    void (*end)(void *state);

    // Network-wide, per epoch; `out` in `a`. NULL: the scheme needs none.
    bool (*associate)(const struct view *v, uint32_t epoch, struct arena *a,
                      struct association *out, struct err *e);

    // Whether this run needs `associate`. NULL: it does.
    bool (*associates)(const void *state);

    // One task. `scratch` is rewound by the caller.
    enum plan_verdict (*plan)(const struct view *v, const struct association *as,
                              const struct task *t, struct arena *scratch, struct plan *out,
                              struct placement *where, struct err *e);

    // A task whose attempt failed, under recovery "replan". NULL: plan is asked again.
    enum plan_verdict (*replan)(const struct view *v, const struct association *as,
                                const struct task *t, const struct progress *done,
                                struct arena *scratch, struct plan *out, struct err *e);

    // What was measured, every period of `observe_s` (of the options; 0 or INFINITY: never).
    double (*observe_s)(const struct scheme_options *o);
    bool (*observe)(const struct view *views, uint32_t class_count, const struct observation *o,
                    struct err *e);

    // The run's metrics of its own, at the end.
    bool (*report)(const struct view *views, uint32_t class_count, const struct metric_sink *sink,
                   struct err *e);
};

extern const struct scheme *const scheme_table[]; // sorted by name
extern const uint32_t             scheme_count;

const struct scheme *scheme_find(const char *name); // NULL: there is none

// The value of an own option by its rank.
static inline double option_number(const struct view *v, uint32_t rank)
{
    return v->options->own[rank].number;
}

// For claims: whether an own option is left out or has an effect. false: e says that `where` (other
// options, a model) leaves it none.
static inline bool option_is_read(const struct view *v, const struct scheme_option *own,
                                  uint32_t rank, bool has_effect, const char *where, struct err *e)
{
    if (has_effect || !v->options->own[rank].is_given) return true;
    return err_add(e, "%s: nobody reads it with %s", own[rank].key, where);
}

#endif
