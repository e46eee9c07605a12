// models/load.h: a model file (models/zoo/*.json) into a graph with inferred shapes.
//
// {"name", "about", "source", "aliases", "input": [C, H, W] or [C, D, H, W], "classes", "layers":
// [{"name", "type", "inputs", ...}], "exits": [names]}. A layer without "inputs" reads the layer
// before it; "data" is the input. "channels" (conv) and "units" (fc) may be the word "classes".
// docs/MODELS.md lists the keys. Hostile files get a fault with its place.
#ifndef FOGSIM_MODELS_LOAD_H
#define FOGSIM_MODELS_LOAD_H

#include "models/graph.h"

struct model_options {
    int32_t classes;          // 0: as the file says
    int32_t input_h, input_w; // 0: as the file says
    int32_t input_bits;       // of one element as it is sent; 0: 32
};

// The graph lives in `a`. false: e holds every fault.
MUST_USE bool model_load(struct graph *out, struct arena *a, const char *path,
                         const struct model_options *o, struct err *e);

// The path of the zoo's model `name`, by file name or alias. NULL: there is none, e says which
// there are.
const char *model_find(const char *zoo_folder, const char *name, struct arena *a, struct err *e);

#endif
