#include "cli/scheme_json.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>

#include "algorithms/scheme.h"
#include "scenarios/scenario.h"

static const char *const KINDS[] = {"bool",  "choice",    "integer", "number", "time",
                                    "bytes", "bandwidth", "numbers", "text",   "nodes"};

static bool is_numeric(enum option_kind kind)
{
    return kind >= OPTION_INTEGER && kind <= OPTION_NUMBERS;
}

static void add_default(cJSON *j, const struct scheme_option *o)
{
    if (o->kind == OPTION_BOOL)
        cJSON_AddBoolToObject(j, "default", o->otherwise != 0);
    else if (o->kind == OPTION_CHOICE)
        cJSON_AddStringToObject(j, "default", o->words[(int)o->otherwise]);
    else if (is_numeric(o->kind) && o->kind != OPTION_NUMBERS && isfinite(o->otherwise))
        cJSON_AddNumberToObject(j, "default", o->otherwise);
}

static cJSON *option_json(const struct scheme_option *o)
{
    cJSON *j = cJSON_CreateObject();
    cJSON_AddStringToObject(j, "key", o->key);
    cJSON_AddStringToObject(j, "kind", KINDS[o->kind]);
    cJSON_AddStringToObject(j, "about", o->about);
    add_default(j, o);
    if (is_numeric(o->kind)) {
        cJSON_AddNumberToObject(j, "low", o->low);
        cJSON_AddNumberToObject(j, "high", o->high);
    }
    if (o->kind != OPTION_CHOICE) return j;
    cJSON *words = cJSON_AddArrayToObject(j, "words");
    for (uint32_t i = 0; o->words[i]; i++)
        cJSON_AddItemToArray(words, cJSON_CreateString(o->words[i]));
    return j;
}

static cJSON *one_json(const struct scheme *s)
{
    cJSON *j = cJSON_CreateObject();
    cJSON_AddStringToObject(j, "name", s->name);
    cJSON_AddStringToObject(j, "about", s->about);
    cJSON_AddStringToObject(j, "source", s->source);
    cJSON_AddBoolToObject(j, "is_random", s->is_random);
    cJSON *common = cJSON_AddArrayToObject(j, "common"),
          *options = cJSON_AddArrayToObject(j, "options");
    for (uint32_t i = 0; scenario_option_key(i); i++)
        if (s->options & 1u << i)
            cJSON_AddItemToArray(common, cJSON_CreateString(scenario_option_key(i)));
    for (uint32_t i = 0; i < s->own_count; i++)
        cJSON_AddItemToArray(options, option_json(&s->own[i]));
    return j;
}

void scheme_json(void)
{
    cJSON *list = cJSON_CreateArray();
    for (uint32_t i = 0; i < scheme_count; i++)
        cJSON_AddItemToArray(list, one_json(scheme_table[i]));
    char *text = cJSON_Print(list);
    if (text) puts(text);
    cJSON_free(text);
    cJSON_Delete(list);
}
