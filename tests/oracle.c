#include "tests/oracle.h"

#include <assert.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

enum { CPU, PORT, TX, RX, WIRE };

struct bag {
    struct oracle_leg **legs; // ready in the future, waiting, or in service; in no order
    uint32_t            leg_count, leg_capacity;
    struct oracle_op  **landing;
    struct oracle_job **landing_job;
    uint32_t            landing_count, landing_capacity, landing_job_capacity;
};

struct state {
    const struct engine_config *config;
    const struct planner       *planner;
    struct oracle              *out;
    struct arena               *arena;
    uint32_t                    job_limit;
    struct bag                  bag;
    sim_ns                      now;
    uint32_t                    user_count;
    uint32_t                   *user_node, *user_started;
    sim_ns                     *user_next; // -1: comes no more, or not before its job ends
    struct rng                 *user_rng;
};

static uint64_t resource_name(uint64_t kind, uint32_t a, uint32_t b)
{
    return kind << 56 | (uint64_t)a << 28 | b;
}

uint64_t oracle_cpu(uint32_t node)
{
    return resource_name(CPU, node, 0);
}

uint64_t oracle_wire(uint32_t from, uint32_t to)
{
    return resource_name(WIRE, from, to);
}

static sim_ns ns(long double seconds)
{
    return (sim_ns)llroundl(seconds * 1e9L);
}

// ---- legs from the inputs of the net ------------------------------------------------------------

static const struct node_group *group_of(const struct net *n, uint32_t node)
{
    for (uint32_t g = 0; g < n->group_count; g++) {
        if (node < n->groups[g].count) return &n->groups[g];
        node -= n->groups[g].count;
    }
    abort();
}

static uint32_t group_index(const struct net *n, uint32_t node)
{
    return (uint32_t)(group_of(n, node) - n->groups);
}

static struct oracle_leg *add_leg(struct oracle_op *op, uint64_t resource, long double seconds)
{
    struct oracle_leg *leg = &op->legs[op->leg_count];
    *leg = (struct oracle_leg){.number = op->leg_count,
                               .resource = resource,
                               .service = ns(seconds),
                               .ready = -1,
                               .start = -1,
                               .finish = -1};
    op->leg_count++;
    return leg;
}

static void add_port(struct oracle_op *op, uint32_t node, long double seconds, bool exists)
{
    if (exists) add_leg(op, resource_name(PORT, node, 0), seconds);
}

static void add_hop(const struct net *n, struct oracle_op *op, uint32_t from, uint32_t to,
                    long double wire_bytes)
{
    const struct node_group *f = group_of(n, from), *t = group_of(n, to);
    const struct link_spec  *l =
        &n->links[group_index(n, from) * n->group_count + group_index(n, to)];
    sim_ns   longest = 0;
    uint32_t first = op->leg_count;
    if (f->nic_shared) add_leg(op, resource_name(TX, from, 0), wire_bytes / f->nic_bytes_per_s);
    add_leg(op, oracle_wire(from, to), wire_bytes / l->rate_bytes_per_s);
    if (t->nic_shared) add_leg(op, resource_name(RX, to, 0), wire_bytes / t->nic_bytes_per_s);
    for (uint32_t i = first; i < op->leg_count; i++) {
        op->legs[i].overlaps_next = i + 1 < op->leg_count;
        if (op->legs[i].service > longest) longest = op->legs[i].service;
    }
    op->legs[op->leg_count - 1].latency_after = ns(l->latency_s);
    op->alone += longest + ns(l->latency_s);
}

// The shortest way over groups, by trying all: length in ns, then hops, then the lowest groups,
// since they are tried in ascending order. Returns its number of groups; 0: none.
struct search {
    const struct net *n;
    uint32_t          to, count, way[16], best[16];
    sim_ns            best_length;
};

static void search_from(struct search *s, uint32_t count, sim_ns length)
{
    uint32_t here = s->way[count - 1];
    for (uint32_t g = 0; g < s->n->group_count; g++) {
        const struct link_spec *l = &s->n->links[here * s->n->group_count + g];
        enum node_role          role = s->n->groups[g].role;
        bool fits = s->n->groups[g].count && role != ROLE_USER && role != ROLE_BROKER;
        for (uint32_t i = 0; i < count; i++) fits = fits && s->way[i] != g;
        if (l->is_absent || (g != s->to && !fits)) continue;
        sim_ns sum = length + ns(l->latency_s + 1448 / (long double)l->rate_bytes_per_s);
        s->way[count] = g;
        if (g != s->to) {
            search_from(s, count + 1, sum);
        } else if (!s->count || sum < s->best_length ||
                   (sum == s->best_length && count + 1 < s->count)) {
            s->count = count + 1, s->best_length = sum;
            for (uint32_t i = 0; i <= count; i++) s->best[i] = s->way[i];
        }
    }
}

static uint32_t first_node(const struct net *n, uint32_t group)
{
    uint32_t node = 0;
    for (uint32_t g = 0; g < group; g++) node += n->groups[g].count;
    return node;
}

// Which node of a group between `from` and `to`: by the rank of the end that is one of more.
static uint32_t node_between(const struct net *n, const struct op *o, uint32_t group)
{
    uint32_t f = group_index(n, o->from), t = group_index(n, o->to);
    uint32_t rank = n->groups[t].count > n->groups[f].count ? o->to - first_node(n, t)
                                                            : o->from - first_node(n, f);
    return first_node(n, group) + rank % n->groups[group].count;
}

// From port to port, with the control packets of MQTT: those that are waited for (QoS 2: two) take
// their time at each hop, and their latencies at the end.
static void add_stretch(const struct net *n, struct oracle_op *op, const struct op *o,
                        uint32_t from, uint32_t to, const struct protocol *p,
                        long double wire_bytes)
{
    struct search s = {.n = n, .to = group_index(n, to), .way = {group_index(n, from)}, .count = 2};
    s.best[0] = s.way[0], s.best[1] = s.to; // their own link
    if (n->links[s.way[0] * n->group_count + s.to].is_absent) s.count = 0, search_from(&s, 1, 0);
    assert(s.count);
    long double packet =
        p->control_bytes + p->header_bytes * ceill(p->control_bytes / p->segment_bytes);
    long double latency_s = 0;
    uint32_t    here = from;
    for (uint32_t i = 1; i < s.count; i++) {
        uint32_t next = i + 1 < s.count ? node_between(n, o, s.best[i]) : to;
        add_hop(n, op, here, next, wire_bytes + (p->qos == 2 ? 2 * packet : 0));
        latency_s += n->links[group_index(n, here) * n->group_count + s.best[i]].latency_s;
        here = next;
    }
    if (p->qos != 2) return;
    struct oracle_leg      *last = &op->legs[op->leg_count - 1];
    const struct link_spec *l = &n->links[s.best[s.count - 2] * n->group_count + s.to];
    op->alone -= last->latency_after;
    last->latency_after = ns(l->latency_s + 2 * latency_s);
    op->alone += last->latency_after;
}

static void make_transfer(const struct net *n, struct oracle_op *op, const struct op *o)
{
    const struct node_group *f = group_of(n, o->from), *t = group_of(n, o->to);
    const struct protocol   *p =
        n->links[group_index(n, o->from) * n->group_count + group_index(n, o->to)].protocol;
    long double payload = o->bytes, plain = payload * p->encoding + p->message_bytes;
    long double wire_bytes = plain + p->header_bytes * ceill(plain / p->segment_bytes);
    bool        third = p->brokered && n->broker == BROKER_THIRD && f->role != ROLE_BROKER &&
                 t->role != ROLE_BROKER;
    long double copy_s = p->broker_s_per_byte * wire_bytes;

    add_port(op, o->from, p->message_s + p->serialise_s_per_byte * f->serialisation_ratio * payload,
             p->message_s > 0 || p->serialise_s_per_byte * f->serialisation_ratio > 0);
    if (p->brokered && n->broker == BROKER_SENDER)
        add_port(op, o->from, copy_s * f->serialisation_ratio,
                 p->broker_s_per_byte * f->serialisation_ratio > 0);
    uint32_t broker = 0;
    if (third) {
        while (group_of(n, broker)->role != ROLE_BROKER) broker++;
        double ratio = group_of(n, broker)->serialisation_ratio;
        add_stretch(n, op, o, o->from, broker, p, wire_bytes);
        add_port(op, broker, copy_s * ratio, p->broker_s_per_byte * ratio > 0);
        add_stretch(n, op, o, broker, o->to, p, wire_bytes);
    } else {
        add_stretch(n, op, o, o->from, o->to, p, wire_bytes);
    }
    if (p->brokered && n->broker == BROKER_RECEIVER)
        add_port(op, o->to, copy_s * t->serialisation_ratio,
                 p->broker_s_per_byte * t->serialisation_ratio > 0);
    add_port(op, o->to, p->deserialise_s_per_byte * t->serialisation_ratio * payload,
             p->deserialise_s_per_byte * t->serialisation_ratio > 0);
    for (uint32_t i = 0; i < op->leg_count; i++)
        if (op->legs[i].resource >> 56 == PORT) op->alone += op->legs[i].service;
}

static void make_op(struct state *s, struct oracle_job *job, uint32_t index)
{
    const struct op  *o = &job->plan.ops[index];
    struct oracle_op *op = &job->ops[index];
    *op = (struct oracle_op){.ready = -1, .start = -1, .finish = -1, .lands = -1};
    if (o->kind == OP_TRANSFER) {
        op->legs = ARENA_ARRAY(s->arena, struct oracle_leg, MAX_LEGS);
        make_transfer(s->config->net, op, o);
    } else {
        op->alone = ns(o->seconds);
        op->legs = ARENA_ARRAY(s->arena, struct oracle_leg, 1);
        if (o->kind != OP_DELAY) add_leg(op, oracle_cpu(o->to), o->seconds);
    }
    for (uint32_t i = 0; i < op->leg_count; i++) op->legs[i].job = job, op->legs[i].op = index;
}

// ---- what happens -------------------------------------------------------------------------------

static void leg_ready(struct state *s, struct oracle_leg *leg, sim_ns at)
{
    struct bag *b = &s->bag;
    leg->ready = at;
    b->legs = arena_grow(s->arena, b->legs, &b->leg_capacity, b->leg_count + 1, sizeof *b->legs);
    b->legs[b->leg_count++] = leg;
}

static void op_lands(struct state *s, struct oracle_job *job, struct oracle_op *op, sim_ns at)
{
    struct bag *b = &s->bag;
    op->lands = at;
    b->landing = arena_grow(s->arena, b->landing, &b->landing_capacity, b->landing_count + 1,
                            sizeof *b->landing);
    b->landing_job = arena_grow(s->arena, b->landing_job, &b->landing_job_capacity,
                                b->landing_count + 1, sizeof *b->landing_job);
    b->landing[b->landing_count] = op;
    b->landing_job[b->landing_count++] = job;
}

static void user_comes(struct state *s, uint32_t user, sim_ns at)
{
    const struct arrivals *a = &s->config->arrivals;
    s->user_next[user] = -1;
    if (s->user_started[user] >= a->jobs_per_user) return;
    if (isfinite(a->duration_s) && at >= ns(a->duration_s)) return;
    s->user_started[user]++;
    s->user_next[user] = at;
}

static sim_ns poisson_gap(struct state *s, uint32_t user)
{
    return ns(gsl_ran_exponential(&s->user_rng[user].gsl, 1 / s->config->arrivals.rate_per_s));
}

static void job_ends(struct state *s, struct oracle_job *job, enum job_status status)
{
    job->ended = s->now;
    job->status = status;
    if (s->config->arrivals.kind == ARRIVAL_CLOSED)
        user_comes(s, job->user, s->now + ns(s->config->arrivals.think_s));
}

static void make_ready(struct state *s, struct oracle_job *job, uint32_t index)
{
    struct oracle_op *op = &job->ops[index];
    op->ready = s->now;
    if (job->plan.ops[index].kind != OP_DELAY) {
        leg_ready(s, &op->legs[0], s->now);
        return;
    }
    op->start = s->now;
    op_lands(s, job, op, s->now + op->alone);
}

static void make_ready_what_can(struct state *s, struct oracle_job *job)
{
    for (uint32_t i = 0; i < job->plan.op_count; i++) {
        const struct op *o = &job->plan.ops[i];
        bool             can = job->ops[i].ready < 0;
        for (uint32_t d = 0; d < o->dep_count; d++)
            can = can && job->ops[job->plan.deps[o->first_dep + d]].finish >= 0;
        if (can) make_ready(s, job, i);
    }
}

static void op_done(struct state *s, struct oracle_job *job, struct oracle_op *op)
{
    if (job->ended >= 0) return;
    op->finish = s->now;
    make_ready_what_can(s, job);
    if (--job->left) return;
    const double *by_group = s->config->deadline_s;
    double        deadline_s = by_group ? by_group[s->config->net->group_of[job->home]] : INFINITY;
    bool          late = isfinite(deadline_s) && s->now - job->arrived > ns(deadline_s);
    job_ends(s, job, late ? JOB_LATE : JOB_DONE);
}

static void start(struct state *s, struct oracle_leg *leg)
{
    struct oracle_op *op = &leg->job->ops[leg->op];
    leg->admitted = true;
    leg->start = s->now;
    leg->finish = s->now + leg->service;
    if (leg->number == 0) op->start = s->now;
    if (leg->number > 0 && leg[-1].overlaps_next && leg[-1].finish > leg->finish)
        leg->finish = leg[-1].finish;
    if (leg->overlaps_next) { // the last one is held for its own time, to the end of this one
        sim_ns begin = leg[1].overlaps_next ? s->now : leg->finish - leg[1].service;
        leg_ready(s, leg + 1, begin > s->now ? begin : s->now);
    }
}

static void leg_done(struct state *s, struct oracle_leg *leg)
{
    struct oracle_op *op = &leg->job->ops[leg->op];
    leg->done = true;
    if (leg->job->ended >= 0 || leg->overlaps_next) return;
    if (leg->number + 1 < op->leg_count)
        leg_ready(s, leg + 1, s->now + leg->latency_after);
    else if (leg->job->plan.ops[leg->op].kind == OP_TRANSFER)
        op_lands(s, leg->job, op, s->now + leg->latency_after);
    else
        op_done(s, leg->job, op);
}

static void count_at(const struct state *s, uint64_t resource, uint32_t *serving, uint32_t *waiting)
{
    *serving = *waiting = 0;
    for (uint32_t i = 0; i < s->bag.leg_count; i++) {
        const struct oracle_leg *leg = s->bag.legs[i];
        if (leg->resource != resource) continue;
        *serving += leg->start >= 0;
        *waiting += leg->start < 0 && leg->admitted;
    }
}

static bool precedes(const struct oracle_leg *x, const struct oracle_leg *y)
{
    if (x->ready != y->ready) return x->ready < y->ready;
    if (x->job->id != y->job->id) return x->job->id < y->job->id;
    return x->op != y->op ? x->op < y->op : x->number < y->number;
}

static const struct node_group *cpu_group(const struct state *s, const struct oracle_leg *leg)
{
    if (leg->resource >> 56 != CPU) return NULL;
    return group_of(s->config->net, (uint32_t)(leg->resource >> 28) & 0xfffffff);
}

static bool has_free_server(const struct state *s, const struct oracle_leg *leg, uint32_t *waiting)
{
    const struct node_group *g = cpu_group(s, leg);
    uint32_t                 serving;
    count_at(s, leg->resource, &serving, waiting);
    return serving < (g ? g->servers : 1);
}

static bool retire_one(struct state *s)
{
    struct bag *b = &s->bag;
    for (uint32_t i = 0; i < b->leg_count; i++) {
        struct oracle_leg *leg = b->legs[i];
        if (leg->start < 0 || leg->finish != s->now) continue;
        b->legs[i] = b->legs[--b->leg_count];
        leg_done(s, leg);
        return true;
    }
    for (uint32_t i = 0; i < b->landing_count; i++) {
        struct oracle_op  *op = b->landing[i];
        struct oracle_job *job = b->landing_job[i];
        if (op->lands != s->now) continue;
        b->landing[i] = b->landing[--b->landing_count];
        b->landing_job[i] = b->landing_job[b->landing_count];
        op_done(s, job, op);
        return true;
    }
    return false;
}

static bool start_one_that_waited(struct state *s)
{
    struct oracle_leg *best = NULL;
    uint32_t           waiting;
    for (uint32_t i = 0; i < s->bag.leg_count; i++) {
        struct oracle_leg *leg = s->bag.legs[i];
        if (leg->start < 0 && leg->admitted && (!best || precedes(leg, best)) &&
            has_free_server(s, leg, &waiting))
            best = leg;
    }
    if (best) start(s, best);
    return best;
}

static bool one_arrives(struct state *s)
{
    uint32_t user = 0;
    while (user < s->user_count && s->user_next[user] != s->now) user++;
    if (user == s->user_count) return false;

    assert(s->out->job_count < s->job_limit);
    struct oracle_job *job = &s->out->jobs[s->out->job_count];
    *job = (struct oracle_job){.id = s->out->job_count++,
                               .home = s->user_node[user],
                               .user = user,
                               .arrived = s->now,
                               .ended = -1,
                               .status = JOB_UNFINISHED,
                               .plan.arena = s->arena};
    s->user_next[user] = -1;
    if (s->config->arrivals.kind == ARRIVAL_PERIODIC)
        user_comes(s, user, s->now + ns(s->config->arrivals.period_s));
    if (s->config->arrivals.kind == ARRIVAL_POISSON)
        user_comes(s, user, s->now + poisson_gap(s, user));
    struct err         e = {0};
    struct job_request request = {.job = job->id, .home = job->home, .user = user, .now = s->now};
    if (s->planner->plan(s->planner->ctx, NULL, &request, &job->plan, &e) != PLAN_READY) {
        job_ends(s, job, JOB_INFEASIBLE);
        return true;
    }
    job->left = job->plan.op_count;
    job->ops = ARENA_ARRAY(s->arena, struct oracle_op, job->plan.op_count);
    for (uint32_t i = 0; i < job->plan.op_count; i++) make_op(s, job, i);
    make_ready_what_can(s, job);
    return true;
}

static void drop(struct state *s, struct oracle_job *job)
{
    struct bag *b = &s->bag;
    for (uint32_t i = 0; i < b->leg_count;) // what is in service is served to its end
        if (b->legs[i]->job == job && b->legs[i]->start < 0)
            b->legs[i] = b->legs[--b->leg_count];
        else
            i++;
    job_ends(s, job, JOB_DROPPED);
}

static bool one_queues(struct state *s)
{
    struct oracle_leg *best = NULL;
    for (uint32_t i = 0; i < s->bag.leg_count; i++) {
        struct oracle_leg *leg = s->bag.legs[i];
        if (!leg->admitted && leg->ready == s->now && (!best || precedes(leg, best))) best = leg;
    }
    if (!best) return false;
    uint32_t                 waiting;
    const struct node_group *g = cpu_group(s, best);
    if (has_free_server(s, best, &waiting))
        start(s, best);
    else if (g && waiting >= g->queue_limit)
        drop(s, best->job);
    else
        best->admitted = true;
    return true;
}

static void sooner(sim_ns *next, sim_ns at)
{
    if (at >= 0 && (*next < 0 || at < *next)) *next = at;
}

static sim_ns next_instant(const struct state *s)
{
    sim_ns next = -1;
    for (uint32_t i = 0; i < s->bag.leg_count; i++) {
        const struct oracle_leg *leg = s->bag.legs[i];
        if (leg->start >= 0)
            sooner(&next, leg->finish);
        else if (!leg->admitted)
            sooner(&next, leg->ready);
    }
    for (uint32_t i = 0; i < s->bag.landing_count; i++) sooner(&next, s->bag.landing[i]->lands);
    for (uint32_t u = 0; u < s->user_count; u++) sooner(&next, s->user_next[u]);
    return next;
}

// ---- decomposition ------------------------------------------------------------------------------

static int by_instant(const void *a, const void *b)
{
    sim_ns x = *(const sim_ns *)a, y = *(const sim_ns *)b;
    return (x > y) - (x < y);
}

// Every leg of every job at `resource` that started.
static uint32_t legs_at(const struct oracle *o, uint64_t resource, struct oracle_leg **out)
{
    uint32_t count = 0;
    for (uint32_t j = 0; j < o->job_count; j++)
        for (uint32_t i = 0; o->jobs[j].ops && i < o->jobs[j].plan.op_count; i++)
            for (uint32_t l = 0; l < o->jobs[j].ops[i].leg_count; l++) {
                struct oracle_leg *leg = &o->jobs[j].ops[i].legs[l];
                if (leg->resource == resource && leg->start >= 0) out[count++] = leg;
            }
    return count;
}

static uint32_t all_legs(const struct oracle *o)
{
    uint32_t count = 0;
    for (uint32_t j = 0; j < o->job_count; j++)
        for (uint32_t i = 0; o->jobs[j].ops && i < o->jobs[j].plan.op_count; i++)
            count += o->jobs[j].ops[i].leg_count;
    return count;
}

struct oracle_use oracle_sum(const struct oracle *o, uint64_t resource)
{
    struct arena        scratch = {0};
    struct oracle_leg **at = ARENA_ARRAY(&scratch, struct oracle_leg *, all_legs(o));
    struct oracle_use   use = {.starts = legs_at(o, resource, at)};
    for (uint64_t i = 0; i < use.starts; i++) {
        use.busy += at[i]->finish - at[i]->start;
        use.waited += at[i]->start - at[i]->ready;
    }
    arena_free(&scratch);
    return use;
}

// How long of the leg's wait some other job was served at its resource.
static sim_ns behind_others(const struct oracle *o, const struct oracle_leg *leg)
{
    if (leg->start == leg->ready) return 0;
    struct arena        scratch = {0};
    uint32_t            room = all_legs(o);
    struct oracle_leg **at = ARENA_ARRAY(&scratch, struct oracle_leg *, room);
    sim_ns             *edges = ARENA_ARRAY(&scratch, sim_ns, 2 * (size_t)room + 2), sum = 0;
    uint32_t            count = legs_at(o, leg->resource, at), edge_count = 0;
    edges[edge_count++] = leg->ready;
    edges[edge_count++] = leg->start;
    for (uint32_t i = 0; i < count; i++) {
        const sim_ns both[2] = {at[i]->start, at[i]->finish};
        for (int k = 0; k < 2; k++)
            if (both[k] > leg->ready && both[k] < leg->start) edges[edge_count++] = both[k];
    }
    qsort(edges, edge_count, sizeof *edges, by_instant);
    for (uint32_t k = 0; k + 1 < edge_count; k++) {
        bool other = false;
        for (uint32_t i = 0; i < count; i++)
            other = other || (at[i]->job != leg->job && at[i]->start <= edges[k] &&
                              at[i]->finish >= edges[k + 1] && edges[k] < edges[k + 1]);
        if (other) sum += edges[k + 1] - edges[k];
    }
    arena_free(&scratch);
    return sum;
}

static sim_ns later(sim_ns a, sim_ns b)
{
    return a > b ? a : b;
}

// When the operation would have finished had only its own job stood in its way: its legs one by
// one.
static sim_ns finish_without_others(const struct oracle *o, const struct oracle_op *op)
{
    sim_ns starts[MAX_LEGS], ends[MAX_LEGS];
    for (uint32_t l = 0; l < op->leg_count; l++) {
        const struct oracle_leg *leg = &op->legs[l];
        bool                     overlaps = l > 0 && leg[-1].overlaps_next;
        sim_ns                   ready = !l ? op->ready
                                         : overlaps && !leg->overlaps_next
                                             ? later(starts[l - 1], ends[l - 1] - leg->service)
                                         : overlaps ? starts[l - 1]
                                                    : ends[l - 1] + leg[-1].latency_after;
        starts[l] = ready + (leg->start - leg->ready) - behind_others(o, leg);
        ends[l] = starts[l] + leg->service;
        if (overlaps && ends[l - 1] > ends[l]) ends[l] = ends[l - 1];
    }
    return ends[op->leg_count - 1] + op->legs[op->leg_count - 1].latency_after;
}

// The operation among `count` that finished last, the lowest of equals.
static uint32_t latest(const struct oracle_job *job, const uint32_t *among, uint32_t count)
{
    uint32_t best = NO_OP;
    for (uint32_t i = count; i-- > 0;) { // from behind: an equal one further down wins
        uint32_t op = among ? among[i] : i;
        if (best == NO_OP || job->ops[op].finish > job->ops[best].finish ||
            (job->ops[op].finish == job->ops[best].finish && op < best))
            best = op;
    }
    return best;
}

static void decompose(const struct oracle *o, struct oracle_job *job, struct arena *a)
{
    static const enum part own[OP_KIND_COUNT] = {PART_COMPUTATION, PART_LOADING, PART_TRANSMISSION,
                                                 PART_EDGE_DELAY};
    job->stage_part = arena_array(a, job->plan.stage_count, sizeof *job->stage_part);
    for (uint32_t i = latest(job, NULL, job->plan.op_count); i != NO_OP;) {
        const struct oracle_op *op = &job->ops[i];
        const struct op        *what = &job->plan.ops[i];
        sim_ns queueing = op->leg_count ? op->finish - finish_without_others(o, op) : 0;
        job->stage_part[what->stage][PART_QUEUEING] += queueing;
        job->stage_part[what->stage][own[what->kind]] += op->finish - op->ready - queueing;
        job->part[PART_QUEUEING] += queueing;
        job->part[own[what->kind]] += op->finish - op->ready - queueing;
        i = latest(job, what->dep_count ? job->plan.deps + what->first_dep : &i, what->dep_count);
    }
}

void oracle_run(struct oracle *out, const struct engine_config *config,
                const struct planner *planner, uint32_t job_limit, struct arena *a)
{
    *out = (struct oracle){.jobs = ARENA_ARRAY(a, struct oracle_job, job_limit)};
    struct state s = {
        .config = config, .planner = planner, .out = out, .arena = a, .job_limit = job_limit};
    uint32_t nodes = 0;
    for (uint32_t g = 0; g < config->net->group_count; g++) nodes += config->net->groups[g].count;
    s.user_node = ARENA_ARRAY(a, uint32_t, nodes);
    s.user_started = ARENA_ARRAY(a, uint32_t, nodes);
    s.user_next = ARENA_ARRAY(a, sim_ns, nodes);
    s.user_rng = ARENA_ARRAY(a, struct rng, nodes);
    for (uint32_t node = 0; node < nodes; node++) {
        if (group_of(config->net, node)->role != ROLE_USER) continue;
        uint32_t u = s.user_count++;
        s.user_node[u] = node;
        rng_init(&s.user_rng[u], config->seed, config->replication, "arrivals", u);
        user_comes(&s, u, config->arrivals.kind == ARRIVAL_POISSON ? poisson_gap(&s, u) : 0);
    }
    while ((s.now = next_instant(&s)) >= 0) {
        out->end = s.now;
        while (retire_one(&s) || start_one_that_waited(&s) || one_arrives(&s) || one_queues(&s)) {
        }
    }
    for (uint32_t j = 0; j < out->job_count; j++)
        if (out->jobs[j].status == JOB_DONE || out->jobs[j].status == JOB_LATE)
            decompose(out, &out->jobs[j], a);
}
