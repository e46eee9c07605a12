#include "tests/queueing/shares.h"

#include <math.h>

#include "sim/flow.h"

enum { L0 = 1, L1 = 2, L2 = 4 };

const struct share_system share_table[] = {
    {"one-link",
     "10 over three flows: 10 / 3 each",
     {10},
     {{L0, 0, 10 / 3.0}, {L0, 0, 10 / 3.0}, {L0, 0, 10 / 3.0}}},
    {"line",
     "links of 1, one flow over all, one over each: 1 / 2 each",
     {1, 1, 1},
     {{L0 | L1 | L2, 0, 0.5}, {L0, 0, 0.5}, {L1, 0, 0.5}, {L2, 0, 0.5}}},
    {"second-link",
     "link 1 of 2 stops its flow at 2; 10 - 2 over the other two: 4 each",
     {10, 2},
     {{L0 | L1, 0, 2}, {L0, 0, 4}, {L0, 0, 4}}},
    {"bounds",
     "10 over bounds 1 and 4 and none: 1, then 4, the rest 5",
     {10},
     {{L0, 1, 1}, {L0, 4, 4}, {L0, 0, 5}}},
    {"three-levels",
     "link 1: 3 / 2 = 1.5 for two; link 0: (6 - 1.5) / 2 = 2.25 for two; link 2: 10 - 1.5 - 2.25",
     {6, 3, 10},
     {{L0, 0, 2.25}, {L0 | L1, 0, 1.5}, {L0 | L2, 0, 2.25}, {L1 | L2, 0, 1.5}, {L2, 0, 6.25}}},
};

const uint32_t share_count = sizeof share_table / sizeof *share_table;

static uint32_t links_of(uint32_t bits, uint32_t out[SHARE_LINKS])
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < SHARE_LINKS; i++)
        if (bits >> i & 1) out[count++] = i;
    return count;
}

uint32_t share_rates(const struct share_system *s, double out[SHARE_FLOWS], double *worst)
{
    struct arena a = {0};
    struct flows f;
    uint32_t     flow[SHARE_FLOWS], count = 0;
    flows_init(&f, &a);
    for (uint32_t i = 0; i < SHARE_LINKS && s->capacity[i] > 0; i++)
        flows_add_constraint(&f, s->capacity[i]);
    for (; count < SHARE_FLOWS && s->flows[count].rate > 0; count++) {
        uint32_t links[SHARE_LINKS], link_count = links_of(s->flows[count].links, links);
        double   bound = s->flows[count].bound > 0 ? s->flows[count].bound : INFINITY;
        flow[count] = flows_start(&f, 0, 1, bound, links, link_count, count);
    }
    *worst = 0;
    for (uint32_t i = 0; i < count; i++) {
        out[i] = flows_rate(&f, flow[i]);
        *worst = fmax(*worst, fabs(out[i] / s->flows[i].rate - 1));
    }
    arena_free(&a);
    return count;
}

const double share_ends_s[SHARE_TRANSFERS] = {17.2, 15.2, 10};

void share_transfers(double out_s[SHARE_TRANSFERS])
{
    static const double begin_s[] = {0, 2, 4}, bytes[] = {100, 60, 12},
                        bound[] = {INFINITY, INFINITY, 2};
    struct arena a = {0};
    struct flows f;
    sim_ns       at;
    uint64_t     handle;
    flows_init(&f, &a);
    uint32_t link = flows_add_constraint(&f, 10);
    for (uint32_t i = 0; i < SHARE_TRANSFERS; i++) // none ends before the last begins
        flows_start(&f, ns_from_s(begin_s[i]), bytes[i], bound[i], &link, 1, i);
    while (flows_next(&f, &at))
        while (flows_pop(&f, at, &handle)) out_s[handle] = s_from_ns(at);
    arena_free(&a);
}
