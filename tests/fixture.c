#include "tests/fixture.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static double backlog_s(void *ctx, uint32_t node)
{
    const struct world *w = ctx;
    return w->backlog_s[node];
}

static void set_group(struct world *w, uint32_t g, const char *name, enum node_role role,
                      uint32_t count, double speed)
{
    w->groups[g] = (struct node_group){.name = name,
                                       .role = role,
                                       .count = count,
                                       .servers = 1,
                                       .queue_limit = QUEUE_INFINITE,
                                       .serialisation_ratio = 1,
                                       .memory_bytes = INFINITY};
    w->devices[g] = (struct device){.name = name,
                                    .conv_flop_per_s = 2e9 * speed,
                                    .fc_bytes_per_s = 1e9 * speed,
                                    .overhead_s = 1e-4,
                                    .load_bytes_per_s = 1e9,
                                    .serialisation_ratio = 1,
                                    .memory_bytes = INFINITY};
}

// The reference machine: 1 GMAC/s, 1 GB/s of weights, 1e9 elements of anything else per second.
static void set_profile(struct profile *p)
{
    *p = (struct profile){.name = "test", .conv_flop_per_s = {{2e9}}, .fc_bytes_per_s = 1e9};
    for (int k = 0; k < KIND_COUNT; k++) p->rates[k].s_per_size = 1e-9;
}

static void set_world(struct world *w)
{
    set_profile(&w->profile);
    w->protocol = (struct protocol){.name = "bare", .encoding = 1, .segment_bytes = 1448};
    set_group(w, GROUP_USER, "user", ROLE_USER, WORLD_USERS, 0.25);
    set_group(w, GROUP_NEAR, "near", ROLE_FOG, 2, 20);
    set_group(w, GROUP_FAR, "far", ROLE_FOG, 3, 10);
    for (uint32_t i = 0; i < GROUPS * GROUPS; i++) {
        bool is_far = i / GROUPS == GROUP_FAR || i % GROUPS == GROUP_FAR;
        w->links[i] = (struct link_spec){is_far ? 50e6 : 125e6, is_far ? 1e-3 : 1e-4, &w->protocol};
    }
    w->net = (struct net){.group_count = GROUPS, .groups = w->groups, .links = w->links};
    w->options = (struct scheme_options){.fc_split = SLICE_OUT, .open_slots = OPEN_MOVE};
    w->limits = (struct limits){
        .tau_mode = TAU_OFF, .theta = 2, .quota = UINT32_MAX, .candidates = UINT32_MAX};
    for (uint32_t i = 0; i < WORLD_USERS; i++) w->users[i] = i;
    for (uint32_t i = 0; i < WORLD_FOGS; i++) w->fogs[i] = WORLD_USERS + i;
}

static void load_file(struct world *w, const char *path)
{
    struct err e = {0};
    ck_assert_msg(model_load(&w->graph, &w->arena, path, NULL, &e), "%s", e.text);
    w->loaded = arena_mark(&w->arena);
    set_world(w);
    world_ready(w);
}

void world_load(struct world *w, const char *model)
{
    *w = (struct world){0};
    load_file(w, arena_format(&w->arena, "models/zoo/%s.json", model));
}

void world_load_text(struct world *w, const char *json)
{
    char  path[] = "/tmp/fogsim-test-XXXXXX";
    int   fd = mkstemp(path);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    ck_assert_ptr_nonnull(f);
    fputs(json, f);
    ck_assert_int_eq(fclose(f), 0);
    *w = (struct world){0};
    load_file(w, path);
    unlink(path);
}

void world_ready(struct world *w)
{
    arena_rewind(&w->arena, w->loaded);
    net_finish(&w->net, &w->arena);
    for (uint32_t g = 0; g < GROUPS; g++)
        cost_init(&w->costs[g], &w->arena, &w->graph, &w->devices[g], &w->profile);
    w->view = (struct view){.graph = &w->graph,
                            .net = &w->net,
                            .costs = w->costs,
                            .options = &w->options,
                            .limits = &w->limits,
                            .users = w->users,
                            .fogs = w->fogs,
                            .user_count = WORLD_USERS,
                            .fog_count = WORLD_FOGS,
                            .seed = 1,
                            .now_ctx = w,
                            .backlog_s = backlog_s};
    view_prepare(&w->view, &w->arena);
}

void world_free(struct world *w)
{
    arena_free(&w->arena);
}

static uint32_t next(uint32_t *rest, uint32_t bound)
{
    uint32_t digit = *rest % bound;
    *rest /= bound;
    return digit;
}

void world_vary(struct world *w, uint32_t variant)
{
    static const uint32_t thetas[] = {2, 1, 3, 5, 9}, quotas[] = {UINT32_MAX, 1, 2};
    uint32_t              v = variant;
    set_world(w);
    w->options.granularity = next(&v, 2) ? GRANULARITY_TASK : GRANULARITY_LAYER;
    w->options.weights = (enum weights_mode)next(&v, 4);
    w->options.fc_split = next(&v, 2) ? SLICE_IN : SLICE_OUT;
    w->options.local_share = next(&v, 2);
    w->options.cut = w->options.node = next(&v, 2) ? DRAW_PER_LAYER : DRAW_PER_TASK;
    w->options.open_slots = (enum open_slots)(variant % 3);
    w->options.welfare_guard = variant % 2;
    w->options.shares = variant % 7 < 3 ? SHARE_USER : SHARE_FOG;
    w->limits.theta = thetas[variant % 5];
    w->limits.quota = quotas[variant / 2 % 3];
    w->limits.edge_delay_s = variant % 3 ? 0.01 : 0;
    w->limits.gamma_bytes_per_s = variant % 4 == 1 ? 60e6 : 0; // near nodes alone
    if (variant % 5 == 2) w->groups[GROUP_FAR].memory_bytes = 1e5;
    for (uint32_t i = 0; i < WORLD_NODES && variant % 2; i++)
        w->backlog_s[i] = 0.05 * (double)((i * 7 + variant) % 11);
    for (uint32_t i = 0; i < WORLD_NODES && variant % 2 == 0; i++) w->backlog_s[i] = 0;
    w->limits.tau_mode = variant % 7 < 2 ? TAU_LOCAL : variant % 7 < 4 ? TAU_OFF : TAU_SET;
    world_ready(w);
    w->limits.tau_s = world_total_s(w, 0, FIRST_FAR) + 0.2; // some far nodes wait for longer
}

double world_tensor_bytes(const struct world *w, uint32_t tensor)
{
    struct shape s = tensor ? w->graph.layers[tensor - 1].out : w->graph.input;
    return 4.0 * s.c * s.h * s.w;
}

double world_step_params(const struct world *w, uint32_t step)
{
    const struct step *st = &w->graph.steps[step];
    double             sum = 0;
    for (uint32_t i = 0; i < st->chain_count; i++)
        sum += (double)w->graph.layers[st->chain[i]].params;
    return sum;
}

double world_total_s(const struct world *w, uint32_t user, uint32_t node)
{
    const struct graph      *g = &w->graph;
    uint32_t                 group = w->net.group_of[node];
    const struct link_spec  *link = &w->links[w->net.group_of[user] * GROUPS + group];
    const struct cost_table *c = &w->costs[group];
    bool                     by_layer = w->options.granularity == GRANULARITY_LAYER && user != node;
    double                   transmission_s = 0, execution_s = 0, loading_s = 0, delay_s = 0;
    for (uint32_t s = 0; s < g->step_count; s++) {
        const struct step *st = &g->steps[s];
        struct slice       whole = step_whole(g, s);
        execution_s += cost_slice_s(c, s, whole);
        execution_s += cost_merge_s(by_layer ? &w->costs[GROUP_USER] : c, s, whole.axis);
        // cached: memory is large, so they are there; or too small for anything
        if (w->options.weights != WEIGHTS_RESIDENT && w->options.weights != WEIGHTS_CACHED)
            loading_s += 4 * world_step_params(w, s) / w->devices[group].load_bytes_per_s;
        if (!by_layer) continue;
        transmission_s += 2 * link->latency_s +
                          (world_tensor_bytes(w, st->input) + world_tensor_bytes(w, st->output)) /
                              link->rate_bytes_per_s;
        delay_s += w->limits.edge_delay_s;
    }
    if (!by_layer && user != node) {
        transmission_s = 2 * link->latency_s +
                         (world_tensor_bytes(w, 0) + world_tensor_bytes(w, g->layer_count)) /
                             link->rate_bytes_per_s;
        delay_s = w->limits.edge_delay_s;
    }
    return transmission_s + execution_s + loading_s + delay_s;
}

// facts 2.2, statement 1: r_uf >= Gamma, T_fa <= tau; and memory that this world has or has not.
bool world_is_candidate(const struct world *w, uint32_t user, uint32_t node)
{
    uint32_t group = w->net.group_of[node];
    double   tau_s = w->limits.tau_mode == TAU_OFF   ? INFINITY
                     : w->limits.tau_mode == TAU_SET ? w->limits.tau_s
                                                     : world_total_s(w, user, user);
    return w->groups[group].role == ROLE_FOG && w->groups[group].memory_bytes > 1e6 &&
           w->links[GROUP_USER * GROUPS + group].rate_bytes_per_s >= w->limits.gamma_bytes_per_s &&
           world_total_s(w, user, node) + w->backlog_s[node] <= tau_s;
}

void world_associate(struct world *w, const struct scheme *s, struct association *out)
{
    struct err e = {0};
    *out = (struct association){0};
    if (s->associate)
        ck_assert_msg(s->associate(&w->view, 0, &w->arena, out, &e), "%s: %s", s->name, e.text);
}

void world_plan(struct world *w, const struct scheme *s, const struct association *as,
                const struct task *t, struct plan *out, struct placement *where)
{
    struct err e = {0};
    *out = (struct plan){.arena = &w->arena};
    *where = (struct placement){.arena = &w->arena};
    enum plan_verdict verdict = s->plan(&w->view, as, t, &w->arena, out, where, &e);
    ck_assert_msg(verdict == PLAN_READY, "%s: verdict %d %s", s->name, (int)verdict, e.text);
}

bool world_is_enough(const struct scheme *s)
{
    return !s->claims && !s->begin && !s->own_count;
}
