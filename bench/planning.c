// bench/planning.c: how long does each scheme plan, and how does that grow with users, fog nodes
// and layers?
//
// A chain of convolutions, users, equal fog nodes and a cloud; for a scheme that wants exits the
// chain has one in its middle and one at its end. One size is doubled three times while the others
// stay; the growth is the exponent between the ends, log2(t8 / t1) / 3: 1 is linear. `begin`: what
// is done once in a run and once in an epoch (state and association); `plan`: one task. Least of
// several rounds, processor time of one core. A scheme that does not claim the size is left out
// ("-"). What each scheme states is in the head of its file.
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/simulate.h"

enum { ROUNDS = 5, DOUBLINGS = 3, PLANS = 64 };
static const double LEAST_S = 2e-3; // of a round: shorter ones are repeated within it

struct size {
    uint32_t users, fogs, layers;
};

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void write_model(const char *path, uint32_t layers, bool has_exits)
{
    FILE *f = fopen(path, "w");
    fprintf(f, "{\"name\": \"chain\", \"input\": [3, 64, 64], \"classes\": 10, %s\"layers\": [\n",
            has_exits ? "\"exits\": [\"early\", \"fc\"], " : "");
    for (uint32_t i = 0; i < layers; i++)
        fprintf(f,
                " {\"name\": \"c%u\", \"type\": \"conv\", \"inputs\": [\"%s%.0u\"], \"kernel\": "
                "[3, 3], \"stride\": [1, 1], \"pad\": [1, 1], \"channels\": 16},\n",
                i + 1, i ? "c" : "data", i);
    if (has_exits)
        fprintf(f,
                " {\"name\": \"early\", \"type\": \"fc\", \"inputs\": [\"c%u\"], \"units\": 10},\n",
                layers / 2);
    fprintf(f, " {\"name\": \"fc\", \"type\": \"fc\", \"inputs\": [\"c%u\"], \"units\": 10}]}\n",
            layers);
    fclose(f);
}

static void write_scenario(const char *path, const char *model, struct size z)
{
    FILE *f = fopen(path, "w");
    fprintf(f,
            "{\"name\": \"planning\", \"models\": {\"chain\": {\"model\": \"%s\"}}, \"schemes\": "
            "{\"local\": {}}, \"granularity\": \"task\", \"tau\": \"off\", \"nodes\": {\"user\": "
            "{\"count\": %u, \"device\": \"raspberry-pi-3b-plus\"}, \"fog\": {\"count\": %u, "
            "\"device\": \"raspberry-pi-4b\"}, \"cloud\": {\"kind\": \"cloud\", \"device\": "
            "\"server-v100\"}}, \"links\": {\"default\": {\"rate\": \"100 Mbit/s\", \"latency\": "
            "\"1 ms\"}}, \"arrivals\": {\"kind\": \"closed\", \"tasks\": 1}}\n",
            model, z.users, z.fogs);
    fclose(f);
}

struct bench {
    struct paths   paths;
    struct profile profile;
    struct arena   arena;
    char           model[64], scenario[64];
};

struct spent {
    double begin_s, plan_s; // NaN: not claimed
};

static double time_plans(struct prepared *p, struct association *as, struct err *e)
{
    const struct scheme   *s = p->scheme->scheme;
    const struct scenario *x = p->scenario;
    struct arena           scratch = {0}, plans = {0};
    uint32_t               count = 0;
    double                 start_s = cpu_s(), span_s;
    do {
        for (uint32_t i = 0; i < PLANS; i++, count++) {
            uint32_t    u = count % x->user_count;
            struct task t = {(uint64_t)u << 40 | count / x->user_count, x->users[u]};
            struct plan plan = {.arena = &plans};
            if (s->plan(&p->views[0], as, &t, &scratch, &plan, NULL, e) == PLAN_FAILED) return NAN;
            arena_rewind(&scratch, (struct arena_mark){0});
            arena_rewind(&plans, (struct arena_mark){0});
        }
        span_s = cpu_s() - start_s;
    } while (span_s < LEAST_S);
    arena_free(&scratch);
    arena_free(&plans);
    return span_s / count;
}

static struct spent measure_once(struct prepared *p, struct err *e)
{
    struct arena       a = {0};
    struct association as = {0};
    double             start_s = cpu_s();
    struct spent       t = {NAN, NAN};
    if (simulate_begin(p, &a, e)) {
        const struct scheme *s = p->scheme->scheme;
        if (!s->associate || s->associate(&p->valued, 0, &a, &as, e)) {
            t.begin_s = cpu_s() - start_s;
            t.plan_s = time_plans(p, &as, e);
        }
        simulate_end(p);
    }
    arena_free(&a);
    return t;
}

static struct spent measure_model(struct bench *b, const char *scheme, struct size z,
                                  bool has_exits, struct err *e)
{
    const struct scenario_edit edit = {.schemes = &scheme, .scheme_count = 1};
    struct scenario            s;
    struct prepared            p;
    struct spent               best = {NAN, NAN};
    write_model(b->model, z.layers, has_exits);
    write_scenario(b->scenario, b->model, z);
    if (scenario_load(&s, &b->arena, b->scenario, &b->paths, &edit, e)) {
        simulate_prepare(&p, &b->arena, &s, 0, &s.schemes[0], &b->profile);
        const struct scheme *x = s.schemes[0].scheme;
        for (int r = 0; r < ROUNDS && (!x->claims || x->claims(&p.views[0], e)); r++) {
            struct spent t = measure_once(&p, e);
            best.begin_s = fmin(best.begin_s, t.begin_s); // of NaN and a number: the number
            best.plan_s = fmin(best.plan_s, t.plan_s);
        }
    }
    return best;
}

static struct spent measure(struct bench *b, const char *scheme, struct size z)
{
    struct err   of_chain = {0}, of_exits = {0};
    struct spent t = measure_model(b, scheme, z, false, &of_chain);
    if (isnan(t.plan_s)) t = measure_model(b, scheme, z, true, &of_exits);
    if (isnan(t.plan_s))
        fprintf(stderr, "%s: %s; with exits: %s\n", scheme, of_chain.text, of_exits.text);
    return t;
}

static double growth(double first, double last)
{
    return log2(last / first) / DOUBLINGS;
}

int main(void)
{
    static const struct size base = {16, 16, 16};
    struct bench             b = {0};
    struct err               e = {0};
    char                     folder[] = "/tmp/fogsim-planning-XXXXXX";
    if (!paths_find(&b.paths, &b.arena, &e) || !mkdtemp(folder) ||
        !profile_load(&b.profile, &b.arena, "kernels/profiles/reference.json", &e)) {
        fprintf(stderr, "%s\n", e.text);
        return 1;
    }
    snprintf(b.model, sizeof b.model, "%s/chain.json", folder);
    snprintf(b.scenario, sizeof b.scenario, "%s/scenario.json", folder);
    printf("%-13s %11s %11s | growth of begin, of plan with: %13s %13s %13s\n", "scheme",
           "begin, us", "plan, us", "users x 8", "fogs x 8", "layers x 8");
    for (uint32_t i = 0; i < scheme_count; i++) {
        const char  *name = scheme_table[i]->name;
        struct spent t = measure(&b, name, base);
        printf("%-13s %11.2f %11.2f | %29s", name, t.begin_s * 1e6, t.plan_s * 1e6, "");
        for (int way = 0; way < 3; way++) {
            struct size z = base;
            *(way == 0 ? &z.users : way == 1 ? &z.fogs : &z.layers) <<= DOUBLINGS;
            struct spent large = measure(&b, name, z);
            printf("   %5.2f %5.2f", growth(t.begin_s, large.begin_s),
                   growth(t.plan_s, large.plan_s));
        }
        printf("\n");
        fflush(stdout);
    }
    unlink(b.model);
    unlink(b.scenario);
    rmdir(folder);
    return 0;
}
