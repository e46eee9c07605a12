// bench/kernels/onednn.c: oneDNN 2.6, each layer in the layout it asks for.
#include <oneapi/dnnl/dnnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/kernels/bench.h"

static dnnl_engine_t engine;
static dnnl_stream_t stream;

static void must(dnnl_status_t status, const char *what)
{
    if (status == dnnl_success) return;
    fprintf(stderr, "bench-kernels: oneDNN: %s: status %d\n", what, (int)status);
    exit(1);
}

const char *onednn_start(const char *isa, struct arena *a)
{
    if (isa && !strcmp(isa, "avx2")) must(dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx2), "cap");
    if (isa && !strcmp(isa, "sse2")) must(dnnl_set_max_cpu_isa(dnnl_cpu_isa_sse41), "cap");
    must(dnnl_engine_create(&engine, dnnl_cpu, 0), "engine");
    must(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags), "stream");
    const dnnl_version_t *v = dnnl_version();
    return arena_format(a, "oneDNN %d.%d.%d, instruction set 0x%x", v->major, v->minor, v->patch,
                        (unsigned)dnnl_get_effective_cpu_isa());
}

struct job {
    const struct work    *work;
    dnnl_primitive_desc_t desc;
    dnnl_primitive_t      primitive;
    dnnl_memory_t         src, weights, bias, dst;
    dnnl_memory_desc_t    plain_dst; // C, H, W
};

static dnnl_memory_desc_t describe(int rank, const dnnl_dims_t dims, dnnl_format_tag_t tag)
{
    dnnl_memory_desc_t desc;
    must(dnnl_memory_desc_init_by_tag(&desc, rank, dims, dnnl_f32, tag), "memory");
    return desc;
}

static void reorder(dnnl_memory_t from, dnnl_memory_t to)
{
    const dnnl_memory_desc_t *from_desc, *to_desc;
    dnnl_primitive_desc_t     desc;
    dnnl_primitive_t          primitive;
    dnnl_memory_get_memory_desc(from, &from_desc);
    dnnl_memory_get_memory_desc(to, &to_desc);
    must(dnnl_reorder_primitive_desc_create(&desc, from_desc, engine, to_desc, engine, NULL),
         "reorder");
    must(dnnl_primitive_create(&primitive, desc), "reorder");
    dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    must(dnnl_primitive_execute(primitive, stream, 2, args), "reorder");
    dnnl_stream_wait(stream);
    dnnl_primitive_destroy(primitive);
    dnnl_primitive_desc_destroy(desc);
}

// Memory in the layout that the primitive wants for `what`, filled from plain `values` unless NULL.
static dnnl_memory_t wanted(const struct job *j, dnnl_query_t what, const dnnl_memory_desc_t *plain,
                            const float *values)
{
    const dnnl_memory_desc_t *desc = dnnl_primitive_desc_query_md(j->desc, what, 0);
    dnnl_memory_t             memory, from;
    must(dnnl_memory_create(&memory, desc, engine, DNNL_MEMORY_ALLOCATE), "memory");
    if (!values) return memory;
    must(dnnl_memory_create(&from, plain, engine, (void *)(uintptr_t)values), "memory");
    reorder(from, memory);
    dnnl_memory_destroy(from);
    return memory;
}

// Plain descriptions of the four tensors. Weights have a dimension for groups if there are any.
struct tensors {
    dnnl_memory_desc_t src, weights, bias, dst;
};

static void conv_tensors(const struct kernel_call *c, bool any, struct tensors *t)
{
    const struct window *w = &c->attr->window;
    dnnl_dim_t           g = c->attr->groups, kh = w->kernel[AXIS_H], kw = w->kernel[AXIS_W];
    dnnl_dims_t          src = {1, c->in[0].c, c->in[0].h, c->in[0].w}, bias = {c->out.c};
    dnnl_dims_t          dst = {1, c->out.c, c->out.h, c->out.w};
    dnnl_dims_t          weights = {c->out.c, c->in[0].c, kh, kw};
    dnnl_dims_t          grouped = {g, c->out.c / g, c->in[0].c / g, kh, kw};
    t->src = describe(4, src, any ? dnnl_format_tag_any : dnnl_nchw);
    t->dst = describe(4, dst, any ? dnnl_format_tag_any : dnnl_nchw);
    t->bias = describe(1, bias, dnnl_x);
    t->weights = g > 1 ? describe(5, grouped, any ? dnnl_format_tag_any : dnnl_goihw)
                       : describe(4, weights, any ? dnnl_format_tag_any : dnnl_oihw);
}

static void fc_tensors(const struct kernel_call *c, bool any, struct tensors *t)
{
    dnnl_dim_t  features = shape_elements(&c->in[0]);
    dnnl_dims_t src = {1, features}, weights = {c->out.c, features};
    dnnl_dims_t dst = {1, c->out.c}, bias = {c->out.c};
    t->src = describe(2, src, any ? dnnl_format_tag_any : dnnl_nc);
    t->weights = describe(2, weights, any ? dnnl_format_tag_any : dnnl_oi);
    t->dst = describe(2, dst, any ? dnnl_format_tag_any : dnnl_nc);
    t->bias = describe(1, bias, dnnl_x);
}

// false: there is no such primitive.
static bool conv_desc(const struct kernel_call *c, dnnl_alg_kind_t algorithm,
                      dnnl_primitive_desc_t *out)
{
    const struct window    *w = &c->attr->window;
    dnnl_dims_t             stride, dilation, begin, end;
    dnnl_convolution_desc_t desc;
    struct tensors          t;
    for (int axis = AXIS_H; axis <= AXIS_W; axis++) {
        stride[axis] = w->stride[axis];
        dilation[axis] = w->dilation[axis] - 1; // oneDNN counts the gaps
        begin[axis] = w->pad_begin[axis];
        end[axis] = w->pad_end[axis];
    }
    conv_tensors(c, true, &t);
    return dnnl_dilated_convolution_forward_desc_init(
               &desc, dnnl_forward_inference, algorithm, &t.src, &t.weights,
               c->bias ? &t.bias : NULL, &t.dst, stride, dilation, begin, end) == dnnl_success &&
           dnnl_primitive_desc_create(out, &desc, NULL, engine, NULL) == dnnl_success;
}

static bool fc_desc(const struct kernel_call *c, dnnl_primitive_desc_t *out)
{
    dnnl_inner_product_desc_t desc;
    struct tensors            t;
    fc_tensors(c, true, &t);
    return dnnl_inner_product_forward_desc_init(&desc, dnnl_forward_inference, &t.src, &t.weights,
                                                c->bias ? &t.bias : NULL, &t.dst) == dnnl_success &&
           dnnl_primitive_desc_create(out, &desc, NULL, engine, NULL) == dnnl_success;
}

static void *prepare(const struct work *w, dnnl_alg_kind_t algorithm, struct arena *a)
{
    struct job               *j = ARENA_ARRAY(a, struct job, 1);
    const struct kernel_call *c = &w->call;
    struct tensors            plain;
    j->work = w;
    if (!(w->is_fc ? fc_desc(c, &j->desc) : conv_desc(c, algorithm, &j->desc))) return NULL;
    if (w->is_fc)
        fc_tensors(c, false, &plain);
    else
        conv_tensors(c, false, &plain);
    must(dnnl_primitive_create(&j->primitive, j->desc), "primitive");
    j->src = wanted(j, dnnl_query_src_md, &plain.src, c->x[0]);
    j->weights = wanted(j, dnnl_query_weights_md, &plain.weights, c->weight);
    if (c->bias)
        must(dnnl_memory_create(&j->bias, &plain.bias, engine, (void *)(uintptr_t)c->bias), "bias");
    j->dst = wanted(j, dnnl_query_dst_md, NULL, NULL);
    j->plain_dst = plain.dst;
    return j;
}

static void *prepare_direct(const struct work *w, struct arena *a)
{
    return prepare(w, dnnl_convolution_direct, a);
}

static void *prepare_winograd(const struct work *w, struct arena *a)
{
    return w->is_fc ? NULL : prepare(w, dnnl_convolution_winograd, a);
}

static void run(void *job)
{
    struct job     *j = job;
    dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, j->src},
                              {DNNL_ARG_WEIGHTS, j->weights},
                              {DNNL_ARG_DST, j->dst},
                              {DNNL_ARG_BIAS, j->bias}};
    must(dnnl_primitive_execute(j->primitive, stream, j->bias ? 4 : 3, args), "execute");
    dnnl_stream_wait(stream);
}

static void finish(void *job)
{
    struct job   *j = job;
    dnnl_memory_t y;
    must(dnnl_memory_create(&y, &j->plain_dst, engine, j->work->call.y), "memory");
    reorder(j->dst, y);
    dnnl_memory_t all[] = {y, j->src, j->weights, j->dst, j->bias};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i]) dnnl_memory_destroy(all[i]);
    dnnl_primitive_destroy(j->primitive);
    dnnl_primitive_desc_destroy(j->desc);
}

// "direct" is a wish: with little of a layer to block, oneDNN goes by its own im2col and gemm.
static const char *method(void *job, struct arena *a)
{
    const char *name = "";
    dnnl_primitive_desc_query(((struct job *)job)->desc, dnnl_query_impl_info_str, 0, &name);
    return arena_string(a, name);
}

const struct contender onednn_direct = {"oneDNN", true, prepare_direct, run, finish, method};
const struct contender onednn_winograd = {"oneDNN-W", true, prepare_winograd, run, finish, method};
