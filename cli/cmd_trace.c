// cli/cmd_trace.c: the operations of a run as Chrome trace events, for Perfetto.
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/whole.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "results/chrome/trace.h"
#include "results/schema.h"

static bool read_number(const char **text, int64_t *out)
{
    char *end;
    errno = 0;
    if (**text < '0' || **text > '9') return false;
    *out = strtoll(*text, &end, 10);
    *text = end;
    return !errno;
}

// "7", "0..19", "100..": both ends included.
static bool read_tasks(const struct arguments *args, struct chrome_trace *t, struct err *e)
{
    const char *given = option_value(args, "tasks", "0.."), *text = given;
    bool        ok = read_number(&text, &t->first_task);
    t->last_task = t->first_task;
    if (ok && !strncmp(text, "..", 2)) {
        text += 2;
        t->last_task = INT64_MAX;
        ok = !*text || read_number(&text, &t->last_task);
    }
    return (ok && !*text && t->first_task <= t->last_task) ||
           err_add(e, "--tasks: want numbers of tasks such as 0..19, 7 or 100.., have \"%.60s\"",
                   given);
}

static enum exit_code write_all(sqlite3 *db, const struct chrome_trace *t,
                                const struct arguments *args, struct err *e)
{
    const char                *path = option_value(args, "o", "trace.json");
    struct whole               out;
    struct chrome_trace_counts n;
    bool                       is_usage;
    if (!whole_open(&out, args->arena, path, e)) return EXIT_FAILED;
    bool ok =
        chrome_trace_write(db, t, out.file, &n, &is_usage, e) || err_wrap(e, "%s", args->words[0]);
    if (!whole_close(&out, ok, e)) return is_usage ? EXIT_BAD_INPUT : EXIT_FAILED;
    if (out.part)
        printf("%s: run %" PRId64 ", %" PRIu64 " tasks, %" PRIu64 " operations on %" PRIu64
               " tracks; open it in https://ui.perfetto.dev\n",
               path, n.run_id, n.tasks, n.operations, n.lanes);
    return EXIT_DONE;
}

static enum exit_code run(const struct arguments *args, struct err *e)
{
    struct chrome_trace t = {.interrupted = interrupt_catch()};
    bool                ok = option_integer(args, "run", -1, 0, INT64_MAX, &t.run_id, e);
    if (!read_tasks(args, &t, e) || !ok) return EXIT_BAD_INPUT;
    sqlite3 *db = schema_open_read(args->words[0], e);
    if (!db) return EXIT_BAD_INPUT;
    enum exit_code code = write_all(db, &t, args, e);
    sqlite3_close(db);
    return code;
}

static const struct option_spec options[] = {
    {"run", "ID", "of this run (default: the first that has operations)"},
    {"tasks", "FROM..TO", "only these tasks, both included; 7 is one, 100.. all from there"},
    {"o", "FILE", "where to (default: trace.json; - is standard output)"},
    {0},
};

const struct command command_trace = {
    "trace",
    "DB",
    "write the operations of a run for Perfetto or chrome://tracing",
    "Needs a run recorded with \"record\": \"ops\" (fogsim run SCENARIO --set record=ops). "
    "docs/TRACE.md\nsays what is drawn how.",
    1,
    1,
    options,
    run};
