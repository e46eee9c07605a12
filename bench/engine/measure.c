// bench/engine/measure.c: what this process has used.
#include <stdio.h>
#include <time.h>

#include "bench/engine/bench.h"

double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

long peak_kb(void)
{
    char  line[256];
    long  kb = -1;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && kb < 0 && fgets(line, sizeof line, f))
        if (sscanf(line, "VmHWM: %ld", &kb) != 1) kb = -1;
    if (f) fclose(f);
    return kb;
}
