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
                         .floor = NO_OP,
                         .unused = NO_PIECE};
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
static bool is_vector(struct shape s)
{
    return s.h == 1 && s.w == 1 && shape_frames(&s) == 1;
}

static int32_t extent_of(struct shape s)
{
    return is_vector(s) ? s.c : s.h;
}

static uint32_t *last_link(struct pieces *p, uint32_t tensor)
{
    uint32_t *link = &p->first[tensor];
    while (*link != NO_PIECE) link = &p->pieces[*link].next;
    return link;
}

static void add_piece(struct pieces *p, uint32_t tensor, struct piece piece)
{
    uint32_t at = p->unused;
    if (at != NO_PIECE) {
        p->unused = p->pieces[at].next;
    } else {
        at = p->count++;
        p->pieces = arena_grow(p->scratch, p->pieces, &p->capacity, p->count, sizeof *p->pieces);
    }
    piece.next = NO_PIECE;
    p->pieces[at] = piece;
    *last_link(p, tensor) = at; // behind the others: who made a range is asked first
}

void pieces_add_whole(struct pieces *p, uint32_t tensor, uint32_t node, uint32_t op)
{
    add_piece(p, tensor,
              (struct piece){.node = node, .op = op, .end = extent_of(graph_tensor(p->g, tensor))});
}

static bool spans(struct span outer, struct span inner)
{
    return outer.begin <= inner.begin && inner.end <= outer.end;
}

static bool is_all(struct span s, int32_t extent)
{
    return s.begin == 0 && s.end == extent;
}

// A copy that lasts; NULL: the block has all columns, frames and channels of its rows.
static const struct block *section_of(const struct pieces *p, struct shape s, const struct block *b)
{
    if (is_all(b->at[AXIS_W], s.w) && is_all(b->at[AXIS_D], shape_frames(&s)) &&
        is_all(b->channels, s.c / b->groups))
        return NULL;
    struct block *section = ARENA_ARRAY(p->scratch, struct block, 1);
    *section = *b;
    return section;
}

void pieces_add_block(struct pieces *p, uint32_t tensor, uint32_t node, const struct block *b,
                      uint32_t op)
{
    struct shape shape = graph_tensor(p->g, tensor);
    struct span  range = is_vector(shape) ? b->channels : b->at[AXIS_H];
    struct piece piece = {.node = node, .op = op, .begin = range.begin, .end = range.end};
    assert(b->groups == 1);
    if (!is_vector(shape)) piece.section = section_of(p, shape, b);
    add_piece(p, tensor, piece);
}

void pieces_forget(struct pieces *p, uint32_t tensor)
{
    *last_link(p, tensor) = p->unused;
    p->unused = p->first[tensor];
    p->first[tensor] = NO_PIECE;
}

// The node itself is asked first, then the hub, then who made it.
static int rank_of(const struct pieces *p, uint32_t holder, uint32_t node)
{
    return holder == node ? 0 : holder == p->hub ? 1 : 2;
}

struct wanted { // rows (elements) of a section of a tensor, on a node
    uint32_t            tensor, node, stage;
    struct shape        shape; // of the tensor
    const struct block *section;
};

// Whether all channels of a block are among those of another, of a tensor of `count`: the range
// that each group of the one has lies within that of one group of the other.
static bool has_channels(const struct block *own, const struct block *b, int32_t count)
{
    int32_t of_own = count / own->groups, of_b = count / b->groups;
    for (int32_t first = 0; first < count; first += of_b) {
        int32_t     group = (first + b->channels.begin) / of_own * of_own;
        struct span have = {group + own->channels.begin, group + own->channels.end};
        if (!spans(have, (struct span){first + b->channels.begin, first + b->channels.end}))
            return false;
    }
    return true;
}

static bool has_section(const struct piece *piece, const struct wanted *w)
{
    const struct block *own = piece->section;
    if (!own) return true;
    return w->section && spans(own->at[AXIS_W], w->section->at[AXIS_W]) &&
           spans(own->at[AXIS_D], w->section->at[AXIS_D]) &&
           has_channels(own, w->section, w->shape.c);
}

// The piece at `x` of the best rank for the node; `*end` becomes how far it can serve: to its end,
// or to where one of a better rank begins.
static const struct piece *find_piece(const struct pieces *p, const struct wanted *w, int32_t x,
                                      int32_t *end)
{
    const struct piece *best = NULL;
    int                 best_rank = 3;
    for (uint32_t i = p->first[w->tensor]; i != NO_PIECE; i = p->pieces[i].next) {
        const struct piece *piece = &p->pieces[i];
        int                 rank = rank_of(p, piece->node, w->node);
        if (piece->begin > x || piece->end <= x || rank >= best_rank) continue;
        if (has_section(piece, w)) best = piece, best_rank = rank;
    }
    assert(best);
    if (best->end < *end) *end = best->end;
    if (best_rank == 0) return best;
    for (uint32_t i = p->first[w->tensor]; i != NO_PIECE; i = p->pieces[i].next) {
        const struct piece *piece = &p->pieces[i];
        if (piece->begin > x && piece->begin < *end &&
            rank_of(p, piece->node, w->node) < best_rank && has_section(piece, w))
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

static double bytes_of(const struct pieces *p, const struct wanted *w, struct span range)
{
    struct block b = w->section ? *w->section : block_of_tensor(p->g, w->tensor);
    *(is_vector(w->shape) ? &b.channels : &b.at[AXIS_H]) = range;
    return (double)block_bytes(p->g, w->tensor, &b);
}

// A range of a piece to the node, where it is a piece afterwards.
static uint32_t fetch(struct pieces *p, const struct wanted *w, struct piece from,
                      struct span range)
{
    double       bytes = bytes_of(p, w, range);
    struct piece here = {
        .node = w->node, .begin = range.begin, .end = range.end, .section = w->section};
    if (passes_hub(p, from.node, w->node)) {
        struct piece there = here;
        there.node = p->hub;
        there.op = add_leg(p, w->stage, from.node, p->hub, bytes, from.op);
        add_piece(p, w->tensor, there);
        from = there;
    }
    here.op = add_leg(p, w->stage, from.node, w->node, bytes, from.op);
    add_piece(p, w->tensor, here);
    return here.op;
}

static void need_range(struct pieces *p, const struct wanted *w, struct span range)
{
    for (int32_t x = range.begin, y; x < range.end; x = y) {
        y = range.end;
        struct piece piece = *find_piece(p, w, x, &y);
        uint32_t     op = piece.op;
        if (piece.node != w->node) op = fetch(p, w, piece, (struct span){x, y});
        op_list_add(&p->deps, p->scratch, op);
    }
}

void pieces_need(struct pieces *p, uint32_t tensor, uint32_t node, const struct block *b,
                 uint32_t stage)
{
    struct wanted w = {tensor, node, stage, graph_tensor(p->g, tensor), NULL};
    if (!is_vector(w.shape)) {
        w.section = section_of(p, w.shape, b);
        need_range(p, &w, b->at[AXIS_H]);
        return;
    }
    int32_t per_group = w.shape.c / b->groups;
    for (int32_t first = 0; first < per_group * b->groups; first += per_group)
        need_range(p, &w, (struct span){first + b->channels.begin, first + b->channels.end});
}

void pieces_need_whole(struct pieces *p, uint32_t tensor, uint32_t node, uint32_t stage)
{
    struct wanted w = {tensor, node, stage, graph_tensor(p->g, tensor), NULL};
    need_range(p, &w, (struct span){0, extent_of(w.shape)});
}
