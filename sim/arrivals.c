#include "sim/arrivals.h"

#include <assert.h>
#include <gsl/gsl_randist.h>
#include <math.h>

static const double MAX_CHANGES = 1e6;

// A draw falls where the sum of probabilities passes it; rounding may leave the last a bit below 1.
static uint32_t draw_state(const double *probability, uint32_t count, struct rng *r)
{
    double   at = rng_uniform(r), sum = 0;
    uint32_t last = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (probability[i] <= 0) continue;
        sum += probability[i];
        last = i;
        if (at < sum) break;
    }
    return last;
}

// What is left of a stay is exponential at any instant, and so is the wait for an arrival: both are
// drawn anew where a state begins.
static void enter_state(const struct arrivals *a, struct arrival_state *s, struct rng *r,
                        uint32_t state)
{
    s->burst_state = state;
    s->burst_left_s =
        a->state_count > 1 ? gsl_ran_exponential(&r->gsl, a->states[state].stay_s) : INFINITY;
}

static double burst_gap_s(const struct arrivals *a, struct arrival_state *s, struct rng *r,
                          bool is_first)
{
    double gap_s = 0;
    if (is_first) {
        uint32_t first = draw_state(a->start, a->state_count, r);
        assert(a->start[first] > 0); // else arrivals_finish has not been called
        enter_state(a, s, r, first);
    }
    while (gap_s <= NS_MAX_S) {
        const struct burst_state *now = &a->states[s->burst_state];
        double                    wait_s =
            now->rate_per_s > 0 ? gsl_ran_exponential(&r->gsl, 1 / now->rate_per_s) : INFINITY;
        if (wait_s < s->burst_left_s) {
            s->burst_left_s -= wait_s;
            return gap_s + wait_s;
        }
        gap_s += s->burst_left_s;
        enter_state(a, s, r, draw_state(now->next, a->state_count, r));
    }
    return INFINITY;
}

static sim_ns trace_gap(const struct trace_arrivals *t, struct arrival_state *s, sim_ns now,
                        uint32_t *class_id)
{
    if (s->trace_next >= t->count) return NS_END;
    const struct trace_arrival *next = &t->items[s->trace_next++];
    assert(next->at >= now);
    *class_id = next->class_id;
    return next->at - now;
}

sim_ns arrivals_gap(const struct arrivals *a, struct arrival_state *s, struct rng *r, uint32_t user,
                    bool is_first, sim_ns now, uint32_t *class_id)
{
    switch (a->kind) {
    case ARRIVAL_CLOSED: return is_first ? 0 : ns_from_s(a->think_s);
    case ARRIVAL_PERIODIC:
        if (is_first) return a->is_jittered ? ns_from_s(rng_uniform(r) * a->period_s) : 0;
        return ns_from_s(a->period_s);
    case ARRIVAL_BURSTS: return ns_or_end(burst_gap_s(a, s, r, is_first));
    case ARRIVAL_TRACE: return trace_gap(&a->users[user], s, now, class_id);
    case ARRIVAL_POISSON: break;
    }
    return ns_from_s(fmin(gsl_ran_exponential(&r->gsl, 1 / a->rate_per_s), NS_MAX_S));
}

// ---- the stationary state

static bool check_state(const struct arrivals *a, uint32_t i, struct err *e)
{
    const struct burst_state *s = &a->states[i];
    double                    sum = 0;
    bool                      ok = true;
    if (!(s->rate_per_s >= 0 && isfinite(s->rate_per_s)))
        ok = err_add(e, "state %u: want a rate of at least 0, have %.15g", i, s->rate_per_s);
    if (a->state_count == 1) return ok;
    if (!(s->stay_s > 0 && isfinite(s->stay_s)))
        ok = err_add(e, "state %u: want a mean stay above 0 s, have %.15g", i, s->stay_s);
    for (uint32_t j = 0; j < a->state_count; j++) {
        if (!(s->next[j] >= 0 && s->next[j] <= 1) || (j == i && s->next[j] > 0))
            ok = err_add(e, "state %u: next state %u: want a probability%s, have %.15g", i, j,
                         j == i ? " of 0 (a stay ends in another state)" : "", s->next[j]);
        sum += s->next[j];
    }
    if (!(fabs(sum - 1) <= 1e-9))
        ok = err_add(e, "state %u: want probabilities of next states of sum 1, have %.15g", i, sum);
    return ok;
}

// Each state leads to each: else where the chain ends up would depend on where it starts.
static bool check_ways(const struct arrivals *a, struct err *e)
{
    const uint32_t n = a->state_count;
    bool           leads[MAX_BURST_STATES][MAX_BURST_STATES];
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++) leads[i][j] = i == j || a->states[i].next[j] > 0;
    for (uint32_t via = 0; via < n; via++)
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t j = 0; j < n; j++) leads[i][j] |= leads[i][via] && leads[via][j];
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++)
            if (!leads[i][j])
                return err_add(e, "state %u: want a way to every other, have none to state %u", i,
                               j);
    return true;
}

// Share of visits v = v P by elimination of the last state, then the next (Grassmann, Taksar and
// Heyman, Operations Research 33, 1985: no subtraction, so no cancellation); share of time v stay.
static void find_start(struct arrivals *a)
{
    const uint32_t n = a->state_count;
    double         p[MAX_BURST_STATES][MAX_BURST_STATES], sum = 0;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++) p[i][j] = a->states[i].next[j];
    for (uint32_t k = n - 1; k > 0; k--) {
        double out = 0;
        for (uint32_t j = 0; j < k; j++) out += p[k][j];
        for (uint32_t i = 0; i < k; i++) p[i][k] /= out;
        for (uint32_t i = 0; i < k; i++)
            for (uint32_t j = 0; j < k; j++) p[i][j] += p[i][k] * p[k][j];
    }
    double visits[MAX_BURST_STATES] = {1};
    for (uint32_t k = 1; k < n; k++)
        for (uint32_t i = 0; i < k; i++) visits[k] += visits[i] * p[i][k];
    for (uint32_t i = 0; i < n; i++)
        sum += a->start[i] = n > 1 ? visits[i] * a->states[i].stay_s : 1;
    for (uint32_t i = 0; i < n; i++) a->start[i] /= sum;
}

// A gap is found change by change of state: their number is kept in bounds.
static bool check_effort(const struct arrivals *a, struct err *e)
{
    double arrivals_per_s = 0, changes_per_s = 0;
    if (a->state_count == 1) return true;
    for (uint32_t i = 0; i < a->state_count; i++) {
        arrivals_per_s += a->start[i] * a->states[i].rate_per_s;
        changes_per_s += a->start[i] / a->states[i].stay_s;
    }
    double changes = changes_per_s / arrivals_per_s;
    return changes <= MAX_CHANGES ||
           err_add(e, "want at most %g changes of state an arrival, have %g", MAX_CHANGES, changes);
}

bool arrivals_finish(struct arrivals *a, struct err *e)
{
    bool ok = true;
    if (a->kind != ARRIVAL_BURSTS) return true;
    if (a->state_count < 1 || a->state_count > MAX_BURST_STATES)
        return err_add(e, "want 1 to %d states, have %u", MAX_BURST_STATES, a->state_count);
    double most = 0;
    for (uint32_t i = 0; i < a->state_count; i++) {
        ok &= check_state(a, i, e);
        most = fmax(most, a->states[i].rate_per_s);
    }
    if (!(most > 0)) ok = err_add(e, "want a state with a rate above 0, have none");
    if (!ok || !check_ways(a, e)) return false;
    find_start(a);
    return check_effort(a, e);
}
