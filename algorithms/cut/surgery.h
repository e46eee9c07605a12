// algorithms/cut/surgery.h: which steps of a model run at the edge and which in the cloud
// (DADS).
//
// A placement is a set of steps on the cloud that is closed: what reads a tensor made there is
// there as well, so that data crosses once, upwards. Its stages are the sums of what the edge
// computes, the link carries and the cloud computes for one frame; frames of a stream pass them as
// a pipeline. Source: Hu, Bao, Wang, Liu, Dynamic Adaptive DNN Surgery for Inference Acceleration
// on the Edge, INFOCOM 2019. Their graph of links is completed by two things it needs: infinite
// links from reader to producer, without which the cut may send data back, and a vertex for the
// input frame tied to the edge, without which everything on the cloud sends nothing.
#ifndef FOGSIM_ALGORITHMS_CUT_SURGERY_H
#define FOGSIM_ALGORITHMS_CUT_SURGERY_H

#include "algorithms/cut/crossing.h"
#include "base/arena.h"

struct surgery { // seconds >= 0 of one frame
    uint32_t                step_count;
    const double           *edge_s, *cloud_s; // [step_count]
    const struct crossings *crossings;
    const double           *send_s; // [crossings.count]
};

struct stages {
    double edge_s, send_s, cloud_s;
};

struct stages surgery_stages(const struct surgery *s, const bool *on_cloud);
double        stages_sum_s(struct stages t); // latency of a frame alone
double        stages_max_s(struct stages t); // the stage that bounds the throughput: 1 / max

// DSL (light load): the placement of the least sum, by a minimum cut; exact. Ties go to the cloud.
// Into on_cloud[step_count]. O((steps + tensors)^2 x links) at worst.
void surgery_light(const struct surgery *s, struct arena *scratch, bool *on_cloud);

// DSH (heavy load): a placement of small maximum; the least one is NP-hard to find. The edge's and
// the cloud's seconds are scaled by factors alpha and gamma, and the minimum cut with the least
// maximum (unscaled) is kept: first over a grid from 0 to all of the edge's (cloud's) seconds over
// the shortest transfer in steps of 1, then finer and finer about the best. Where an axis of that
// grid would have more than SURGERY_GRID values it has 0 and SURGERY_GRID - 1 in geometric
// progression from 1 on. (1, 1) is always there, so that the maximum is at most three times the
// least. O(SURGERY_GRID^2) minimum cuts.
enum { SURGERY_GRID = 33 };
void surgery_heavy(const struct surgery *s, struct arena *scratch, bool *on_cloud);

#endif
