// bench/engine/peers/simgrid.cpp: the same model on SimGrid (S4U). Network CM02, TCP-gamma 0, no
// cross traffic, no latency, so that a transfer takes bytes / rate.
//
// An actor per user draws its arrivals and sends one task after the other over its link (first
// come, first served: an arrival during a transfer waits its turn); an actor per node takes
// messages in the order they were sent and computes; an actor per user, at its node, sends the
// answers back one after the other. Source of the interface: the SimGrid 3.32 manual, "The S4U
// interface".
#include <simgrid/s4u.hpp>

#include <deque>
#include <string>
#include <vector>

#include "bench/engine/peers/peer.h"

namespace sg4 = simgrid::s4u;

struct Task {
    uint32_t user;
    double   arrived_s;
};

struct Answers { // waiting for a user's link down
    std::deque<double> arrived_s;
    sg4::SemaphorePtr  some = sg4::Semaphore::create(0);
};

static struct peer                 p;
static std::vector<sg4::Host *>    users, nodes;
static std::vector<sg4::Mailbox *> inbox;
static std::vector<Answers>        answers;

static void send_tasks(uint32_t user)
{
    for (double at_s = 0;;) {
        at_s += peer_exponential(&p, 1);
        if (at_s >= p.horizon_s) return;
        if (at_s > sg4::Engine::get_clock()) sg4::this_actor::sleep_until(at_s);
        inbox[user % p.fogs]->put(new Task{user, at_s}, (uint64_t)UP_BYTES);
    }
}

static void serve(uint32_t node)
{
    inbox[node]->set_receiver(sg4::Actor::self()); // what is sent starts at once
    for (;;) {
        Task *task = inbox[node]->get<Task>();
        sg4::this_actor::execute(peer_exponential(&p, SERVICE_S)); // 1 flop/s: seconds
        answers[task->user].arrived_s.push_back(task->arrived_s);
        answers[task->user].some->release();
        delete task;
    }
}

static void send_answers(uint32_t user)
{
    for (Answers &a = answers[user];;) {
        a.some->acquire();
        double arrived_s = a.arrived_s.front();
        a.arrived_s.pop_front();
        sg4::Comm::sendto(nodes[user % p.fogs], users[user], (uint64_t)DOWN_BYTES);
        peer_finished(&p, sg4::Engine::get_clock() - arrived_s);
    }
}

static void make_platform()
{
    auto *zone = sg4::create_star_zone("world");
    for (uint32_t f = 0; f < p.fogs; f++) {
        nodes.push_back(zone->create_host("node" + std::to_string(f), 1.0)->seal());
        zone->add_route(nodes[f]->get_netpoint(), nullptr, nullptr, nullptr,
                        std::vector<sg4::LinkInRoute>(), true);
        inbox.push_back(sg4::Mailbox::by_name("node" + std::to_string(f)));
    }
    for (uint32_t u = 0; u < p.users; u++) {
        std::string name = std::to_string(u);
        users.push_back(zone->create_host("user" + name, 1.0)->seal());
        auto *up = zone->create_link("up" + name, RATE_BYTES_PER_S)->seal();
        auto *down = zone->create_link("down" + name, RATE_BYTES_PER_S)->seal();
        zone->add_route(users[u]->get_netpoint(), nullptr, nullptr, nullptr, {sg4::LinkInRoute(up)},
                        false);
        zone->add_route(nullptr, users[u]->get_netpoint(), nullptr, nullptr,
                        {sg4::LinkInRoute(down)}, false);
    }
    zone->seal();
}

int main(int argc, char **argv)
{
    p = peer_start(argc, argv);
    int  count = 6;
    char name[] = "simgrid", model[] = "--cfg=network/model:CM02",
         gamma[] = "--cfg=network/TCP-gamma:0";
    char        cross[] = "--cfg=network/crosstraffic:0", stack[] = "--cfg=contexts/stack-size:64";
    char        quiet[] = "--log=root.thresh:critical";
    char       *arguments[] = {name, model, gamma, cross, stack, quiet, nullptr};
    sg4::Engine engine(&count, arguments);
    make_platform();
    answers.resize(p.users);
    for (uint32_t f = 0; f < p.fogs; f++)
        sg4::Actor::create("serve", nodes[f], serve, f)->daemonize();
    for (uint32_t u = 0; u < p.users; u++) {
        sg4::Actor::create("send", users[u], send_tasks, u);
        sg4::Actor::create("answer", nodes[u % p.fogs], send_answers, u)->daemonize();
    }
    engine.run();
    return peer_report(&p, "SimGrid");
}
