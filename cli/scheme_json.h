// cli/scheme_json.h: the table of schemes with their options, for editors and scripts.
#ifndef FOGSIM_CLI_SCHEME_JSON_H
#define FOGSIM_CLI_SCHEME_JSON_H

// Prints an array of {name, about, source, is_random, common: [keys], options: [{key, kind, about,
// default, low, high, words}]}: `common` are options that several schemes read, `options` its own.
void scheme_json(void);

#endif
