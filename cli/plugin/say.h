// cli/plugin/say.h: what a scheme's program is told (docs/PLUGINS.md): the world once, then what is
// so now with each request.
#ifndef FOGSIM_CLI_PLUGIN_SAY_H
#define FOGSIM_CLI_PLUGIN_SAY_H

#include "algorithms/scheme.h"
#include "cli/plugin/text.h"

enum { PLUGIN_PROTOCOL = 1 };

struct plugin_task {    // one that is asked for
    struct due due;     // class_id: of the run's classes
    uint64_t   id;      // of the run, from 0
    uint32_t   attempt; // > 0: planned again
};

// Each writes one line with its newline. O(groups^2 + layers).
void plugin_say_hello(struct plugin_text *t, const struct view *views, uint32_t class_count);

// `now`: the view whose instant and functions are those of now. O(fog nodes + tasks x what
// view_candidates costs).
void plugin_say_tasks(struct plugin_text *t, const struct view *now, const struct view *views,
                      uint64_t id, const struct plugin_task *tasks, uint32_t count,
                      struct arena *scratch);

// All users with their candidates.
void plugin_say_epoch(struct plugin_text *t, const struct view *v, uint64_t id, uint32_t epoch,
                      struct arena *scratch);

void plugin_say_end(struct plugin_text *t, uint64_t id);

// Private: a line of that type.
void plugin_begin_line(struct plugin_text *t, const char *type);
void plugin_end_line(struct plugin_text *t);

#endif
