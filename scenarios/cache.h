// scenarios/cache.h: models, devices and protocols that a process reads once, however many points
// of a sweep use them.
//
// What is in it is constant, shared by all scenarios that were read with it, and lives as long as
// the cache; a file that changes later is not read again, so that all points of a sweep see the
// same. Files with faults are not kept: they say their faults each time. One thread at a time.
#ifndef FOGSIM_SCENARIOS_CACHE_H
#define FOGSIM_SCENARIOS_CACHE_H

#include "models/load.h"
#include "scenarios/device.h"

struct cached_model { // private
    const char          *folder, *name;
    struct model_options options;
    struct graph         graph;
};
struct cached_device { // private
    const char   *folder, *name;
    struct device device;
};
struct cached_protocol { // private
    const char     *folder, *name;
    struct protocol protocol;
};

struct scenario_cache { // zero-initialise; private to cache.c
    struct arena            arena;
    struct cached_model    *models;
    struct cached_device   *devices;
    struct cached_protocol *protocols;
    uint32_t model_count, device_count, protocol_count, model_room, device_room, protocol_room;
};

// As model_load, device_load and protocol_load; `cache` NULL: into `a`. A model's `name` is of the
// zoo `folder`, or a file's path where `folder` is NULL. O(what the cache holds) when it is there.
MUST_USE bool cache_model(struct scenario_cache *cache, struct graph *out, struct arena *a,
                          const char *folder, const char *name, const struct model_options *o,
                          struct err *e);
MUST_USE bool cache_device(struct scenario_cache *cache, struct device *out, struct arena *a,
                           const char *folder, const char *name, struct err *e);
MUST_USE bool cache_protocol(struct scenario_cache *cache, struct protocol *out, struct arena *a,
                             const char *folder, const char *name, struct err *e);

void cache_free(struct scenario_cache *cache); // what was read with it dangles

#endif
