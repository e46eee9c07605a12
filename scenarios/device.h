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

MUST_USE bool protocol_load(struct protocol *out, struct arena *a, const char *folder,
                            const char *name, struct err *e);

#endif
