// tests/queueing/closed.h: closed forms of queueing theory, written from the books, not from the
// simulator. Rates per second, times in seconds, loads a = rate x mean service in erlangs.
//
// Kleinrock = L. Kleinrock, Queueing Systems, vol. I (1975), II (1976). Gross and Harris =
// Fundamentals of Queueing Theory, 3rd ed. (1998). tests/test_queueing.c checks each by a second
// way (balance equations, embedded chains, conservation laws).
#ifndef FOGSIM_TESTS_QUEUEING_CLOSED_H
#define FOGSIM_TESTS_QUEUEING_CLOSED_H

#include <stdint.h>

// Erlang B by its recursion B(0) = 1, B(c) = a B(c-1) / (c + a B(c-1)). Kleinrock I 3.7.
double closed_erlang_b(uint32_t servers, double load);

// Erlang C from B: C = c B / (c - a (1 - B)); the probability of waiting. a < c.
double closed_erlang_c(uint32_t servers, double load);

// Mean wait in queue of M/M/c: C / (c mu - lambda). Kleinrock I 3.5.
double closed_mmc_wait_s(double rate, double service_s, uint32_t servers);

// Mean wait of M/G/1: lambda E[S^2] / (2 (1 - rho)). Pollaczek-Khinchine; Kleinrock I 5.5.
double closed_mg1_wait_s(double rate, double service_s, double service_s2);

// M/M/1/K, K with the one in service: probability that an arrival is lost, mean sojourn of the
// others. Kleinrock I 3.6.
double closed_mm1k_loss(double load, uint32_t room);
double closed_mm1k_sojourn_s(double rate, double service_s, uint32_t room);

// M/M/1//N: N users who think for a mean time and then queue; mean sojourn at the server by
// N / X - Z, X = (1 - p0) / service. Kleinrock I 3.8.
double closed_finite_source_sojourn_s(uint32_t users, double think_s, double service_s);

// One server, classes [0, count) in falling priority, moments of service by class.
// Not interrupting: mean wait W0 / ((1 - s_{k-1}) (1 - s_k)), s_k = rho_0 + ... + rho_k.
// Cobham 1954; Kleinrock II ch. 3.
double closed_priority_wait_s(const double *rate, const double *service_s, const double *service_s2,
                              uint32_t count, uint32_t class_id);
// Preemptive resume: mean sojourn. Kleinrock II ch. 3.
double closed_preempt_sojourn_s(const double *rate, const double *service_s,
                                const double *service_s2, uint32_t class_id);

// Mean wait of MMPP/M/1, two states with arrivals rate[i] per second and stays of mean stay_s[i]:
// the matrix-geometric solution pi_{n+1} = pi_n R, A0 + R A1 + R^2 A2 = 0, R by iteration. Neuts,
// Matrix-Geometric Solutions in Stochastic Models (1981), ch. 1 and 3.
double closed_mmpp_wait_s(const double rate[2], const double stay_s[2], double service_s);

// Flows of an open network of `count` stations: lambda = entry + lambda routing; routing
// [count * count] from, to, each row's sum at most 1. By elimination. Jackson 1957; Kleinrock
// I 4.8.
enum { CLOSED_STATIONS = 4 };
void closed_traffic(uint32_t count, const double *entry, const double *routing, double *out);

#endif
