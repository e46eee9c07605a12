// cli/plugin/library.c: a scheme from a shared object (algorithms/library.h).
#include <dlfcn.h>
#include <string.h>

#include "algorithms/library.h"
#include "cli/plugin/plugin.h"

static bool has_abi(void *handle, const char *path, struct err *e)
{
    const uint32_t *abi = dlsym(handle, "fogsim_scheme_abi");
    if (!abi)
        return err_add(e,
                       "--scheme-library %s: want the symbol fogsim_scheme_abi (write "
                       "FOGSIM_LIBRARY), have none",
                       path);
    return *abi == FOGSIM_SCHEME_ABI ||
           err_add(e,
                   "--scheme-library %s: want it compiled with the headers of this fogsim "
                   "(interface %u), have %u",
                   path, FOGSIM_SCHEME_ABI, *abi);
}

// What may be missing in a struct that its author filled.
static bool is_whole(const struct scheme *s, const char *path, struct err *e)
{
    const char *missing = !s->name                      ? "name"
                          : !s->plan                    ? "plan"
                          : s->own_count && !s->own     ? "own"
                          : s->observe && !s->observe_s ? "observe_s"
                          : s->end && !s->begin         ? "begin"
                                                        : NULL;
    return !missing ||
           err_add(e, "--scheme-library %s: want a scheme with \"%s\", have none", path, missing);
}

// What is wrong with an operation; NULL: nothing. plan_add has looked at its seconds and bytes.
static const char *fault_of(const struct view *v, const struct op *op)
{
    if ((unsigned)op->kind >= OP_KIND_COUNT) return "want a kind of operation";
    if (op->from >= v->net->node_count || op->to >= v->net->node_count)
        return "want nodes that exist";
    if (op->stage >= v->graph->step_count) return "want a stage that is a step of the model";
    if (op->kind == OP_TRANSFER)
        return op->from == op->to                                   ? "want two nodes"
               : !net_route(v->net, op->from, op->to)->is_reachable ? "want a way to the node"
                                                                    : NULL;
    enum node_role role = net_group(v->net, op->to)->role;
    if (role != ROLE_USER && role != ROLE_FOG && role != ROLE_CLOUD)
        return "want a node that computes";
    return op->memory_bytes >= 0 ? NULL : "want memory of 0 bytes or more";
}

enum plan_verdict plugin_verdict(const struct scheme *s, const struct view *v,
                                 const struct plan *plan, enum plan_verdict given, struct err *e)
{
    if (s == &scheme_command) return given; // what it answers was looked through when read
    if (given == PLAN_FAILED) err_wrap(e, "--scheme-library: %s", s->name);
    if (given != PLAN_READY) return given;
    if (!plan->op_count)
        err_add(e, "--scheme-library: %s: want a plan, have no operation", s->name);
    for (uint32_t i = 0; i < plan->op_count; i++) {
        const struct op *op = &plan->ops[i];
        const char      *fault = fault_of(v, op);
        if (!fault) continue;
        err_add(e,
                "--scheme-library: %s: plan: operation %u: %s, have kind %d, nodes %u to %u, stage "
                "%u, %g bytes held",
                s->name, i, fault, (int)op->kind, op->from, op->to, op->stage, op->memory_bytes);
        return PLAN_FAILED;
    }
    return plan->op_count ? PLAN_READY : PLAN_FAILED;
}

// A bare name would be looked for in the system's folders.
static const char *as_path(const char *path, struct arena *a)
{
    return strchr(path, '/') ? path : arena_format(a, "./%s", path);
}

const struct scheme *plugin_open_library(const char *path, struct arena *a, struct err *e)
{
    void *handle = dlopen(as_path(path, a), RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        err_add(e, "--scheme-library %s: cannot load: %s", path, dlerror());
        return NULL;
    }
    const struct scheme *(*find)(void) = NULL;
    if (has_abi(handle, path, e)) {
        void *symbol = dlsym(handle, "fogsim_scheme");
        memcpy(&find, &symbol, sizeof find); // ISO C has no cast from object to function
        if (!symbol)
            err_add(e, "--scheme-library %s: want the symbol fogsim_scheme, have none", path);
    }
    const struct scheme *given = find ? find() : NULL;
    if (find && !given) err_add(e, "--scheme-library %s: want a scheme, have NULL", path);
    if (!given || !is_whole(given, path, e)) return dlclose(handle), NULL;
    struct scheme *scheme = ARENA_ARRAY(a, struct scheme, 1);
    *scheme = *given;
    scheme->is_foreign = true;
    return scheme;
}
