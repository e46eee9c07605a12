// scenarios/shelf.h: models, devices and protocols that a process reads once, however many points
// of a sweep use them.
//
// What is in it is constant, shared by all scenarios that were read with it, and lives as long as
// the shelf; a file that changes later is not read again, so that all points of a sweep see the
// same. Files with faults are not kept: they say their faults each time. One thread at a time.
#ifndef FOGSIM_SCENARIOS_SHELF_H
#define FOGSIM_SCENARIOS_SHELF_H

#include "base/digest.h"
#include "models/load.h"
#include "scenarios/device.h"

struct shelf_model_entry { // private
    const char          *folder, *name;
    struct model_options options;
    struct graph         graph;
};
struct shelf_device_entry { // private
    const char   *folder, *name;
    struct device device;
};
struct shelf_protocol_entry { // private
    const char     *folder, *name;
    struct protocol protocol;
};

struct shelf { // zero-initialise; private to shelf.c
    struct arena                 arena;
    struct shelf_model_entry    *models;
    struct shelf_device_entry   *devices;
    struct shelf_protocol_entry *protocols;
    uint32_t     model_count, device_count, protocol_count, model_room, device_room, protocol_room;
    const char **files; // [file_count] named so far, in this order, once each
    uint32_t     file_count, file_room;
};

// As model_load, device_load and protocol_load; `shelf` NULL: into `a`. A model's `name` is of the
// zoo `folder`, or a file's path where `folder` is NULL. O(what the shelf holds) when it is there.
MUST_USE bool shelf_model(struct shelf *shelf, struct graph *out, struct arena *a,
                          const char *folder, const char *name, const struct model_options *o,
                          struct err *e);
MUST_USE bool shelf_device(struct shelf *shelf, struct device *out, struct arena *a,
                           const char *folder, const char *name, struct err *e);
MUST_USE bool shelf_protocol(struct shelf *shelf, struct protocol *out, struct arena *a,
                             const char *folder, const char *name, struct err *e);

// A file that a scenario names is one of those that shelf_digest tells of; what is loaded above is,
// too. `shelf` NULL: nothing.
void shelf_note(struct shelf *shelf, const char *path);
// Of the bytes of all files named so far: another when one has changed. One that cannot be read
// counts as empty: whoever reads it says so. O(their bytes).
void shelf_digest(const struct shelf *shelf, char out[DIGEST_TEXT_BYTES]);

void shelf_free(struct shelf *shelf); // what was read with it dangles

#endif
