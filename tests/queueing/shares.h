// tests/queueing/shares.h: max-min fair shares of small systems, solved by hand (Bertsekas and
// Gallager, Data Networks, 2nd ed., 6.5.2: fill all alike, fix those at a full link, go on).
#ifndef FOGSIM_TESTS_QUEUEING_SHARES_H
#define FOGSIM_TESTS_QUEUEING_SHARES_H

#include <stdint.h>

enum { SHARE_FLOWS = 6, SHARE_LINKS = 3 };

struct share_system {
    const char *id, *about;            // about: the solution
    double      capacity[SHARE_LINKS]; // 0: no more links
    struct {
        uint32_t links;       // bit i: passes link i
        double   bound, rate; // 0: no bound; by hand
    } flows[SHARE_FLOWS];     // rate 0: no more
};

extern const struct share_system share_table[];
extern const uint32_t            share_count;

// Rates by sim/flow.h; their number. `worst`: largest relative difference from those by hand.
uint32_t share_rates(const struct share_system *s, double out[SHARE_FLOWS], double *worst);

// Three transfers over one link of 10 B/s: A of 100 B at 0, B of 60 B at 2 s, C of 12 B at 4 s,
// bound to 2 B/s. By hand: A alone to 2 s (80 left); 5 each to 4 s (70, 50); C 2, the others 4 each
// until C ends at 10 s (46, 26); 5 each until B ends at 15.2 s (20); A alone until 17.2 s.
enum { SHARE_TRANSFERS = 3 };
extern const double share_ends_s[SHARE_TRANSFERS]; // A, B, C
void                share_transfers(double out_s[SHARE_TRANSFERS]);

#endif
