#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

enum { BAR_WIDTH = 30 };

void progress_begin(struct progress_bar *p, const char *what, uint64_t before, uint64_t total,
                    bool quiet)
{
    *p = (struct progress_bar){.what = what,
                               .start_s = clock_wall_s(),
                               .before = before,
                               .total = total,
                               .is_shown = !quiet && total && isatty(STDERR_FILENO)};
}

// "1 h 05 min", "3 min 20 s", "12 s"
static void print_duration(double seconds)
{
    unsigned long s = (unsigned long)(seconds + 0.5);
    if (s >= 3600)
        fprintf(stderr, "%lu h %02lu min", s / 3600, s / 60 % 60);
    else if (s >= 60)
        fprintf(stderr, "%lu min %02lu s", s / 60, s % 60);
    else
        fprintf(stderr, "%lu s", s);
}

// The rate is of this call alone; before there is one, nothing is said of the time left.
void progress_show(struct progress_bar *p, uint64_t done)
{
    double now_s = clock_wall_s(), took_s = now_s - p->start_s;
    if (!p->is_shown || (p->shown_s > 0 && now_s - p->shown_s < 0.1)) return;
    p->shown_s = now_s;
    int filled = (int)(done * BAR_WIDTH / p->total);
    fprintf(stderr, "\r\033[K[%-*.*s] %llu of %llu %s", BAR_WIDTH, filled,
            "##############################", (unsigned long long)done,
            (unsigned long long)p->total, p->what);
    if (done > p->before && took_s > 0) {
        double rate = (double)(done - p->before) / took_s;
        fprintf(stderr, ", %.*f %s/s, ", rate < 10 ? 2 : 0, rate, p->what);
        print_duration((double)(p->total - done) / rate);
        fprintf(stderr, " left");
    }
    fflush(stderr);
}

void progress_total(struct progress_bar *p, uint64_t total)
{
    p->total = total;
}

void progress_end(struct progress_bar *p)
{
    if (p->is_shown) fprintf(stderr, "\r\033[K");
    p->is_shown = false;
}
