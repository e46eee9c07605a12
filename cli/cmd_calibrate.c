// cli/cmd_calibrate.c: times the kernels on this machine for the layers and slices of the models,
// writes a profile.
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/folder.h"
#include "build.inc"
#include "cli/inputs.h"
#include "cli/version.h"
#include "models/exec.h"

// 25 samples a point in five rounds over everything, minutes apart; quick: one round.
enum { ROUNDS = 5, SAMPLES_PER_ROUND = 5, MAX_SLICES = 8, LARGE_FC = 1 << 20 };

struct measured { // one layer shape: a layer of the profile
    const struct graph    *graph;
    uint32_t               layer;
    struct timing_samples *samples; // [point_count]
};

struct calibration {
    struct profile   profile;
    struct measured *shapes; // [profile.layer_count], in the same order
    uint32_t         layer_capacity, shape_capacity, graph_capacity, graph_count, rounds;
    struct graph   **graphs; // [graph_count]
    struct arena    *arena;
    struct rng       rng;
    bool             show;
};

// Whole, halves, and an edge and a middle slice of quarters and eighths.
static uint32_t choose_parts(const struct layer *l, struct span parts[MAX_SLICES])
{
    bool     is_fc = l->kernel->heads_step && l->kernel->rows != ROWS_WINDOW;
    int32_t  n = is_fc ? l->out.c : l->out.h;
    uint32_t count = 0;
    parts[count++] = (struct span){0, n};
    if (!l->kernel->heads_step) return count;
    for (int32_t divisor = 2; divisor <= 8; divisor *= 2) {
        int32_t size = n / divisor, middle = (n - size) / 2;
        if (size < 1) break;
        parts[count++] = (struct span){0, size};
        if (!is_fc && divisor > 2 && middle > 0)
            parts[count++] = (struct span){middle, middle + size};
    }
    return count;
}

static bool is_known(const struct calibration *c, const char *key)
{
    for (uint32_t i = 0; i < c->profile.layer_count; i++)
        if (!strcmp(c->profile.layers[i].key, key)) return true;
    return false;
}

// Plans the points of a layer whose shape is new.
static void add_shape(struct calibration *c, const struct graph *g, uint32_t layer)
{
    const struct layer *l = &g->layers[layer];
    struct profile     *p = &c->profile;
    struct shape        in[KERNEL_MAX_INPUTS];
    struct span         parts[MAX_SLICES];
    layer_inputs(g, layer, in);
    const char *key = profile_key(l->kernel, &l->attr, &in[0], c->arena);
    if (l->kernel->is_free || is_known(c, key)) return;
    p->layers =
        arena_grow(c->arena, p->layers, &c->layer_capacity, p->layer_count + 1, sizeof *p->layers);
    c->shapes =
        arena_grow(c->arena, c->shapes, &c->shape_capacity, p->layer_count + 1, sizeof *c->shapes);
    struct profile_layer *out = &p->layers[p->layer_count];
    *out = (struct profile_layer){.key = key, .point_count = choose_parts(l, parts)};
    out->points = ARENA_ARRAY(c->arena, struct profile_point, out->point_count);
    for (uint32_t i = 0; i < out->point_count; i++) {
        double size = profile_size(l->kernel, &l->attr, &in[0], &l->out, parts[i]);
        out->points[i] =
            (struct profile_point){.begin = parts[i].begin, .end = parts[i].end, .size = size};
    }
    c->shapes[p->layer_count++] =
        (struct measured){g, layer, ARENA_ARRAY(c->arena, struct timing_samples, out->point_count)};
}

static void add_model(struct calibration *c, struct graph *g)
{
    c->graphs =
        arena_grow(c->arena, c->graphs, &c->graph_capacity, c->graph_count + 1, sizeof *c->graphs);
    c->graphs[c->graph_count++] = g;
    for (uint32_t i = 0; i < g->layer_count; i++) add_shape(c, g, i);
}

static void show_progress(const struct calibration *c, uint32_t round, uint32_t shape)
{
    uint32_t total = c->profile.layer_count * c->rounds;
    uint32_t done = round * c->profile.layer_count + shape;
    if (!c->show) return;
    fprintf(stderr, "\rround %u of %u, %3u %% of %u layer shapes ", round + 1, c->rounds,
            total ? 100 * done / total : 0, c->profile.layer_count);
}

static void measure_round(struct calibration *c, uint32_t round)
{
    for (uint32_t i = 0; i < c->profile.layer_count; i++) {
        const struct measured      *m = &c->shapes[i];
        const struct profile_layer *l = &c->profile.layers[i];
        const struct kernel        *kernel = m->graph->layers[m->layer].kernel;
        bool                   is_cold = kernel->heads_step && kernel->rows != ROWS_WINDOW; // fc
        struct timing_protocol protocol = {0.004, SAMPLES_PER_ROUND, is_cold};
        show_progress(c, round, i);
        for (uint32_t k = 0; k < l->point_count; k++) {
            struct arena    scratch = {0};
            struct exec_job job;
            struct span     part = {l->points[k].begin, l->points[k].end};
            exec_job(m->graph, m->layer, part, &c->rng, &scratch, &job);
            timing_sample(&protocol, exec_job_run, &job, &m->samples[k]);
            arena_free(&scratch);
        }
    }
}

static void measure(struct calibration *c)
{
    for (uint32_t round = 0; round < c->rounds; round++) measure_round(c, round);
    if (c->show) fprintf(stderr, "\r%60s\r", "");
    for (uint32_t i = 0; i < c->profile.layer_count; i++)
        for (uint32_t k = 0; k < c->profile.layers[i].point_count; k++)
            timing_summarise(&c->shapes[i].samples[k], &c->profile.layers[i].points[k].timing);
}

static double whole_layer_s(const struct calibration *c, const struct graph *g, uint32_t layer)
{
    const struct layer *l = &g->layers[layer];
    struct shape        in[KERNEL_MAX_INPUTS];
    layer_inputs(g, layer, in);
    const char *key = profile_key(l->kernel, &l->attr, &in[0], c->arena);
    for (uint32_t i = 0; i < c->profile.layer_count; i++)
        if (!strcmp(c->profile.layers[i].key, key))
            return c->profile.layers[i].points[0].timing.min_s; // the first point is the whole
    return 0;
}

// The two rates that devices are compared by (profile.h): a whole ResNet-50, and AlexNet's fc
// layers.
static void find_reference(struct calibration *c)
{
    double conv_s = 0, conv_flop = 0, fc_s = 0, fc_bytes = 0;
    for (uint32_t m = 0; m < c->graph_count; m++) {
        const struct graph *g = c->graphs[m];
        bool                is_conv = !strcmp(g->name, "resnet50"),
             is_fc = !strcmp(g->name, "alexnet_torchvision");
        for (uint32_t i = 0; i < g->layer_count && (is_conv || is_fc); i++) {
            const struct layer *l = &g->layers[i];
            if (is_conv) conv_s += whole_layer_s(c, g, i), conv_flop += 2 * (double)l->macs;
            if (is_conv || strcmp(l->kernel->type, "fc") != 0 || l->params < LARGE_FC) continue;
            fc_s += whole_layer_s(c, g, i);
            fc_bytes += (double)l->params * BYTES_PER_ELEMENT;
        }
    }
    c->profile.conv_flop_per_s = conv_flop / conv_s;
    c->profile.fc_bytes_per_s = fc_bytes / fc_s;
}

static const char *cpu_name(struct arena *a)
{
    FILE *file = fopen("/proc/cpuinfo", "r");
    char  line[256];
    while (file && fgets(line, sizeof line, file)) {
        char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || !colon) continue;
        fclose(file);
        colon[strcspn(colon, "\n")] = '\0';
        return arena_string(a, colon + 2);
    }
    if (file) fclose(file);
    return "unknown";
}

static void describe(struct calibration *c, const char *name)
{
    struct profile *p = &c->profile;
    struct utsname  host;
    time_t          now = time(NULL);
    struct tm       utc;
    char            date[32];
    uname(&host);
    gmtime_r(&now, &utc);
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &utc);
    p->name = name;
    p->cpu = cpu_name(c->arena);
    p->machine = arena_format(c->arena, "%s, %s, %ld cores, one thread", p->cpu, host.machine,
                              sysconf(_SC_NPROCESSORS_ONLN));
    p->isa = kernel_isa();
    p->compiler = "gcc/clang " __VERSION__;
    p->flags = BUILD_FLAGS;
    p->commit = BUILD_COMMIT;
    p->date = arena_string(c->arena, date);
    p->protocol = arena_format(
        c->arena,
        "pinned thread; %u rounds over all points of %d samples each, of at least 4 ms after 2 "
        "warm-up calls (cold: one call); samples with involuntary context switches dropped; "
        "minimum, median, quartiles; conv and others warm, fc cold (caches evicted before each "
        "call)",
        c->rounds, SAMPLES_PER_ROUND);
}

static bool add_named(struct calibration *c, const struct arguments *args, const char *name,
                      struct err *e)
{
    struct graph *g = ARENA_ARRAY(args->arena, struct graph, 1);
    const char   *path = model_find(args->paths.zoo, name, args->arena, e);
    if (!path || !model_load(g, args->arena, path, NULL, e)) return false;
    add_model(c, g);
    return true;
}

// The models of the bundled scenarios with their classes and input sizes.
static bool add_scenarios(struct calibration *c, const struct arguments *args, struct err *e)
{
    const char **names;
    uint32_t     count;
    if (!folder_list(args->paths.scenarios, ".json", args->arena, &names, &count, e)) return false;
    for (uint32_t i = 0; i < count; i++) {
        struct scenario *s = ARENA_ARRAY(args->arena, struct scenario, 1);
        const char *path = arena_format(args->arena, "%s/%s.json", args->paths.scenarios, names[i]);
        if (!scenario_load(s, args->arena, path, &args->paths, NULL, e)) return false;
        for (uint32_t m = 0; m < s->model_count; m++) add_model(c, &s->models[m].graph);
    }
    return true;
}

static bool add_all(struct calibration *c, const struct arguments *args, struct err *e)
{
    const char **names;
    uint32_t     count, given;
    const char **wanted = option_all(args, "model", &given);
    if (!folder_list(args->paths.zoo, ".json", args->arena, &names, &count, e)) return false;
    for (uint32_t i = 0; i < (given ? given : count); i++)
        if (!add_named(c, args, given ? wanted[i] : names[i], e)) return false;
    // The reference rates need these two whatever was asked for.
    return add_named(c, args, "resnet50", e) && add_named(c, args, "alexnet_torchvision", e) &&
           (given || add_scenarios(c, args, e));
}

static enum exit_code run(const struct arguments *args, struct err *e)
{
    const char        *out = option_value(args, "o", "profile.json");
    struct calibration c = {.arena = args->arena,
                            .show = isatty(STDERR_FILENO) && !option_is_given(args, "quiet")};
    c.rounds = option_is_given(args, "quick") ? 1 : ROUNDS;
    const char *slash = strrchr(out, '/'), *base = slash ? slash + 1 : out,
               *dot = strrchr(base, '.');
    const char *name = option_value(
        args, "name",
        arena_format(args->arena, "%.*s", (int)(dot ? dot - base : (long)strlen(base)), base));
    rng_init(&c.rng, 1, 0, "calibrate", 0);
    if (!timing_pin(e)) return EXIT_FAILED;
    if (!add_all(&c, args, e)) return EXIT_BAD_INPUT;
    measure(&c);
    describe(&c, name);
    find_reference(&c);
    profile_fit(&c.profile, args->arena);
    if (!profile_save(&c.profile, out, e)) return EXIT_FAILED;
    printf("%s: %u layer shapes, %s, conv %.1f GFLOP/s (ResNet-50 whole), fc %.1f GB/s (AlexNet, "
           "cold)\n",
           out, c.profile.layer_count, c.profile.isa, c.profile.conv_flop_per_s / 1e9,
           c.profile.fc_bytes_per_s / 1e9);
    return EXIT_DONE;
}

static const struct option_spec options[] = {
    {"o", "FILE", "where to (default: profile.json)"},
    {"name", "NAME", "name of the profile (default: the file's)"},
    {"model", "NAME",
     "only this model of the zoo (repeatable), and the two that give the reference rates"},
    {"quick", NULL, "one round of 5 samples a point instead of five"},
    {"quiet", NULL, "no progress"},
    {0},
};

const struct command command_calibrate = {"calibrate",
                                          "",
                                          "time the kernels on this machine; write a profile",
                                          "Times the layers and slices of the zoo and of the "
                                          "bundled scenarios. Leave the machine alone meanwhile.\n"
                                          "Use the result with --profile FILE.",
                                          0,
                                          0,
                                          options,
                                          run};
