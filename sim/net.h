// sim/net.h: the constant part of the simulated world: nodes, links, protocols, and how long a
// message takes alone.
//
// A message passes *legs*, each occupying one resource first come, first served:
//   port of the sender (serialisation) -> card, link, card (the wire) -> latency -> [broker's copy
//   -> wire -> latency] -> port of the receiver (deserialisation).
// The three legs of a wire overlap: a card hands on as it sends (cut-through), so that alone the
// wire takes bytes / slowest rate, and it ends no earlier than its slowest leg. A broker stores and
// forwards. Cards exist where the group says nic shared; else every link has a card of its own.
// Encoding, headers: wire bytes = n + header ceil(n / segment), n = payload encoding +
// message_bytes; 66 bytes per 1448 fit measured TCP links to 0.3 % (facts 7). Serialisation counts
// payload bytes and takes part at each end once per node.
#ifndef FOGSIM_SIM_NET_H
#define FOGSIM_SIM_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/units.h"

enum node_role { ROLE_USER, ROLE_FOG, ROLE_CLOUD, ROLE_BROKER, ROLE_COUNT };

enum { NO_NODE = UINT32_MAX, QUEUE_INFINITE = UINT32_MAX };

struct node_group { // nodes [first, first + count), all alike
    const char    *name;
    enum node_role role;
    uint32_t       first, count;
    uint32_t       servers;     // >= 1
    uint32_t       queue_limit; // compute and load operations that may wait; QUEUE_INFINITE
    bool           nic_shared;  // its links leave and enter through one full-duplex card
    double         nic_bytes_per_s;
    double         serialisation_ratio; // its seconds per byte over the protocol's
    double         memory_bytes;        // INFINITY: no limit
    double         power_idle_w, power_busy_w;
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
};

enum broker_place { BROKER_RECEIVER, BROKER_SENDER, BROKER_THIRD };

struct link_spec { // directed, one between each pair of nodes of two groups
    double                 rate_bytes_per_s, latency_s;
    const struct protocol *protocol;
};

enum leg_resource { LEG_PORT, LEG_TX, LEG_WIRE, LEG_RX };
enum leg_place { AT_FROM, AT_BROKER, AT_TO };

struct leg {
    enum leg_resource resource;
    enum leg_place    place, next_place; // the node; a wire runs from place to next_place
    double            fixed_s, s_per_payload_byte, s_per_wire_byte;
    double            latency_after_s; // before the next leg
    bool              overlaps_next;   // the next leg starts with this one and ends no earlier
};

enum { MAX_LEGS = 10 };

struct route { // from a node of one group to a node of another
    uint32_t               leg_count;
    struct leg             legs[MAX_LEGS];
    const struct protocol *protocol;
    double                 rate_bytes_per_s; // of its slowest link or card
};

struct net { // constant during a run
    uint32_t           group_count, node_count;
    struct node_group *groups;   // [group_count]
    uint32_t          *group_of; // [node_count]
    struct link_spec  *links;    // [group_count * group_count] from, to
    struct route      *routes;   // [group_count * group_count]; made by net_finish
    enum broker_place  broker;
    uint32_t           broker_node; // the first of that role; NO_NODE; found by net_finish
};

// Fills group_of and routes when groups, links and broker are set.
void net_finish(struct net *n, struct arena *a);

const struct node_group *net_group(const struct net *n, uint32_t node);
const struct route      *net_route(const struct net *n, uint32_t from, uint32_t to);

double route_wire_bytes(const struct route *r, double payload_bytes);
// NS_END: past the range of the clock.
sim_ns route_leg_ns(const struct route *r, uint32_t leg, double payload_bytes, double wire_bytes);
// Time of a message when nothing else is under way, ns, at most NS_END; 0 from a node to itself is
// the caller's matter. O(legs).
sim_ns route_alone_ns(const struct route *r, double payload_bytes);

#endif
