#include "tests/queueing/system.h"

#include <assert.h>
#include <gsl/gsl_randist.h>
#include <math.h>

#include "base/stat.h"
#include "tests/queueing/closed.h"

uint32_t system_class_count(const struct system *s)
{
    uint32_t count = 0;
    while (count < MAX_CLASSES && s->classes[count].users) count++;
    return count;
}

uint32_t system_measure_count(const struct system *s)
{
    uint32_t count = 0;
    while (count < MAX_MEASURES && s->measures[count].closed) count++;
    return count;
}

static bool is_closed_loop(const struct system *s)
{
    return s->think_s > 0;
}

double system_rate_per_s(const struct system *s, uint32_t class_id)
{
    uint32_t users = 0;
    for (uint32_t k = 0; k < system_class_count(s); k++)
        if (class_id == ANY_CLASS || class_id == k) users += s->classes[k].users;
    // A closed loop: no more than this.
    return users * (is_closed_loop(s) ? 1 / s->think_s : s->rate_per_s);
}

void system_traffic(const struct system *s, double *out)
{
    double entry[MAX_STATIONS];
    for (uint32_t i = 0; i < s->station_count; i++)
        entry[i] = s->entry[i] * system_rate_per_s(s, ANY_CLASS);
    closed_traffic(s->station_count, entry, s->routing, out);
}

static bool is_bursty(const struct system *s)
{
    return s->burst_stay_s[0] > 0;
}

static double ratio_of(const struct user_class *k)
{
    return k->service_ratio > 0 ? k->service_ratio : 1;
}

// Mean and second moment of service over the classes, relative to the station's mean.
static void mixture(const struct system *s, double cv2, double *m1, double *m2)
{
    double all = system_rate_per_s(s, ANY_CLASS);
    *m1 = *m2 = 0;
    for (uint32_t k = 0; k < system_class_count(s); k++) {
        double ratio = ratio_of(&s->classes[k]), share = system_rate_per_s(s, k) / all;
        *m1 += share * ratio;
        *m2 += share * ratio * ratio * (1 + cv2);
    }
}

// Limit of the index of dispersion of counts; for two states 1 + 2 p q (l0 - l1)^2 / (l (r0 + r1))
// with shares of time p, q, rates l0, l1, their mean l and rates of change r0, r1 (Fischer and
// Meier-Hellstern, "The Markov-modulated Poisson process cookbook", 1993).
static double dispersion(const struct system *s)
{
    if (!is_bursty(s)) return 1;
    const double *rate = s->burst_rate_per_s, *stay = s->burst_stay_s;
    double        p = stay[0] / (stay[0] + stay[1]), q = 1 - p, apart = rate[0] - rate[1];
    return 1 + 2 * p * q * apart * apart / (s->rate_per_s * (1 / stay[0] + 1 / stay[1]));
}

double system_warm_up_s(const struct system *s)
{
    double rate[MAX_STATIONS], longest_s = 0;
    system_traffic(s, rate);
    for (uint32_t i = 0; i < s->station_count; i++) {
        const struct station *st = &s->stations[i];
        double                m1, m2;
        mixture(s, st->cv2, &m1, &m2);
        double service_s = m1 * st->service_s, room = 1 - sqrt(rate[i] * service_s / st->servers);
        double variability = dispersion(s) + m2 / (m1 * m1) - 1;
        longest_s = fmax(longest_s, variability * service_s / (2.8 * room * room));
    }
    const struct station *st = &s->stations[0];
    if (st->up_s > 0) longest_s = fmax(longest_s, 1 / (1 / st->up_s + 1 / st->down_s));
    return 10 * longest_s;
}

// ---- one replication

struct run {
    const struct system *s;
    uint32_t             users; // nodes [0, users) are users, stations follow
    struct rng           service[MAX_STATIONS], routing, thinking;
    double               sum[MAX_MEASURES];
    uint64_t             count[MAX_MEASURES], counted;
    sim_ns               wait_ns[MAX_STATIONS]; // of all jobs, counted or not
};

double station_draw(const struct station *st, struct rng *r)
{
    double mean = st->service_s, cv2 = st->cv2, p;
    switch (st->law) {
    case LAW_EXPONENTIAL: return gsl_ran_exponential(&r->gsl, mean);
    case LAW_CONSTANT: return mean;
    case LAW_GAMMA: return gsl_ran_gamma(&r->gsl, 1 / cv2, mean * cv2);
    case LAW_HYPEREXPONENTIAL:
        p = (1 + sqrt((cv2 - 1) / (cv2 + 1))) / 2;
        if (rng_uniform(r) >= p) p = 1 - p;
        return gsl_ran_exponential(&r->gsl, mean / (2 * p));
    case LAW_TWO_SIZES:
        p = 4 * cv2 / (1 + 4 * cv2);
        return rng_uniform(r) < p ? mean / 2 : mean * (1 + 2 * cv2);
    }
    assert(false);
    return 0;
}

// The index that `u` falls on; count: none.
static uint32_t pick(const double *share, uint32_t count, double u)
{
    uint32_t i = 0;
    while (i < count && (u -= share[i]) >= 0) i++;
    return i;
}

static uint32_t class_of(const struct system *s, uint32_t home)
{
    return home < s->classes[0].users ? 0 : 1;
}

static enum plan_verdict plan(void *ctx, const struct engine *en, const struct job_request *request,
                              struct plan *out, struct err *e)
{
    (void)en, (void)e;
    struct run          *run = ctx;
    const struct system *s = run->s;
    double               ratio = ratio_of(&s->classes[class_of(s, request->home)]);
    uint32_t             before = NO_OP;
    if (is_closed_loop(s)) {
        struct op op = {.kind = OP_DELAY, .from = request->home, .to = request->home};
        op.seconds = gsl_ran_exponential(&run->thinking.gsl, s->think_s);
        before = plan_add(out, op, NULL, 0);
    }
    uint32_t at =
        s->station_count == 1 ? 0 : pick(s->entry, s->station_count, rng_uniform(&run->routing));
    while (at < s->station_count) {
        struct op op = {.kind = OP_COMPUTE, .from = run->users + at, .to = run->users + at};
        op.seconds = ratio * station_draw(&s->stations[at], &run->service[at]);
        before = plan_add(out, op, &before, 1);
        if (s->station_count == 1) break;
        at = pick(&s->routing[at * s->station_count], s->station_count, rng_uniform(&run->routing));
    }
    return PLAN_READY;
}

struct seen { // of one job
    double sojourn_s, station_s, service_s;
    bool   is_lost;
};

static void add_values(struct run *run, uint32_t class_id, const struct seen *x)
{
    for (uint32_t i = 0; i < system_measure_count(run->s); i++) {
        const struct measure *m = &run->s->measures[i];
        if (m->class_id != ANY_CLASS && m->class_id != class_id) continue;
        if (m->size_high > 0 && !(x->service_s >= m->size_low && x->service_s < m->size_high))
            continue;
        if (x->is_lost && m->quantity != QUANTITY_LOSS) continue;
        double value[] = {[QUANTITY_SOJOURN] = x->sojourn_s,
                          [QUANTITY_WAIT] = x->sojourn_s - x->service_s,
                          [QUANTITY_STATION] = x->station_s,
                          [QUANTITY_LOSS] = x->is_lost};
        if (m->quantity > QUANTITY_LOSS) continue; // of the node, not of jobs
        run->sum[i] += value[m->quantity];
        run->count[i]++;
    }
}

static bool see(void *ctx, const struct job_record *job, struct err *e)
{
    (void)e;
    struct run *run = ctx;
    struct seen x = {.is_lost = job->status == JOB_DROPPED || job->status == JOB_LOST,
                     .sojourn_s = s_from_ns(job->finished_ns - job->arrived_ns)};
    for (uint32_t i = 0; i < job->op_count; i++) {
        const struct op *o = &job->ops[i];
        if (o->kind != OP_COMPUTE) continue;
        x.service_s += o->seconds;
        if (job->times[i].finish_ns < 0) continue;
        x.station_s += s_from_ns(job->times[i].finish_ns - job->times[i].ready_ns);
        run->wait_ns[o->to - run->users] += job->times[i].start_ns - job->times[i].ready_ns;
    }
    if (!job->counted) return true;
    run->counted++;
    add_values(run, class_of(run->s, job->home), &x);
    return true;
}

static void make_net(const struct system *s, struct net *net, struct arena *a, double *deadline_s)
{
    static const struct protocol plain = {.name = "plain", .encoding = 1, .segment_bytes = 1};
    uint32_t classes = system_class_count(s), groups = classes + s->station_count;
    *net = (struct net){.group_count = groups,
                        .groups = ARENA_ARRAY(a, struct node_group, groups),
                        .links = ARENA_ARRAY(a, struct link_spec, groups * groups)};
    for (uint32_t g = 0; g < groups; g++) {
        bool                  is_user = g < classes;
        const struct station *st = is_user ? NULL : &s->stations[g - classes];
        net->groups[g] = (struct node_group){
            .name = is_user ? "user" : "station",
            .role = is_user ? ROLE_USER : ROLE_FOG,
            .count = is_user ? s->classes[g].users : 1,
            .servers = is_user ? 1 : st->servers,
            .queue_limit = is_user ? QUEUE_INFINITE : st->queue_limit,
            .nic_bytes_per_s = 1e9,
            .serialisation_ratio = 1,
            .memory_bytes = INFINITY,
            .discipline = is_user ? DISCIPLINE_FIFO : st->discipline,
            .priority = is_user ? s->classes[g].priority : 0,
        };
        deadline_s[g] =
            is_user && s->classes[g].deadline_s > 0 ? s->classes[g].deadline_s : INFINITY;
        for (uint32_t to = 0; to < groups; to++)
            net->links[g * groups + to] = (struct link_spec){1e9, 0, &plain};
    }
    net_finish(net, a);
}

// Little's law as an identity of one run.
static double little_error(const struct run *run, const struct engine *en, sim_ns end_ns,
                           double *busiest)
{
    double worst = 0;
    for (uint32_t i = 0; i < run->s->station_count; i++) {
        struct node_record n;
        engine_node(en, run->users + i, &n);
        *busiest = fmax(*busiest, n.utilization);
        enum discipline d = run->s->stations[i].discipline;
        if (d == DISCIPLINE_PREEMPT || d == DISCIPLINE_SHARING) continue;
        double integral = n.queue_mean * (double)end_ns, sum = (double)run->wait_ns[i];
        worst = fmax(worst, fabs(integral - sum) / fmax(sum, 1));
    }
    return worst;
}

// Means over the whole run that the node reports.
static double value_of_node(const struct run *run, const struct engine *en, enum quantity quantity,
                            sim_ns end_ns)
{
    struct node_record n;
    engine_node(en, run->users, &n);
    if (quantity == QUANTITY_WAITING) return n.queue_mean;
    sim_ns share_ns = quantity == QUANTITY_DOWN ? n.down_ns : n.length_ns[0];
    return (double)share_ns / (double)end_ns;
}

static struct arrivals arrivals_of(const struct system *s, double duration_s, struct arena *a)
{
    struct arrivals out = {.kind = is_closed_loop(s) ? ARRIVAL_CLOSED
                                   : is_bursty(s)    ? ARRIVAL_BURSTS
                                                     : ARRIVAL_POISSON,
                           .rate_per_s = s->rate_per_s,
                           .jobs_per_user = UINT32_MAX,
                           .duration_s = duration_s};
    if (!is_bursty(s)) return out;
    out.state_count = BURST_STATES;
    out.states = ARENA_ARRAY(a, struct burst_state, BURST_STATES);
    for (uint32_t i = 0; i < BURST_STATES; i++) {
        out.states[i] = (struct burst_state){s->burst_rate_per_s[i], s->burst_stay_s[i], {0}};
        out.states[i].next[1 - i] = 1;
    }
    return out;
}

static struct faults faults_of(const struct system *s, struct arena *a)
{
    struct faults out = {ARENA_ARRAY(a, struct fault_process, s->station_count), 0};
    for (uint32_t i = 0; i < s->station_count; i++) {
        const struct station *st = &s->stations[i];
        uint32_t              group = system_class_count(s) + i;
        if (st->up_s <= 0) continue;
        out.processes[out.count++] = (struct fault_process){
            .from = group, .to = group, .up = {st->up_s, 1}, .down = {st->down_s, 1}};
    }
    return out;
}

static void start_streams(struct run *run, uint64_t seed, uint32_t replication)
{
    for (uint32_t i = 0; i < run->s->station_count; i++)
        rng_init(&run->service[i], seed, replication, "service", run->users + i);
    rng_init(&run->routing, seed, replication, "routing", 0);
    rng_init(&run->thinking, seed, replication, "thinking", 0);
}

bool system_replicate(const struct system *s, double jobs, uint64_t seed, uint32_t replication,
                      enum engine_path path, struct replication *out, struct err *e)
{
    struct arena         a = {0};
    struct net           net;
    double               deadline_s[MAX_CLASSES + MAX_STATIONS];
    struct run           run = {.s = s};
    struct engine       *en;
    struct engine_result result;
    make_net(s, &net, &a, deadline_s);
    for (uint32_t k = 0; k < system_class_count(s); k++) run.users += s->classes[k].users;
    start_streams(&run, seed, replication);

    double               warm_up_s = system_warm_up_s(s);
    struct engine_config config = {
        .net = &net,
        .arrivals = arrivals_of(s, warm_up_s + jobs / system_rate_per_s(s, ANY_CLASS), &a),
        .faults = faults_of(s, &a),
        .recovery = {.rule = RECOVERY_LOST, .attempts = 1},
        .length_limit = 2,
        .warm_up_s = warm_up_s,
        .deadline_s = deadline_s,
        .path = path,
        .seed = seed,
        .replication = replication};
    struct planner    planner = {.ctx = &run, .plan = plan};
    struct trace_sink sink = {.ctx = &run, .job = see};
    bool              ok = (!is_bursty(s) || arrivals_finish(&config.arrivals, e)) &&
              engine_run(&config, &planner, &sink, &a, &en, &result, e);
    if (ok) {
        *out = (struct replication){.jobs = run.counted};
        for (uint32_t i = 0; i < system_measure_count(s); i++)
            out->value[i] = s->measures[i].quantity > QUANTITY_LOSS
                                ? value_of_node(&run, en, s->measures[i].quantity, result.end_ns)
                                : run.sum[i] / (double)run.count[i];
        out->little_error = little_error(&run, en, result.end_ns, &out->busiest);
    }
    arena_free(&a);
    return ok;
}

// ---- intervals

bool estimate_covers(const struct estimate *x)
{
    return fabs(x->mean - x->closed) <= x->half_width;
}

bool system_estimate(const struct system *s, double jobs, uint64_t seed, uint32_t n,
                     enum engine_path path, struct estimate *out, double *little, uint64_t *counted,
                     struct err *e)
{
    double values[MAX_MEASURES][MAX_REPLICATIONS];
    assert(n >= 2 && n <= MAX_REPLICATIONS);
    for (uint32_t r = 0; r < n; r++) {
        struct replication x;
        if (!system_replicate(s, jobs, seed, r, path, &x, e)) return false;
        for (uint32_t i = 0; i < system_measure_count(s); i++) values[i][r] = x.value[i];
        if (little) *little = fmax(*little, x.little_error);
        if (counted) *counted += x.jobs;
    }
    for (uint32_t i = 0; i < system_measure_count(s); i++) {
        double mean = stat_mean(values[i], n), error = stat_sd(values[i], n) / sqrt(n);
        double closed = s->measures[i].closed(s, &s->measures[i]);
        out[i] =
            (struct estimate){mean, stat_ci95(values[i], n), closed, fabs(mean - closed) / error};
    }
    return true;
}

bool system_coverage(uint32_t count, double jobs, uint64_t seed, uint32_t n, uint32_t *covered,
                     uint32_t (*missed)[2], struct err *e)
{
    uint32_t system = 0, measure = 0;
    *covered = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct estimate x[MAX_MEASURES];
        if (!system_estimate(&system_table[system], jobs, seed + i, n, PATH_AUTO, x, NULL, NULL, e))
            return false;
        bool is_inside = estimate_covers(&x[measure]);
        *covered += is_inside;
        if (missed) {
            uint32_t row = system * MAX_MEASURES + measure;
            missed[row][0]++;
            missed[row][1] += !is_inside;
        }
        if (++measure == system_measure_count(&system_table[system]))
            measure = 0, system = (system + 1) % system_count;
    }
    return true;
}
