// cli/cmd_sweep.c: runs a scenario at many points, on many cores, into one database.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/interrupt.h"
#include "cli/sweep/shard.h"
#include "cli/sweep/lead.h"
#include "results/kept.h"

enum { MOST_JOBS = 1024 };

static const double share_s = 0.1; // runs that a power cut may cost, in time

struct call { // of the command
    const struct arguments *args;
    struct sweep            sweep;
    struct sweep_lead       lead;
    struct progress_bar     bar;
    struct crew            *crew;
    const char             *db;
    struct shard            shard;
    struct shard_size       size; // of what is to be done here
    uint32_t                jobs;
    double                  start_s;
};

// Every document of the sweep under way is that of the database, to the letter.
static bool is_same_sweep(const struct call *c, const struct kept *kept, struct err *e)
{
    const struct sweep *s = &c->sweep;
    const struct {
        const char *name, *text, *what;
    } documents[] = {
        {"scenario", s->source.compact, "the scenario has changed since"},
        {"sweep", s->vary.json, "other values were varied"},
        {"settings", s->settings,
         "other options were given (--set, --scheme, --model, --seed, "
         "--replications), or another profile or fogsim, or a file that the scenario names "
         "has changed"}};
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        const char *text = kept_document(kept, documents[i].name);
        if (text && !strcmp(text, documents[i].text)) continue;
        return err_add(e, "%s: cannot resume, want a database of this sweep: %s", c->db,
                       text ? documents[i].what : "this one is of no sweep");
    }
    return true;
}

// What the database has is not done again; what failed is.
static bool resume(struct call *c, const struct kept *kept, struct err *e)
{
    if (!is_same_sweep(c, kept, e)) return false;
    for (uint32_t i = 0; i < kept->run_count; i++) {
        const struct kept_run *run = &kept->runs[i];
        if (run->run_id < 0 || run->run_id >= c->sweep.run_count)
            return err_add(e, "%s: cannot resume, run %lld is not of this sweep", c->db,
                           (long long)run->run_id);
        if (!run->is_done || c->lead.queue.states[run->run_id] != SWEEP_WANTED) continue;
        sweep_queue_leave(&c->lead.queue, run->run_id, SWEEP_DONE);
        c->lead.before++;
    }
    return true;
}

// Opening waits for another process that writes: when that one is through, the database is no
// longer what was looked at. What is written after this the store sees itself.
static bool is_as_it_was(const struct call *c, const struct kept *before, struct err *e)
{
    struct kept now;
    if (!kept_read(&now, c->args->arena, c->db, e)) return false;
    return now.run_count == before->run_count ||
           err_add(e, "%s: another process has written to it, it holds %u runs now", c->db,
                   now.run_count);
}

// Nothing is lost by typing a command twice. A refused database is untouched.
static bool open_database(struct call *c, struct err *e)
{
    struct kept   kept;
    struct sweep *s = &c->sweep;
    bool          replaces = option_is_given(c->args, "replace");
    bool          resumes = option_is_given(c->args, "resume");
    if (replaces && resumes) return err_add(e, "--resume: want it or --replace, have both");
    if (!kept_read(&kept, c->args->arena, c->db, e)) return false;
    if (kept.run_count && !replaces && !resumes)
        return err_add(e, "%s: holds %u runs; give --resume, --replace or another --db", c->db,
                       kept.run_count);
    if (kept.run_count && resumes && !resume(c, &kept, e)) return false;
    c->lead.store = store_open(c->db, s->name, e);
    if (!c->lead.store) return false;
    if (!replaces && !is_as_it_was(c, &kept, e)) {
        store_close(c->lead.store);
        return false;
    }
    if (!resumes || !kept.run_count) store_replace_all(c->lead.store);
    store_gather(c->lead.store, share_s);
    store_document(c->lead.store, "scenario", s->source.compact);
    store_document(c->lead.store, "sweep", s->vary.json);
    store_document(c->lead.store, "settings", s->settings);
    return true;
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static void print_plan(const struct call *c)
{
    const struct sweep *s = &c->sweep;
    for (uint32_t p = 0; p < s->vary.count; p++) {
        uint32_t first = s->first_cell[p], end = s->first_cell[p + 1];
        int64_t  runs = (end < s->cell_count ? s->cells[end].first_run : s->run_count) -
                       s->cells[first].first_run;
        if (!shard_has(c->shard, p)) continue;
        printf("%s  %lld run%s:", s->vary.points[p].json, (long long)runs, plural((uint64_t)runs));
        for (uint32_t i = first; i < end; i++)
            printf(" %s/%s", s->cells[i].model_label, s->cells[i].scheme_label);
        printf("\n");
    }
    printf("%u point%s, %lld run%s; nothing was simulated\n", c->size.points,
           plural(c->size.points), (long long)c->size.runs, plural((uint64_t)c->size.runs));
}

// "200 runs of 50 points in 1.9 s (105 runs/s), 2 failed: x.sweep.db; figures: ..."
static void print_end(const struct call *c)
{
    struct store_tally t = store_tally(c->lead.store);
    uint64_t           runs = t.done + t.failed;
    double             took_s = clock_wall_s() - c->start_s;
    printf("%llu run%s of %u point%s", (unsigned long long)runs, plural(runs), c->size.points,
           plural(c->size.points));
    if (c->lead.before) printf(" beside %llu done before", (unsigned long long)c->lead.before);
    printf(" in %.*f s", took_s < 10 ? 2 : 0, took_s);
    double rate = took_s > 0 ? (double)runs / took_s : 0;
    if (runs) printf(" (%.*f runs/s)", rate < 10 ? 2 : 0, rate);
    if (t.failed) printf(", %llu failed", (unsigned long long)t.failed);
    printf(", in %s; figures: fogsim plot %s sweep\n", c->db, c->db);
}

// The first line says enough; the database has all of them.
static void add_failures(const struct call *c, struct err *e)
{
    struct store_tally t = store_tally(c->lead.store);
    if (!t.failed) return;
    err_add(e, "%s: %llu of %llu runs failed; first: %.*s", c->db, (unsigned long long)t.failed,
            (unsigned long long)c->lead.total, (int)strcspn(t.first_error, "\n"), t.first_error);
}

static enum exit_code end(struct call *c, bool ok, struct err *e)
{
    struct store_tally t = store_tally(c->lead.store);
    uint64_t           done = c->lead.before + t.done + t.failed;
    bool               is_whole = ok && !c->lead.queue.wanted_count && !*c->lead.interrupted;
    if (*c->lead.interrupted && done < c->lead.total)
        err_add(e, "%s: interrupted after %llu of %llu runs; --resume goes on", c->db,
                (unsigned long long)done, (unsigned long long)c->lead.total);
    add_failures(c, e);
    if (is_whole && !option_is_given(c->args, "quiet")) print_end(c);
    return e->length ? EXIT_FAILED : EXIT_DONE;
}

static enum exit_code lead(struct call *c, struct err *e)
{
    struct sweep_lead *l = &c->lead;
    uint32_t           remote = crew_size(c->crew);
    bool               is_alone = c->jobs == 1 && !remote, ok = true;
    l->sweep = &c->sweep;
    l->bar = &c->bar;
    sweep_queue_init(&l->queue, c->args->arena, l->sweep, is_alone ? 1 : c->jobs + remote);
    shard_leave_others(c->shard, &l->queue);
    if (!open_database(c, e)) return EXIT_BAD_INPUT;
    sweep_lead_begin(l, c->args->arena);
    l->interrupted = interrupt_catch();
    progress_begin(&c->bar, "runs", l->before, l->total, option_is_given(c->args, "quiet"));
    if (is_alone)
        ok = sweep_alone(l, e);
    else if (l->queue.wanted_count)
        ok = crew_start(c->crew, c->jobs, sweep_work, &c->sweep, e) &&
             sweep_with_crew(l, c->crew, e);
    ok = ok && store_flush(l->store, e);
    progress_end(&c->bar);
    enum exit_code code = end(c, ok, e);
    sweep_lead_end(l);
    store_close(l->store);
    return code;
}

static uint32_t online_cores(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores > MOST_JOBS ? MOST_JOBS : (uint32_t)cores;
}

// "small.sweep.db", of a shard "small.sweep.2-of-8.db".
static const char *default_db(const struct call *c)
{
    const struct shard *s = &c->shard;
    return s->count == 1 ? arena_format(c->args->arena, "%s.sweep.db", c->sweep.name)
                         : arena_format(c->args->arena, "%s.sweep.%u-of-%u.db", c->sweep.name,
                                        s->index, s->count);
}

// Another process leads.
static enum exit_code serve(struct call *c)
{
    sweep_work(&c->sweep, c->crew);
    return EXIT_DONE;
}

static enum exit_code run_call(struct call *c, struct err *e)
{
    const struct arguments *args = c->args;
    int64_t                 jobs;
    uint32_t                usual = crew_remote ? 1 : online_cores(); // each rank is a worker
    bool                    ok = option_integer(args, "jobs", usual, 1, MOST_JOBS, &jobs, e);
    ok = shard_read(&c->shard, args, e) && ok;
    ok = sweep_read(&c->sweep, args, e) && ok;
    if (!ok) return EXIT_BAD_INPUT;
    c->jobs = (uint32_t)jobs;
    c->size = shard_size(c->shard, &c->sweep);
    c->db = option_value(args, "db", default_db(c));
    if (!c->size.points && !option_is_given(args, "quiet"))
        printf("shard %u of %u has no points: nothing to do\n", c->shard.index, c->shard.count);
    else if (option_is_given(args, "dry-run"))
        print_plan(c);
    else if (c->size.points)
        return crew_rank(c->crew) ? serve(c) : lead(c, e);
    return EXIT_DONE;
}

static enum exit_code run(const struct arguments *args, struct err *e)
{
    struct call c = {.args = args, .start_s = clock_wall_s()};
    c.crew = crew_open(args->arena, e);
    if (!c.crew) return EXIT_FAILED;
    enum exit_code code = run_call(&c, e);
    if (code != EXIT_DONE && crew_rank(c.crew) &&
        !crew_tell(c.crew, CREW_LEFT, e->text, e->length + 1))
        err_add(e, "the first process is gone");
    crew_close(c.crew, code != EXIT_DONE);
    sweep_free(&c.sweep);
    return code;
}

static const struct option_spec options[] = {
    SWEEP_OPTIONS,
    PRECISION_OPTIONS,
    SCENARIO_OPTIONS,
    {"jobs", "N",
     "processes that simulate (default: one for each core; of fogsim-mpi: 1 in rank 0)"},
    {"db", "FILE", "database of results (default: NAME.sweep.db here)"},
    SHARD_OPTION,
    {"resume", NULL, "do what is missing or failed in the database"},
    {"replace", NULL, "forget what the database holds"},
    {"dry-run", NULL, "print points and runs, simulate nothing"},
    {"quiet", NULL, "no progress bar, no last line"},
    {0},
};

const struct command command_sweep = {
    "sweep",
    "SCENARIO",
    "simulate a scenario at many points, on all cores, into one database",
    "Points come from --vary, or from the \"sweep\" part of the scenario. A point that fails is\n"
    "recorded and does not stop the others. Ctrl-C finishes what is under way; --resume goes on.",
    1,
    1,
    options,
    run};
