// cli/cmd_calibrate.c: times the kernels on this machine for the layers and slices of the models,
// writes a profile, or compares this machine with one.
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/folder.h"
#include "build.inc"
#include "cli/inputs.h"
#include "cli/interrupt.h"
#include "cli/self_test.h"
#include "cli/version.h"
#include "models/calibration.h"

enum { BAR_WIDTH = 30, VERIFIED_POINTS = 60 };

// Conv of one machine agrees to 2 %, however busy it was; memory, and so fc, is shared with
// neighbours that take a third of it for minutes (docs/DECISIONS.md).
static const double CONV_DRIFT_LIMIT = 0.10, FC_DRIFT_LIMIT = 0.35;

struct bar {
    double              began_s;
    bool                is_shown;
    const volatile int *interrupted;
};

static bool show_progress(void *ctx, double done)
{
    const struct bar *bar = ctx;
    if (!bar->is_shown) return !*bar->interrupted;
    int    full = (int)(done * BAR_WIDTH);
    double left_s = done > 0 ? (clock_wall_s() - bar->began_s) * (1 - done) / done : 0;
    fprintf(stderr, "\r[%.*s%.*s] %3.0f %%", full, "##############################",
            BAR_WIDTH - full, "..............................", 100 * done);
    if (done > 0.02 && done < 1)
        fprintf(stderr, "  %d:%02d left ", (int)left_s / 60, (int)left_s % 60);
    else
        fprintf(stderr, "            ");
    if (done >= 1 || *bar->interrupted) fprintf(stderr, "\r%60s\r", "");
    return !*bar->interrupted;
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
    file = fopen("/proc/device-tree/model", "r"); // a board; 64-bit ARM names no model of its CPU
    bool is_named = file && fgets(line, sizeof line, file);
    if (file) fclose(file);
    return is_named ? arena_string(a, line) : "unknown";
}

static void describe(struct profile *p, const struct calibration_effort *effort, const char *name,
                     struct arena *a)
{
    struct utsname host;
    time_t         now = time(NULL);
    struct tm      utc;
    char           date[32];
    uname(&host);
    gmtime_r(&now, &utc);
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &utc);
    p->name = name;
    p->cpu = cpu_name(a);
    p->machine = arena_format(a, "%s, %s, %ld cores, one thread", p->cpu, host.machine,
                              sysconf(_SC_NPROCESSORS_ONLN));
    p->isa = kernel_isa();
    p->compiler = "gcc/clang " __VERSION__;
    p->flags = BUILD_FLAGS;
    p->commit = BUILD_COMMIT;
    p->date = arena_string(a, date);
    p->protocol = arena_format(
        a,
        "pinned thread; %u rounds over all points; in each, %u warm samples of at least %g ms and "
        "%u cold ones of one call (caches evicted before it); samples with involuntary context "
        "switches dropped; clock probe around each sample; cycles: least of the rounds' medians; "
        "conv warm and cold, fc cold, others warm",
        effort->rounds, effort->samples, effort->sample_s * 1e3, effort->cold_samples);
}

struct models {                       // that are measured
    struct graph *resnet50, *alexnet; // these two give the reference rates, whatever is asked for
};

static struct graph *add_named(struct calibration *c, const struct arguments *args,
                               const char *name, struct err *e)
{
    struct graph *g = ARENA_ARRAY(args->arena, struct graph, 1);
    bool          is_file = strchr(name, '/') || strstr(name, ".json");
    const char   *path = is_file ? name : model_find(args->paths.zoo, name, args->arena, e);
    if (!path || !model_load(g, args->arena, path, NULL, e)) return NULL;
    calibration_add(c, g);
    return g;
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
        for (uint32_t m = 0; m < s->model_count; m++) calibration_add(c, &s->models[m].graph);
    }
    return true;
}

static bool add_models(struct calibration *c, const struct arguments *args, struct models *out,
                       struct err *e)
{
    const char **names;
    uint32_t     count, given;
    const char **wanted = option_all(args, "model", &given);
    if (!folder_list(args->paths.zoo, ".json", args->arena, &names, &count, e)) return false;
    for (uint32_t i = 0; i < (given ? given : count); i++)
        if (!add_named(c, args, given ? wanted[i] : names[i], e)) return false;
    out->resnet50 = add_named(c, args, "resnet50", e);
    out->alexnet = add_named(c, args, "alexnet_torchvision", e);
    return out->resnet50 && out->alexnet && (given || add_scenarios(c, args, e));
}

static const char *const kind_names[KIND_COUNT] = {
    [KIND_CONV] = "conv",
    [KIND_CONV_POINTWISE] = "conv 1x1",
    [KIND_CONV_FEW] = "conv, few channels",
    [KIND_WINOGRAD2] = "conv, Winograd 2x2",
    [KIND_WINOGRAD4] = "conv, Winograd 4x4",
    [KIND_FC] = "fc, cold",
    [KIND_POOL] = "pooling",
    [KIND_NORM] = "normalisation",
    [KIND_OTHER] = "element-wise",
    [KIND_BCONV] = "conv of signs",
    [KIND_BLINEAR] = "fc of signs",
};

// Prints what has changed since the profile was measured. false: a kind of
// conv or fc by more than its limit, or it is of another instruction set.
static bool report_drift(const struct calibration *c, const struct profile *p)
{
    struct calibration_drift drift[KIND_COUNT];
    bool                     ok = true;
    calibration_compare(c, p, drift);
    printf("%-20s %7s %9s %18s   worst\n", "time now / profile", "points", "median", "quartiles");
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        const struct calibration_drift *d = &drift[kind];
        if (!d->count) continue;
        printf("%-20s %7u %+8.1f%% %+8.1f%% %+8.1f%%   %+.1f%% %s\n", kind_names[kind], d->count,
               100 * d->median, 100 * d->q1, 100 * d->q3, 100 * d->worst, d->worst_key);
        if (kind < KIND_FC && fabs(d->median) > CONV_DRIFT_LIMIT) ok = false;
        if (kind == KIND_FC && fabs(d->median) > FC_DRIFT_LIMIT) ok = false;
    }
    if (strcmp(p->isa, kernel_isa()) != 0) {
        printf("instruction set: the profile has %s, this run %s\n", p->isa, kernel_isa());
        ok = false;
    }
    printf("%s: %s (limit in the median: %.0f %% for a kind of conv, %.0f %% for fc)\n", p->path,
           ok ? "still holds here" : "does not hold here", 100 * CONV_DRIFT_LIMIT,
           100 * FC_DRIFT_LIMIT);
    return ok;
}

static enum exit_code cut_short(struct err *e)
{
    err_add(e, "calibrate: interrupted, nothing is written");
    return EXIT_FAILED;
}

static enum exit_code verify(struct calibration *c, const struct arguments *args, struct bar *bar,
                             struct err *e)
{
    struct profile p;
    if (!profile_load(&p, args->arena, option_value(args, "verify", NULL), e))
        return EXIT_BAD_INPUT;
    if (!calibration_keep(c, &p, VERIFIED_POINTS)) {
        err_add(e, "%s: layers: want some of these models, have none", p.path);
        return EXIT_BAD_INPUT;
    }
    if (!calibration_measure(c, show_progress, bar)) return cut_short(e);
    return report_drift(c, &p) ? EXIT_DONE : EXIT_FAILED;
}

static const char *profile_name(const struct arguments *args, const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path,
               *dot = strrchr(base, '.');
    int length = (int)(dot ? dot - base : (long)strlen(base));
    return option_value(args, "name", arena_format(args->arena, "%.*s", length, base));
}

// Minutes of measuring are lost if the profile cannot be written: better to know now.
static bool check_output(const char *path, struct arena *a, struct err *e)
{
    const char *slash = strrchr(path, '/');
    const char *folder = slash ? arena_format(a, "%.*s/", (int)(slash - path), path) : ".";
    struct stat info;
    int         fault = access(folder, W_OK | X_OK) ? errno : 0;
    if (!fault && !lstat(path, &info) && S_ISDIR(info.st_mode)) fault = EISDIR;
    if (!fault && !lstat(path, &info) && !S_ISREG(info.st_mode)) // it would be replaced
        return err_add(e, "%s: want a regular file, have a link, a device or the like", path);
    return !fault || err_add(e, "%s: cannot write: %s", path, strerror(fault));
}

// An option that would do nothing is a mistake.
static bool check_alone(const struct arguments *args, const char *what, const char *const *without,
                        struct err *e)
{
    for (; option_is_given(args, what) && *without; without++)
        if (option_is_given(args, *without))
            return err_add(e, "--%s: want no %s%s beside it, have one", what,
                           (*without)[1] ? "--" : "-", *without);
    return true;
}

static bool check_name(const struct arguments *args, struct err *e)
{
    const char *name = option_value(args, "name", "x");
    return (*name && !strchr(name, '/') && strlen(name) < 100) ||
           err_add(e, "--name: want a name without \"/\", have \"%.60s\"", name);
}

static bool check_options(const struct arguments *args, struct err *e)
{
    static const char *const no_output[] = {"o", "name", NULL};
    static const char *const isa_alone[] = {"o", "name", "model", "quick", "verify", "quiet", NULL};
    return check_name(args, e) && check_alone(args, "verify", no_output, e) &&
           check_alone(args, "self-test", isa_alone, e);
}

static bool choose_isa(const struct arguments *args, struct err *e)
{
    const char *name = option_value(args, "isa", NULL);
    return kernel_isa_choose(name, e) || (name && err_wrap(e, "--isa"));
}

static enum exit_code run(const struct arguments *args, struct err *e)
{
    const char                      *out = option_value(args, "o", "profile.json");
    const struct calibration_effort *effort =
        option_is_given(args, "quick") ? &calibration_quick : &calibration_full;
    struct calibration *c = calibration_new(effort, args->arena);
    struct models       models;
    struct profile      p;
    struct bar bar = {clock_wall_s(), isatty(STDERR_FILENO) && !option_is_given(args, "quiet"),
                      interrupt_catch()};
    if (!check_options(args, e) || !choose_isa(args, e)) return EXIT_BAD_INPUT;
    if (option_is_given(args, "self-test")) return self_test(args, e);
    if (!option_is_given(args, "verify") && !check_output(out, args->arena, e)) return EXIT_FAILED;
    if (!add_models(c, args, &models, e)) return EXIT_BAD_INPUT;
    if (!timing_pin(e)) return EXIT_FAILED;
    if (option_is_given(args, "verify")) return verify(c, args, &bar, e);
    if (!calibration_measure(c, show_progress, &bar)) return cut_short(e);
    calibration_finish(c, models.resnet50, models.alexnet, &p);
    describe(&p, effort, profile_name(args, out), args->arena);
    if (!profile_save(&p, out, e)) return EXIT_FAILED;
    printf("%s: %u layer shapes and algorithms, %s at %.2f GHz; ResNet-50 whole %.1f GFLOP/s "
           "direct, %.1f fastest; fc %.1f GB/s (AlexNet, cold); %.0f s\n",
           out, p.layer_count, p.isa, p.clock_hz / 1e9,
           p.conv_flop_per_s[CONV_DIRECT][CACHES_WARM] / 1e9,
           p.conv_flop_per_s[CONV_FASTEST][CACHES_WARM] / 1e9, p.fc_bytes_per_s / 1e9,
           clock_wall_s() - bar.began_s);
    return EXIT_DONE;
}

static const struct option_spec options[] = {
    {"o", "FILE", "where to (default: profile.json)"},
    {"name", "NAME", "name of the profile (default: the file's)"},
    {"model", "NAME",
     "only this model of the zoo, or model file (repeatable), and the two that give the reference "
     "rates"},
    {"isa", "NAME", "instruction set: avx512, avx2, sse2, neon or plain (default: the best here)"},
    {"self-test", NULL, "only compare every kernel with its reference, on every instruction set"},
    {"quick", NULL, "one round, few samples, few slices: half a minute, for a first look"},
    {"verify", "PROFILE", "write nothing: re-measure some points of it, report the drift"},
    {"quiet", NULL, "no progress"},
    {0},
};

const struct command command_calibrate = {
    "calibrate",
    "",
    "time the kernels on this machine; write a profile",
    "Times the layers and slices of the zoo and of the bundled scenarios, in some ten minutes.\n"
    "Leave the machine alone meanwhile. Use the result with --profile FILE. With --verify, exit\n"
    "status 1 says that the profile no longer holds on this machine.",
    0,
    0,
    options,
    run};
