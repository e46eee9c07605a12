#include "algorithms/common/draw.h"

#include <assert.h>

void draw_stream(const struct view *v, const struct task *t, const char *cause, struct rng *out)
{
    rng_init(out, v->seed, v->replication, cause, t->number);
}

// ---- listed: Fisher and Yates, as far as needed -------------------------------------------------

static void swap(uint32_t *nodes, uint32_t i, uint32_t k)
{
    uint32_t node = nodes[i];
    nodes[i] = nodes[k];
    nodes[k] = node;
}

static void list_candidates(struct urn *u)
{
    u->nodes = ARENA_ARRAY(u->scratch, uint32_t, u->v->fog_count);
    u->count = view_candidates(u->v, u->user, NULL, u->scratch, u->nodes);
    for (uint32_t i = 0, k; i < u->taken_count; i++) {
        for (k = i; u->nodes[k] != u->taken[i];) k++;
        swap(u->nodes, i, k);
    }
}

// The place of the node drawn; u->count: there is none.
static uint32_t draw_listed(struct urn *u)
{
    uint32_t first = u->taken_count;
    return first == u->count ? first : first + (uint32_t)rng_below(u->rng, u->count - first);
}

// ---- not listed: the same over ranks, which lie in order but for those moved --------------------

struct moved { // the rank that lies at a place
    uint32_t at, rank;
};

static uint32_t rank_at(const struct urn *u, uint32_t at)
{
    for (uint32_t i = u->out; i-- > 0;) // the last move counts
        if (u->moved[i].at == at) return u->moved[i].rank;
    return at;
}

static void put_out(struct urn *u, uint32_t at)
{
    u->moved[u->out] = (struct moved){at, rank_at(u, u->out)};
    u->out++;
}

// The eligible fog node of a rank; NO_NODE: it cannot serve now.
static uint32_t ask(const struct urn *u, uint32_t rank)
{
    const struct fog_run *run;
    uint32_t              fog = candidates_at(&u->eligible, rank, &run);
    double                queue_s = candidates_queue_s(u->v, &u->eligible, fog);
    return candidates_serves(u->v, u->user, &u->eligible, run, fog, queue_s) ? fog : NO_NODE;
}

// The place of the rank drawn, and its node; false: too many were refused.
static bool draw_unlisted(struct urn *u, uint32_t *at, uint32_t *node)
{
    for (*node = NO_NODE; u->out < u->eligible.count;) {
        if (u->refused == DRAW_REFUSALS) return false;
        *at = u->out + (uint32_t)rng_below(u->rng, u->eligible.count - u->out);
        *node = ask(u, rank_at(u, *at));
        if (*node != NO_NODE) return true;
        put_out(u, *at);
        u->refused++;
    }
    return true;
}

// ---- both ---------------------------------------------------------------------------------------

void urn_init(struct urn *u, const struct view *v, uint32_t user, struct rng *rng,
              struct arena *scratch)
{
    *u = (struct urn){.v = v, .scratch = scratch, .rng = rng, .user = user};
    candidates_eligible(v, user, scratch, &u->eligible);
    u->taken = ARENA_ARRAY(scratch, uint32_t, v->limits->theta);
    u->moved = ARENA_ARRAY(scratch, struct moved, v->limits->theta + DRAW_REFUSALS);
    if (v->limits->candidates < u->eligible.count) list_candidates(u);
}

static uint32_t draw(struct urn *u, bool takes)
{
    uint32_t at = 0, node = NO_NODE;
    bool     listed = u->nodes || !draw_unlisted(u, &at, &node);
    if (listed) {
        if (!u->nodes) list_candidates(u);
        at = draw_listed(u);
        node = at < u->count ? u->nodes[at] : NO_NODE;
    }
    if (!takes || node == NO_NODE) return node;
    if (listed)
        swap(u->nodes, u->taken_count, at);
    else
        put_out(u, at);
    assert(u->taken_count < u->v->limits->theta);
    u->taken[u->taken_count++] = node;
    return node;
}

uint32_t urn_draw(struct urn *u)
{
    return draw(u, false);
}

uint32_t urn_take(struct urn *u)
{
    return draw(u, true);
}

uint32_t *draw_nodes(const struct view *v, const struct task *t, struct arena *scratch,
                     uint32_t *count)
{
    struct rng rng;
    struct urn u;
    draw_stream(v, t, "nodes", &rng);
    urn_init(&u, v, t->user, &rng, scratch);
    while (u.taken_count < v->limits->theta && urn_take(&u) != NO_NODE) {
    }
    *count = u.taken_count;
    return u.taken;
}
