// algorithms/common/pieces.h: which node holds which part of which tensor, since which operation;
// brings what is missing.
//
// A piece is a range of a tensor (rows; of a vector, its elements) on a node: all of it, or a
// section of its columns, frames and channels. What a node needs and lacks is fetched range by
// range from who has it, and is a piece there afterwards, so that no piece travels to a node twice.
// (Two sections that overlap do not make a third.) Two nodes that cannot reach each other send over
// the user, which all of them reach. With a hub every message between two other nodes passes it as
// two transfers, and is a piece there as well: who reads it later gets it from the hub. Cost:
// O(pieces of the tensor) a range fetched.
#ifndef FOGSIM_ALGORITHMS_COMMON_PIECES_H
#define FOGSIM_ALGORITHMS_COMMON_PIECES_H

#include "algorithms/view.h"
#include "sim/plan.h"

struct op_list {
    uint32_t *ops;
    uint32_t  count, capacity;
};

struct piece { // private
    uint32_t            node, op, next;
    int32_t             begin, end;
    const struct block *section; // rows do not count; NULL: all columns, frames and channels
};

struct pieces {
    const struct view  *v;
    const struct graph *g;
    struct plan        *plan;
    struct arena       *scratch;
    uint32_t            user, hub; // hub: NO_HUB for none
    uint32_t            floor;     // operation that every transfer waits for; NO_OP: none
    struct op_list      deps;      // what was needed waits for these: cleared by the caller
    uint32_t           *first;     // private: [layer_count + 1] by tensor
    struct piece       *pieces;
    uint32_t            count, capacity, unused; // unused: the first of those forgotten
};

enum { NO_HUB = UINT32_MAX };

// Nobody holds anything. Memory from `scratch`.
void pieces_init(struct pieces *p, const struct view *v, uint32_t user, uint32_t hub,
                 struct arena *scratch, struct plan *plan);

void op_list_add(struct op_list *list, struct arena *a, uint32_t op); // NO_OP: not added

// A block that a node has since an operation; NO_OP: since the floor, or from the start.
void pieces_add_block(struct pieces *p, uint32_t tensor, uint32_t node, const struct block *b,
                      uint32_t op);
void pieces_add_whole(struct pieces *p, uint32_t tensor, uint32_t node, uint32_t op);
void pieces_forget(struct pieces *p, uint32_t tensor); // everywhere

// Brings a block of a tensor to a node; what it waits for goes to p->deps. Asserts that all of it
// is somewhere.
void pieces_need(struct pieces *p, uint32_t tensor, uint32_t node, const struct block *b,
                 uint32_t stage);
void pieces_need_whole(struct pieces *p, uint32_t tensor, uint32_t node, uint32_t stage);

// A message that is no tensor's part: over the hub or the user where it must; its last transfer.
uint32_t pieces_send(struct pieces *p, uint32_t stage, uint32_t from, uint32_t to, double bytes,
                     uint32_t after);

#endif
