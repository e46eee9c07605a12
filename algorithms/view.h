// algorithms/view.h: all that a scheme may know when it decides: read-only.
//
// The graph, the network's constants, the cost of any slice on any node, estimates of a whole task
// on each node, and how much work waits at a node now. No clock, no engine, no database.
#ifndef FOGSIM_ALGORITHMS_VIEW_H
#define FOGSIM_ALGORITHMS_VIEW_H

#include "models/cost.h"
#include "sim/net.h"

enum granularity {
    GRANULARITY_LAYER, // for each step: hand over the input, compute, return, merge (the thesis)
    GRANULARITY_TASK,  // input in, answer out; only what a cut needs travels
};
enum weights_mode {
    WEIGHTS_RESIDENT,
    WEIGHTS_PER_TASK,
    WEIGHTS_PER_LAYER,
    WEIGHTS_CACHED, // loaded when the node does not hold them any more (least recently used go)
};
enum open_slots { OPEN_NONE, OPEN_TWO_SIDED, OPEN_MOVE };
enum draw { DRAW_PER_TASK, DRAW_PER_LAYER };
enum share_rule { SHARE_FOG, SHARE_USER };

enum option_bit { // which options a scheme reads
    OPTION_GRANULARITY = 1 << 0,
    OPTION_WEIGHTS = 1 << 1,
    OPTION_FC_SPLIT = 1 << 2,
    OPTION_LOCAL_SHARE = 1 << 3,
    OPTION_OPEN_SLOTS = 1 << 4,
    OPTION_CUT = 1 << 5,
    OPTION_NODE = 1 << 6,
    OPTION_SHARES = 1 << 7,
    OPTION_GUARD = 1 << 8,
};

struct option_value {      // of a scheme's own option, as its kind says; see scheme.h
    double number;         // also a bool (0 or 1), a choice (its rank), a node group (its index;
                           // -1: not given)
    const double *numbers; // [count] of a list
    uint32_t      count;
    const char   *text;
    bool          is_given;
};

struct scheme_options {
    enum granularity  granularity;
    enum weights_mode weights;
    enum slice_axis   fc_split;    // SLICE_OUT or SLICE_IN
    bool              local_share; // the user is one more node of a split
    enum open_slots   open_slots;
    bool              welfare_guard;
    enum draw         cut;          // random: one draw of cut points per task or per layer
    enum draw         node;         // rand: one node per task or per step
    enum share_rule   shares;       // DINA-P: shares by the fog's utility (3.1) or the user's (3.2)
    const struct option_value *own; // [scheme.own_count] by the rank in scheme.own
};

enum tau_mode { TAU_LOCAL, TAU_OFF, TAU_SET };

struct limits { // of the thesis' chapter 3
    enum tau_mode tau_mode;
    double        tau_s;             // TAU_SET
    double        gamma_bytes_per_s; // least link rate of a candidate
    uint32_t      theta;             // most fog nodes of one task
    uint32_t      quota;             // most users of one fog node; UINT32_MAX: no limit
    double        edge_delay_s;      // delta, once per round
    uint32_t candidates; // most candidates of one user, those of the least time alone (ties: in the
                         // order of their index, beginning at the user's rank modulo the number of
                         // fog nodes, so that equal nodes get as many users); UINT32_MAX: all
};

// A whole task of a user on a node, nothing else under way. Source: thesis eq. (3.1) to (3.3).
// Cached weights: nothing is loaded where a node can hold all of them, as the tasks after the first
// find them there; else everything, as what is used in turn and does not fit is gone when its turn
// comes again (least recently used goes).
struct probe {
    double transmission_s, execution_s, loading_s, edge_delay_s;
};

struct message_pair { // payload, there and back
    double up_bytes, down_bytes;
};

struct view {
    const struct graph          *graph;
    const struct net            *net;
    const struct cost_table     *costs; // [net.group_count]
    const struct scheme_options *options;
    const struct limits         *limits;
    const uint32_t              *users, *fogs; // nodes, ascending, none of a group left out between
    const uint32_t              *clouds, *gateways; // the same of these roles; the clouds are
                                                    // among the fogs
    uint32_t user_count, fog_count, cloud_count, gateway_count;
    void    *state;    // of the scheme in this run, made by its begin; one for all
                       // classes
    uint32_t class_id; // of the graph among the run's: names cached weights
    // By view_prepare. A probe whose way is_varying lacks its transmission: that is worked out for
    // the pair of nodes and the instant, from `messages`.
    const struct probe        *probes;   // [group_count * group_count] user's group, node's group
    const bool                *fits;     // [group_count] a node of the group can hold the task
    const struct message_pair *messages; // [message_pair_count] of a whole task on one node
    uint32_t                   message_pair_count;
    uint64_t                   seed;
    uint32_t                   replication;
    // What is so now. `now_ctx` goes to the functions; a NULL function: nothing waits, all is up.
    sim_ns now;
    void  *now_ctx;
    double (*backlog_s)(void *ctx, uint32_t node); // work waiting at a node, s
    bool (*is_up)(void *ctx, uint32_t node);
    bool (*is_reachable)(void *ctx, uint32_t from, uint32_t to);
};

// Fills probes and fits from the rest; for the run's set-up. `v` is otherwise complete.
void view_prepare(struct view *v, struct arena *a);

const struct cost_table *view_costs(const struct view *v, uint32_t node);
double                   view_backlog_s(const struct view *v, uint32_t node);

// O(1) where no rate on the way depends on the pair or on time; else O(messages x legs). A way that
// is none or has no end: transmission_s INFINITY.
struct probe view_probe(const struct view *v, uint32_t user, uint32_t node);

double view_alone_s(const struct view *v, uint32_t user,
                    uint32_t node);                     // T_tr + T_exe + delta, without queueing
double view_tau_s(const struct view *v, uint32_t user); // INFINITY: off

// Utilities (3.1) and (3.2) with a stated queueing time. With tau off the fog's utility is the
// user's.
double view_utility_fog(const struct view *v, uint32_t user, uint32_t node, double mean_queue_s);
double view_utility_user(const struct view *v, uint32_t user, uint32_t node, double queue_s);

// Whether two nodes can send each other messages now.
bool view_is_connected(const struct view *v, uint32_t a, uint32_t b);

// Whether `fog` may serve `user`: it fits, both are connected, the fog node is up, rate >= Gamma
// (and > 0), T_fa with `queue_s` <= tau. The cheap ones first. limits.candidates is not asked.
bool view_is_candidate(const struct view *v, uint32_t user, uint32_t fog, double queue_s);

// The candidates with the queues of now, at most limits.candidates of them: those of the least
// view_alone_s (without queues; ties: see there). In order of their index, into out[fog_count];
// returns their number. O(fog nodes), each as view_probe where tau or the limit asks for its time;
// where no rate varies and there is a limit O(groups + limit) and those that are passed over.
// `queues`: [fog_count] backlogs that are known already, or NULL.
uint32_t view_candidates(const struct view *v, uint32_t user, const double *queues,
                         struct arena *scratch, uint32_t *out);

#endif
