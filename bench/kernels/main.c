// bench/kernels/main.c: bench-kernels [--isa ISA] [--model NAME]... [--quick]; see bench.h.
//
// The last line of stdout is one JSON object by model; docs/HACKING.md says how to read it. Exit
// status 1: an output is too far from the others'.
#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/kernels/bench.h"
#include "kernels/timing.h"
#include "models/load.h"

enum { ROUNDS = 15, QUICK_ROUNDS = 9, MAX_MODELS = 16 };

static const struct {
    const char *name, *file;
} zoo[] = {{"alexnet", "alexnet_torchvision"},
           {"vgg16", "vgg16"},
           {"resnet34", "resnet34"},
           {"nin", "nin_imagenet"}};
enum { ZOO = sizeof zoo / sizeof *zoo };

struct line {
    struct options options;
    const char    *models[MAX_MODELS];
    uint32_t       model_count;
};

static void stop(const char *why, const char *what)
{
    fprintf(stderr, "bench-kernels: %s%s\n", why, what);
    exit(2);
}

static void read_line(int argc, char **argv, struct line *l)
{
    *l = (struct line){.options = {.rounds = ROUNDS}};
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--quick"))
            l->options.rounds = QUICK_ROUNDS;
        else if (!strcmp(argv[i], "--isa") && i + 1 < argc)
            l->options.isa = argv[++i];
        else if (!strcmp(argv[i], "--model") && i + 1 < argc && l->model_count < MAX_MODELS)
            l->models[l->model_count++] = argv[++i];
        else
            stop("usage: bench-kernels [--isa avx2|sse2] [--model NAME]... [--quick]; have ",
                 argv[i]);
    }
    const char *isa = l->options.isa;
    if (isa && strcmp(isa, "avx2") != 0 && strcmp(isa, "sse2") != 0)
        stop("--isa: want avx2 or sse2, have ", isa);
    for (int i = 0; !l->model_count && i < ZOO; i++) l->models[i] = zoo[i].name;
    if (!l->model_count) l->model_count = ZOO;
}

// The libraries read the environment before main does, so that it is set by starting again: one
// thread each; none of the wishes for a core that a machine's shell may preset, which cost OpenBLAS
// up to 1.8 times; and the cap of --isa where a library takes it so.
static void set_environment(const char *isa, char **argv)
{
    static const char        mark[] = "FOGSIM_BENCH_STARTED";
    static const char *const wishes[] = {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "FOGSIM_ISA",
                                         "DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA"};
    static const char *const threads[] = {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"};
    if (getenv(mark)) return;
    for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) unsetenv(wishes[i]);
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) setenv(threads[i], "1", true);
    if (isa) {
        setenv("FOGSIM_ISA", isa, true);
        setenv("OPENBLAS_CORETYPE", !strcmp(isa, "avx2") ? "Haswell" : "Nehalem", true);
    }
    setenv(mark, "1", true);
    execv("/proc/self/exe", argv);
    stop("cannot start again: ", "/proc/self/exe");
}

static void load(const char *name, struct graph *g, struct arena *a)
{
    struct err  e = {0};
    const char *path = NULL;
    for (int i = 0; i < ZOO; i++)
        if (!strcmp(zoo[i].name, name)) path = arena_format(a, "models/zoo/%s.json", zoo[i].file);
    if (!path) path = model_find("models/zoo", name, a, &e);
    if (!path || !model_load(g, a, path, NULL, &e)) stop("", e.text);
}

int main(int argc, char **argv)
{
    struct line         line;
    struct arena        arena = {0};
    struct graph        graphs[MAX_MODELS];
    struct model_result models[MAX_MODELS];
    struct err          e = {0};
    read_line(argc, argv, &line);
    set_environment(line.options.isa, argv);
    gsl_set_error_handler_off();
    for (uint32_t i = 0; i < line.model_count; i++) load(line.models[i], &graphs[i], &arena);
    if (!timing_pin(&e)) fprintf(stderr, "bench-kernels: %s (unpinned)\n", e.text);
    printf("ours: %s; %s\n", kernel_isa(), onednn_start(line.options.isa, &arena));
    printf("%s\n%s\n", openblas_start(&arena), xnnpack_start());
    printf("medians of %u rounds, processor time; clock now %.2f GHz\n\n", line.options.rounds,
           1e-9 * timing_clock_hz());
    const void *stream = stream_prepare(&arena);
    roofs_print(stream);
    for (uint32_t i = 0; i < line.model_count; i++) {
        measure_model(line.models[i], &graphs[i], &line.options, stream, &arena, &models[i]);
        table_model(&models[i]);
    }
    bool fine = table_errors(models, line.model_count);
    table_json(models, line.model_count);
    arena_free(&arena);
    return fine ? 0 : 1;
}
