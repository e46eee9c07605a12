// cli/page.h: one database as one HTML page that needs nothing else: no network, no other file, no
// script.
//
// Each section is a function in page_NAME.c; page.c puts head, contents and sections together. What
// a database holds is a stranger's text: it goes through html_put, and the page forbids itself
// (Content-Security-Policy) to load or run anything.
#ifndef FOGSIM_CLI_PAGE_H
#define FOGSIM_CLI_PAGE_H

#include <cjson/cJSON.h>
#include <stdio.h>

#include "base/paths.h"
#include "results/html.h"
#include "results/overview.h"

enum {
    PAGE_POINTS = 200,       // shown
    PAGE_TASKS = 3000000,    // read for quantiles
    PAGE_ROWS = 1000,        // of the longest table
    PAGE_PLACES = 40,        // nodes or links of a table
    PAGE_TEXT_BYTES = 200000 // of the scenario's text
};

struct page_entry { // of the contents
    const char *id, *title;
    int         level; // 2 or 3, as its heading
};

struct page {
    struct arena       *arena;
    sqlite3            *db;
    const char         *db_path;
    const struct paths *paths;
    struct overview     overview;
    const char         *scenario_name;
    const char         *scenario_text; // document 'scenario'; NULL: none
    cJSON              *scenario;      // parsed; NULL: none, or no JSON object
    cJSON              *sweep;         // document 'sweep'
    FILE               *out;           // the body
    struct page_entry  *entries;
    uint32_t            entry_count, entry_capacity;
};

// Reads the database and writes the page; appears whole or not at all. false: e says why.
MUST_USE bool page_write(const char *db_path, const char *out_path, const struct paths *paths,
                         struct arena *a, struct err *e);

// Begins a section: its heading, and its line in the contents. `id` and `title` live on.
void page_section(struct page *p, const char *id, const char *title);
void page_section_end(struct page *p);
void page_heading(struct page *p, const char *id, const char *title); // below a section

// A table in a box of its own that scrolls; then rows, then the end.
void page_table(struct page *p, const char *caption);
void page_table_end(struct page *p);
void page_fold(struct page *p, const char *summary); // <details>
void page_fold_end(struct page *p);

// The sections, in this order. false: the database could not be read.
MUST_USE bool page_summary(struct page *p, struct err *e);
MUST_USE bool page_results(struct page *p, struct err *e);
MUST_USE bool page_figures(struct page *p, struct err *e);
MUST_USE bool page_layers(struct page *p, struct err *e);
MUST_USE bool page_network(struct page *p, struct err *e);
MUST_USE bool page_checks(struct page *p, struct err *e);
MUST_USE bool page_scenario(struct page *p, struct err *e);
MUST_USE bool page_origin(struct page *p, struct err *e);

// ---- what they share

struct page_unit { // of times in one table
    double      seconds;
    const char *name; // "ms"
};
struct page_unit page_unit_for(double largest_s);

// "12.3 ± 0.4", or a dash; scaled by 1 / `unit`.
void page_value(struct page *p, const struct overview_value *v, double unit);

// The value of a key of a point, as a short text; "" when it has none.
const char *page_point_value(struct page *p, uint32_t point, const char *key);
// The point as "nodes.fog.count = 2, theta = 3", "as in the scenario".
const char *page_point_text(struct page *p, uint32_t point);
const char *page_json_text(struct arena *a, const cJSON *item); // strings without quotes

#endif
