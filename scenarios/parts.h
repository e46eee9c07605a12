// scenarios/parts.h: the larger parts of a scenario: models, schemes, nodes and links. For
// scenario.c.
#ifndef FOGSIM_SCENARIOS_PARTS_H
#define FOGSIM_SCENARIOS_PARTS_H

#include "base/json.h"
#include "scenarios/scenario.h"

void parts_read_models(struct scenario *s, struct json root, const struct paths *paths,
                       const struct scenario_edit *edit);
void parts_read_schemes(struct scenario *s, struct json root, const struct scenario_edit *edit);
void parts_read_net(struct scenario *s, struct json root, const struct paths *paths);

#endif
