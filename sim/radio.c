#include "sim/radio.h"

#include <math.h>

double radio_rate(const struct radio *r, double distance_m, double fading)
{
    double loss = pow(fmax(distance_m, 1), r->path_loss_exponent);
    double snr = r->power_w * r->gain / loss * fading / r->noise_w;
    double bits_per_s = r->efficiency * r->bandwidth_hz * log1p(snr) / M_LN2; // never 0 by rounding
    return fmin(bits_per_s / 8, r->rate_max_bytes_per_s);
}
