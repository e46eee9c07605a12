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

static void print_table(const struct graph *g)
{
    printf("%s: %s\nsource: %s\ninput %d x %d x %d\n\n", g->name, g->about, g->source, g->input.c,
           g->input.h, g->input.w);
    printf("%-16s %-14s %5s  %-8s %-7s %-6s %-18s %12s %14s %12s %12s\n", "layer", "type", "step",
           "kernel", "stride", "groups", "output", "parameters", "MACs", "out bytes", "cut bytes");
    for (uint32_t i = 0; i < g->layer_count; i++) {
        const struct layer *l = &g->layers[i];
        char                kernel[24] = "", stride[24] = "", groups[16] = "", out[40];
        if (l->kernel->rows == ROWS_WINDOW) {
            snprintf(kernel, sizeof kernel, "%dx%d", l->attr.window.kernel[0],
                     l->attr.window.kernel[1]);
            snprintf(stride, sizeof stride, "%dx%d", l->attr.window.stride[0],
                     l->attr.window.stride[1]);
            if (l->kernel->heads_step) snprintf(groups, sizeof groups, "%d", l->attr.groups);
        }
        snprintf(out, sizeof out, "%dx%dx%d", l->out.c, l->out.h, l->out.w);
        printf("%-16s %-14s %5d  %-8s %-7s %-6s %-18s %12lld %14lld %12lld %12lld\n", l->name,
               l->kernel->type, l->step, kernel, stride, groups, out, (long long)l->params,
               (long long)l->macs, (long long)graph_tensor_bytes(g, i + 1),
               (long long)graph_cut_bytes(g, i + 1));
    }
    printf("\n%lld parameters (%lld without running statistics), %lld MACs, %lld bytes of "
           "activations, %u steps\n",
           (long long)graph_params(g), (long long)(graph_params(g) - graph_running_stats(g)),
           (long long)graph_macs(g), (long long)activation_bytes(g), g->step_count);
}

// What comes from an fc or flatten layer is a vector: one number. A 1 x 1 image stays an image.
static bool is_vector(const struct graph *g, uint32_t tensor)
{
    if (tensor == 0) return false;
    const struct layer *l = &g->layers[tensor - 1];
    if (!strcmp(l->kernel->type, "fc") || !strcmp(l->kernel->type, "flatten")) return true;
    return l->out.h == 1 && l->out.w == 1 && l->kernel->rows != ROWS_WINDOW &&
           strcmp(l->kernel->type, "global_avgpool") != 0 && is_vector(g, l->inputs[0]);
}

static void add_integers(cJSON *object, const char *key, const int32_t *values, int count)
{
    cJSON_AddItemToObject(object, key, cJSON_CreateIntArray(values, count));
}

static void add_window(cJSON *j, const struct layer *l)
{
    const struct window *w = &l->attr.window;
    const int32_t        pad[] = {w->pad_begin[0], w->pad_begin[1], w->pad_end[0], w->pad_end[1]};
    bool                 is_even = pad[0] == pad[2] && pad[1] == pad[3];
    add_integers(j, "kernel", w->kernel, AXIS_COUNT);
    add_integers(j, "stride", w->stride, AXIS_COUNT);
    add_integers(j, "pad", pad, is_even ? 2 : 4);
    if (w->dilation[0] != 1 || w->dilation[1] != 1)
        add_integers(j, "dilation", w->dilation, AXIS_COUNT);
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
    const int32_t out[] = {l->out.c, l->out.h, l->out.w};
    add_integers(j, "out", out, is_vector(g, i + 1) ? 1 : 3);
    cJSON_AddNumberToObject(j, "params", (double)l->params);
    cJSON_AddNumberToObject(j, "macs", (double)l->macs);
    cJSON_AddNumberToObject(j, "act_bytes_fp32", (double)graph_tensor_bytes(g, i + 1));
    cJSON_AddNumberToObject(j, "cut_bytes_fp32", (double)graph_cut_bytes(g, i + 1));
    if (l->running_stats) cJSON_AddNumberToObject(j, "bn_running_stats", (double)l->running_stats);
    return j;
}

static void print_json(const struct graph *g)
{
    cJSON        *root = cJSON_CreateObject();
    const int32_t input[] = {g->input.c, g->input.h, g->input.w};
    cJSON_AddStringToObject(root, "model", g->name);
    add_integers(root, "input", input, 3);
    cJSON *totals = cJSON_AddObjectToObject(root, "totals");
    cJSON_AddNumberToObject(totals, "params", (double)graph_params(g));
    cJSON_AddNumberToObject(totals, "params_without_bn_running_stats",
                            (double)(graph_params(g) - graph_running_stats(g)));
    cJSON_AddNumberToObject(totals, "macs", (double)graph_macs(g));
    cJSON_AddNumberToObject(totals, "act_bytes_fp32", (double)activation_bytes(g));
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
    "cut bytes: what crosses from the layers up to this one to the rest; a live tensor counts "
    "once.",
    1,
    1,
    options,
    run};
