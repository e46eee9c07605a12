// tests/test_trace.c: recorded series are read as they stand, and what is wrong is told with its
// line.
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/rng.h"
#include "scenarios/trace.h"

Suite *trace_suite(void);

static struct arena arena;
static struct err   e;
static char         path[64];

static const char *const USERS[] = {"ue0", "ue1", "2"};
static const char *const MODELS[] = {"vgg16", "alexnet"};

static struct trace_arrivals *arrivals;
static struct rate_trace      rates;
static struct track          *tracks;

static void setup(void)
{
    arena = (struct arena){0};
    e = (struct err){0};
    arrivals = NULL;
    tracks = NULL;
    strcpy(path, "/tmp/fogsim-trace-XXXXXX");
    int handle = mkstemp(path);
    ck_assert_int_ge(handle, 0);
    close(handle);
}

static void teardown(void)
{
    unlink(path);
    arena_free(&arena);
}

static void write_file(const char *text, size_t length)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text, 1, length, file), length);
    fclose(file);
}

static bool read_file(char reader)
{
    switch (reader) {
    case 'a': return trace_read_arrivals(&arrivals, &arena, path, USERS, 3, MODELS, 2, &e);
    case 'r': return trace_read_rates(&rates, &arena, path, &e);
    default: return trace_read_tracks(&tracks, &arena, path, USERS, 2, &e);
    }
}

static void read_text(char reader, const char *text)
{
    write_file(text, strlen(text));
    ck_assert_msg(read_file(reader), "%s", e.text);
    ck_assert_uint_eq(e.fault_count, 0);
}

static void ck_assert_arrivals(uint32_t user, uint32_t count, const struct trace_arrival *want)
{
    ck_assert_uint_eq(arrivals[user].count, count);
    for (uint32_t i = 0; i < count; i++) {
        ck_assert_int_eq(arrivals[user].items[i].at, want[i].at);
        ck_assert_uint_eq(arrivals[user].items[i].class_id, want[i].class_id);
    }
}

// Names and indices; out of order; equal times keep the order of the file; a half ns is rounded.
START_TEST(arrivals_are_sorted_by_user_and_time)
{
    read_text('a', "time,user,model\n"
                   "3,ue1,alexnet\n"
                   "1.5,ue0,vgg16\n"
                   "1.5,0,1\n"
                   "0.25,ue1,0\n"
                   "1.5,ue0,vgg16\n"
                   "1e-9,ue0,alexnet\n");
    ck_assert_arrivals(
        0, 4, (struct trace_arrival[]){{1, 1}, {1500000000, 0}, {1500000000, 1}, {1500000000, 0}});
    ck_assert_arrivals(1, 2, (struct trace_arrival[]){{250000000, 0}, {3000000000, 1}});
    ck_assert_arrivals(2, 0, NULL);
}
END_TEST

// "2" is the name of user 2; were it ue2, "2" would be its index.
START_TEST(a_name_is_looked_up_before_an_index)
{
    static const char *const others[] = {"2", "1", "0"};
    const char              *text = "time,user,model\n1,2,0\n2,0,0\n3,1,0\n";
    write_file(text, strlen(text));
    ck_assert(trace_read_arrivals(&arrivals, &arena, path, others, 3, MODELS, 2, &e));
    ck_assert_arrivals(0, 1, (struct trace_arrival[]){{1000000000, 0}});
    ck_assert_arrivals(1, 1, (struct trace_arrival[]){{3000000000, 0}});
    ck_assert_arrivals(2, 1, (struct trace_arrival[]){{2000000000, 0}});
}
END_TEST

// Blanks, empty lines, CRLF, the mark of UTF-8, no end of the last line: all the same table.
START_TEST(line_ends_and_blanks_do_not_count)
{
    read_text('r', "\xef\xbb\xbf time , factor \r\n\r\n0,1\r\n  \n 10 ,\t0.5\r\n20.5,2");
    ck_assert_uint_eq(rates.count, 3);
    ck_assert_str_eq(rates.name, path);
    ck_assert_int_eq(rates.period, NS_END);
    const sim_ns from[] = {0, 10000000000, 20500000000};
    const double factor[] = {1, 0.5, 2};
    for (uint32_t i = 0; i < 3; i++) {
        ck_assert_int_eq(rates.from[i], from[i]);
        ck_assert_double_eq(rates.factor[i], factor[i]);
    }
}
END_TEST

START_TEST(ways_are_sorted_by_node_and_time)
{
    read_text('t', "time,node,x,y\n5,ue1,1,-2\n2,ue0,0.5,1e3\n0,ue1,-1e-3,0\n");
    ck_assert_uint_eq(tracks[0].count, 1);
    ck_assert_uint_eq(tracks[1].count, 2);
    ck_assert_int_eq(tracks[0].period, NS_END);
    ck_assert_int_eq(tracks[1].period, NS_END);
    ck_assert_int_eq(tracks[0].points[0].at, 2000000000);
    ck_assert_double_eq(tracks[0].points[0].x_m, 0.5);
    ck_assert_double_eq(tracks[0].points[0].y_m, 1000);
    ck_assert_int_eq(tracks[1].points[0].at, 0);
    ck_assert_double_eq(tracks[1].points[0].x_m, -0.001);
    ck_assert_int_eq(tracks[1].points[1].at, 5000000000);
    ck_assert_double_eq(tracks[1].points[1].y_m, -2);
}
END_TEST

#define SIXTY "012345678901234567890123456789012345678901234567890123456789"

static const struct {
    char        reader;
    const char *text, *want; // want: what follows the path
} FAULTS[] = {
    {'a', "", ": want the columns time,user,model, have an empty file"},
    {'a', "\n \r\n", ": want the columns time,user,model, have an empty file"},
    {'a', "time,user,model\n\n", ": want a row below the names of columns, have none"},
    {'a', "1,ue0,vgg16\n", ": line 1: want the columns time,user,model, have \"1\""},
    {'a', "time,user\n", ": line 1: want the columns time,user,model, have 2 columns"},
    {'a', "time,model,user\n", ": line 1: want the columns time,user,model, have \"model\""},
    {'a', "times,user,model\n", ": line 1: want the columns time,user,model, have \"times\""},
    {'a', "time,user,model\n1,ue0\n", ": line 2: want the columns time,user,model, have 2 columns"},
    {'a', "time,user,model\n1\n", ": line 2: want the columns time,user,model, have 1 column"},
    {'a', "time,user,model\n\n1,ue0,vgg16,\n",
     ": line 3: want the columns time,user,model, have 4 columns"},
    {'a', "time,user,model\n-1,ue0,vgg16\n", ": line 2: want a time from 0 to 4e9 s, have \"-1\""},
    {'a', "time,user,model\n1e999,ue0,vgg16\n",
     ": line 2: want a time from 0 to 4e9 s, have \"1e999\""},
    {'a', "time,user,model\nnan,ue0,vgg16\n",
     ": line 2: want a time from 0 to 4e9 s, have \"nan\""},
    {'a', "time,user,model\n0x10,ue0,vgg16\n",
     ": line 2: want a time from 0 to 4e9 s, have \"0x10\""},
    {'a', "time,user,model\n1 s,ue0,vgg16\n",
     ": line 2: want a time from 0 to 4e9 s, have \"1 s\""},
    {'a', "time,user,model\n,ue0,vgg16\n", ": line 2: want a time from 0 to 4e9 s, have \"\""},
    {'a', "time,user,model\n1,ue0,vgg16\n2,ue9,vgg16\n",
     ": line 3: want the name of a user or an index below 3, have \"ue9\""},
    {'a', "time,user,model\n1,3,vgg16\n",
     ": line 2: want the name of a user or an index below 3, have \"3\""},
    {'a', "time,user,model\n1,4294967296,vgg16\n",
     ": line 2: want the name of a user or an index below 3, have \"4294967296\""},
    {'a', "time,user,model\n1,+1,vgg16\n",
     ": line 2: want the name of a user or an index below 3, have \"+1\""},
    {'a', "time,user,model\n1,,vgg16\n",
     ": line 2: want the name of a user or an index below 3, have \"\""},
    {'a', "time,user,model\n1,ue0,VGG16\n",
     ": line 2: want the name of a model or an index below 2, have \"VGG16\""},
    {'a', "time,user,model\n1," SIXTY "x,vgg16\n",
     ": line 2: want the name of a user or an index below 3, have \"" SIXTY "...\""},
    {'a', "time,user,model\n1,\x1b[2Jx,vgg16\n",
     ": line 2: want the name of a user or an index below 3, have \"?[2Jx\""},
    {'r', "time,factor\n1,1\n", ": line 2: want the first time to be 0, have \"1\""},
    {'r', "time,factor\n0,1\n2,1\n2,3\n", ": line 4: want a time after the one before, have \"2\""},
    {'r', "time,factor\n0,1\n2,1\n1,3\n", ": line 4: want a time after the one before, have \"1\""},
    {'r', "time,factor\n0,0\n", ": line 2: want a factor from 1e-9 to 1e9, have \"0\""},
    {'r', "time,factor\n0,1e10\n", ": line 2: want a factor from 1e-9 to 1e9, have \"1e10\""},
    {'r', "time,factor\n", ": want a row below the names of columns, have none"},
    {'t', "time,node,x,y\n0,ue0,a,0\n", ": line 2: want x in metres, within 1e9, have \"a\""},
    {'t', "time,node,x,y\n0,ue0,0,1e10\n", ": line 2: want y in metres, within 1e9, have \"1e10\""},
    {'t', "time,node,x,y\n0,ue0,0,1\n", ": want a point of each node, have none of \"ue1\""},
    {'t', "time,node,x,y\n3,ue1,0,1\n0,ue0,0,1\n3,1,0,2\n",
     ": line 4: want one point of \"ue1\" at a time, have another of 3 s"},
};
enum { FAULT_COUNT = sizeof FAULTS / sizeof *FAULTS };

START_TEST(a_wrong_line_is_told_with_its_place)
{
    write_file(FAULTS[_i].text, strlen(FAULTS[_i].text));
    ck_assert(!read_file(FAULTS[_i].reader));
    ck_assert_uint_eq(e.fault_count, 1);
    ck_assert_str_eq(e.text, arena_format(&arena, "%s%s", path, FAULTS[_i].want));
    ck_assert_ptr_null(arrivals);
    ck_assert_ptr_null(tracks);
}
END_TEST

START_TEST(a_nul_byte_is_refused_where_it_stands)
{
    write_file("time,factor\n0,1\n1,\0002\n", 20);
    ck_assert(!read_file('r'));
    ck_assert_str_eq(e.text, arena_format(&arena, "%s: line 3: want text, have a NUL byte", path));
}
END_TEST

START_TEST(what_is_no_file_is_refused)
{
    ck_assert(!trace_read_rates(&rates, &arena, "/tmp", &e));
    ck_assert_str_eq(e.text, "/tmp: want a CSV file, have a directory");
    e = (struct err){0};
    ck_assert(!trace_read_rates(&rates, &arena, "/nowhere/x.csv", &e));
    ck_assert_str_eq(e.text, "/nowhere/x.csv: cannot open: No such file or directory");
    e = (struct err){0};
    unlink(path);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert(!read_file('a'));
    ck_assert_str_eq(e.text,
                     arena_format(&arena, "%s: want a CSV file, have no regular file", path));
}
END_TEST

// A line of a million bytes, as one field and as half a million fields.
START_TEST(long_lines_are_no_trouble)
{
    enum { LENGTH = 1000000 };
    static char text[LENGTH + 16];
    size_t      head = (size_t)sprintf(text, "time,factor\n");
    memset(text + head, '7', LENGTH);
    write_file(text, head + LENGTH);
    ck_assert(!read_file('r'));
    ck_assert(strstr(e.text, "line 2: want the columns time,factor, have 1 column"));
    e = (struct err){0};
    for (size_t i = head + 1; i < head + LENGTH; i += 2) text[i] = ',';
    write_file(text, head + LENGTH);
    ck_assert(!read_file('r'));
    ck_assert(strstr(e.text, "line 2: want the columns time,factor, have 500001 columns"));
}
END_TEST

// 20 000 random rows; each user's list is ascending, and is what a scan of the rows in the order of
// the file finds for each time.
START_TEST(many_arrivals_come_out_as_they_went_in)
{
    enum { ROWS = 20000 };
    uint32_t *user = ARENA_ARRAY(&arena, uint32_t, ROWS),
             *class_id = ARENA_ARRAY(&arena, uint32_t, ROWS);
    uint32_t  *ms = ARENA_ARRAY(&arena, uint32_t, ROWS), total = 0;
    struct rng rng;
    FILE      *file = fopen(path, "w");
    rng_init(&rng, 3, 0, "test_trace", 0);
    fprintf(file, "time,user,model\n");
    for (uint32_t i = 0; i < ROWS; i++) {
        user[i] = (uint32_t)rng_below(&rng, 3);
        class_id[i] = (uint32_t)rng_below(&rng, 2);
        ms[i] = (uint32_t)rng_below(&rng, 200);
        fprintf(file, "%u.%03u,%s,%s\n", ms[i] / 1000, ms[i] % 1000, USERS[user[i]],
                MODELS[class_id[i]]);
    }
    fclose(file);
    ck_assert_msg(read_file('a'), "%s", e.text);
    for (uint32_t u = 0; u < 3; u++) {
        uint32_t n = 0;
        for (uint32_t t = 0; t < 200; t++)
            for (uint32_t i = 0; i < ROWS; i++) {
                if (user[i] != u || ms[i] != t) continue;
                ck_assert_uint_lt(n, arrivals[u].count);
                ck_assert_int_eq(arrivals[u].items[n].at, (sim_ns)t * 1000000);
                ck_assert_uint_eq(arrivals[u].items[n].class_id, class_id[i]);
                n++;
            }
        ck_assert_uint_eq(n, arrivals[u].count);
        total += n;
    }
    ck_assert_uint_eq(total, ROWS);
}
END_TEST

Suite *trace_suite(void)
{
    Suite *suite = suite_create("trace");
    TCase *tc = tcase_create("trace");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, arrivals_are_sorted_by_user_and_time);
    tcase_add_test(tc, a_name_is_looked_up_before_an_index);
    tcase_add_test(tc, line_ends_and_blanks_do_not_count);
    tcase_add_test(tc, ways_are_sorted_by_node_and_time);
    tcase_add_loop_test(tc, a_wrong_line_is_told_with_its_place, 0, FAULT_COUNT);
    tcase_add_test(tc, a_nul_byte_is_refused_where_it_stands);
    tcase_add_test(tc, what_is_no_file_is_refused);
    tcase_add_test(tc, long_lines_are_no_trouble);
    tcase_add_test(tc, many_arrivals_come_out_as_they_went_in);
    suite_add_tcase(suite, tc);
    return suite;
}
