#include "scenarios/device.h"

#include <math.h>
#include <string.h>

#include "base/folder.h"

static const char *const DEVICE_KEYS[] = {
    "name",   "about",      "source",     "assumptions", "profile",       "conv",
    "caches", "conv_rate",  "fc_rate",    "overhead",    "loading_rate",  "serialisation_ratio",
    "memory", "power_idle", "power_busy", "power_send",  "power_receive", "binary_rate",
    NULL};
static const char *const OVERRIDE_KEYS[] = {"conv",
                                            "caches",
                                            "conv_rate",
                                            "fc_rate",
                                            "overhead",
                                            "loading_rate",
                                            "serialisation_ratio",
                                            "memory",
                                            "power_idle",
                                            "power_busy",
                                            "power_send",
                                            "power_receive",
                                            "binary_rate",
                                            NULL};

// What `j` says of the figures; what it leaves out stays as it is.
static void read_figures(struct device *d, struct json j)
{
    d->conv = (enum conv_choice)json_choice(j, "conv", conv_choice_names, (int)d->conv);
    d->caches = (enum caches)json_choice(j, "caches", caches_names, (int)d->caches);
    d->conv_flop_per_s = json_quantity(j, "conv_rate", UNIT_FLOPS, d->conv_flop_per_s, 1e6, 1e16);
    d->binary_flop_per_s =
        json_quantity(j, "binary_rate", UNIT_FLOPS, d->binary_flop_per_s, 1e3, 1e16);
    d->fc_bytes_per_s = json_quantity(j, "fc_rate", UNIT_BANDWIDTH, d->fc_bytes_per_s, 1e5, 1e15);
    d->overhead_s = json_quantity(j, "overhead", UNIT_TIME, d->overhead_s, 0, 1e3);
    d->load_bytes_per_s =
        json_quantity(j, "loading_rate", UNIT_BANDWIDTH, d->load_bytes_per_s, 1e3, 1e15);
    d->serialisation_ratio =
        json_quantity(j, "serialisation_ratio", UNIT_NONE, d->serialisation_ratio, 0, 1e4);
    d->memory_bytes = json_quantity(j, "memory", UNIT_BYTES, d->memory_bytes, 1, 1e18);
    d->power_idle_w = json_quantity(j, "power_idle", UNIT_POWER, d->power_idle_w, 0, 1e6);
    double busy_w = fmax(d->power_busy_w, d->power_idle_w); // idle alone: busy is no more
    d->power_busy_w = json_quantity(j, "power_busy", UNIT_POWER, busy_w, 0, 1e6);
    if (d->power_busy_w < d->power_idle_w)
        json_fault(json_get(j, "power_busy"), "at least power_idle (%g W)", d->power_idle_w);
    d->power_send_w = json_quantity(j, "power_send", UNIT_POWER, d->power_send_w, 0, 1e6);
    d->power_receive_w = json_quantity(j, "power_receive", UNIT_POWER, d->power_receive_w, 0, 1e6);
}

static void read_device(struct device *d, struct json j)
{
    json_keys(j, DEVICE_KEYS);
    d->about = json_string(j, "about", "");
    d->source = json_string(j, "source", "");
    d->profile = json_string(j, "profile", NULL);
    json_need(j, "conv_rate");
    json_need(j, "fc_rate");
    d->load_bytes_per_s = d->memory_bytes = INFINITY;
    d->serialisation_ratio = 1;
    read_figures(d, j);
}

void device_override(struct device *d, struct json j)
{
    if (json_keys(j, OVERRIDE_KEYS)) read_figures(d, j);
}

bool preset_open(struct json_doc *doc, struct arena *a, const char *folder, const char *name,
                 struct err *e)
{
    const char **names, *all = "";
    uint32_t     count;
    if (!folder_list(folder, ".json", a, &names, &count, e)) return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!strcmp(names[i], name))
            return json_open(doc, arena_format(a, "%s/%s.json", folder, name), e);
        all = arena_format(a, "%s%s%s", all, i ? ", " : "", names[i]);
    }
    return err_add(e, "want one of %.400s, have \"%.60s\"", all, name);
}

bool device_load(struct device *out, struct arena *a, const char *folder, const char *name,
                 struct err *e)
{
    struct json_doc doc;
    uint32_t        before = e->fault_count;
    if (!preset_open(&doc, a, folder, name, e)) return false;
    *out = (struct device){.name = arena_string(a, name)};
    read_device(out, json_root(&doc, a));
    json_close(&doc);
    return e->fault_count == before;
}
