// tests/program.h: runs the program of $FOGSIM (default build/fogsim) in a new folder of its own,
// with the streams in files there; for the suites that see it as its users do.
#ifndef FOGSIM_TESTS_PROGRAM_H
#define FOGSIM_TESTS_PROGRAM_H

#include <cjson/cJSON.h>
#include <check.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/arena.h"

enum { TEXT_BYTES = 1 << 20 };

extern char        *program, *folder; // paths
extern struct arena arena;            // of the test
extern char        *out, *err;        // of the last call

// Of each test; it is run from the root of the project.
void program_setup(void);
void program_teardown(void);

const char *in_folder(const char *name);
const char *in_root(const char *name);
int   empty_folder(void); // removes its files; returns the number of those that are not the streams
char *read_text(const char *path);
const char *write_text(const char *name, const char *text); // into the folder; its path

pid_t program_start(const char *stdout_path, char *const *argv);
int   program_finish(pid_t pid);                                // its exit code
int   run_to(const char *stdout_path, const char *const *args); // ends with NULL

#define RUN(...) run_to(in_folder("out"), (const char *const[]){__VA_ARGS__, NULL})
#define MUST_RUN(...) ck_assert_msg(RUN(__VA_ARGS__) == 0, "%s", err)

// The lines of stderr begin with these, in this order, and there are no others. FILE in `want`
// stands for `file`.
void check_lines(const char *file, const char *const *want);

sqlite3 *open_db(const char *name);
double   query(sqlite3 *db, const char *sql); // the first value of the first row
double   query_file(const char *name, const char *sql);

// Every row of every table, as the tables give them, without what a clock says; for comparing
// databases as text.
char *dump_file(const char *name);

// One small scenario: what is not told here is told by --set.
#define SMALL                                                                                      \
    "{\"name\": \"small\", \"models\": {\"nin\": {\"model\": \"nin_cifar10\"}},"                   \
    " \"schemes\": {\"dina\": {}, \"random\": {}, \"greedy\": {}},"                                \
    " \"nodes\": {\"user\": {\"device\": \"laptop-i5-8365u\"},"                                    \
    " \"fog\": {\"count\": 2, \"device\": \"jetson-nano-pytorch\"}},"                              \
    " \"links\": {\"default\": {\"rate\": \"1 Gbit/s\", \"latency\": \"0.1 ms\"}},"                \
    " \"arrivals\": {\"tasks\": 3}, \"tau\": \"off\", \"replications\": 2}"

#endif
