// algorithms/ddnn/exits.h: through which exit of an early-exit network a sample leaves.
//
// At each early exit the normalised entropy of the answer, eta = -sum p ln p / ln |C| in [0, 1], is
// compared with the exit's threshold t: eta < t leaves there, t = 1 accepts every sample, t = 0
// none; the last exit takes what is left. Source: Teerapittayanon, McDanel and Kung, ICDCS 2017;
// Cheng, Sun and Tu, section II-B and IV-D.
//
// No network is run here, so eta is a random variable, from one of
//   table         the published share of samples that leave through each exit; no threshold,
//   distribution  eta at each exit: Beta(a, b), or a histogram of equal bins, even within a bin,
//   trace         recorded eta of samples, one after the other.
// Exit i takes the i-th uniform draw u of the caller's stream: eta = F^-1(u) < t is u < F(t), so
// nothing is inverted, and with the same draws a higher threshold lets the same samples leave and
// more. The draws of a sample's exits are independent (ours: no source gives their joint
// distribution; a trace holds it).
#ifndef FOGSIM_ALGORITHMS_DDNN_EXITS_H
#define FOGSIM_ALGORITHMS_DDNN_EXITS_H

#include "base/err.h"
#include "base/rng.h"

enum exit_source { EXITS_TABLE, EXITS_DISTRIBUTION, EXITS_TRACE };

// Of a network with exit_count exits, early = exit_count - 1 of them with a threshold. Arrays
// belong to the caller.
struct exit_law {
    enum exit_source source;
    uint32_t         exit_count;   // >= 1
    const double    *beta_a;       // [early] distribution; NULL: bins
    const double    *beta_b;       // [early]
    const double    *bins;         // [early * bin_count] weights, each exit's after the other's
    uint32_t         bin_count;    // of one exit
    const double    *entropies;    // [sample_count * early] each sample's after the other's
    uint32_t         sample_count; // trace
};

// Faults of the law itself, told by the names of ddnn's options. false: e says which.
bool exits_check(const struct exit_law *law, struct err *e);

// What is asked of one exit when a sample comes to it: its threshold, and the chance F(threshold)
// that it leaves (a trace has none: 0). Table: no threshold (0), chance = rate / rates not gone
// before.
struct exit_rule {
    double threshold, chance;
};

// Into out[early]. `setting`: thresholds[early]; table: rates[exit_count] with a sum of 1.
// O(early), bins O(early * bin_count).
void exits_rules(const struct exit_law *law, const double *setting, struct exit_rule *out);

// Whether sample number `sample` (a trace repeats) leaves through the early exit `exit`. Draws
// once, so that exits asked in turn see their own draws.
bool exits_leaves(const struct exit_law *law, const struct exit_rule *rule, uint32_t exit,
                  uint64_t sample, struct rng *rng);

#endif
