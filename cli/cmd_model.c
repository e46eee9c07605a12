// cli/cmd_model.c: the layer table of a model: shapes, parameters, MACs, bytes.
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/command.h"
#include "models/load.h"
#include "models/slice.h"

static const char *tensor_name(const struct graph *g, uint32_t tensor)
{
    return tensor ? g->layers[tensor - 1].name : "data";
}

static int64_t activation_bytes(const struct graph *g)
{
    int64_t sum = 0;
    for (uint32_t i = 1; i <= g->layer_count; i++) sum += graph_tensor_bytes(g, i);
    return sum;
}

static int64_t weight_bytes(const struct graph *g)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < g->layer_count; i++) sum += layer_weight_bytes(&g->layers[i]);
    return sum;
}

// Numbers of a window in the order of the model file: frames first, if the layer has any.
static int axes_of(const struct layer *l, const int32_t values[AXIS_COUNT], int32_t out[AXIS_COUNT])
{
    int count = 0;
    if (l->out.d) out[count++] = values[AXIS_D];
    out[count++] = values[AXIS_H];
    out[count++] = values[AXIS_W];
    return count;
}

static void axes_text(const struct layer *l, const int32_t values[AXIS_COUNT], char *out,
                      size_t size)
{
    int32_t in_order[AXIS_COUNT];
    if (axes_of(l, values, in_order) == 3)
        snprintf(out, size, "%dx%dx%d", in_order[0], in_order[1], in_order[2]);
    else
        snprintf(out, size, "%dx%d", in_order[0], in_order[1]);
}

static void print_table(const struct graph *g)
{
    printf("%s: %s\nsource: %s\ninput %d x ", g->name, g->about, g->source, g->input.c);
    if (g->input.d) printf("%d x ", g->input.d);
    printf("%d x %d\n\n", g->input.h, g->input.w);
    printf("%-16s %-14s %5s  %-8s %-7s %-6s %-18s %4s %12s %14s %12s %12s\n", "layer", "type",
           "step", "kernel", "stride", "groups", "output", "bits", "parameters", "MACs",
           "out bytes", "cut bytes");
    for (uint32_t i = 0; i < g->layer_count; i++) {
        const struct layer *l = &g->layers[i];
        char kernel[40] = "", stride[40] = "", groups[16] = "", out[SHAPE_TEXT_BYTES];
        if (l->kernel->rows == ROWS_WINDOW) {
            axes_text(l, l->attr.window.kernel, kernel, sizeof kernel);
            axes_text(l, l->attr.window.stride, stride, sizeof stride);
            if (l->kernel->heads_step) snprintf(groups, sizeof groups, "%d", l->attr.groups);
        }
        printf("%-16s %-14s %5d  %-8s %-7s %-6s %-18s %4u %12lld %14lld %12lld %12lld\n", l->name,
               l->kernel->type, l->step, kernel, stride, groups, shape_text(&l->out, 'x', out),
               graph_tensor_bits(g, i + 1), (long long)l->params, (long long)l->macs,
               (long long)graph_tensor_bytes(g, i + 1), (long long)graph_cut_bytes(g, i + 1));
    }
    printf("\n%lld parameters (%lld without running statistics), %lld MACs, %lld bytes of "
           "activations, %u steps\n",
           (long long)graph_params(g), (long long)(graph_params(g) - graph_running_stats(g)),
           (long long)graph_macs(g), (long long)activation_bytes(g), g->step_count);
    printf("%lld bytes of weights; exits:", (long long)weight_bytes(g));
    for (uint32_t i = 0; i < g->exit_count; i++)
        printf("%s %s (step %u)", i ? "," : "", g->exits[i].name, g->exits[i].step);
    putchar('\n');
}

// What comes from an fc or flatten layer is a vector: one number. A 1 x 1 image stays an image.
static bool makes_vector(const struct graph *g, uint32_t tensor)
{
    if (tensor == 0) return false;
    const struct layer *l = &g->layers[tensor - 1];
    if (layer_is_fc(l) || !strcmp(l->kernel->type, "flatten")) return true;
    return shape_pixels(&l->out) == 1 && l->kernel->rows != ROWS_WINDOW &&
           strcmp(l->kernel->type, "global_avgpool") != 0 && makes_vector(g, l->inputs[0]);
}

static void add_integers(cJSON *object, const char *key, const int32_t *values, int count)
{
    cJSON_AddItemToObject(object, key, cJSON_CreateIntArray(values, count));
}

static void add_shape(cJSON *object, const char *key, const struct shape *s, bool is_vector)
{
    int32_t axes[4] = {s->c};
    int     count = 1;
    if (s->d) axes[count++] = s->d;
    axes[count++] = s->h;
    axes[count++] = s->w;
    add_integers(object, key, axes, is_vector ? 1 : count);
}

static void add_axes(cJSON *object, const char *key, const struct layer *l,
                     const int32_t values[AXIS_COUNT])
{
    int32_t in_order[AXIS_COUNT];
    int     count = axes_of(l, values, in_order);
    add_integers(object, key, in_order, count);
}

static void add_window(cJSON *j, const struct layer *l)
{
    const struct window *w = &l->attr.window;
    int32_t              pad[2 * AXIS_COUNT];
    int                  axes = axes_of(l, w->pad_begin, pad);
    bool                 is_dilated = false;
    axes_of(l, w->pad_end, pad + axes);
    for (int i = 0; i < AXIS_COUNT; i++) is_dilated |= window_dilation(w, i) != 1;
    add_axes(j, "kernel", l, w->kernel);
    add_axes(j, "stride", l, w->stride);
    add_integers(j, "pad", pad,
                 memcmp(pad, pad + axes, (size_t)axes * sizeof *pad) ? 2 * axes : axes);
    if (is_dilated) add_axes(j, "dilation", l, w->dilation);
    if (l->kernel->heads_step)
        cJSON_AddNumberToObject(j, "groups", l->attr.groups);
    else
        cJSON_AddBoolToObject(j, "ceil", w->ceil);
}

static cJSON *layer_json(const struct graph *g, uint32_t i)
{
    const struct layer *l = &g->layers[i];
    cJSON              *j = cJSON_CreateObject();
    cJSON_AddStringToObject(j, "name", l->name);
    cJSON_AddStringToObject(j, "type", l->kernel->type);
    cJSON *inputs = cJSON_AddArrayToObject(j, "inputs");
    for (uint32_t k = 0; k < l->input_count; k++)
        cJSON_AddItemToArray(inputs, cJSON_CreateString(tensor_name(g, l->inputs[k])));
    if (l->kernel->rows == ROWS_WINDOW) add_window(j, l);
    if (l->kernel->heads_step) cJSON_AddBoolToObject(j, "bias", l->attr.bias);
    add_shape(j, "out", &l->out, makes_vector(g, i + 1));
    cJSON_AddNumberToObject(j, "params", (double)l->params);
    cJSON_AddNumberToObject(j, "macs", (double)l->macs);
    cJSON_AddNumberToObject(j, "act_bytes_fp32", (double)graph_tensor_bytes(g, i + 1));
    cJSON_AddNumberToObject(j, "cut_bytes_fp32", (double)graph_cut_bytes(g, i + 1));
    cJSON_AddNumberToObject(j, "act_bits", graph_tensor_bits(g, i + 1));
    cJSON_AddNumberToObject(j, "weight_bytes", (double)layer_weight_bytes(l));
    if (l->running_stats) cJSON_AddNumberToObject(j, "bn_running_stats", (double)l->running_stats);
    return j;
}

static void print_json(const struct graph *g)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "model", g->name);
    add_shape(root, "input", &g->input, false);
    cJSON *totals = cJSON_AddObjectToObject(root, "totals");
    cJSON_AddNumberToObject(totals, "params", (double)graph_params(g));
    cJSON_AddNumberToObject(totals, "params_without_bn_running_stats",
                            (double)(graph_params(g) - graph_running_stats(g)));
    cJSON_AddNumberToObject(totals, "macs", (double)graph_macs(g));
    cJSON_AddNumberToObject(totals, "act_bytes_fp32", (double)activation_bytes(g));
    cJSON *exits = cJSON_AddArrayToObject(root, "exits");
    for (uint32_t i = 0; i < g->exit_count; i++)
        cJSON_AddItemToArray(exits, cJSON_CreateString(g->exits[i].name));
    cJSON *layers = cJSON_AddArrayToObject(root, "layers");
    for (uint32_t i = 0; i < g->layer_count; i++) cJSON_AddItemToArray(layers, layer_json(g, i));
    char *text = cJSON_Print(root);
    if (text) puts(text);
    cJSON_free(text);
    cJSON_Delete(root);
}

static enum exit_code run(const struct arguments *args, struct err *e)
{
    static const char *const formats[] = {"table", "json", NULL};
    int                      format = option_choice(args, "format", formats, 0, e);
    int64_t                  classes, input;
    struct graph             g;
    if (format < 0 || !option_integer(args, "classes", 0, 1, 65536, &classes, e) ||
        !option_integer(args, "input", 0, 1, 16384, &input, e))
        return EXIT_BAD_INPUT;
    struct model_options o = {(int32_t)classes, (int32_t)input, (int32_t)input};
    const char          *name = args->words[0];
    bool                 is_file =
        strchr(name, '/') || (strlen(name) > 5 && !strcmp(name + strlen(name) - 5, ".json"));
    const char *path = is_file ? name : model_find(args->paths.zoo, name, args->arena, e);
    if (!path || !model_load(&g, args->arena, path, &o, e)) return EXIT_BAD_INPUT;
    if (format == 1)
        print_json(&g);
    else
        print_table(&g);
    return EXIT_DONE;
}

static const struct option_spec options[] = {
    {"format", "FORMAT", "table (default) or json"},
    {"classes", "N", "number of classes (default: the model's)"},
    {"input", "N", "rows and columns of the input (default: the model's)"},
    {0},
};

const struct command command_model = {
    "model",
    "NAME|FILE",
    "layer table of a model: shapes, parameters, MACs, bytes",
    "NAME is a model of the zoo (fogsim list models), FILE a model file (docs/MODELS.md).\n"
    "bits: of an element of the output; 1: a sign.\n"
    "cut bytes: what crosses from the layers up to this one to the rest; a live tensor counts "
    "once.\n"
    "Bytes are those of the elements as they are stored, also in JSON (act_bytes_fp32 of signs: "
    "one "
    "bit each).",
    1,
    1,
    options,
    run};
