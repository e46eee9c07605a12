// bench/optimal.c: how long does an exact placement take to find, by steps, nodes and parts?
//
// A chain of convolutions and an fc; a slow user, fog nodes of two kinds, 100 Mbit/s. Of each size
// the processor time of the first plan (the solution is found) and of those after it (it is kept),
// the programs solved, and the gap where 20 s did not do.
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/simulate.h"

struct bench {
    struct paths   paths;
    struct profile profile;
    struct arena   arena;
    char           model[64], scenario[64];
};

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void write_model(const char *path, uint32_t steps)
{
    FILE *f = fopen(path, "w");
    fprintf(f, "{\"name\": \"chain\", \"input\": [3, 64, 64], \"layers\": [\n");
    for (uint32_t i = 0; i + 1 < steps; i++)
        fprintf(f,
                " {\"name\": \"c%u\", \"type\": \"conv\", \"inputs\": [\"%s%.0u\"], \"kernel\": "
                "[3, 3], \"stride\": [%d, %d], \"pad\": [1, 1], \"channels\": %u},\n",
                i + 1, i ? "c" : "data", i, 1 + (i % 4 == 3), 1 + (i % 4 == 3), 16 + 8 * i);
    fprintf(f, " {\"name\": \"fc\", \"type\": \"fc\", \"inputs\": [\"c%u\"], \"units\": 10}]}\n",
            steps - 1);
    fclose(f);
}

static void write_scenario(const char *path, const char *model, uint32_t nodes, uint32_t parts)
{
    FILE *f = fopen(path, "w");
    fprintf(f,
            "{\"name\": \"optimal\", \"models\": {\"chain\": {\"model\": \"%s\"}}, \"schemes\": "
            "{\"optimal\": {\"nodes\": %u, \"parts\": %u, \"limit\": 1000000, \"time_limit\": "
            "\"20 s\"}}, \"tau\": \"off\", \"theta\": 8, \"nodes\": {\"user\": {\"device\": "
            "\"raspberry-pi-3b-plus\"}, \"a\": {\"kind\": \"fog\", \"count\": 4, \"device\": "
            "\"raspberry-pi-4b\"}, \"b\": {\"kind\": \"fog\", \"count\": 4, \"device\": "
            "\"raspberry-pi-3b-plus\"}}, \"links\": {\"default\": {\"rate\": \"100 Mbit/s\", "
            "\"latency\": \"0.3 ms\"}}, \"arrivals\": {\"kind\": \"closed\", \"tasks\": 1}}\n",
            model, nodes, parts);
    fclose(f);
}

struct told {
    double programs, gap;
};

static bool take(void *ctx, const char *name, double value, struct err *e)
{
    (void)e;
    struct told *t = ctx;
    if (!strcmp(name, "optimal_programs")) t->programs = value;
    if (!strcmp(name, "optimal_gap")) t->gap = value;
    return true;
}

static double plan_s(struct prepared *p, struct err *e)
{
    struct arena scratch = {0};
    struct plan  plan = {.arena = &scratch};
    struct task  t = {0, p->scenario->users[0]};
    double       start_s = cpu_s();
    bool         ok =
        p->scheme->scheme->plan(&p->views[0], NULL, &t, &scratch, &plan, NULL, e) == PLAN_READY;
    double span_s = cpu_s() - start_s;
    arena_free(&scratch);
    return ok ? span_s : NAN;
}

static bool measure(struct bench *b, uint32_t steps, uint32_t nodes, uint32_t parts)
{
    struct err         e = {0};
    struct scenario    s;
    struct prepared    p;
    struct told        told = {0};
    struct metric_sink sink = {&told, take};
    struct arena_mark  mark = arena_mark(&b->arena);
    write_model(b->model, steps);
    write_scenario(b->scenario, b->model, nodes, parts);
    if (!scenario_load(&s, &b->arena, b->scenario, &b->paths, NULL, &e)) {
        fprintf(stderr, "%s\n", e.text);
        return false;
    }
    simulate_prepare(&p, &b->arena, &s, 0, &s.schemes[0], &b->profile);
    bool   ok = simulate_begin(&p, &b->arena, &e);
    double first_s = plan_s(&p, &e), next_s = plan_s(&p, &e);
    for (int i = 0; i < 20; i++) next_s = fmin(next_s, plan_s(&p, &e));
    ok = ok && s.schemes[0].scheme->report(p.views, 1, &sink, &e);
    simulate_end(&p);
    printf("%5u %5u %5u %12.2f %12.1f %9.0f %9.4f\n", steps, nodes, parts, first_s * 1e3,
           next_s * 1e6, told.programs, told.gap);
    arena_rewind(&b->arena, mark);
    return ok;
}

int main(void)
{
    static const uint32_t sizes[][3] = {{4, 2, 1},  {8, 2, 1},  {16, 2, 1}, {32, 2, 1}, {8, 4, 1},
                                        {16, 4, 1}, {32, 4, 1}, {8, 8, 1},  {16, 8, 1}, {4, 2, 2},
                                        {8, 2, 2},  {16, 2, 2}, {8, 4, 2},  {4, 2, 4},  {8, 2, 4}};
    struct bench          b = {0};
    struct err            e = {0};
    char                  folder[] = "/tmp/fogsim-optimal-XXXXXX";
    if (!paths_find(&b.paths, &b.arena, &e) || !mkdtemp(folder) ||
        !profile_load(&b.profile, &b.arena, "kernels/profiles/reference.json", &e)) {
        fprintf(stderr, "%s\n", e.text);
        return 1;
    }
    snprintf(b.model, sizeof b.model, "%s/chain.json", folder);
    snprintf(b.scenario, sizeof b.scenario, "%s/optimal.json", folder);
    printf("steps nodes parts    first, ms     next, us  programs       gap\n");
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof sizes / sizeof *sizes; i++)
        ok = measure(&b, sizes[i][0], sizes[i][1], sizes[i][2]);
    unlink(b.model), unlink(b.scenario), rmdir(folder);
    return ok ? 0 : 1;
}
