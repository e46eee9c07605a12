// tests/bed.h: a small world for tests of the engine, a run of it, and what is remembered of the
// run.
//
// USER nodes come first (0, 1, ...), then FOG, EDGE, BROKER and OTHER (user) nodes; a link carries
// 1e9 B/s without latency and the protocol adds nothing, so that a byte is a ns. Change what a test
// needs between bed_setup and the run; net_finish is called by the run.
#ifndef FOGSIM_TESTS_BED_H
#define FOGSIM_TESTS_BED_H

#include <check.h>

#include "sim/engine.h"

enum { USER, FOG, EDGE, BROKER, OTHER, GROUPS };

extern struct arena         bed_arena;
extern struct rng           rng;
extern struct protocol      protocol;
extern struct node_group    groups[GROUPS];
extern struct link_spec     links[GROUPS * GROUPS];
extern struct net           net;
extern struct engine_config config;

void setup(void);
void teardown(void);
void set_deadline(double deadline_s);
void world(uint32_t users, uint32_t fogs);

typedef void (*build_fn)(struct plan *p, const struct job_request *r);

struct seen { // a job record, copied
    struct job_record    record;
    struct op_times     *times;
    struct stage_record *stages;
};

struct run {
    build_fn             build;
    struct seen         *jobs; // [result.jobs], by job
    uint32_t             seen, room;
    uint64_t             samples, sample_hash;
    struct engine       *en;
    struct engine_result result;
    struct err           e;
};

// Runs; every finished job's parts, stages and sums are checked. `room`: the most jobs.
bool run_with(struct run *run, const struct planner *planner, uint32_t room);

// A planner's function; its ctx is the run.
enum plan_verdict plan_by_function(void *ctx, const struct engine *en, const struct job_request *r,
                                   struct plan *out, struct err *e);

// The run of plans made by a function; asserts that it went well and told every job.
struct run *run_of(build_fn build);

// Computed stages and events give the same run: its events, the times of all operations, its hash,
// its nodes, links and samples to the last bit.
void ck_same_by_events(const struct run *computed, const struct planner *planner);

void ck_op(const struct run *run, uint32_t job, uint32_t op, sim_ns ready, sim_ns start,
           sim_ns finish);

struct parts { // in the order of enum part
    sim_ns computation, transmission, queueing, edge_delay, loading;
};
void ck_parts(const struct run *run, uint32_t job, struct parts want);

struct node_record node(const struct run *run, uint32_t index);
struct link_record link_of(const struct run *run, uint32_t from,
                           uint32_t to); // it carried something

// ---- plans, with up to two predecessors; times in ns

uint32_t add(struct plan *p, struct op op, uint32_t dep0, uint32_t dep1);
uint32_t compute(struct plan *p, uint32_t at, double ns, uint32_t dep0, uint32_t dep1);
uint32_t load(struct plan *p, uint32_t at, double ns, uint32_t dep);
uint32_t delay(struct plan *p, double ns, uint32_t dep);
uint32_t transfer(struct plan *p, uint32_t from, uint32_t to, double bytes, uint32_t dep);

TCase *new_case(Suite *suite, const char *name); // with setup and teardown

#endif
