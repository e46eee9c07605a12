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

enum { SAMPLES = 25, QUICK_SAMPLES = 5, MAX_SLICES = 8, HUGE_INPUT = 1 << 20 };

struct calibration {
    struct profile profile;
    uint32_t       capacity;
    struct arena  *arena;
    uint32_t       sample_count;
    struct rng     rng;
    bool           show;
    double         resnet_s, resnet_flop, fc_s, fc_bytes; // for the reference rates
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

static void measure_point(struct calibration *c, const struct graph *g, uint32_t layer,
                          struct span part, struct profile_point *out)
{
    const struct layer    *l = &g->layers[layer];
    bool                   is_fc = l->kernel->heads_step && l->kernel->rows != ROWS_WINDOW;
    struct timing_protocol protocol = {
        .sample_s = 0.004, .sample_count = c->sample_count, .cold = is_fc};
    struct arena    scratch = {0};
    struct exec_job job;
    struct shape    in[KERNEL_MAX_INPUTS];
    layer_inputs(g, layer, in);
    exec_job(g, layer, part, &c->rng, &scratch, &job);
    timing_measure(&protocol, exec_job_run, &job, &out->timing);
    arena_free(&scratch);
    out->begin = part.begin;
    out->end = part.end;
    out->size = profile_size(l->kernel, &l->attr, &in[0], &l->out, part);
}

static struct profile_layer *known_layer(const struct calibration *c, const char *key)
{
    for (uint32_t i = 0; i < c->profile.layer_count; i++)
        if (!strcmp(c->profile.layers[i].key, key)) return &c->profile.layers[i];
    return NULL;
}

static const struct profile_layer *measure_layer(struct calibration *c, const struct graph *g,
                                                 uint32_t layer)
{
    const struct layer *l = &g->layers[layer];
    struct shape        in[KERNEL_MAX_INPUTS];
    struct span         parts[MAX_SLICES];
    layer_inputs(g, layer, in);
    const char           *key = profile_key(l->kernel, &l->attr, &in[0], c->arena);
    struct profile_layer *known = known_layer(c, key);
    if (known) return known;
    c->profile.layers = arena_grow(c->arena, c->profile.layers, &c->capacity,
                                   c->profile.layer_count + 1, sizeof *c->profile.layers);
    struct profile_layer *out = &c->profile.layers[c->profile.layer_count++];
    *out = (struct profile_layer){.key = key, .point_count = choose_parts(l, parts)};
    out->points = ARENA_ARRAY(c->arena, struct profile_point, out->point_count);
    for (uint32_t i = 0; i < out->point_count; i++)
        measure_point(c, g, layer, parts[i], &out->points[i]);
    return out;
}

// The two rates that devices are compared by (profile.h): a whole ResNet-50, and AlexNet's fc
// layers.
static void add_reference(struct calibration *c, const struct graph *g, uint32_t layer,
                          const struct profile_layer *measured)
{
    const struct layer *l = &g->layers[layer];
    double whole_s = measured->points[0].timing.median_s; // the first point is the whole
    if (!strcmp(g->name, "resnet50")) {
        c->resnet_s += whole_s;
        c->resnet_flop += 2 * (double)l->macs;
    }
    if (!strcmp(g->name, "alexnet_torchvision") && !strcmp(l->kernel->type, "fc") &&
        l->params > HUGE_INPUT) {
        c->fc_s += whole_s;
        c->fc_bytes += (double)l->params * BYTES_PER_ELEMENT;
    }
}

static void show_progress(const struct calibration *c, const char *model, uint32_t done,
                          uint32_t total)
{
    if (!c->show) return;
    fprintf(stderr, "\r%-24s %3u of %3u layers, %u shapes ", model, done, total,
            c->profile.layer_count);
    if (done == total) fprintf(stderr, "\n");
}

static void measure_model(struct calibration *c, const struct graph *g)
{
    for (uint32_t i = 0; i < g->layer_count; i++) {
        show_progress(c, g->name, i, g->layer_count);
        if (!g->layers[i].kernel->is_free) add_reference(c, g, i, measure_layer(c, g, i));
    }
    show_progress(c, g->name, g->layer_count, g->layer_count);
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
    p->protocol = arena_format(c->arena,
                               "pinned thread; 2 warm-up calls; %u samples of at least 4 ms (cold: "
                               "one call); samples with involuntary context "
                               "switches dropped; median, quartiles, minimum; conv and others "
                               "warm, fc cold (caches evicted before each call)",
                               c->sample_count);
    p->conv_flop_per_s = c->resnet_s > 0 ? c->resnet_flop / c->resnet_s : 0;
    p->fc_bytes_per_s = c->fc_s > 0 ? c->fc_bytes / c->fc_s : 0;
}

static bool measure_named(struct calibration *c, const struct arguments *args, const char *name,
                          struct err *e)
{
    struct graph g;
    const char  *path = model_find(args->paths.zoo, name, args->arena, e);
    if (!path || !model_load(&g, args->arena, path, NULL, e)) return false;
    measure_model(c, &g);
    return true;
}

// The models of the bundled scenarios with their classes and input sizes.
static bool measure_scenarios(struct calibration *c, const struct arguments *args, struct err *e)
{
    const char **names;
    uint32_t     count;
    if (!folder_list(args->paths.scenarios, ".json", args->arena, &names, &count, e)) return false;
    for (uint32_t i = 0; i < count; i++) {
        struct scenario s;
        const char *path = arena_format(args->arena, "%s/%s.json", args->paths.scenarios, names[i]);
        if (!scenario_load(&s, args->arena, path, &args->paths, NULL, e)) return false;
        for (uint32_t m = 0; m < s.model_count; m++) measure_model(c, &s.models[m].graph);
    }
    return true;
}

static bool measure_all(struct calibration *c, const struct arguments *args, struct err *e)
{
    const char **names;
    uint32_t     count, given;
    const char **wanted = option_all(args, "model", &given);
    if (!folder_list(args->paths.zoo, ".json", args->arena, &names, &count, e)) return false;
    for (uint32_t i = 0; i < (given ? given : count); i++)
        if (!measure_named(c, args, given ? wanted[i] : names[i], e)) return false;
    // The reference rates need these two whatever was asked for.
    if (c->resnet_s <= 0 && !measure_named(c, args, "resnet50", e)) return false;
    if (c->fc_s <= 0 && !measure_named(c, args, "alexnet_torchvision", e)) return false;
    return given || measure_scenarios(c, args, e);
}

static enum exit_code run(const struct arguments *args, struct err *e)
{
    const char        *out = option_value(args, "o", "profile.json");
    struct calibration c = {.arena = args->arena,
                            .show = isatty(STDERR_FILENO) && !option_is_given(args, "quiet")};
    c.sample_count = option_is_given(args, "quick") ? QUICK_SAMPLES : SAMPLES;
    const char *slash = strrchr(out, '/'), *base = slash ? slash + 1 : out,
               *dot = strrchr(base, '.');
    const char *name = option_value(
        args, "name",
        arena_format(args->arena, "%.*s", (int)(dot ? dot - base : (long)strlen(base)), base));
    rng_init(&c.rng, 1, 0, "calibrate", 0);
    if (!timing_pin(e)) return EXIT_FAILED;
    if (!measure_all(&c, args, e)) return EXIT_BAD_INPUT;
    describe(&c, name);
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
    {"quick", NULL, "5 samples a point instead of 25"},
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
