#include "cli/plugin/say.h"

void plugin_begin_line(struct plugin_text *t, const char *type)
{
    t->length = 0;
    text_raw(t, "{");
    text_member_string(t, "type", type);
}

void plugin_end_line(struct plugin_text *t)
{
    text_raw(t, "}\n");
}

// ---- requests -----------------------------------------------------------------------------------

// What waits at fog and cloud nodes, and which of them are down: those alone of which it is so.
static void say_now(struct plugin_text *t, const struct view *v)
{
    text_member_number(t, "now_s", s_from_ns(v->now));
    text_key(t, "backlog_s");
    text_raw(t, "[");
    for (uint32_t i = 0; i < v->fog_count; i++) {
        double backlog_s = view_backlog_s(v, v->fogs[i]);
        if (!(backlog_s > 0)) continue;
        text_comma(t);
        text_raw(t, "[%u,%.17g]", v->fogs[i], backlog_s);
    }
    text_raw(t, "]");
    text_key(t, "down");
    text_raw(t, "[");
    for (uint32_t i = 0; v->is_up && i < v->fog_count; i++)
        if (!v->is_up(v->now_ctx, v->fogs[i])) text_comma(t), text_raw(t, "%u", v->fogs[i]);
    text_raw(t, "]");
}

static void say_candidates(struct plugin_text *t, const struct view *v, uint32_t user,
                           struct arena *scratch)
{
    struct arena_mark mark = arena_mark(scratch);
    uint32_t         *nodes = ARENA_ARRAY(scratch, uint32_t, v->fog_count + 1);
    uint32_t          count = view_candidates(v, user, NULL, scratch, nodes);
    text_member_number(t, "tau_s", view_tau_s(v, user));
    text_member_bool(t, "fits", v->fits[v->net->group_of[user]]);
    text_key(t, "candidates");
    text_raw(t, "[");
    for (uint32_t i = 0; i < count; i++) {
        text_comma(t);
        text_raw(t, "[%u,%.17g,%.17g]", nodes[i], view_alone_s(v, user, nodes[i]),
                 view_backlog_s(v, nodes[i]));
    }
    text_raw(t, "]");
    text_key(t, "unreachable");
    text_raw(t, "[");
    for (uint32_t i = 0; v->is_reachable && i < v->fog_count; i++)
        if (!view_is_connected(v, user, v->fogs[i])) text_comma(t), text_raw(t, "%u", v->fogs[i]);
    text_raw(t, "]");
    arena_rewind(scratch, mark);
}

static void say_task(struct plugin_text *t, const struct view *now, const struct view *its,
                     const struct plugin_task *x, struct arena *scratch)
{
    struct view v = *its; // of its class, but at this instant
    v.now = now->now;
    v.now_ctx = now->now_ctx;
    text_comma(t);
    text_raw(t, "{");
    text_member_integer(t, "task", (int64_t)x->id);
    text_member_integer(t, "user", x->due.user);
    text_member_integer(t, "rank", (int64_t)(x->due.number & ((1ull << TASK_RANK_BITS) - 1)));
    text_member_integer(t, "class", x->due.class_id);
    text_member_integer(t, "attempt", x->attempt);
    say_candidates(t, &v, x->due.user, scratch);
    text_raw(t, "}");
}

void plugin_say_tasks(struct plugin_text *t, const struct view *now, const struct view *views,
                      uint64_t id, const struct plugin_task *tasks, uint32_t count,
                      struct arena *scratch)
{
    plugin_begin_line(t, "plan");
    text_member_integer(t, "id", (int64_t)id);
    say_now(t, now);
    text_key(t, "tasks");
    text_raw(t, "[");
    for (uint32_t i = 0; i < count; i++)
        say_task(t, now, &views[tasks[i].due.class_id], &tasks[i], scratch);
    text_raw(t, "]");
    plugin_end_line(t);
}

void plugin_say_epoch(struct plugin_text *t, const struct view *v, uint64_t id, uint32_t epoch,
                      struct arena *scratch)
{
    plugin_begin_line(t, "associate");
    text_member_integer(t, "id", (int64_t)id);
    text_member_integer(t, "epoch", epoch);
    say_now(t, v);
    text_key(t, "users");
    text_raw(t, "[");
    for (uint32_t i = 0; i < v->user_count; i++) {
        text_comma(t);
        text_raw(t, "{");
        text_member_integer(t, "user", v->users[i]);
        say_candidates(t, v, v->users[i], scratch);
        text_raw(t, "}");
    }
    text_raw(t, "]");
    plugin_end_line(t);
}

void plugin_say_end(struct plugin_text *t, uint64_t id)
{
    plugin_begin_line(t, "end");
    text_member_integer(t, "id", (int64_t)id);
    plugin_end_line(t);
}
