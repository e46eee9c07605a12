// tests/test_vary.c: the points of a sweep: their order, their draws, their faults; a scenario's
// text read again and again.
//
// Orders are written by hand. What a Latin hypercube must be is its definition (McKay, Beckman,
// Conover 1979): of N samples each key has exactly one in each N-th of its range.
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/folder.h"
#include "scenarios/shelf.h"
#include "scenarios/vary.h"

Suite *vary_suite(void);

static struct arena           arena;
static struct err             e;
static struct paths           paths;
static struct scenario_source source;
static struct vary            vary;
static char                   file[64];

#define SMALL(MORE)                                                                                \
    "{\"name\": \"small\", \"seed\": 5, \"models\": {\"nin\": {\"model\": \"nin_cifar10\"}},"      \
    " \"schemes\": {\"dina\": {}, \"greedy\": {}},"                                                \
    " \"nodes\": {\"user\": {\"device\": \"laptop-i5-8365u\"},"                                    \
    " \"fog\": {\"count\": 3, \"device\": \"jetson-nano-cpu\"}},"                                  \
    " \"links\": {\"default\": {\"rate\": \"100 Mbit/s\"}}, \"arrivals\": {\"tasks\": 3}" MORE "}"

static void write_file(const char *path, const char *text)
{
    FILE *to = fopen(path, "w");
    ck_assert(to && fputs(text, to) >= 0 && !fclose(to));
}

static void use(const char *text)
{
    e = (struct err){0};
    write_file(file, text);
    ck_assert_msg(scenario_open(&source, &arena, file, &e), "%s", e.text);
}

static void setup(void)
{
    arena = (struct arena){0};
    e = (struct err){0};
    setenv("FOGSIM_DATA", ".", 1);
    ck_assert_msg(paths_find(&paths, &arena, &e), "%s", e.text);
    strcpy(file, "/tmp/fogsim-vary-XXXXXX");
    close(mkstemp(file));
    use(SMALL(""));
}

static void teardown(void)
{
    unlink(file);
    arena_free(&arena);
}

// Of the command line; `given` ends with NULL.
static bool read_points(int method, uint32_t samples, uint64_t seed, const char *const *given)
{
    struct vary_request r = {.given = given, .method = method, .samples = samples};
    while (given && given[r.given_count]) r.given_count++;
    r.is_seeded = seed > 0;
    r.seed = seed;
    e = (struct err){0};
    return vary_read(&vary, &arena, &source, &r, &e);
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
#define READ(METHOD, ...) ck_assert_msg(read_points(METHOD, 0, 0, LIST(__VA_ARGS__)), "%s", e.text)

static void check_points(const char *const *jsons)
{
    uint32_t count = 0;
    for (; jsons[count]; count++) {
        ck_assert_uint_lt(count, vary.count);
        ck_assert_str_eq(vary.points[count].json, jsons[count]);
    }
    ck_assert_uint_eq(count, vary.count);
}

START_TEST(in_a_grid_the_first_key_varies_slowest)
{
    READ(-1, "nodes.fog.count=1..3", "links.default.rate=10 Mbit/s,1 Gbit/s");
    check_points(LIST("{\"nodes.fog.count\":1,\"links.default.rate\":\"10 Mbit/s\"}",
                      "{\"nodes.fog.count\":1,\"links.default.rate\":\"1 Gbit/s\"}",
                      "{\"nodes.fog.count\":2,\"links.default.rate\":\"10 Mbit/s\"}",
                      "{\"nodes.fog.count\":2,\"links.default.rate\":\"1 Gbit/s\"}",
                      "{\"nodes.fog.count\":3,\"links.default.rate\":\"10 Mbit/s\"}",
                      "{\"nodes.fog.count\":3,\"links.default.rate\":\"1 Gbit/s\"}"));
    ck_assert_uint_eq(vary.points[3].set_count, 2);
    ck_assert_str_eq(vary.points[3].sets[0], "nodes.fog.count=2");
    ck_assert_str_eq(vary.points[3].sets[1], "links.default.rate=1 Gbit/s");
    ck_assert(!vary.points[3].scheme && !vary.points[3].model);
    ck_assert_int_eq(vary.method, VARY_GRID);
    READ(VARY_GRID, "theta=1,2", "quota=1,2", "candidates=1,2");
    ck_assert_uint_eq(vary.count, 8);
    ck_assert_str_eq(vary.points[6].json, "{\"theta\":2,\"quota\":2,\"candidates\":1}");
}
END_TEST

START_TEST(zipped_lists_stand_side_by_side)
{
    READ(VARY_ZIP, "nodes.fog.count=1..3", "links.default.rate=10..1000x10 Mbit/s");
    check_points(LIST("{\"nodes.fog.count\":1,\"links.default.rate\":\"10 Mbit/s\"}",
                      "{\"nodes.fog.count\":2,\"links.default.rate\":\"100 Mbit/s\"}",
                      "{\"nodes.fog.count\":3,\"links.default.rate\":\"1000 Mbit/s\"}"));
}
END_TEST

START_TEST(schemes_and_models_are_chosen_but_stand_in_no_point)
{
    READ(-1, "scheme=dina,greedy", "theta=1,2", "model=nin");
    check_points(LIST("{\"theta\":1}", "{\"theta\":2}", "{\"theta\":1}", "{\"theta\":2}"));
    ck_assert_str_eq(vary.points[1].scheme, "dina");
    ck_assert_str_eq(vary.points[2].scheme, "greedy");
    ck_assert_str_eq(vary.points[2].model, "nin");
    ck_assert_uint_eq(vary.points[2].set_count, 1);
    READ(-1, "scheme=4,\"4 x\",\"5\""); // labels, whatever they look like
    check_points(LIST("{}", "{}", "{}"));
    ck_assert_str_eq(vary.points[0].scheme, "4");
    ck_assert_str_eq(vary.points[1].scheme, "4 x");
    ck_assert_str_eq(vary.points[2].scheme, "5");
    ck_assert(!read_points(-1, 0, 0, LIST("scheme=4,\"4\"")));
}
END_TEST

START_TEST(a_file_varies_what_its_part_says)
{
    use(SMALL(", \"sweep\": {\"vary\": {\"theta\": \"1..2\", \"tau\": [\"off\", 3]}}"));
    ck_assert_msg(read_points(-1, 0, 0, NULL), "%s", e.text);
    check_points(LIST("{\"theta\":1,\"tau\":\"off\"}", "{\"theta\":1,\"tau\":3}",
                      "{\"theta\":2,\"tau\":\"off\"}", "{\"theta\":2,\"tau\":3}"));
    ck_assert_msg(read_points(VARY_ZIP, 0, 0, NULL), "%s", e.text);
    check_points(LIST("{\"theta\":1,\"tau\":\"off\"}", "{\"theta\":2,\"tau\":3}"));
    READ(-1, "quota=7"); // instead of all that the file varies
    check_points(LIST("{\"quota\":7}"));
    const char *const   sets[] = {"sweep.vary.theta=[3]", "sweep.method=zip", "sweep.vary.tau=[9]"};
    struct vary_request r = {.method = -1, .sets = sets, .set_count = 3};
    ck_assert_msg(vary_read(&vary, &arena, &source, &r, &e), "%s", e.text);
    check_points(LIST("{\"theta\":3,\"tau\":9}"));
}
END_TEST

START_TEST(the_same_sweep_has_the_same_definition)
{
    READ(-1, "theta=1..3", "scheme=dina");
    const char *first = vary.json;
    ck_assert_str_eq(first,
                     "{\"vary\":{\"theta\":[1,2,3],\"scheme\":[\"dina\"]},\"method\":\"grid\"}");
    READ(VARY_GRID, "theta=1, 2,3.0", "scheme=\"dina\"");
    ck_assert_str_eq(vary.json, first);
    use(SMALL(", \"sweep\": {\"vary\": {\"theta\": [1, 2, 3], \"scheme\": [\"dina\"]}}"));
    ck_assert(read_points(-1, 0, 0, NULL));
    ck_assert_str_eq(vary.json, first);
    ck_assert(read_points(VARY_LATIN, 3, 8, LIST("epoch=1..9log ms", "theta=1..3+1")));
    ck_assert_str_eq(vary.json, "{\"vary\":{\"epoch\":\"1..9 log ms\",\"theta\":[1,2,3]},"
                                "\"method\":\"latin\",\"samples\":3,\"seed\":8}");
}
END_TEST

// The number of a "KEY=NUMBER ..." text.
static double value_of(const char *set)
{
    return strtod(strchr(set, '=') + 1, NULL);
}

// The stratum of key `k` of each point by the inverse of how it was drawn.
static uint32_t stratum_of(const struct vary_point *p, uint32_t k, uint32_t samples)
{
    double value = value_of(p->sets[k]);
    double u = k == 0 ? (value + 3) / 10 : k == 1 ? log10(value / 0.01) / 5 : (value - 1) / 8;
    return (uint32_t)floor(u * samples);
}

START_TEST(a_latin_hypercube_has_one_sample_in_each_stratum_of_each_key)
{
    for (uint32_t samples = 1; samples < 60; samples += 7)
        for (uint64_t seed = 1; seed <= 40; seed++) {
            ck_assert(read_points(VARY_LATIN, samples, seed,
                                  LIST("tau=-3..7", "epoch=0.01..1000log ms", "Gamma=1..9")));
            ck_assert_uint_eq(vary.count, samples);
            for (uint32_t k = 0; k < 3; k++) {
                bool is_taken[64] = {0};
                for (uint32_t i = 0; i < samples; i++) {
                    uint32_t at = stratum_of(&vary.points[i], k, samples);
                    ck_assert_msg(at < samples && !is_taken[at], "seed %u, key %u, stratum %u",
                                  (unsigned)seed, k, at);
                    is_taken[at] = true;
                }
            }
        }
}
END_TEST

// If the N-ths were not shuffled, or keys were shuffled alike, columns would be correlated: over
// 400 seeds of 20 samples the mean of Spearman's coefficient is 0 with standard error 1 / sqrt(19 x
// 400) = 0.0115. And the first sample's stratum is uniform: mean 9.5, deviation 5.77 / sqrt(400).
START_TEST(latin_strata_are_shuffled_key_by_key)
{
    enum { N = 20, SEEDS = 400 };
    double between = 0, with_order = 0, first = 0, scale = (N * N - 1) / 12.0 * N * SEEDS;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        ck_assert(read_points(VARY_LATIN, N, seed, LIST("tau=-3..7", "epoch=0.01..1000log ms")));
        for (uint32_t i = 0; i < N; i++) {
            double a = stratum_of(&vary.points[i], 0, N) - (N - 1) / 2.0;
            double b = stratum_of(&vary.points[i], 1, N) - (N - 1) / 2.0;
            between += a * b;
            with_order += a * (i - (N - 1) / 2.0);
            if (!i) first += a;
        }
    }
    ck_assert_double_lt(fabs(between / scale), 4 * 0.0115);
    ck_assert_double_lt(fabs(with_order / scale), 4 * 0.0115);
    ck_assert_double_lt(fabs(first / SEEDS), 4 * 5.77 / 20);
}
END_TEST

// Within its stratum a draw is uniform: mean 1/2 and variance 1/12 of the stratum's width.
START_TEST(latin_draws_are_uniform_within_their_stratum)
{
    enum { N = 50, SEEDS = 100 };
    double sum = 0, squares = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        ck_assert(read_points(VARY_LATIN, N, seed, LIST("tau=0..50")));
        for (uint32_t i = 0; i < N; i++) {
            double value = value_of(vary.points[i].sets[0]), u = value - floor(value);
            sum += u;
            squares += (u - 0.5) * (u - 0.5);
        }
    }
    double n = N * SEEDS; // standard errors: sqrt(1/12 / n) and sqrt(1/180 / n)
    ck_assert_double_eq_tol(sum / n, 0.5, 4 * sqrt(1 / 12.0 / n));
    ck_assert_double_eq_tol(squares / n, 1 / 12.0, 4 * sqrt(1 / 180.0 / n));
}
END_TEST

// A quarter of the range is three of 12 strata, a half four of 8: so often is each value drawn. tau
// sees to it that no two samples are alike.
START_TEST(latin_draws_of_a_list_are_stratified)
{
    for (uint64_t seed = 1; seed <= 50; seed++) {
        uint32_t of[5] = {0};
        ck_assert(read_points(VARY_LATIN, 12, seed, LIST("theta=1..4+1", "tau=1..2")));
        ck_assert_uint_eq(vary.count, 12);
        for (uint32_t i = 0; i < 12; i++) of[(int)value_of(vary.points[i].sets[0])]++;
        for (uint32_t v = 1; v <= 4; v++) ck_assert_uint_eq(of[v], 3);
        memset(of, 0, sizeof of);
        ck_assert(read_points(VARY_LATIN, 8, seed, LIST("scheme=a,b", "tau=1..2", "theta=3,4")));
        for (uint32_t i = 0; i < 8; i++) of[*vary.points[i].scheme == 'b']++;
        ck_assert(of[0] == 4 && of[1] == 4);
    }
}
END_TEST

START_TEST(equal_samples_of_lists_are_dropped)
{
    ck_assert(read_points(VARY_LATIN, 100, 3, LIST("theta=1,2", "quota=1..3+1")));
    ck_assert_uint_eq(vary.drawn, 100);
    ck_assert_uint_eq(vary.count, 6); // 100 samples meet all six
    ck_assert(read_points(VARY_LATIN, 2, 3, LIST("theta=1,2")));
    ck_assert_uint_eq(vary.count, 2);
}
END_TEST

START_TEST(one_seed_gives_the_same_samples_another_others)
{
    use(SMALL(", \"sweep\": {\"vary\": {\"tau\": \"1..9\"}, \"method\": \"latin\","
              " \"samples\": 4}"));
    ck_assert(read_points(-1, 0, 0, NULL));
    struct vary by_scenario = vary; // whose seed is 5
    ck_assert(read_points(-1, 0, 5, NULL));
    for (uint32_t i = 0; i < 4; i++)
        ck_assert_str_eq(vary.points[i].json, by_scenario.points[i].json);
    ck_assert(read_points(-1, 0, 6, NULL));
    for (uint32_t i = 0; i < 4; i++)
        ck_assert_str_ne(vary.points[i].json, by_scenario.points[i].json);
    use(SMALL(", \"sweep\": {\"vary\": {\"tau\": \"1..9\"}, \"method\": \"latin\","
              " \"samples\": 4, \"seed\": 5}"));
    ck_assert(read_points(-1, 0, 77, NULL)); // its own goes first
    ck_assert_str_eq(vary.points[0].json, by_scenario.points[0].json);
}
END_TEST

START_TEST(a_key_more_behind_the_others_leaves_their_draws)
{
    ck_assert(read_points(VARY_LATIN, 9, 4, LIST("tau=1..9", "theta=1..8+1")));
    struct vary before = vary;
    ck_assert(read_points(VARY_LATIN, 9, 4, LIST("tau=1..9", "theta=1..8+1", "epoch=1..2")));
    for (uint32_t i = 0; i < 9; i++)
        for (uint32_t k = 0; k < 2; k++)
            ck_assert_str_eq(vary.points[i].sets[k], before.points[i].sets[k]);
}
END_TEST

static const struct {
    int         method;
    uint32_t    samples;
    const char *given[3], *want;
} REFUSED[] = {
    {-1, 0, {"theta"}, "--vary: want KEY=VALUES, have \"theta\""},
    {-1,
     0,
     {"theta="},
     "--vary theta: want a value between commas (\"\" for an empty text), have \"\""},
    {-1, 0, {"=1"}, "--vary : want a dotted path into the scenario, have \"\""},
    {-1,
     0,
     {"nodes..x=1"},
     "--vary nodes..x: want a dotted path into the scenario, have \"nodes..x\""},
    {-1,
     0,
     {"nodse.fog.count=1"},
     "--vary nodse.fog.count: want a key of the scenario, \"scheme\" or \"model\", have "
     "\"nodse.fog.count\""},
    {-1, 0, {"name=a,b"}, "--vary name: want a key that changes a run, have \"name\""},
    {-1, 0, {"sweep.seed=1"}, "--vary sweep.seed: want a key that changes a run, have \"sweep\""},
    {-1,
     0,
     {"theta=1", "theta=2"},
     "--vary theta: want keys apart from each other, have \"theta\" too"},
    {-1,
     0,
     {"nodes.fog.count=1", "nodes.fog={}"},
     "--vary nodes.fog: want keys apart from each other, have \"nodes.fog.count\" too"},
    {-1,
     0,
     {"nodes=1", "nodes.fog.count=1"},
     "--vary nodes.fog.count: want keys apart from each other, have \"nodes\" too"},
    {-1, 0, {"theta=1,2,1"}, "--vary: want every point once, have {\"theta\":1} twice"},
    {-1, 0, {"theta=2,2.0"}, "--vary: want every point once, have {\"theta\":2} twice"},
    {-1,
     0,
     {"scheme=dina,dina", "theta=1"},
     "--vary: want every point once, have {\"theta\":1} scheme dina twice"},
    {VARY_ZIP,
     0,
     {"theta=1,1", "quota=2,2"},
     "--vary: want every point once, have {\"theta\":1,\"quota\":2} twice"},
    {VARY_ZIP,
     0,
     {"theta=1..3", "quota=1,2"},
     "--vary: want lists of one length with method zip, have 3 of theta, 2 of quota"},
    {-1, 0, {"theta=1..400", "quota=1..300"}, "--vary: want at most 100000 points, have 120000"},
    {VARY_LATIN, 0, {"theta=1..4"}, "--method: want --samples N beside latin, have none"},
    {VARY_GRID, 5, {"theta=1..4"}, "--samples: want it with method latin, have method grid"},
    {-1, 5, {"theta=1..4"}, "--samples: want it with method latin, have method grid"},
    {VARY_LATIN, 5, {"theta=4..4"}, "--vary theta: want two different ends, have \"4..4\""},
};

START_TEST(a_wrong_sweep_is_refused_in_one_line)
{
    const char *const *given = REFUSED[_i].given;
    ck_assert(!read_points(REFUSED[_i].method, REFUSED[_i].samples, 0, given));
    ck_assert_str_eq(e.text, REFUSED[_i].want);
}
END_TEST

START_TEST(without_anything_to_vary_there_are_no_points)
{
    ck_assert(!read_points(-1, 0, 0, NULL));
    ck_assert_str_eq(e.text, arena_format(&arena,
                                          "%s: want a \"sweep\" part, or --vary "
                                          "KEY=VALUES, have neither",
                                          file));
}
END_TEST

static const struct {
    const char *sweep, *want;
} FAULTS[] = {
    {"3", "sweep: want an object, have 3"},
    {"{}", "sweep.vary: want a value, have nothing"},
    {"{\"vary\": {}}", "sweep.vary: want an object of keys and their values, have an object"},
    {"{\"vary\": [1]}", "sweep.vary: want an object of keys and their values, have a list of 1"},
    {"{\"vary\": {\"theta\": [1]}, \"x\": 1}", "sweep.x: want a known key, have \"x\""},
    {"{\"vary\": {\"theta\": 1}}",
     "sweep.vary.theta: want a list of values, or a text such as \"2..16x2\", have 1"},
    {"{\"vary\": {\"nodes.fog.count\": []}}",
     "sweep.vary.nodes.fog.count: want at least one value, have none"},
    {"{\"vary\": {\"nodes.fog.count\": \"4..2\"}}",
     "sweep.vary.nodes.fog.count: want the lower number first, have \"4..2\""},
    {"{\"vary\": {\"theta\": [1, 1]}}",
     "sweep.vary: want every point once, have {\"theta\":1} twice"},
    {"{\"vary\": {\"theta\": [1]}, \"method\": \"cube\"}",
     "sweep.method: want one of \"grid\", \"zip\", \"latin\", have \"cube\""},
    {"{\"vary\": {\"theta\": [1]}, \"samples\": 3}",
     "sweep.samples: want no \"samples\" without \"method\": \"latin\", have 3"},
    {"{\"vary\": {\"theta\": [1]}, \"seed\": 3}",
     "sweep.seed: want no \"seed\" without \"method\": \"latin\", have 3"},
    {"{\"vary\": {\"theta\": [1]}, \"method\": \"latin\"}",
     "sweep.samples: want how many samples to draw, have nothing"},
    {"{\"vary\": {\"theta\": [1]}, \"method\": \"latin\", \"samples\": 100001}",
     "sweep.samples: want an integer from 1 to 100000, have 100001"},
};

START_TEST(a_fault_of_the_part_is_told_with_its_place_when_a_scenario_is_read)
{
    struct scenario s;
    use(arena_format(&arena, SMALL(", \"sweep\": %s"), FAULTS[_i].sweep));
    ck_assert(!scenario_read(&s, &arena, &source, &paths, NULL, &e));
    ck_assert_str_eq(e.text, arena_format(&arena, "%s: %s", file, FAULTS[_i].want));
    e = (struct err){0};
    ck_assert(!read_points(-1, 0, 0, NULL));
    ck_assert_str_eq(e.text, arena_format(&arena, "%s: %s", file, FAULTS[_i].want));
}
END_TEST

START_TEST(all_faults_are_told_at_once)
{
    ck_assert(!read_points(-1, 0, 0, LIST("theta=2..1", "nmae=1", "quota=1..")));
    ck_assert_uint_eq(e.fault_count, 3);
}
END_TEST

START_TEST(sets_make_an_object_of_json_values)
{
    static const char *const sets[] = {"a.b=4",     "c=10 Mbit/s",        "no equals", "d=true",
                                       "a.b=\"4\"", "e=[1,{\"f\":null}]", "g=x=y"};
    ck_assert_str_eq(vary_sets_json(&arena, sets, 7),
                     "{\"c\":\"10 Mbit/s\",\"d\":true,\"a.b\":\"4\",\"e\":[1,{\"f\":null}],"
                     "\"g\":\"x=y\"}");
    ck_assert_str_eq(vary_sets_json(&arena, NULL, 0), "{}");
}
END_TEST

START_TEST(a_point_is_what_set_makes_of_it)
{
    READ(-1, "nodes.fog.count=2,4", "links.default.rate=10..20/2 Mbit/s", "arrivals.tasks=7",
         "schemes={\"dina\":{\"open_slots\":\"none\"}}");
    for (uint32_t i = 0; i < vary.count; i++) {
        const struct vary_point *p = &vary.points[i];
        struct scenario          by_point, by_set;
        struct scenario_edit     base = {0}, set = {.sets = p->sets, .set_count = p->set_count};
        struct scenario_edit     edit = vary_edit(&arena, &base, p);
        ck_assert_str_eq(vary_sets_json(&arena, p->sets, p->set_count), p->json);
        ck_assert(scenario_read(&by_point, &arena, &source, &paths, &edit, &e));
        ck_assert(scenario_load(&by_set, &arena, file, &paths, &set, &e));
        ck_assert_str_eq(by_point.sha256, by_set.sha256);
        ck_assert_uint_eq(by_point.fog_count, i < 2 ? 2 : 4);
        ck_assert_double_eq(by_point.net.links[1].rate_bytes_per_s, i % 2 ? 2.5e6 : 1.25e6);
        ck_assert_uint_eq(by_point.arrivals.jobs_per_user, 7);
        ck_assert_uint_eq(by_point.scheme_count, 1);
    }
}
END_TEST

START_TEST(a_point_goes_before_the_command_line)
{
    static const char *const sets[] = {"theta=9", "nodes.fog.count=8"}, *const labels[] = {
                                                                            "dina", "greedy"};
    struct scenario_edit base = {.sets = sets, .set_count = 2, .schemes = labels};
    struct scenario      s;
    base.scheme_count = 2;
    READ(-1, "theta=3", "scheme=greedy");
    struct scenario_edit edit = vary_edit(&arena, &base, vary.points);
    ck_assert_msg(scenario_read(&s, &arena, &source, &paths, &edit, &e), "%s", e.text);
    ck_assert_uint_eq(s.limits.theta, 3);
    ck_assert_uint_eq(s.fog_count, 8);
    ck_assert_uint_eq(s.scheme_count, 1);
    ck_assert_str_eq(s.schemes[0].label, "greedy");
    ck_assert_str_eq(vary_sets_json(&arena, edit.sets, edit.set_count),
                     "{\"nodes.fog.count\":8,\"theta\":3}");
    READ(-1, "theta=3");
    edit = vary_edit(&arena, &base, vary.points);
    ck_assert_uint_eq(edit.scheme_count, 2);
}
END_TEST

START_TEST(what_a_file_would_vary_is_not_in_its_digest)
{
    struct scenario plain, swept, other;
    ck_assert(scenario_read(&plain, &arena, &source, &paths, NULL, &e));
    use(SMALL(", \"sweep\": {\"vary\": {\"theta\": [1, 2]}}"));
    ck_assert_msg(scenario_read(&swept, &arena, &source, &paths, NULL, &e), "%s", e.text);
    ck_assert_str_eq(plain.sha256, swept.sha256);
    ck_assert_str_ne(plain.text, swept.text); // but in its text
    use(SMALL(", \"theta\": 1"));
    ck_assert(scenario_read(&other, &arena, &source, &paths, NULL, &e));
    ck_assert_str_ne(plain.sha256, other.sha256);
}
END_TEST

Suite *vary_suite(void)
{
    Suite *suite = suite_create("vary");
    TCase *tc = tcase_create("all");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, in_a_grid_the_first_key_varies_slowest);
    tcase_add_test(tc, zipped_lists_stand_side_by_side);
    tcase_add_test(tc, schemes_and_models_are_chosen_but_stand_in_no_point);
    tcase_add_test(tc, a_file_varies_what_its_part_says);
    tcase_add_test(tc, the_same_sweep_has_the_same_definition);
    tcase_add_test(tc, a_latin_hypercube_has_one_sample_in_each_stratum_of_each_key);
    tcase_add_test(tc, latin_strata_are_shuffled_key_by_key);
    tcase_add_test(tc, latin_draws_are_uniform_within_their_stratum);
    tcase_add_test(tc, latin_draws_of_a_list_are_stratified);
    tcase_add_test(tc, equal_samples_of_lists_are_dropped);
    tcase_add_test(tc, one_seed_gives_the_same_samples_another_others);
    tcase_add_test(tc, a_key_more_behind_the_others_leaves_their_draws);
    tcase_add_loop_test(tc, a_wrong_sweep_is_refused_in_one_line, 0,
                        sizeof REFUSED / sizeof *REFUSED);
    tcase_add_test(tc, without_anything_to_vary_there_are_no_points);
    tcase_add_loop_test(tc, a_fault_of_the_part_is_told_with_its_place_when_a_scenario_is_read, 0,
                        sizeof FAULTS / sizeof *FAULTS);
    tcase_add_test(tc, all_faults_are_told_at_once);
    tcase_add_test(tc, sets_make_an_object_of_json_values);
    tcase_add_test(tc, a_point_is_what_set_makes_of_it);
    tcase_add_test(tc, a_point_goes_before_the_command_line);
    tcase_add_test(tc, what_a_file_would_vary_is_not_in_its_digest);
    suite_add_tcase(suite, tc);
    return suite;
}
