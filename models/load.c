#include "models/load.h"

#include <stdio.h>
#include <string.h>

#include "base/folder.h"
#include "base/json.h"

enum { MAX_LAYERS = 4096, MAX_CHANNELS = 65536, MAX_SIDE = 16384, MAX_WINDOW = 127 };

static const char *const MODEL_KEYS[] = {"name",    "about",  "source", "aliases", "input",
                                         "classes", "layers", "exits",  "$schema", NULL};
static const char *const LAYER_KEYS[] = {
    "name",     "type",   "inputs", "kernel", "stride",   "pad",
    "dilation", "groups", "ceil",   "bias",   "channels", "units",
    "size",     "alpha",  "beta",   "k",      "epsilon",  "count_include_pad",
    "slope",    NULL};

// The order of a window's numbers in a file, of three axes or the last two.
static const int AXES[AXIS_COUNT] = {AXIS_D, AXIS_H, AXIS_W};

// A value for rows and columns, with `axes` 3 for frames too: one integer, or a list of them.
static void read_axes(struct json layer, const char *key, uint32_t axes, int32_t otherwise,
                      int32_t least, int32_t out[AXIS_COUNT])
{
    struct json j = json_get(layer, key);
    const int  *axis = AXES + AXIS_COUNT - axes;
    for (uint32_t i = 0; i < axes; i++) out[axis[i]] = otherwise;
    if (json_count(j) == axes) {
        for (uint32_t i = 0; i < axes; i++)
            out[axis[i]] = (int32_t)json_as_integer(json_at(j, i), least, MAX_WINDOW);
    } else if (j.item && cJSON_IsArray(j.item)) {
        json_fault(j, "an integer or [%srows, columns]", axes == 3 ? "frames, " : "");
    } else if (j.item) {
        int32_t value = (int32_t)json_as_integer(j, least, MAX_WINDOW);
        for (uint32_t i = 0; i < axes; i++) out[axis[i]] = value;
    }
}

// As Keras and TensorFlow pad: so that there are in / stride outputs, rounded up; an odd cell goes
// to the end. Source: TensorFlow's definition of "SAME" padding.
static void pad_same(struct window *w, int axis, int32_t in)
{
    int32_t stride = w->stride[axis], out = (in + stride - 1) / stride;
    int32_t missing = (out - 1) * stride + window_reach(w, axis) - in;
    w->pad_begin[axis] = missing > 0 ? missing / 2 : 0;
    w->pad_end[axis] = missing > 0 ? missing - w->pad_begin[axis] : 0;
}

// "pad": n, [rows, columns] or [top, left, bottom, right]; with frames [frames, rows, columns] or
// [front, top, left, back, bottom, right]; or the word "same".
static void read_pad(struct json layer, uint32_t axes, const struct shape *in, struct window *w)
{
    struct json j = json_get(layer, "pad");
    const int  *axis = AXES + AXIS_COUNT - axes;
    if (json_is_string(j) && !strcmp(j.item->valuestring, "same")) {
        const int32_t sizes[AXIS_COUNT] = {in->h, in->w, shape_frames(in)};
        for (uint32_t i = 0; i < axes; i++) pad_same(w, axis[i], sizes[axis[i]]);
        return;
    }
    if (json_count(j) != 2 * axes) {
        read_axes(layer, "pad", axes, 0, 0, w->pad_begin);
        memcpy(w->pad_end, w->pad_begin, sizeof w->pad_end);
        return;
    }
    for (uint32_t i = 0; i < axes; i++) {
        w->pad_begin[axis[i]] = (int32_t)json_as_integer(json_at(j, i), 0, MAX_WINDOW);
        w->pad_end[axis[i]] = (int32_t)json_as_integer(json_at(j, i + axes), 0, MAX_WINDOW);
    }
}

// A window that lies in padding alone has no input to compute from.
static void check_pad(struct json layer, uint32_t axes, const struct window *w)
{
    char frames[16] = "";
    bool ok = true;
    for (int i = 0; i < AXIS_COUNT; i++)
        ok &= w->pad_begin[i] < window_reach(w, i) && w->pad_end[i] < window_reach(w, i);
    if (axes == 3) snprintf(frames, sizeof frames, "%d x ", window_reach(w, AXIS_D));
    if (!ok)
        json_fault(json_get(layer, "pad"), "padding smaller than the kernel's reach (%s%d x %d)",
                   frames, window_reach(w, AXIS_H), window_reach(w, AXIS_W));
}

// Output channels or neurons: an integer, or the word "classes".
static int32_t read_channels(struct json layer, const char *key, int32_t classes)
{
    struct json j = json_need(layer, key);
    if (!j.item) return 1;
    if (json_is_string(j) && !strcmp(j.item->valuestring, "classes")) return classes;
    return (int32_t)json_as_integer(j, 1, MAX_CHANNELS);
}

static void read_attr(struct json j, const struct kernel *kernel, const struct shape *in,
                      int32_t classes, struct kernel_attr *attr)
{
    uint32_t axes = in->d ? 3 : 2;
    bool     is_conv = kernel->heads_step && kernel->rows == ROWS_WINDOW,
         is_fc = kernel->heads_step && !is_conv;
    if (kernel->rows == ROWS_WINDOW) {
        json_need(j, "kernel");
        read_axes(j, "kernel", axes, 1, 1, attr->window.kernel);
        read_axes(j, "stride", axes, 1, 1, attr->window.stride);
        read_axes(j, "dilation", axes, 1, 1, attr->window.dilation);
        read_pad(j, axes, in, &attr->window);
        check_pad(j, axes, &attr->window);
        attr->window.ceil = json_bool(j, "ceil", false);
        if (is_conv && attr->window.ceil) json_fault(json_get(j, "ceil"), "no ceil on a conv");
    }
    if (is_conv) attr->channels = read_channels(j, "channels", classes);
    if (is_fc) attr->channels = read_channels(j, "units", classes);
    // in front of a binary activation stands a batchnorm, which has a shift of its own
    attr->bias = json_bool(j, "bias", kernel->heads_step && !kernel->sign_weights);
    attr->groups = (int32_t)json_integer(j, "groups", 1, 1, MAX_CHANNELS);
    attr->count_include_pad = json_bool(j, "count_include_pad", false);
    attr->lrn_size = (int32_t)json_integer(j, "size", 5, 1, MAX_CHANNELS);
    attr->lrn_alpha = (float)json_quantity(j, "alpha", UNIT_NONE, 1e-4, 0, 1e6);
    attr->lrn_beta = (float)json_quantity(j, "beta", UNIT_NONE, 0.75, 0, 1e6);
    attr->lrn_bias = (float)json_quantity(j, "k", UNIT_NONE, 1, 0, 1e6);
    attr->epsilon = (float)json_quantity(j, "epsilon", UNIT_NONE, 1e-5, 0, 1);
    attr->slope = (float)json_quantity(j, "slope", UNIT_NONE, 0.01, 0, 1);
}

// The tensor of that name among the input and the layers before `layer`; UINT32_MAX: none.
static uint32_t find_tensor(const struct graph *g, uint32_t layer, const char *name)
{
    if (!strcmp(name, "data")) return 0;
    for (uint32_t i = 0; i < layer; i++)
        if (!strcmp(g->layers[i].name, name)) return i + 1;
    return UINT32_MAX;
}

static bool comes_later(struct json layers, uint32_t layer, const char *name)
{
    for (struct json j = json_at(layers, layer); j.item; j = json_next(j)) {
        struct json other = json_get(j, "name");
        if (json_is_string(other) && !strcmp(other.item->valuestring, name)) return true;
    }
    return false;
}

static bool read_inputs(struct graph *g, uint32_t layer, struct json layers, struct json j,
                        struct arena *a)
{
    struct layer *l = &g->layers[layer];
    struct json   inputs = json_get(j, "inputs");
    uint32_t     *tensors = ARENA_ARRAY(a, uint32_t, KERNEL_MAX_INPUTS);
    l->inputs = tensors;
    l->input_count = 1;
    tensors[0] = layer; // the layer before
    if (!inputs.item) return true;

    l->input_count = json_count(inputs);
    if (!cJSON_IsArray(inputs.item) || !l->input_count || l->input_count > KERNEL_MAX_INPUTS)
        return json_fault(inputs, "a list of 1 to %d names of layers", KERNEL_MAX_INPUTS);
    for (uint32_t i = 0; i < l->input_count; i++) {
        struct json name = json_at(inputs, i);
        if (!json_is_string(name)) return json_fault(name, "the name of a layer");
        tensors[i] = find_tensor(g, layer, name.item->valuestring);
        if (tensors[i] != UINT32_MAX) continue;
        if (comes_later(layers, layer, name.item->valuestring))
            return json_fault(name, "an earlier layer (this one comes later: the graph has a cycle "
                                    "or is not in order)");
        return json_fault(name, "the name of an earlier layer or \"data\"");
    }
    return true;
}

// false: the layers behind it cannot be checked, because its shape is unknown.
static bool read_layer(struct graph *g, uint32_t layer, struct json layers, struct json j,
                       int32_t classes, struct arena *a)
{
    struct layer *l = &g->layers[layer];
    struct err   *e = j.doc->e;
    if (!json_keys(j, LAYER_KEYS)) return false;
    json_need(j, "name");
    l->name = json_string(j, "name", "?");
    if (find_tensor(g, layer, l->name) != UINT32_MAX)
        return json_fault(json_get(j, "name"), "a name not used before");
    json_need(j, "type");
    const char *type = json_string(j, "type", "?");
    l->kernel = kernel_find(type);
    if (!l->kernel) return json_fault(json_get(j, "type"), "a layer type (fogsim list kernels)");
    if (!read_inputs(g, layer, layers, j, a)) return false;
    struct shape in[KERNEL_MAX_INPUTS];
    struct err   inner = {0};
    layer_inputs(g, layer, in);
    if (l->kernel->sign_inputs && graph_tensor_bits(g, l->inputs[0]) != 1)
        return json_fault(j, "an input of signs for a %s (what a binarize makes)", type);
    read_attr(j, l->kernel, &in[0], classes, &l->attr);
    if (!l->kernel->infer(&l->attr, l->input_count, in, &l->out, &inner))
        return err_add(e, "%s: %s (\"%s\", %s): %s", j.doc->name, j.place, l->name, type,
                       inner.text);
    if (l->kernel->params) l->params = l->kernel->params(&l->attr, in);
    if (l->kernel->running_stats) l->running_stats = l->kernel->running_stats(&l->attr, in);
    if (l->kernel->macs) l->macs = l->kernel->macs(&l->attr, in, &l->out);
    l->bits = layer_bits(g, l);
    return true;
}

static void read_input(struct graph *g, struct json root, const struct model_options *o)
{
    struct json j = json_need(root, "input");
    g->input = (struct shape){1, 1, 1};
    if (!j.item) return;
    uint32_t count = json_count(j);
    if (count != 3 && count != 4) {
        json_fault(j, "[channels, rows, columns] or [channels, frames, rows, columns]");
        return;
    }
    g->input.c = (int32_t)json_as_integer(json_at(j, 0), 1, MAX_CHANNELS);
    if (count == 4) g->input.d = (int32_t)json_as_integer(json_at(j, 1), 1, MAX_SIDE);
    g->input.h = (int32_t)json_as_integer(json_at(j, count - 2), 1, MAX_SIDE);
    g->input.w = (int32_t)json_as_integer(json_at(j, count - 1), 1, MAX_SIDE);
    if (o->input_h) g->input.h = o->input_h;
    if (o->input_w) g->input.w = o->input_w;
    g->input_bits = (uint32_t)o->input_bits;
}

static bool is_read(const struct graph *g, uint32_t layer)
{
    for (uint32_t i = layer + 1; i < g->layer_count; i++)
        for (uint32_t k = 0; k < g->layers[i].input_count; k++)
            if (g->layers[i].inputs[k] == layer + 1) return true;
    return false;
}

static bool read_exit(struct graph *g, struct json j)
{
    uint32_t tensor =
        json_is_string(j) ? find_tensor(g, g->layer_count, j.item->valuestring) : UINT32_MAX;
    if (tensor == UINT32_MAX || tensor == 0) return json_fault(j, "the name of a layer");
    uint32_t            layer = tensor - 1;
    const struct layer *l = &g->layers[layer];
    if (g->exit_count && layer <= g->exits[g->exit_count - 1].layer)
        return json_fault(j, "a layer behind the exit before it");
    if (is_read(g, layer)) return json_fault(j, "a layer that no other layer reads");
    g->exits[g->exit_count++] = (struct exit_point){l->name, layer, (uint32_t)l->step};
    return true;
}

// Where answers may be taken. Without the key there is one: the last layer, already set.
static bool read_exits(struct graph *g, struct arena *a, struct json root)
{
    struct json exits = json_get(root, "exits");
    uint32_t    count = json_count(exits);
    if (!exits.item) return true;
    if (!cJSON_IsArray(exits.item) || !count || count > g->layer_count)
        return json_fault(exits, "a list of names of layers");
    g->exits = ARENA_ARRAY(a, struct exit_point, count);
    g->exit_count = 0;
    for (struct json j = json_at(exits, 0); j.item; j = json_next(j))
        if (!read_exit(g, j)) return false;
    if (g->exits[count - 1].layer != g->layer_count - 1)
        return json_fault(json_at(exits, count - 1), "the last layer (\"%s\")",
                          g->layers[g->layer_count - 1].name);
    return true;
}

static bool read_model(struct graph *g, struct arena *a, struct json root,
                       const struct model_options *o)
{
    struct err *e = root.doc->e;
    uint32_t    before = e->fault_count;
    if (!json_keys(root, MODEL_KEYS)) return false;
    g->name = json_string(root, "name", "model");
    g->about = json_string(root, "about", "");
    g->source = json_string(root, "source", "");
    read_input(g, root, o);
    int32_t classes = (int32_t)json_integer(root, "classes", 1000, 1, MAX_CHANNELS);
    if (o->classes) classes = o->classes;

    struct json layers = json_need(root, "layers");
    uint32_t    count = json_count(layers);
    if (layers.item && (!cJSON_IsArray(layers.item) || !count || count > MAX_LAYERS))
        json_fault(layers, "a list of 1 to %d layers", MAX_LAYERS);
    if (e->fault_count > before) return false;
    g->layers = ARENA_ARRAY(a, struct layer, count);
    for (struct json j = json_at(layers, 0); j.item; j = json_next(j)) {
        if (!read_layer(g, g->layer_count, layers, j, classes, a)) return false;
        g->layer_count++;
    }
    if (e->fault_count > before) return false;
    graph_find_steps(g, a);
    if (!g->step_count) return json_fault(layers, "at least one conv or fc layer");
    for (uint32_t i = 0; i < g->layer_count; i++)
        if (g->layers[i].step == NO_STEP)
            return json_fault(json_at(layers, i), "a conv or fc layer before any other");
    return read_exits(g, a, root);
}

bool model_load(struct graph *out, struct arena *a, const char *path, const struct model_options *o,
                struct err *e)
{
    static const struct model_options as_it_is = {0};
    struct json_doc                   doc;
    *out = (struct graph){0};
    if (!json_open(&doc, path, e)) return false;
    bool ok = read_model(out, a, json_root(&doc, a), o ? o : &as_it_is);
    json_close(&doc);
    return ok;
}

static bool has_alias(const char *path, const char *name, struct arena *a)
{
    struct json_doc doc;
    struct err      ignored = {0};
    if (!json_open(&doc, path, &ignored)) return false;
    bool        found = false;
    struct json aliases = json_get(json_root(&doc, a), "aliases");
    for (struct json j = json_at(aliases, 0); j.item && !found; j = json_next(j))
        found = json_is_string(j) && !strcmp(j.item->valuestring, name);
    json_close(&doc);
    return found;
}

const char *model_find(const char *zoo_folder, const char *name, struct arena *a, struct err *e)
{
    const char **names;
    uint32_t     count;
    if (!folder_list(zoo_folder, ".json", a, &names, &count, e)) return NULL;
    for (uint32_t i = 0; i < count; i++)
        if (!strcmp(names[i], name)) return arena_format(a, "%s/%s.json", zoo_folder, name);
    char   all[512] = "";
    size_t length = 0;
    for (uint32_t i = 0; i < count; i++) {
        const char *path = arena_format(a, "%s/%s.json", zoo_folder, names[i]);
        if (has_alias(path, name, a)) return path;
        if (length < sizeof all)
            length += (size_t)snprintf(all + length, sizeof all - length, "%s%s", i ? ", " : "",
                                       names[i]);
    }
    err_add(e, "want a model of the zoo (%s) or a file, have \"%.60s\"", all, name);
    return NULL;
}
