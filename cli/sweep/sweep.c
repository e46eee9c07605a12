#include "cli/sweep/sweep.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <string.h>

#include "cli/describe.h"
#include "cli/version.h"

enum { MOST_RUNS = 100000000 };

static struct scenario_edit edit_of(struct arena *a, const struct sweep *s, uint32_t point)
{
    struct scenario_edit edit = vary_edit(a, &s->edit, &s->vary.points[point]);
    edit.is_point = true;
    return edit;
}

bool sweep_scenario(struct scenario *out, struct arena *a, const struct sweep *s, uint32_t point,
                    struct err *e)
{
    struct scenario_edit edit = edit_of(a, s, point);
    if (!scenario_read(out, a, &s->source, &s->paths, &edit, e)) return false;
    if (s->seed >= 0) out->seed = (uint64_t)s->seed;
    return true;
}

// The labels of all points are few words.
struct words {
    const char **words;
    uint32_t     count, room;
};

static const char *intern(struct words *w, struct arena *a, const char *text)
{
    for (uint32_t i = w->count; i-- > 0;)
        if (!strcmp(w->words[i], text)) return w->words[i];
    w->words = arena_grow(a, w->words, &w->room, w->count + 1, sizeof *w->words);
    return w->words[w->count++] = arena_string(a, text);
}

static void add_cell(struct sweep *s, struct arena *a, uint32_t *room, struct sweep_cell cell)
{
    cell.first_run = s->run_count;
    s->cells = arena_grow(a, s->cells, room, s->cell_count + 1, sizeof *s->cells);
    s->cells[s->cell_count++] = cell;
    s->run_count += cell.replications;
}

// The cells of a point in the order of the list. One of which not even so much can be read is one
// run, which will say why.
static void add_point(struct sweep *s, struct arena *a, struct arena *scratch, struct words *words,
                      uint32_t *room, uint32_t point)
{
    struct scenario_outline o;
    struct err              ignored = {0};
    struct scenario_edit    edit = edit_of(scratch, s, point);
    bool                    ok = scenario_outline(&o, scratch, &s->source, &edit, &ignored);
    s->first_cell[point] = s->cell_count;
    if (!ok) {
        add_cell(s, a, room, (struct sweep_cell){0, point, 1, 0, 0, "?", "?"});
        return;
    }
    uint32_t replications = s->precision_count ? s->precision->most
                            : s->replications  ? s->replications
                                               : o.replications;
    for (uint32_t m = 0; m < (o.is_mix ? 1 : o.model_count); m++)
        for (uint32_t k = 0; k < o.scheme_count; k++)
            add_cell(s, a, room,
                     (struct sweep_cell){0, point, replications, m, k,
                                         intern(words, a, o.is_mix ? "mix" : o.models[m]),
                                         intern(words, a, o.schemes[k])});
}

static bool list_runs(struct sweep *s, struct arena *a, struct err *e)
{
    struct arena scratch = {0};
    struct words words = {0};
    uint32_t     room = 0;
    s->first_cell = ARENA_ARRAY(a, uint32_t, s->vary.count + 1);
    for (uint32_t p = 0; p < s->vary.count; p++) {
        add_point(s, a, &scratch, &words, &room, p);
        arena_rewind(&scratch, (struct arena_mark){0});
    }
    s->first_cell[s->vary.count] = s->cell_count;
    arena_free(&scratch);
    return s->run_count <= MOST_RUNS || err_add(e, "%s: want a sweep of at most %d runs, have %lld",
                                                s->source.path, MOST_RUNS, (long long)s->run_count);
}

// One that can be read shows that what all points share is sound; else the faults of the first are
// told, for the others mostly repeat them.
static bool read_a_point(struct sweep *s, struct arena *a, uint32_t *replications, struct err *e)
{
    struct arena    scratch = {0};
    struct scenario scenario;
    struct err      first = {0}, later;
    bool            ok = false;
    for (uint32_t p = 0; !ok && p < s->vary.count; p++) {
        later = (struct err){0};
        ok = sweep_scenario(&scenario, &scratch, s, p, p ? &later : &first);
        if (ok) s->name = arena_string(a, scenario.name);
        if (ok) *replications = scenario.replications;
        arena_rewind(&scratch, (struct arena_mark){0});
    }
    arena_free(&scratch);
    if (!ok) *e = first;
    return ok;
}

static void add_texts(cJSON *to, const char *name, const char *const *texts, uint32_t count)
{
    cJSON *list = count ? cJSON_AddArrayToObject(to, name) : NULL;
    for (uint32_t i = 0; i < count; i++) cJSON_AddItemToArray(list, cJSON_CreateString(texts[i]));
}

// What rows depend on beside the scenario's text and what is varied. Equal for equal sweeps.
static const char *settings_of(const struct sweep *s, const struct arguments *args)
{
    static const char *const plain[] = {"seed", "replications", "max-replications",
                                        "scheme-command", "scheme-library"};
    uint32_t                 precisions;
    const char             **precision = option_all(args, "precision", &precisions);
    cJSON                   *j = cJSON_CreateObject();
    add_texts(j, "set", s->edit.sets, s->edit.set_count);
    add_texts(j, "scheme", s->edit.schemes, s->edit.scheme_count);
    add_texts(j, "model", s->edit.models, s->edit.model_count);
    add_texts(j, "precision", precision, precisions);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (option_is_given(args, plain[i]))
            cJSON_AddStringToObject(j, plain[i], option_value(args, plain[i], ""));
    cJSON_AddStringToObject(j, "profile_sha256", s->profile.sha256);
    cJSON_AddStringToObject(j, "files_sha256", s->files_sha256);
    cJSON_AddStringToObject(j, "fogsim", FOGSIM_VERSION);
    // Of the whole, for `fogsim merge`; with a precision it is not known beforehand.
    if (!s->precision_count) cJSON_AddNumberToObject(j, "runs", (double)s->run_count);
    char       *text = cJSON_PrintUnformatted(j);
    const char *copy = arena_string(args->arena, text ? text : "");
    cJSON_free(text);
    cJSON_Delete(j);
    return copy;
}

// Of what the first point that can be read names; others mostly name the same.
static void digest_files(struct sweep *s, const struct arguments *args)
{
    const char *library = option_value(args, "scheme-library", NULL);
    if (library) shelf_note(&s->shelf, library);
    shelf_digest(&s->shelf, s->files_sha256);
}

static bool is_varied(const struct sweep *s, const char *key)
{
    const struct vary_point *p = &s->vary.points[0];
    size_t                   length = strlen(key);
    if (!strcmp(key, "scheme")) return p->scheme != NULL;
    if (!strcmp(key, "model")) return p->model != NULL;
    for (uint32_t i = 0; i < p->set_count; i++)
        if (!strncmp(p->sets[i], key, length) && p->sets[i][length] == '=') return true;
    return false;
}

// Where schemes are varied, no other runs.
static bool check_foreign(const struct sweep *s, struct err *e)
{
    bool ok = true;
    for (uint32_t i = 0; i < s->edit.foreign_count && is_varied(s, "scheme"); i++) {
        const char *label = s->edit.foreign[i].label;
        bool        is_there = false;
        for (uint32_t p = 0; p < s->vary.count; p++)
            is_there |= !strcmp(s->vary.points[p].scheme, label);
        if (!is_there)
            ok = err_add(e, "--scheme-%s: want \"%s\" among the schemes that are varied", label,
                         label);
    }
    return ok;
}

// An option that would undo what is varied, or be undone by it.
static bool check_contradictions(const struct sweep *s, const struct arguments *args, struct err *e)
{
    static const char *const keys[] = {"seed", "replications", "scheme", "model"};
    bool                     ok = check_foreign(s, e);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (option_is_given(args, keys[i]) && is_varied(s, keys[i]))
            ok = err_add(e, "--%s: want it once, have %s among what is varied, too", keys[i],
                         keys[i]);
    return ok;
}

static bool read_vary(struct sweep *s, const struct arguments *args, struct err *e)
{
    struct vary_request r = {.sets = s->edit.sets, .set_count = s->edit.set_count};
    int64_t             samples;
    bool                ok = option_integer(args, "samples", 0, 1, VARY_MOST_POINTS, &samples, e);
    r.given = option_all(args, "vary", &r.given_count);
    r.method = -1;
    if (option_is_given(args, "method")) {
        r.method = option_choice(args, "method", vary_method_names, 0, e);
        ok &= r.method >= 0;
    }
    r.samples = (uint32_t)samples;
    r.is_seeded = s->seed >= 0;
    r.seed = r.is_seeded ? (uint64_t)s->seed : 0;
    return ok && vary_read(&s->vary, args->arena, &s->source, &r, e);
}

bool sweep_read(struct sweep *out, const struct arguments *args, struct err *e)
{
    int64_t  replications;
    uint32_t least = 0;
    *out = (struct sweep){.paths = args->paths};
    bool ok = option_integer(args, "seed", -1, 0, 1ll << 53, &out->seed, e);
    ok = option_integer(args, "replications", 0, 1, 100000, &replications, e) && ok;
    ok = inputs_source(args, &out->source, &out->edit, e) && ok;
    ok = inputs_profile(args, &out->profile, e) && ok;
    if (!ok) return false;
    out->source.shelf = &out->shelf;
    out->replications = (uint32_t)replications;
    if (!read_vary(out, args, e) || !check_contradictions(out, args, e)) return false;
    if (!read_a_point(out, args->arena, &least, e)) return false;
    digest_files(out, args);
    if (out->replications) least = out->replications;
    if (!precision_read(args, least, &out->precision, &out->precision_count, e) ||
        !list_runs(out, args->arena, e))
        return false;
    out->settings = settings_of(out, args);
    return true;
}

void sweep_free(struct sweep *s)
{
    shelf_free(&s->shelf);
}

uint32_t sweep_cell_of(const struct sweep *s, int64_t run_id)
{
    uint32_t low = 0, high = s->cell_count; // the cell is in [low, high)
    assert(run_id >= 0 && run_id < s->run_count);
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (s->cells[middle].first_run <= run_id)
            low = middle;
        else
            high = middle;
    }
    return low;
}

void sweep_describe(struct run_info *out, struct arena *a, const struct sweep *s, int64_t run_id)
{
    const struct sweep_cell *cell = &s->cells[sweep_cell_of(s, run_id)];
    struct scenario_outline  o = {.seed = 1};
    struct err               ignored = {0};
    struct scenario_edit     edit = edit_of(a, s, cell->point);
    bool                     known = scenario_outline(&o, a, &s->source, &edit, &ignored);
    *out = (struct run_info){
        .run_id = run_id,
        .scenario = s->name,
        .scenario_sha256 = known ? arena_string(a, o.sha256) : NULL,
        .point = s->vary.points[cell->point].json,
        .scheme = cell->scheme_label,
        .model = cell->model_label,
        .seed = s->seed >= 0 ? (uint64_t)s->seed : o.seed,
        .replication = (uint32_t)(run_id - cell->first_run),
        .profile = s->profile.name,
        .profile_sha256 = s->profile.sha256,
        .fogsim_version = FOGSIM_VERSION,
        .started_utc = describe_now(a),
        .record = RECORD_SUMMARY,
    };
}
