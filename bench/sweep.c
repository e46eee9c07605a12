// bench/sweep.c: what does a sweep cost over its simulations, and what do two processes gain?
//
// 200 points that take equally long (they differ in their seed), in turns, medians of the rounds:
//   alone    the same simulations in one process, scenario read once, same rows into a database
//   one      fogsim sweep --jobs 1
//   two      fogsim sweep --jobs 2
//   halves   two sweeps with half of the points each and --jobs 1, at once, a database each: what
//            this machine has to give while others use it
// Ratios of wall clocks mean something on an idle machine; processor time, user and system, of all
// processes says more on a busy one: were two cores free, two jobs would be at most
// 2 x cpu(one) / cpu(two) times as fast as one.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/simulate.h"
#include "results/schema.h"

enum { POINTS = 200, REPLICATIONS = 5, ROUNDS = 7, WAYS = 4, PATH_BYTES = 4096 };

static const char *const ways[WAYS] = {"alone", "one", "two", "halves"};

struct took {
    double wall_s, cpu_s;
};

static char program[PATH_BYTES], path[PATH_BYTES], other[PATH_BYTES];

static void stop(const char *why)
{
    fprintf(stderr, "bench/sweep: %s\n", why);
    exit(1);
}

static double cpu_s(int who)
{
    struct rusage u;
    getrusage(who, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

#define SCENARIO                                                                                   \
    "jetson2", "--model", "alexnet", "--scheme", "dina", "--scheme", "random", "--replications",   \
        "5", "--set", "record=summary", "--quiet"

static pid_t start_sweep(const char *seeds, const char *jobs, const char *db)
{
    pid_t pid = fork();
    if (pid) return pid;
    execl(program, program, "sweep", SCENARIO, "--vary", seeds, "--jobs", jobs, "--db", db,
          (char *)NULL);
    _exit(127);
}

static void wait_for(pid_t pid)
{
    int status;
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status))
        stop("want build/fogsim beside this program, and a sweep that goes well");
}

static void sweep(const char *jobs)
{
    wait_for(start_sweep("seed=1..200", jobs, path));
}

static void sweep_halves(void)
{
    pid_t first = start_sweep("seed=1..100", "1", path),
          second = start_sweep("seed=101..200", "1", other);
    wait_for(first);
    wait_for(second);
}

static void simulate_point(struct scenario *s, const struct profile *profile, int point,
                           struct store *store, struct arena *a, struct err *e)
{
    s->seed = (uint64_t)point + 1;
    for (uint32_t k = 0; k < s->scheme_count; k++) {
        struct prepared p;
        arena_rewind(a, (struct arena_mark){0});
        simulate_prepare(&p, a, s, 0, &s->schemes[k], profile);
        struct arena_mark mark = arena_mark(a);
        for (uint32_t r = 0; r < REPLICATIONS; r++) {
            struct run_identity id = {((int64_t)point * s->scheme_count + k) * REPLICATIONS + r, r,
                                      "{}"};
            struct outcome      outcome;
            arena_rewind(a, mark);
            if (!simulate(&p, &id, store, NULL, a, &outcome, e)) stop(e->text);
        }
    }
}

// In a process of its own, as the others are.
static void alone(void)
{
    pid_t pid = fork();
    if (pid) {
        wait_for(pid);
        return;
    }
    static const char *const models[] = {"alexnet"}, *const schemes[] = {"dina", "random"};
    static const char *const sets[] = {"record=summary"};
    struct scenario_edit     edit = {.sets = sets,
                                     .set_count = 1,
                                     .schemes = schemes,
                                     .models = models,
                                     .scheme_count = 2,
                                     .model_count = 1};
    struct arena             arena = {0}, a = {0};
    struct paths             paths;
    struct scenario          s;
    struct profile           profile;
    struct err               e = {0};
    bool                     ok = paths_find(&paths, &arena, &e) &&
              profile_load(&profile, &arena, "kernels/profiles/reference.json", &e) &&
              scenario_load(&s, &arena, "scenarios/jetson2.json", &paths, &edit, &e);
    struct store *store = ok ? store_open(path, s.name, &e) : NULL;
    if (!store) stop(e.text);
    store_gather(store, 0.1);
    for (int point = 0; point < POINTS; point++) simulate_point(&s, &profile, point, store, &a, &e);
    if (!store_flush(store, &e)) stop(e.text);
    store_close(store);
    _exit(0);
}

static struct took time_way(int way)
{
    double cpu_before_s = cpu_s(RUSAGE_CHILDREN), start_s = clock_wall_s();
    switch (way) {
    case 0: alone(); break;
    case 1: sweep("1"); break;
    case 2: sweep("2"); break;
    default: sweep_halves();
    }
    struct took t = {clock_wall_s() - start_s, cpu_s(RUSAGE_CHILDREN) - cpu_before_s};
    schema_remove(path);
    schema_remove(other);
    return t;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(const double *values)
{
    double sorted[ROUNDS];
    memcpy(sorted, values, sizeof sorted);
    qsort(sorted, ROUNDS, sizeof *sorted, by_size);
    return sorted[ROUNDS / 2];
}

int main(int argc, char **argv)
{
    static double wall_s[WAYS][ROUNDS], processor_s[WAYS][ROUNDS];
    const char   *folder = argc > 1 ? argv[1] : ".";
    int           build = (int)(strrchr(argv[0], '/') ? strrchr(argv[0], '/') - argv[0] : 0);
    snprintf(program, sizeof program, "%.*s%sfogsim", build, argv[0], build ? "/" : "");
    snprintf(path, sizeof path, "%s/bench-sweep-%ld.db", folder, (long)getpid());
    snprintf(other, sizeof other, "%s/bench-sweep-%ld-other.db", folder, (long)getpid());
    for (int round = 0; round < ROUNDS; round++)
        for (int way = 0; way < WAYS; way++) {
            struct took t = time_way(way);
            wall_s[way][round] = t.wall_s;
            processor_s[way][round] = t.cpu_s;
        }
    for (int way = 0; way < WAYS; way++) {
        printf("%-7s %7.3f s, processor %7.3f s\n", ways[way], median(wall_s[way]),
               median(processor_s[way]));
    }
    double point_ms[ROUNDS], jobs[ROUNDS], halves[ROUNDS], by_cpu[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) { // within a round: what else the machine did is alike there
        point_ms[i] = 1e3 * (processor_s[1][i] - processor_s[0][i]) / POINTS;
        jobs[i] = wall_s[1][i] / wall_s[2][i];
        halves[i] = wall_s[1][i] / wall_s[3][i];
        by_cpu[i] = 2 * processor_s[1][i] / processor_s[2][i];
    }
    printf("a point costs %.3f ms of the processor beside its simulations\n", median(point_ms));
    printf("two jobs: %.2f times as fast as one (two sweeps at once: %.2f); by processor time at "
           "most %.2f\n",
           median(jobs), median(halves), median(by_cpu));
    printf("{\"bench\": \"sweep\", \"points\": %d, \"runs\": %d, \"point_ms\": %.3f, "
           "\"speedup\": %.3f, \"speedup_of_halves\": %.3f, \"speedup_by_cpu\": %.3f}\n",
           POINTS, POINTS * 2 * REPLICATIONS, median(point_ms), median(jobs), median(halves),
           median(by_cpu));
    return 0;
}
