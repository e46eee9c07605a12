// results/schema.h: opens databases of results: makes them, migrates them, refuses what is not
// ours.
//
// schema.sql is the contract; `application_id` tells our files from other programs', `user_version`
// names the schema. What is refused is refused before anything of it is written.
#ifndef FOGSIM_RESULTS_SCHEMA_H
#define FOGSIM_RESULTS_SCHEMA_H

#include <sqlite3.h>
#include <stdbool.h>

#include "base/err.h"

enum { SCHEMA_VERSION = 3 };

// For writing, foreign keys on; makes the file (then *created) or migrates an older one.
// NULL: e says why, and the file is as it was. Close with sqlite3_close.
sqlite3 *schema_open_write(const char *path, bool *created, struct err *e);

// For reading, an older one too; leaves no file beside the database and works in a folder that
// cannot be written. NULL: e says why.
sqlite3 *schema_open_read(const char *path, struct err *e);

// An empty one in memory, by which others can be judged. NULL: e says why.
sqlite3 *schema_open_memory(struct err *e);

// Deletes a database that is not open, with its log.
void schema_remove(const char *path);

// NULL: e has SQLite's reason. Finalize with sqlite3_finalize.
sqlite3_stmt *schema_prepare(sqlite3 *db, const char *sql, struct err *e);

// Adds SQLite's last error on `db`, and the system's where it has one. Always false.
bool schema_fault(sqlite3 *db, const char *what, struct err *e);

#endif
