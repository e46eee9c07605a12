// cli/plugin/command.c: the scheme `command`: asks a program of the user's what to do.
//
// One program per run. It is told the world once, then asked for plans: task by task, or all tasks
// of an instant at once, as it wishes. A task is asked for once; its answer waits until it is the
// task's turn, which is at the same instant.
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "cli/plugin/child.h"
#include "cli/interrupt.h"
#include "cli/plugin/plugin.h"
#include "cli/plugin/read.h"

enum { BATCH_MOST = 4096 };

struct asked { // tasks of one request, and what was answered
    struct arena          arena;
    struct plugin_task   *tasks;   // [count]
    struct plugin_choice *choices; // [count]
    uint32_t              count, next;
    sim_ns                at;
};

struct state {
    struct child        child;
    struct plugin_hello hello;
    const struct view  *views; // [class_count]
    uint32_t            class_count;
    uint64_t            request_count, task_count;
    struct asked        batch, single;
    struct arena        memory; // of `text`
    struct plugin_text  text;   // the request
};

// ---- one request, one answer --------------------------------------------------------------------

// Sends s->text. `a`: of the name.
static bool ask(struct state *s, const char *type, uint64_t id, struct arena *a,
                struct plugin_line *out, struct err *e)
{
    const char *what = arena_format(a, "request %" PRIu64 " (%s)", id, type);
    bool        is_long = strlen(s->child.command) > CHILD_SHOWN;
    *out = (struct plugin_line){.id = id};
    out->name = arena_format(a, "--scheme-command \"%.*s%s\": answer to %s", CHILD_SHOWN,
                             s->child.command, is_long ? "..." : "", what);
    return child_ask(&s->child, s->text.line, s->text.length, what, &out->text, &out->length, e);
}

static bool begin(const struct view *views, uint32_t class_count, struct arena *a, void **state,
                  struct err *e)
{
    const struct plugin_command *given = views->options->given;
    struct state                *s = ARENA_ARRAY(a, struct state, 1);
    struct plugin_line           answer;
    s->views = views;
    s->class_count = class_count;
    if (!child_start(&s->child, given->command, given->timeout_s, interrupt_flag(), e))
        return false;
    s->text.arena = &s->memory;
    plugin_say_hello(&s->text, views, class_count);
    *state = s;
    if (ask(s, "hello", s->request_count++, a, &answer, e) &&
        plugin_read_hello(&answer, &s->hello, e))
        return true;
    scheme_command.end(s);
    return false;
}

static void end(void *state)
{
    struct state *s = state;
    child_stop(&s->child);
    arena_free(&s->memory);
    arena_free(&s->batch.arena);
    arena_free(&s->single.arena);
}

static bool associates(const void *state)
{
    return ((const struct state *)state)->hello.associates;
}

static bool associate(const struct view *v, uint32_t epoch, struct arena *a,
                      struct association *out, struct err *e)
{
    struct state      *s = v->state;
    struct plugin_line answer;
    uint64_t           id = s->request_count++;
    *out = (struct association){0};
    if (!s->hello.associates) return true;
    plugin_say_epoch(&s->text, v, id, epoch, a);
    return ask(s, "associate", id, a, &answer, e) && plugin_read_matches(&answer, v, a, out, e);
}

// ---- plans --------------------------------------------------------------------------------------

static void add_task(struct state *s, struct asked *x, struct due due, uint32_t attempt)
{
    if (s->class_count == 1) due.class_id = 0;
    x->tasks[x->count++] = (struct plugin_task){due, s->task_count++, attempt};
}

static bool ask_plans(struct state *s, const struct view *v, struct asked *x, struct err *e)
{
    struct plugin_line answer;
    uint64_t           id = s->request_count++;
    x->at = v->now;
    x->choices = ARENA_ARRAY(&x->arena, struct plugin_choice, x->count);
    plugin_say_tasks(&s->text, v, s->views, id, x->tasks, x->count, &x->arena);
    return ask(s, "plan", id, &x->arena, &answer, e) &&
           plugin_read_plans(&answer, s->views, x->tasks, x->count, &x->arena, x->choices, e);
}

static void clear(struct asked *x)
{
    arena_rewind(&x->arena, (struct arena_mark){0});
    x->count = x->next = 0;
}

// One task alone; NULL: e says why.
static const struct plugin_choice *ask_single(struct state *s, const struct view *v,
                                              const struct task *t, uint32_t attempt, struct err *e)
{
    struct asked *x = &s->single;
    clear(x);
    x->tasks = ARENA_ARRAY(&x->arena, struct plugin_task, 1);
    add_task(s, x, (struct due){t->number, t->user, v->class_id}, attempt);
    return ask_plans(s, v, x, e) ? &x->choices[0] : NULL;
}

// It and those that are due behind it.
static const struct plugin_choice *ask_batch(struct state *s, const struct view *v,
                                             const struct task *t, struct err *e)
{
    struct asked *x = &s->batch;
    clear(x);
    uint32_t          count = 0;
    const struct due *due = v->due ? v->due(v->now_ctx, &x->arena, &count) : NULL;
    if (count > BATCH_MOST - 1) count = BATCH_MOST - 1;
    x->tasks = ARENA_ARRAY(&x->arena, struct plugin_task, count + 1);
    add_task(s, x, (struct due){t->number, t->user, v->class_id}, 0);
    for (uint32_t i = 0; i < count; i++) add_task(s, x, due[i], 0);
    return ask_plans(s, v, x, e) ? &x->choices[x->next++] : NULL;
}

// A task is in the batch of its instant; one that comes between (it failed and is planned anew) is
// asked for alone.
static const struct plugin_choice *choose(struct state *s, const struct view *v,
                                          const struct task *t, struct err *e)
{
    struct asked *x = &s->batch;
    bool          is_open = x->next < x->count && x->at == v->now;
    if (!s->hello.by_instant) return ask_single(s, v, t, 0, e);
    if (is_open && x->tasks[x->next].due.number == t->number) {
        assert(x->tasks[x->next].due.class_id == v->class_id);
        return &x->choices[x->next++];
    }
    return is_open ? ask_single(s, v, t, 0, e) : ask_batch(s, v, t, e);
}

static void copy_ops(const struct plan *from, struct plan *out)
{
    for (uint32_t i = 0; i < from->op_count; i++) {
        const struct op *op = &from->ops[i];
        plan_add(out, *op, from->deps + op->first_dep, op->dep_count);
    }
}

static enum plan_verdict build(const struct view *v, const struct task *t,
                               const struct plugin_choice *choice, struct arena *scratch,
                               struct plan *out, struct placement *where)
{
    if (!choice) return PLAN_FAILED;
    switch (choice->verdict) {
    case VERDICT_NONE:
    case VERDICT_INFEASIBLE: return PLAN_INFEASIBLE;
    case VERDICT_LOCAL: return build_local(v, t, scratch, out, where);
    case VERDICT_OPS: copy_ops(&choice->ops, out); return PLAN_READY;
    case VERDICT_SLICES: build_plan(v, t, &choice->assignment, scratch, out, where);
    }
    return PLAN_READY;
}

static enum plan_verdict plan(const struct view *v, const struct association *as,
                              const struct task *t, struct arena *scratch, struct plan *out,
                              struct placement *where, struct err *e)
{
    (void)as; // it is the program's own
    return build(v, t, choose(v->state, v, t, e), scratch, out, where);
}

static enum plan_verdict replan(const struct view *v, const struct association *as,
                                const struct task *t, const struct progress *done,
                                struct arena *scratch, struct plan *out, struct err *e)
{
    (void)as;
    return build(v, t, ask_single(v->state, v, t, done->attempt, e), scratch, out, NULL);
}

// ---- the end ------------------------------------------------------------------------------------

static bool report(const struct view *views, uint32_t class_count, const struct metric_sink *sink,
                   struct err *e)
{
    (void)class_count;
    struct state      *s = views->state;
    struct plugin_line answer;
    uint64_t           id = s->request_count++;
    plugin_say_end(&s->text, id);
    return ask(s, "end", id, &s->memory, &answer, e) && plugin_read_end(&answer, sink, e) &&
           child_finish(&s->child, e);
}

const struct scheme scheme_command = {
    .name = "command",
    .about = "a program of the user's (--scheme-command)",
    .source = "the user's",
    .options = OPTION_GRANULARITY | OPTION_WEIGHTS | OPTION_FC_SPLIT | OPTION_LOCAL_SHARE,
    .is_foreign = true,
    .stays_at_user = true, // what it meant is not known
    .begin = begin,
    .end = end,
    .associates = associates,
    .associate = associate,
    .plan = plan,
    .replan = replan,
    .report = report,
};
