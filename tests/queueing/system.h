// tests/queueing/system.h: queueing systems with known answers, as worlds of the engine.
//
// A system is classes of Poisson users (or of a closed loop) and stations; a job is a chain of
// computes at stations drawn when it arrives, so that feedback is a longer chain. No transfers. A
// measure is a mean over the jobs counted in one replication; its closed form comes from
// tests/queueing/closed.h and the system's own parameters.
//
// Warm-up: 10 relaxation times of the slowest station, each (ca^2 + cv^2) E[S] / (2.8 (1 -
// sqrt(rho))^2): Odoni and Roth, "An empirical investigation of the transient behavior of
// stationary queueing systems", Operations Research 31 (1983). ca^2 is 1 for Poisson arrivals, the
// limit of the index of dispersion for bursts. The distance from the stationary mean has then
// fallen to e^-10 = 5e-5 of what it was. Time averages that nodes report are over the whole run,
// from an empty system: their bias is below relaxation time / length of the run (2e-4 at 100 000
// jobs of the systems that have them, a thirtieth of the interval).
#ifndef FOGSIM_TESTS_QUEUEING_SYSTEM_H
#define FOGSIM_TESTS_QUEUEING_SYSTEM_H

#include "sim/engine.h"

enum {
    MAX_STATIONS = 3,
    MAX_CLASSES = 2,
    MAX_MEASURES = 4,
    BURST_STATES = 2,
    ANY_CLASS = UINT32_MAX
};

enum law {
    LAW_EXPONENTIAL,
    LAW_CONSTANT,
    LAW_GAMMA,            // shape 1 / cv2
    LAW_HYPEREXPONENTIAL, // two exponentials of balanced means, cv2 > 1
    LAW_TWO_SIZES         // mean / 2 with probability 4 cv2 / (1 + 4 cv2), else (1 + 2 cv2) mean
};

struct station {
    enum law        law;
    double          service_s, cv2; // mean, squared coefficient of variation
    uint32_t        servers;
    uint32_t        queue_limit;
    enum discipline discipline;
};

struct user_class {
    uint32_t users;
    uint32_t priority;
    double   deadline_s;    // 0: none
    double   service_ratio; // times the service drawn; 0: 1
};

enum quantity {
    QUANTITY_SOJOURN, // from arrival to finish, s
    QUANTITY_WAIT,    // the sojourn without service, s
    QUANTITY_STATION, // at the stations only, without thinking, s
    QUANTITY_LOSS,    // share of jobs dropped
    QUANTITY_WAITING, // time average of the number waiting at station 0
    QUANTITY_EMPTY,   // share of the time with nobody waiting there
};

struct system;

struct measure {
    const char   *id, *about; // id: after the system's
    enum quantity quantity;
    uint32_t      class_id;            // ANY_CLASS: all
    double        size_low, size_high; // only jobs with this much service, [low, high); 0, 0: all
    double (*closed)(const struct system *s, const struct measure *m);
};

struct system {
    const char *id, *about, *source;
    double      rate_per_s; // of each user
    double      think_s;    // > 0: a closed loop, exponential thinking, instead of Poisson
    // With stays > 0: two states of bursts instead of Poisson, each with its arrivals per second of
    // one user; rate_per_s is their mean over time.
    double            burst_rate_per_s[BURST_STATES], burst_stay_s[BURST_STATES];
    struct user_class classes[MAX_CLASSES]; // users == 0: none
    uint32_t          station_count;
    struct station    stations[MAX_STATIONS];
    double            entry[MAX_STATIONS]; // probability of the first station; sum 1
    double            routing[MAX_STATIONS * MAX_STATIONS]; // [station_count * station_count]
    struct measure    measures[MAX_MEASURES];               // closed == NULL: none
};

// A service, s.
double station_draw(const struct station *st, struct rng *r);

extern const struct system system_table[];
extern const uint32_t      system_count;

uint32_t system_class_count(const struct system *s);
uint32_t system_measure_count(const struct system *s);
double   system_rate_per_s(const struct system *s, uint32_t class_id); // ANY_CLASS: of all
// Arrivals per second at each station. out[station_count]
void   system_traffic(const struct system *s, double *out);
double system_warm_up_s(const struct system *s);

// How a replication went, beyond its means.
struct replication {
    uint64_t jobs;                // counted
    double   value[MAX_MEASURES]; // means
    double   little_error; // largest over the stations of |integral of the number waiting - sum of
                           // the waits|, relative to the sum; only where all waits are whole (no
                           // sharing, no preemption); else 0
    double busiest;        // highest utilization of a station
};

// One replication: `jobs` counted jobs on average after the warm-up.
MUST_USE bool system_replicate(const struct system *s, double jobs, uint64_t seed,
                               uint32_t replication, enum engine_path path, struct replication *out,
                               struct err *e);

// The mean of n replications with its interval by Student t.
struct estimate {
    double mean, half_width; // 95 %
    double closed;
    double standard_errors; // |mean - closed| over the standard error
};
enum { MAX_REPLICATIONS = 64 };

// Whether the interval holds the closed form.
bool estimate_covers(const struct estimate *x);

// `out` [system_measure_count]; replications [0, n) under `seed`. `little`, `jobs`: may be NULL.
MUST_USE bool system_estimate(const struct system *s, double jobs, uint64_t seed, uint32_t n,
                              enum engine_path path, struct estimate *out, double *little,
                              uint64_t *counted, struct err *e);

// `count` intervals at 95 % of n replications each, of the measures of all systems in turn, each
// under a seed of its own: how many hold the closed form. `missed`: [system_count *
// MAX_MEASURES][2] intervals, misses; may be NULL.
MUST_USE bool system_coverage(uint32_t count, double jobs, uint64_t seed, uint32_t n,
                              uint32_t *covered, uint32_t (*missed)[2], struct err *e);

#endif
