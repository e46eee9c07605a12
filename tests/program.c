#include "tests/program.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { MAX_ARGS = 40 };

char        *program, *folder, *out, *err;
struct arena arena;

static char root[PATH_MAX], program_path[PATH_MAX], folder_path[64];

void program_setup(void)
{
    const char *given = getenv("FOGSIM");
    arena = (struct arena){0};
    ck_assert_ptr_nonnull(getcwd(root, sizeof root));
    ck_assert_msg(realpath(given ? given : "build/fogsim", program_path) != NULL,
                  "no program to test");
    program = program_path;
    folder = strcpy(folder_path, "/tmp/fogsim-cli-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

const char *in_folder(const char *name)
{
    return arena_format(&arena, "%s/%s", folder, name);
}

const char *in_root(const char *name)
{
    return arena_format(&arena, "%s/%s", root, name);
}

// Removes what the folder holds; returns the number of files that are not the streams.
int empty_folder(void)
{
    DIR *dir = opendir(folder);
    int  count = 0;
    for (struct dirent *d; dir && (d = readdir(dir));) {
        if (d->d_name[0] == '.') continue;
        count += strcmp(d->d_name, "out") && strcmp(d->d_name, "err");
        unlink(in_folder(d->d_name));
    }
    if (dir) closedir(dir);
    return count;
}

void program_teardown(void)
{
    empty_folder();
    ck_assert_int_eq(rmdir(folder), 0);
    arena_free(&arena);
}

char *read_text(const char *path)
{
    char  *text = arena_array(&arena, TEXT_BYTES, 1);
    FILE  *file = fopen(path, "rb");
    size_t length = file ? fread(text, 1, TEXT_BYTES - 1, file) : 0;
    if (file) fclose(file);
    text[length] = '\0';
    return text;
}

const char *write_text(const char *name, const char *text)
{
    const char *path = in_folder(name);
    FILE       *file = fopen(path, "wb");
    ck_assert(file && fputs(text, file) >= 0 && !fclose(file));
    return path;
}

pid_t program_start(const char *stdout_path, char *const *argv)
{
    posix_spawn_file_actions_t actions;
    pid_t                      pid;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, stdout_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, in_folder("err"), O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
    posix_spawn_file_actions_addchdir_np(&actions, folder);
    ck_assert_int_eq(posix_spawn(&pid, program, &actions, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

int program_finish(pid_t pid)
{
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    out = read_text(in_folder("out"));
    err = read_text(in_folder("err"));
    ck_assert_msg(WIFEXITED(status), "killed by signal %d: %s", WTERMSIG(status), err);
    return WEXITSTATUS(status);
}

int run_to(const char *stdout_path, const char *const *args)
{
    char *argv[MAX_ARGS + 2] = {program};
    for (int i = 0; args[i]; i++) {
        ck_assert_int_lt(i, MAX_ARGS);
        argv[i + 1] = arena_string(&arena, args[i]);
    }
    return program_finish(program_start(stdout_path, argv));
}

sqlite3 *open_db(const char *name)
{
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open_v2(in_folder(name), &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    return db;
}

double query(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *q = NULL;
    ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK, "%s: %s", sql,
                  sqlite3_errmsg(db));
    ck_assert_int_eq(sqlite3_step(q), SQLITE_ROW);
    double value = sqlite3_column_double(q, 0);
    sqlite3_finalize(q);
    return value;
}

double query_file(const char *name, const char *sql)
{
    sqlite3 *db = open_db(name);
    double   value = query(db, sql);
    sqlite3_close(db);
    return value;
}

static void dump_table(sqlite3 *db, const char *table, FILE *to)
{
    static const char *const clocks[] = {"started_utc", "wall_s", "planning_s"};
    sqlite3_stmt            *q = NULL;
    const char              *sql = arena_format(&arena, "SELECT * FROM \"%s\"", table);
    ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
    fprintf(to, "-- %s\n", table);
    while (sqlite3_step(q) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(q); i++) {
            const char *name = sqlite3_column_name(q, i);
            bool        is_clock = false;
            for (int c = 0; c < 3; c++) is_clock |= !strcmp(name, clocks[c]);
            if (is_clock) continue;
            if (sqlite3_column_type(q, i) == SQLITE_FLOAT)
                fprintf(to, "%.17g|", sqlite3_column_double(q, i));
            else
                fprintf(to, "%d:%s|", sqlite3_column_type(q, i), sqlite3_column_text(q, i));
        }
        fprintf(to, "\n");
    }
    sqlite3_finalize(q);
}

char *dump_file(const char *name)
{
    sqlite3      *db = open_db(name);
    sqlite3_stmt *q = NULL;
    char         *text = NULL;
    size_t        length;
    FILE         *to = open_memstream(&text, &length);
    ck_assert_ptr_nonnull(to);
    ck_assert_int_eq(
        sqlite3_prepare_v2(db, "SELECT name FROM sqlite_master WHERE type = 'table'", -1, &q, NULL),
        SQLITE_OK);
    while (sqlite3_step(q) == SQLITE_ROW)
        dump_table(db, (const char *)sqlite3_column_text(q, 0), to);
    sqlite3_finalize(q);
    sqlite3_close(db);
    ck_assert_int_eq(fclose(to), 0);
    char *copy = arena_string(&arena, text);
    free(text);
    return copy;
}

void check_lines(const char *file, const char *const *want)
{
    char *rest = err;
    int   i = 0;
    for (char *line; (line = strsep(&rest, "\n")) && *line; i++) {
        ck_assert_msg(want[i] != NULL, "not expected: %s", line);
        const char *tail = strncmp(line, file, strlen(file)) ? NULL : line + strlen(file);
        const char *text = tail ? arena_format(&arena, "FILE%s", tail) : line;
        ck_assert_msg(!strncmp(text, want[i], strlen(want[i])), "want %s\nhave %s", want[i], text);
    }
    ck_assert_msg(want[i] == NULL, "missing: %s", want[i]);
}
