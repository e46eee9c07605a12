// cli/page/page.h: one database as one HTML page that needs nothing else: no network, no other
// file, no script.
//
// Each section is a function in page_NAME.c; page.c puts head, contents and sections together. What
// a database holds is a stranger's text: it goes through html_put, and the page forbids itself
// (Content-Security-Policy) to load or run anything.
#ifndef FOGSIM_CLI_PAGE_PAGE_H
#define FOGSIM_CLI_PAGE_PAGE_H

#include <cjson/cJSON.h>
#include <stdio.h>

#include "base/paths.h"
#include "results/html.h"
#include "results/overview.h"

enum {
    PAGE_POINTS = 200,        // shown
    PAGE_TASKS = 3000000,     // read for quantiles
    PAGE_ROWS = 1000,         // of the longest table
    PAGE_FOLDED = 40,         // rows from which on a table is folded
    PAGE_KEYS = 6,            // varied keys with a column of their own
    PAGE_TEXT_BYTES = 200000, // of the scenario's text
};

struct page_entry { // of the contents
    const char *id, *title;
    int         level; // 2 or 3, as its heading
};

struct page {
    struct arena       *arena;
    struct err         *e;
    bool                failed; // the database could not be read; e says why
    sqlite3            *db;
    const char         *db_path;
    const struct paths *paths;
    struct overview     overview;
    const char         *name;          // of the scenario
    const char         *scenario_text; // document 'scenario'; NULL: none
    cJSON              *scenario;      // parsed; NULL: none, or no JSON object
    cJSON              *sweep;         // document 'sweep', likewise
    cJSON              *settings;      // document 'settings' of a sweep, likewise
    const char        **keys;          // [key_count] varied: columns of a point
    const char        **key_values;    // [point_count * key_count] "" where it has none
    uint32_t            key_count;
    FILE               *out; // the body
    struct page_entry  *entries;
    uint32_t            entry_count, entry_capacity;
};

// Reads the database and writes the page; it appears whole or not at all. false: e says why.
MUST_USE bool page_write(const char *db_path, const char *out_path, const struct paths *paths,
                         struct arena *a, struct err *e);

// The sections, in this order. One that cannot read the database sets `failed`.
void page_summary(struct page *p);
void page_results(struct page *p);
void page_figures(struct page *p);
void page_layers(struct page *p);
void page_network(struct page *p);
void page_checks(struct page *p);
void page_scenario(struct page *p);
void page_origin(struct page *p);

// ---- parts of a section (page_parts.c)

// A heading with its line in the contents: level 2, or 3 below one of 2. All texts live on.
void page_heading(struct page *p, int level, const char *id, const char *title);

// A table in a box of its own that scrolls: caption, then rows, then the end.
void page_table(struct page *p, const char *caption);
void page_table_end(struct page *p);
void page_head_begin(struct page *p); // <thead>, <tr>
void page_head(struct page *p, const char *title, bool is_number);
void page_head_end(struct page *p);
void page_fold(struct page *p, const char *summary); // <details>
void page_fold_end(struct page *p);
void page_cell(struct page *p, const char *text);
void page_number(struct page *p, double value); // NaN: a dash
// "12.3 ± 0.4", or a dash; divided by `unit`.
void page_value(struct page *p, const struct overview_value *v, double unit);

struct page_unit { // of the times of one table
    double      seconds;
    const char *name; // "ms"
};
struct page_unit page_unit_for(double largest_s);

// ---- points (page_points.c)

void        page_points_read(struct page *p); // fills keys
void        page_point_head(struct page *p);  // cells of a point in a table: those of its keys
void        page_point_cells(struct page *p, uint32_t point);
const char *page_point_text(struct page *p, uint32_t point); // "nodes.fog.count = 2, theta = 3"
bool        page_is_edited(const struct page *p);            // some point differs from the scenario

// ---- the database and JSON (page_parts.c)

// while (page_next(p, &q)) reads a query's rows; after the last it is released. NULL ends at once.
sqlite3_stmt *page_query(struct page *p, const char *sql);
bool          page_next(struct page *p, sqlite3_stmt **q);
const char   *page_text(sqlite3_stmt *q, int column); // "" for NULL; until the next row
const char   *page_kept(struct page *p, sqlite3_stmt *q, int column); // in the arena
double        page_real(sqlite3_stmt *q, int column);                 // NaN for NULL
bool          page_has_column(const struct page *p, const char *table, const char *column);

// A string without its quotes, anything else as JSON; "" for NULL.
const char *page_json_text(struct arena *a, const cJSON *item);
// A member that is a string; `otherwise` if it is none.
const char *page_json_string(const cJSON *object, const char *key, const char *otherwise);

#endif
