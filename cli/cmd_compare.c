// cli/cmd_compare.c: what changed between two databases, or between two schemes of one, and whether
// it is chance.
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clean.h"
#include "cli/command.h"
#include "cli/compare/compare.h"

enum { FORMAT_TABLE, FORMAT_JSON, FORMAT_JUNIT };

static bool read_real(const struct arguments *args, const char *name, double otherwise,
                      double least, double most, const char *want, double *out, struct err *e)
{
    const char *text = option_value(args, name, NULL);
    *out = otherwise;
    if (!text) return true;
    char *end;
    *out = strtod(text, &end);
    if (end != text && *end == '%' && !strcmp(name, "threshold")) end++;
    if (end != text && !*end && *out >= least && *out <= most) return true;
    return err_add(e, "--%s: want %s, have \"%.40s\"", name, want, text);
}

// "A,B"; NULL where there is none.
static bool read_schemes(const struct arguments *args, struct pairs_request *r, struct err *e)
{
    const char *text = option_value(args, "schemes", NULL);
    bool        is_one = args->word_count == 1;
    r->path[PAIRS_BASE] = args->words[0];
    r->path[PAIRS_NEW] = args->words[is_one ? 0 : 1];
    if (!text)
        return !is_one || err_add(e, "compare: want a second database, or --schemes A,B for two "
                                     "schemes of one, have neither");
    char *base = arena_string(args->arena, text), *comma = strchr(base, ',');
    if (!comma || comma == base || !comma[1] || strchr(comma + 1, ','))
        return err_add(e, "--schemes: want two names with a comma between them, have \"%.60s\"",
                       text);
    *comma = '\0';
    r->scheme[PAIRS_BASE] = base;
    r->scheme[PAIRS_NEW] = comma + 1;
    return !is_one || strcmp(base, comma + 1) != 0 ||
           err_add(e, "--schemes: want two schemes of one database, have \"%.60s\" twice", base);
}

static const struct pairs_metric *find_metric(const char *name)
{
    for (const struct pairs_metric *m = pairs_metrics; m->name; m++)
        if (!strcmp(m->name, name)) return m;
    return NULL;
}

static bool is_taken(const struct pairs_metric *const *metrics, uint32_t count,
                     const struct pairs_metric *m)
{
    for (uint32_t i = 0; i < count; i++)
        if (metrics[i] == m) return true;
    return false;
}

// Those of --metric, each once; without any the default ones.
static bool read_metrics(const struct arguments *args, struct pairs_request *r, struct err *e)
{
    uint32_t                    count, total = 0;
    const char                **names = option_all(args, "metric", &count);
    const struct pairs_metric **metrics;
    const char                 *all = "";
    for (const struct pairs_metric *m = pairs_metrics; m->name; m++, total++)
        all = arena_format(args->arena, "%s%s%s", all, *all ? ", " : "", m->name);
    r->metrics = metrics = ARENA_ARRAY(args->arena, const struct pairs_metric *, total);
    for (const struct pairs_metric *m = pairs_metrics; !count && m->name; m++)
        if (m->is_default) metrics[r->metric_count++] = m;
    for (uint32_t i = 0; i < count; i++) {
        const struct pairs_metric *m = find_metric(names[i]);
        if (!m) return err_add(e, "--metric: want one of %s, have \"%.40s\"", all, names[i]);
        if (!is_taken(metrics, r->metric_count, m)) metrics[r->metric_count++] = m;
    }
    return true;
}

// Written beside and renamed: whole or not at all. What is no file, a device say, is not replaced.
static bool write_junit(const struct comparison *c, const char *path, struct arena *a,
                        struct err *e)
{
    struct stat s;
    if (stat(path, &s) == 0 && !S_ISREG(s.st_mode))
        return err_add(e, "--junit: want a file to write, have \"%.200s\", which is none", path);
    const char *part = arena_format(a, "%s.part%ld", path, (long)getpid());
    FILE       *file = fopen(part, "w");
    bool        ok = file != NULL;
    if (file) {
        compare_junit(c, file, a);
        ok = !ferror(file);
        ok = !fclose(file) && ok && !rename(part, path);
    }
    if (ok) return true;
    err_add(e, "%s: cannot write: %s", path, strerror(errno));
    unlink(part);
    return false;
}

static bool read_inputs(const struct arguments *args, struct comparison *c, struct pairs_request *r,
                        int *format, struct err *e)
{
    static const char *const formats[] = {"table", "json", "junit", NULL};
    double                   percent;
    *format = option_choice(args, "format", formats, FORMAT_TABLE, e);
    bool ok = *format >= 0;
    ok = read_real(args, "alpha", 0.05, 1e-12, 0.5, "a number from 1e-12 to 0.5", &c->alpha, e) &&
         ok;
    ok = read_real(args, "threshold", 1, 0, 1e6, "percents from 0 to 1000000", &percent, e) && ok;
    ok = read_schemes(args, r, e) && ok;
    ok = read_metrics(args, r, e) && ok;
    c->threshold = percent / 100;
    c->metrics = r->metrics;
    c->metric_count = r->metric_count;
    return ok;
}

static enum exit_code run(const struct arguments *args, struct err *e)
{
    struct comparison    c = {0};
    struct pairs_request r = {0};
    struct arena        *a = args->arena;
    int                  format;
    if (!read_inputs(args, &c, &r, &format, e)) return EXIT_BAD_INPUT;
    if (!pairs_read(&c.pairs, a, &r, e)) return EXIT_BAD_INPUT;
    for (int s = 0; s < PAIRS_SIDES; s++)
        c.pairs.side[s].path = clean_text(r.path[s], strlen(r.path[s]), a);
    compare_judge(&c, a);
    if (!compare_is_judged(&c) && !compare_is_worse(&c)) {
        err_add(e, c.most < 2 ? "compare: want 2 or more replications of a cell in common, have 1: "
                                "of what differs nothing can be judged"
                              : "compare: want a metric that 2 or more pairs of a cell have, have "
                                "none: nothing can be judged");
        return EXIT_BAD_INPUT;
    }
    const char *junit = option_value(args, "junit", NULL);
    if (junit && !write_junit(&c, junit, a, e)) return EXIT_BAD_INPUT;
    if (format == FORMAT_JSON)
        compare_json(&c, stdout);
    else if (format == FORMAT_JUNIT)
        compare_junit(&c, stdout, a);
    else
        compare_table(&c, option_is_given(args, "all"), a);
    return compare_is_worse(&c) ? EXIT_FAILED : EXIT_DONE;
}

static const struct option_spec options[] = {
    {"schemes", "A,B", "scheme A as base against B as new, of one database or two"},
    {"metric", "NAME", "only this metric (several: give it again)"},
    {"threshold", "PCT", "relative change from which it counts (default: 1 %)"},
    {"alpha", "P", "chance of any false alarm that is accepted (default: 0.05)"},
    {"format", "FORMAT", "table (default), json or junit"},
    {"junit", "FILE", "write JUnit XML there, beside the output"},
    {"all", NULL, "a table of everything, also of what did not change"},
    {0},
};

const struct command command_compare = {
    "compare",
    "BASE.db [NEW.db]",
    "tell what changed between two databases and whether it is chance; exit 1: a regression",
    "Runs answer each other that have the same point, model, scheme, seed and replication.\n"
    "Metrics: latency, computation, transmission, p95, deadline_misses, lost, energy (these by\n"
    "default), queueing, loading, p99, throughput. docs/CI.md shows it at work.",
    1,
    2,
    options,
    run};
