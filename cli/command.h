// cli/command.h: a command of the program. One command, one file cmd_<name>.c; the table is made
// from the folder.
#ifndef FOGSIM_CLI_COMMAND_H
#define FOGSIM_CLI_COMMAND_H

#include "base/arena.h"
#include "base/err.h"
#include "base/paths.h"

enum exit_code { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_BAD_INPUT = 2 };

struct option_spec {
    const char *name;     // without "--"; "o": "-o"
    const char *argument; // "FILE" in the help; NULL: takes none
    const char *help;
};

struct option_given {
    const struct option_spec *spec;
    const char               *value; // NULL: takes none
};

struct arguments {              // of one call, checked against the specs
    const char *const   *words; // what is no option
    uint32_t             word_count;
    struct option_given *options;
    uint32_t             option_count;
    struct paths         paths;
    struct arena        *arena;
};

struct command {
    const char               *name, *words, *about; // words: "SCENARIO" in the usage line
    const char               *details;              // further help; may be NULL
    uint32_t                  least_words, most_words;
    const struct option_spec *options; // ends with name NULL
    enum exit_code (*run)(const struct arguments *args,
                          struct err             *e); // prints results; errors go to e
};

extern const struct command *const command_table[]; // sorted by name
extern const uint32_t              command_count;

const char  *option_value(const struct arguments *args, const char *name,
                          const char *otherwise); // of the last one
bool         option_is_given(const struct arguments *args, const char *name);
const char **option_all(const struct arguments *args, const char *name,
                        uint32_t *count); // in order, in the arena
// false: no integer in [least, most]; e says so.
MUST_USE bool option_integer(const struct arguments *args, const char *name, int64_t otherwise,
                             int64_t least, int64_t most, int64_t *out, struct err *e);
// Index of the value among `names` (NULL-terminated), or -1 with e.
int option_choice(const struct arguments *args, const char *name, const char *const *names,
                  int otherwise, struct err *e);

#endif
