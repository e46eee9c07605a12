#include "algorithms/ddnn/exits.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

static bool check_bins(const struct exit_law *law, struct err *e)
{
    for (uint32_t exit = 0; exit + 1 < law->exit_count; exit++) {
        double sum = 0;
        for (uint32_t i = 0; i < law->bin_count; i++)
            sum += law->bins[(size_t)exit * law->bin_count + i];
        if (!(sum > 0))
            return err_add(e, "entropy_bins: want a weight above 0 for exit %u, have none",
                           exit + 1);
    }
    return true;
}

static bool check_distribution(const struct exit_law *law, struct err *e)
{
    if (!law->beta_a == !law->bins || !law->beta_a != !law->beta_b)
        return err_add(e, "exits distribution: want entropy_a with entropy_b, or entropy_bins");
    if (law->bins) return check_bins(law, e);
    for (uint32_t exit = 0; exit + 1 < law->exit_count; exit++)
        if (!(law->beta_a[exit] > 0 && law->beta_b[exit] > 0))
            return err_add(e, "entropy_a, entropy_b: want figures above 0, have %g and %g",
                           law->beta_a[exit], law->beta_b[exit]);
    return true;
}

bool exits_check(const struct exit_law *law, struct err *e)
{
    if (law->source == EXITS_DISTRIBUTION) return check_distribution(law, e);
    if (law->source == EXITS_TRACE && !law->sample_count)
        return err_add(e, "exits trace: want entropies, one for each early exit of each sample");
    return true;
}

// Share of the weights below x, even within a bin.
static double histogram_cdf(const double *bins, uint32_t count, double x)
{
    double below = 0, sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        double part = fmin(1, fmax(0, x * count - i));
        below += bins[i] * part;
        sum += bins[i];
    }
    return below / sum;
}

static double chance_below(const struct exit_law *law, uint32_t exit, double threshold)
{
    if (threshold >= 1) return 1; // accepts all, also eta = 1
    if (law->source == EXITS_TRACE) return 0;
    if (law->bins)
        return histogram_cdf(&law->bins[(size_t)exit * law->bin_count], law->bin_count, threshold);
    return gsl_cdf_beta_P(threshold, law->beta_a[exit], law->beta_b[exit]);
}

void exits_rules(const struct exit_law *law, const double *setting, struct exit_rule *out)
{
    double left = 0; // rates of this exit and those behind it, summed from behind
    if (law->source == EXITS_TABLE) left = setting[law->exit_count - 1];
    for (uint32_t exit = law->exit_count - 1; exit-- > 0;) {
        if (law->source != EXITS_TABLE) {
            out[exit] = (struct exit_rule){setting[exit], chance_below(law, exit, setting[exit])};
            continue;
        }
        left += setting[exit]; // no sample comes where nothing is left
        out[exit] = (struct exit_rule){0, left > 0 ? setting[exit] / left : 0};
    }
}

bool exits_leaves(const struct exit_law *law, const struct exit_rule *rule, uint32_t exit,
                  uint64_t sample, struct rng *rng)
{
    double u = rng_uniform(rng);
    if (law->source != EXITS_TRACE) return u < rule->chance;
    size_t early = law->exit_count - 1, row = (size_t)(sample % law->sample_count);
    return law->entropies[row * early + exit] < rule->threshold || rule->threshold >= 1;
}
