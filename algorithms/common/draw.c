#include "algorithms/common/draw.h"

void draw_stream(const struct view *v, const struct task *t, const char *cause, struct rng *out)
{
    rng_init(out, v->seed, v->replication, cause, t->number);
}

// ---- one ----------------------------------------------------------------------------------------

static void list_candidates(struct urn *u)
{
    u->nodes = ARENA_ARRAY(u->scratch, uint32_t, u->v->fog_count);
    u->count = view_candidates(u->v, u->user, NULL, u->scratch, u->nodes);
}

void urn_init(struct urn *u, const struct view *v, uint32_t user, struct rng *rng,
              struct arena *scratch)
{
    *u = (struct urn){.v = v, .scratch = scratch, .rng = rng, .user = user};
    candidates_eligible(v, user, scratch, &u->eligible);
    if (v->limits->candidates < u->eligible.count) list_candidates(u);
}

// The eligible fog node of a rank; NO_NODE: it cannot serve now.
static uint32_t ask(const struct urn *u, uint32_t rank)
{
    const struct fog_run *run;
    uint32_t              fog = candidates_at(&u->eligible, rank, &run);
    double                queue_s = candidates_queue_s(u->v, &u->eligible, fog);
    return candidates_serves(u->v, u->user, &u->eligible, run, fog, queue_s) ? fog : NO_NODE;
}

uint32_t urn_draw(struct urn *u)
{
    if (!u->eligible.count) return NO_NODE;
    for (int i = 0; !u->nodes && i < DRAW_REFUSALS; i++) {
        uint32_t fog = ask(u, (uint32_t)rng_below(u->rng, u->eligible.count));
        if (fog != NO_NODE) return fog;
    }
    if (!u->nodes) list_candidates(u);
    return u->count ? u->nodes[rng_below(u->rng, u->count)] : NO_NODE;
}

// ---- several ------------------------------------------------------------------------------------

static uint32_t *draw_listed(struct urn *u, uint32_t *count)
{
    if (!u->nodes) list_candidates(u);
    *count = u->count < u->v->limits->theta ? u->count : u->v->limits->theta;
    for (uint32_t i = 0; i < *count; i++) { // Fisher and Yates, as far as needed
        uint32_t other = i + (uint32_t)rng_below(u->rng, u->count - i), node = u->nodes[other];
        u->nodes[other] = u->nodes[i];
        u->nodes[i] = node;
    }
    return u->nodes;
}

// Fisher and Yates over ranks that lie as at first, but for those that a draw has moved.
struct moved {
    uint32_t at, rank;
};

static uint32_t rank_at(const struct moved *moved, uint32_t count, uint32_t at)
{
    for (uint32_t i = count; i-- > 0;)
        if (moved[i].at == at) return moved[i].rank;
    return at;
}

// Without putting back what was refused; false: too much was, and nothing counts of the draws.
static bool draw_unlisted(struct urn *u, uint32_t *nodes, uint32_t *count)
{
    struct moved *moved =
        ARENA_ARRAY(u->scratch, struct moved, u->v->limits->theta + DRAW_REFUSALS);
    uint32_t drawn = 0;
    *count = 0;
    while (*count < u->v->limits->theta && drawn < u->eligible.count) {
        if (drawn - *count == DRAW_REFUSALS) return false;
        uint32_t other = drawn + (uint32_t)rng_below(u->rng, u->eligible.count - drawn);
        uint32_t fog = ask(u, rank_at(moved, drawn, other));
        moved[drawn] = (struct moved){other, rank_at(moved, drawn, drawn)};
        drawn++;
        if (fog != NO_NODE) nodes[(*count)++] = fog;
    }
    return true;
}

uint32_t *draw_nodes(const struct view *v, const struct task *t, struct arena *scratch,
                     uint32_t *count)
{
    struct rng rng;
    struct urn u;
    draw_stream(v, t, "nodes", &rng);
    urn_init(&u, v, t->user, &rng, scratch);
    uint32_t *nodes = ARENA_ARRAY(scratch, uint32_t, v->limits->theta);
    if (!u.nodes && draw_unlisted(&u, nodes, count)) return nodes;
    return draw_listed(&u, count);
}
