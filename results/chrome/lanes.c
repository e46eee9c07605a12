#include "results/chrome/lanes.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "results/schema.h"

// Users stand first and clouds last, links at the end. What never was ready and delays of no
// length, which are joins of a plan, are not drawn. A name that the table node lacks (a run that
// failed) is of the kind 'other'.
static const char tables_sql[] =
    "DROP TABLE IF EXISTS temp.chrome_process; DROP TABLE IF EXISTS temp.chrome_place;"
    "DROP TABLE IF EXISTS temp.chrome_lane;"
    "CREATE TEMP TABLE chrome_process(pid INTEGER, kind TEXT);"
    "CREATE TEMP TABLE chrome_place(place INTEGER PRIMARY KEY, pid INTEGER, name TEXT,"
    " from_node TEXT, to_node TEXT, is_delay INTEGER);"
    "CREATE INDEX temp.chrome_place_key ON chrome_place(from_node, to_node, is_delay);"
    "CREATE TEMP TABLE chrome_lane(task_id INTEGER, op INTEGER, place INTEGER, pid INTEGER,"
    " tid INTEGER);";

#define DRAWN                                                                                      \
    " WHERE o.run_id = ?1 AND o.task_id BETWEEN ?2 AND ?3 AND o.ready_s IS NOT NULL"               \
    " AND NOT (o.kind = 'delay' AND o.finish_s IS o.start_s)"

static const char processes_sql[] =
    "INSERT INTO temp.chrome_process"
    " SELECT 1 + row_number() OVER (ORDER BY is_link,"
    " CASE kind WHEN 'user' THEN 0 WHEN 'gateway' THEN 1 WHEN 'broker' THEN 2 WHEN 'fog' THEN 3"
    " WHEN 'other' THEN 5 ELSE 4 END, kind), kind"
    " FROM (SELECT DISTINCT 0 AS is_link, ifnull(kind, 'other') AS kind FROM node"
    " WHERE run_id = ?1 UNION SELECT 0, 'other' UNION SELECT 1, '')";

static const char places_sql[] =
    "INSERT INTO temp.chrome_place"
    " SELECT row_number() OVER (ORDER BY p.pid, length(d.from_node), d.from_node,"
    " length(d.to_node), d.to_node, d.is_delay), p.pid,"
    " CASE WHEN d.is_link THEN d.from_node || ' \xe2\x86\x92 ' || d.to_node"
    " WHEN d.is_delay THEN d.from_node || ', edge delay' ELSE d.from_node END,"
    " d.from_node, d.to_node, d.is_delay"
    " FROM (SELECT DISTINCT o.from_node, o.to_node, o.kind = 'transfer' AS is_link,"
    " o.kind = 'delay' AS is_delay FROM op o" DRAWN ") d"
    " LEFT JOIN node n ON n.run_id = ?1 AND n.node = d.from_node"
    " JOIN temp.chrome_process p"
    " ON p.kind = CASE WHEN d.is_link THEN '' ELSE ifnull(n.kind, 'other') END";

static const char ops_sql[] =
    "SELECT p.place, p.pid, p.name, o.task_id, o.op, o.start_s, o.finish_s"
    " FROM op o JOIN temp.chrome_place p ON p.from_node = o.from_node AND p.to_node = o.to_node"
    " AND p.is_delay = (o.kind = 'delay')" DRAWN
    " ORDER BY p.place, o.start_s, o.finish_s, o.task_id, o.op";

struct lanes { // of the place that is being filled
    struct arena   arena;
    int64_t        place;
    sim_ns        *free_at; // [count] when the last operation of a lane ends
    uint32_t       count, capacity;
    uint32_t       first_tid; // of the place's first lane
    int64_t        pid;
    struct chrome *out;
};

sim_ns chrome_ns(sqlite3_stmt *q, int column)
{
    if (sqlite3_column_type(q, column) == SQLITE_NULL) return -1;
    return (sim_ns)llround(sqlite3_column_double(q, column) * NS_PER_S);
}

bool chrome_query(sqlite3 *db, const char *sql, const struct chrome_range *range,
                  sqlite3_stmt **out, struct err *e)
{
    *out = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, out, NULL) != SQLITE_OK) return schema_fault(db, "", e);
    const int64_t values[] = {range->run_id, range->first_task, range->last_task};
    for (int i = 0; i < 3 && i < sqlite3_bind_parameter_count(*out); i++)
        sqlite3_bind_int64(*out, i + 1, values[i]);
    return true;
}

static bool run_sql(sqlite3 *db, const char *sql, const struct chrome_range *range, struct err *e)
{
    sqlite3_stmt *q;
    bool          ok = chrome_query(db, sql, range, &q, e);
    if (ok && sqlite3_step(q) != SQLITE_DONE) ok = schema_fault(db, "", e);
    sqlite3_finalize(q);
    return ok;
}

static void name_lane(struct lanes *l, const char *place)
{
    char                name[CHROME_NAME_BYTES];
    uint32_t            tid = l->first_tid + l->count - 1;
    struct chrome_track track = {(uint32_t)l->pid, tid};
    if (l->count > 1)
        snprintf(name, sizeof name, "%s #%" PRIu32, place, l->count);
    else
        snprintf(name, sizeof name, "%s", place);
    chrome_name(l->out, "thread_name", track, name);
    chrome_sort(l->out, "thread_sort_index", track, tid);
}

static void begin_place(struct lanes *l, sqlite3_stmt *q)
{
    l->first_tid += l->count;
    l->count = 0;
    l->place = sqlite3_column_int64(q, 0);
    l->pid = sqlite3_column_int64(q, 1);
}

// The first lane that is free at `start`; what never began or ended takes no room.
static uint32_t take_lane(struct lanes *l, const char *place, sim_ns start, sim_ns finish)
{
    uint32_t i = 0;
    while (i < l->count && finish >= 0 && l->free_at[i] > start) i++;
    if (i == l->count) {
        l->free_at =
            arena_grow(&l->arena, l->free_at, &l->capacity, ++l->count, sizeof *l->free_at);
        l->free_at[i] = 0;
        name_lane(l, place);
    }
    if (finish > l->free_at[i]) l->free_at[i] = finish;
    return l->first_tid + i;
}

static bool insert(sqlite3 *db, sqlite3_stmt *to, const int64_t *values, struct err *e)
{
    for (int i = 0; i < 5; i++) sqlite3_bind_int64(to, i + 1, values[i]);
    bool ok = sqlite3_step(to) == SQLITE_DONE || schema_fault(db, "", e);
    sqlite3_reset(to);
    return ok;
}

static bool fill(sqlite3 *db, sqlite3_stmt *q, sqlite3_stmt *to, struct lanes *l,
                 const volatile int *interrupted, struct err *e)
{
    int code;
    while ((code = sqlite3_step(q)) == SQLITE_ROW) {
        if (sqlite3_column_int64(q, 0) != l->place) begin_place(l, q);
        uint32_t tid =
            take_lane(l, (const char *)sqlite3_column_text(q, 2), chrome_ns(q, 5), chrome_ns(q, 6));
        const int64_t values[] = {sqlite3_column_int64(q, 3), sqlite3_column_int64(q, 4), l->place,
                                  l->pid, tid};
        if (!insert(db, to, values, e)) return false;
        if (interrupted && *interrupted) return err_add(e, "interrupted");
    }
    return code == SQLITE_DONE || schema_fault(db, "", e);
}

bool chrome_lanes(sqlite3 *db, const struct chrome_range *range, struct chrome *out,
                  uint64_t *lanes, const volatile int *interrupted, struct err *e)
{
    struct lanes  l = {.place = -1, .first_tid = FIRST_LANE, .out = out};
    sqlite3_stmt *q = NULL, *to = NULL;
    bool          ok =
        sqlite3_exec(db, tables_sql, NULL, NULL, NULL) == SQLITE_OK || schema_fault(db, "", e);
    ok = ok && run_sql(db, processes_sql, range, e) && run_sql(db, places_sql, range, e) &&
         chrome_query(db, ops_sql, range, &q, e);
    if (ok && sqlite3_prepare_v2(db, "INSERT INTO temp.chrome_lane VALUES(?,?,?,?,?)", -1, &to,
                                 NULL) != SQLITE_OK)
        ok = schema_fault(db, "", e);
    ok = ok && fill(db, q, to, &l, interrupted, e);
    sqlite3_finalize(q);
    sqlite3_finalize(to);
    ok = ok && run_sql(db,
                       "CREATE UNIQUE INDEX temp.chrome_lane_key ON"
                       " chrome_lane(task_id, op, place, pid, tid)",
                       range, e);
    *lanes = l.first_tid + l.count - FIRST_LANE;
    arena_free(&l.arena);
    return ok;
}

bool chrome_processes(sqlite3 *db, const struct chrome_range *range, struct chrome *out,
                      struct err *e)
{
    static const char sql[] = "SELECT pid, CASE kind WHEN '' THEN 'links' ELSE kind || ' nodes' END"
                              " FROM temp.chrome_process ORDER BY pid";
    sqlite3_stmt     *q;
    int               code = SQLITE_DONE;
    bool              ok = chrome_query(db, sql, range, &q, e);
    while (ok && (code = sqlite3_step(q)) == SQLITE_ROW) {
        uint32_t            pid = (uint32_t)sqlite3_column_int64(q, 0);
        struct chrome_track track = {pid, pid};
        if (!(out->used_pids >> pid % 64 & 1)) continue;
        chrome_name(out, "process_name", track, (const char *)sqlite3_column_text(q, 1));
        chrome_sort(out, "process_sort_index", track, pid);
    }
    ok = ok && (code == SQLITE_DONE || schema_fault(db, "", e));
    sqlite3_finalize(q);
    return ok;
}
