#include "cli/measure.h"

void measure_init(struct measure *m, struct arena *a, uint32_t node_count)
{
    *m = (struct measure){.nodes = ARENA_ARRAY(a, struct node_measure, node_count),
                          .last = ARENA_ARRAY(a, struct node_look, node_count),
                          .node_count = node_count};
    m->now.nodes = m->nodes;
}

void measure_arrival(struct measure *m)
{
    m->now.arrived++;
}

void measure_job(struct measure *m, const struct job_record *job)
{
    m->now.dropped += job->status == JOB_DROPPED;
    if (job->finished_ns < 0) return;
    m->now.finished++;
    m->now.latency_sum_s += s_from_ns(job->finished_ns - job->arrived_ns);
}

static struct node_measure since(const struct node_look *last, const struct node_look *now,
                                 double span_s)
{
    return (struct node_measure){
        .busy_s = s_from_ns(now->busy_ns - last->busy_ns),
        .queue_mean = span_s > 0 ? (double)(now->area_ns - last->area_ns) / NS_PER_S / span_s : 0,
        .queue_now = now->waiting,
        .served = now->served - last->served,
    };
}

const struct observation *measure_take(struct measure *m, const struct engine *en, sim_ns now)
{
    m->now.from_s = m->now.until_s;
    m->now.until_s = s_from_ns(now);
    for (uint32_t node = 0; node < m->node_count; node++) {
        struct node_look look;
        engine_look(en, node, &look);
        m->nodes[node] = since(&m->last[node], &look, m->now.until_s - m->now.from_s);
        m->last[node] = look;
    }
    return &m->now;
}

void measure_begin(struct measure *m)
{
    m->now.arrived = m->now.finished = m->now.dropped = 0;
    m->now.latency_sum_s = 0;
}
