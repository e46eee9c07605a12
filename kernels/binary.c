#include "kernels/binary.h"

#include <stddef.h>

struct job {
    const struct kernel_call *call;
    const struct tile        *tile;
    struct tile_binary        conv;
};

// 64 neighbours: first one byte each, which vectorises, then eight bytes to eight bits by a product
// that moves byte k's last bit to bit 56 + k (no two meet, so nothing is carried).
static uint64_t pack_word(const float *x)
{
    uint8_t  positive[BINARY_WORD_BITS];
    uint64_t word = 0;
    for (int i = 0; i < BINARY_WORD_BITS; i++) positive[i] = binary_is_positive(x[i]);
    for (int k = 0; k < BINARY_WORD_BITS / 8; k++) {
        uint64_t bytes = 0;
        for (int i = 0; i < 8; i++) bytes |= (uint64_t)positive[8 * k + i] << 8 * i;
        word |= (bytes * 0x0102040810204080 >> 56) << 8 * k;
    }
    return word;
}

void binary_pack(const float *x, int64_t count, int64_t stride, uint64_t *words)
{
    for (int64_t first = 0; first < count; first += BINARY_WORD_BITS) {
        uint64_t word = 0;
        int64_t  left = count - first, bits = left < BINARY_WORD_BITS ? left : BINARY_WORD_BITS;
        if (stride == 1 && bits == BINARY_WORD_BITS) {
            *words++ = pack_word(x + first);
            continue;
        }
        for (int64_t i = 0; i < bits; i++)
            word |= (uint64_t)binary_is_positive(x[(first + i) * stride]) << i;
        *words++ = word;
    }
}

// From channel-major floats to the channels of each place as neighbours: places are the pixels of
// an image, or the taps of one output's weights.
static void pack_places(const float *x, int32_t channels, int64_t places, uint64_t *words)
{
    for (int64_t i = 0; i < places; i++)
        binary_pack(x + i, channels, places, words + i * binary_words(channels));
}

void *binary_prepare(const struct kernel_call *call, const struct window *window, struct shape in,
                     struct arena *a)
{
    struct job         *j = ARENA_ARRAY(a, struct job, 1);
    struct tile_binary *c = &j->conv;
    *j = (struct job){.call = call, .tile = tile_best()};
    int64_t pixels = shape_pixels(&in), outputs = shape_pixels(&call->out),
            taps = window_size(window);
    *c = (struct tile_binary){
        .window = window,
        .channels = in.c,
        .words = binary_words(in.c),
        .in = {in.h, in.w, shape_frames(&in)},
        .out = {call->out.h, call->out.w, shape_frames(&call->out)},
        .out_channels = call->out.c,
    };
    for (int axis = 0; axis < AXIS_COUNT; axis++)
        c->taps[axis] = op_taps_of(window, axis, c->in[axis], c->out[axis], a);
    uint64_t *x = ARENA_ARRAY(a, uint64_t, (size_t)pixels * (size_t)c->words);
    uint64_t *weight =
        ARENA_ARRAY(a, uint64_t, (size_t)call->out.c * (size_t)taps * (size_t)c->words);
    pack_places(call->x[0], in.c, pixels, x);
    for (int32_t oc = 0; oc < call->out.c; oc++)
        pack_places(call->weight + oc * taps * in.c, in.c, taps, weight + oc * taps * c->words);
    c->x = x, c->weight = weight;
    c->patch = ARENA_ARRAY(a, uint64_t, (size_t)taps * (size_t)c->words);
    c->y = ARENA_ARRAY(a, int32_t, (size_t)outputs * (size_t)call->out.c);
    return j;
}

void binary_run(void *job)
{
    const struct job *j = job;
    j->tile->binary(&j->conv);
}

void binary_finish(void *job)
{
    const struct job         *j = job;
    const struct kernel_call *call = j->call;
    int64_t                   pixels = shape_pixels(&call->out);
    for (int32_t oc = 0; oc < call->out.c; oc++) {
        double bias = call->bias ? (double)call->bias[oc] : 0.0;
        for (int64_t i = 0; i < pixels; i++)
            call->y[oc * pixels + i] = (float)(j->conv.y[i * call->out.c + oc] + bias);
    }
}
