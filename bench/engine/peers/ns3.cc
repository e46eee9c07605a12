// bench/engine/peers/ns3.cc: the same four events a task on ns-3's bare scheduler
// (Simulator::Schedule, its default MapScheduler, or HeapScheduler where the environment says
// NS3_SCHEDULER=Heap); no packets, no devices. Source of the interface: the ns-3 manual, "Events
// and Simulator".
#include <ns3/core-module.h>

#include <cstring>
#include <vector>

#include "bench/engine/peers/peer.h"

static struct peer         p;
static std::vector<double> up_free_s, down_free_s, node_free_s;

static double now_s()
{
    return ns3::Simulator::Now().GetSeconds();
}

// Waits for `free_s`, then takes `seconds`; from now until its end.
static ns3::Time stage(double &free_s, double seconds)
{
    free_s = std::fmax(now_s(), free_s) + seconds;
    return ns3::Seconds(free_s - now_s());
}

static void down_end(double arrived_s)
{
    peer_finished(&p, now_s() - arrived_s);
}

static void service_end(uint32_t user, double arrived_s)
{
    ns3::Simulator::Schedule(stage(down_free_s[user], DOWN_S), &down_end, arrived_s);
}

static void up_end(uint32_t user, double arrived_s)
{
    ns3::Time wait = stage(node_free_s[user % p.fogs], peer_exponential(&p, SERVICE_S));
    ns3::Simulator::Schedule(wait, &service_end, user, arrived_s);
}

static void arrive_later(uint32_t user);

static void arrive(uint32_t user)
{
    arrive_later(user);
    ns3::Simulator::Schedule(stage(up_free_s[user], UP_S), &up_end, user, now_s());
}

static void arrive_later(uint32_t user)
{
    double gap_s = peer_exponential(&p, 1);
    if (now_s() + gap_s < p.horizon_s) ns3::Simulator::Schedule(ns3::Seconds(gap_s), &arrive, user);
}

int main(int argc, char **argv)
{
    p = peer_start(argc, argv);
    const char *scheduler = std::getenv("NS3_SCHEDULER");
    bool        is_heap = scheduler && !std::strcmp(scheduler, "Heap");
    ns3::GlobalValue::Bind("SchedulerType",
                           ns3::TypeIdValue(ns3::TypeId::LookupByName(
                               is_heap ? "ns3::HeapScheduler" : "ns3::MapScheduler")));
    up_free_s.assign(p.users, 0);
    down_free_s.assign(p.users, 0);
    node_free_s.assign(p.fogs, 0);
    for (uint32_t u = 0; u < p.users; u++) arrive_later(u);
    ns3::Simulator::Run();
    ns3::Simulator::Destroy();
    return peer_report(&p, is_heap ? "ns-3 scheduler (heap)" : "ns-3 scheduler (map)");
}
