#include "algorithms/common/pieces.h"

#include <assert.h>

enum { NO_PIECE = UINT32_MAX };

void pieces_init(struct pieces *p, const struct view *v, uint32_t user, uint32_t hub,
                 struct arena *scratch, struct plan *plan)
{
    *p = (struct pieces){.v = v,
                         .g = v->graph,
                         .plan = plan,
                         .scratch = scratch,
                         .user = user,
                         .hub = hub,
                         .floor = NO_OP};
    p->first = ARENA_ARRAY(scratch, uint32_t, p->g->layer_count + 1);
    for (uint32_t i = 0; i <= p->g->layer_count; i++) p->first[i] = NO_PIECE;
}

void op_list_add(struct op_list *list, struct arena *a, uint32_t op)
{
    if (op == NO_OP) return;
    list->ops = arena_grow(a, list->ops, &list->capacity, list->count + 1, sizeof *list->ops);
    list->ops[list->count++] = op;
}

// Ranges of a tensor are rows; of a vector, its elements.
int32_t pieces_extent(const struct pieces *p, uint32_t tensor)
{
    struct shape s = graph_tensor(p->g, tensor);
    return shape_pixels(&s) == 1 ? s.c : s.h;
}

bool pieces_any(const struct pieces *p, uint32_t tensor)
{
    return p->first[tensor] != NO_PIECE;
}

void pieces_add(struct pieces *p, uint32_t tensor, uint32_t node, int32_t begin, int32_t end,
                uint32_t op)
{
    p->pieces = arena_grow(p->scratch, p->pieces, &p->capacity, p->count + 1, sizeof *p->pieces);
    p->pieces[p->count] = (struct piece){node, op, NO_PIECE, begin, end};
    uint32_t *link = &p->first[tensor]; // behind the others: who made a range is asked first
    while (*link != NO_PIECE) link = &p->pieces[*link].next;
    *link = p->count++;
}

void pieces_add_whole(struct pieces *p, uint32_t tensor, uint32_t node, uint32_t op)
{
    pieces_add(p, tensor, node, 0, pieces_extent(p, tensor), op);
}

void pieces_forget(struct pieces *p, uint32_t tensor)
{
    p->first[tensor] = NO_PIECE;
}

// The node itself is asked first, then the hub, then who made it.
static int rank_of(const struct pieces *p, uint32_t holder, uint32_t node)
{
    return holder == node ? 0 : holder == p->hub ? 1 : 2;
}

// The piece at `x` of the best rank for `node`; `*end` becomes how far it can serve: to its end, or
// to where one of a better rank begins.
static const struct piece *find_piece(const struct pieces *p, uint32_t tensor, uint32_t node,
                                      int32_t x, int32_t *end)
{
    const struct piece *best = NULL;
    int                 best_rank = 3;
    for (uint32_t i = p->first[tensor]; i != NO_PIECE; i = p->pieces[i].next) {
        const struct piece *piece = &p->pieces[i];
        int                 rank = rank_of(p, piece->node, node);
        if (piece->begin > x || piece->end <= x || rank >= best_rank) continue;
        best = piece, best_rank = rank;
    }
    assert(best);
    if (best->end < *end) *end = best->end;
    for (uint32_t i = p->first[tensor]; i != NO_PIECE; i = p->pieces[i].next) {
        const struct piece *piece = &p->pieces[i];
        if (piece->begin > x && piece->begin < *end && rank_of(p, piece->node, node) < best_rank)
            *end = piece->begin;
    }
    return best;
}

static uint32_t add_transfer(struct pieces *p, uint32_t stage, uint32_t from, uint32_t to,
                             double bytes, uint32_t after)
{
    const uint32_t deps[] = {after, p->floor};
    return plan_add(
        p->plan,
        (struct op){.kind = OP_TRANSFER, .stage = stage, .from = from, .to = to, .bytes = bytes},
        deps, 2);
}

static uint32_t add_leg(struct pieces *p, uint32_t stage, uint32_t from, uint32_t to, double bytes,
                        uint32_t after)
{
    if (from != p->user && to != p->user && !view_is_connected(p->v, from, to)) {
        after = add_transfer(p, stage, from, p->user, bytes, after);
        from = p->user;
    }
    return add_transfer(p, stage, from, to, bytes, after);
}

static bool passes_hub(const struct pieces *p, uint32_t from, uint32_t to)
{
    return p->hub != NO_HUB && from != p->hub && to != p->hub;
}

uint32_t pieces_send(struct pieces *p, uint32_t stage, uint32_t from, uint32_t to, double bytes,
                     uint32_t after)
{
    if (passes_hub(p, from, to)) {
        after = add_leg(p, stage, from, p->hub, bytes, after);
        from = p->hub;
    }
    return add_leg(p, stage, from, to, bytes, after);
}

// [begin, end) of a piece to a node, where it is a piece afterwards.
static uint32_t fetch(struct pieces *p, uint32_t tensor, struct piece from, uint32_t node,
                      struct span range, uint32_t stage)
{
    int64_t unit_bytes = graph_tensor_bytes(p->g, tensor) / pieces_extent(p, tensor);
    double  bytes = (double)(unit_bytes * (range.end - range.begin));
    if (passes_hub(p, from.node, node)) {
        from.op = add_leg(p, stage, from.node, p->hub, bytes, from.op);
        from.node = p->hub;
        pieces_add(p, tensor, p->hub, range.begin, range.end, from.op);
    }
    uint32_t op = add_leg(p, stage, from.node, node, bytes, from.op);
    pieces_add(p, tensor, node, range.begin, range.end, op);
    return op;
}

void pieces_need(struct pieces *p, uint32_t tensor, uint32_t node, int32_t begin, int32_t end,
                 uint32_t stage)
{
    for (int32_t x = begin, y; x < end; x = y) {
        y = end;
        struct piece piece = *find_piece(p, tensor, node, x, &y);
        uint32_t     op = piece.op;
        if (piece.node != node) op = fetch(p, tensor, piece, node, (struct span){x, y}, stage);
        op_list_add(&p->deps, p->scratch, op);
    }
}

void pieces_need_whole(struct pieces *p, uint32_t tensor, uint32_t node, uint32_t stage)
{
    pieces_need(p, tensor, node, 0, pieces_extent(p, tensor), stage);
}
