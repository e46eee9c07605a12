// tests/test_scenario.c: a scenario file into a struct: defaults, edits, enumerations, links,
// names.
//
// Each test writes a small scenario, changed by --set, and reads it in this process. Expected
// values follow docs/SCENARIOS.md by hand: 1 Gbit/s = 125e6 B/s.
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/device.h"
#include "scenarios/scenario.h"

Suite *scenario_suite(void);

static struct arena    arena;
static struct err      e;
static struct paths    paths;
static struct scenario s;
static char            file[64];

static const char SMALL[] =
    "{\"name\": \"small\", \"models\": {\"nin\": {\"model\": \"nin_cifar10\"}},"
    " \"schemes\": {\"dina\": {}},"
    " \"nodes\": {\"user\": {\"device\": \"laptop-i5-8365u\"},"
    " \"fog\": {\"count\": 3, \"device\": \"jetson-nano-cpu\"}},"
    " \"links\": {\"default\": {\"rate\": \"100 Mbit/s\"}}, \"arrivals\": {\"tasks\": 3}}";

static void setup(void)
{
    arena = (struct arena){0};
    e = (struct err){0};
    setenv("FOGSIM_DATA", ".", 1);
    ck_assert_msg(paths_find(&paths, &arena, &e), "%s", e.text);
    strcpy(file, "/tmp/fogsim-scenario-XXXXXX");
    int fd = mkstemp(file);
    ck_assert_int_eq(write(fd, SMALL, sizeof SMALL - 1), sizeof SMALL - 1);
    close(fd);
}

static void teardown(void)
{
    unlink(file);
    arena_free(&arena);
}

static bool load(const char *const *sets)
{
    struct scenario_edit edit = {.sets = sets};
    while (sets[edit.set_count]) edit.set_count++;
    e = (struct err){0};
    return scenario_load(&s, &arena, file, &paths, &edit, &e);
}

#define LOAD(...) ck_assert_msg(load((const char *const[]){__VA_ARGS__, NULL}), "%s", e.text)

// Refused with exactly these lines, each behind "FILE: ".
static void refuse_all(const char *const *sets, const char *want)
{
    ck_assert_msg(!load(sets), "accepted: %s", sets[0]);
    const char *begin = e.text;
    if (!strncmp(begin, file, strlen(file))) begin += strlen(file) + 2;
    ck_assert_str_eq(begin, want);
    ck_assert_uint_eq(e.fault_count, 1);
}

static void refuse(const char *set, const char *want)
{
    refuse_all((const char *const[]){set, NULL}, want);
}

START_TEST(what_is_left_out_has_the_documented_default)
{
    LOAD(NULL);
    ck_assert_str_eq(s.name, "small");
    ck_assert_str_eq(s.about, "");
    ck_assert_uint_eq(s.seed, 1);
    ck_assert_uint_eq(s.replications, 1);
    ck_assert_str_eq(record_names[s.record], "layers");
    ck_assert_int_eq(s.limits.tau_mode, TAU_LOCAL);
    ck_assert_double_eq(s.limits.gamma_bytes_per_s, 0);
    ck_assert_double_eq(s.limits.edge_delay_s, 0);
    ck_assert_uint_eq(s.limits.theta, 2);
    ck_assert_uint_eq(s.limits.quota, UINT32_MAX);
    ck_assert(isinf(s.deadline_s[0]) && isinf(s.epoch_s));
    ck_assert_double_eq(s.warm_up_s, 0);
    ck_assert_int_eq(s.arrivals.kind, ARRIVAL_CLOSED);
    ck_assert_uint_eq(s.arrivals.jobs_per_user, 3);
    ck_assert(isinf(s.arrivals.duration_s));
    const struct scheme_options *o = &s.schemes[0].options;
    ck_assert_int_eq(o->granularity, GRANULARITY_LAYER);
    ck_assert_int_eq(o->weights, WEIGHTS_RESIDENT);
    ck_assert_int_eq(o->fc_split, SLICE_OUT);
    ck_assert_int_eq(o->open_slots, OPEN_MOVE);
    ck_assert_int_eq(o->cut, DRAW_PER_TASK);
    ck_assert_int_eq(o->node, DRAW_PER_TASK);
    ck_assert_int_eq(o->shares, SHARE_FOG);
    ck_assert(o->welfare_guard && !o->local_share);
    const struct node_group *g = &s.net.groups[1];
    ck_assert(g->nic_shared && g->servers == 1 && g->queue_limit == QUEUE_INFINITE);
    ck_assert_double_eq(g->nic_bytes_per_s, 125e6);
    ck_assert_int_eq(s.net.broker, BROKER_RECEIVER);
    ck_assert_str_eq(s.net.links[1].protocol->name, "tcp");
    ck_assert_double_eq(s.net.links[1].rate_bytes_per_s, 12.5e6);
    ck_assert_double_eq(s.net.links[1].latency_s, 0);
}
END_TEST

START_TEST(nodes_are_numbered_by_group_and_named)
{
    LOAD("nodes.cloud={\"device\": \"server-v100\"}", "nodes.user.count=2");
    static const char *const names[] = {"user0", "user1", "fog0", "fog1", "fog2", "cloud"};
    ck_assert_uint_eq(s.net.node_count, 6);
    for (uint32_t i = 0; i < 6; i++) ck_assert_str_eq(scenario_node_name(&s, i, &arena), names[i]);
    ck_assert_uint_eq(s.user_count, 2);
    ck_assert_uint_eq(s.users[1], 1);
    ck_assert_uint_eq(s.fog_count, 4); // the cloud is a candidate too
    ck_assert_uint_eq(s.fogs[0], 2);
    ck_assert_uint_eq(s.fogs[3], 5);
}
END_TEST

START_TEST(links_overrule_the_default_in_their_direction)
{
    LOAD("links.user>fog={\"latency\": \"5 ms\", \"protocol\": \"mqtt\"}",
         "links.fog>fog.rate=1 Gbit/s", "protocol=grpc");
    const struct link_spec *l = s.net.links; // from * 2 + to
    ck_assert_double_eq(l[1].latency_s, 0.005);
    ck_assert_double_eq(l[1].rate_bytes_per_s, 12.5e6); // from the default
    ck_assert_str_eq(l[1].protocol->name, "mqtt");
    ck_assert_double_eq(l[2].latency_s, 0);
    ck_assert_str_eq(l[2].protocol->name, "grpc");
    ck_assert_double_eq(l[3].rate_bytes_per_s, 125e6);
    LOAD("links={}");
    ck_assert_double_eq(s.net.links[1].rate_bytes_per_s, 125e6);
}
END_TEST

START_TEST(a_third_broker_is_added_or_taken)
{
    LOAD("broker=third", "protocol=mqtt", "links.user>broker={\"rate\": \"8 Mbit/s\"}");
    ck_assert_uint_eq(s.net.group_count, 3);
    ck_assert_str_eq(scenario_node_name(&s, s.net.broker_node, &arena), "broker");
    ck_assert_double_eq(s.net.links[0 * 3 + 2].rate_bytes_per_s, 1e6);
    ck_assert_uint_eq(s.fog_count, 3);
    LOAD("broker=third", "nodes.hub={\"kind\": \"broker\", \"nic_rate\": \"10 Gbit/s\"}");
    ck_assert_uint_eq(s.net.group_count, 3);
    ck_assert_str_eq(scenario_node_name(&s, s.net.broker_node, &arena), "hub");
    LOAD("broker=sender");
    ck_assert_uint_eq(s.net.broker_node, NO_NODE);
}
END_TEST

START_TEST(options_of_the_root_are_defaults_of_all_schemes)
{
    LOAD(
        "granularity=task", "weights=per_task", "fc_split=input", "local_share=true", "tau=off",
        "schemes.randp={\"weights\": \"per_layer\", \"local_share\": false, \"shares\": \"user\"}",
        "schemes.still={\"scheme\": \"dina\", \"open_slots\": \"none\", \"welfare_guard\": false}");
    const struct scheme_options *dina = &s.schemes[0].options, *randp = &s.schemes[1].options;
    ck_assert(dina->granularity == GRANULARITY_TASK && randp->granularity == GRANULARITY_TASK);
    ck_assert(dina->weights == WEIGHTS_PER_TASK && randp->weights == WEIGHTS_PER_LAYER);
    ck_assert(dina->fc_split == SLICE_IN && randp->fc_split == SLICE_IN);
    ck_assert(dina->local_share && !randp->local_share);
    ck_assert(dina->shares == SHARE_FOG && randp->shares == SHARE_USER);
    ck_assert_str_eq(s.schemes[2].label, "still");
    ck_assert_str_eq(s.schemes[2].scheme->name, "dina");
    ck_assert(s.schemes[2].options.open_slots == OPEN_NONE && !s.schemes[2].options.welfare_guard);
}
END_TEST

START_TEST(every_word_is_the_value_it_names)
{
    static const char *const slots[] = {"none", "two-sided", "move"};
    for (int i = 0; i < 3; i++) {
        LOAD(arena_format(&arena, "schemes.dina.open_slots=%s", slots[i]));
        ck_assert_int_eq((int)s.schemes[0].options.open_slots, i);
    }
    static const char *const weights[] = {"resident", "per_task", "per_layer"};
    for (int i = 0; i < 3; i++) {
        LOAD(arena_format(&arena, "weights=%s", weights[i]));
        ck_assert_int_eq((int)s.schemes[0].options.weights, i);
    }
    for (int i = 0; record_names[i]; i++) {
        LOAD(arena_format(&arena, "record=%s", record_names[i]));
        ck_assert_int_eq(s.record, i);
    }
    LOAD("schemes={\"random\": {\"cut\": \"per_layer\"}, \"rand\": {\"node\": \"per_layer\"}}");
    ck_assert_int_eq(s.schemes[0].options.cut, DRAW_PER_LAYER);
    ck_assert_int_eq(s.schemes[1].options.node, DRAW_PER_LAYER);
    LOAD("arrivals={\"kind\": \"periodic\", \"period\": \"2 s\", \"duration\": \"1 min\"}");
    ck_assert_int_eq(s.arrivals.kind, ARRIVAL_PERIODIC);
    ck_assert_double_eq(s.arrivals.period_s, 2);
    ck_assert_double_eq(s.arrivals.duration_s, 60);
    LOAD("arrivals={\"kind\": \"poisson\", \"rate\": \"30 /min\", \"tasks\": 1}");
    ck_assert_int_eq(s.arrivals.kind, ARRIVAL_POISSON);
    ck_assert_double_eq(s.arrivals.rate_per_s, 0.5);
    LOAD("tau=off");
    ck_assert_int_eq(s.limits.tau_mode, TAU_OFF);
    LOAD("tau=1.5 s");
    ck_assert_int_eq(s.limits.tau_mode, TAU_SET);
    ck_assert_double_eq(s.limits.tau_s, 1.5);
    LOAD("nodes.fog.nic=dedicated", "nodes.fog.queue=0", "nodes.fog.servers=4");
    ck_assert(!s.net.groups[1].nic_shared && s.net.groups[1].queue_limit == 0 &&
              s.net.groups[1].servers == 4);
}
END_TEST

START_TEST(an_override_changes_the_figures_that_it_names)
{
    LOAD("nodes.fog.override={\"conv_rate\": \"1 GFLOP/s\", \"memory\": \"1 GiB\"}");
    ck_assert_double_eq(s.devices[1].conv_flop_per_s, 1e9);
    ck_assert_double_eq(s.devices[1].fc_bytes_per_s, 4e9); // jetson-nano-cpu.json
    ck_assert_double_eq(s.net.groups[1].memory_bytes, 1073741824);
    ck_assert_double_eq(s.net.groups[1].power_busy_w, 10);
    ck_assert_int_eq(s.devices[1].conv, CONV_FASTEST); // its stack is ncnn
    ck_assert_int_eq(s.devices[1].caches, CACHES_WARM);
    LOAD("nodes.fog.override={\"conv\": \"winograd\", \"caches\": \"cold\"}");
    ck_assert_int_eq(s.devices[1].conv, CONV_WINOGRAD);
    ck_assert_int_eq(s.devices[1].caches, CACHES_COLD);
}
END_TEST

START_TEST(input_and_classes_reach_the_model)
{
    LOAD("models.nin={\"model\": \"nin_cifar10\", \"classes\": 12, \"input\": [64, 48]}");
    const struct graph *g = &s.models[0].graph;
    ck_assert_int_eq(g->input.h, 64);
    ck_assert_int_eq(g->input.w, 48);
    ck_assert_int_eq(graph_tensor(g, g->layer_count).c, 12);
}
END_TEST

START_TEST(the_digest_follows_the_values_not_the_layout)
{
    LOAD(NULL);
    char before[DIGEST_TEXT_BYTES];
    strcpy(before, s.sha256);
    LOAD("name=small");
    ck_assert_str_eq(s.sha256, before);
    LOAD("seed=2");
    ck_assert_str_ne(s.sha256, before);
}
END_TEST

// "user" and "fog" are groups 0 and 1 of SMALL.
START_TEST(a_node_is_served_as_its_words_say)
{
    static const char *const words[] = {"fifo", "priority", "preemptive", "edf", "sharing"};
    for (int i = 0; i < 5; i++) {
        LOAD(arena_format(&arena, "nodes.fog.discipline=%s", words[i]), "deadline=2 s");
        ck_assert_int_eq((int)s.net.groups[1].discipline, i);
    }
    LOAD("nodes.fog.memory=refuse");
    ck_assert_int_eq(s.net.groups[1].memory_rule, MEMORY_REFUSE);
    LOAD("nodes.fog.memory=swap", "nodes.fog.swap_rate=100 MB/s", "nodes.fog.price_per_hour=7.2");
    ck_assert_int_eq(s.net.groups[1].memory_rule, MEMORY_SWAP);
    ck_assert_double_eq(s.net.groups[1].swap_bytes_per_s, 1e8);
    ck_assert_double_eq_tol(s.net.groups[1].price_per_s, 0.002, 1e-15); // 7.2 / 3600
    ck_assert_int_eq(s.net.groups[0].memory_rule, MEMORY_IGNORE);
    ck_assert_int_eq(s.net.groups[0].discipline, DISCIPLINE_FIFO);
    ck_assert_double_eq(s.net.groups[0].price_per_s, 0);
}
END_TEST

START_TEST(a_group_of_users_has_its_own_deadline_and_priority)
{
    LOAD(
        "deadline=3 s", "nodes.user.priority=2",
        "nodes.guest={\"kind\": \"user\", \"device\": \"laptop-i5-8365u\", \"deadline\": \"9 s\"}");
    ck_assert_double_eq(s.deadline_s[0], 3);
    ck_assert_double_eq(s.deadline_s[2], 9);
    ck_assert_uint_eq(s.net.groups[0].priority, 2);
    ck_assert_uint_eq(s.net.groups[2].priority, 0);
    LOAD("nodes.user.deadline=1 s");
    ck_assert_double_eq(s.deadline_s[0], 1);
    ck_assert(isinf(s.deadline_s[1]));
}
END_TEST

START_TEST(nodes_join_leave_and_draw_power)
{
    LOAD("nodes.fog.join=5 s", "nodes.fog.leave=1 min", "nodes.fog.power_send=500 mW",
         "nodes.fog.override={\"power_send\": \"3 W\", \"power_receive\": \"20 dBm\"}");
    const struct node_group *g = &s.net.groups[1];
    ck_assert_double_eq(g->join_s, 5);
    ck_assert_double_eq(g->leave_s, 60);
    ck_assert_double_eq(g->power_send_w, 0.5);               // the group's goes before the device's
    ck_assert_double_eq_tol(g->power_receive_w, 0.1, 1e-15); // 1 mW x 10^2
    ck_assert_double_eq(s.net.groups[0].join_s, 0);
    ck_assert_double_eq(s.net.groups[0].leave_s, 0); // never
    ck_assert_double_eq(s.net.groups[0].power_send_w, 0);
}
END_TEST

START_TEST(a_gateway_forwards_and_is_no_candidate)
{
    LOAD("nodes.gateway={}", "links.default={\"absent\": true}",
         "links.user>gateway={\"rate\": \"8 Mbit/s\"}",
         "links.gateway>fog={\"rate\": \"1 Gbit/s\"}",
         "links.fog>user={\"rate\": \"16 Mbit/s\", \"price_per_gb\": 5}");
    ck_assert_int_eq(s.net.groups[2].role, ROLE_GATEWAY);
    ck_assert_uint_eq(s.fog_count, 3);
    const struct link_spec *l = s.net.links; // from * 3 + to
    ck_assert(l[0 * 3 + 1].is_absent && !l[0 * 3 + 2].is_absent && !l[2 * 3 + 1].is_absent);
    ck_assert_double_eq(l[0 * 3 + 2].rate_bytes_per_s, 1e6);
    ck_assert_double_eq_tol(l[1 * 3 + 0].price_per_byte, 5e-9, 1e-24);
    ck_assert_double_eq(l[0 * 3 + 2].price_per_byte, 0);
}
END_TEST

static struct track_point point(uint32_t group, uint32_t rank)
{
    const struct node_group *g = &s.net.groups[group];
    ck_assert(g->mobility == PLACE_FIXED && rank < g->count);
    ck_assert(g->tracks[rank].count == 1 && g->tracks[rank].period == NS_END);
    return g->tracks[rank].points[0];
}

START_TEST(places_are_points_or_cells_of_a_grid)
{
    LOAD("nodes.fog.place={\"at\": [[1, 2], [\"1 km\", -4], [5, 6]]}",
         "nodes.user.place={\"at\": [7, \"8 m\"]}");
    ck_assert(point(1, 1).x_m == 1000 && point(1, 1).y_m == -4 && point(1, 2).x_m == 5);
    ck_assert(point(0, 0).x_m == 7 && point(0, 0).y_m == 8);
    LOAD("nodes.fog.place={\"at\": [7, 8]}");
    ck_assert(point(1, 0).x_m == 7 && point(1, 2).x_m == 7 && point(1, 2).y_m == 8);
    // Cells of 50 m x 100 m from (10, 20): middles at x = 35, 85; y = 70, 170.
    LOAD("nodes.fog.place={\"grid\": [2, 2], \"area\": [10, 20, 100, 200]}");
    ck_assert(point(1, 0).x_m == 35 && point(1, 0).y_m == 70);
    ck_assert(point(1, 1).x_m == 85 && point(1, 1).y_m == 70);
    ck_assert(point(1, 2).x_m == 35 && point(1, 2).y_m == 170);
    ck_assert_int_eq(s.net.groups[0].mobility, PLACE_NONE);
    ck_assert_ptr_null(s.net.groups[0].tracks);
}
END_TEST

START_TEST(drawn_places_follow_the_seed_and_fill_the_area)
{
    static const char USER[] = "nodes.fog.place={\"uniform\": [100, -50, 10, 50]}";
    double            sum_x = 0, sum_y = 0, first_x;
    LOAD(USER, "nodes.fog.count=1000");
    for (uint32_t i = 0; i < 1000; i++) {
        struct track_point p = point(1, i);
        ck_assert(p.x_m >= 100 && p.x_m < 110 && p.y_m >= -50 && p.y_m < 0);
        sum_x += p.x_m, sum_y += p.y_m;
    }
    // Means 105 and -25, standard errors 10 / sqrt(12 x 1000) = 0.091 and 0.456: five of them.
    ck_assert_double_eq_tol(sum_x / 1000, 105, 0.46);
    ck_assert_double_eq_tol(sum_y / 1000, -25, 2.3);
    first_x = point(1, 0).x_m;
    LOAD(USER, "nodes.fog.count=10", "nodes.user.count=5");
    ck_assert_double_eq(point(1, 0).x_m, first_x); // counts move nobody
    LOAD(USER, "seed=2");
    ck_assert_double_ne(point(1, 0).x_m, first_x);
}
END_TEST

START_TEST(waypoints_are_read)
{
    LOAD("nodes.user.place={\"waypoints\": {\"area\": [0, 1, 200, \"0.1 km\"], "
         "\"speed\": [\"3.6 km/h\", 2], \"pause\": \"1 min\"}}");
    const struct waypoints *w = &s.net.groups[0].waypoints;
    ck_assert_int_eq(s.net.groups[0].mobility, PLACE_WAYPOINTS);
    ck_assert(w->x_m == 0 && w->y_m == 1 && w->width_m == 200 && w->height_m == 100);
    ck_assert_double_eq_tol(w->speed_low_m_per_s, 1, 1e-12);
    ck_assert_double_eq(w->speed_high_m_per_s, 2);
    ck_assert_double_eq(w->pause_s, 60);
    ck_assert_double_eq(w->horizon_s, 3600);
}
END_TEST

START_TEST(media_are_shared_by_the_links_that_name_them)
{
    LOAD("media={\"cell\": {\"rate\": \"54 Mbit/s\", \"per\": \"fog\"}, \"core\": {\"rate\": \"1 "
         "Gbit/s\"}}",
         "links.default.media=[\"core\"]", "links.user>fog.media=[\"cell\", \"core\"]",
         "links.fog>user={\"media\": [], \"sharing\": \"fair\"}");
    ck_assert_uint_eq(s.net.media_count, 2);
    ck_assert_double_eq(s.net.media[0].rate_bytes_per_s, 6.75e6);
    ck_assert_uint_eq(s.net.media[0].per_group, 1);
    ck_assert_uint_eq(s.net.media[1].per_group, NO_GROUP);
    const struct link_spec *l = s.net.links;
    ck_assert(l[0].media_count == 1 && l[0].media[0] == 1 && !l[0].is_fair);
    ck_assert(l[1].media_count == 2 && l[1].media[0] == 0 && l[1].media[1] == 1);
    ck_assert(l[2].media_count == 0 && l[2].is_fair);
    // A cell of each fog node, from the default: only where an end is one.
    LOAD("media={\"cell\": {\"rate\": \"54 Mbit/s\", \"per\": \"fog\"}}",
         "links.default.media=[\"cell\"]");
    ck_assert(s.net.links[0].media_count == 0 && s.net.links[1].media_count == 1);
}
END_TEST

#define RADIO                                                                                      \
    "{\"bandwidth\": \"20 MHz\", \"power\": \"20 dBm\", \"path_loss_exponent\": 3, "               \
    "\"noise\": \"-94 dBm\""
#define PLACES "nodes.user.place={\"at\": [0, 0]}", "nodes.fog.place={\"at\": [3, 4]}"

START_TEST(a_radio_takes_the_place_of_a_rate)
{
    LOAD("links.user>fog={\"radio\": " RADIO ", \"gain_db\": -40, \"fading\": true, "
         "\"efficiency\": 0.5, \"rate_max\": \"54 Mbit/s\", \"step\": \"200 ms\"}}",
         PLACES);
    ck_assert_ptr_null(s.net.links[2].radio);
    const struct radio *r = s.net.links[1].radio;
    ck_assert_double_eq(r->bandwidth_hz, 2e7);
    ck_assert_double_eq_tol(r->power_w, 0.1, 1e-15);
    ck_assert_double_eq_tol(r->gain, 1e-4, 1e-18);
    ck_assert_double_eq(r->path_loss_exponent, 3);
    ck_assert_double_eq_tol(r->noise_w, 3.981071705534972e-13, 1e-24); // 10^-12.4 W
    ck_assert_double_eq(r->efficiency, 0.5);
    ck_assert_double_eq(r->rate_max_bytes_per_s, 6.75e6);
    ck_assert(r->is_fading && r->step_ns == 200000000);
    LOAD("links.default={\"radio\": " RADIO "}}", "links.fog>user.rate=8 Mbit/s", PLACES);
    r = s.net.links[1].radio;
    ck_assert(r->gain == 1 && r->efficiency == 1 && isinf(r->rate_max_bytes_per_s));
    ck_assert(!r->is_fading && r->step_ns == 1000000000);
    ck_assert_ptr_null(s.net.links[2].radio); // its rate overrules the default's radio
    ck_assert_double_eq(s.net.links[2].rate_bytes_per_s, 1e6);
}
END_TEST

START_TEST(a_protocol_may_be_changed_by_an_object)
{
    LOAD("protocol={\"name\": \"mqtt\", \"qos\": 2, \"encoding\": 4.5}",
         "links.user>fog.protocol={\"slow_start\": {}}", "links.fog>user.protocol=tcp",
         "links.fog>fog.protocol={\"name\": \"tcp\", \"slow_start\": {\"segments\": 4, \"idle\": "
         "\"2 s\"}}");
    const struct protocol *p = s.net.links[0].protocol;
    ck_assert_str_eq(p->name, "mqtt");
    ck_assert(p->brokered && p->qos == 2 && p->encoding == 4.5 && p->control_bytes == 4);
    ck_assert_double_eq(p->broker_s_per_byte, 1e-9); // of the preset
    ck_assert_double_eq(p->slow_start_segments, 0);
    p = s.net.links[1].protocol; // changes what would hold without it
    ck_assert(p->qos == 2 && p->slow_start_segments == 10 && p->slow_start_idle_s == 1);
    p = s.net.links[2].protocol;
    ck_assert(!p->brokered && p->qos == 0 && p->slow_start_segments == 0);
    p = s.net.links[3].protocol;
    ck_assert(p->slow_start_segments == 4 && p->slow_start_idle_s == 2);
    LOAD("protocol=mqtt");
    ck_assert_uint_eq(s.net.links[0].protocol->qos, 0);
}
END_TEST

START_TEST(bursts_go_round_or_as_they_are_told)
{
    LOAD("arrivals={\"kind\": \"bursts\", \"duration\": \"1 h\", \"states\": [{\"rate\": \"5 /s\", "
         "\"stay\": \"10 s\"}, {\"rate\": 0, \"stay\": \"1 min\"}]}");
    const struct arrivals *a = &s.arrivals;
    ck_assert(a->kind == ARRIVAL_BURSTS && a->state_count == 2);
    ck_assert(a->states[0].rate_per_s == 5 && a->states[0].stay_s == 10);
    ck_assert(a->states[1].rate_per_s == 0 && a->states[1].stay_s == 60);
    ck_assert(a->states[0].next[1] == 1 && a->states[1].next[0] == 1 && a->states[0].next[0] == 0);
    ck_assert_double_eq_tol(a->start[0], 10 / 70.0, 1e-15); // shares of time: 10 s, 60 s
    ck_assert_double_eq_tol(a->start[1], 60 / 70.0, 1e-15);
    LOAD("arrivals={\"kind\": \"bursts\", \"tasks\": 1, \"states\": [{\"rate\": 1, \"stay\": 1}, "
         "{\"rate\": 2, \"stay\": 2}, {\"rate\": 3, \"stay\": 3}], "
         "\"next\": [[0, 0.25, 0.75], [1, 0, 0], [\"50 %\", 0.5, 0]]}");
    ck_assert(a->states[0].next[1] == 0.25 && a->states[0].next[2] == 0.75);
    ck_assert(a->states[1].next[0] == 1 && a->states[1].next[2] == 0);
    ck_assert(a->states[2].next[0] == 0.5 && a->states[2].next[2] == 0);
    LOAD("arrivals={\"kind\": \"periodic\", \"period\": 1, \"tasks\": 1, \"jitter\": true}");
    ck_assert(a->is_jittered);
}
END_TEST

#define TWO_MODELS "models.vgg={\"model\": \"vgg16\"}"

START_TEST(a_mix_is_one_run_with_shares_by_group)
{
    LOAD(
        TWO_MODELS, "mix={\"vgg\": 0.25, \"nin\": 0.75}",
        "nodes.guest={\"kind\": \"user\", \"device\": \"laptop-i5-8365u\", \"mix\": {\"vgg\": 1}}");
    ck_assert_uint_eq(s.mix.class_count, 2); // nin, vgg; groups user, fog, guest
    const double *row = s.mix.share + s.mix.row_of_group[0] * 2;
    ck_assert(row[0] == 0.75 && row[1] == 0.25);
    row = s.mix.share + s.mix.row_of_group[2] * 2;
    ck_assert(row[0] == 0 && row[1] == 1);
    LOAD(TWO_MODELS);
    ck_assert_uint_eq(s.mix.class_count, 0);
    const char *const          sets[] = {TWO_MODELS, "mix={\"vgg\": 0.25, \"nin\": 0.75}"};
    const char *const          models[] = {"vgg"};
    const struct scenario_edit edit = {sets, 2, NULL, models, 0, 1};
    ck_assert_msg(scenario_load(&s, &arena, file, &paths, &edit, &e), "%s", e.text);
    ck_assert(s.model_count == 1 && s.mix.class_count == 0); // --model: a run of its own
}
END_TEST

START_TEST(faults_are_drawn_or_listed)
{
    LOAD(
        "faults={\"fog\": {\"up\": \"1 h\", \"down\": \"30 s\"}, "
        "\"user>fog\": {\"outages\": [{\"link\": [0, 2], \"from\": 5, \"until\": 6}, "
        "{\"link\": [0, 1], \"from\": \"1 min\"}, {\"link\": [0, 2], \"from\": 1, \"until\": 5}]}}",
        "recovery={\"rule\": \"retry\", \"timeout\": \"200 ms\"}");
    ck_assert_uint_eq(s.faults.count, 2);
    const struct fault_process *p = &s.faults.processes[0];
    ck_assert(!p->is_link && p->from == 1 && p->to == 1 && p->outage_count == 0);
    ck_assert(p->up.mean_s == 3600 && p->up.shape == 1 && p->down.mean_s == 30);
    p = &s.faults.processes[1];
    ck_assert(p->is_link && p->from == 0 && p->to == 1 && p->outage_count == 3);
    ck_assert(p->outages[0].rank == 1 && p->outages[0].from_s == 60); // sorted by link, then time
    ck_assert_double_eq(p->outages[0].until_s, NS_MAX_S);
    ck_assert(p->outages[1].rank == 2 && p->outages[1].from_s == 1 && p->outages[1].until_s == 5);
    ck_assert(p->outages[2].rank == 2 && p->outages[2].from_s == 5);
    ck_assert(s.recovery.rule == RECOVERY_RETRY && s.recovery.timeout_s == 0.2);
    ck_assert(s.recovery.backoff_s == 1 && s.recovery.backoff_factor == 2);
    ck_assert_uint_eq(s.recovery.attempts, 4);
    LOAD("faults.fog={\"up\": 1, \"down\": 2, \"distribution\": \"weibull\", \"shape\": [0.5, 3]}");
    p = &s.faults.processes[0];
    ck_assert(p->up.shape == 0.5 && p->down.shape == 3);
    ck_assert(s.recovery.rule == RECOVERY_LOST && s.recovery.attempts == 1);
    LOAD("recovery={\"rule\": \"lost\", \"attempts\": 3, \"timeout\": 2}");
    ck_assert(s.recovery.attempts == 1 && s.recovery.timeout_s == 2);
    LOAD("nodes.user.count=2",
         "faults={\"fog>user\": {\"outages\": [{\"link\": [2, 1], "
         "\"from\": 0, \"until\": 1}]}}",
         "recovery.rule=replan");
    ck_assert_uint_eq(s.faults.processes[0].outages[0].rank, 5); // 2 x 2 users + 1
    ck_assert_int_eq(s.recovery.rule, RECOVERY_REPLAN);
}
END_TEST

START_TEST(what_is_observed)
{
    LOAD("observe.queues=100 ms");
    ck_assert_double_eq(s.sample_s, 0.1);
    ck_assert_uint_eq(s.length_limit, 1000);
    LOAD("nodes.user.count=998"); // with three fog nodes: 1001
    ck_assert(isinf(s.sample_s) && s.length_limit == 0);
    LOAD("nodes.user.count=998", "observe.occupancy=true", "candidates=5", "weights=cached");
    ck_assert_uint_eq(s.length_limit, 1000);
    ck_assert_uint_eq(s.limits.candidates, 5);
    ck_assert_int_eq(s.schemes[0].options.weights, WEIGHTS_CACHED);
    LOAD("observe.occupancy=false");
    ck_assert_uint_eq(s.length_limit, 0);
    ck_assert_uint_eq(s.limits.candidates, UINT32_MAX);
}
END_TEST

// Beside the scenario, as BASE.csv; the base into `base`.
static void write_csv(char base[64], const char *text)
{
    snprintf(base, 64, "%s.csv", strrchr(file, '/') + 1);
    FILE *f = fopen(arena_format(&arena, "%s.csv", file), "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_ge(fputs(text, f), 0);
    fclose(f);
}

START_TEST(recorded_series_stand_beside_the_scenario)
{
    char base[64];
    write_csv(base, "time,user,model\n1,user1,vgg\n2,user0,nin\n2.5,user1,nin\n");
    LOAD("nodes.user.count=2", TWO_MODELS,
         arena_format(&arena, "arrivals={\"kind\": \"trace\", \"file\": \"%s\"}", base));
    ck_assert(s.arrivals.users[0].count == 1 && s.arrivals.users[1].count == 2);
    ck_assert_int_eq(s.arrivals.users[1].items[0].at, 1000000000);
    ck_assert_uint_eq(s.arrivals.users[1].items[0].class_id, 1);
    ck_assert_uint_eq(s.mix.class_count, 2); // one run of both
    write_csv(base, "time,factor\n0,1\n10,0.25\n");
    LOAD(arena_format(&arena, "links.user>fog.trace=%s", base),
         arena_format(&arena, "media={\"cell\": {\"rate\": 1e6, \"trace\": \"%s\"}}", base));
    ck_assert_ptr_null(s.net.links[2].trace);
    ck_assert(s.net.links[1].trace->count == 2 && s.net.links[1].trace->factor[1] == 0.25);
    ck_assert_int_eq(s.net.media[0].trace->from[1], 10000000000);
    write_csv(base, "time,node,x,y\n0,fog0,1,2\n0,fog2,3,4\n5,fog2,6,7\n0,fog1,8,9\n");
    LOAD(arena_format(&arena, "nodes.fog.place={\"trace\": \"%s\"}", base));
    ck_assert_int_eq(s.net.groups[1].mobility, PLACE_TRACE);
    ck_assert(s.net.groups[1].tracks[2].count == 2 && s.net.groups[1].tracks[2].points[1].y_m == 7);
    unlink(arena_format(&arena, "%s.csv", file));
}
END_TEST

START_TEST(a_wrong_line_of_a_series_is_told_where_the_scenario_names_it)
{
    char base[64];
    write_csv(base, "time,factor\n0,1\n10,0\n");
    refuse(arena_format(&arena, "links.user>fog.trace=%s", base),
           arena_format(
               &arena,
               "links.user>fog.trace: %s.csv: line 3: want a factor from 1e-9 to 1e9, have \"0\"",
               file));
    unlink(arena_format(&arena, "%s.csv", file));
    refuse(arena_format(&arena, "nodes.fog.place={\"trace\": \"%s\"}", base),
           arena_format(&arena,
                        "nodes.fog.place.trace: %s.csv: cannot open: No such file or directory",
                        file));
    refuse(arena_format(&arena, "arrivals={\"kind\": \"trace\", \"file\": \"%s\"}", base),
           arena_format(&arena, "arrivals.file: %s.csv: cannot open: No such file or directory",
                        file));
}
END_TEST

static const struct {
    const char *set, *want;
} FAULTS[] = {
    {"arrivals={}",
     "arrivals: want \"tasks\" or \"duration\", so that the run ends, have an object"},
    {"arrivals={\"kind\": \"closed\", \"tasks\": 1, \"rate\": 3}",
     "arrivals.rate: want no \"rate\" with arrivals of kind \"closed\", have 3"},
    {"schemes.dina.cut=per_task",
     "schemes.dina.cut: want no \"cut\" (scheme dina does not read it), have \"per_task\""},
    {"nodes.edge={\"device\": \"server-v100\"}", "nodes.edge.kind: want a value, have nothing"},
    {"nodes.fog.count=0",
     "nodes: want at least one node of kind \"fog\" or \"cloud\", have an object"},
    {"nodes.user.count=0", "nodes: want at least one node of kind \"user\", have an object"},
    {"nodes.fog2={\"kind\": \"fog\", \"device\": \"server-v100\"}",
     "nodes.fog2: want names that no two nodes share, have a node of \"fog\" named alike"},
    {"nodes.a>b={\"kind\": \"fog\", \"device\": \"server-v100\"}",
     "nodes.a>b: want a group with a name without \">\", have an object"},
    {"links.user>cloud={}",
     "links.user>cloud: want \"default\" or \"FROM>TO\" with names of node groups, have "
     "\"user>cloud\""},
    {"protocol=udp", "protocol: want one of avro, grpc, mqtt, tcp, have \"udp\""},
    {"nodes.fog.override.conv=fft",
     "nodes.fog.override.conv: want one of \"direct\", \"winograd\", \"fastest\", have \"fft\""},
    {"nodes.fog.override.caches=1",
     "nodes.fog.override.caches: want one of \"warm\", \"cold\", have 1"},
    {"nodes.fog.override.power_busy=\"1 W\"",
     "nodes.fog.override.power_busy: want at least power_idle (2 W), have \"1 W\""},
    {"models.nin.input=[1, 2, 3]",
     "models.nin.input: want an integer from 1 to 16384, have a list of 3"},
    {"name=\"\"", "name: want a name without \"/\", have \"\""},
    {"theta", "--set: want KEY=VALUE, have \"theta\""},
};

START_TEST(a_fault_is_told_once_with_its_place)
{
    refuse(FAULTS[_i].set, FAULTS[_i].want);
}
END_TEST

// The same where it takes several edits to go wrong.
static const struct {
    const char *sets[4], *want;
} FAULTS_OF_PARTS[] = {
    {{"nodes.fog={\"device\": \"server-v100\", \"discipline\": \"lifo\"}"},
     "nodes.fog.discipline: want one of \"fifo\", \"priority\", \"preemptive\", \"edf\", "
     "\"sharing\", have \"lifo\""},
    {{"nodes.fog.discipline=edf"},
     "nodes.fog.discipline: want a \"deadline\" of some users beside \"edf\", have \"edf\""},
    {{"nodes.fog.discipline=sharing", "nodes.fog.queue=4"},
     "nodes.fog.queue: want no \"queue\" with sharing, where nobody waits, have 4"},
    {{"nodes.fog.priority=1"},
     "nodes.fog.priority: want no \"priority\" but in groups of kind \"user\", have 1"},
    {{"nodes.fog.deadline=1 s"},
     "nodes.fog.deadline: want no \"deadline\" but in groups of kind \"user\", have \"1 s\""},
    {{"nodes.fog.mix={\"nin\": 1}"},
     "nodes.fog.mix: want no \"mix\" but in groups of kind \"user\", have an object"},
    {{"nodes.fog.memory=swap"}, "nodes.fog.swap_rate: want a value, have nothing"},
    {{"nodes.fog.swap_rate=1 MB/s"},
     "nodes.fog.swap_rate: want no \"swap_rate\" without \"memory\": \"swap\", have \"1 MB/s\""},
    {{"nodes.fog.leave=2 s", "nodes.fog.join=2 s"},
     "nodes.fog.leave: want a time behind \"join\" (2 s), have \"2 s\""},
    {{"nodes.gateway.servers=2"},
     "nodes.gateway.servers: want no \"servers\" in a gateway, which computes nothing, have 2"},
    {{"nodes.gateway.discipline=edf", "deadline=1 s"},
     "nodes.gateway.discipline: want no \"discipline\" in a gateway, which computes nothing, have "
     "\"edf\""},
    {{"nodes.broker.memory=refuse", "nodes.broker.device=server-v100"},
     "nodes.broker.memory: want no \"memory\" in a broker, which computes nothing, have "
     "\"refuse\""},
    {{"nodes.fog.place={}"},
     "nodes.fog.place: want one of \"at\", \"grid\", \"uniform\", \"waypoints\", \"trace\", have "
     "an object"},
    {{"nodes.fog.place={\"at\": [1, 2], \"uniform\": [0, 0, 1, 1]}"},
     "nodes.fog.place: want one of \"at\", \"grid\", \"uniform\", \"waypoints\", \"trace\", have "
     "an object"},
    {{"nodes.fog.place={\"at\": [1, 2], \"area\": [0, 0, 1, 1]}"},
     "nodes.fog.place.area: want no \"area\" without \"grid\", have a list of 4"},
    {{"nodes.fog.place={\"at\": [1, 2, 3]}"},
     "nodes.fog.place.at: want a point: [x, y] in m, have a list of 3"},
    {{"nodes.fog.place={\"at\": [[1, 2], [3, 4]]}"},
     "nodes.fog.place.at: want [x, y], or one for each of the 3 nodes, have a list of 2"},
    {{"nodes.fog.place={\"at\": [[1, 2], [3, \"4 s\"], [5, 6]]}"},
     "nodes.fog.place.at[1][1]: want a length such as \"250 m\", have \"4 s\""},
    {{"nodes.fog.place={\"grid\": [2, 1], \"area\": [0, 0, 9, 9]}"},
     "nodes.fog.place.grid: want [columns, rows] with a cell for each of the 3 nodes, have a list "
     "of 2"},
    {{"nodes.fog.place={\"grid\": [2, 2]}"}, "nodes.fog.place.area: want a value, have nothing"},
    {{"nodes.fog.place={\"uniform\": [0, 0, 9]}"},
     "nodes.fog.place.uniform: want an area: [x, y, width, height] in m, have a list of 3"},
    {{"nodes.fog.place={\"waypoints\": {\"area\": [0, 0, 9, 9]}}"},
     "nodes.fog.place.waypoints.speed: want a value, have nothing"},
    {{"nodes.fog.place={\"waypoints\": {\"area\": [0, 0, 9, 9], \"speed\": [2, 1]}}"},
     "nodes.fog.place.waypoints.speed: want [low, high] with low <= high, have a list of 2"},
    {{"nodes.fog.place={\"waypoints\": {\"area\": [0, 0, 1, 1], \"speed\": [1, 1e6], \"horizon\": "
      "1e8}}"},
     "nodes.fog.place.waypoints: want a shorter \"horizon\": at most 2e+07 points on all ways "
     "together, have an object"},
    {{"nodes.fog.place={\"waypoints\": {\"area\": [0, 0, 9, 9], \"speed\": [1, 2], \"paus\": 1}}"},
     "nodes.fog.place.waypoints.paus: want a known key, have \"paus\" (did you mean \"pause\"?)"},
    {{"media={\"cell\": {}}"}, "media.cell.rate: want a value, have nothing"},
    {{"media={\"cell\": {\"rate\": 1e6, \"per\": \"cloud\"}}"},
     "media.cell.per: want the name of a group of nodes, have \"cloud\""},
    {{"links.user>fog.media=[\"cell\"]"},
     "links.user>fog.media[0]: want the name of one of \"media\", once, have \"cell\""},
    {{"links.user>fog.media=[\"c\", \"c\"]", "media={\"c\": {\"rate\": 1e6}}"},
     "links.user>fog.media[1]: want the name of one of \"media\", once, have \"c\""},
    {{"links.user>user.media=[\"c\"]", "media={\"c\": {\"rate\": 1e6, \"per\": \"fog\"}}"},
     "links.user>user.media: want media of one end; \"c\" is one for each node of fog, have a list "
     "of 1"},
    {{"links.user>fog={\"media\": [\"c\"], \"sharing\": \"fifo\"}",
      "media={\"c\": {\"rate\": 1e6}}"},
     "links.user>fog.sharing: want \"fair\" beside media, which are shared fairly, have \"fifo\""},
    {{"links.default={\"latency\": \"1 ms\"}"}, "links.default.rate: want a value, have nothing"},
    {{"links={\"default\": {\"absent\": true}, \"user>fog\": {\"latency\": 1}, \"fog>user\": "
      "{\"rate\": 1e6}}"},
     "links.user>fog: want \"rate\" or \"radio\", as the default has none, have an object"},
    {{"links={\"default\": {\"absent\": true}, \"user>fog\": {\"rate\": 1e6}}"},
     "nodes.user: want links to some fog or cloud node and back, over gateways or not, have an "
     "object"},
    {{"links={\"default\": {\"absent\": true}, \"user>hub\": {\"rate\": 1e6}, \"hub>fog\": "
      "{\"rate\": 1e6}, \"fog>user\": {\"rate\": 1e6}}",
      "nodes.hub={\"kind\": \"broker\"}"},
     "nodes.user: want links to some fog or cloud node and back, over gateways or not, have an "
     "object"},
    {{"links.user>fog={\"radio\": " RADIO "}, \"rate\": 1e6}", PLACES},
     "links.user>fog.radio: want \"rate\" or \"radio\", not both, have an object"},
    {{"links.user>fog={\"radio\": " RADIO "}}", "nodes.fog.place={\"at\": [0, 0]}"},
     "links.user>fog.radio: want places at both ends of user>fog (user has none), have an object"},
    {{"links.default={\"radio\": " RADIO "}}", "nodes.user.place={\"at\": [0, 0]}"},
     "links.default.radio: want places at both ends of user>fog (fog has none), have an object"},
    {{"links.user>fog={\"radio\": " RADIO ", \"step\": 0}}", PLACES},
     "links.user>fog.radio.step: want a time such as \"0.3 ms\" from 0.001 to 1e+06 s, have 0"},
    {{"links.user>fog={\"radio\": {\"bandwidth\": \"20 Mbit/s\", \"power\": 1, \"noise\": 1, "
      "\"path_loss_exponent\": 2}}",
      PLACES},
     "links.user>fog.radio.bandwidth: want a bandwidth such as \"20 MHz\", have \"20 Mbit/s\""},
    {{"protocol={\"qos\": 1}"}, "protocol.qos: want a brokered protocol with qos 1, have 1"},
    {{"protocol={\"name\": \"udp\"}"},
     "protocol.name: want one of avro, grpc, mqtt, tcp, have \"udp\""},
    {{"links.default.protocol={\"about\": \"x\"}"},
     "links.default.protocol.about: want a known key, have \"about\""},
    {{"nodes={\"user\": {\"device\": \"server-v100\"}, \"fog\": {\"device\": \"server-v100\"}, "
      "\"ga\": {\"kind\": \"gateway\"}, \"gb\": {\"kind\": \"gateway\"}, \"gc\": {\"kind\": "
      "\"gateway\"}, \"gd\": {\"kind\": \"gateway\"}, \"ge\": {\"kind\": \"gateway\"}, \"gf\": "
      "{\"kind\": \"gateway\"}, \"gg\": {\"kind\": \"gateway\"}}",
      "links={\"default\": {\"absent\": true}, \"user>ga\": {\"rate\": 1e6}, \"ga>gb\": {\"rate\": "
      "1e6}, \"gb>gc\": {\"rate\": 1e6}, \"gc>gd\": {\"rate\": 1e6}, \"gd>ge\": {\"rate\": 1e6}, "
      "\"ge>gf\": {\"rate\": 1e6}, \"gf>gg\": {\"rate\": 1e6}, \"gg>fog\": {\"rate\": 1e6}, "
      "\"fog>user\": {\"rate\": 1e6}}"},
     "links: want ways that messages can take, have from user to fog: the shortest way passes more "
     "than 8 nodes"},
    {{"arrivals={\"kind\": \"bursts\", \"tasks\": 1}"},
     "arrivals.states: want a value, have nothing"},
    {{"arrivals={\"kind\": \"bursts\", \"tasks\": 1, \"states\": [{\"rate\": 1, \"stay\": 1}]}"},
     "arrivals.states: want a list of 2 to 16 states, have a list of 1"},
    {{"arrivals={\"kind\": \"bursts\", \"tasks\": 1, \"states\": [{\"rate\": 0, \"stay\": 1}, "
      "{\"rate\": 0, \"stay\": 1}]}"},
     "arrivals.states: want a state with a rate above 0, have a list of 2"},
    {{"arrivals={\"kind\": \"bursts\", \"tasks\": 1, \"states\": [{\"rate\": 1, \"stay\": 1}, "
      "{\"rate\": 0}]}"},
     "arrivals.states[1].stay: want a value, have nothing"},
    {{"arrivals={\"kind\": \"bursts\", \"tasks\": 1, \"states\": [{\"rate\": 1, \"stay\": 1}, "
      "{\"rate\": 0, \"stay\": 1}], \"next\": [[0, 1], [0.5, 0]]}"},
     "arrivals.next[1]: want a sum of 1, not 0.5, have a list of 2"},
    {{"arrivals={\"kind\": \"bursts\", \"tasks\": 1, \"states\": [{\"rate\": 1, \"stay\": 1}, "
      "{\"rate\": 0, \"stay\": 1}], \"next\": [[0.5, 0.5], [1, 0]]}"},
     "arrivals.next[0][0]: want 0: a state that goes on is a longer stay, have 0.5"},
    {{"arrivals={\"kind\": \"bursts\", \"tasks\": 1, \"states\": [{\"rate\": 1, \"stay\": 1}, "
      "{\"rate\": 2, \"stay\": 1}, {\"rate\": 3, \"stay\": 1}], "
      "\"next\": [[0, 1, 0], [1, 0, 0], [1, 0, 0]]}"},
     "arrivals.states: state 0: want a way to every other, have none to state 2"},
    {{"arrivals={\"kind\": \"poisson\", \"tasks\": 1, \"rate\": 1, \"jitter\": true}"},
     "arrivals.jitter: want no \"jitter\" with arrivals of kind \"poisson\", have true"},
    {{"arrivals={\"kind\": \"bursts\", \"tasks\": 1, \"states\": [{\"rate\": 1, \"stay\": 1}, "
      "{\"rate\": 0, \"stay\": 1}, {\"rate\": 0, \"stay\": 1}], "
      "\"next\": [[0, 1, 0], [1, 0, 0], [1, 0, 0]]}"},
     "arrivals.states: state 0: want a way to every other, have none to state 2"},
    {{"arrivals={\"kind\": \"trace\"}"}, "arrivals.file: want a value, have nothing"},
    {{"mix={\"nin\": 0.5}"}, "mix: want shares with a sum of 1, not 0.5, have an object"},
    {{"mix={\"nin\": 0.5, \"vgg\": 0.5}"},
     "mix.vgg: want the label of one of \"models\", have 0.5"},
    {{"mix={}"}, "mix: want an object of shares, as {\"nin\": 1}, have an object"},
    {{TWO_MODELS, "nodes.user.mix={\"nin\": 1}",
      "nodes.guest={\"kind\": \"user\", \"device\": \"laptop-i5-8365u\"}"},
     "nodes.guest: want a \"mix\", as other users have one (or one at the root for all), have an "
     "object"},
    {{"faults.fogs={\"up\": 1, \"down\": 1}"},
     "faults.fogs: want a group of nodes, or links as \"FROM>TO\", have \"fogs\""},
    {{"faults.user>cloud={\"up\": 1, \"down\": 1}"},
     "faults.user>cloud: want a group of nodes, or links as \"FROM>TO\", have \"user>cloud\""},
    {{"faults.fog>fog={\"up\": 1, \"down\": 1}", "links.fog>fog.absent=true"},
     "faults.fog>fog: want links that are there (\"fog>fog\" is absent), have an object"},
    {{"faults.fog={\"up\": 1}"}, "faults.fog.down: want a value, have nothing"},
    {{"faults.fog={\"up\": 1, \"down\": 1, \"shape\": 2}"},
     "faults.fog.shape: want no \"shape\" without \"distribution\": \"weibull\", have 2"},
    {{"faults.fog={\"up\": 1, \"down\": 1, \"distribution\": \"weibull\"}"},
     "faults.fog.shape: want a value, have nothing"},
    {{"faults.fog={\"up\": 1, \"outages\": [{\"node\": 0, \"from\": 1}]}"},
     "faults.fog.up: want no \"up\" beside \"outages\", have 1"},
    {{"faults.fog={\"outages\": []}"},
     "faults.fog.outages: want a list of 1 to 1000000 outages, have a list of 0"},
    {{"faults.fog={\"outages\": [{\"node\": 3, \"from\": 1}]}"},
     "faults.fog.outages[0].node: want an integer from 0 to 2, have 3"},
    {{"faults.fog={\"outages\": [{\"from\": 1}]}"},
     "faults.fog.outages[0].node: want an integer from 0 to 2, have nothing"},
    {{"faults.fog={\"outages\": [{\"node\": 1, \"from\": 2, \"until\": 2}]}"},
     "faults.fog.outages[0]: want \"until\" behind \"from\", have an object"},
    {{"faults.fog={\"outages\": [{\"node\": 1, \"from\": 2, \"until\": 4}, {\"node\": 1, \"from\": "
      "3}]}"},
     "faults.fog.outages: want outages of one element that do not overlap (there are two at 3 s), "
     "have a list of 2"},
    {{"faults.fog={\"outages\": [{\"link\": [0, 0], \"node\": 0, \"from\": 2}]}"},
     "faults.fog.outages[0].link: want a known key, have \"link\""},
    {{"faults.user>fog={\"outages\": [{\"link\": 1, \"from\": 2}]}"},
     "faults.user>fog.outages[0].link: want [rank in user, rank in fog], from 0, have 1"},
    {{"faults.fog>fog={\"up\": 1, \"down\": 1}", "nodes.fog.count=1001"},
     "faults.fog>fog: want at most 1000000 links that fail, have an object"},
    {{"recovery={\"attempts\": 0}"}, "recovery.attempts: want an integer from 1 to 1000, have 0"},
    {{"recovery={\"rule\": \"redo\"}"},
     "recovery.rule: want one of \"lost\", \"retry\", \"replan\", have \"redo\""},
    {{"observe={\"queue\": 1}"},
     "observe.queue: want a known key, have \"queue\" (did you mean \"queues\"?)"},
    {{"observe.queues=0"},
     "observe.queues: want a time such as \"0.3 ms\" from 1e-06 to 1e+07 s, have 0"},
    {{"candidates=0"}, "candidates: want an integer from 1 to 4294967295, have 0"},
};

START_TEST(a_fault_of_a_part_is_told_once_with_its_place)
{
    refuse_all(FAULTS_OF_PARTS[_i].sets, FAULTS_OF_PARTS[_i].want);
}
END_TEST

// fog0 .. fog2 are taken; these are not.
START_TEST(names_that_only_look_alike_are_accepted)
{
    static const char *const names[] = {"fog3", "fog01", "fo", "fogg", "fog2x", "fog30"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        LOAD(arena_format(&arena, "nodes.%s={\"kind\": \"fog\", \"device\": \"server-v100\"}",
                          names[i]));
    LOAD("nodes.fog.count=1", "nodes.fog0={\"kind\": \"fog\", \"device\": \"server-v100\"}");
    LOAD("nodes.fog.count=10",
         "nodes.fog1={\"kind\": \"fog\", \"count\": 2, \"device\": \"server-v100\"}");
    const char *const meet[] = {
        "nodes.fog.count=11",
        "nodes.fog1={\"kind\": \"fog\", \"count\": 2, \"device\": \"server-v100\"}", NULL};
    ck_assert(!load(meet)); // fog10 twice
}
END_TEST

START_TEST(every_bundled_preset_is_read)
{
    static const char *const devices[] = {
        "jetson-nano-cpu", "jetson-nano-gpu",      "jetson-nano-pytorch", "jetson-tx2",
        "laptop-i5-8365u", "raspberry-pi-3b-plus", "raspberry-pi-4b",     "server-v100"};
    struct device   d;
    struct protocol p;
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
        ck_assert_msg(device_load(&d, &arena, paths.devices, devices[i], &e), "%s", e.text);
    ck_assert(protocol_load(&p, &arena, paths.protocols, "mqtt", &e));
    ck_assert(p.brokered);
    ck_assert_double_eq(p.broker_s_per_byte, 1e-9);
    ck_assert(!device_load(&d, &arena, paths.devices, "../devices/server-v100", &e));
    ck_assert(!device_load(&d, &arena, paths.devices, "", &e));
}
END_TEST

Suite *scenario_suite(void)
{
    Suite *suite = suite_create("scenario");
    TCase *tc = tcase_create("load");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, what_is_left_out_has_the_documented_default);
    tcase_add_test(tc, nodes_are_numbered_by_group_and_named);
    tcase_add_test(tc, links_overrule_the_default_in_their_direction);
    tcase_add_test(tc, a_third_broker_is_added_or_taken);
    tcase_add_test(tc, options_of_the_root_are_defaults_of_all_schemes);
    tcase_add_test(tc, every_word_is_the_value_it_names);
    tcase_add_test(tc, an_override_changes_the_figures_that_it_names);
    tcase_add_test(tc, input_and_classes_reach_the_model);
    tcase_add_test(tc, a_node_is_served_as_its_words_say);
    tcase_add_test(tc, a_group_of_users_has_its_own_deadline_and_priority);
    tcase_add_test(tc, nodes_join_leave_and_draw_power);
    tcase_add_test(tc, a_gateway_forwards_and_is_no_candidate);
    tcase_add_test(tc, places_are_points_or_cells_of_a_grid);
    tcase_add_test(tc, drawn_places_follow_the_seed_and_fill_the_area);
    tcase_add_test(tc, waypoints_are_read);
    tcase_add_test(tc, media_are_shared_by_the_links_that_name_them);
    tcase_add_test(tc, a_radio_takes_the_place_of_a_rate);
    tcase_add_test(tc, a_protocol_may_be_changed_by_an_object);
    tcase_add_test(tc, bursts_go_round_or_as_they_are_told);
    tcase_add_test(tc, a_mix_is_one_run_with_shares_by_group);
    tcase_add_test(tc, faults_are_drawn_or_listed);
    tcase_add_test(tc, what_is_observed);
    tcase_add_test(tc, recorded_series_stand_beside_the_scenario);
    tcase_add_test(tc, a_wrong_line_of_a_series_is_told_where_the_scenario_names_it);
    tcase_add_test(tc, the_digest_follows_the_values_not_the_layout);
    tcase_add_loop_test(tc, a_fault_is_told_once_with_its_place, 0, sizeof FAULTS / sizeof *FAULTS);
    tcase_add_loop_test(tc, a_fault_of_a_part_is_told_once_with_its_place, 0,
                        sizeof FAULTS_OF_PARTS / sizeof *FAULTS_OF_PARTS);
    tcase_add_test(tc, names_that_only_look_alike_are_accepted);
    tcase_add_test(tc, every_bundled_preset_is_read);
    suite_add_tcase(suite, tc);
    return suite;
}
