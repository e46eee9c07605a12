// bench/simgrid/theirs.c: the workload on SimGrid (Casanova et al., "Versatile, Scalable, and
// Accurate Simulation of Distributed Applications and Platforms", JPDC 2014). Its network model
// CM02 without TCP's window, cross traffic and factors shares links max-min fairly.
//
// FIFO is made of actors: a user's sender sends one message at a time; a server takes one job at a
// time from a list. What is shared is an actor a job.
#include <simgrid/actor.h>
#include <simgrid/comm.h>
#include <simgrid/engine.h>
#include <simgrid/host.h>
#include <simgrid/mailbox.h>
#include <simgrid/semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/simgrid/workload.h"

#define SPEED_FLOP_PER_S 1e9

static const struct workload *load; // SimGrid's actors get strings only
static struct jobs           *all;
static uint32_t              *waiting, waiting_first, waiting_end; // at the server: jobs
static sg_sem_t               has_waiting;

static struct job *job_of(const char *text)
{
    return &all->items[strtoul(text, NULL, 10)];
}

static void start_actor(const char *host, xbt_main_func_t code, uint32_t number)
{
    char        text[16];
    const char *argv[] = {"actor", text, NULL};
    snprintf(text, sizeof text, "%u", number);
    sg_actor_start_(sg_actor_init("actor", sg_host_by_name(host)), code, 2, argv);
}

static void finish(struct job *j)
{
    j->theirs_s = simgrid_get_clock();
}

// What follows the network: the server's list, or an actor of its own.
static void compute_alone(int argc, char **argv)
{
    (void)argc;
    struct job *j = job_of(argv[1]);
    sg_actor_execute(j->service_s * SPEED_FLOP_PER_S);
    finish(j);
}

static void arrive_at_processor(struct job *j)
{
    uint32_t index = (uint32_t)(j - all->items);
    if (load->processor == STAGE_NONE) {
        finish(j);
    } else if (load->processor == STAGE_SHARING) {
        start_actor("server", compute_alone, index);
    } else {
        waiting[waiting_end++] = index;
        sg_sem_release(has_waiting);
    }
}

static void server(int argc, char **argv)
{
    (void)argc, (void)argv;
    while (waiting_first < all->count) {
        sg_sem_acquire(has_waiting);
        struct job *j = &all->items[waiting[waiting_first++]];
        sg_actor_execute(j->service_s * SPEED_FLOP_PER_S);
        finish(j);
    }
}

static sg_mailbox_t box_of(const char *kind, uint32_t number)
{
    char name[32];
    snprintf(name, sizeof name, "%s%u", kind, number);
    return sg_mailbox_by_name(name);
}

// A shared network: a receiver for each job; it ends when the message has come.
static void receive_one(int argc, char **argv)
{
    (void)argc;
    struct job *j = job_of(argv[1]);
    sg_mailbox_get(box_of("job", (uint32_t)(j - all->items)));
    arrive_at_processor(j);
}

// A user: waits for each of its jobs' arrival and sends it, or hands it to the processor.
static void user(int argc, char **argv)
{
    (void)argc;
    uint32_t self = (uint32_t)strtoul(argv[1], NULL, 10);
    for (uint32_t i = 0; i < all->count; i++) {
        struct job *j = &all->items[i];
        if (j->user != self) continue;
        if (simgrid_get_clock() < j->arrived_s) sg_actor_sleep_until(j->arrived_s);
        if (load->network == STAGE_NONE) {
            arrive_at_processor(j);
        } else if (load->network == STAGE_LINK) {
            sg_mailbox_put(box_of("user", self), j, (long)j->bytes);
        } else {
            start_actor("server", receive_one, i);
            sg_comm_detach(sg_mailbox_put_init(box_of("job", i), j, (long)j->bytes), NULL);
        }
    }
}

// The far end of a FIFO link.
static void receive_all(int argc, char **argv)
{
    (void)argc;
    uint32_t     self = (uint32_t)strtoul(argv[1], NULL, 10);
    sg_mailbox_t box = box_of("user", self);
    for (uint32_t i = 0; i < all->count; i++)
        if (all->items[i].user == self) arrive_at_processor(sg_mailbox_get(box));
}

static void write_platform(FILE *f)
{
    bool is_shared = load->network == STAGE_SHARED;
    fprintf(f, "<?xml version='1.0'?>\n<!DOCTYPE platform SYSTEM "
               "\"https://simgrid.org/simgrid.dtd\">\n<platform version=\"4.1\">\n"
               "<zone id=\"world\" routing=\"Full\">\n<host id=\"server\" speed=\"1e9f\"/>\n");
    for (uint32_t u = 0; u < load->users; u++)
        fprintf(f, "<host id=\"user%u\" speed=\"1e9f\"/>\n", u);
    for (uint32_t u = 0; u < load->users; u++)
        fprintf(f, "<link id=\"link%u\" bandwidth=\"%.17gBps\" latency=\"0s\"/>\n", u,
                workload_link_rate(load, u));
    fprintf(f, "<link id=\"medium\" bandwidth=\"%.17gBps\" latency=\"0s\"/>\n",
            is_shared ? load->medium_bytes_per_s : 1);
    for (uint32_t u = 0; u < load->users; u++)
        fprintf(f, "<route src=\"user%u\" dst=\"server\"><link_ctn id=\"link%u\"/>%s</route>\n", u,
                u, is_shared ? "<link_ctn id=\"medium\"/>" : "");
    fprintf(f, "</zone>\n</platform>\n");
}

static void load_platform(void)
{
    char  path[] = "/tmp/fogsim-simgrid-XXXXXX.xml";
    FILE *f = fdopen(mkstemps(path, 4), "w");
    write_platform(f);
    fclose(f);
    simgrid_load_platform(path);
    unlink(path);
}

void run_theirs(const struct workload *w, struct jobs *jobs)
{
    const char *words[] = {"bench-simgrid",
                           "--cfg=network/model:CM02",
                           "--cfg=network/TCP-gamma:0",
                           "--cfg=network/crosstraffic:0",
                           "--cfg=network/bandwidth-factor:1",
                           "--cfg=network/latency-factor:1",
                           "--cfg=network/weight-S:0",
                           "--cfg=surf/precision:1e-12",
                           "--cfg=maxmin/precision:1e-12",
                           "--cfg=contexts/stack-size:64",
                           "--log=root.thres:error"};
    int         count = sizeof words / sizeof *words;
    load = w;
    all = jobs;
    waiting = calloc(jobs->count, sizeof *waiting);
    simgrid_init(&count, (char **)words);
    load_platform();
    has_waiting = sg_sem_init(0);
    if (w->processor == STAGE_SERVER) start_actor("server", server, 0);
    for (uint32_t u = 0; u < w->users; u++) {
        char host[32];
        snprintf(host, sizeof host, "user%u", u);
        if (w->network == STAGE_LINK) start_actor("server", receive_all, u);
        start_actor(host, user, u);
    }
    simgrid_run();
}
