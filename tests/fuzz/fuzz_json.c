// tests/fuzz/fuzz_json.c: hostile scenarios, models, devices, protocols, profiles and recorded
// series (CSV).
//
// LLVMFuzzerTestOneInput takes a file whose first byte names the reader that gets the rest:
// s scenario, m model, d device, p protocol, r profile; a arrivals, f factors of a rate, t tracks;
// v what --vary takes, behind the digit of a method. What a reader accepts is run, with few tasks,
// under every scheme: it must end or fail with a message. A series that is accepted must be in
// order. Nothing may crash, assert or make a sanitizer speak.
//
// With -DFUZZ_MAIN there is a main that needs no libFuzzer: it mutates the bundled files, half of
// the time their JSON trees (so that most results still parse), half of the time their bytes; of
// series their bytes and lines.
//   fuzz_json [MUTATIONS [SEED]]     defaults 2000 and 1; the same arguments try the same files
//   fuzz_json FILE...                runs these inputs (first byte as above), to repeat a find
#include <cjson/cJSON.h>
#include <gsl/gsl_errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/json.h"
#include "base/rng.h"
#include "cli/simulate.h"
#include "scenarios/device.h"
#include "scenarios/shelf.h"
#include "scenarios/trace.h"
#include "scenarios/vary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Bounds of what is simulated: a finding is a crash, not a long run.
enum { MAX_NODES = 64, MAX_USERS = 8, MAX_TASKS = 2, MAX_MODELS = 1, RUN_MS = 200 };

static const char READERS[] = "smdpraftv", TABLES[] = "aftv";

static volatile int out_of_time;
static uint64_t     accepted_count, simulated_count; // told at the end: 0 would mean a blunt fuzzer

static void on_alarm(int signal)
{
    (void)signal;
    out_of_time = 1;
}

static const char *folder(void)
{
    static char name[64];
    if (*name) return name;
    snprintf(name, sizeof name, "%s/fogsim-fuzz-%d", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm",
             (int)getpid());
    if (mkdir(name, 0700)) abort();
    struct sigaction action = {.sa_handler = on_alarm};
    sigaction(SIGALRM, &action, NULL);
    gsl_set_error_handler_off();
    setenv("FOGSIM_DATA", ".", 0);
    return name;
}

static const char *write_input(struct arena *a, const char *name, const void *data, size_t size)
{
    const char *path = arena_format(a, "%s/%s.json", folder(), name);
    FILE       *file = fopen(path, "wb");
    if (!file || fwrite(data, 1, size, file) != size || fclose(file)) abort();
    return path;
}

static void simulate_some(struct scenario *s, const struct profile *profile)
{
    if (s->net.node_count > MAX_NODES || s->user_count > MAX_USERS) return;
    s->replications = 1;
    if (s->arrivals.jobs_per_user > MAX_TASKS) s->arrivals.jobs_per_user = MAX_TASKS;
    out_of_time = 0;
    setitimer(ITIMER_REAL, &(struct itimerval){.it_value = {.tv_usec = RUN_MS * 1000}}, NULL);
    for (uint32_t m = 0; m < simulate_model_runs(s) && m < MAX_MODELS; m++)
        for (uint32_t i = 0; i < s->scheme_count && !out_of_time; i++) {
            struct arena        a = {0};
            struct err          e = {0};
            struct prepared     p;
            struct outcome      outcome;
            struct run_identity id = {0, 0, "{}"};
            simulate_prepare(&p, &a, s, m, &s->schemes[i], profile);
            if (simulate(&p, &id, NULL, &out_of_time, &a, &outcome, &e))
                simulated_count++;
            else if (!e.fault_count)
                abort(); // failed, and did not say why
            arena_free(&a);
        }
    setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
}

// jetson2 and the reference profile, with one part replaced by what was read.
struct bench {
    struct arena    arena;
    struct paths    paths;
    struct scenario scenario;
    struct profile  profile;
};

static void bench_load(struct bench *b)
{
    static const char *const   models[] = {"nin"};
    const struct scenario_edit edit = {.models = models, .model_count = 1};
    struct err                 e = {0};
    if (paths_find(&b->paths, &b->arena, &e) &&
        profile_load(&b->profile, &b->arena, "kernels/profiles/reference.json", &e) &&
        scenario_load(&b->scenario, &b->arena, "scenarios/jetson2.json", &b->paths, &edit, &e))
        return;
    fprintf(stderr, "%s\n", e.text);
    abort();
}

static void *copy(struct arena *a, const void *from, size_t count, size_t size_bytes)
{
    return memcpy(arena_array(a, count, size_bytes), from, count * size_bytes);
}

// Read once; each input gets its own copy of what it may change.
static void bench_open(struct bench *b)
{
    static struct bench shared;
    if (!shared.arena.first) bench_load(&shared);
    *b = shared;
    b->arena = (struct arena){0};
    struct scenario *s = &b->scenario;
    uint32_t         n = s->net.group_count;
    s->models = copy(&b->arena, s->models, s->model_count, sizeof *s->models);
    s->devices = copy(&b->arena, s->devices, n, sizeof *s->devices);
    s->net.groups = copy(&b->arena, s->net.groups, n, sizeof *s->net.groups);
    s->net.links = copy(&b->arena, s->net.links, (size_t)n * n, sizeof *s->net.links);
}

static bool read_device(struct bench *b, struct err *e)
{
    struct device *d = &b->scenario.devices[1]; // of the fog nodes
    if (!device_load(d, &b->arena, folder(), "d", e)) return false;
    struct node_group *g = &b->scenario.net.groups[1];
    g->serialisation_ratio = d->serialisation_ratio;
    g->memory_bytes = d->memory_bytes;
    g->power_idle_w = d->power_idle_w;
    g->power_busy_w = d->power_busy_w;
    net_finish(&b->scenario.net, &b->arena);
    return true;
}

static bool read_protocol(struct bench *b, struct err *e)
{
    struct protocol *p = ARENA_ARRAY(&b->arena, struct protocol, 1);
    struct net      *n = &b->scenario.net;
    if (!protocol_load(p, &b->arena, folder(), "p", e)) return false;
    for (uint32_t i = 0; i < n->group_count * n->group_count; i++) n->links[i].protocol = p;
    net_finish(n, &b->arena);
    return true;
}

static void must(bool holds)
{
    if (!holds) abort();
}

// Points are within bounds and apart; each is JSON and can be outlined.
static void check_points(const struct vary *v, struct arena *a,
                         const struct scenario_source *source)
{
    const struct scenario_edit none = {0};
    must(v->count && v->count <= v->drawn && v->drawn <= VARY_MOST_POINTS);
    for (uint32_t i = 0; i < v->count && i < 3; i++) {
        const struct vary_point *p = &v->points[v->count - 1 - i];
        struct json_doc          doc;
        struct err               e = {0};
        must(json_parse(&doc, "point", p->json, strlen(p->json), &e));
        json_close(&doc);
        must(!strcmp(p->json, vary_sets_json(a, p->sets, p->set_count)));
        struct scenario_edit    edit = vary_edit(a, &none, p);
        struct scenario_outline outline;
        must(scenario_outline(&outline, a, source, &edit, &e) == !e.fault_count);
    }
}

// In outline and with a shelf it is the same scenario.
static void check_again(const struct bench *b, struct arena *a,
                        const struct scenario_source *source)
{
    struct scenario_outline o;
    struct err              e = {0};
    const struct scenario  *s = &b->scenario;
    must(scenario_outline(&o, a, source, NULL, &e));
    must(o.model_count == s->model_count && o.scheme_count == s->scheme_count);
    must(o.is_mix == (s->mix.class_count > 0) && o.seed == s->seed);
    must(!strcmp(o.sha256, s->sha256));
    struct vary               v;
    const struct vary_request as_it_is = {.method = -1};
    if (vary_read(&v, a, source, &as_it_is, &e)) check_points(&v, a, source);
}

static bool read_scenario(struct bench *b, const char *path, struct err *e)
{
    struct scenario_source source;
    if (!scenario_open(&source, &b->arena, path, e)) return false;
    if (!scenario_read(&b->scenario, &b->arena, &source, &b->paths, NULL, e)) return false;
    check_again(b, &b->arena, &source);
    return true;
}

static bool read_values(struct arena *a, const char *text, struct err *e)
{
    struct scenario_source source;
    struct vary            v;
    int                    method = *text ? *text % 3 : 0;
    const char            *given[] = {arena_format(a, "nodes.fog.count=%s", *text ? text + 1 : ""),
                                      "theta=1..8+1"};
    struct vary_request    r = {.given = given, .given_count = 2, .method = method};
    if (method == VARY_LATIN) r.samples = 8;
    must(scenario_open(&source, a, "scenarios/burst.json", e));
    if (!vary_read(&v, a, &source, &r, e)) return false;
    check_points(&v, a, &source);
    return true;
}

static bool read_input(struct bench *b, char reader, const char *path, struct err *e)
{
    switch (reader) {
    case 'm': return model_load(&b->scenario.models[0].graph, &b->arena, path, NULL, e);
    case 'd': return read_device(b, e);
    case 'p': return read_protocol(b, e);
    case 'r': return profile_load(&b->profile, &b->arena, path, e);
    default: return read_scenario(b, path, e);
    }
}

static bool read_arrivals(struct arena *a, const char *path, struct err *e)
{
    static const char *const users[] = {"user0", "user1", "user2"}, *const models[] = {"a", "b"};
    struct trace_arrivals *lists;
    uint64_t               total = 0;
    if (!trace_read_arrivals(&lists, a, path, users, 3, models, 2, e)) return false;
    for (uint32_t u = 0; u < 3; total += lists[u++].count)
        for (uint32_t i = 0; i < lists[u].count; i++) {
            const struct trace_arrival *item = &lists[u].items[i];
            must(item->class_id < 2 && item->at >= (i ? item[-1].at : 0) && item->at < NS_END);
        }
    must(total > 0);
    return true;
}

static bool read_factors(struct arena *a, const char *path, struct err *e)
{
    struct rate_trace t;
    if (!trace_read_rates(&t, a, path, e)) return false;
    must(t.count && t.from[0] == 0);
    for (uint32_t i = 0; i < t.count; i++)
        must(t.factor[i] > 0 && t.factor[i] < 1e300 && (!i || t.from[i] > t.from[i - 1]));
    return true;
}

static bool read_tracks(struct arena *a, const char *path, struct err *e)
{
    static const char *const nodes[] = {"user0", "user1"};
    struct track            *tracks;
    if (!trace_read_tracks(&tracks, a, path, nodes, 2, e)) return false;
    for (uint32_t n = 0; n < 2; n++) {
        must(tracks[n].count > 0);
        for (uint32_t i = 0; i < tracks[n].count; i++) {
            const struct track_point *p = &tracks[n].points[i];
            must(p->at >= 0 && (!i || p->at > p[-1].at) && p->x_m - p->y_m < 1e300);
        }
    }
    return true;
}

static int read_table(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct err   e = {0};
    const char   name[2] = {(char)data[0], '\0'};
    const char  *path = write_input(&a, name, data + 1, size - 1);
    const char  *text = arena_format(&a, "%.*s", (int)(size - 1), (const char *)data + 1);
    bool         ok = name[0] == 'v'   ? read_values(&a, text, &e)
                      : name[0] == 'a' ? read_arrivals(&a, path, &e)
                      : name[0] == 'f' ? read_factors(&a, path, &e)
                                       : read_tracks(&a, path, &e);
    must(ok == !e.fault_count);
    accepted_count += ok;
    arena_free(&a);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size || !data[0] || !strchr(READERS, data[0])) return 0;
    if (strchr(TABLES, data[0])) return read_table(data, size);
    struct bench b;
    struct err   e = {0};
    const char   name[2] = {(char)data[0], '\0'};
    bench_open(&b);
    const char *path = write_input(&b.arena, name, data + 1, size - 1);
    bool        ok = read_input(&b, name[0], path, &e);
    if (ok == (e.fault_count > 0)) abort(); // a refusal without a reason, or a fault without one
    if (ok) {
        accepted_count++;
        simulate_some(&b.scenario, &b.profile);
    }
    arena_free(&b.arena);
    return 0;
}

#ifdef FUZZ_MAIN

static const char *const WORDS[] = {"0",
                                    "-1",
                                    "-0",
                                    "1e999",
                                    "1e308",
                                    "-1e308",
                                    "1e-320",
                                    "0.5",
                                    "3",
                                    "7",
                                    "64",
                                    "127",
                                    "128",
                                    "65536",
                                    "16384",
                                    "2147483647",
                                    "4294967295",
                                    "9007199254740993",
                                    "1e18",
                                    "null",
                                    "true",
                                    "false",
                                    "{}",
                                    "[]",
                                    "[3,1]",
                                    "[0,0]",
                                    "[16384,16384]",
                                    "\"\"",
                                    "\"off\"",
                                    "\"local\"",
                                    "\"third\"",
                                    "\"sender\"",
                                    "\"mqtt\"",
                                    "\"grpc\"",
                                    "\"per_task\"",
                                    "\"per_layer\"",
                                    "\"task\"",
                                    "\"layer\"",
                                    "\"input\"",
                                    "\"poisson\"",
                                    "\"periodic\"",
                                    "\"user\"",
                                    "\"cloud\"",
                                    "\"broker\"",
                                    "\"dedicated\"",
                                    "\"move\"",
                                    "\"two-sided\"",
                                    "\"greedy\"",
                                    "\"local\"",
                                    "\"vgg16\"",
                                    "\"raspberry-pi-3b-plus\"",
                                    "\"sharing\"",
                                    "\"edf\"",
                                    "\"preemptive\"",
                                    "\"swap\"",
                                    "\"refuse\"",
                                    "\"gateway\"",
                                    "\"fair\"",
                                    "\"cell\"",
                                    "[\"cell\"]",
                                    "\"bursts\"",
                                    "\"trace\"",
                                    "\"weibull\"",
                                    "\"replan\"",
                                    "\"retry\"",
                                    "\"cached\"",
                                    "\"20 dBm\"",
                                    "\"5 MHz\"",
                                    "\"100 m\"",
                                    "\"2 m/s\"",
                                    "[0,0,100,100]",
                                    "[0,1,0]",
                                    "{\"rate\":5,\"stay\":1}",
                                    "{\"nin\":1}",
                                    "{\"at\":[1,2]}",
                                    "{\"up\":5,\"down\":1}",
                                    "{\"outages\":[{\"node\":0,\"from\":1}]}",
                                    "\"1 bit/s\"",
                                    "\"10 kbit/s\"",
                                    "\"1e15 B/s\"",
                                    "\"1 us\"",
                                    "\"1e7 s\"",
                                    "\"10000 s\"",
                                    "\"1e-3 s/B\"",
                                    "\"1 ns/B\"",
                                    "\"1 B\"",
                                    "\"1 MFLOP/s\"",
                                    "\"100 kB/s\"",
                                    "\"1e400 ms\"",
                                    "\"5 parsec\"",
                                    "\"\\u0001\\n\\u007f\"",
                                    "{\"vary\":{\"theta\":\"1..4\"},\"method\":\"zip\"}",
                                    "\"1..8x2\"",
                                    "\"1..100/7log ms\"",
                                    "\"latin\"",
                                    "\"classes\"",
                                    "\"data\"",
                                    "\"conv\"",
                                    "\"fc\"",
                                    "\"add\"",
                                    "\"concat\"",
                                    "\"maxpool\"",
                                    "\"global_avgpool\"",
                                    "\"flatten\""};
static const char *const KEYS[] = {"quota",
                                   "deadline",
                                   "epoch",
                                   "warm_up",
                                   "broker",
                                   "fc_split",
                                   "tau",
                                   "Gamma",
                                   "theta",
                                   "queue",
                                   "servers",
                                   "nic",
                                   "nic_rate",
                                   "kind",
                                   "count",
                                   "rate",
                                   "period",
                                   "duration",
                                   "tasks",
                                   "think",
                                   "cut",
                                   "node",
                                   "shares",
                                   "weights",
                                   "latency",
                                   "protocol",
                                   "sweep",
                                   "samples",
                                   "method",
                                   "nodes.fog.count",
                                   "welfare_guard",
                                   "open_slots",
                                   "local_share",
                                   "user>fog",
                                   "fog>user",
                                   "broker>fog",
                                   "classes",
                                   "input",
                                   "pad",
                                   "groups",
                                   "dilation",
                                   "stride",
                                   "ceil",
                                   "inputs",
                                   "memory",
                                   "overhead",
                                   "profile",
                                   "encoding",
                                   "brokered",
                                   "broker_copy",
                                   "edge_delay",
                                   "message_time",
                                   "discipline",
                                   "priority",
                                   "swap_rate",
                                   "power_send",
                                   "price_per_hour",
                                   "place",
                                   "at",
                                   "grid",
                                   "area",
                                   "uniform",
                                   "waypoints",
                                   "trace",
                                   "join",
                                   "leave",
                                   "mix",
                                   "media",
                                   "per",
                                   "sharing",
                                   "radio",
                                   "absent",
                                   "price_per_gb",
                                   "fading",
                                   "step",
                                   "rate_max",
                                   "qos",
                                   "slow_start",
                                   "jitter",
                                   "states",
                                   "next",
                                   "file",
                                   "faults",
                                   "recovery",
                                   "outages",
                                   "shape",
                                   "distribution",
                                   "up",
                                   "down",
                                   "attempts",
                                   "backoff",
                                   "observe",
                                   "queues",
                                   "occupancy",
                                   "candidates",
                                   "gateway",
                                   "default",
                                   "fog>gateway"};

enum { WORD_COUNT = sizeof WORDS / sizeof *WORDS, KEY_COUNT = sizeof KEYS / sizeof *KEYS };

static uint32_t count_nodes(const cJSON *j)
{
    uint32_t count = 1;
    for (const cJSON *c = j->child; c; c = c->next) count += count_nodes(c);
    return count;
}

// The parent of node number *left in preorder, and which child it is; the root has none.
static cJSON *find_parent(cJSON *j, uint32_t *left, int *index)
{
    int i = 0;
    for (cJSON *c = j->child; c; c = c->next, i++) {
        if (!--*left) return *index = i, j;
        cJSON *found = find_parent(c, left, index);
        if (found) return found;
    }
    return NULL;
}

static void replace(cJSON *parent, int index, cJSON *item)
{
    cJSON *old = cJSON_GetArrayItem(parent, index);
    if (cJSON_IsObject(parent)) {
        char *key = strdup(old->string);
        cJSON_ReplaceItemInObjectCaseSensitive(parent, key, item);
        free(key);
    } else {
        cJSON_ReplaceItemInArray(parent, index, item);
    }
}

// A hostile value, most often of the type that is there, so that the reader goes on.
static cJSON *any_word(const cJSON *old, struct rng *r)
{
    cJSON *item = cJSON_Parse(WORDS[rng_below(r, WORD_COUNT)]);
    for (int tries = 0; tries < 6 && old && (item->type & 0xff) != (old->type & 0xff); tries++) {
        cJSON_Delete(item);
        item = cJSON_Parse(WORDS[rng_below(r, WORD_COUNT)]);
    }
    return item;
}

static void mutate_tree(cJSON *root, struct rng *r)
{
    uint32_t count = count_nodes(root);
    if (count < 2) return;
    uint32_t left = 1 + (uint32_t)rng_below(r, count - 1);
    int      index = 0;
    cJSON   *parent = find_parent(root, &left, &index), *item = cJSON_GetArrayItem(parent, index);
    uint64_t what = rng_below(r, 10);
    if (what < 5) {
        replace(parent, index, any_word(item, r));
    } else if (what == 5) {
        cJSON_DeleteItemFromArray(parent, index);
    } else if (what == 6 && cJSON_IsNumber(item)) {
        replace(parent, index, cJSON_CreateNumber(item->valuedouble * (double)rng_below(r, 5)));
    } else if (what == 7) { // a copy of another part of the file
        uint32_t other = 1 + (uint32_t)rng_below(r, count - 1);
        int      at = 0;
        cJSON   *from = find_parent(root, &other, &at);
        replace(parent, index, cJSON_Duplicate(cJSON_GetArrayItem(from, at), true));
    } else if (cJSON_IsObject(parent)) {
        cJSON_AddItemToObject(parent, KEYS[rng_below(r, KEY_COUNT)],
                              cJSON_Parse(WORDS[rng_below(r, WORD_COUNT)]));
    } else {
        cJSON_AddItemToArray(parent, cJSON_Duplicate(item, true));
    }
}

// In place; returns the new length, at most `length`.
static size_t mutate_bytes(char *text, size_t length, struct rng *r)
{
    static const char bytes[] = "{}[]\",:0-.eE\\\r\n\t \x01\xff\xc3u";
    for (uint64_t times = 1 + rng_below(r, 3); times && length; times--) {
        size_t at = (size_t)rng_below(r, length), span = (size_t)rng_below(r, 16);
        if (span > length - at) span = length - at;
        switch (rng_below(r, 4)) {
        case 0: text[at] = bytes[rng_below(r, sizeof bytes)]; break;
        case 1: text[at] = (char)rng_below(r, 256); break;
        case 2:
            memmove(text + at, text + at + span, length - at - span);
            length -= span;
            break;
        case 3:
            if (rng_below(r, 16) == 0) length = at; // cut short
        }
    }
    return length;
}

struct seed_file { // kept small, so that a mutation hits something that matters
    char   reader;
    cJSON *tree;
};

static void add_seeds(struct seed_file *seeds, uint32_t *count, struct arena *a, char reader,
                      const char *where)
{
    const char **names;
    uint32_t     n;
    struct err   e = {0};
    if (!folder_list(where, ".json", a, &names, &n, &e)) abort();
    for (uint32_t i = 0; i < n && *count < 128; i++) {
        struct json_doc doc;
        if (!json_open(&doc, arena_format(a, "%s/%s.json", where, names[i]), &e)) abort();
        cJSON *layers = cJSON_GetObjectItem(doc.root, "layers");
        while (reader == 'r' && cJSON_GetArraySize(layers) > 40)
            cJSON_DeleteItemFromArray(layers, (cJSON_GetArraySize(layers) * 7919 + 3) %
                                                  cJSON_GetArraySize(layers));
        if (reader == 'm' && cJSON_GetArraySize(layers) > 80) {
            json_close(&doc);
            continue;
        }
        if (reader == 's') cJSON_DeleteItemFromObject(doc.root, "published");
        seeds[(*count)++] = (struct seed_file){reader, doc.root};
    }
}

static void run_one(const struct seed_file *seed, struct rng *r)
{
    cJSON *tree = cJSON_Duplicate(seed->tree, true);
    bool   bytes = rng_below(r, 4) == 0;
    for (uint64_t i = 1 + rng_below(r, 3); i && !bytes; i--) mutate_tree(tree, r);
    char  *text = cJSON_PrintUnformatted(tree);
    size_t length = strlen(text);
    if (bytes) length = mutate_bytes(text, length, r);
    uint8_t *input = malloc(length + 1); // exactly as long, so that a read past its end shows
    input[0] = (uint8_t)seed->reader;
    memcpy(input + 1, text, length);
    LLVMFuzzerTestOneInput(input, length + 1);
    free(input);
    cJSON_free(text);
    cJSON_Delete(tree);
}

// A line is taken out, put elsewhere or put twice, or one is cut into one of another table.
static size_t mutate_lines(char *text, size_t length, size_t room, struct rng *r)
{
    size_t from = (size_t)rng_below(r, length + 1), to = (size_t)rng_below(r, length + 1);
    while (from && text[from - 1] != '\n') from--;
    while (to && text[to - 1] != '\n') to--;
    const char *end = memchr(text + from, '\n', length - from);
    size_t      span = end ? (size_t)(end + 1 - text) - from : length - from;
    char        line[256];
    if (span > sizeof line || length + span > room) return length;
    memcpy(line, text + from, span);
    memmove(text + to + span, text + to, length - to);
    memcpy(text + to, line, span);
    length += span;
    if (rng_below(r, 2)) return length;
    if (to <= from) from += span;
    memmove(text + from, text + from + span, length - from - span);
    return length - span;
}

static const struct {
    char        reader;
    const char *text;
} SERIES[] = {
    {'a', "time,user,model\n0.5,user0,a\n1,user1,b\n1,2,0\r\n7e2,user0,1\n3,user2,a\n"},
    {'f', "time,factor\n0,1\n10,0.25\n 20.5 , 1.5\r\n\n1e3,1e-2\n"},
    {'v', "01,2,8..64x2,0..1/11"},
    {'v', "1\"a,b\",[1,{\"x\":2}],true,10 Mbit/s,1..5 ms"},
    {'v', "210..1000log Mbit/s"},
    {'v', "20.5..2"},
    {'v', "010..100/4log %,2..16+2 B,-2..2"},
    {'t', "time,node,x,y\n0,user0,1,2\n0,user1,-3.5,4e1\n5,user0,0,0\n2,1,7,7"},
};

static void run_table(struct rng *r)
{
    uint64_t pick = rng_below(r, sizeof SERIES / sizeof *SERIES);
    char     text[1024];
    size_t   length = strlen(SERIES[pick].text);
    memcpy(text, SERIES[pick].text, length);
    for (uint64_t i = rng_below(r, 4); i; i--) length = mutate_lines(text, length, sizeof text, r);
    if (rng_below(r, 4)) length = mutate_bytes(text, length, r);
    uint8_t *input = malloc(length + 1);
    input[0] = (uint8_t)SERIES[pick].reader;
    memcpy(input + 1, text, length);
    LLVMFuzzerTestOneInput(input, length + 1);
    free(input);
}

static int run_files(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        static uint8_t data[1 << 22];
        FILE          *file = fopen(argv[i], "rb");
        if (!file) return 1;
        size_t size = fread(data, 1, sizeof data, file);
        fclose(file);
        LLVMFuzzerTestOneInput(data, size);
    }
    return 0;
}

static void remove_folder(void)
{
    for (const char *name = READERS; *name; name++) {
        char path[80];
        snprintf(path, sizeof path, "%s/%c.json", folder(), *name);
        unlink(path);
    }
    rmdir(folder());
}

int main(int argc, char **argv)
{
    char    *end = NULL;
    uint64_t mutations = argc > 1 ? strtoull(argv[1], &end, 10) : 2000;
    uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    if (end && *end) return run_files(argc, argv);
    struct arena     a = {0};
    struct seed_file seeds[128];
    uint32_t         count = 0;
    fprintf(stderr, "fuzz: after a crash the input is in %s, by reader\n", folder());
    add_seeds(seeds, &count, &a, 's', "scenarios");
    add_seeds(seeds, &count, &a, 'm', "models/zoo");
    add_seeds(seeds, &count, &a, 'm', "tests/models");
    add_seeds(seeds, &count, &a, 'd', "scenarios/devices");
    add_seeds(seeds, &count, &a, 'p', "scenarios/protocols");
    add_seeds(seeds, &count, &a, 'r', "kernels/profiles");
    for (uint64_t i = 0; i < mutations; i++) {
        struct rng r;
        rng_init(&r, first, 0, "fuzz", i); // each mutation has a stream: any one can be repeated
        static const char readers[] = "ssssmmmdpr"; // by how much there is to go wrong
        if (rng_below(&r, 4) == 0) {
            run_table(&r);
            continue;
        }
        char     reader = readers[rng_below(&r, sizeof readers - 1)];
        uint32_t pick = (uint32_t)rng_below(&r, count);
        while (seeds[pick].reader != reader) pick = (pick + 1) % count;
        run_one(&seeds[pick], &r);
    }
    for (uint32_t i = 0; i < count; i++) cJSON_Delete(seeds[i].tree);
    arena_free(&a);
    remove_folder();
    printf("fuzz: %llu mutations, %llu accepted, %llu runs simulated\n",
           (unsigned long long)mutations, (unsigned long long)accepted_count,
           (unsigned long long)simulated_count);
    return 0;
}

#endif
