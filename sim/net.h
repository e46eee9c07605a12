// sim/net.h: the constant part of the simulated world: nodes, links, protocols, and how long a
// message takes alone.
//
// A message passes *legs*, each occupying one resource first come, first served:
//   port of the sender (serialisation) -> card, link, card (the wire) -> latency -> [broker's copy
//   -> wire -> latency] -> port of the receiver (deserialisation).
// The three legs of a wire overlap: a card hands on as it sends (cut-through), so that alone the
// wire takes bytes / slowest rate, and it ends no earlier than its slowest leg. The last of them is
// held for its own time only, up to the end of the one before: a fast card behind slow links lets
// several in. A broker stores and forwards. Cards exist where the group says nic shared; else every
// link has a card of its own.
//
// Between groups without a link of their own a message goes the shortest way over gateways, fog and
// cloud (sim/route.c): hop after hop, each stored and forwarded. Where a hop is shared max-min fair
// (is_fair, media) the whole stretch from port to port is one leg LEG_FLOW, a fluid that passes all
// hops at once at the rate that its constraints leave it; what it passes, links and shared cards,
// is then shared so by all messages. Rates may follow positions (radio) and traces: piecewise
// constant, integrated (sim/rate.c).
//
// Encoding, headers: wire bytes = n + header ceil(n / segment), n = payload encoding +
// message_bytes; 66 bytes per 1448 fit measured TCP links to 0.3 % (facts 7). Serialisation counts
// payload bytes and takes part at each end once per node.
#ifndef FOGSIM_SIM_NET_H
#define FOGSIM_SIM_NET_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/units.h"

enum node_role { ROLE_USER, ROLE_FOG, ROLE_CLOUD, ROLE_BROKER, ROLE_GATEWAY, ROLE_COUNT };

enum { NO_NODE = UINT32_MAX, QUEUE_INFINITE = UINT32_MAX, NO_GROUP = UINT32_MAX };

enum discipline {        // who is served next at a processor
    DISCIPLINE_FIFO,     // first come, first served
    DISCIPLINE_PRIORITY, // the lowest priority number, not interrupting; FIFO within one
    DISCIPLINE_PREEMPT,  // the same, interrupting; what was interrupted resumes
    DISCIPLINE_EDF,     // the earliest deadline of its job, not interrupting; without deadline last
    DISCIPLINE_SHARING, // processor sharing: each gets min(1, servers / present) of a server
    DISCIPLINE_COUNT
};

enum memory_rule { // what happens when what a starting operation needs is not free
    MEMORY_IGNORE, // only counted (peak)
    MEMORY_REFUSE, // the job is dropped
    MEMORY_SWAP,   // the operation takes 2 x missing bytes / swap_bytes_per_s longer
};

// Where the nodes of a group are and how they move. Positions in metres.
enum mobility {
    PLACE_NONE,      // no positions
    PLACE_FIXED,     // tracks of one point
    PLACE_WAYPOINTS, // random waypoint: uniform targets in an area, uniform speeds, a pause at each
    PLACE_TRACE,     // recorded tracks
};
struct track_point {
    sim_ns at;
    double x_m, y_m;
};
struct track { // straight lines between timed points, ascending; stands still before the first
    struct track_point *points; // [count] count >= 1
    uint32_t            count;
    sim_ns period; // begins again after this (a closed way); NS_END: stands still at the end
};
struct waypoints {                      // PLACE_WAYPOINTS
    double x_m, y_m, width_m, height_m; // the area
    double speed_low_m_per_s, speed_high_m_per_s, pause_s;
    double horizon_s; // the way closes and repeats after this
};

struct node_group { // nodes [first, first + count), all alike
    const char      *name;
    enum node_role   role;
    uint32_t         first, count;
    uint32_t         servers;     // >= 1
    uint32_t         queue_limit; // compute and load operations that may wait; QUEUE_INFINITE
    bool             nic_shared;  // its links leave and enter through one full-duplex card
    double           nic_bytes_per_s;
    double           serialisation_ratio; // its seconds per byte over the protocol's
    double           memory_bytes;        // INFINITY: no limit
    double           power_idle_w, power_busy_w;
    enum discipline  discipline;
    uint32_t         priority; // users: of their jobs; lower is served first
    enum memory_rule memory_rule;
    double           swap_bytes_per_s;
    double           power_send_w, power_receive_w; // above idle, while its wire legs are under way
    double           price_per_s;                   // of a busy server
    enum mobility    mobility;
    struct waypoints waypoints;
    struct track    *tracks; // [count]; PLACE_NONE: NULL; PLACE_WAYPOINTS: by net_move
    double join_s, leave_s;  // present in [join_s, leave_s); leave_s <= join_s: it never leaves
};

// A rate that follows a recorded series: factor of the nominal rate, piecewise constant.
struct rate_trace {
    const char *name;
    uint32_t    count;  // >= 1
    sim_ns     *from;   // [count] ascending; from[0] == 0
    double     *factor; // [count] > 0
    sim_ns      period; // repeats after this; NS_END: the last factor holds
};

// Shannon: rate = bandwidth log2(1 + P G (d0 / max(d, d0))^alpha h / N) / 8 bytes per second, d0 =
// 1 m.
struct radio {
    double bandwidth_hz, power_w;
    double gain;                 // path gain at 1 m (linear)
    double path_loss_exponent;   // alpha
    double noise_w;              // over the bandwidth
    double efficiency;           // share of Shannon's rate that is reached, (0, 1]
    double rate_max_bytes_per_s; // INFINITY: none
    bool   is_fading;            // Rayleigh: h exponential of mean 1, drawn per message; else h = 1
    sim_ns step_ns;              // positions are looked up this often
};

// What several links share, max-min fair: a Wi-Fi cell, a backplane, an uplink.
struct medium {
    const char              *name;
    double                   rate_bytes_per_s; // of all flows together
    const struct rate_trace *trace;            // NULL: constant
    uint32_t                 per_group; // one instance for each node of this group; NO_GROUP: one
    uint32_t first; // its first instance; instances are numbered through all media; by net_finish
};

struct protocol {
    const char *name, *about, *source;
    double      encoding;                 // wire bytes per payload byte, >= 1 for text
    double      message_bytes, message_s; // added to every message; the time at the sender's port
    double      header_bytes, segment_bytes; // header per started segment
    double      serialise_s_per_byte,
        deserialise_s_per_byte; // of payload, where serialisation_ratio is 1
    bool   brokered;            // store and forward through a broker
    double broker_s_per_byte;   // the broker's copy, of wire bytes
    // MQTT's quality of service, between client and broker: 0, 1 or 2; others 0. 1: PUBACK comes
    // back, nobody waits for it. 2: the message is handed on after PUBREC and PUBREL: two packets
    // and two latencies more for each stretch from port to port; PUBCOMP is not waited for.
    uint32_t qos;
    double   control_bytes;       // of one such packet, without headers
    double   slow_start_segments; // initial window of a cold connection; 0: none
    double   slow_start_idle_s;   // a connection idle for longer is cold again
};

enum broker_place { BROKER_RECEIVER, BROKER_SENDER, BROKER_THIRD };

enum { MAX_MEDIA = 4, MAX_CONSTRAINTS = 16, MAX_PLACES = 8 };

// Why there is no route from group to group. The reader asks after net_finish (route.fault).
enum route_fault {
    ROUTE_OK,
    ROUTE_NO_WAY,           // absent, and no way over others
    ROUTE_TOO_LONG,         // the shortest way passes more than MAX_PLACES places
    ROUTE_MEDIUM_ELSEWHERE, // a hop uses a medium of a group (per_group) that has no node at the
                            // hop
    ROUTE_TOO_MANY_CONSTRAINTS, // a flow would have more than MAX_CONSTRAINTS
    ROUTE_NO_POSITION,          // radio between groups of which one has no positions
    ROUTE_FAULTS
};
const char *route_fault_text(enum route_fault fault); // for messages

struct link_spec { // directed, one between each pair of nodes of two groups
    double                   rate_bytes_per_s, latency_s;
    const struct protocol   *protocol;  // of this pair's messages, also where the link is absent
    bool                     is_absent; // no direct link: messages go over other groups
    bool                     is_fair;   // its messages share it max-min fair; media imply it
    uint32_t                 media_count, media[MAX_MEDIA]; // indices of net.media
    const struct radio      *radio;                         // NULL: rate_bytes_per_s
    const struct rate_trace *trace;                         // NULL: constant
    double                   price_per_byte;
};

enum leg_resource { LEG_PORT, LEG_TX, LEG_WIRE, LEG_RX, LEG_FLOW };

// Places are the nodes that a message passes: 0 its sender, the last its receiver, between them
// broker and hops.
struct leg {
    enum leg_resource resource;
    uint8_t           place, next_place; // a wire or flow runs from place to next_place
    bool              overlaps_next;     // the next leg starts with this one and ends no earlier
    bool              is_cold_able;      // wire or flow of a protocol with slow start
    bool              is_varying; // wire or flow: the rate depends on the pair of nodes or on time
    double fixed_s, s_per_payload_byte, s_per_wire_byte; // s_per_wire_byte: constant rates
    double rate_bytes_per_s;                             // flow, not varying: its rate alone
    double untimed_bytes;   // of the wire bytes: control packets that take no time in this leg
    double rtt_s;           // wire or flow: twice the latency of its hops
    double latency_after_s; // before the next leg
};

// Each hop has at most three legs and a route three ports; store and forward over all places fits.
enum { MAX_LEGS = 3 * (MAX_PLACES - 1) + 3 };

struct route { // from a node of one group to a node of another
    uint32_t               leg_count, place_count;
    struct leg             legs[MAX_LEGS];
    uint32_t               groups[MAX_PLACES]; // [place_count] the group of each place
    const struct protocol *protocol;
    enum route_fault       fault;
    bool                   is_reachable;     // no fault; else messages may not be planned
    bool                   is_fading;        // a hop is a radio link that fades
    bool                   is_varying;       // some rate depends on the pair of nodes or on time
    double                 control_bytes;    // of the wire bytes: all control packets of a stretch
    double                 rate_bytes_per_s; // slowest of links, media, cards that do not vary
};

struct net { // constant during a run
    uint32_t           group_count, node_count;
    struct node_group *groups;   // [group_count]
    uint32_t          *group_of; // [node_count]
    struct link_spec  *links;    // [group_count * group_count] from, to
    struct route      *routes;   // [group_count * group_count]; made by net_finish
    enum broker_place  broker;
    uint32_t           broker_node; // the first of that role; NO_NODE; found by net_finish
    struct medium     *media;       // [media_count]
    uint32_t           media_count, instance_count; // instances of media: by net_finish
};

// Fills group_of, routes and the numbers of media when groups, links, media and broker are set.
// Where a link is absent the route takes the shortest way over groups of gateways, fog and cloud
// nodes, not over users or brokers: a hop is as long as its latency and the time of 1448 wire bytes
// at its rate (radio: at 1 m), in whole ns; of equal ways the one of fewer hops, then of the lowest
// groups from the sender on. O(groups^3).
void net_finish(struct net *n, struct arena *a);

// The ways of PLACE_WAYPOINTS for one replication, in `a`: into a copy of the groups, so that other
// runs keep theirs. Nothing where nobody moves at random. Before it is called their nodes have no
// position, and radio links to them no rate.
void net_move(struct net *n, struct arena *a, uint64_t seed, uint32_t replication);

static inline const struct node_group *net_group(const struct net *n, uint32_t node)
{
    return &n->groups[n->group_of[node]];
}

static inline const struct route *net_route(const struct net *n, uint32_t from, uint32_t to)
{
    return &n->routes[n->group_of[from] * n->group_count + n->group_of[to]];
}

static inline const struct link_spec *net_link(const struct net *n, uint32_t from, uint32_t to)
{
    return &n->links[n->group_of[from] * n->group_count + n->group_of[to]];
}

// The node of a group between two ends: its only one; else the rank of the end whose group has more
// nodes (equal: of `from`), modulo the group's count: user i goes over gateway i mod G both ways.
// Of a group of brokers: the broker.
uint32_t net_between(const struct net *n, uint32_t from, uint32_t to, uint32_t group);

bool net_is_fair(const struct net *n, uint32_t from, uint32_t to); // messages on the link share it

// The node at a place of the route from `from` to `to`.
static inline uint32_t net_place(const struct net *n, uint32_t from, uint32_t to, uint32_t place)
{
    const struct route *r = net_route(n, from, to);
    if (place == 0) return from;
    return place + 1 == r->place_count ? to : net_between(n, from, to, r->groups[place]);
}

// Where a node is at an instant, in metres; false: it has no position. O(log points).
bool net_position_m(const struct net *n, uint32_t node, sim_ns at, double *x, double *y);

// Metres from node to node; false: one of them has no position. `at`: instant. O(log points).
bool net_distance_m(const struct net *n, uint32_t from, uint32_t to, sim_ns at, double *out);

// Bytes per second of the direct link between two nodes (of adjacent places), and the instant until
// which that holds (NS_END: for ever). `fading`: h of radio links, 1 = none. Asserts that the ends
// of a radio link have positions.
double net_link_rate(const struct net *n, uint32_t from, uint32_t to, sim_ns at, double fading,
                     sim_ns *until);

// The slowest link, card or medium on the way at that instant, without fading; 0: no way.
double net_rate(const struct net *n, uint32_t from, uint32_t to, sim_ns at);

// What each link of the way carries: the message, its headers, and all control packets of its
// stretch. Those that travel back are booked here too, on the link of the message.
double route_wire_bytes(const struct route *r, double payload_bytes);

// What a message asks of its network, beyond from, to and bytes.
struct message {
    uint32_t from, to;
    double   payload_bytes, wire_bytes; // wire: route_wire_bytes
    double   fading;                    // 1: none
    bool     is_cold;                   // a cold connection: slow start
};

// The bytes that a leg takes time for: the amount of a flow.
static inline double leg_bytes(const struct leg *l, double wire_bytes)
{
    return wire_bytes - l->untimed_bytes;
}

// A leg whose time depends on the bytes alone.
static inline sim_ns leg_constant_ns(const struct leg *l, double payload_bytes, double wire_bytes)
{
    return ns_or_end(l->fixed_s + l->s_per_payload_byte * payload_bytes +
                     l->s_per_wire_byte * leg_bytes(l, wire_bytes));
}

// The part of net_leg_ns that needs more than the leg. O(pieces of the rates).
sim_ns net_slow_leg_ns(const struct net *n, const struct message *m, uint32_t leg, sim_ns start);

// How long a leg takes when it starts at `start`, ns, at most NS_END; a flow: alone. Varying rates
// are integrated from `start`; what takes more than 1e7 pieces of them is NS_END.
static inline sim_ns net_leg_ns(const struct net *n, const struct message *m, uint32_t leg,
                                sim_ns start)
{
    const struct leg *l = &net_route(n, m->from, m->to)->legs[leg];
    if (l->is_varying || l->resource == LEG_FLOW || m->is_cold)
        return net_slow_leg_ns(n, m, leg, start);
    return leg_constant_ns(l, m->payload_bytes, m->wire_bytes);
}

// What slow start adds to a cold message's leg, ns: in round k of a window of w bytes, doubling
// from slow_start_segments segments with headers, max(0, RTT - w / rate) while data is left; 0
// where the leg is not cold-able or the message warm. The rate is the leg's at `start`, cards
// counted. A hop that is stored and forwarded is a connection of its own. net_leg_ns contains it;
// who runs a flow by himself adds it at its end.
sim_ns net_cold_ns(const struct net *n, const struct message *m, uint32_t leg, sim_ns start);

// Time of a message when nothing else is under way, begun at `at`, warm, without fading, ns, at
// most NS_END (also where there is no way); 0 from a node to itself is the caller's matter.
// O(legs).
sim_ns net_alone_ns(const struct net *n, uint32_t from, uint32_t to, double payload_bytes,
                    sim_ns at);
// The same with what the engine knows of the message (fading, cold).
sim_ns net_message_ns(const struct net *n, const struct message *m, sim_ns at);

// What a flow shares with others. LINK: a, b = nodes; MEDIUM: a = instance; TX, RX: a = node.
enum constraint_kind { CONSTRAINT_MEDIUM, CONSTRAINT_LINK, CONSTRAINT_TX, CONSTRAINT_RX };
struct constraint {
    enum constraint_kind kind;
    uint32_t             a, b;
};
// Of a LEG_FLOW; their number. A medium that two hops of the way use is listed twice: the flow
// takes twice its rate there (a cell from station to station over the access point). The instance
// of a medium per group is that of the hop's end in the group; both ends: of the sending one.
uint32_t net_constraints(const struct net *n, const struct message *m, uint32_t leg,
                         struct constraint out[MAX_CONSTRAINTS]);
// Bytes per second of a constraint at an instant and until when; LINK: without fading.
double net_capacity(const struct net *n, struct constraint c, sim_ns at, sim_ns *until);

// The bound of a flow's own rate: the slowest of its radio hops with the message's fading, and
// until when; INFINITY where nothing fades. Under sharing the fading of one message can so slow
// that message, not speed the link up for all: LINK holds without fading.
double net_flow_bound(const struct net *n, const struct message *m, uint32_t leg, sim_ns at,
                      sim_ns *until);

#endif
