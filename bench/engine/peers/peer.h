// bench/engine/peers/peer.h: what the rivals of bench/engine/engine.c share: the model's numbers,
// its draws, and the line they print. C and C++; nothing of fogsim.
#ifndef FOGSIM_BENCH_ENGINE_PEERS_PEER_H
#define FOGSIM_BENCH_ENGINE_PEERS_PEER_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define RATE_BYTES_PER_S (10e6 / 8)
#define UP_BYTES 100e3
#define DOWN_BYTES 10e3
#define UP_S (UP_BYTES / RATE_BYTES_PER_S)
#define DOWN_S (DOWN_BYTES / RATE_BYTES_PER_S)
#define SERVICE_S 0.070

struct peer { // PROGRAM USERS TASKS SEED
    uint32_t users, fogs;
    uint64_t seed, draws;
    double   horizon_s; // no arrival at or after it
    uint64_t tasks;     // finished
    double   response_s, square_s2, start_s, start_cpu_s;
};

static inline double peer_clock_s(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline struct peer peer_start(int argc, char **argv)
{
    struct peer p = {};
    if (argc == 4) {
        p.users = (uint32_t)strtoul(argv[1], NULL, 10);
        p.horizon_s = p.users ? strtod(argv[2], NULL) / p.users : 0;
        p.draws = p.seed = strtoull(argv[3], NULL, 10);
    }
    if (!(p.horizon_s > 0)) {
        fprintf(stderr, "usage: %s USERS TASKS SEED\n", argv[0]);
        exit(2);
    }
    p.fogs = p.users >= 10 ? p.users / 10 : 1;
    p.start_s = peer_clock_s(CLOCK_MONOTONIC);
    p.start_cpu_s = peer_clock_s(CLOCK_PROCESS_CPUTIME_ID);
    return p;
}

// Exponential of that mean; uniform bits by SplitMix64, one stream.
static inline double peer_exponential(struct peer *p, double mean)
{
    uint64_t z = (p->draws += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return -mean * log((double)((z >> 11) + 1) * 0x1p-53);
}

static inline void peer_finished(struct peer *p, double response_s)
{
    p->tasks++;
    p->response_s += response_s;
    p->square_s2 += response_s * response_s;
}

// Of this program; getrusage remembers the one before exec.
static inline long peer_peak_kb(void)
{
    char  line[256];
    long  kb = -1;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && kb < 0 && fgets(line, sizeof line, f))
        if (sscanf(line, "VmHWM: %ld", &kb) != 1) kb = -1;
    if (f) fclose(f);
    return kb;
}

static inline int peer_report(const struct peer *p, const char *name)
{
    double wall_s = peer_clock_s(CLOCK_MONOTONIC) - p->start_s, n = (double)p->tasks;
    double cpu_s = peer_clock_s(CLOCK_PROCESS_CPUTIME_ID) - p->start_cpu_s;
    printf(
        "{\"name\":\"%s\",\"users\":%u,\"tasks\":%llu,\"seed\":%llu,\"tasks_per_s\":%.0f,"
        "\"wall_s\":%.6f,\"cpu_s\":%.6f,\"rss_kb\":%ld,\"mean_resp_s\":%.6f,\"sd_resp_s\":%.6f}\n",
        name, p->users, (unsigned long long)p->tasks, (unsigned long long)p->seed, n / wall_s,
        wall_s, cpu_s, peer_peak_kb(), p->response_s / n,
        sqrt(p->square_s2 / n - p->response_s / n * p->response_s / n));
    return 0;
}

#endif
