// tests/queueing/table.c: the systems and which closed form each of their measures has.
#include <assert.h>
#include <math.h>

#include "tests/queueing/closed.h"
#include "tests/queueing/system.h"

// ---- closed forms, from the system's own parameters

struct moments { // of service by class
    double rate[MAX_CLASSES], s[MAX_CLASSES], s2[MAX_CLASSES];
};

static struct moments moments_of(const struct system *s)
{
    struct moments        m = {0};
    const struct station *st = &s->stations[0];
    for (uint32_t k = 0; k < system_class_count(s); k++) {
        double ratio = s->classes[k].service_ratio;
        if (ratio == 0) ratio = 1;
        m.rate[k] = system_rate_per_s(s, k);
        m.s[k] = ratio * st->service_s;
        m.s2[k] = m.s[k] * m.s[k] * (1 + st->cv2);
    }
    return m;
}

static double mmc_wait(const struct system *s, const struct measure *m)
{
    (void)m;
    const struct station *st = &s->stations[0];
    return closed_mmc_wait_s(system_rate_per_s(s, ANY_CLASS), st->service_s, st->servers);
}

static double mmc_sojourn(const struct system *s, const struct measure *m)
{
    return mmc_wait(s, m) + s->stations[0].service_s;
}

static double mg1_wait(const struct system *s, const struct measure *m)
{
    (void)m;
    struct moments x = moments_of(s);
    return closed_mg1_wait_s(system_rate_per_s(s, ANY_CLASS), x.s[0], x.s2[0]);
}

// Little's law; of the M/M/1 of rho: nobody waits with at most one present, 1 - rho^2.
static double mmc_waiting(const struct system *s, const struct measure *m)
{
    return system_rate_per_s(s, ANY_CLASS) * mmc_wait(s, m);
}

static double mm1_empty(const struct system *s, const struct measure *m)
{
    (void)m;
    double load = system_rate_per_s(s, ANY_CLASS) * s->stations[0].service_s;
    return 1 - load * load;
}

static double mmpp_wait(const struct system *s, const struct measure *m)
{
    (void)m;
    return closed_mmpp_wait_s(s->burst_rate_per_s, s->burst_stay_s, s->stations[0].service_s);
}

static double mm1k_loss(const struct system *s, const struct measure *m)
{
    (void)m;
    const struct station *st = &s->stations[0];
    return closed_mm1k_loss(system_rate_per_s(s, ANY_CLASS) * st->service_s, st->queue_limit + 1);
}

static double mm1k_sojourn(const struct system *s, const struct measure *m)
{
    (void)m;
    const struct station *st = &s->stations[0];
    return closed_mm1k_sojourn_s(system_rate_per_s(s, ANY_CLASS), st->service_s,
                                 st->queue_limit + 1);
}

static double erlang_b(const struct system *s, const struct measure *m)
{
    (void)m;
    const struct station *st = &s->stations[0];
    return closed_erlang_b(st->servers, system_rate_per_s(s, ANY_CLASS) * st->service_s);
}

static double finite_source(const struct system *s, const struct measure *m)
{
    (void)m;
    return closed_finite_source_sojourn_s(s->classes[0].users, s->think_s,
                                          s->stations[0].service_s);
}

// Each station as if it stood alone; the sum of the numbers present over the arrivals.
static double jackson_sojourn(const struct system *s, const struct measure *m)
{
    (void)m;
    double rate[MAX_STATIONS], number = 0;
    system_traffic(s, rate);
    for (uint32_t i = 0; i < s->station_count; i++) {
        const struct station *st = &s->stations[i];
        number +=
            rate[i] * (closed_mmc_wait_s(rate[i], st->service_s, st->servers) + st->service_s);
    }
    return number / system_rate_per_s(s, ANY_CLASS);
}

static double priority_wait(const struct system *s, const struct measure *m)
{
    struct moments x = moments_of(s);
    return closed_priority_wait_s(x.rate, x.s, x.s2, system_class_count(s), m->class_id);
}

static double preempt_sojourn(const struct system *s, const struct measure *m)
{
    struct moments x = moments_of(s);
    return closed_preempt_sojourn_s(x.rate, x.s, x.s2, m->class_id);
}

// Several servers, all of one exponential law. Not interrupting: Cobham's formula with the wait of
// an arrival that would be next, C / (c mu) (Gross and Harris 3.4). Interrupting: the classes down
// to k together are M/M/c, what is below them is not seen; the k-th is the difference of two.
static double mmc_number(const struct system *s, uint32_t classes)
{
    const struct station *st = &s->stations[0];
    double                rate = 0;
    for (uint32_t k = 0; k < classes; k++) rate += system_rate_per_s(s, k);
    if (rate <= 0) return 0;
    return rate * (closed_mmc_wait_s(rate, st->service_s, st->servers) + st->service_s);
}

static double mmc_preempt_sojourn(const struct system *s, const struct measure *m)
{
    return (mmc_number(s, m->class_id + 1) - mmc_number(s, m->class_id)) /
           system_rate_per_s(s, m->class_id);
}

static double mmc_priority_wait(const struct system *s, const struct measure *m)
{
    const struct station *st = &s->stations[0];
    double                per_s = st->servers / st->service_s, above = 0;
    for (uint32_t k = 0; k < m->class_id; k++) above += system_rate_per_s(s, k) / per_s;
    double with = above + system_rate_per_s(s, m->class_id) / per_s;
    double all = system_rate_per_s(s, ANY_CLASS) * st->service_s;
    return closed_erlang_c(st->servers, all) / per_s / ((1 - above) * (1 - with));
}

// A share up / (up + down) of the jobs meets the node up (Poisson arrivals see time averages); an
// exponential service of rate mu ends before a failure of rate 1 / up with probability mu / (mu + 1
// / up). Nobody waits.
static double failing_loss(const struct system *s, const struct measure *m)
{
    (void)m;
    const struct station *st = &s->stations[0];
    return 1 - st->up_s / (st->up_s + st->down_s) / (1 + st->service_s / st->up_s);
}

static double failing_down(const struct system *s, const struct measure *m)
{
    (void)m;
    const struct station *st = &s->stations[0];
    return st->down_s / (st->up_s + st->down_s);
}

// Mean size of those in [low, high): exponential by integration by parts, two sizes: the one.
static double size_within(const struct station *st, double low, double high)
{
    double mean = st->service_s;
    if (st->law == LAW_TWO_SIZES) return low <= mean / 2 ? mean / 2 : mean * (1 + 2 * st->cv2);
    assert(st->law == LAW_EXPONENTIAL);
    double a = exp(-low / mean), b = exp(-high / mean);
    return ((low + mean) * a - (high + mean) * b) / (a - b);
}

// Egalitarian processor sharing: a job of size s stays s / (1 - rho) on average, whatever the law
// of service. Kleinrock II ch. 4.
static double sharing_sojourn(const struct system *s, const struct measure *m)
{
    const struct station *st = &s->stations[0];
    double size = m->size_high > 0 ? size_within(st, m->size_low, m->size_high) : st->service_s;
    return size / (1 - system_rate_per_s(s, ANY_CLASS) * st->service_s);
}

// ---- the systems

#define ONE_USER                                                                                   \
    {                                                                                              \
        {                                                                                          \
            .users = 1                                                                             \
        }                                                                                          \
    }
#define TWO_EQUAL                                                                                  \
    {                                                                                              \
        {.users = 1, .priority = 0},                                                               \
        {                                                                                          \
            .users = 1, .priority = 1                                                              \
        }                                                                                          \
    }
#define ALL ANY_CLASS
#define FOREVER QUEUE_INFINITE

const struct system system_table[] = {
    {"mm1-50", "M/M/1, utilisation 0.5", "Kleinrock I 3.2", .rate_per_s = 0.5, .classes = ONE_USER,
     .station_count = 1, .stations = {{LAW_EXPONENTIAL, 1, 1, 1, FOREVER}}, .entry = {1},
     .measures = {{"wait", "wait", QUANTITY_WAIT, ALL, .closed = mmc_wait},
                  {"sojourn", "sojourn", QUANTITY_SOJOURN, ALL, .closed = mmc_sojourn},
                  {"waiting", "mean number waiting", QUANTITY_WAITING, ALL, .closed = mmc_waiting},
                  {"empty", "share of time with nobody waiting", QUANTITY_EMPTY, ALL,
                   .closed = mm1_empty}}},
    {"mmpp", "MMPP/M/1, bursts of 1.6 /s for 10 s, 0.2 /s for 20 s, utilisation 0.67",
     "Neuts 1981, matrix-geometric", .rate_per_s = 2.0 / 3, .burst_rate_per_s = {1.6, 0.2},
     .burst_stay_s = {10, 20}, .classes = ONE_USER, .station_count = 1,
     .stations = {{LAW_EXPONENTIAL, 1, 1, 1, FOREVER}}, .entry = {1},
     .measures = {{"wait", "wait", QUANTITY_WAIT, ALL, .closed = mmpp_wait}}},
    {"mm1-80", "M/M/1, utilisation 0.8", "Kleinrock I 3.2", .rate_per_s = 0.8, .classes = ONE_USER,
     .station_count = 1, .stations = {{LAW_EXPONENTIAL, 1, 1, 1, FOREVER}}, .entry = {1},
     .measures = {{"sojourn", "sojourn", QUANTITY_SOJOURN, ALL, .closed = mmc_sojourn}}},
    {"mm1-users", "M/M/1, 8 users, utilisation 0.72",
     "Kleinrock I 3.2; sums of Poisson streams are Poisson", .rate_per_s = 0.09,
     .classes = {{.users = 8}}, .station_count = 1,
     .stations = {{LAW_EXPONENTIAL, 1, 1, 1, FOREVER}}, .entry = {1},
     .measures = {{"sojourn", "sojourn", QUANTITY_SOJOURN, ALL, .closed = mmc_sojourn}}},
    {"mm2", "M/M/2, utilisation 0.75", "Erlang C; Kleinrock I 3.5", .rate_per_s = 1.5,
     .classes = ONE_USER, .station_count = 1, .stations = {{LAW_EXPONENTIAL, 1, 1, 2, FOREVER}},
     .entry = {1}, .measures = {{"wait", "wait", QUANTITY_WAIT, ALL, .closed = mmc_wait}}},
    {"mm4", "M/M/4, utilisation 0.8", "Erlang C; Kleinrock I 3.5", .rate_per_s = 3.2,
     .classes = ONE_USER, .station_count = 1, .stations = {{LAW_EXPONENTIAL, 1, 1, 4, FOREVER}},
     .entry = {1}, .measures = {{"wait", "wait", QUANTITY_WAIT, ALL, .closed = mmc_wait}}},
    {"md1", "M/D/1, utilisation 0.7", "Pollaczek-Khinchine; Kleinrock I 5.5", .rate_per_s = 0.7,
     .classes = ONE_USER, .station_count = 1, .stations = {{LAW_CONSTANT, 1, 0, 1, FOREVER}},
     .entry = {1}, .measures = {{"wait", "wait", QUANTITY_WAIT, ALL, .closed = mg1_wait}}},
    {"mg1-gamma", "M/G/1, gamma service, cv2 = 0.4, utilisation 0.75",
     "Pollaczek-Khinchine; Kleinrock I 5.5", .rate_per_s = 0.75, .classes = ONE_USER,
     .station_count = 1, .stations = {{LAW_GAMMA, 1, 0.4, 1, FOREVER}}, .entry = {1},
     .measures = {{"wait", "wait", QUANTITY_WAIT, ALL, .closed = mg1_wait}}},
    {"mg1-hyper", "M/G/1, hyperexponential service, cv2 = 3, utilisation 0.6",
     "Pollaczek-Khinchine; Kleinrock I 5.5", .rate_per_s = 0.6, .classes = ONE_USER,
     .station_count = 1, .stations = {{LAW_HYPEREXPONENTIAL, 1, 3, 1, FOREVER}}, .entry = {1},
     .measures = {{"wait", "wait", QUANTITY_WAIT, ALL, .closed = mg1_wait}}},
    {"mm1k", "M/M/1/5, offered 0.8", "Kleinrock I 3.6", .rate_per_s = 0.8, .classes = ONE_USER,
     .station_count = 1, .stations = {{LAW_EXPONENTIAL, 1, 1, 1, 4}}, .entry = {1},
     .measures = {{"loss", "share lost", QUANTITY_LOSS, ALL, .closed = mm1k_loss},
                  {"sojourn", "sojourn of the others", QUANTITY_SOJOURN, ALL,
                   .closed = mm1k_sojourn}}},
    {"erlang-b", "M/M/4/4, offered 3 erlang", "Erlang B; Kleinrock I 3.7", .rate_per_s = 3,
     .classes = ONE_USER, .station_count = 1, .stations = {{LAW_EXPONENTIAL, 1, 1, 4, 0}},
     .entry = {1}, .measures = {{"loss", "share lost", QUANTITY_LOSS, ALL, .closed = erlang_b}}},
    {"erlang-b-gamma", "M/G/10/10, gamma service, cv2 = 2, offered 8 erlang",
     "Erlang B, insensitive to the law of service; Gross and Harris ch. 5", .rate_per_s = 8,
     .classes = ONE_USER, .station_count = 1, .stations = {{LAW_GAMMA, 1, 2, 10, 0}}, .entry = {1},
     .measures = {{"loss", "share lost", QUANTITY_LOSS, ALL, .closed = erlang_b}}},
    {"finite-source", "M/M/1//6, closed loop of 6 users, mean thinking time 10 s",
     "machine repair; Kleinrock I 3.8", .think_s = 10, .classes = {{.users = 6}},
     .station_count = 1, .stations = {{LAW_EXPONENTIAL, 1, 1, 1, FOREVER}}, .entry = {1},
     .measures = {{"sojourn", "sojourn at the server", QUANTITY_STATION, ALL,
                   .closed = finite_source}}},
    {"tandem", "three queues in series, utilisation 0.6, 0.42, 0.75 (two servers)",
     "Burke 1956; Kleinrock I 4.8", .rate_per_s = 0.6, .classes = ONE_USER, .station_count = 3,
     .stations = {{LAW_EXPONENTIAL, 1, 1, 1, FOREVER},
                  {LAW_EXPONENTIAL, 0.7, 1, 1, FOREVER},
                  {LAW_EXPONENTIAL, 2.5, 1, 2, FOREVER}},
     .entry = {1}, .routing = {0, 1, 0, 0, 0, 1, 0, 0, 0},
     .measures = {{"sojourn", "sojourn", QUANTITY_SOJOURN, ALL, .closed = jackson_sojourn}}},
    {"jackson", "open Jackson network of three stations with feedback, utilisation at most 0.76",
     "Jackson 1957; Kleinrock I 4.8", .rate_per_s = 0.4, .classes = ONE_USER, .station_count = 3,
     .stations = {{LAW_EXPONENTIAL, 1, 1, 1, FOREVER},
                  {LAW_EXPONENTIAL, 0.8, 1, 1, FOREVER},
                  {LAW_EXPONENTIAL, 1.5, 1, 2, FOREVER}},
     .entry = {0.7, 0.3, 0}, .routing = {0.1, 0.3, 0.4, 0.2, 0, 0.5, 0.3, 0.1, 0},
     .measures = {{"sojourn", "sojourn", QUANTITY_SOJOURN, ALL, .closed = jackson_sojourn}}},
    {"priority", "M/M/1, two classes, not interrupting, utilisation 0.7",
     "Cobham 1954; Kleinrock II ch. 3", .rate_per_s = 0.35, .classes = TWO_EQUAL,
     .station_count = 1, .stations = {{LAW_EXPONENTIAL, 1, 1, 1, FOREVER, DISCIPLINE_PRIORITY}},
     .entry = {1},
     .measures = {{"first", "wait of the first class", QUANTITY_WAIT, 0, .closed = priority_wait},
                  {"second", "wait of the second", QUANTITY_WAIT, 1, .closed = priority_wait}}},
    {"priority-gamma",
     "M/G/1, two classes, not interrupting, gamma service of mean 0.5 and 1.5 s, cv2 = 2, "
     "utilisation 0.7",
     "Cobham 1954; Kleinrock II ch. 3", .rate_per_s = 0.2,
     .classes = {{.users = 1, .priority = 3, .service_ratio = 0.5},
                 {.users = 2, .priority = 7, .service_ratio = 1.5}},
     .station_count = 1, .stations = {{LAW_GAMMA, 1, 2, 1, FOREVER, DISCIPLINE_PRIORITY}},
     .entry = {1},
     .measures = {{"first", "wait of the first class", QUANTITY_WAIT, 0, .closed = priority_wait},
                  {"second", "wait of the second", QUANTITY_WAIT, 1, .closed = priority_wait}}},
    {"preempt", "M/M/1, two classes, preemptive resume, utilisation 0.7", "Kleinrock II ch. 3",
     .rate_per_s = 0.35, .classes = TWO_EQUAL, .station_count = 1,
     .stations = {{LAW_EXPONENTIAL, 1, 1, 1, FOREVER, DISCIPLINE_PREEMPT}}, .entry = {1},
     .measures = {{"first", "sojourn of the first class", QUANTITY_SOJOURN, 0,
                   .closed = preempt_sojourn},
                  {"second", "sojourn of the second", QUANTITY_SOJOURN, 1,
                   .closed = preempt_sojourn}}},
    {"preempt-gamma",
     "M/G/1, two classes, preemptive resume, gamma service of mean 0.5 and 1.5 s, cv2 = 2, "
     "utilisation 0.7",
     "Kleinrock II ch. 3", .rate_per_s = 0.2,
     .classes = {{.users = 1, .priority = 3, .service_ratio = 0.5},
                 {.users = 2, .priority = 7, .service_ratio = 1.5}},
     .station_count = 1, .stations = {{LAW_GAMMA, 1, 2, 1, FOREVER, DISCIPLINE_PREEMPT}},
     .entry = {1},
     .measures = {{"first", "sojourn of the first class", QUANTITY_SOJOURN, 0,
                   .closed = preempt_sojourn},
                  {"second", "sojourn of the second", QUANTITY_SOJOURN, 1,
                   .closed = preempt_sojourn}}},
    {"priority-mm2", "M/M/2, two classes, not interrupting, utilisation 0.75",
     "Cobham 1954; Gross and Harris 3.4", .rate_per_s = 0.75, .classes = TWO_EQUAL,
     .station_count = 1, .stations = {{LAW_EXPONENTIAL, 1, 1, 2, FOREVER, DISCIPLINE_PRIORITY}},
     .entry = {1},
     .measures = {{"first", "wait of the first class", QUANTITY_WAIT, 0,
                   .closed = mmc_priority_wait},
                  {"second", "wait of the second", QUANTITY_WAIT, 1, .closed = mmc_priority_wait}}},
    {"preempt-mm2", "M/M/2, two classes, preemptive resume, utilisation 0.75",
     "the difference of two M/M/2; Kleinrock I 3.5", .rate_per_s = 0.75, .classes = TWO_EQUAL,
     .station_count = 1, .stations = {{LAW_EXPONENTIAL, 1, 1, 2, FOREVER, DISCIPLINE_PREEMPT}},
     .entry = {1},
     .measures = {{"first", "sojourn of the first class", QUANTITY_SOJOURN, 0,
                   .closed = mmc_preempt_sojourn},
                  {"second", "sojourn of the second", QUANTITY_SOJOURN, 1,
                   .closed = mmc_preempt_sojourn}}},
    {"mm1-ps", "M/M/1, processor sharing, utilisation 0.7", "Kleinrock II ch. 4", .rate_per_s = 0.7,
     .classes = ONE_USER, .station_count = 1,
     .stations = {{LAW_EXPONENTIAL, 1, 1, 1, FOREVER, DISCIPLINE_SHARING}}, .entry = {1},
     .measures = {{"sojourn", "sojourn", QUANTITY_SOJOURN, ALL, .closed = sharing_sojourn},
                  {"short", "sojourn of those of 0.2 to 0.5 s", QUANTITY_SOJOURN, ALL, 0.2, 0.5,
                   sharing_sojourn},
                  {"long", "sojourn of those of 2 to 4 s", QUANTITY_SOJOURN, ALL, 2, 4,
                   sharing_sojourn}}},
    {"mg1-ps", "M/G/1, processor sharing, jobs of 0.5 s (0.8 of them) and 3 s, utilisation 0.7",
     "Kleinrock II ch. 4", .rate_per_s = 0.7, .classes = ONE_USER, .station_count = 1,
     .stations = {{LAW_TWO_SIZES, 1, 1, 1, FOREVER, DISCIPLINE_SHARING}}, .entry = {1},
     .measures = {{"short", "sojourn of the short", QUANTITY_SOJOURN, ALL, 0.4, 0.6,
                   sharing_sojourn},
                  {"long", "sojourn of the long", QUANTITY_SOJOURN, ALL, 2.9, 3.1,
                   sharing_sojourn}}},
    {"mm2-ps", "M/M/2, processor sharing, utilisation 0.75",
     "as M/M/2: the same birth-death process; Kleinrock I 3.5", .rate_per_s = 1.5,
     .classes = ONE_USER, .station_count = 1,
     .stations = {{LAW_EXPONENTIAL, 1, 1, 2, FOREVER, DISCIPLINE_SHARING}}, .entry = {1},
     .measures = {{"sojourn", "sojourn", QUANTITY_SOJOURN, ALL, .closed = mmc_sojourn}}},
    {"failing",
     "node that fails: up 50 s, down 10 s on average, 3 erlang over 64 servers, lost when it fails",
     "alternating renewal process (Cox 1962); the sooner of two exponentials", .rate_per_s = 3,
     .classes = ONE_USER, .station_count = 1,
     .stations = {{LAW_EXPONENTIAL, 1, 1, 64, FOREVER, DISCIPLINE_FIFO, 50, 10}}, .entry = {1},
     .measures = {{"loss", "share lost", QUANTITY_LOSS, ALL, .closed = failing_loss},
                  {"down", "share of time down", QUANTITY_DOWN, ALL, .closed = failing_down}}},
    {"edf-mean", "M/M/1, earliest deadline first, deadlines 2 and 10 s, utilisation 0.75",
     "mean wait of all as first come, first served: conservation law, Kleinrock II ch. 3",
     .rate_per_s = 0.375,
     .classes = {{.users = 1, .deadline_s = 2}, {.users = 1, .deadline_s = 10}}, .station_count = 1,
     .stations = {{LAW_EXPONENTIAL, 1, 1, 1, FOREVER, DISCIPLINE_EDF}}, .entry = {1},
     .measures = {{"wait", "wait of all", QUANTITY_WAIT, ALL, .closed = mmc_wait}}},
    {"edf-far", "M/M/1, earliest deadline first, deadlines 1 s and 1e8 s apart, utilisation 0.7",
     "a far deadline is a lower priority: Cobham 1954; Kleinrock II ch. 3", .rate_per_s = 0.35,
     .classes = {{.users = 1, .deadline_s = 1}, {.users = 1, .deadline_s = 1e8}},
     .station_count = 1, .stations = {{LAW_EXPONENTIAL, 1, 1, 1, FOREVER, DISCIPLINE_EDF}},
     .entry = {1},
     .measures = {{"first", "wait of the near", QUANTITY_WAIT, 0, .closed = priority_wait},
                  {"second", "wait of the far", QUANTITY_WAIT, 1, .closed = priority_wait}}},
};

const uint32_t system_count = sizeof system_table / sizeof *system_table;
