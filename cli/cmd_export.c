// cli/cmd_export.c: a table or a view of a database, for other programs.
#include <stdio.h>
#include <string.h>

#include "base/whole.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "results/dump.h"
#include "results/schema.h"

static bool has(const struct dump *d, int64_t run)
{
    for (uint32_t i = 0; i < d->run_count; i++)
        if (d->runs[i] == run) return true;
    return false;
}

// Each run once, in the order given.
static bool read_runs(const struct arguments *args, struct dump *d, struct err *e)
{
    static const struct option_spec spec = {"run", "ID", ""};
    uint32_t                        count;
    const char                    **texts = option_all(args, "run", &count);
    int64_t                        *runs = ARENA_ARRAY(args->arena, int64_t, count);
    d->runs = runs;
    for (uint32_t i = 0; i < count; i++) {
        struct option_given one = {&spec, texts[i]};
        struct arguments    alone = {.options = &one, .option_count = 1};
        int64_t             run = 0;
        if (option_integer(&alone, "run", 0, 0, INT64_MAX, &run, e) && !has(d, run))
            runs[d->run_count++] = run;
    }
    return !e->fault_count;
}

static enum exit_code write_all(sqlite3 *db, const struct dump *d, const struct arguments *args,
                                struct err *e)
{
    const char  *path = option_value(args, "o", "-");
    struct whole out;
    uint64_t     rows;
    bool         is_usage = false;
    if (!whole_open(&out, args->arena, path, e)) return EXIT_FAILED;
    bool ok = dump_rows(db, d, out.file, &rows, &is_usage, e) || err_wrap(e, "%s", args->words[0]);
    if (!whole_close(&out, ok, e)) return is_usage ? EXIT_BAD_INPUT : EXIT_FAILED;
    if (out.part) printf("%s: %llu rows\n", path, (unsigned long long)rows);
    return EXIT_DONE;
}

static enum exit_code run(const struct arguments *args, struct err *e)
{
    static const char *const formats[] = {"csv", "jsonl", NULL};
    struct dump              d = {.name = args->words[1], .interrupted = interrupt_catch()};
    int                      format = option_choice(args, "format", formats, 0, e);
    bool                     ok = format >= 0;
    if (!read_runs(args, &d, e) || !ok) return EXIT_BAD_INPUT;
    d.format = format ? DUMP_JSONL : DUMP_CSV;
    sqlite3 *db = schema_open_read(args->words[0], e);
    if (!db) return EXIT_BAD_INPUT;
    enum exit_code code = write_all(db, &d, args, e);
    sqlite3_close(db);
    return code;
}

static const struct option_spec options[] = {
    {"format", "FORMAT", "csv (default; RFC 4180) or jsonl (one JSON object a line)"},
    {"run", "ID", "only rows of this run; repeatable"},
    {"o", "FILE", "where to (default: -, standard output)"},
    {0},
};

const struct command command_export = {
    "export",
    "DB TABLE",
    "write a table or a view of a database as CSV or JSON lines",
    "TABLE is a table or a view, as run, task, layer, op, node, link, summary, v_scheme; one that\n"
    "the database lacks is answered with the list of all. Numbers read back exactly as they are.",
    2,
    2,
    options,
    run};
