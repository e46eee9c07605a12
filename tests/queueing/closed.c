#include "tests/queueing/closed.h"

#include <assert.h>
#include <math.h>

double closed_erlang_b(uint32_t servers, double load)
{
    double b = 1;
    for (uint32_t c = 1; c <= servers; c++) b = load * b / (c + load * b);
    return b;
}

double closed_erlang_c(uint32_t servers, double load)
{
    double b = closed_erlang_b(servers, load);
    assert(load < servers);
    return servers * b / (servers - load * (1 - b));
}

double closed_mmc_wait_s(double rate, double service_s, uint32_t servers)
{
    return closed_erlang_c(servers, rate * service_s) / (servers / service_s - rate);
}

double closed_mg1_wait_s(double rate, double service_s, double service_s2)
{
    return rate * service_s2 / (2 * (1 - rate * service_s));
}

double closed_mm1k_loss(double load, uint32_t room)
{
    double power = 1, sum = 0;
    for (uint32_t n = 0; n < room; n++, power *= load) sum += power;
    return power / (sum + power);
}

double closed_mm1k_sojourn_s(double rate, double service_s, uint32_t room)
{
    double load = rate * service_s, power = 1, sum = 0, number = 0;
    for (uint32_t n = 0; n <= room; n++, power *= load) sum += power, number += n * power;
    return number / sum / (rate * (1 - closed_mm1k_loss(load, room)));
}

double closed_finite_source_sojourn_s(uint32_t users, double think_s, double service_s)
{
    // p_n / p_0 = N! / (N - n)! (service / think)^n
    double weight = 1, sum = 1;
    for (uint32_t n = 0; n < users; n++) sum += weight *= (users - n) * service_s / think_s;
    double throughput = (1 - 1 / sum) / service_s;
    return users / throughput - think_s;
}

double closed_priority_wait_s(const double *rate, const double *service_s, const double *service_s2,
                              uint32_t count, uint32_t class_id)
{
    double residual = 0, above = 0;
    for (uint32_t k = 0; k < count; k++) residual += rate[k] * service_s2[k] / 2;
    for (uint32_t k = 0; k < class_id; k++) above += rate[k] * service_s[k];
    return residual / ((1 - above) * (1 - above - rate[class_id] * service_s[class_id]));
}

double closed_preempt_sojourn_s(const double *rate, const double *service_s,
                                const double *service_s2, uint32_t class_id)
{
    double residual = 0, above = 0;
    for (uint32_t k = 0; k <= class_id; k++) residual += rate[k] * service_s2[k] / 2;
    for (uint32_t k = 0; k < class_id; k++) above += rate[k] * service_s[k];
    double with = above + rate[class_id] * service_s[class_id];
    return service_s[class_id] / (1 - above) + residual / ((1 - above) * (1 - with));
}

struct matrix { // 2 x 2
    double m[2][2];
};

static struct matrix product(struct matrix a, struct matrix b)
{
    struct matrix c;
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++) c.m[i][j] = a.m[i][0] * b.m[0][j] + a.m[i][1] * b.m[1][j];
    return c;
}

static struct matrix inverse(struct matrix a)
{
    double d = a.m[0][0] * a.m[1][1] - a.m[0][1] * a.m[1][0];
    return (struct matrix){{{a.m[1][1] / d, -a.m[0][1] / d}, {-a.m[1][0] / d, a.m[0][0] / d}}};
}

static struct matrix one_minus(struct matrix a)
{
    return (struct matrix){{{1 - a.m[0][0], -a.m[0][1]}, {-a.m[1][0], 1 - a.m[1][1]}}};
}

// R <- A0 (-A1 - R A2)^-1 with A0 = rates, A2 = service, A1 = changes of state less both.
static struct matrix rate_matrix(const double rate[2], const double stay_s[2], double service_s)
{
    struct matrix r = {0};
    double        change = 1;
    while (change > 1e-15) {
        struct matrix next, left; // left: -A1 - R A2
        for (int i = 0; i < 2; i++)
            for (int j = 0; j < 2; j++) {
                double minus_a1 = i == j ? 1 / stay_s[i] + rate[i] + 1 / service_s : -1 / stay_s[i];
                left.m[i][j] = minus_a1 - r.m[i][j] / service_s;
            }
        next = product((struct matrix){{{rate[0], 0}, {0, rate[1]}}}, inverse(left));
        change = 0;
        for (int i = 0; i < 2; i++)
            for (int j = 0; j < 2; j++) change = fmax(change, fabs(next.m[i][j] - r.m[i][j]));
        r = next;
    }
    return r;
}

double closed_mmpp_wait_s(const double rate[2], const double stay_s[2], double service_s)
{
    struct matrix r = rate_matrix(rate, stay_s, service_s), s = inverse(one_minus(r));
    // Summed over the levels the states keep their shares of time: pi_0 (I - R)^-1 = share.
    double        share[2], pi0[2], number = 0, mean_rate = 0;
    struct matrix weight = product(product(r, s), s); // sum of n R^n
    for (int i = 0; i < 2; i++) share[i] = stay_s[i] / (stay_s[0] + stay_s[1]);
    for (int j = 0; j < 2; j++) pi0[j] = share[j] - share[0] * r.m[0][j] - share[1] * r.m[1][j];
    for (int i = 0; i < 2; i++) {
        number += pi0[i] * (weight.m[i][0] + weight.m[i][1]);
        mean_rate += share[i] * rate[i];
    }
    return number / mean_rate - service_s;
}

void closed_traffic(uint32_t count, const double *entry, const double *routing, double *out)
{
    double m[CLOSED_STATIONS][CLOSED_STATIONS + 1];
    assert(count <= CLOSED_STATIONS);
    for (uint32_t to = 0; to < count; to++) {
        for (uint32_t from = 0; from < count; from++)
            m[to][from] = (to == from) - routing[from * count + to];
        m[to][count] = entry[to];
    }
    // Gauss and Jordan; I - P' has a dominant diagonal, so no pivot is looked for.
    for (uint32_t p = 0; p < count; p++)
        for (uint32_t row = 0; row < count; row++) {
            double factor = row == p ? 0 : m[row][p] / m[p][p];
            for (uint32_t c = 0; c <= count; c++) m[row][c] -= factor * m[p][c];
        }
    for (uint32_t i = 0; i < count; i++) out[i] = m[i][count] / m[i][i];
}
