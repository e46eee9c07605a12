// bench/engine/peers/ns3.cc: the same four events a task on ns-3's bare scheduler
// (Simulator::Schedule, its default MapScheduler, or HeapScheduler where the environment says
// NS3_SCHEDULER=Heap); no packets, no devices. Source of the interface: the ns-3 manual, "Events
// and Simulator".
#include <ns3/core-module.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "bench/engine/peers/peer.h"

static struct peer          p;
static std::vector<int64_t> up_free_ns, down_free_ns, node_free_ns;

// In steps of its clock, 1 ns: Time::GetSeconds would cost more than the event.
static int64_t now_ns()
{
    return ns3::Simulator::Now().GetTimeStep();
}

static int64_t ns_from(double seconds)
{
    return (int64_t)(seconds * 1e9 + 0.5);
}

// Waits for `free_ns`, then takes `seconds`; from now until its end.
static ns3::Time stage(int64_t &free_ns, double seconds)
{
    free_ns = std::max(now_ns(), free_ns) + ns_from(seconds);
    return ns3::TimeStep((uint64_t)(free_ns - now_ns()));
}

static void down_end(int64_t arrived_ns)
{
    peer_finished(&p, (double)(now_ns() - arrived_ns) * 1e-9);
}

static void service_end(uint32_t user, int64_t arrived_ns)
{
    ns3::Simulator::Schedule(stage(down_free_ns[user], DOWN_S), &down_end, arrived_ns);
}

static void up_end(uint32_t user, int64_t arrived_ns)
{
    ns3::Time wait = stage(node_free_ns[user % p.fogs], peer_exponential(&p, SERVICE_S));
    ns3::Simulator::Schedule(wait, &service_end, user, arrived_ns);
}

static void arrive_later(uint32_t user);

static void arrive(uint32_t user)
{
    arrive_later(user);
    ns3::Simulator::Schedule(stage(up_free_ns[user], UP_S), &up_end, user, now_ns());
}

static void arrive_later(uint32_t user)
{
    int64_t gap_ns = ns_from(peer_exponential(&p, 1));
    if ((double)(now_ns() + gap_ns) < p.horizon_s * 1e9)
        ns3::Simulator::Schedule(ns3::TimeStep((uint64_t)gap_ns), &arrive, user);
}

int main(int argc, char **argv)
{
    p = peer_start(argc, argv);
    const char *scheduler = std::getenv("NS3_SCHEDULER");
    bool        is_heap = scheduler && !std::strcmp(scheduler, "Heap");
    ns3::GlobalValue::Bind("SchedulerType",
                           ns3::TypeIdValue(ns3::TypeId::LookupByName(
                               is_heap ? "ns3::HeapScheduler" : "ns3::MapScheduler")));
    up_free_ns.assign(p.users, 0);
    down_free_ns.assign(p.users, 0);
    node_free_ns.assign(p.fogs, 0);
    for (uint32_t u = 0; u < p.users; u++) arrive_later(u);
    ns3::Simulator::Run();
    ns3::Simulator::Destroy();
    return peer_report(&p, is_heap ? "ns-3 scheduler (heap)" : "ns-3 scheduler (map)");
}
