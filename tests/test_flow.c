// tests/test_flow.c: rates are the max-min fair ones, and flows end when their integral says so.
//
// Hand-solved systems have their equations beside them. Random ones are held against the definition
// (feasible, and each flow is at its bound or has a full constraint on which none is faster:
// Bertsekas and Gallager, Data Networks, 6.5.2) and against an oracle that raises all flows step by
// step, for the whole system at every change, in long double.
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "sim/flow.h"

Suite *flow_suite(void);

static struct arena arena;
static struct rng   rng;
static struct flows flows;

static const sim_ns S = NS_PER_S;

static void setup(void)
{
    arena = (struct arena){0};
    rng_init(&rng, 17, 0, "test_flow", 0);
    flows_init(&flows, &arena);
}

static void teardown(void)
{
    arena_free(&arena);
}

// A flow through the constraints whose digits stand in `through`: "02" is 0 and 2.
static uint32_t start(sim_ns now, double amount, double bound, const char *through, uint64_t handle)
{
    uint32_t constraints[MAX_CONSTRAINTS] = {0}, count = 0;
    for (; through[count]; count++) constraints[count] = (uint32_t)(through[count] - '0');
    return flows_start(&flows, now, amount, bound, constraints, count, handle);
}

static void add(double capacity)
{
    flows_add_constraint(&flows, capacity);
}

static void ck_assert_next(sim_ns want)
{
    sim_ns at = -1;
    ck_assert(flows_next(&flows, &at));
    ck_assert_int_eq(at, want);
}

// The next end is at `want`, and it is that of `handle`.
static void ck_assert_ends(sim_ns want, uint64_t handle)
{
    uint64_t got;
    ck_assert_next(want);
    ck_assert(!flows_pop(&flows, want - 1, &got));
    ck_assert(flows_pop(&flows, want, &got));
    ck_assert_uint_eq(got, handle);
}

static void ck_assert_nothing_ends(void)
{
    sim_ns   at = 77;
    uint64_t handle = 78;
    ck_assert(!flows_next(&flows, &at));
    ck_assert(!flows_pop(&flows, NS_END, &handle));
    ck_assert_int_eq(at, 77);
    ck_assert_uint_eq(handle, 78);
}

// ---- rates by hand

struct system { // flows as in start(), with the rates that follow from the equations
    const char *name;
    double      capacities[5]; // up to the first < 0
    struct {
        const char *through;
        double      bound, rate;
    } flows[5]; // up to the first NULL
};

static const struct system SYSTEMS[] = {
    // x0 + x1 = x0 + x2 = x0 + x3 = 1: all meet at 1/2.
    {"line",
     {1, 1, 1, -1},
     {{"012", INFINITY, .5}, {"0", INFINITY, .5}, {"1", INFINITY, .5}, {"2", INFINITY, .5}}},
    // x0 + x2 = 4 stops at 2; then x1 = 10 - 2, x3 = 6 - 2.
    {"uneven line",
     {10, 4, 6, -1},
     {{"012", INFINITY, 2}, {"0", INFINITY, 8}, {"1", INFINITY, 2}, {"2", INFINITY, 4}}},
    // Parking lot: a + b + c = 6 stops all at 2, links 0 and 1 stay open.
    {"parking lot, last link",
     {12, 9, 6, -1},
     {{"012", INFINITY, 2}, {"12", INFINITY, 2}, {"2", INFINITY, 2}}},
    // a = 3; a + b = 9: b = 6; a + b + c = 30: c = 21.
    {"parking lot, each link",
     {3, 9, 30, -1},
     {{"012", INFINITY, 3}, {"12", INFINITY, 6}, {"2", INFINITY, 21}}},
    // 1, then 3, the rest 10 - 4.
    {"bounds", {10, -1}, {{"0", 1, 1}, {"0", 3, 3}, {"0", INFINITY, 6}}},
    // 2 at its bound; x1 = x2 = (10 - 2) / 2; the bound 5 is never met.
    {"a bound that does not bind", {10, -1}, {{"0", 2, 2}, {"0", 5, 4}, {"0", INFINITY, 4}}},
    // Alone: the least of what it passes.
    {"one flow, many constraints", {7, 3, 5, 4, -1}, {{"0123", INFINITY, 3}}},
    // Link 0 is down: x0 = 0, so link 1 is x1's alone.
    {"a link down", {0, 8, -1}, {{"01", INFINITY, 0}, {"1", INFINITY, 8}}},
    {"a bound of nothing", {8, -1}, {{"0", 0, 0}, {"0", INFINITY, 8}}},
    // Twice through a cell: 2 x0 <= 10. With another: 2 x + x = 9.
    {"relayed within a cell", {10, -1}, {{"00", INFINITY, 5}}},
    {"relayed beside another", {9, -1}, {{"00", INFINITY, 3}, {"0", INFINITY, 3}}},
    // x0 = x1 = x2 = 1 on link 0; x3 + x2 = 10 on link 1: x3 = 9, stopped by link 2 at 5.
    {"three levels",
     {3, 10, 5, -1},
     {{"0", INFINITY, 1}, {"0", INFINITY, 1}, {"01", INFINITY, 1}, {"12", INFINITY, 5}}},
    // Two servers: min(1, 2 / 3) each.
    {"processor sharing, busy", {2, -1}, {{"0", 1, 2 / 3.0}, {"0", 1, 2 / 3.0}, {"0", 1, 2 / 3.0}}},
    {"processor sharing, idle", {4, -1}, {{"0", 1, 1}, {"0", 1, 1}, {"0", 1, 1}}},
    {"no constraint", {-1}, {{"", 4, 4}, {"", 2, 2}}},
};
enum { SYSTEM_COUNT = sizeof SYSTEMS / sizeof *SYSTEMS };

START_TEST(hand_solved_systems_have_these_rates)
{
    const struct system *s = &SYSTEMS[_i];
    uint32_t             flow[5], count = 0;
    for (uint32_t i = 0; s->capacities[i] >= 0; i++) add(s->capacities[i]);
    for (; count < 5 && s->flows[count].through; count++)
        flow[count] = start(0, 1, s->flows[count].bound, s->flows[count].through, count);
    for (uint32_t i = 0; i < count; i++) {
        double got = flows_rate(&flows, flow[i]), want = s->flows[i].rate;
        ck_assert_msg(fabs(got - want) <= 1e-15 * want, "%s: flow %u: %.17g, want %.17g", s->name,
                      i, got, want);
    }
}
END_TEST

// n flows of one amount: C / n each, all end at n amount / C, the lowest handle first.
START_TEST(equal_flows_share_equally_and_end_together_by_handle)
{
    const uint32_t n = 1u << _i;
    uint32_t      *flow = ARENA_ARRAY(&arena, uint32_t, n);
    add(100);
    for (uint32_t i = 0; i < n; i++) // handles downwards by odd steps: no order to lean on
        flow[i] = start(5, 50, INFINITY, "0", (i * 7919u) % n);
    for (uint32_t i = 0; i < n; i++)
        ck_assert_double_eq_tol(flows_rate(&flows, flow[i]), 100.0 / n, 1e-13);
    ck_assert_uint_eq(flows_present(&flows, 0), n);
    for (uint32_t i = 0; i < n; i++) ck_assert_ends(5 + n * S / 2, i);
    ck_assert_uint_eq(flows_present(&flows, 0), 0);
    ck_assert_nothing_ends();
}
END_TEST

// ---- time by hand

// 5 each; the first is done with its 10 at 2 s, the other has 20 of 30 left, at 10: 4 s.
START_TEST(what_one_leaves_the_other_gets)
{
    add(10);
    start(0, 10, INFINITY, "0", 1);
    uint32_t other = start(0, 30, INFINITY, "0", 2);
    ck_assert_double_eq(flows_left(&flows, other, S), 25);
    ck_assert_ends(2 * S, 1);
    ck_assert_double_eq(flows_rate(&flows, other), 10);
    ck_assert_double_eq(flows_left(&flows, other, 2 * S), 20);
    ck_assert_double_eq(flows_left(&flows, other, 3 * S), 10);
    ck_assert_ends(4 * S, 2);
}
END_TEST

// 10 alone for 1 s; then 5 each. The second is stopped at 3 s with 90 left; the first has 100 - 10
// - 10 = 80 left, at 10: 11 s.
START_TEST(a_flow_that_is_stopped_gives_its_share_back)
{
    add(10);
    start(0, 100, INFINITY, "0", 1);
    uint32_t second = start(S, 100, INFINITY, "0", 2);
    ck_assert_next(S + 18 * S);
    ck_assert_double_eq(flows_left(&flows, second, 3 * S), 90);
    flows_stop(&flows, 3 * S, second);
    ck_assert_uint_eq(flows_present(&flows, 0), 1);
    ck_assert_ends(11 * S, 1);
    ck_assert_nothing_ends();
}
END_TEST

// 100 at 10: 70 left at 3 s; at 35 to 4 s: 35 left; down to 6 s; the last second at 35: 7 s.
START_TEST(capacities_change_and_vanish_under_way)
{
    add(10);
    uint32_t flow = start(0, 100, INFINITY, "0", 1);
    ck_assert_next(10 * S);
    flows_set_capacity(&flows, 3 * S, 0, 35);
    ck_assert_double_eq(flows_left(&flows, flow, 3 * S), 70);
    ck_assert_next(5 * S);
    flows_set_capacity(&flows, 4 * S, 0, 0);
    ck_assert_nothing_ends();
    ck_assert_double_eq(flows_rate(&flows, flow), 0);
    ck_assert_double_eq(flows_left(&flows, flow, 5 * S), 35);
    flows_set_capacity(&flows, 6 * S, 0, 35);
    ck_assert_ends(7 * S, 1);
}
END_TEST

// Two servers, 1, 2 and 3 s of service: 2/3 each, so the first ends at 1.5 s; then 1 each: 1 s and
// 2 s are left, 2.5 s and 3.5 s.
START_TEST(processor_sharing_serves_by_shares_of_servers)
{
    add(2);
    start(0, 3, 1, "0", 3);
    start(0, 1, 1, "0", 1);
    start(0, 2, 1, "0", 2);
    ck_assert_ends(3 * S / 2, 1);
    ck_assert_ends(5 * S / 2, 2);
    ck_assert_ends(7 * S / 2, 3);
}
END_TEST

// The uneven line above with amounts: x0 = x2 = 2, x1 = 8, x3 = 4 (named by their links). Flow 2
// (amount 4) ends at 2 s; then x0 is stopped by link 2: x0 = x3 = 3, x1 = 7. Left at 2 s: x0 20 - 4
// = 16, x1 58 - 16 = 42, x3 23 - 8 = 15. Flow 3 ends at 7 s; x0 has 1, x1 has 7; then link 1 gives
// x0 4, x1 6: x0 ends at 7.25 s; x1 has 5.5 left at 10: 7.8 s.
START_TEST(a_line_network_goes_through_its_phases)
{
    add(10), add(4), add(6);
    start(0, 20, INFINITY, "012", 0);
    start(0, 58, INFINITY, "0", 1);
    start(0, 4, INFINITY, "1", 2);
    start(0, 23, INFINITY, "2", 3);
    ck_assert_ends(2 * S, 2);
    ck_assert_ends(7 * S, 3);
    ck_assert_ends(7 * S + S / 4, 0);
    ck_assert_ends(7 * S + 8 * (S / 10), 1);
}
END_TEST

// amount, rate, ns: the first ns at which it is done.
static const struct {
    double amount, rate;
    sim_ns ns;
} SPANS[] = {
    {1, 3, 333333334},             // 1e9 / 3 upwards
    {2, 3, 666666667},             // 2e9 / 3 upwards
    {10, 10, 1000000000},          // exact
    {0.3, 0.1, 3000000000},        // 0.3 / 0.1 is above 3 in doubles, by less than what counts
    {1e-9, 2, 1},                  // half a ns
    {1e6, 1e15, 1},                // one ns
    {1e6 + 1, 1e15, 1},            // and a millionth, which counts as done
    {1e6 + 1e4, 1e15, 2},          // and a hundredth, which does not
    {1448, 1.25e9, 1159},          // 1158.4
    {3e9, 1, 3000000000000000000}, // 95 years
};
enum { SPAN_COUNT = sizeof SPANS / sizeof *SPANS };

START_TEST(an_end_is_the_first_ns_at_which_the_amount_is_done)
{
    for (sim_ns now = 0; now < 3; now++) {
        uint32_t flow = start(now, SPANS[_i].amount, SPANS[_i].rate, "", 9);
        ck_assert_next(now + SPANS[_i].ns);
        flows_stop(&flows, now, flow);
    }
}
END_TEST

// 1e18 s, and an overflow of the quotient: no end, without undefined casts. 3e9 s from 2e9 s on is
// past 4e9 s = NS_END.
START_TEST(what_would_end_past_the_clock_never_ends)
{
    start(0, 1e15, 1e-3, "", 1);
    start(0, 1e300, 1e-300, "", 2);
    start(2000000000 * S, 3e9, 1, "", 3);
    ck_assert_nothing_ends();
    start(2000000000 * S, 1e9, 1, "", 4);
    ck_assert_ends(3000000000 * S, 4);
}
END_TEST

// Nothing to carry: ends at once, in the order of handles, and moves nobody.
START_TEST(a_flow_of_nothing_ends_at_once_and_takes_no_share)
{
    add(10);
    uint32_t real = start(0, 10, INFINITY, "0", 0);
    start(S / 2, 0, INFINITY, "0", 8);
    start(S / 2, 0, INFINITY, "0", 7);
    ck_assert_uint_eq(flows_present(&flows, 0), 1);
    ck_assert_double_eq(flows_rate(&flows, real), 10);
    ck_assert_ends(S / 2, 7);
    ck_assert_ends(S / 2, 8);
    ck_assert_ends(S, 0);
}
END_TEST

// Both end at 1 s; between the two pops the link goes down: what has ended has ended. Then two that
// lack a millionth of a ns at their end, which counts as done.
START_TEST(what_has_ended_is_not_undone_by_a_change_of_the_same_instant)
{
    add(10);
    start(0, 5, INFINITY, "0", 1);
    start(0, 5, INFINITY, "0", 2);
    ck_assert_ends(S, 1);
    flows_set_capacity(&flows, S, 0, 0);
    ck_assert_ends(S, 2);
    flows_set_capacity(&flows, S, 0, 2e15);
    start(S, 1e6 + 1, INFINITY, "0", 3);
    uint32_t fourth = start(S, 1e6 + 1, INFINITY, "0", 4);
    ck_assert_ends(S + 1, 3);
    flows_set_capacity(&flows, S + 1, 0, 0);
    ck_assert_double_eq(flows_left(&flows, fourth, S + 1), 0);
    ck_assert_ends(S + 1, 4);
    ck_assert_nothing_ends();
}
END_TEST

// 1 at 0.1 beside flows that come and go 10 000 times: bound below any share, so its rate never
// differs and its end stays to the ns; the shares of the others do change.
START_TEST(who_keeps_a_rate_keeps_the_end)
{
    add(7), add(11);
    uint32_t quiet = start(0, 1, 0.1, "01", 0), others[8], count = 0;
    for (uint32_t step = 0; step < 10000; step++) {
        if (count == 8 || (count && rng_below(&rng, 2)))
            flows_stop(&flows, step, others[--count]);
        else
            others[count++] = start(step, 1e9, INFINITY, step % 3 ? "01" : "1", step + 1);
        ck_assert_double_eq(flows_rate(&flows, quiet), 0.1);
    }
    ck_assert_ends(10 * S, 0);
}
END_TEST

// One of rate 10/3 whose neighbours leave and come back at one instant, 30 000 times: 1e9 left at
// 10/3 from the start is 3e8 s = 3e17 ns, whose doubles are 64 ns apart: within two of them.
START_TEST(the_end_does_not_drift_with_the_number_of_changes)
{
    add(10);
    start(0, 1e9, INFINITY, "0", 0);
    uint32_t b = start(0, 4e9, INFINITY, "0", 1), c = start(0, 4e9, INFINITY, "0", 2);
    for (uint32_t step = 0; step < 10000; step++) {
        sim_ns now = step * 29 * S;
        flows_stop(&flows, now, b);
        flows_stop(&flows, now, c);
        c = start(now, 4e9, INFINITY, "0", 3 + 2 * step);
        b = start(now, 4e9, INFINITY, "0", 4 + 2 * step);
    }
    sim_ns at;
    ck_assert(flows_next(&flows, &at));
    ck_assert_int_ge(at, 300000000 * S - 128);
    ck_assert_int_le(at, 300000000 * S + 128);
}
END_TEST

// ---- random systems

enum { FLOWS = 40, CONSTRAINTS = 12, USES = 4 };

struct oracle_flow {
    long double amount, left, rate, sum; // sum: integral of the module's own rates
    double      bound;
    uint32_t    uses[USES], use_count;
    uint32_t    flow; // of the module
    uint64_t    handle;
};

struct oracle {
    double             capacity[CONSTRAINTS];
    uint32_t           constraint_count, count;
    struct oracle_flow flows[FLOWS];
    sim_ns             now;
    uint64_t           handles;
};

// Raises all that can still rise by what the tightest allows, again and again.
static void oracle_solve(struct oracle *o)
{
    bool     fixed[FLOWS] = {0};
    uint32_t open = o->count;
    for (uint32_t i = 0; i < o->count; i++) o->flows[i].rate = 0;
    while (open) {
        long double used[CONSTRAINTS] = {0}, step = INFINITY;
        uint32_t    rising[CONSTRAINTS] = {0};
        for (uint32_t i = 0; i < o->count; i++)
            for (uint32_t u = 0; u < o->flows[i].use_count; u++) {
                used[o->flows[i].uses[u]] += o->flows[i].rate;
                rising[o->flows[i].uses[u]] += !fixed[i];
            }
        for (uint32_t c = 0; c < o->constraint_count; c++)
            if (rising[c]) step = fminl(step, (o->capacity[c] - used[c]) / rising[c]);
        for (uint32_t i = 0; i < o->count; i++)
            if (!fixed[i]) step = fminl(step, o->flows[i].bound - o->flows[i].rate);
        step = fmaxl(step, 0);
        for (uint32_t i = 0; i < o->count; i++) {
            struct oracle_flow *f = &o->flows[i];
            if (fixed[i]) continue;
            f->rate += step;
            fixed[i] = f->rate >= f->bound * (1 - 1e-16L);
            for (uint32_t u = 0; u < f->use_count; u++) {
                long double free = o->capacity[f->uses[u]] - used[f->uses[u]];
                fixed[i] |= step * rising[f->uses[u]] >= free - 1e-16L * o->capacity[f->uses[u]];
            }
            open -= fixed[i];
        }
    }
}

// The definition, from the module's rates alone.
static void ck_assert_max_min(const struct oracle *o)
{
    double used[CONSTRAINTS] = {0}, fastest[CONSTRAINTS] = {0};
    for (uint32_t i = 0; i < o->count; i++) {
        const struct oracle_flow *f = &o->flows[i];
        double                    rate = flows_rate(&flows, f->flow);
        ck_assert(rate >= 0 && rate <= f->bound);
        for (uint32_t u = 0; u < f->use_count; u++) {
            used[f->uses[u]] += rate;
            fastest[f->uses[u]] = fmax(fastest[f->uses[u]], rate);
        }
    }
    for (uint32_t c = 0; c < o->constraint_count; c++)
        ck_assert_double_le(used[c], o->capacity[c] * (1 + 1e-12));
    for (uint32_t i = 0; i < o->count; i++) {
        const struct oracle_flow *f = &o->flows[i];
        double                    rate = flows_rate(&flows, f->flow);
        bool                      stopped = rate >= f->bound * (1 - 1e-12);
        for (uint32_t u = 0; u < f->use_count; u++)
            stopped |= used[f->uses[u]] >= o->capacity[f->uses[u]] * (1 - 1e-12) &&
                       rate >= fastest[f->uses[u]] * (1 - 1e-12);
        ck_assert_msg(stopped, "flow %u at %.17g could be faster", i, rate);
    }
}

static double any_capacity(void)
{
    static const double some[] = {0, 1, 1, 2, 3, 10, 1e3, 1.25e6};
    uint64_t            pick = rng_below(&rng, 12);
    return pick < 8 ? some[pick] : rng_uniform(&rng) * 20;
}

static double any_bound(bool must)
{
    static const double some[] = {0.5, 1, 1, 7, 1e4};
    uint64_t            pick = rng_below(&rng, must ? 8 : 16);
    if (pick < 5) return some[pick];
    return pick < 8 ? rng_uniform(&rng) * 5 + 1e-3 : INFINITY;
}

static void oracle_begin(struct oracle *o)
{
    *o = (struct oracle){.constraint_count = 1 + (uint32_t)rng_below(&rng, CONSTRAINTS)};
    flows_init(&flows, &arena);
    for (uint32_t c = 0; c < o->constraint_count; c++)
        flows_add_constraint(&flows, o->capacity[c] = any_capacity());
}

static void oracle_start(struct oracle *o)
{
    struct oracle_flow *f = &o->flows[o->count++];
    uint32_t            most = o->constraint_count < USES ? o->constraint_count : USES;
    *f = (struct oracle_flow){.use_count = (uint32_t)rng_below(&rng, most + 1)};
    for (uint32_t u = 0; u < f->use_count; u++)
        f->uses[u] = (uint32_t)rng_below(&rng, o->constraint_count); // twice now and then
    f->bound = any_bound(!f->use_count);
    f->left = f->amount =
        rng_below(&rng, 4) ? 1 + (double)rng_below(&rng, 20) : exp(rng_uniform(&rng) * 20 - 8);
    f->handle = ++o->handles * 0x9e3779b97f4a7c15u; // unique, in no order
    f->flow =
        flows_start(&flows, o->now, (double)f->amount, f->bound, f->uses, f->use_count, f->handle);
}

START_TEST(random_systems_are_feasible_and_everyone_has_a_bottleneck)
{
    struct oracle o;
    for (uint32_t round = 0; round < 1500; round++) {
        struct arena_mark mark = arena_mark(&arena);
        oracle_begin(&o);
        for (uint64_t n = 1 + rng_below(&rng, FLOWS); n; n--) oracle_start(&o);
        ck_assert_max_min(&o);
        oracle_solve(&o);
        for (uint32_t i = 0; i < o.count; i++)
            ck_assert_double_eq_tol(flows_rate(&flows, o.flows[i].flow), (double)o.flows[i].rate,
                                    1e-12 * (double)o.flows[i].rate + 1e-15);
        arena_rewind(&arena, mark);
    }
}
END_TEST

// ---- random scripts

static void oracle_pass(struct oracle *o, sim_ns now)
{
    long double s = (long double)(now - o->now) / NS_PER_S;
    for (uint32_t i = 0; i < o->count; i++) {
        o->flows[i].left -= o->flows[i].rate * s;
        o->flows[i].sum += flows_rate(&flows, o->flows[i].flow) * s;
    }
    o->now = now;
}

static sim_ns oracle_next(const struct oracle *o)
{
    sim_ns best = NS_END;
    for (uint32_t i = 0; i < o->count; i++) {
        const struct oracle_flow *f = &o->flows[i];
        long double               ns = ceill(f->left / f->rate * NS_PER_S);
        if (f->left <= 0) ns = 0;
        if (f->rate <= 0 || ns > 1e18L) continue;
        if (o->now + (sim_ns)ns < best) best = o->now + (sim_ns)ns;
    }
    return best;
}

static void oracle_remove(struct oracle *o, uint32_t i)
{
    o->flows[i] = o->flows[--o->count];
    oracle_solve(o);
}

// Who ends has moved its amount: by the oracle's rates and by the module's own, to 1e-9 of it and
// what one ns moves; and of those that have ended the lowest handle is first.
static void oracle_pop(struct oracle *o)
{
    uint64_t handle;
    ck_assert(flows_pop(&flows, o->now, &handle));
    uint32_t i = 0;
    while (i < o->count && o->flows[i].handle != handle) i++;
    ck_assert_uint_lt(i, o->count);
    const struct oracle_flow *f = &o->flows[i];
    long double               slack = 1e-9L * f->amount + 1.001e-9L * f->rate;
    ck_assert_msg(fabsl(f->left) <= slack, "left %Lg of %Lg", f->left, f->amount);
    ck_assert_msg(fabsl(f->sum - f->amount) <= slack, "moved %Lg of %Lg", f->sum, f->amount);
    oracle_remove(o, i);
}

static void oracle_change(struct oracle *o)
{
    uint64_t what = rng_below(&rng, 8);
    if (what < 5 && o->count < FLOWS) {
        oracle_start(o);
        oracle_solve(o);
    } else if (what == 5 && o->count) {
        uint32_t i = (uint32_t)rng_below(&rng, o->count);
        ck_assert_double_eq_tol(flows_left(&flows, o->flows[i].flow, o->now),
                                fmax(0, (double)o->flows[i].left),
                                1e-9 * (double)(o->flows[i].amount + o->flows[i].rate));
        flows_stop(&flows, o->now, o->flows[i].flow);
        oracle_remove(o, i);
    } else {
        uint32_t c = (uint32_t)rng_below(&rng, o->constraint_count);
        flows_set_capacity(&flows, o->now, c, o->capacity[c] = any_capacity());
        oracle_solve(o);
    }
}

static void oracle_compare(const struct oracle *o)
{
    uint32_t present[CONSTRAINTS] = {0};
    for (uint32_t i = 0; i < o->count; i++) {
        ck_assert_double_eq_tol(flows_rate(&flows, o->flows[i].flow), (double)o->flows[i].rate,
                                1e-12 * (double)o->flows[i].rate + 1e-15);
        for (uint32_t u = 0; u < o->flows[i].use_count; u++) present[o->flows[i].uses[u]]++;
    }
    for (uint32_t c = 0; c < o->constraint_count; c++)
        ck_assert_uint_eq(flows_present(&flows, c), present[c]);
}

// Changes at random instants, ends where they fall. The module says when, the oracle must agree to
// 1 ns (and to 1e-9 of the span, for what takes years).
static void run_script(struct oracle *o, uint32_t changes)
{
    while (changes || o->count) {
        sim_ns at = NS_END, change = o->now + (sim_ns)rng_below(&rng, (uint64_t)S);
        bool   ends = flows_next(&flows, &at);
        sim_ns want = oracle_next(o), far = (at - o->now) / 1000000000;
        ck_assert(ends || want == NS_END);
        if (ends) ck_assert_int_ge(at, o->now);
        if (ends && want < NS_END) ck_assert_int_le(llabs((long long)(at - want)), 1 + far);
        if (!changes && !ends) return; // what is left has no rate
        bool is_change = changes && (!ends || change < at);
        oracle_pass(o, is_change ? change : at);
        if (is_change)
            changes--, oracle_change(o);
        else
            oracle_pop(o);
        oracle_compare(o);
    }
    ck_assert_nothing_ends();
}

START_TEST(random_scripts_go_as_an_oracle_goes_that_solves_everything_anew)
{
    struct oracle o;
    for (uint32_t round = 0; round < 400; round++) {
        struct arena_mark mark = arena_mark(&arena);
        oracle_begin(&o);
        run_script(&o, 1 + (uint32_t)rng_below(&rng, 60));
        arena_rewind(&arena, mark);
    }
}
END_TEST

// ---- memory, and what is refused

START_TEST(flows_that_come_and_go_take_no_memory)
{
    struct arena_mark before = {0};
    uint64_t          handle;
    sim_ns            at;
    for (uint32_t c = 0; c < 10; c++) add(10);
    for (uint32_t i = 0; i < 50000; i++) {
        if (i == 2000) before = arena_mark(&arena);
        ck_assert_uint_eq(i < 100, !flows_next(&flows, &at) || flows.end_count < 100);
        if (i >= 100) ck_assert(flows_pop(&flows, at, &handle));
        uint32_t uses[] = {i % 10, i * 7 % 10};
        flows_start(&flows, i < 100 ? 0 : at, 1 + i % 13, INFINITY, uses, 1 + (i & 1), i);
    }
    struct arena_mark after = arena_mark(&arena);
    ck_assert_ptr_eq(before.block, after.block);
    ck_assert_uint_eq(before.used, after.used);
}
END_TEST

START_TEST(time_that_goes_back_is_refused_by_an_assert)
{
    start(10, 1, 1, "", 1);
    start(9, 1, 1, "", 2);
}
END_TEST

START_TEST(a_flow_without_bound_and_constraint_is_refused_by_an_assert)
{
    start(0, 1, INFINITY, "", 1);
}
END_TEST

Suite *flow_suite(void)
{
    Suite *suite = suite_create("flow");
    TCase *tc = tcase_create("flow");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, hand_solved_systems_have_these_rates, 0, SYSTEM_COUNT);
    tcase_add_loop_test(tc, equal_flows_share_equally_and_end_together_by_handle, 0, 10);
    tcase_add_test(tc, what_one_leaves_the_other_gets);
    tcase_add_test(tc, a_flow_that_is_stopped_gives_its_share_back);
    tcase_add_test(tc, capacities_change_and_vanish_under_way);
    tcase_add_test(tc, processor_sharing_serves_by_shares_of_servers);
    tcase_add_test(tc, a_line_network_goes_through_its_phases);
    tcase_add_loop_test(tc, an_end_is_the_first_ns_at_which_the_amount_is_done, 0, SPAN_COUNT);
    tcase_add_test(tc, what_would_end_past_the_clock_never_ends);
    tcase_add_test(tc, a_flow_of_nothing_ends_at_once_and_takes_no_share);
    tcase_add_test(tc, what_has_ended_is_not_undone_by_a_change_of_the_same_instant);
    tcase_add_test(tc, who_keeps_a_rate_keeps_the_end);
    tcase_add_test(tc, the_end_does_not_drift_with_the_number_of_changes);
    tcase_add_test(tc, random_systems_are_feasible_and_everyone_has_a_bottleneck);
    tcase_add_test(tc, random_scripts_go_as_an_oracle_goes_that_solves_everything_anew);
    tcase_add_test(tc, flows_that_come_and_go_take_no_memory);
    tcase_add_test_raise_signal(tc, time_that_goes_back_is_refused_by_an_assert, 6); // SIGABRT
    tcase_add_test_raise_signal(tc, a_flow_without_bound_and_constraint_is_refused_by_an_assert, 6);
    suite_add_tcase(suite, tc);
    return suite;
}
