// results/store.h: the SQLite database of results (schema.sql, the public contract).
//
// One transaction a run, write-ahead log: a run is in the database whole or not at all, whatever
// kills the program. A database belongs to one scenario; runs of the same scenario under the same
// run_id are replaced. `user_version` names the schema: an older one is migrated, a newer one is
// refused and left untouched.
#ifndef FOGSIM_RESULTS_STORE_H
#define FOGSIM_RESULTS_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "results/tape.h"
#include "sim/trace.h"

extern const char *const job_status_names[JOB_STATUS_COUNT]; // as in task.status: "done"

enum record_level { RECORD_SUMMARY, RECORD_TASKS, RECORD_LAYERS, RECORD_OPS };

struct store; // hides SQLite

// What is known before a run starts. Strings and arrays outlive store_commit.
struct run_info {
    int64_t            run_id;
    const char        *scenario, *scenario_sha256, *point; // point: a JSON object
    const char        *scheme, *model;
    uint64_t           seed;
    uint32_t           replication;
    const char        *profile, *profile_sha256, *cost_source, *fogsim_version;
    const char        *started_utc; // "2026-11-21T06:00:00Z"
    enum record_level  record;
    const char *const *node_names;          // [nodes]
    const char *const *node_kinds;          // [nodes] user, fog, cloud, broker
    const char *const *node_devices;        // [nodes]
    const double      *node_x_m, *node_y_m; // [nodes] NaN: no position; NULL: none has one
    const char *const *class_names;         // [job classes] model of a job
    const uint32_t    *class_first_stage;   // [job classes] its first row below; NULL: 0 for all
    const char *const *stage_names;         // [stages] a step's layer
    const char *const *stage_kinds;         // [stages] "conv", "fc"
    const char *const *tag_names;           // [tag[0]] axis of a slice: "", "rows", "out", "in"
};

struct run_end {
    double      wall_s, planning_s, simulated_s;
    uint64_t    events, tasks;
    const char *status; // "done", "interrupted", "failed"
    const char *error;  // of a failed run: why; else NULL
};

struct summary_row {
    int64_t     layer;  // -1: the whole task (NULL in the table)
    const char *metric; // "latency_s", "computation_s", ...
    uint64_t    n;
    double      mean, sd, p50, p95, p99; // sd: NaN when n < 2 (NULL in the table)
    // Half-widths of 95 % intervals within the run; NaN (NULL in the table): not known.
    double ci95, p50_ci95, p95_ci95, p99_ci95;
};

// Opens or creates. NULL: e says why (not a database, newer schema, another scenario, ...), the
// file is as it was. Nothing is created before the first store_commit but an empty schema;
// store_close removes a file that it created and that holds no run.
struct store *store_open(const char *path, const char *scenario, struct err *e);
void          store_close(struct store *s);

// A store whose runs leave as tapes (tape.h), for another process to store_replay: each run when it
// is committed, one of more than `limit_bytes` while it is under way. To be closed.
struct store *store_open_tape(size_t limit_bytes, tape_put *put, void *ctx);

// Rows from a chunk of a tape: with a run's first chunk its transaction begins, with its last it is
// committed (or rolled back, where the other process did that). false: e says why; a transaction
// that was begun is to be rolled back.
MUST_USE bool store_replay(struct store *s, const void *tape, size_t length, struct err *e);
bool          store_in_run(const struct store *s); // between begin and commit

// From now on runs that are committed within so many seconds share a transaction, for the sake of
// those that are shorter than it. Each is still in the database whole or not at all; the last of
// them only after store_flush. They are taken for the runs of one sweep: when another process has
// written since the store was opened, the next transaction is refused.
void          store_gather(struct store *s, double seconds);
MUST_USE bool store_flush(struct store *s, struct err *e);

// A whole task's value in the summary of a run: column "mean", "p50", "p95" or "p99" of a metric.
// NaN: there is none, or no such run.
double store_value(struct store *s, int64_t run_id, const char *metric, const char *column);

struct store_tally { // of runs that were committed since store_open
    uint64_t    done, failed;
    const char *first_error; // of those that failed; as long as the store is open
};
struct store_tally store_tally(const struct store *s);

// The next run that is committed replaces everything the database holds, in its own transaction:
// runs of an earlier call would be averaged with those of this one.
void store_replace_all(struct store *s);

// Keeps a text that the runs were made from; it is written with the next run that is committed, and
// replaces the one of that name. Not copied.
void store_document(struct store *s, const char *name, const char *text);

// Between begin and commit rows are added; store_rollback forgets them. A false leaves the
// transaction to be rolled back. Jobs that are not `counted` make the metric warmup_tasks, by which
// v_layer_mean leaves them out.
MUST_USE bool store_begin(struct store *s, const struct run_info *info, struct err *e);
MUST_USE bool store_job(struct store *s, const struct job_record *job, struct err *e);
MUST_USE bool store_node(struct store *s, const struct node_record *node, struct err *e);
MUST_USE bool store_link(struct store *s, const struct link_record *link, struct err *e);
// A sample of a node's queue, or of a link's, which is named "from>to".
MUST_USE bool store_queue(struct store *s, const struct queue_record *sample, struct err *e);
// How long that many waited at a node; the greatest length stands for all from it on.
MUST_USE bool store_occupancy(struct store *s, uint32_t node, uint32_t length, sim_ns time_ns,
                              struct err *e);
MUST_USE bool store_match(struct store *s, uint32_t epoch, uint32_t user, uint32_t fog,
                          double utility_user, double utility_fog, struct err *e);
MUST_USE bool store_summary(struct store *s, const struct summary_row *row, struct err *e);
MUST_USE bool store_metric(struct store *s, const char *name, double value, struct err *e);
MUST_USE bool store_commit(struct store *s, const struct run_end *end, struct err *e);
void          store_rollback(struct store *s);

#endif
