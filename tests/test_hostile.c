// tests/test_hostile.c: models and profiles that mean no good, given to the program.

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kernels/kernel.h"
#include "tests/program.h"

Suite *hostile_suite(void);

#define CONV "{\"name\": \"a\", \"type\": \"conv\", \"kernel\": 3, \"channels\": 4"
#define MODEL(input, layers) "{\"name\": \"m\", \"input\": " input ", \"layers\": [" layers "]}"

static const struct {
    const char *text, *want;
} MODELS[] = {
    {MODEL("[-3, 8, 8]", CONV "}"), "FILE: input[0]: want an integer from 1 to 65536, have -3"},
    {MODEL("[3, 8]", CONV "}"), "FILE: input: want [channels, rows, columns] or [channels, frames, "
                                "rows, columns], have a list of 2"},
    {MODEL("[3, 1e9, 8]", CONV "}"), "FILE: input[1]: want an integer from 1 to 16384"},
    {MODEL("[3, 8.5, 8]", CONV "}"), "FILE: input[1]: want an integer from 1 to 16384, have 8.5"},
    {MODEL("[3, NaN, 8]", CONV "}"), "FILE: line 1, column 28: want valid JSON, have \"NaN"},
    {MODEL("[3, 1e999, 8]", CONV "}"), "FILE: input[1]: want an integer from 1 to 16384, have inf"},
    {MODEL("[3, 8, 8]", CONV ", \"stride\": 0}"),
     "FILE: layers[0].stride: want an integer from 1 to 127, have 0"},
    {MODEL("[3, 8, 8]", CONV ", \"stride\": [1, 2, 3]}"),
     "FILE: layers[0].stride: want an integer or [rows, columns], have a list of 3"},
    {MODEL("[3, 8, 8]", CONV ", \"dilation\": 127}"), "FILE: layers[0] (\"a\", conv): "},
    {MODEL("[3, 8, 8]", CONV ", \"pad\": [127, 0]}"),
     "FILE: layers[0].pad: want padding smaller than the kernel's reach (3 x 3), have a list of 2"},
    {MODEL("[3, 8, 8]", CONV ", \"groups\": 2}"), "FILE: layers[0] (\"a\", conv): "},
    {MODEL("[3, 8, 8]", CONV ", \"inputs\": []}"), "FILE: layers[0].inputs: want a list of 1 to"},
    {MODEL("[3, 8, 8]", CONV ", \"inputs\": [\"a\"]}"), "FILE: layers[0].inputs[0]: want an"},
    {MODEL("[3, 8, 8]",
           "{\"name\": \"a\", \"type\": \"conv\", \"kernel\": 100000, \"channels\": 4}"),
     "FILE: layers[0].kernel: want an integer from 1 to 127, have 100000"},
    {MODEL("[65536, 16384, 16384]", CONV "}"), "FILE: layers[0] (\"a\", conv): "},
    {MODEL("[3, 8, 8]", "{\"name\": \"a\", \"type\": \"fc\", \"units\": 65537}"),
     "FILE: layers[0].units: want an integer from 1 to 65536, have 65537"},
    {MODEL("[3, 8, 8]", CONV "}, " CONV "}"), "FILE: layers[1].name: want a name not used before"},
    {MODEL("[3, 8, 8]", "{\"name\": \"data\", \"type\": \"relu\"}"),
     "FILE: layers[0].name: want a name not used before, have \"data\""},
    {MODEL("[3, 8, 8]", "{\"name\": \"a\", \"type\": \"magic\"}"),
     "FILE: layers[0].type: want a layer type (fogsim list kernels), have \"magic\""},
    {MODEL("[3, 8, 8]", "{\"name\": \"a\", \"type\": \"relu\"}"),
     "FILE: layers: want at least one"},
    {MODEL("[3, 8, 8]", ""), "FILE: layers: want a list of 1 to 4096 layers, have a list of 0"},
    {MODEL("[3, 8, 8]", "7"), "FILE: layers[0]: want an object, have 7"},
    {"{\"input\": [3, 8, 8], \"exits\": {}, \"layers\": [" CONV "}]}",
     "FILE: exits: want a list of names of layers, have an object"},
    {"{\"input\": [3, 8, 8], \"exits\": [\"b\", \"a\"], \"layers\": [" CONV "}]}",
     "FILE: exits: want a list of names of layers, have a list of 2"},
    {MODEL("[3, 8, 8]", CONV ", \"pad\": \"sane\"}"), "FILE: layers[0].pad: want an integer"},
    {"[1, 2]", "FILE: want an object, have a list of 2"},
    {"{\"name\": \"\\u0000\"}", "FILE: line 1, column 11: want no NUL in a string"},
    {"{\"name\": \"\xff\"}", "FILE: line 1, column 11: want UTF-8"},
    {"{\"name\": \"\\ud800\"}", "FILE: line 1, column 11: want valid JSON"},
};

START_TEST(a_hostile_model_is_refused_with_the_place)
{
    const char *file = write_text("m.json", MODELS[_i].text);
    ck_assert_int_eq(RUN("model", file), 2);
    check_lines(file, (const char *const[]){MODELS[_i].want, NULL});
    ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(a_deeply_nested_model_is_refused)
{
    char *text = arena_array(&arena, 4000, 1);
    strcpy(text, "{\"layers\": ");
    for (int i = 0; i < 200; i++) strcat(text, "[{\"a\": ");
    const char *file = write_text("m.json", text);
    ck_assert_int_eq(RUN("model", file), 2);
    check_lines(file,
                (const char *const[]){"FILE: want at most 64 levels of brackets, have more", NULL});
}
END_TEST

START_TEST(any_name_comes_out_as_valid_json)
{
    static const char name[] = "q\"u\\o </script> \xc3\xa9";
    cJSON            *model = cJSON_Parse(MODEL("[3, 8, 8]", CONV "}"));
    cJSON            *layer = cJSON_GetArrayItem(cJSON_GetObjectItem(model, "layers"), 0);
    cJSON_ReplaceItemInObject(model, "name", cJSON_CreateString(name));
    cJSON_ReplaceItemInObject(layer, "name", cJSON_CreateString(name));
    char       *text = cJSON_Print(model);
    const char *file = write_text("m.json", text);
    MUST_RUN("model", file, "--format", "json");
    cJSON *have = cJSON_Parse(out);
    ck_assert_ptr_nonnull(have);
    ck_assert_str_eq(cJSON_GetStringValue(cJSON_GetObjectItem(have, "model")), name);
    cJSON *first = cJSON_GetArrayItem(cJSON_GetObjectItem(have, "layers"), 0);
    ck_assert_str_eq(cJSON_GetStringValue(cJSON_GetObjectItem(first, "name")), name);
    cJSON_Delete(have);
    cJSON_Delete(model);
    cJSON_free(text);
}
END_TEST

static const struct {
    const char *text, *want[10];
} PROFILES[] = {
    {"", {"FILE: want a JSON object, have an empty file"}},
    {"{}",
     {"FILE: format: want profile format 2"}}, // of another format nothing else is worth saying
    {"{\"format\": 1, \"layers\": [{\"key\": \"fc 1 1\"}]}",
     {"FILE: format: want profile format 2"}},
    {"{\"format\": 2, \"reference\": {}, \"layers\": {}}",
     {"FILE: clock_hz: want a value", "FILE: reference.fc_bytes_per_s: want a value",
      "FILE: reference.conv_flop_per_s: want a value",
      "FILE: layers: want a list of 1 to 100000 layers, have an object"}},
    {"{\"format\": 2, \"clock_hz\": 0, \"reference\": {\"fc_bytes_per_s\": 1e9, "
     "\"conv_flop_per_s\": {\"direct\": {\"warm\": 0}}}, \"layers\": [5]}",
     {"FILE: clock_hz: want a number", "FILE: reference.conv_flop_per_s.direct.warm: want a speed",
      "FILE: reference.conv_flop_per_s.direct.cold: want a value",
      "FILE: reference.conv_flop_per_s.winograd: want a value",
      "FILE: reference.conv_flop_per_s.fastest: want a value", "FILE: layers[0]: want an object",
      "FILE: layers[0].key: want a value", "FILE: layers[0].points: want a value"}},
    {"{\"format\": 2, \"clock_hz\": 1e9, \"reference\": {\"fc_bytes_per_s\": 1, "
     "\"conv_flop_per_s\": 5}, \"layers\": [{\"key\": \"fc 1 1\", \"algorithm\": "
     "\"fft\", \"points\": [{\"size\": 4}, {\"size\": 4, \"cold\": {\"cycles\": 0, "
     "\"median_cycles\": 1, \"q1_cycles\": 1, \"q3_cycles\": 1, \"median_s\": 1, "
     "\"min_s\": \"1 m\"}}]}]}",
     {"FILE: reference.conv_flop_per_s: want an object",
      "FILE: layers[0].algorithm: want one of \"direct\", \"winograd2\"",
      "FILE: layers[0].points[0]: want a timing, \"cold\" alone",
      "FILE: layers[0].points[1].cold.cycles: want a number",
      "FILE: layers[0].points[1].cold.min_s: want a time"}},
};

START_TEST(a_bad_profile_is_refused_with_the_place)
{
    const char *small = write_text("small.json", SMALL);
    const char *file = write_text("p.json", PROFILES[_i].text);
    ck_assert_int_eq(RUN("run", small, "--profile", file), 2);
    check_lines(file, PROFILES[_i].want);
    ck_assert_int_eq(RUN("list", "devices", "--profile", file), 2);
    ck_assert_int_eq(empty_folder(), 2); // the two inputs
}
END_TEST

Suite *hostile_suite(void)
{
    Suite *s = suite_create("hostile");
    TCase *tc = tcase_create("program");
    tcase_add_checked_fixture(tc, program_setup, program_teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, a_hostile_model_is_refused_with_the_place, 0,
                        sizeof MODELS / sizeof *MODELS);
    tcase_add_test(tc, a_deeply_nested_model_is_refused);
    tcase_add_test(tc, any_name_comes_out_as_valid_json);
    tcase_add_loop_test(tc, a_bad_profile_is_refused_with_the_place, 0,
                        sizeof PROFILES / sizeof *PROFILES);
    suite_add_tcase(s, tc);
    return s;
}
