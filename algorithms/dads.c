// algorithms/dads.c: the steps divided between user and server by minimum cuts, by the load.
//
// Light load: the placement of the least latency (DSL). If its longest stage (the user's compute,
// the link, the server's compute) takes longer than the time between two frames, the frames pile
// up: heavy load, the placement of small longest stage (DSH). If that takes longer still, the
// system asks for fewer frames: counted. The frame rate Q of a user is stated, or measured; the
// bandwidth is the network's of now. Frames follow each other through the stages by themselves; a
// node that serves operations first come, first served begins new frames before it has ended others
// when they pile up, so that a divided network then stays below 1 / longest stage. One user and one
// server is what the paper knows of: other users of the server or the link do not count.
// Cost: a decision is made once for each pair of groups and rate, DSL when first met, DSH when
// first needed (cut/surgery.h); then O(steps) per task. MEMO decisions are kept.
// Source: Hu, Bao, Wang, Liu, Dynamic Adaptive DNN Surgery, INFOCOM 2019.
#include <math.h>
#include <string.h>

#include "algorithms/common/build.h"
#include "algorithms/cut/sites.h"
#include "algorithms/cut/surgery.h"

enum { MEMO = 64 };
enum { OWN_SERVER = SITES_SERVER, OWN_FRAMES, OWN_OBSERVE, OWN_COUNT };

static const struct scheme_option OWN[OWN_COUNT] = {
    [OWN_SERVER] = SITES_SERVER_OPTION,
    [OWN_FRAMES] = {.key = "frames_per_s",
                    .about = "frames a second of each user, which decides between light and heavy "
                             "load; default 0: measured",
                    .kind = OPTION_NUMBER,
                    .low = 0,
                    .high = 1e6},
    [OWN_OBSERVE] = {.key = "observe",
                     .about = "time over which the frame rate is measured (arrivals per user and "
                              "second; light until the first is over); default 10 s",
                     .kind = OPTION_TIME,
                     .otherwise = 10,
                     .low = 1e-3,
                     .high = 1e6},
};

static bool claims(const struct view *v, struct err *e)
{
    bool is_measured = option_number(v, OWN_FRAMES) <= 0;
    return sites_claims(v, e) &
           option_is_read(v, OWN, OWN_OBSERVE, is_measured, "frames_per_s above 0", e);
}

struct decision {
    bool     is_made, has_heavy;
    uint32_t class_id, user_group, server_group;
    double   rate_bytes_per_s;
    double   light_s, heavy_s; // longest stages
    bool    *light, *heavy;    // [step_count of the class] on the server
};

enum load { LOAD_UNKNOWN, LOAD_LIGHT, LOAD_HEAVY };

struct state {
    struct sites    sites;
    struct decision memo[MEMO];
    enum load      *last;                     // [class_count * node_count] by class and user
    double          frames_per_s, frames_sum; // of now; summed over the tasks planned
    uint64_t        planned, heavy, overloaded, switches;
};

static bool begin(const struct view *views, uint32_t class_count, struct arena *a, void **state,
                  struct err *e)
{
    (void)e;
    struct state *s = ARENA_ARRAY(a, struct state, 1);
    uint32_t      most_steps = 0;
    *state = s;
    s->frames_per_s = option_number(&views[0], OWN_FRAMES);
    s->last = ARENA_ARRAY(a, enum load, (size_t)class_count * views[0].net->node_count);
    for (uint32_t c = 0; c < class_count; c++)
        if (views[c].graph->step_count > most_steps) most_steps = views[c].graph->step_count;
    for (uint32_t i = 0; i < MEMO; i++) {
        s->memo[i].light = ARENA_ARRAY(a, bool, most_steps);
        s->memo[i].heavy = ARENA_ARRAY(a, bool, most_steps);
    }
    sites_init(&s->sites, views, class_count, a);
    return true;
}

// The sums of one user and server at the rate of now, in `scratch`.
static struct surgery surgery_of(const struct view *v, const struct state *s, uint32_t user,
                                 uint32_t server, struct arena *scratch)
{
    const struct sites_model *m = &s->sites.models[v->class_id];
    double                   *send_s = ARENA_ARRAY(scratch, double, m->crossings.count);
    for (uint32_t i = 0; i < m->crossings.count; i++)
        send_s[i] = sites_send_s(v, user, server, m->crossings.items[i].bytes);
    return (struct surgery){v->graph->step_count, m->step_s[v->net->group_of[user]],
                            m->step_s[v->net->group_of[server]], &m->crossings, send_s};
}

static struct decision *find_decision(const struct view *v, struct state *s, uint32_t user,
                                      uint32_t server)
{
    struct decision key = {.class_id = v->class_id,
                           .user_group = v->net->group_of[user],
                           .server_group = v->net->group_of[server],
                           .rate_bytes_per_s = net_rate(v->net, user, server, v->now)};
    uint64_t        bits;
    memcpy(&bits, &key.rate_bytes_per_s, sizeof bits);
    bits ^= (uint64_t)key.class_id << 48 ^ (uint64_t)key.user_group << 32 ^ key.server_group;
    bits *= 0x9e3779b97f4a7c15u; // Fibonacci hashing (Knuth, vol. 3, 6.4)
    struct decision *d = &s->memo[bits >> 58];
    if (d->is_made && d->class_id == key.class_id && d->user_group == key.user_group &&
        d->server_group == key.server_group && d->rate_bytes_per_s == key.rate_bytes_per_s)
        return d;
    key.light = d->light;
    key.heavy = d->heavy;
    *d = key;
    return d;
}

// The load at the frame rate of now; what of the decision it needs is made when first asked for.
static enum load decide(struct decision *d, const struct view *v, const struct state *s,
                        uint32_t user, uint32_t server, struct arena *scratch)
{
    if (!d->is_made) {
        struct surgery x = surgery_of(v, s, user, server, scratch);
        surgery_light(&x, scratch, d->light);
        d->light_s = stages_max_s(surgery_stages(&x, d->light));
        d->is_made = true;
    }
    if (d->light_s * s->frames_per_s <= 1) return LOAD_LIGHT;
    if (!d->has_heavy) {
        struct surgery x = surgery_of(v, s, user, server, scratch);
        surgery_heavy(&x, scratch, d->heavy);
        d->heavy_s = stages_max_s(surgery_stages(&x, d->heavy));
        d->has_heavy = true;
    }
    return LOAD_HEAVY;
}

static void count(const struct view *v, struct state *s, uint32_t user, const struct decision *d,
                  enum load load)
{
    enum load *last = &s->last[(size_t)v->class_id * v->net->node_count + user];
    s->planned++;
    s->frames_sum += s->frames_per_s;
    s->heavy += load == LOAD_HEAVY;
    s->overloaded += load == LOAD_HEAVY && d->heavy_s * s->frames_per_s > 1;
    s->switches += *last != LOAD_UNKNOWN && *last != load;
    *last = load;
}

static enum plan_verdict make(const struct view *v, const struct task *t, bool is_counted,
                              struct arena *scratch, struct plan *out, struct placement *where)
{
    struct state *s = v->state;
    uint32_t      server = sites_server(&s->sites, v, t->user);
    if (server == NO_NODE) return build_local(v, t, scratch, out, where);
    if (!v->fits[v->net->group_of[t->user]]) {
        bool *all = ARENA_ARRAY(scratch, bool, v->graph->step_count);
        memset(all, true, v->graph->step_count * sizeof *all);
        return sites_plan(v, t, server, all, scratch, out, where);
    }
    struct decision *d = find_decision(v, s, t->user, server);
    enum load        load = decide(d, v, s, t->user, server, scratch);
    if (is_counted) count(v, s, t->user, d, load);
    return sites_plan(v, t, server, load == LOAD_HEAVY ? d->heavy : d->light, scratch, out, where);
}

static enum plan_verdict plan(const struct view *v, const struct association *as,
                              const struct task *t, struct arena *scratch, struct plan *out,
                              struct placement *where, struct err *e)
{
    (void)as, (void)e;
    return make(v, t, true, scratch, out, where);
}

// The task is counted once.
static enum plan_verdict replan(const struct view *v, const struct association *as,
                                const struct task *t, const struct progress *done,
                                struct arena *scratch, struct plan *out, struct err *e)
{
    (void)as, (void)done, (void)e;
    return make(v, t, false, scratch, out, NULL);
}

static double observe_s(const struct scheme_options *o)
{
    return o->own[OWN_FRAMES].number > 0 ? 0 : o->own[OWN_OBSERVE].number;
}

static bool observe(const struct view *views, uint32_t class_count, const struct observation *o,
                    struct err *e)
{
    (void)class_count, (void)e;
    struct state *s = views[0].state;
    s->frames_per_s = (double)o->arrived / views[0].user_count / (o->until_s - o->from_s);
    return true;
}

static double per_task(const struct state *s, double sum)
{
    return s->planned ? sum / (double)s->planned : 0;
}

static bool report(const struct view *views, uint32_t class_count, const struct metric_sink *sink,
                   struct err *e)
{
    (void)class_count;
    const struct state *s = views[0].state;
    return sink->add(sink->ctx, "dads_mode_switches", (double)s->switches, e) &&
           sink->add(sink->ctx, "dads_heavy_share", per_task(s, (double)s->heavy), e) &&
           sink->add(sink->ctx, "dads_overloaded_share", per_task(s, (double)s->overloaded), e) &&
           sink->add(sink->ctx, "dads_frames_per_s_mean", per_task(s, s->frames_sum), e);
}

const struct scheme scheme_dads = {
    .name = "dads",
    .about = "steps divided between user and server by minimum cuts: least latency, or under load "
             "a short longest stage",
    .source = "Hu et al., Dynamic Adaptive DNN Surgery, INFOCOM 2019",
    .stays_at_user = true,
    .options = OPTION_WEIGHTS,
    .granularity = GRANULARITY_TASK,
    .own = OWN,
    .own_count = OWN_COUNT,
    .claims = claims,
    .begin = begin,
    .plan = plan,
    .replan = replan,
    .observe_s = observe_s,
    .observe = observe,
    .report = report,
};
