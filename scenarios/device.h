// scenarios/device.h: reads device and protocol presets (scenarios/devices/*.json,
// scenarios/protocols/*.json).
#ifndef FOGSIM_SCENARIOS_DEVICE_H
#define FOGSIM_SCENARIOS_DEVICE_H

#include "base/json.h"
#include "models/cost.h"
#include "sim/net.h"

// From FOLDER/NAME.json. false: e says why.
MUST_USE bool device_load(struct device *out, struct arena *a, const char *folder, const char *name,
                          struct err *e);

// Changes the figures that the object `j` names; faults go to its document.
void device_override(struct device *d, struct json j);

// protocols.c: the same two; `j` may also hold "name", which is the caller's.
MUST_USE bool protocol_load(struct protocol *out, struct arena *a, const char *folder,
                            const char *name, struct err *e);
void          protocol_override(struct protocol *p, struct json j);

// Presets are names of files in the folder, so "../x" is none. The caller closes the document.
MUST_USE bool preset_open(struct json_doc *doc, struct arena *a, const char *folder,
                          const char *name, struct err *e);

#endif
