// tests/test_tape.c: rows on a tape and back. What arrives is compared with what was sent, and a
// database written by tape with one written directly; broken tapes are made by cutting and by
// changing bits, with the checksum made right again by a second writing of it.
#include <math.h>
#include <unistd.h>

#include "results/schema.h"
#include "results/store.h"
#include "tests/program.h"

enum { MS = 1000000, HUGE_TEXT = 3 * TAPE_CHUNK_BYTES + 5, CHUNKS_MAX = 64, SUMMED = 24 };

struct taken { // chunks as they left
    unsigned char *bytes[CHUNKS_MAX];
    size_t         length[CHUNKS_MAX];
    int            count, most; // most: refuse the next
};

static bool take(void *ctx, const void *bytes, size_t length, struct err *e)
{
    struct taken *t = ctx;
    if (t->count == t->most) return err_add(e, "the other end is gone");
    t->bytes[t->count] = memcpy(malloc(length), bytes, length); // its own: ASan sees the end
    t->length[t->count++] = length;
    return true;
}

static void forget(struct taken *t)
{
    for (int i = 0; i < t->count; i++) free(t->bytes[i]);
    t->count = 0;
}

static struct taken taken;

static void setup(void)
{
    program_setup();
    taken = (struct taken){.most = CHUNKS_MAX};
}

static void teardown(void)
{
    forget(&taken);
    program_teardown();
}

// ---- the tape itself

static void must_end(struct tape *t)
{
    struct err e = {0};
    ck_assert_msg(tape_end(t, &e), "%s", e.text);
}

static void must_finish(struct tape *t)
{
    struct err e = {0};
    ck_assert_msg(tape_finish(t, &e), "%s", e.text);
}

static struct tape_value must_value(struct tape_reader *r, enum tape_type type)
{
    struct err        e = {0};
    struct tape_value v;
    ck_assert_msg(tape_value(r, &v, &e), "%s", e.text);
    ck_assert_int_eq(v.type, type);
    return v;
}

static char *huge_text(void)
{
    char *text = arena_array(&arena, HUGE_TEXT + 1, 1);
    for (int i = 0; i < HUGE_TEXT; i++) text[i] = (char)('!' + i % 90);
    return text;
}

START_TEST(values_of_every_type_come_back)
{
    static const int64_t integers[] = {0, -1, INT64_MIN, INT64_MAX};
    const double         reals[] = {0.0, -0.0, 0.1, 5e-324, -INFINITY, NAN};
    struct tape          t;
    tape_init(&t, TAPE_KEPT_BYTES, take, &taken);
    tape_begin(&t, 7);
    for (int i = 0; i < 4; i++) tape_int(&t, integers[i]);
    for (int i = 0; i < 6; i++) tape_real(&t, reals[i]);
    tape_null(&t), tape_text(&t, ""),
        tape_text(&t, "n\xc3\xb6"
                      "de0>fog1"),
        tape_text(&t, NULL);
    must_end(&t);
    tape_begin(&t, 255);
    must_end(&t);
    must_finish(&t);
    ck_assert_int_eq(taken.count, 1);

    struct tape_reader r;
    struct err         e = {0};
    uint8_t            tag;
    uint32_t           values;
    ck_assert(tape_open(&r, taken.bytes[0], taken.length[0], &e));
    ck_assert(tape_record(&r, &tag, &values, &e));
    ck_assert_uint_eq(tag, 7);
    ck_assert_uint_eq(values, 14);
    for (int i = 0; i < 4; i++) ck_assert(must_value(&r, TAPE_INT).integer == integers[i]);
    for (int i = 0; i < 6; i++) {
        struct tape_value v = must_value(&r, TAPE_REAL);
        ck_assert_int_eq(memcmp(&v.real, &reals[i], sizeof v.real), 0); // to the bit
    }
    must_value(&r, TAPE_NULL);
    ck_assert_uint_eq(must_value(&r, TAPE_TEXT).length, 0);
    struct tape_value text = must_value(&r, TAPE_TEXT);
    ck_assert_uint_eq(text.length, 11);
    ck_assert_int_eq(memcmp(text.text,
                            "n\xc3\xb6"
                            "de0>fog1",
                            11),
                     0);
    must_value(&r, TAPE_NULL);
    ck_assert(!tape_at_end(&r));
    ck_assert(tape_record(&r, &tag, &values, &e));
    ck_assert_uint_eq(tag, 255);
    ck_assert_uint_eq(values, 0);
    ck_assert(tape_at_end(&r));
    tape_free(&t);
}
END_TEST

// The n-th record over all chunks, and where the next is.
static void next_record(struct tape_reader *r, int *chunk, uint8_t want)
{
    struct err e = {0};
    uint8_t    tag;
    uint32_t   values;
    if (*chunk < 0 || tape_at_end(r)) {
        ++*chunk;
        ck_assert_int_lt(*chunk, taken.count);
        ck_assert_msg(tape_open(r, taken.bytes[*chunk], taken.length[*chunk], &e), "%s", e.text);
    }
    ck_assert(tape_record(r, &tag, &values, &e));
    ck_assert_uint_eq(tag, want);
    ck_assert_uint_eq(values, 3);
}

START_TEST(a_text_longer_than_a_chunk_makes_its_chunk_longer)
{
    const char *huge = huge_text();
    struct tape t;
    tape_init(&t, TAPE_KEPT_BYTES, take, &taken);
    for (int round = 0; round < 2; round++) { // the second uses what the first made
        struct tape_reader r;
        int                chunk = -1;
        for (int i = 0; i < 5; i++) {
            tape_begin(&t, (uint8_t)i);
            tape_int(&t, i);
            tape_text(&t, i % 2 ? huge : "short");
            tape_int(&t, -i);
            must_end(&t);
        }
        must_finish(&t);
        for (int i = 0; i < 5; i++) {
            next_record(&r, &chunk, (uint8_t)i);
            ck_assert(must_value(&r, TAPE_INT).integer == i);
            struct tape_value v = must_value(&r, TAPE_TEXT);
            ck_assert_uint_eq(v.length, i % 2 ? HUGE_TEXT : 5);
            ck_assert_int_eq(memcmp(v.text, i % 2 ? huge : "short", v.length), 0);
            ck_assert(must_value(&r, TAPE_INT).integer == -i);
        }
        ck_assert(tape_at_end(&r) && chunk + 1 == taken.count);
        forget(&taken);
    }
    tape_free(&t);
}
END_TEST

// Records of about 1000 bytes.
static void add_records(struct tape *t, int count)
{
    static const char line[] = "0123456789012345678901234567890123456789012345678";
    for (int i = 0; i < count; i++) {
        tape_begin(t, 1);
        for (int k = 0; k < 18; k++) tape_text(t, line);
        must_end(t);
    }
}

START_TEST(a_tape_is_kept_up_to_its_limit_and_then_passed_on)
{
    struct tape t;
    tape_init(&t, 4 * TAPE_CHUNK_BYTES, take, &taken);
    add_records(&t, 4000); // less than four chunks of 1049 records
    ck_assert_int_eq(taken.count, 0);
    ck_assert(tape_forget(&t));
    add_records(&t, 4000);
    add_records(&t, 2000);
    ck_assert_int_ge(taken.count, 5);
    ck_assert(!tape_forget(&t));
    add_records(&t, 1);
    must_finish(&t);
    int passed = taken.count;
    ck_assert_uint_lt(taken.length[passed - 1], 2000); // what was forgotten is not among it
    add_records(&t, 4000);
    ck_assert_int_eq(taken.count, passed); // kept again: another run
    must_finish(&t);
    tape_free(&t);
}
END_TEST

START_TEST(an_end_that_takes_no_more_is_an_error)
{
    struct tape t;
    struct err  e = {0};
    tape_init(&t, TAPE_KEPT_BYTES, take, &taken);
    taken.most = 1;
    add_records(&t, 4000);
    ck_assert(!tape_finish(&t, &e));
    ck_assert_str_eq(e.text, "the other end is gone");
    tape_free(&t);
}
END_TEST

// ---- databases by tape

static const char *const nodes[] = {"user0", "fog0"}, *const kinds[] = {"user", "fog"};
static const char *const classes[] = {"a"}, *const stages[] = {"conv1", "fc2"};
static const char *const tags[] = {"", "rows"};
static const double      x_m[] = {1.5, NAN}, y_m[] = {-2, NAN};

static struct run_info info_of(int64_t run_id)
{
    return (struct run_info){.run_id = run_id,
                             .scenario = "s",
                             .point = "{}",
                             .scheme = "dina",
                             .model = "a",
                             .seed = INT64_MAX,
                             .record = RECORD_OPS,
                             .node_names = nodes,
                             .node_kinds = kinds,
                             .node_devices = kinds,
                             .node_x_m = x_m,
                             .node_y_m = y_m,
                             .class_names = classes,
                             .stage_names = stages,
                             .stage_kinds = stages,
                             .tag_names = tags};
}

static bool add_job(struct store *s, uint64_t id, struct err *e)
{
    static const struct op ops[] = {
        {.kind = OP_DELAY},
        {.kind = OP_TRANSFER, .from = 0, .to = 1, .bytes = 1000},
        {.kind = OP_COMPUTE, .stage = 1, .from = 1, .to = 1, .tag = {1, 3, 9}}};
    static const struct op_times times[] = {{0, 0, MS}, {MS, MS, 2 * MS}, {-1, -1, -1}};
    struct stage_record          steps[2] = {{.slices = 2, .bytes_sent = 10}};
    const struct job_record      job = {.job = id,
                                        .status = id == 1 ? JOB_LOST : JOB_DONE,
                                        .finished_ns = id == 1 ? -1 : 9 * MS,
                                        .counted = id > 0,
                                        .stage_count = 2,
                                        .op_count = 3,
                                        .stages = steps,
                                        .ops = ops,
                                        .times = times,
                                        .energy_j = 0.1,
                                        .exit = id == 2 ? 4 : 0};
    return store_job(s, &job, e);
}

static bool add_all(struct store *s, int64_t run_id, int jobs, const char *status, struct err *e)
{
    const struct run_info     info = info_of(run_id);
    const struct run_end      end = {NAN, NAN, 60, 1000, 3, status, "why\nand where"};
    const struct node_record  node = {.node = 1, .utilization = 0.5, .queue_mean = NAN};
    const struct link_record  link = {.from = 0, .to = 1, .bytes = 99};
    const struct queue_record of_link = {5 * MS, 0, 1, 8};
    bool                      ok = store_begin(s, &info, e);
    for (int i = 0; ok && i < jobs; i++) ok = add_job(s, (uint64_t)i, e);
    for (int i = -1; ok && i < 2; i++)
        ok = store_summary(s, &(struct summary_row){i, "latency_s", 1, 15, NAN, 1, 2, 3}, e);
    return ok && store_node(s, &node, e) && store_link(s, &link, e) &&
           store_queue(s, &of_link, e) && store_occupancy(s, 1, 2, 4 * MS, e) &&
           store_match(s, 0, 0, 1, 2.0, NAN, e) &&
           store_metric(s, "swaps", 0.1 * (double)run_id, e) && store_commit(s, &end, e);
}

static void must_add(struct store *s, int64_t run_id, int jobs, const char *status)
{
    struct err e = {0};
    ck_assert_msg(add_all(s, run_id, jobs, status, &e), "%s", e.text);
}

static struct store *must_open(const char *name)
{
    struct err    e = {0};
    struct store *s = store_open(in_folder(name), "s", &e);
    ck_assert_msg(s != NULL, "%s", e.text);
    return s;
}

static void must_replay(struct store *s, int first, int end)
{
    struct err e = {0};
    for (int i = first; i < end; i++)
        ck_assert_msg(store_replay(s, taken.bytes[i], taken.length[i], &e), "%s", e.text);
}

START_TEST(a_database_written_by_tape_is_the_one_written_directly)
{
    struct store *direct = must_open("direct.db"), *by_tape = must_open("tape.db");
    struct store *tape = store_open_tape(TAPE_KEPT_BYTES, take, &taken);
    store_document(direct, "scenario", "{}");
    store_document(by_tape, "scenario", "{}");
    for (int64_t run = 0; run < 3; run++) {
        must_add(direct, run, 3, run == 1 ? "failed" : "done");
        must_add(tape, 2 - run, 3, run == 1 ? "failed" : "done"); // from the last to the first
    }
    ck_assert_int_eq(taken.count, 3);
    must_replay(by_tape, 0, 3);
    struct store_tally t = store_tally(by_tape);
    ck_assert_uint_eq(t.done, 2);
    ck_assert_uint_eq(t.failed, 1);
    ck_assert_str_eq(t.first_error, "why\nand where");
    store_close(tape), store_close(direct), store_close(by_tape);
    char *rows = dump_file("direct.db");
    ck_assert_str_eq(dump_file("tape.db"), rows);
    ck_assert_double_eq(query_file("tape.db", "SELECT count(*) FROM op"), 3 * 3 * 3);
    ck_assert_double_eq(query_file("tape.db", "SELECT count(*) FROM queue_sample WHERE "
                                              "node = 'user0>fog0'"),
                        3);
    ck_assert_double_eq(query_file("tape.db", "SELECT count(*) FROM metric WHERE name = "
                                              "'warmup_tasks' AND value = 1"),
                        3);
    ck_assert_double_eq(query_file("tape.db", "SELECT count(*) FROM node WHERE y_m IS NULL"), 3);
}
END_TEST

START_TEST(a_run_that_is_taken_back_on_the_way_leaves_nothing)
{
    struct err            e = {0};
    const struct run_info info = info_of(5);
    struct store         *s = must_open("x.db");
    struct store         *tape = store_open_tape(TAPE_CHUNK_BYTES, take, &taken);
    must_add(tape, 4, 3, "done");
    ck_assert(store_begin(tape, &info, &e));
    for (uint64_t i = 0; taken.count < 4; i++) ck_assert(add_job(tape, i, &e));
    store_rollback(tape);
    must_replay(s, 0, taken.count - 1);
    ck_assert(store_in_run(s));
    must_replay(s, taken.count - 1, taken.count);
    ck_assert(!store_in_run(s));
    ck_assert_uint_eq(store_tally(s).done, 1);
    int passed = taken.count;
    ck_assert(store_begin(tape, &info, &e)); // nothing of a short one leaves at all
    ck_assert(add_job(tape, 0, &e));
    store_rollback(tape);
    ck_assert_int_eq(taken.count, passed);
    store_close(tape), store_close(s);
    ck_assert_double_eq(query_file("x.db", "SELECT group_concat(run_id) FROM run"), 4);
    ck_assert_double_eq(query_file("x.db", "SELECT count(*) FROM task"), 3);
}
END_TEST

START_TEST(runs_that_share_a_transaction_are_taken_back_one_by_one)
{
    struct err            e = {0};
    const struct run_info info = info_of(1);
    struct store         *s = must_open("x.db");
    store_gather(s, 3600);
    must_add(s, 0, 1, "done");
    ck_assert(store_begin(s, &info, &e) && add_job(s, 0, &e));
    store_rollback(s);
    must_add(s, 2, 1, "done");
    ck_assert_double_eq(query_file("x.db", "SELECT count(*) FROM run"), 0);
    ck_assert(store_flush(s, &e));
    ck_assert_double_eq(query_file("x.db", "SELECT count(*) FROM run"), 2);
    ck_assert_double_eq(query_file("x.db", "SELECT count(*) FROM task WHERE run_id = 1"), 0);
    must_add(s, 3, 1, "done");
    store_close(s); // without a flush: as if it had been killed
    ck_assert_double_eq(query_file("x.db", "SELECT max(run_id) FROM run"), 2);
}
END_TEST

// ---- tapes that are not what was written

static uint64_t seal_sum(const unsigned char *bytes, size_t length)
{
    uint64_t sum = 14695981039346656037u; // FNV-1a's offset and prime of 64 bits, in decimal
    for (size_t i = 0; i < length; i += 8) {
        uint64_t word = 0;
        for (size_t k = 0; k < 8 && i + k < length; k++) word |= (uint64_t)bytes[i + k] << 8 * k;
        sum = (sum ^ word) * 1099511628211u;
    }
    return sum;
}

static void seal(unsigned char *chunk, size_t length)
{
    uint64_t sum = seal_sum(chunk + SUMMED, length - SUMMED), whole = length;
    memcpy(chunk + 8, &whole, 8);
    memcpy(chunk + 16, &sum, 8);
}

static bool opens(const void *bytes, size_t length)
{
    struct tape_reader r;
    struct err         e = {0};
    return tape_open(&r, bytes, length, &e) || !e.length;
}

START_TEST(a_tape_that_is_cut_or_changed_in_one_bit_is_refused)
{
    struct store *tape = store_open_tape(TAPE_KEPT_BYTES, take, &taken);
    must_add(tape, 4, 1, "done");
    store_close(tape);
    size_t         length = taken.length[0];
    unsigned char *bytes = taken.bytes[0];
    ck_assert(opens(bytes, length));
    for (size_t cut = 0; cut < length; cut++) {
        unsigned char *part = memcpy(malloc(cut + 1), bytes, cut);
        ck_assert_msg(!opens(part, cut), "%zu bytes", cut);
        free(part);
    }
    for (size_t bit = 0; bit < 8 * length; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        ck_assert_msg(!opens(bytes, length), "bit %zu", bit);
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    seal(bytes, length);
    ck_assert(opens(bytes, length)); // the second writing agrees
}
END_TEST

// A tape with a right checksum and anything in it, cut anywhere.
static bool replay_spoilt(struct store *s, uint64_t *draw)
{
    size_t         length = taken.length[0];
    unsigned char *bytes = memcpy(malloc(length), taken.bytes[0], length);
    struct err     e = {0};
    for (uint64_t i = 0; i <= *draw >> 60; i++) {
        *draw = *draw * 6364136223846793005u + 1442695040888963407u; // Knuth's MMIX generator
        size_t at = SUMMED + (size_t)((*draw >> 33) % (length - SUMMED));
        bytes[at] = (unsigned char)(*draw >> 20);
    }
    if (*draw >> 59 & 1) length -= (size_t)(*draw >> 40) % (length - SUMMED - 8);
    unsigned char *cut = memcpy(malloc(length), bytes, length);
    free(bytes);
    seal(cut, length);
    bool ok = store_replay(s, cut, length, &e);
    ck_assert_msg(ok || e.length, "no reason given");
    store_rollback(s);
    free(cut);
    return ok;
}

START_TEST(no_tape_however_spoilt_breaks_the_database)
{
    struct err    e = {0};
    struct store *tape = store_open_tape(TAPE_KEPT_BYTES, take, &taken), *s = must_open("x.db");
    uint64_t      draw = 1;
    int           refused = 0;
    must_add(tape, 4, 2, "done");
    store_close(tape);
    store_gather(s, 0.01);
    for (int i = 0; i < 3000; i++) refused += !replay_spoilt(s, &draw);
    ck_assert_int_gt(refused, 300);
    ck_assert_int_lt(refused, 3000); // a value that is another value goes through
    must_replay(s, 0, 1);
    ck_assert(store_flush(s, &e));
    store_close(s);
    ck_assert_double_eq(query_file("x.db", "SELECT count(*) FROM task WHERE run_id = 4"), 2);
    ck_assert_double_eq(query_file("x.db", "SELECT count(*) FROM pragma_integrity_check WHERE "
                                           "integrity_check <> 'ok'"),
                        0);
    ck_assert_double_eq(query_file("x.db", "SELECT count(*) FROM pragma_foreign_key_check"), 0);
}
END_TEST

START_TEST(chunks_of_two_runs_that_are_mixed_are_refused)
{
    struct err    e = {0};
    struct store *s = must_open("x.db");
    for (int run = 1; run <= 2; run++) {
        struct store *tape = store_open_tape(TAPE_CHUNK_BYTES, take, &taken);
        must_add(tape, run, 6000, "done");
        store_close(tape);
    }
    int half = taken.count / 2; // both are equally long
    ck_assert_int_ge(half, 3);
    must_replay(s, 0, 1);
    ck_assert(!store_replay(s, taken.bytes[half + 1], taken.length[half + 1], &e));
    ck_assert_msg(strstr(e.text, "of another run") != NULL, "%s", e.text);
    store_rollback(s);
    e = (struct err){0};
    ck_assert(!store_replay(s, taken.bytes[1], taken.length[1], &e)); // the middle of a run
    ck_assert_msg(strstr(e.text, "out of place") != NULL, "%s", e.text);
    must_replay(s, half, taken.count);
    store_close(s);
    ck_assert_double_eq(query_file("x.db", "SELECT group_concat(run_id) FROM run"), 2);
}
END_TEST

Suite *tape_suite(void);

Suite *tape_suite(void)
{
    Suite *suite = suite_create("tape");
    TCase *tc = tcase_create("tape");
    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, values_of_every_type_come_back);
    tcase_add_test(tc, a_text_longer_than_a_chunk_makes_its_chunk_longer);
    tcase_add_test(tc, a_tape_is_kept_up_to_its_limit_and_then_passed_on);
    tcase_add_test(tc, an_end_that_takes_no_more_is_an_error);
    tcase_add_test(tc, a_database_written_by_tape_is_the_one_written_directly);
    tcase_add_test(tc, a_run_that_is_taken_back_on_the_way_leaves_nothing);
    tcase_add_test(tc, runs_that_share_a_transaction_are_taken_back_one_by_one);
    tcase_add_test(tc, a_tape_that_is_cut_or_changed_in_one_bit_is_refused);
    tcase_add_test(tc, no_tape_however_spoilt_breaks_the_database);
    tcase_add_test(tc, chunks_of_two_runs_that_are_mixed_are_refused);
    suite_add_tcase(suite, tc);
    return suite;
}
